"""A short damaged clip whose truth is known, as movies that melt reads and writes without changing a code."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from engine.demo.damage import Wear, add_damage
from engine.types import AnyArray, Float32

FRAMES, HEIGHT, WIDTH = 4, 180, 320
COLOUR_SPACE = "Cineon Film Log"
VISIBLE = 10 / 255
"""Damage further than this from the clean plate, of full scale, can be seen."""


@dataclass(frozen=True)
class Depth:
    """How codes are kept: `format` in FFV1, `order` in our arrays, red first, `in_melt` its name there."""

    bits: int
    format: str
    order: str
    in_melt: str

    @property
    def full(self) -> int:
        return (1 << self.bits) - 1


BYTE = Depth(8, "bgra", "rgba", "rgba")
SHORT = Depth(16, "gbrap16le", "rgba64le", "rgba64")


@dataclass(frozen=True)
class DamagedClip:
    """`clean`, `damaged` (FRAMES, HEIGHT, WIDTH, 3) in 0..1; by bits `movies` and `codes` (..., RGBA)."""

    clean: Float32
    damaged: Float32
    movies: dict[int, Path]
    codes: dict[int, AnyArray]

    @property
    def visible(self) -> AnyArray:
        """Where damage can be seen, (FRAMES, HEIGHT, WIDTH) bool."""
        return (np.abs(self.damaged - self.clean) > VISIBLE).any(axis=3)


def draw(folder: Path) -> DamagedClip:
    """A soft picture in slow motion with new grain and new dirt in every frame.

    It holds nothing that looks like dirt: melt gives no neighbouring frames, and what is tried here is the
    way through a host, not how well a frame can be judged alone.
    """
    rng = np.random.default_rng(11)
    wide = WIDTH + 2 * FRAMES
    still = 0.45 + 0.06 * _softness(rng, wide, 40) + 0.02 * _softness(rng, wide, 8)
    moving = [still[:, 2 * k : 2 * k + WIDTH] for k in range(FRAMES)]
    clean = [plate + 0.008 * _softness(rng, WIDTH, 0.6) for plate in moving]
    wear = Wear(blotches=10, dust=10, hairs=1, scratch=None)
    damaged = [np.clip(add_damage(plate, k, wear, rng), 0, 1) for k, plate in enumerate(clean)]
    movies, codes = {}, {}
    for depth in (BYTE, SHORT):
        movies[depth.bits] = folder / f"damaged{depth.bits}.mkv"
        codes[depth.bits] = _codes(np.stack(damaged), depth)
        _write(movies[depth.bits], codes[depth.bits], depth)
    return DamagedClip(np.stack(clean), np.stack(damaged), movies, codes)


def _softness(rng: np.random.Generator, width: int, sigma: float) -> Float32:
    noise = rng.standard_normal((HEIGHT, width, 3)).astype(np.float32)
    soft = np.asarray(cv2.GaussianBlur(noise, (0, 0), sigma), np.float32)
    return soft / np.float32(soft.std())


def _codes(plates: Float32, depth: Depth) -> AnyArray:
    kind = np.uint8 if depth.bits == 8 else np.uint16
    codes = np.full((*plates.shape[:3], 4), depth.full, kind)
    codes[..., :3] = np.rint(plates * depth.full)
    return codes


def _write(path: Path, codes: AnyArray, depth: Depth) -> None:
    with av.open(str(path), "w") as movie:
        stream = movie.add_stream("ffv1", rate=Fraction(24))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, depth.format
        for frame in codes:
            movie.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format=depth.order)))
        movie.mux(stream.encode(None))


def read(path: Path, depth: Depth) -> AnyArray:
    """All frames of a movie, (frames, HEIGHT, WIDTH, RGBA)."""
    with av.open(str(path)) as movie:
        return np.stack([frame.to_ndarray(format=depth.order) for frame in movie.decode(video=0)])
