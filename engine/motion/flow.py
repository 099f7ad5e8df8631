"""Motion between two frames, and pictures moved along it.

A flow from frame a to frame b says where the content at pixel x of a is found in b: at x + vector(x).
Warping b along it gives b as seen from a. Vectors live on a grid `scale` times coarser than the
frame: grid point i covers the pixels scale*i .. scale*i + scale - 1, so pixel x lies at
(x + 0.5) / scale - 0.5 on the grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import cv2
import numpy as np

from engine.types import Bool, Box, Float32

Resampling = Literal["linear", "cubic", "lanczos"]
"""linear: fast and soft, for comparing pictures. cubic, lanczos: keep grain and detail, for fills."""

_INTERPOLATION: dict[Resampling, int] = {
    "linear": cv2.INTER_LINEAR,
    "cubic": cv2.INTER_CUBIC,
    "lanczos": cv2.INTER_LANCZOS4,
}


@dataclass(frozen=True, eq=False)
class Flow:
    """`vectors` (h, w, 2) float32: (dx, dy) in pixels of the full-size frame, dx to the right, dy down.

    h = ceil(height / scale), w = ceil(width / scale); `size` is (height, width) of the full frame.
    """

    vectors: Float32
    scale: int
    size: tuple[int, int]

    def __post_init__(self) -> None:
        if self.vectors.shape != (*grid_size(self.size, self.scale), 2):
            raise ValueError(
                f"a flow of scale {self.scale} for {self.size} has {self.vectors.shape} vectors, "
                f"not {(*grid_size(self.size, self.scale), 2)}"
            )

    @staticmethod
    def still(size: tuple[int, int], scale: int) -> Flow:
        """No motion at all, for a frame of `size` (height, width)."""
        return Flow(np.zeros((*grid_size(size, scale), 2), np.float32), scale, size)


class Warped(NamedTuple):
    """`picture` (h, w, C) or (h, w) float32; `valid` (h, w): False where the motion left the frame."""

    picture: Float32
    valid: Bool


def grid_size(size: tuple[int, int], scale: int) -> tuple[int, int]:
    """(height, width) of the grid that covers a frame of `size` at `scale`."""
    return -(-size[0] // scale), -(-size[1] // scale)


def dense(flow: Flow, box: Box | None = None) -> Float32:
    """The vectors at every pixel of `box` (None: the whole frame), (h, w, 2) float32 in pixels.

    A box gives exactly the part that the whole frame would have there.
    """
    return enlarged(flow.vectors, flow.scale, box or _whole(flow.size))


def warp(
    picture: Float32,
    flow: Flow,
    box: Box | None = None,
    resampling: Resampling = "linear",
    out: Float32 | None = None,
) -> Warped:
    """The neighbour `picture` as seen from the frame the flow starts in, on `box` of that frame.

    `picture` is the neighbour's whole (H, W, C) or (H, W) plane, float32, any range; nothing is
    clamped, and cubic and lanczos may overshoot at hard edges. Where a vector points outside the
    neighbour, the nearest edge pixel stands in and `valid` is False. Zero motion returns the pixels
    exactly (as long as all are finite). `out`, of the result's shape, is filled and returned if given.
    """
    if picture.shape[:2] != flow.size:
        raise ValueError(f"the flow is for frames of {flow.size}, the picture has {picture.shape[:2]}")
    area = box or _whole(flow.size)
    targets = _targets(flow, area)
    # OpenCV's stubs do not know that maps of two channels take no second one.
    second: Any = None
    kind, border = _INTERPOLATION[resampling], cv2.BORDER_REPLICATE
    moved = cv2.remap(picture, targets, second, kind, out, border)
    shape = (area.height, area.width, *picture.shape[2:])
    return Warped(np.ascontiguousarray(moved, np.float32).reshape(shape), _inside(targets, flow, area))


def chain(first: Flow, second: Flow) -> Flow:
    """The flow a -> c from a -> b and b -> c: the second is read where the first one ends.

    Both have the same scale and size.
    """
    if (first.scale, first.size) != (second.scale, second.size):
        raise ValueError(
            f"flows of one scale and size can be chained, not {first.scale} {first.size} "
            f"with {second.scale} {second.size}"
        )
    return Flow(first.vectors + follow(first, second.vectors), first.scale, first.size)


def follow(flow: Flow, plane: Float32) -> Float32:
    """`plane`, given on the grid of the frame the flow ends in, as seen from where it starts."""
    rows, columns = grid_size(flow.size, flow.scale)
    x = np.arange(columns, dtype=np.float32) + flow.vectors[..., 0] / np.float32(flow.scale)
    y = np.arange(rows, dtype=np.float32)[:, None] + flow.vectors[..., 1] / np.float32(flow.scale)
    seen = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def enlarged(plane: Float32, scale: int, box: Box) -> Float32:
    """A plane on the grid, interpolated to the pixels of `box`.

    One grid point beyond the box on every side is enough for the bilinear kernel, so a part comes
    out as it would from the whole.
    """
    if scale == 1:
        return np.array(plane[box.slices])
    top, left = max(box.top // scale - 1, 0), max(box.left // scale - 1, 0)
    part = plane[top : -(-box.bottom // scale) + 1, left : -(-box.right // scale) + 1]
    size = (part.shape[1] * scale, part.shape[0] * scale)
    fine = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    row, column = box.top - top * scale, box.left - left * scale
    return np.ascontiguousarray(fine[row : row + box.height, column : column + box.width], np.float32)


def _targets(flow: Flow, box: Box) -> Float32:
    """Where every pixel of `box` is found in the neighbour: (h, w, 2) float32, x and y in its pixels."""
    targets = dense(flow, box)
    # As one complex number a pixel, x + iy: the sum then runs over contiguous memory.
    points = targets.view(np.complex64)[..., 0]
    points += np.arange(box.left, box.right).astype(np.complex64)
    points += (1j * np.arange(box.top, box.bottom)).astype(np.complex64)[:, None]
    return targets


def _inside(targets: Float32, flow: Flow, box: Box) -> Bool:
    """Which of the `targets` (h, w, 2) of `box` lie in the frame: (h, w). From far inside none leaves it."""
    height, width = flow.size
    furthest = np.abs(flow.vectors).max(initial=0) + 1
    margin = int(np.ceil(furthest)) if furthest < max(height, width) else max(height, width)
    top, left = min(max(margin - box.top, 0), box.height), min(max(margin - box.left, 0), box.width)
    bottom = max(min(height - margin, box.bottom) - box.top, top)
    right = max(min(width - margin, box.right) - box.left, left)
    inside = np.ones(targets.shape[:2], np.bool_)
    whole = slice(None)
    for part in (
        (slice(0, top), whole), (slice(bottom, None), whole),
        (slice(top, bottom), slice(0, left)), (slice(top, bottom), slice(right, None)),
    ):  # fmt: skip
        if targets[part].size:
            inside[part] = np.asarray(cv2.inRange(targets[part], (0, 0), (width - 1, height - 1))) > 0
    return inside


def _whole(size: tuple[int, int]) -> Box:
    return Box(0, 0, size[0], size[1])
