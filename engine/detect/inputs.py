"""What the detection net sees of a window: the same function feeds training and rendering."""

from __future__ import annotations

import cv2
import numpy as np

from engine.inference.tiling import mirrored
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import warp
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Bool, Float32
from engine.window.window import FrameWindow

CHANNELS: tuple[str, ...] = (
    "centre.r", "centre.g", "centre.b",
    "before.aligned.r", "before.aligned.g", "before.aligned.b",
    "after.aligned.r", "after.aligned.g", "after.aligned.b",
    "before.unaligned.luma", "after.unaligned.luma",
    "before.valid", "after.valid",
)  # fmt: skip
"""A line scratch stands still in the frame and moves against the aligned neighbours; a post of the
scene does the opposite. Only both views together tell them apart."""

RADIUS = 1
"""Neighbours on either side. Where one side has none, the second one of the other side stands in for it."""


_SPARSE = 8
"""One pixel of so many, either way, is asked about a change of exposure."""
_FLICKER = 0.01
"""ACEScct: a change by less than a fifth of a stop is left as it is; training knows of flicker."""
_TONES = 12
"""Tones at which a change of exposure is looked at."""
_GREEN, _GREEN_BEFORE, _GREEN_AFTER = 1, 4, 7
BEFORE_VALID, AFTER_VALID = _VALID = 11, 12


def compared(window: FrameWindow) -> tuple[int | None, int | None]:
    """Offsets of the frames that the planes *before* and *after* show, None for a plane without one.

    The two nearest: -1 and 1, at the start of a shot 2 and 1, at its end -1 and -2.
    """
    near = sorted(window.offsets()[: 2 * RADIUS])
    if len(near) < 2:
        return next((k for k in near if k < 0), None), next((k for k in near if k > 0), None)
    first, second = near
    return (first, second) if first < 0 < second else (second, first)


def between(window: FrameWindow) -> bool:
    """Whether the frames that the centre is compared with are on either side of it."""
    before, after = compared(window)
    return before is not None and after is not None and before < 0 < after


def padded_size(size: tuple[int, int], multiple: int) -> tuple[int, int]:
    """(height, width) `size`, filled up to multiples of `multiple`."""
    return size[0] + -size[0] % multiple, size[1] + -size[1] % multiple


def detector_input(
    window: FrameWindow,
    motion: MotionEstimator,
    multiple: int = 1,
    out: Float32 | None = None,
    moved_out: Float32 | None = None,
) -> Float32:
    """(len(CHANNELS), H, W) float32, model encoding, not clamped; an absent neighbour is 0 and not valid.

    Where the exposure of the whole frame changes (a flash, flicker), neighbours are brought to the centre's.
    Sides that are no multiple of `multiple` are filled up with the picture mirrored at its edge.
    `out`, of that size, is filled and returned where it is given; `moved_out` (h, w, 3) holds what is in
    between, if given.
    """
    height, width = window.centre.size
    shape = (len(CHANNELS), *padded_size((height, width), multiple))
    filled = np.empty(shape, np.float32) if out is None else out
    planes = filled[:, :height, :width]
    _part(window.centre.encoded, planes[0:3])
    for offset, aligned, luma, valid in zip(compared(window), (3, 6), (9, 10), _VALID, strict=True):
        neighbour = None if offset is None else window.at(offset)
        if neighbour is None:
            planes[[aligned, aligned + 1, aligned + 2, luma, valid]] = 0
            continue
        flow = motion.between(window.centre, neighbour)
        moved = warp(neighbour.encoded, flow, out=moved_out)
        _part(moved.picture, planes[aligned : aligned + 3])
        cv2.transform(neighbour.encoded, LUMA_WEIGHTS, planes[luma])
        planes[valid] = moved.valid
        _even_out(planes[0:3], planes[aligned : aligned + 3], planes[luma], moved.valid)
    filled[:, height:, :width] = planes[:, mirrored(height, shape[1] - height)]
    filled[:, :, width:] = filled[:, :, mirrored(width, shape[2] - width)]
    return filled


def differences(planes: Float32, step: int = 1) -> tuple[Float32, Float32]:
    """Green of the centre less that of each aligned neighbour, 0 where a neighbour does not count.

    (H, W), or the means over `step` x `step` pixels of it. What is no finite number in broken float plates
    is 0 as well: whatever it is, it is no trace of anything.
    """
    with np.errstate(invalid="ignore"):
        centre = reduced(planes[_GREEN], step)
        before = (centre - reduced(planes[_GREEN_BEFORE], step)) * _picked(planes[BEFORE_VALID], centre)
        after = (centre - reduced(planes[_GREEN_AFTER], step)) * _picked(planes[AFTER_VALID], centre)
    return _finite(before), _finite(after)


def reduced(plane: Float32, step: int) -> Float32:
    """`plane` (H, W) averaged over `step` x `step` pixels; the rest at the right and bottom is spread out."""
    if step == 1:
        return plane
    size = (max(1, plane.shape[1] // step), max(1, plane.shape[0] // step))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)


def _even_out(centre: Float32, aligned: Float32, luma: Float32, valid: Bool) -> None:
    """Bring a neighbour, `aligned` (3, H, W) and `luma` as it stands, to the centre's exposure, in place.

    In a log encoding a change of exposure is an offset, and light that is added one that falls with the
    tone. Medians per tone do not hear of damage, however bright, that covers less than half of it. A flash is
    no damage, and no neighbour of it shows so much light.
    """
    places = (slice(None, None, _SPARSE), slice(None, None, _SPARSE))
    counted = valid[places] & np.isfinite(aligned[(slice(None), *places)]).all(0)
    counted &= np.isfinite(centre[(slice(None), *places)]).all(0)
    if not counted.any():
        return
    there = aligned[(slice(None), *places)][:, counted]
    apart = centre[(slice(None), *places)][:, counted] - there
    if (np.abs(np.median(apart, axis=1)) < _FLICKER).all():
        return
    curves = [_tone_curve(tones, change) for tones, change in zip(there, apart, strict=True)]
    for plane, curve in zip((*aligned, luma), (*curves, curves[_GREEN]), strict=True):
        plane += np.interp(plane, *curve).astype(np.float32)


def _tone_curve(tones: Float32, change: Float32) -> tuple[Float32, Float32]:
    """Tones (k,) of a neighbour, rising, and the median change (k,) of its pixels of about that tone."""
    groups = np.array_split(np.argsort(tones, kind="stable"), min(_TONES, tones.size))
    at = np.array([tones[group].mean() for group in groups], np.float32)
    return at, np.array([np.median(change[group]) for group in groups], np.float32)


def _finite(plane: Float32) -> Float32:
    return np.nan_to_num(plane, copy=False, posinf=0, neginf=0)


def _picked(plane: Float32, like: Float32) -> Float32:
    """`plane` at the size of `like`, by single pixels."""
    return np.asarray(cv2.resize(plane, like.shape[::-1], interpolation=cv2.INTER_NEAREST), np.float32)


def _part(picture: Float32, planes: Float32) -> None:
    """Put the channels of `picture` (H, W, 3) into `planes` (3, H, W)."""
    cv2.split(picture, list(planes))
