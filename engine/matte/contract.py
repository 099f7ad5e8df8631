"""What every source of given mattes promises; `tests/matte/test_contract.py` holds all of them to it."""

from __future__ import annotations

from typing import Protocol

from engine.types import Float32, Frame, FrameNumber


class MatteSource(Protocol):
    """One plane per frame of a clip. Thread-safe."""

    @property
    def identity(self) -> str:
        """Names where the planes come from: part of every cache key and report."""
        ...

    def has(self, number: FrameNumber) -> bool:
        """Whether there is a plane for frame `number` of the clip."""
        ...

    def plane(self, frame: Frame) -> Float32:
        """The plane for `frame`, (H, W) float32 of its size; integers are scaled to 0..1.

        Raises SourceNotFound where `has` says no, InconsistentFrames where the size is another, and what
        reading a file raises.
        """
        ...
