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


class _Name(NamedTuple):
    """A frame's content and its damage."""

    key: str
    damage: str


class HealedFlows:
    """Flows between healed frames, the latest kept by the content of frames and mattes; thread-safe."""

    def __init__(self) -> None:
        self._lumas: Memo[_Name, Luma] = Memo(_KEPT)
        self._flows: Memo[tuple[_Name, _Name], Flow] = Memo(_KEPT)

    def between(self, a: WorkingFrame, b: WorkingFrame, hurt_a: Bool | None, hurt_b: Bool | None) -> Flow:
        """The motion from `a` to `b`, whose damage (H, W) is painted over; None is none."""
        if a.key == b.key:
            return Flow.still(a.size, search_scale(a.size))
        start, end = _name(a, hurt_a), _name(b, hurt_b)
        return self._flows.get(
            (start, end),
            lambda: search(self._luma(start, a, hurt_a), self._luma(end, b, hurt_b), a.size),
        )

    def _luma(self, name: _Name, frame: WorkingFrame, hurt: Bool | None) -> Luma:
        def made() -> Luma:
            scale = search_scale(frame.size)
            found = luma_of(frame, scale)
            return found if hurt is None else healed(found, hurt, scale)

        return self._lumas.get(name, made)


def _name(frame: WorkingFrame, hurt: Bool | None) -> _Name:
    if hurt is None:
        return _Name(frame.key, "")
    return _Name(frame.key, hashlib.blake2b(np.packbits(hurt).tobytes(), digest_size=16).hexdigest())
