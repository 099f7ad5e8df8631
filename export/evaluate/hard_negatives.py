"""Clips without any damage and full of what looks like it: every mark that a detector finds here is false.

One clip of 12 frames for every kind of lookalike, made from the clean clips of a split that training never
sees, with fine grain. The lookalikes are drawn with seeds of their own, which no training sample has.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.types import Float32
from export.evaluate.protocol import FINE, FIRST, FRAMES, PEAK, TestClip, TestFrame
from export.material.clips import Clip, load_clips
from export.simulate.encoding import VISIBLE, decode, display, encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.lookalikes import mouldings
from export.simulate.lookalikes.creatures import birds, insects
from export.simulate.lookalikes.exposure import laid_over, smear, soft, tone
from export.simulate.lookalikes.extras import Extra
from export.simulate.lookalikes.flashes import flash, lightning
from export.simulate.lookalikes.foliage import foliage
from export.simulate.lookalikes.glints import glints, stars
from export.simulate.lookalikes.lettering import titles
from export.simulate.lookalikes.passing import balls, limb
from export.simulate.lookalikes.sparks import sparks, splash
from export.simulate.lookalikes.structures import lattice, mullions, wires
from export.simulate.lookalikes.weather import rain, snow

SEED = 20_031
"""Third part of every seed here; those of training have two parts."""
TRIES = 24
SHOWN = 0.002
"""Least share of a frame's pixels, in a quarter of the frames, that a lookalike must change visibly."""


@dataclass(frozen=True)
class Shot:
    """How the clip is filmed, what comes into it, and what then happens to the whole frame."""

    filmed: Extra
    extras: Sequence[Extra] = ()
    printed: Extra | None = None


def hard_negatives(split: Path, cache: Path, turn: int = 0) -> Iterator[TestClip]:
    """One clip for each of `KINDS`, named after it, from the clean clips of `split` in turn.

    Another `turn` gives every kind to another clip: what holds for one pairing only was tuned to it.
    """
    clips = load_clips(split / "clean", cache)
    for index, name in enumerate(KINDS):
        yield hard_negative(name, clips[(index + turn) % len(clips)])


def hard_negative(name: str, clip: Clip) -> TestClip:
    """The clip of one of `KINDS`; the same for the same `name` and `clip`."""
    first = max(0, min(FIRST, len(clip.frames) - FRAMES))
    table = linear_of_bytes(2.4, 1.0)
    filmed = [table[frame] for frame in clip.frames[first : first + FRAMES]]
    frames, rng = _telling(KINDS[name], filmed, (zlib.crc32(name.encode()), zlib.crc32(clip.name.encode())))
    grain = Grain(float(rng.uniform(*FINE)), float(rng.uniform(0.5, 0.9)), 0.7)
    plates = [_codes(add_grain(encode(frame), grain, rng)) for frame in frames]
    nothing = np.zeros(plates[0].shape[:2], bool)
    return TestClip(
        f"{name} ({clip.name})",
        "clean",
        [TestFrame(first + k, plate, plate, nothing, nothing) for k, plate in enumerate(plates)],
    )


def _telling(
    shot: Shot, filmed: Sequence[Float32], seed: tuple[int, int]
) -> tuple[list[Float32], np.random.Generator]:
    """The first of some draws whose lookalikes do show; what flies past beside the frame tests nothing."""
    for attempt in range(TRIES):
        rng = np.random.default_rng((*seed, SEED + attempt))
        bare = shot.filmed(filmed, rng)
        frames = bare
        for extra in shot.extras:
            frames = extra(frames, rng)
        if not shot.extras or _shown(bare, frames):
            break
    return (shot.printed(frames, rng) if shot.printed else frames), rng


def _shown(bare: Sequence[Float32], frames: Sequence[Float32]) -> bool:
    changed = [
        (np.abs(display(a[::2, ::2]) - display(b[::2, ::2])) > VISIBLE).any(2).mean()
        for a, b in zip(bare, frames, strict=True)
    ]
    return float(np.quantile(changed, 0.75)) > SHOWN


def _as_filmed(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    return list(frames)


def _stood_still(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A camera on its tripod before a scene in which nothing moves."""
    return [frames[0]] * len(frames)


def _panned(slow: float, fast: float, marked: Callable[[Float32, np.random.Generator], Float32]) -> Extra:
    """A camera that turns over one frame by `slow` to `fast` px per frame, `marked` standing in the scene."""

    def filmed(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
        speed, lean = float(rng.uniform(slow, fast)), float(rng.normal(0, 0.1))
        step = np.array([speed, speed * lean])
        # Mirrored beside itself, the scene is wide enough for the quickest pan.
        wide = np.hstack([frames[0], frames[0][:, ::-1]])
        blurred = smear(marked(wide, rng), step * rng.uniform(0.2, 0.5))
        return [_window(blurred, step * k, frames[0].shape) for k in range(len(frames))]

    return filmed


def _unsteady(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """The whole frame weaves by up to a pixel each way."""
    return [_window(frame, np.clip(rng.normal(0, 0.5, 2), -1, 1), frame.shape) for frame in frames]


def _window(picture: Float32, corner: np.ndarray, shape: tuple[int, ...]) -> Float32:
    view = np.array([[1, 0, -corner[0]], [0, 1, -corner[1]]])
    size = (shape[1], shape[0])
    return np.asarray(cv2.warpAffine(picture, view, size, borderMode=cv2.BORDER_REFLECT_101), np.float32)


def _before(*draws: Callable[[np.ndarray, np.random.Generator], None]) -> Extra:
    """Structures that stand still before every frame, darker or lighter than most of it."""

    def standing(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
        mask = np.zeros(frames[0].shape[:2], np.uint8)
        for draw in draws:
            draw(mask, rng)
        light = rng.random() < 0.5
        colour = tone(frames, 0.8, 1.0, rng) if light else tone(frames, 0.0, 0.25, rng) * np.float32(0.5)
        cover = soft(mask, rng.uniform(0.4, 1.2))
        return [laid_over(frame, cover, colour) for frame in frames]

    return standing


def _latticed(still: Float32, rng: np.random.Generator) -> Float32:
    (marked,) = _before(lattice, wires)([still], rng)
    return marked


def _plain(still: Float32, rng: np.random.Generator) -> Float32:
    return still


def _moulded(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Door mouldings in a scene of which every frame is the same."""
    return [mouldings(frames[0], rng)] * len(frames)


KINDS: Mapping[str, Shot] = {
    "glints": Shot(_as_filmed, [glints, glints]),
    "snow": Shot(_as_filmed, [snow]),
    "birds": Shot(_as_filmed, [birds, birds, insects]),
    "passing limb": Shot(_as_filmed, [limb, limb]),
    "ball": Shot(_as_filmed, [balls, balls]),
    "fast pan": Shot(_panned(24, 40, _plain)),
    "lettering": Shot(_as_filmed, [titles]),
    "rain": Shot(_as_filmed, [rain]),
    "sparks and splashes": Shot(_as_filmed, [sparks, splash]),
    "mullions, unsteady frame": Shot(_stood_still, [_before(mullions), _moulded], _unsteady),
    "foliage": Shot(_as_filmed, [foliage]),
    "lattice, slow pan": Shot(_panned(0.4, 1.2, _latticed)),
    "stars": Shot(_stood_still, [stars]),
    "lightning and flashes": Shot(_as_filmed, [flash, flash, flash, lightning]),
    "lattice, still camera": Shot(_stood_still, [_before(lattice, wires)]),
}
"""What the clips show, by name."""


def _codes(encoded: Float32) -> np.ndarray:
    """10-bit R'G'B' of gamma 2.4, as all plates of the protocol."""
    return np.rint(display(np.maximum(decode(encoded), 0)) * PEAK).astype(np.uint16)
