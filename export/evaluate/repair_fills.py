"""The peers: fills that take a frame, its matte and at most the frames around it, and no model.

Every method may change what its matte covers and nothing else. What works on 8 bits is put back inside the
matte alone, so that nothing else pays for that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.evaluate.metrics import grown
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import chain, warp
from engine.types import Bool, CodeLayout, Codes, Float32, Frame, WorkingFrame

RADIUS = 3
"""px around a pixel that Telea and Navier-Stokes look at: OpenCV's usual value."""
NEAREST = (-1, 1, -2, 2)
TAPS = 3
"""px by which a neighbour's matte is grown: as far as the resampling would carry its damage."""
SLOW_UP_TO = 0.12
"""Share of a frame beyond which FSR and biharmonic inpainting take minutes; they are left out there."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Damaged plates in order, (H, W, 3) unsigned codes of `layout`, each with its matte (H, W)."""

    plates: Sequence[np.ndarray]
    mattes: Sequence[Bool]
    layout: CodeLayout

    @property
    def peak(self) -> int:
        return 2**self.layout.bits - 1

    def frame(self, plate: np.ndarray, place: int) -> Frame:
        return Frame(place, Codes((plate,), self.layout))


Fill = Callable[[Stretch, int], np.ndarray | None]
"""The codes of the plate at a place with its matte filled; None where a method cannot."""


def input_(stretch: Stretch, place: int) -> np.ndarray:
    return stretch.plates[place]


def telea(stretch: Stretch, place: int) -> np.ndarray:
    """Telea 2004, An image inpainting technique based on the fast marching method."""
    return _opencv(stretch, place, cv2.INPAINT_TELEA)


def navier_stokes(stretch: Stretch, place: int) -> np.ndarray:
    """Bertalmio, Bertozzi, Sapiro 2001, Navier-Stokes, fluid dynamics, and image and video inpainting."""
    return _opencv(stretch, place, cv2.INPAINT_NS)


def biharmonic(stretch: Stretch, place: int) -> np.ndarray | None:
    """Damelin and Hoang 2018, On surface completion and image inpainting by biharmonic functions."""
    from skimage.restoration import inpaint_biharmonic

    plate, matte = stretch.plates[place], stretch.mattes[place]
    if matte.mean() > SLOW_UP_TO:
        return None
    picture = plate.astype(np.float64) / stretch.peak
    filled = inpaint_biharmonic(picture, matte, split_into_regions=True, channel_axis=-1)
    return _inside(stretch, place, filled)


def fsr(contrib: Path) -> Fill:
    """Frequency selective reconstruction: Genser, Seiler, Schilling, Kaup 2018, Signal and loss geometry
    aware frequency selective extrapolation for error concealment. `contrib`: folder of a contrib OpenCV."""

    def fill(stretch: Stretch, place: int) -> np.ndarray | None:
        if stretch.mattes[place].mean() > SLOW_UP_TO:
            return None
        with tempfile.TemporaryDirectory() as folder:
            given, made = Path(folder) / "given.npz", Path(folder) / "made.npy"
            np.savez(given, plate=_eight_bit(stretch, place), matte=stretch.mattes[place])
            worker = Path(__file__).with_name("repair_fsr.py")
            command = [sys.executable, "-P", str(worker), str(given), str(made)]
            subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(contrib)})
            return _inside(stretch, place, np.load(made) / np.float32(255))

    return fill


class MotionFill:
    """The nearest neighbour's pixel along the motion, the next where its matte or the frame's edge speaks
    against it, Telea where none is left.

    Motion is searched by the engine's estimator between frames that Telea has filled before, so that dirt
    does not mislead it. `prepare` gives a frame its model encoding and key.
    """

    def __init__(self, prepare: Callable[[Frame], WorkingFrame]) -> None:
        self._prepare = prepare
        self._motion = MotionEstimator()
        self._ready: dict[tuple[int, int], tuple[np.ndarray, WorkingFrame]] = {}
        self._stretch: Stretch | None = None

    def __call__(self, stretch: Stretch, place: int) -> np.ndarray:
        if stretch is not self._stretch:
            self._stretch, self._ready = stretch, {}
        spatial, centre = self._filled(stretch, place)
        result = spatial.astype(np.float32) / stretch.peak
        open_still = stretch.mattes[place].copy()
        for offset in NEAREST:
            if not 0 <= place + offset < len(stretch.plates) or not open_still.any():
                continue
            moved, valid = self._moved(stretch, place, offset, centre)
            taken = open_still & valid
            result[taken] = moved[taken]
            open_still &= ~taken
        return _inside(stretch, place, result)

    def _moved(self, stretch: Stretch, place: int, offset: int, centre: WorkingFrame) -> tuple[Float32, Bool]:
        step = 1 if offset > 0 else -1
        flow = self._motion.between(centre, self._filled(stretch, place + step)[1])
        if abs(offset) == 2:
            middle, far = (self._filled(stretch, place + k * step)[1] for k in (1, 2))
            flow = chain(flow, self._motion.between(middle, far))
        other = place + offset
        picture = stretch.plates[other].astype(np.float32) / np.float32(stretch.peak)
        moved, inside = warp(picture, flow, resampling="lanczos")
        hurt = np.asarray(grown(stretch.mattes[other], TAPS), np.float32)
        return moved, inside & (warp(hurt, flow).picture == 0)

    def _filled(self, stretch: Stretch, place: int) -> tuple[np.ndarray, WorkingFrame]:
        key = (id(stretch), place)
        if key not in self._ready:
            plate = telea(stretch, place)
            self._ready[key] = plate, self._prepare(stretch.frame(plate, place))
        return self._ready[key]


def _opencv(stretch: Stretch, place: int, method: int) -> np.ndarray:
    hole = stretch.mattes[place].astype(np.uint8)
    filled = cv2.inpaint(_eight_bit(stretch, place), hole, RADIUS, method)
    return _inside(stretch, place, filled.astype(np.float32) / 255)


def _eight_bit(stretch: Stretch, place: int) -> np.ndarray:
    return np.rint(stretch.plates[place] * (255 / stretch.peak)).astype(np.uint8)


def _inside(stretch: Stretch, place: int, filled: np.ndarray) -> np.ndarray:
    plate, matte = stretch.plates[place], stretch.mattes[place]
    codes = np.rint(np.clip(filled, 0, 1) * stretch.peak).astype(plate.dtype)
    return np.where(matte[..., None], codes, plate)
