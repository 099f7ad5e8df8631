"""The property sets that go with the actions, filled in as hosts fill them in."""

from __future__ import annotations

from collections.abc import Iterable

from plugin.host.clips import Clip
from plugin.host.pictures import PictureFormat
from plugin.host.properties import PropertySet

_RATE = 24.0


def tell_format(properties: PropertySet, format: PictureFormat) -> None:
    """What a connected clip tells of its pictures."""
    for prefix in ("OfxImageEffectProp", "OfxImageClipPropUnmapped"):
        properties.put(f"{prefix}PixelDepth", format.depth_name)
        properties.put(f"{prefix}Components", format.components_name)
    properties.put("OfxImageEffectPropPreMultiplication", "OfxImageAlphaUnPremultiplied")
    properties.put("OfxImagePropPixelAspectRatio", format.pixel_aspect)
    properties.put("OfxImageClipPropFieldOrder", "OfxFieldNone")
    properties.put("OfxImageClipPropContinuousSamples", 0)
    properties.put("OfxImageClipPropConnected", 1)


def tell_times(properties: PropertySet, frames: tuple[float, float], told: frozenset[str]) -> None:
    """The rate and range of a clip, where the host tells them."""
    if "rate" in told:
        properties.put("OfxImageEffectPropFrameRate", _RATE)
    if "range" in told:
        properties.put("OfxImageEffectPropFrameRange", float(frames[0]), float(frames[1]))
        properties.put("OfxImageEffectPropUnmappedFrameRange", float(frames[0]), float(frames[1]))


def tell_project(
    properties: PropertySet, format: PictureFormat, scale: tuple[float, float], frames: float
) -> None:
    """Size and length of the project, for an instance."""
    size = (format.width / scale[0], format.height / scale[1])
    properties.put("OfxImageEffectPropProjectSize", *size)
    properties.put("OfxImageEffectPropProjectExtent", *size)
    properties.put("OfxImageEffectPropProjectOffset", 0.0, 0.0)
    properties.put("OfxImageEffectPropPixelAspectRatio", format.pixel_aspect)
    properties.put("OfxImageEffectPropFrameRate", _RATE)
    properties.put("OfxImageEffectInstancePropEffectDuration", float(frames))


def of_context(context: str) -> PropertySet:
    given = PropertySet(title="the arguments of DescribeInContext")
    given.put("OfxImageEffectPropContext", f"OfxImageEffectContext{context}")
    return given


def of_render(time: float, scale: tuple[float, float], window: tuple[int, int, int, int]) -> PropertySet:
    """For Render and IsIdentity."""
    given = PropertySet(title="the arguments of a render")
    given.put("OfxPropTime", float(time))
    given.put("OfxImageEffectPropFieldToRender", "OfxFieldNone")
    given.put("OfxImageEffectPropRenderWindow", *window)
    given.put("OfxImageEffectPropRenderScale", *scale)
    given.put("OfxImageEffectPropSequentialRenderStatus", 0)
    given.put("OfxImageEffectPropInteractiveRenderStatus", 0)
    given.put("OfxImageEffectPropRenderQualityDraft", 0)
    return given


def of_sequence(time: float, scale: tuple[float, float]) -> PropertySet:
    given = PropertySet(title="the arguments of a sequence")
    given.put("OfxImageEffectPropFrameRange", float(time), float(time))
    given.put("OfxImageEffectPropFrameStep", 1.0)
    given.put("OfxPropIsInteractive", 0)
    given.put("OfxImageEffectPropRenderScale", *scale)
    given.put("OfxImageEffectPropSequentialRenderStatus", 0)
    given.put("OfxImageEffectPropInteractiveRenderStatus", 0)
    return given


def of_region(time: float, scale: tuple[float, float], bounds: tuple[float, ...]) -> PropertySet:
    given = PropertySet(title="the arguments of GetRegionsOfInterest")
    given.put("OfxPropTime", float(time))
    given.put("OfxImageEffectPropRenderScale", *scale)
    given.put("OfxImageEffectPropRegionOfInterest", *bounds)
    return given


def of_time(time: float) -> PropertySet:
    given = PropertySet(title="the arguments of GetFramesNeeded")
    given.put("OfxPropTime", float(time))
    return given


def preferences(clips: Iterable[Clip]) -> PropertySet:
    """What GetClipPreferences may change, as the host has it."""
    wanted = PropertySet(title="the preferences")
    for clip in clips:
        format = clip.format or PictureFormat(1, 1)
        wanted.put(f"OfxImageClipPropComponents_{clip.name}", format.components_name)
        wanted.put(f"OfxImageClipPropDepth_{clip.name}", format.depth_name)
        wanted.put(f"OfxImageClipPropPAR_{clip.name}", format.pixel_aspect)
    wanted.put("OfxImageEffectPropFrameRate", _RATE)
    wanted.put("OfxImageEffectPropPreMultiplication", "OfxImageAlphaUnPremultiplied")
    wanted.put("OfxImageClipPropContinuousSamples", 0)
    wanted.put("OfxImageEffectFrameVarying", 0)
    return wanted


def regions(clips: Iterable[Clip], bounds: tuple[float, ...]) -> PropertySet:
    wanted = PropertySet(title="the regions of interest")
    for clip in clips:
        wanted.put(f"OfxImageClipPropRoI_{clip.name}", *bounds)
    return wanted


def frames_needed(names: Iterable[str], time: float) -> PropertySet:
    wanted = PropertySet(title="the frames needed")
    for name in names:
        wanted.put(f"OfxImageClipPropFrameRange_{name}", float(time), float(time))
    return wanted


def ranges(wanted: PropertySet, name: str) -> tuple[tuple[float, float], ...]:
    """The pairs of first and last frame that a plug-in filled in for a clip."""
    numbers = [float(str(value)) for value in wanted.values(f"OfxImageClipPropFrameRange_{name}")]
    return tuple(zip(numbers[::2], numbers[1::2], strict=False))


def identity(time: float) -> PropertySet:
    wanted = PropertySet(title="the identity")
    wanted.put("OfxPropName", "")
    wanted.put("OfxPropTime", float(time))
    return wanted
