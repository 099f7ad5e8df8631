"""Motion between frames with their damage painted over, kept from window to window."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from engine.memo import Memo
from engine.motion.estimator import search
from engine.motion.flow import Flow
from engine.motion.healed import healed
from engine.motion.luma import Luma, luma_of, search_scale
from engine.types import Bool, WorkingFrame

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
