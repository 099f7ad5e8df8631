"""Motion between frames whose damage was painted over first, so that it does not mislead the search.

Dirt and scratches pull the vectors around them their own way. Painted over with what lies around them
(Telea, An Image Inpainting Technique Based on the Fast Marching Method, 2004) in the small picture that is
searched, they leave the motion of the scene, which goes on beneath them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import cv2
import numpy as np

from engine.cells import any_of_cells
from engine.memo import Memo
from engine.motion.estimator import search
from engine.motion.flow import Flow
from engine.motion.luma import Luma, luma_of, search_scale
from engine.types import Bool, WorkingFrame

_RADIUS = 3
"""Pixels of the small picture that are looked at around each one painted over."""
_KEPT = 12
"""Lumas and flows: those of the windows of three frames in work."""


class Hurt(NamedTuple):
    """A frame with its `damage` (H, W), None for none, and a `name` for both."""

    frame: WorkingFrame
    damage: Bool | None
    name: str

    @staticmethod
    def of(frame: WorkingFrame, damage: Bool | None) -> Hurt:
        if damage is None:
            return Hurt(frame, None, frame.key)
        digest = hashlib.blake2b(np.packbits(damage).tobytes(), digest_size=16).hexdigest()
        return Hurt(frame, damage, f"{frame.key}/{digest}")


class HealedFlows:
    """Flows between healed frames, the latest kept by the content of frames and mattes; thread-safe."""

    def __init__(self) -> None:
        self._lumas: Memo[str, Luma] = Memo(_KEPT)
        self._flows: Memo[tuple[str, str], Flow] = Memo(_KEPT)

    def between(self, a: Hurt, b: Hurt) -> Flow:
        """The motion from `a` to `b` with their damage painted over."""
        size = a.frame.size
        if a.frame.key == b.frame.key:
            return Flow.still(size, search_scale(size))
        return self._flows.get((a.name, b.name), lambda: search(self._luma(a), self._luma(b), size))

    def _luma(self, hurt: Hurt) -> Luma:
        def made() -> Luma:
            scale = search_scale(hurt.frame.size)
            found = luma_of(hurt.frame, scale)
            return found if hurt.damage is None else healed(found, hurt.damage, scale)

        return self._lumas.get(hurt.name, made)


class HealedMotion:
    """Flows from one frame of a window to its others, searched when first asked for."""

    def __init__(self, frames: Mapping[int, WorkingFrame], damage: Mapping[int, Bool]) -> None:
        """`frames` and their `damage` (H, W) by offset, 0 for the frame where all flows start."""
        self._hurt = {k: Hurt.of(frame, damage.get(k)) for k, frame in frames.items()}
        self._flows = HealedFlows()

    def to(self, offset: int) -> Flow:
        """The motion from frame 0 to the one at `offset`."""
        return self._flows.between(self._hurt[0], self._hurt[offset])


def healed(luma: Luma, hidden: Bool, scale: int) -> Luma:
    """`luma`, `scale` times coarser, with every cell painted over that holds a pixel of `hidden` (H, W)."""
    cells = any_of_cells(hidden, scale).astype(np.uint8)
    if not cells.any() or cells.all():
        return luma
    plane = cv2.inpaint(luma.plane, cells, _RADIUS, cv2.INPAINT_TELEA)
    return Luma(np.asarray(plane, np.uint8), luma.median)
