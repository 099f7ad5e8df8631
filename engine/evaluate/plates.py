"""What a repair did to the plates: how near the clean plate it came, and what it touched that was sound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.codes import to_rgb
from engine.evaluate.metrics import psnr, squared_error
from engine.types import Bool, Codes


@dataclass(frozen=True)
class Error:
    """A sum of squared errors over `count` values: to be added up before it becomes decibels."""

    total: float = 0.0
    count: int = 0

    @property
    def psnr(self) -> float | None:
        """dB for a peak of 1; None where nothing was compared, or where nothing differs."""
        return psnr(self.total, self.count) if self.total else None

    def __add__(self, other: Error) -> Error:
        return Error(self.total + other.total, self.count + other.count)


@dataclass(frozen=True)
class PlateErrors:
    """Errors of the restored plate, over the frame and over visible damage, and of the source before it.

    `altered` counts the pixels of `sound` picture (no damage present) whose code values changed.
    """

    full: Error = Error()
    masked: Error = Error()
    before_full: Error = Error()
    before_masked: Error = Error()
    altered: int = 0
    sound: int = 0

    def __add__(self, other: PlateErrors) -> PlateErrors:
        return PlateErrors(
            self.full + other.full,
            self.masked + other.masked,
            self.before_full + other.before_full,
            self.before_masked + other.before_masked,
            self.altered + other.altered,
            self.sound + other.sound,
        )


@dataclass(frozen=True, eq=False)
class Plates:
    """One frame's plates, as far as they were given."""

    source: Codes | None = None
    restored: Codes | None = None
    clean: Codes | None = None


def plate_errors(plates: Plates, visible: Bool, present: Bool) -> PlateErrors:
    """Compare what is there; planes are (H, W). Plates are compared as R'G'B' code values, white = 1."""
    full, masked = _errors(plates.restored, plates.clean, visible)
    before_full, before_masked = _errors(plates.source, plates.clean, visible)
    altered, sound = 0, 0
    if plates.source is not None and plates.restored is not None:
        clear = ~(present | visible)
        altered = int(np.count_nonzero(changed(plates.source, plates.restored) & clear))
        sound = int(np.count_nonzero(clear))
    return PlateErrors(full, masked, before_full, before_masked, altered, sound)


def changed(source: Codes, restored: Codes) -> Bool:
    """(H, W): where any code value of the pixel differs; a chroma sample speaks for all its pixels."""
    height, width = source.height, source.width
    result = np.zeros((height, width), np.bool_)
    for before, after in zip(source.planes, restored.planes, strict=True):
        differs = before != after
        # NaN is equal to nothing, not even to itself: two of them are the same code.
        differs &= ~((before != before) & (after != after))
        differs = differs.any(2) if differs.ndim == 3 else differs
        down, across = -(-height // differs.shape[0]), -(-width // differs.shape[1])
        result |= np.repeat(np.repeat(differs, down, 0), across, 1)[:height, :width]
    return result


def _errors(plate: Codes | None, clean: Codes | None, visible: Bool) -> tuple[Error, Error]:
    if plate is None or clean is None:
        return Error(), Error()
    picture, truth = to_rgb(plate), to_rgb(clean)
    return Error(*squared_error(picture, truth)), Error(*squared_error(picture, truth, visible))
