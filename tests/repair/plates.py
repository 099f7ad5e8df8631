"""Moving plates with grain, whose truth is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import (
    Bool,
    CodeLayout,
    Codes,
    DamageMatte,
    FillTile,
    Float32,
    Frame,
    WorkingFrame,
)
from engine.window.window import FrameWindow

SIZE = (144, 208)
GRAIN = 0.012
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


@dataclass(frozen=True, eq=False)
class Scene:
    """A window, the mattes of its frames, and the centre frame as it was before it was damaged."""

    window: FrameWindow
    mattes: Mapping[int, DamageMatte]
    truth: Float32

    @property
    def damaged(self) -> Bool:
        return self.mattes[0].coverage > 0


def working(encoded: Float32, number: int, key: str) -> WorkingFrame:
    codes = Codes((encoded,), LAYOUT)
    return WorkingFrame(Frame(number, codes), "ACEScct", np.ascontiguousarray(encoded, np.float32), key)


def texture(seed: int, size: tuple[int, int], spread: float = 0.08, detail: float = 2.0) -> Float32:
    """Chromatic cloudy detail around 0.4 (ACEScct), as standard deviation `spread`."""
    generator = np.random.default_rng(seed)
    layers = [
        cv2.GaussianBlur(generator.standard_normal((*size, 3)).astype(np.float32), (0, 0), s)
        for s in (detail, 3 * detail)
    ]
    mixed = sum(np.asarray(layer, np.float32) / layer.std() for layer in layers)
    return (0.4 + spread * mixed / np.sqrt(2)).astype(np.float32)


def grain(seed: int, size: tuple[int, int] = SIZE, strength: float = GRAIN) -> Float32:
    generator = np.random.default_rng(10_000 + seed)
    field = cv2.GaussianBlur(generator.standard_normal((*size, 3)).astype(np.float32), (0, 0), 0.7)
    mixing = np.array([[0.9, 0.3, 0.3], [0.3, 0.9, 0.3], [0.3, 0.3, 0.9]], np.float32)
    return np.asarray(field / field.std() @ mixing * np.float32(strength), np.float32)


def pan(step: tuple[float, float], radius: int = 2, seed: int = 1) -> list[Float32]:
    """A textured world moving by `step` (dx, dy) px a frame, with fresh grain on every frame."""
    margin = 48
    world = texture(seed, (SIZE[0] + 2 * margin, SIZE[1] + 2 * margin))
    return [at(world, margin, step, k) + grain(seed * 100 + k) for k in range(-radius, radius + 1)]


def at(world: Float32, margin: int, step: tuple[float, float], k: int) -> Float32:
    shift = np.array([[1, 0, margin - step[0] * k], [0, 1, margin - step[1] * k]], np.float32)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(world, shift, (SIZE[1], SIZE[0]), flags=flags), np.float32)


def flat(level: float = 0.4, radius: int = 2, seed: int = 3) -> list[Float32]:
    """A still, even surface: all that changes from frame to frame is the grain."""
    tint = np.array([level, level + 0.03, level - 0.05], np.float32)
    return [np.broadcast_to(tint, (*SIZE, 3)) + grain(seed * 100 + k) for k in range(2 * radius + 1)]


def spots(*circles: tuple[int, int, int]) -> Bool:
    """Discs (x, y, radius)."""
    mask = np.zeros(SIZE, np.uint8)
    for x, y, radius in circles:
        cv2.circle(mask, (x, y), radius, 1, -1)
    return mask > 0


def scene(frames: Sequence[Float32], damage: Mapping[int, Bool], level: float = 0.7) -> Scene:
    """`damage` (offset to mask) is painted with `level` on the frames and given to the mattes."""
    radius = len(frames) // 2
    working_frames: list[WorkingFrame] = []
    for k, clean in zip(range(-radius, radius + 1), frames, strict=True):
        hurt = clean.copy()
        if k in damage:
            hurt[damage[k]] = level
        working_frames.append(working(hurt, 1001 + k, hashlib.sha256(hurt.tobytes()).hexdigest()))
    mattes = {k: DamageMatte(mask.astype(np.float32)) for k, mask in damage.items()}
    return Scene(FrameWindow(tuple(working_frames)), mattes, frames[radius])


def pasted(given: Scene, tiles: Sequence[FillTile]) -> Float32:
    """The centre frame with the fills where its matte is."""
    whole = given.window.centre.encoded.copy()
    for tile in tiles:
        hurt = given.damaged[tile.box.slices]
        whole[tile.box.slices][hurt] = tile.encoded[hurt]
    return whole


def sources(given: Scene, tiles: Sequence[FillTile]) -> np.ndarray:
    """Where each damaged pixel came from, in the order of `given.damaged`."""
    whole = np.full(given.damaged.shape, 99, np.int8)
    for tile in tiles:
        whole[tile.box.slices] = tile.source
    return whole[given.damaged]


def psnr(picture: Float32, given: Scene, where: Bool | None = None) -> float:
    """In dB, over the damaged pixels, for a peak of 1."""
    mask = given.damaged if where is None else where
    return float(-10 * np.log10(np.mean(np.square(picture[mask] - given.truth[mask]))))


def roughness(picture: Float32, where: Bool) -> float:
    """High-pass RMS."""
    return float(high_pass(picture)[where].std())


def high_pass(picture: Float32) -> Float32:
    return picture - np.asarray(cv2.GaussianBlur(picture, (0, 0), 2.0), np.float32)
