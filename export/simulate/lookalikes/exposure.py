"""How things of the scene reach the film: continuous in time, smeared while the shutter is open.

Time counts frames and is 0 at the middle frame; things are functions of it, so that they stand in every
frame where they must. Covers are (H, W) float32 0..1, frames (H, W, 3) float32 scene-linear.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import Float32

Bytes = npt.NDArray[np.uint8]
Drawing = Callable[[Bytes, float], None]
"""Draws a thing as it is at a time into a mask (H, W) uint8, 255 = covered."""

FRACTION = 4
"""Fractional bits of the coordinates given to OpenCV's drawing."""


def times(frames: Sequence[Float32]) -> list[float]:
    return [float(k - len(frames) // 2) for k in range(len(frames))]


def exposed(shape: tuple[int, int], draw: Drawing, time: float, shutter: float, steps: int) -> Float32:
    """The mean of what `draw` draws while the shutter, `shutter` of a frame's time, is open around `time`."""
    total = np.zeros(shape, np.float32)
    for moment in time + shutter * (np.arange(steps) - (steps - 1) / 2) / steps:
        mask = np.zeros(shape, np.uint8)
        draw(mask, float(moment))
        total += mask
    return total / np.float32(255 * steps)


def points(xy: npt.ArrayLike) -> npt.NDArray[np.int32]:
    """Pixel coordinates (..., 2), x before y, as OpenCV's drawing takes them with `FRACTION` bits."""
    return np.rint(np.asarray(xy) * 2**FRACTION).astype(np.int32)


def segments(mask: Bytes, starts: npt.ArrayLike, ends: npt.ArrayLike, thickness: int, value: int) -> None:
    """Draw N straight strokes from `starts` (N, 2) to `ends` (N, 2)."""
    lines = np.stack([points(starts), points(ends)], axis=1)[:, :, None]
    cv2.polylines(mask, list(lines), False, value, thickness, cv2.LINE_AA, FRACTION)


def fill(mask: Bytes, corners: npt.ArrayLike, value: int = 255) -> None:
    cv2.fillPoly(mask, [points(corners)], value, cv2.LINE_AA, FRACTION)


def disc(mask: Bytes, x: float, y: float, radius: float, value: int = 255) -> None:
    """A disc of any radius; one thinner than a pixel is fainter."""
    faint = min(1.0, (radius / 0.7) ** 2)
    size = max(round(max(radius - 0.5, 0.0) * 2**FRACTION), 1)
    x_y = points([x, y])
    cv2.circle(mask, (int(x_y[0]), int(x_y[1])), size, value * faint, -1, cv2.LINE_AA, FRACTION)


def soft(mask: npt.NDArray[np.uint8] | Float32, spread: float) -> Float32:
    """`mask` out of focus by `spread` px (sigma); bytes become 0..1."""
    blurred = cv2.GaussianBlur(mask, (0, 0), spread) if spread > 0.15 else mask
    scale = np.float32(1 / 255) if mask.dtype == np.uint8 else np.float32(1)
    return np.asarray(blurred, np.float32) * scale


def laid_over(frame: Float32, cover: Float32, colour: npt.ArrayLike) -> Float32:
    """`frame` with `colour`, (3,) or (H, W, 3), over it where `cover` says so."""
    place = _touched(cover)
    if place is None:
        return frame
    paint = np.asarray(colour, np.float32)
    result = frame.copy()
    part = result[place]
    part += cover[place][..., None] * ((paint if paint.ndim == 1 else paint[place]) - part)
    return result


def lit(frame: Float32, light: Float32, colour: npt.ArrayLike) -> Float32:
    """`frame` with `light` (H, W), any positive amount, of a `colour` (3,) added."""
    place = _touched(light)
    if place is None:
        return frame
    result = frame.copy()
    result[place] += light[place][..., None] * np.asarray(colour, np.float32)
    return result


def tone(frames: Sequence[Float32], low: float, high: float, rng: np.random.Generator) -> Float32:
    """A colour (3,), a little tinted, as light as the scene is between two quantiles of its light."""
    luma = frames[len(frames) // 2][::8, ::8].mean(2)
    level = float(np.quantile(luma, rng.uniform(low, high)))
    return (level * rng.normal(1, 0.08, 3).clip(0.6, 1.4)).astype(np.float32)


def smear(cover: Float32, step: npt.ArrayLike) -> Float32:
    """`cover` (H, W[, C]) spread evenly along `step`, (x, y) in px: what moves while the shutter is open."""
    along = np.asarray(step, float)
    length = int(np.ceil(np.abs(along).max()))
    if length < 2:
        return cover
    side = 2 * (length // 2) + 1
    kernel = np.zeros((side, side), np.uint8)
    middle = np.full(2, side // 2)
    segments(kernel, [middle - along / 2], [middle + along / 2], 1, 255)
    weights = kernel.astype(np.float32) / max(float(kernel.sum()), 1.0)
    return np.asarray(cv2.filter2D(cover, -1, weights, borderType=cv2.BORDER_REFLECT_101), np.float32)


def shifted(plane: Float32, x: float, y: float, shape: tuple[int, int]) -> Float32:
    """The (H, W) window of `plane` (h, w[, C]) that lies in its middle, moved on by (x, y) px."""
    left, top = (plane.shape[1] - shape[1]) / 2, (plane.shape[0] - shape[0]) / 2
    view = np.array([[1, 0, x - left], [0, 1, y - top]])
    return np.asarray(
        cv2.warpAffine(plane, view, shape[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101),
        np.float32,
    )


def log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _touched(cover: Float32) -> tuple[slice, slice] | None:
    rows, columns = np.flatnonzero(cover.any(1)), np.flatnonzero(cover.any(0))
    if not len(rows):
        return None
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
