"""A detector and a repairer that need no network, behind the real pipeline: fast, and exactly known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813

from engine.errors import ColourError
from engine.inference.runtime import Device
from engine.motion.estimator import MotionEstimator
from engine.pipeline import Pipeline
from engine.types import Box, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow
from export.overhead import bare
from ocio.config import load
from ocio.errors import OcioError
from ocio.processor import ColourRoute


class SpikeDetector(bare.SpikeDetector):
    radius = 1
    identity = "spike detector for tests"


class NeighbourRepairer:
    """Takes the picture of the nearest neighbour, for the whole frame in one tile."""

    identity = "neighbour repairer for tests"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        offset = window.offsets()[0]
        near = window.at(offset)
        assert near is not None
        height, width = near.size
        filled: Float32 = near.encoded.copy()
        return (FillTile(Box(0, 0, height, width), filled, np.full((height, width), offset, np.int8)),)


def build_fake(
    model: str | None, device: Device, colour_config: str | None, colour_space: str, at_once: int = 1
) -> Pipeline:
    """What `engine.pipeline.build` is, with the two above."""
    try:
        route = ColourRoute(load(colour_config), workers=1)
    except OcioError as error:
        raise ColourError(str(error)) from error
    return Pipeline(SpikeDetector(), NeighbourRepairer(), MotionEstimator(), route, colour_space)


def write_dpx(path: Path, codes: np.ndarray, transfer: str = "Printing density") -> None:
    """A 10-bit R'G'B' DPX of `codes` (H, W, 3) uint16."""
    spec = oiio.ImageSpec(codes.shape[1], codes.shape[0], 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    spec.attribute("dpx:Transfer", transfer)
    spec.attribute("dpx:Colorimetric", transfer)
    sink: Any = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec)
    assert sink.write_image((codes << 6) | (codes >> 4))
    sink.close()


def chromatic_reel(
    folder: Path, frames: Sequence[int], damage: Callable[[int], tuple[slice, slice] | None], seed: int = 5
) -> dict[int, np.ndarray]:
    """A static reel of random chromatic 10-bit codes, `scan.####.dpx`, with a block of white dirt per frame.

    Returns the codes as written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    plate = rng.integers(150, 720, (48, 64, 3))
    written: dict[int, np.ndarray] = {}
    for number in frames:
        codes = np.clip(plate + rng.integers(-2, 3, plate.shape), 0, 1023).astype(np.uint16)
        where = damage(number)
        if where is not None:
            codes[where] = 1000
        write_dpx(folder / f"scan.{number:04d}.dpx", codes)
        written[number] = codes
    return written
