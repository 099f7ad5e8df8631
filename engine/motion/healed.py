"""Motion between frames whose damage was painted over first, so that it does not mislead the search.

Dirt and scratches pull the vectors around them their own way. Painted over with what lies around them
(Telea, An Image Inpainting Technique Based on the Fast Marching Method, 2004) in the small picture that is
searched, they leave the motion of the scene, which goes on beneath them.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from engine.cells import any_of_cells
from engine.motion.estimator import search
from engine.motion.flow import Flow
from engine.motion.luma import Luma, luma_of, search_scale
from engine.types import Bool, WorkingFrame

_RADIUS = 3
"""Pixels of the small picture that are looked at around each one painted over."""


class HealedMotion:
    """Flows from one frame of a window to its others, searched when first asked for."""

    def __init__(self, frames: Mapping[int, WorkingFrame], damage: Mapping[int, Bool]) -> None:
        """`frames` and their `damage` (H, W) by offset, 0 for the frame where all flows start."""
        self._frames, self._damage = frames, damage
        self._lumas: dict[int, Luma] = {}
        self._flows: dict[int, Flow] = {}

    def to(self, offset: int) -> Flow:
        """The motion from frame 0 to the one at `offset`."""
        start, end = self._frames[0], self._frames[offset]
        if start.key == end.key:
            return Flow.still(start.size, search_scale(start.size))
        if offset not in self._flows:
            self._flows[offset] = search(self._luma(0), self._luma(offset), start.size)
        return self._flows[offset]

    def _luma(self, offset: int) -> Luma:
        if offset not in self._lumas:
            frame = self._frames[offset]
            scale = search_scale(frame.size)
            found, hidden = luma_of(frame, scale), self._damage.get(offset)
            self._lumas[offset] = found if hidden is None else healed(found, hidden, scale)
        return self._lumas[offset]


def healed(luma: Luma, hidden: Bool, scale: int) -> Luma:
    """`luma`, `scale` times coarser, with every cell painted over that holds a pixel of `hidden` (H, W)."""
    cells = any_of_cells(hidden, scale).astype(np.uint8)
    if not cells.any() or cells.all():
        return luma
    plane = cv2.inpaint(luma.plane, cells, _RADIUS, cv2.INPAINT_TELEA)
    return Luma(np.asarray(plane, np.uint8), luma.median)
