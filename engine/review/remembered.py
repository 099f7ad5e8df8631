"""A detector that remembers: settings can then be tried on a frame without running its net again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.closing import Closing
from engine.detect.contract import Detector
from engine.review.caches import ByteCache
from engine.types import DamageClass, DamageMatte, Float32
from engine.window.window import FrameWindow

_Key = tuple[str | None, ...]


@dataclass(frozen=True, eq=False)
class _Sparse:
    """A plane (H, W) that is 0 nearly everywhere."""

    shape: tuple[int, ...]
    places: npt.NDArray[np.int32]
    values: Float32

    @staticmethod
    def of(plane: Float32) -> _Sparse:
        places = np.flatnonzero(plane).astype(np.int32)
        return _Sparse(plane.shape, places, plane.ravel()[places])

    def plane(self) -> Float32:
        plane = np.zeros(self.shape, np.float32)
        plane.ravel()[self.places] = self.values
        return plane

    @property
    def nbytes(self) -> int:
        return self.places.nbytes + self.values.nbytes


@dataclass(frozen=True, eq=False)
class _Found:
    """What the detector said, bit for bit: what is kept must give the same render."""

    coverage: Float32
    classes: dict[DamageClass, _Sparse]
    origin: str

    @property
    def nbytes(self) -> int:
        return self.coverage.nbytes + sum(plane.nbytes for plane in self.classes.values())


class RememberedDetector(Closing):
    """Implements `engine.detect.contract.Detector`; keeps what was found last, up to `budget` bytes."""

    def __init__(self, detector: Detector, budget: int) -> None:
        self._detector = detector
        self._known: ByteCache[_Key, _Found] = ByteCache(budget, lambda found: found.nbytes)

    @property
    def radius(self) -> int:
        return self._detector.radius

    @property
    def identity(self) -> str:
        return self._detector.identity

    def detect(self, window: FrameWindow) -> DamageMatte:
        """As `Detector.detect` says."""
        key = tuple(None if frame is None else frame.key for frame in window.frames)
        known = self._known.get(key)
        if known is None:
            found = self._detector.detect(window)
            known = _Found(
                found.coverage,
                {name: _Sparse.of(plane) for name, plane in found.classes.items()},
                found.origin,
            )
            self._known.put(key, known)
        classes: dict[DamageClass, Float32] = {name: plane.plane() for name, plane in known.classes.items()}
        return DamageMatte(known.coverage, classes, known.origin)

    def close(self) -> None:
        self._known.forget(lambda _: True)
        close = getattr(self._detector, "close", None)
        if close is not None:
            close()
