"""Clean triples: three consecutive frames of film without damage, as a camera and a scanner leave them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.material.clips import Bytes, Clip
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling
from export.simulate.encoding import encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.lookalikes import film_extras, mouldings, scene_extras, scene_marks, structured
from export.simulate.lookalikes.exposure import log_uniform, smear
from export.simulate.real_pairs import RealPair
from export.simulate.recipe import Recipe
from export.simulate.stills import clean_still

Triple = tuple[Float32 | None, Float32, Float32 | None]
"""Frames t-1, t, t+1; a single scan has no neighbours."""


@dataclass(frozen=True, eq=False)
class CleanScene:
    """`plates` with grain, and the middle one as it was before grain was added, both in the model encoding.

    A single scan keeps the grain it came with.
    """

    plates: Triple
    smooth: Float32


@dataclass(frozen=True)
class Material:
    clips: Sequence[Clip]
    stills: Sequence[Clip]
    bank: Bank
    pairs: Sequence[RealPair] = ()

    @property
    def restored(self) -> list[Clip]:
        """The clean halves of the real pairs, as stills."""
        return [Clip(pair.name, pair.restored[None]) for pair in self.pairs]


def clean_triple(
    material: Material, size: int, soiling: Soiling, recipe: Recipe, rng: np.random.Generator
) -> Triple:
    """The plates of a `clean_scene`."""
    return clean_scene(material, size, soiling, recipe, rng).plates


def clean_scene(
    material: Material, size: int, soiling: Soiling, recipe: Recipe, rng: np.random.Generator
) -> CleanScene:
    """Frames t-1, t, t+1 of one scene, (size, size, 3) ACEScct with grain, lookalikes, flicker and weave.

    Now and then a single sharp plate, without the neighbours.
    """
    if rng.random() < recipe.alone:
        still = clean_still(material.restored, material.stills, material.clips, size, rng)
        return CleanScene((None, still, None), still)
    pan = bool(material.stills) and rng.random() < 0.4
    frames = _panned(material, size, soiling, rng) if pan else _filmed(material.clips, size, recipe, rng)
    frames = scene_extras(frames, material.bank, soiling, rng, recipe.lookalikes)
    printed = rng.random() < 0.5
    if printed:
        frames = film_extras(frames, rng)
    frames = _film_stock(frames, rng)
    if not printed:
        frames = film_extras(frames, rng)
    grain = Grain.draw(rng)
    smooth = [encode(frame) for frame in frames]
    first, centre, last = (add_grain(plate, grain, rng) for plate in smooth)
    return CleanScene((first, centre, last), smooth[1])


def _filmed(clips: Sequence[Clip], size: int, recipe: Recipe, rng: np.random.Generator) -> list[Float32]:
    """A crop of a real clip, at a random zoom (a scan is softer than a camera's pixels); faster motion, as of
    films taken at fewer frames per second, comes of leaving frames out."""
    clip = clips[rng.integers(len(clips))]
    count, height, width, _ = clip.frames.shape
    zoom = max(float(np.exp(rng.uniform(np.log(0.75), np.log(2.4)))), size / (min(height, width) - 2))
    side = int(size / zoom)
    top, left = int(rng.integers(0, height - side + 1)), int(rng.integers(0, width - side + 1))
    stride = min(int(rng.choice(3, p=recipe.strides)) + 1, (count - 1) // 2)
    t = int(rng.integers(stride, count - stride))
    order = (t - stride, t, t + stride) if rng.random() < 0.5 else (t + stride, t, t - stride)
    table = _exposure(rng)
    return [table[_resized(clip.frames[n, top : top + side, left : left + side], size)] for n in order]


def _panned(material: Material, size: int, soiling: Soiling, rng: np.random.Generator) -> list[Float32]:
    """A camera moving over a still, so that posts and specks of the scene move with the scene."""
    still = material.stills[rng.integers(len(material.stills))].frames[0]
    speed, angle = _pan_speed(rng), rng.uniform(0, 2 * np.pi)
    step = np.array([np.cos(angle), np.sin(angle)]) * speed
    zoom = float(np.exp(rng.uniform(np.log(0.8), np.log(1.8))))
    side = size + 2 * int(np.ceil(speed)) + 8
    patch = _still_patch(still, side, zoom, rng)
    linear = _marked(_exposure(rng)[patch], material, soiling, step, rng)
    linear = smear(linear, step * rng.uniform(0, 0.5))
    breathing = 1 + rng.normal(0, 0.002)
    return [_camera(linear, size, step * k, breathing**k) for k in (-1, 0, 1)]


def _pan_speed(rng: np.random.Generator) -> float:
    """Standing still, creeping, panning or whipping round: px per frame."""
    fate = rng.random()
    if fate < 0.25:
        return 0.0
    if fate < 0.45:
        return float(rng.uniform(0.15, 1.5))
    if fate < 0.92:
        return log_uniform(1.5, 24, rng)
    return float(rng.uniform(24, 70))


def _marked(
    linear: Float32, material: Material, soiling: Soiling, step: np.ndarray, rng: np.random.Generator
) -> Float32:
    """What stands in the scene. Where nothing moves sideways three frames cannot tell a post from a scratch:
    only its look can, so posts as thin and plain as a scratch stand only where the camera pans."""
    if rng.random() < 0.35:
        linear = structured(linear, rng)
    if abs(step[0]) > 2:
        return scene_marks(linear, material.bank, soiling, rng)
    return mouldings(linear, rng) if rng.random() < 0.7 else linear


def _still_patch(still: Bytes, side: int, zoom: float, rng: np.random.Generator) -> Bytes:
    source = min(int(side / zoom), still.shape[0] - 1, still.shape[1] - 1)
    top = int(rng.integers(0, still.shape[0] - source))
    left = int(rng.integers(0, still.shape[1] - source))
    return _resized(still[top : top + source, left : left + source], side)


def _camera(linear: Float32, size: int, shift: np.ndarray, zoom: float) -> Float32:
    middle = linear.shape[0] / 2
    view = np.array([
        [1 / zoom, 0, middle - size / 2 / zoom + shift[0]],
        [0, 1 / zoom, middle - size / 2 / zoom + shift[1]],
    ])  # fmt: skip
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(linear, view, (size, size), flags=flags, borderMode=cv2.BORDER_REFLECT), np.float32
    )


def _resized(pixels: Bytes, size: int) -> Bytes:
    method = cv2.INTER_AREA if pixels.shape[0] > size else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(np.ascontiguousarray(pixels), (size, size), interpolation=method), np.uint8)


def _exposure(rng: np.random.Generator) -> Float32:
    return linear_of_bytes(float(rng.uniform(2.0, 2.7)), float(np.exp2(rng.normal(0, 0.6))))


def _film_stock(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """One stock for the shot (black-and-white, dyes out of balance), with flicker and weave per frame."""
    mix = _dye_matrix(rng)
    flicker = rng.normal(0, rng.choice([0.0, 0.04]), 3)
    weave = rng.normal(0, rng.choice([0.0, 0.5, 1.0], p=[0.45, 0.4, 0.15]), (3, 2))
    return [
        _shifted(np.maximum(frame @ mix, 0).astype(np.float32) * np.float32(np.exp2(f)), w)
        for frame, f, w in zip(frames, flicker, weave, strict=True)
    ]


def _dye_matrix(rng: np.random.Generator) -> Float32:
    if rng.random() < 0.25:
        weights = rng.dirichlet([4, 8, 2])
        return np.repeat(weights[:, None], 3, 1).astype(np.float32)
    order = rng.permutation(3) if rng.random() < 0.3 else np.arange(3)
    mix = np.eye(3)[order] * np.exp2(rng.normal(0, 0.15, 3))
    fade = rng.uniform(0, 0.3)
    return ((1 - fade) * mix + fade / 3).astype(np.float32)


def _shifted(linear: Float32, by: np.ndarray) -> Float32:
    if not by.any():
        return linear
    shift = np.array([[1, 0, by[0]], [0, 1, by[1]]])
    size = (linear.shape[1], linear.shape[0])
    return np.asarray(cv2.warpAffine(linear, shift, size, borderMode=cv2.BORDER_REFLECT), np.float32)
