"""What is coarse in a large hole, found from afar first, so that its parts fit together.

A window sees little of a hole as large as itself, and two that hardly overlap may each make up a picture of
its own. So the net looks from farther away first, coarsely, and what it finds leads the fine pass in the deep
of the hole: strongly at first and not at all at the end, and only in what is coarser than the first look, so
that grain and detail stay the fine pass's own (HaineiFRDM, equations 1 and 2: a global residual whose weight
falls with a cosine). From afar it is asked for the mean, in two runs: a sample brings errors of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.connected import connected
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_sampler import Sampling
from engine.repair.sampling import sample
from engine.types import Bool, Float32

SCALE = 2
"""How much farther away the first look is taken from: what the net was trained for."""
DEEP = 12.0
"""px from the edge of a hole: what lies deeper is not seen together with all that is around it."""
AFAR = Sampling(steps=2, solver="ddim")
_LED_AT_MOST = 0.5
_BLUR = 1.0
"""Cells of the coarse look. Standard deviation of what both looks are compared by."""


def deep_marks(hole: Bool) -> Bool:
    """The marks of `hole` (H, W) that are worth a look from afar, as a whole."""
    deep = _depth(hole) > DEEP
    if not deep.any():
        return np.zeros_like(hole)
    labels = connected(hole).labels
    return hole & np.isin(labels, np.unique(labels[deep]))


@dataclass(frozen=True, eq=False)
class Lead:
    """Leads what a net sees on a fine canvas, n pixels, by what it saw from afar.

    `led` are the numbers of the pixels that are led, `cells` the cells of those of them that are `inside`
    the frame, `share` (h, w) how much of each cell that is, `x` and `y` where in the coarse picture each led
    pixel lies, `goal` (led, 3) what was seen from afar there, `weight` (led, 1) how much that counts, 0..1.
    """

    led: npt.NDArray[np.intp]
    inside: Bool
    cells: npt.NDArray[np.intp]
    share: Float32
    x: Float32
    y: Float32
    goal: Float32
    weight: Float32

    @staticmethod
    def of(fine: Canvas, marks: Bool, coarse: Canvas, seen: Float32) -> Lead:
        """`marks` (H, W) are those to be led; `seen` (m, 3) is what the net saw on the `coarse` canvas."""
        height, width = marks.shape
        rows, columns = np.clip(fine.rows, 0, height - 1), np.clip(fine.columns, 0, width - 1)
        led = np.flatnonzero(marks[rows, columns])
        size = -(-height // SCALE), -(-width // SCALE)
        inside = fine.inside[led]
        cells = (rows[led] // SCALE * size[1] + columns[led] // SCALE)[inside]
        counts = np.bincount(cells, minlength=size[0] * size[1]).reshape(size)
        share = counts.astype(np.float32) / np.float32(SCALE**2)
        x, y = (((place[led] + 0.5) / SCALE - 0.5).astype(np.float32) for place in (columns, rows))
        picture = np.zeros((*size, 3), np.float32)
        there = coarse.inside
        picture[coarse.rows[there], coarse.columns[there]] = seen[there]
        picture[share == 0] = 0
        # Where all of the frame is damaged, the depth is no length at all.
        depth = np.minimum(_depth(marks)[rows[led], columns[led]], np.float32(DEEP))
        weight = np.clip(2 * depth / np.float32(DEEP) - 1, 0, 1).astype(np.float32)[:, None]
        found = Lead(led, inside, cells, share, x, y, np.zeros((led.size, 3), np.float32), weight)
        found.goal[:] = found._spread(picture)
        return found

    def lead(self, seen: Float32, way: float) -> Float32:
        """`seen` (n, 3), led by as much as belongs to the share 0..1 of the `way` that is gone."""
        weight = np.float32(_LED_AT_MOST / 2 * (1 + np.cos(np.pi * way)))
        sums = [np.bincount(self.cells, seen[self.led[self.inside], c], self.share.size) for c in range(3)]
        means = (np.stack(sums, -1) / SCALE**2).reshape(*self.share.shape, 3).astype(np.float32)
        led = seen.copy()
        led[self.led] += weight * self.weight * (self.goal - self._spread(means))
        return led

    def _spread(self, means: Float32) -> Float32:
        """What is coarse of the means (h, w, 3) over whole cells, at the led pixels."""
        blurred = np.asarray(cv2.GaussianBlur(means, (0, 0), _BLUR), np.float32)
        mass = np.asarray(cv2.GaussianBlur(self.share, (0, 0), _BLUR), np.float32)
        return sample(blurred / np.maximum(mass, np.float32(1e-3))[..., None], self.x, self.y)


def _depth(hole: Bool) -> Float32:
    """px from each pixel of `hole` (H, W) to what is around it; the edge of the frame is none."""
    return np.asarray(cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 3), np.float32)
