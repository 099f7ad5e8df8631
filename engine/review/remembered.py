"""A detector that remembers: settings can then be tried on a frame without running its net again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.closing import Closing, close_owned
from engine.detect.contract import Detector
from engine.review.caches import ByteCache
from engine.types import Box, DamageClass, DamageMatte, Float32
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

    def part(self, box: Box) -> _Sparse:
        rows, columns = np.divmod(self.places, np.int32(self.shape[1]))
        inside = (rows >= box.top) & (rows < box.bottom) & (columns >= box.left) & (columns < box.right)
        places = (rows[inside] - box.top) * box.width + columns[inside] - box.left
        return _Sparse((box.height, box.width), places.astype(np.int32), self.values[inside])

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
        key = _key_of(window)
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

    def share(self, whole: FrameWindow, part: FrameWindow, box: Box) -> None:
        """Have `part`, whose frames are those of `whole` cut to `box`, give what was found on `whole`.

        Where nothing is remembered of that, `part` is looked at by itself: its net sees less of the picture.
        """
        known = self._known.get(_key_of(whole))
        if known is not None:
            coverage = np.ascontiguousarray(known.coverage[box.slices])
            classes: dict[DamageClass, _Sparse] = {
                name: plane.part(box) for name, plane in known.classes.items()
            }
            self._known.put(_key_of(part), _Found(coverage, classes, known.origin))

    def close(self) -> None:
        self._known.forget(lambda _: True)
        close_owned(self._detector)


def _key_of(window: FrameWindow) -> _Key:
    return tuple(None if frame is None else frame.key for frame in window.frames)
