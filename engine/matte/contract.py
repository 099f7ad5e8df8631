"""What every source of given mattes promises; `tests/matte/test_contract.py` holds all of them to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from engine.types import AskedFill, Bool, Float32, Frame, FrameNumber


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


class DecisionSource(Protocol):
    """What a person decided about the damage of a clip. Thread-safe."""

    @property
    def identity(self) -> str:
        """Names the decisions exactly: part of every cache key and report."""
        ...

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        """What the found damage of frame `number` depends on; () where nothing is added to it."""
        ...

    def added(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) that are damage whatever is found; None where there are none."""
        ...

    def vetoed(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) that are picture whatever is found; None where there are none."""
        ...

    def kept(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) that must not be touched; None where there are none."""
        ...

    @property
    def fills(self) -> frozenset[AskedFill]:
        """The fills that a person asks for on any frame."""
        ...

    def asked(self, frame: Frame) -> Mapping[AskedFill, Bool]:
        """Fill to the pixels (H, W) that a person wants filled so; they count where there is damage."""
        ...
