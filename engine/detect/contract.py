"""What every detector promises; `tests/detect/test_contract.py` holds all of them to it."""

from __future__ import annotations

from typing import Protocol

from engine.types import DamageMatte
from engine.window.window import FrameWindow


class Detector(Protocol):
    @property
    def radius(self) -> int:
        """How many neighbours on either side it looks at; fewer, or none, is never an error.

        Windows come from `FrameWindow.beside`: with none on one side there may be 2 * radius on the other.
        """
        ...

    @property
    def identity(self) -> str:
        """Names detector and model exactly (id, version, sha256): part of every cache key and report."""
        ...

    def detect(self, window: FrameWindow) -> DamageMatte:
        """Probability of damage in the centre frame, (H, W) float32, 0 .. 1, overall and per class.

        Classes may be left at 0 where damage is next to impossible.
        """
        ...
