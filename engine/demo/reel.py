"""The demo reel on disk: a damaged 10-bit log DPX sequence, and the clean one that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.demo.damage import Wear, add_damage, add_grain
from engine.demo.scene import Scene
from engine.errors import SinkError
from engine.types import Float32, FrameNumber
from ocio.config import BUILT_IN, load
from ocio.processor import ColourRoute
from ocio.tagging import CINEON, LINEAR_REC709

Codes10 = npt.NDArray[np.uint16]

FIRST_FRAME = 1001
RATE = 24
HIGHEST = 1023


@dataclass(frozen=True)
class Reel:
    """Patterns of the two sequences, and their frames."""

    damaged: str
    clean: str
    frames: range


def make_reel(folder: Path, count: int = 24, height: int = 540, width: int = 960, seed: int = 7) -> Reel:
    """Draw the reel into `folder`: `damaged.####.dpx` and `clean/clean.####.dpx`; an older one is replaced.

    Grain is new in every frame and belongs to both; dirt, dust, hairs and the scratch to the damaged
    one alone. The same arguments give the same files. Raises SinkError.
    """
    _make_folder(folder / "clean")
    scene = Scene.draw(height, width, count, seed)
    film = _to_film()
    rng = np.random.default_rng(seed)
    frames = range(FIRST_FRAME, FIRST_FRAME + count)
    for index, number in enumerate(frames):
        clean = add_grain(film(scene.frame(index)), rng)
        damaged = add_damage(clean, index, Wear(), rng)
        write_log_dpx(folder / "clean" / f"clean.{number}.dpx", _codes(clean), number)
        write_log_dpx(folder / f"damaged.{number}.dpx", _codes(damaged), number)
    return Reel(str(folder / "damaged.####.dpx"), str(folder / "clean" / "clean.####.dpx"), frames)


def bird_at(number: FrameNumber, height: int, width: int) -> tuple[int, int]:
    """(row, column) of a bird in the reel's frame `number`: picture that must survive."""
    return Scene.bird_place(number - FIRST_FRAME, 1, height, width)


def write_log_dpx(path: Path, codes: Codes10, number: FrameNumber) -> None:
    """One 10-bit R'G'B' DPX (H, W, 3) whose header says printing density. Raises SinkError."""
    height, width = int(codes.shape[0]), int(codes.shape[1])
    spec = oiio.ImageSpec(width, height, 3, "uint16")
    spec.attribute("oiio:BitsPerSample", 10)
    spec.attribute("dpx:Transfer", "Printing density")
    spec.attribute("dpx:Colorimetric", "Printing density")
    spec.attribute("dpx:FrameRate", float(RATE))
    spec.attribute("dpx:FramePosition", number)
    # OpenImageIO keeps the upper ten of sixteen bits; repeating them below makes the way back exact.
    wide = (codes << np.uint16(6)) | (codes >> np.uint16(4))
    sink: Any = oiio.ImageOutput.create(str(path))
    done = sink.open(str(path), spec) and sink.write_image(wide)
    done = sink.close() and done
    if not done:
        raise SinkError(f"{path} cannot be written: {sink.geterror() or 'is the disk full?'}")


def _to_film() -> Any:
    """From scene-linear light to Cineon log as fractions of full scale, whatever $OCIO says."""
    route = ColourRoute(load(BUILT_IN))
    light, film = route.to_model(LINEAR_REC709), route.from_model(CINEON)

    def convert(plate: Float32) -> Float32:
        return film(light(plate))

    return convert


def _codes(fractions: Float32) -> Codes10:
    return np.clip(np.rint(fractions * HIGHEST), 0, HIGHEST).astype(np.uint16)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
