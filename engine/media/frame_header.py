"""What one frame's file says about itself, told in the engine's words.

`FrameHeader.spec` is OpenImageIO's ImageSpec with every attribute it read; it travels in
`Frame.metadata["header"]` so that the sink can write it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.errors import CorruptSource, UnsupportedFormat
from engine.media.contract import ColourTags
from engine.media.oiio_formats import FrameFormat
from engine.types import CodeLayout

MOST_BYTES = 8 * 2**30
"""A header that claims a larger frame than this (about 30K x 20K RGBA float) is taken for broken."""

MOST_EXPANSION = 4096
"""Bytes of picture that one byte of file may claim: LZW, the densest compression, reaches 2,560."""

_STORED: dict[str, tuple[Literal["integer", "half", "float"], int]] = {
    "uint8": ("integer", 8),
    "uint16": ("integer", 16),
    "half": ("half", 16),
    "float": ("float", 32),
}
_GREY_NAMES = ("Y", "Y'", "I", "L")
_CHROMA_NAMES = {"RY", "BY", "Cb", "Cr", "CbCr"}
_TIFF_PLAIN = (0, 1, 2)
"""PhotometricInterpretation WhiteIsZero, BlackIsZero and RGB; others are not stored as R, G, B."""


@dataclass(frozen=True, eq=False)
class FrameHeader:
    path: Path
    format: FrameFormat
    spec: oiio.ImageSpec
    layout: CodeLayout
    part: int = 0
    """Which of the file's pictures (EXR parts, TIFF pages) this is, of so many `parts`."""
    parts: int = 1

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.spec.height, self.spec.width


def read_header(
    path: Path, fmt: FrameFormat, spec: oiio.ImageSpec, length: int, place: tuple[int, int] = (0, 1)
) -> FrameHeader:
    """Check the spec of a file of `length` bytes and read it as the header of picture `place` (which, of how
    many). Raises UnsupportedFormat, CorruptSource.
    """
    if spec.deep or spec.depth > 1:
        raise UnsupportedFormat(f"{path} holds a deep or volume picture; only flat frames can be restored.")
    _check_claims(path, spec, length)
    _check_tiff_colour(path, spec)
    model = _model_of(path, spec)
    kind, bits = _depth_of(path, fmt, spec)
    return FrameHeader(path, fmt, spec, CodeLayout(model, channel_names(spec), kind, bits), *place)


def colour_tags(header: FrameHeader) -> ColourTags:
    """The header's own words about its colour; nothing that OpenImageIO only presumes."""
    chromaticities = header.spec.getattribute("chromaticities")
    return ColourTags(
        suffix=header.path.suffix.lower(),
        transfer=text_of(header.spec, "dpx:Transfer"),
        colorimetric=text_of(header.spec, "dpx:Colorimetric"),
        chromaticities=tuple(float(value) for value in chromaticities) if chromaticities else None,
        named_space=text_of(header.spec, "colorInteropID"),
    )


def frame_rate(header: FrameHeader) -> float | None:
    """Frames per second as the header tells it, None where it does not."""
    for name in ("dpx:FrameRate", "dpx:TemporalFrameRate", "cineon:FrameRate", "FramesPerSecond"):
        rate = float(header.spec.get_float_attribute(name, 0.0))
        if 0 < rate < 1000:
            return rate
    return None


def extras(header: FrameHeader) -> dict[str, str]:
    """What else is worth showing to a person."""
    shown = {
        "timecode": "smpte:TimeCode",
        "keycode": "smpte:KeyCode",
        "film edge code": "cineon:FilmEdgeCode",
        "compression": "compression",
        "packing": "dpx:Packing",
        "scanner": "dpx:InputDevice",
        "left as it is": "scan:LeftOut",
        "ICC profile": "ICCProfile:profile_description",
    }
    found = {label: text_of(header.spec, name) for label, name in shown.items()}
    if header.parts > 1:
        found["pictures"] = f"{header.parts} in each file; number {header.part + 1} is the plate"
    if header.spec.get_int_attribute("Orientation", 1) > 1:
        found["orientation"] = text_of(header.spec, "Orientation")
    return {label: text for label, text in found.items() if text}


def text_of(spec: oiio.ImageSpec, name: str) -> str:
    """An attribute as text, "" where it is absent or not UTF-8; timecode and keycode as people write them."""
    try:
        return str(spec.get_string_attribute(name)) if spec.getattribute(name) is not None else ""
    except UnicodeDecodeError:
        return ""


def channel_names(spec: Any) -> tuple[str, ...]:
    """The names of an ImageSpec's channels in file order."""
    return tuple(str(name) for name in spec.channelnames)


def channel_formats(spec: Any) -> tuple[str, ...]:
    """The stored type of each channel of an ImageSpec where they differ; empty where all are alike."""
    return tuple(str(kind) for kind in spec.channelformats)


def _check_claims(path: Path, spec: oiio.ImageSpec, length: int) -> None:
    """A broken header must not make us ask for terabytes."""
    values = spec.width * spec.height * spec.nchannels
    size = f"{spec.width} x {spec.height} x {spec.nchannels}"
    if not 0 < values * spec.format.size() <= min(MOST_BYTES, length * MOST_EXPANSION):
        raise CorruptSource(f"The header of {path} claims {size} values; scan or copy the frame again.")


def _check_tiff_colour(path: Path, spec: oiio.ImageSpec) -> None:
    meaning = spec.get_int_attribute("tiff:PhotometricInterpretation", 2)
    if meaning not in _TIFF_PLAIN:
        raise UnsupportedFormat(
            f"{path} stores its colour as TIFF photometric {meaning} (CMYK, Lab, Y'CbCr or palette), which "
            "cannot be written back unchanged; convert it to RGB or grey first."
        )


def _model_of(path: Path, spec: oiio.ImageSpec) -> Literal["rgb", "grey"]:
    names = channel_names(spec)
    if [name.rpartition(".")[2].upper() for name in names[:3]] == ["R", "G", "B"]:
        return "rgb"
    is_grey = len(names) < 3 or names[0] in _GREY_NAMES
    if is_grey and not _CHROMA_NAMES & set(names):
        return "grey"
    raise UnsupportedFormat(
        f"{path} holds the channels {', '.join(names)}; a plate needs R, G, B first, or grey."
    )


def _depth_of(
    path: Path, fmt: FrameFormat, spec: oiio.ImageSpec
) -> tuple[Literal["integer", "half", "float"], int]:
    stored = set(channel_formats(spec)) or {str(spec.format)}
    kind, bits = _STORED.get(str(spec.format), ("integer", 0))
    if kind == "integer":
        bits = spec.get_int_attribute("oiio:BitsPerSample", bits)
    if not stored <= set(_STORED) or (kind, bits) not in fmt.depths:
        known = ", ".join(f"{bits}-bit" if kind == "integer" else kind for kind, bits in fmt.depths)
        raise UnsupportedFormat(
            f"{path} is {fmt.name} with {spec.format} values of {bits or 'unknown'} bits; known are {known}."
        )
    return kind, bits
