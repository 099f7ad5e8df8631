"""One training sample: a damaged window as the detector sees it, and the truth about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.detect.inputs import detector_input
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, CodeLayout, Codes, DamageClass, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow
from export.simulate.blotches import Soiling, soil
from export.simulate.encoding import VISIBLE, decode, display, encode
from export.simulate.film_soiling import FilmSoiling, soil_film
from export.simulate.gauge import draw_scale
from export.simulate.layer import DamageLayer
from export.simulate.real_pairs import RealPair, draw_real_pair
from export.simulate.recipe import Recipe
from export.simulate.reel_damage import ReelDamage
from export.simulate.scene import Material, clean_triple

MARGIN = 32
"""Pixels beside a sample that exist while motion is searched; a sample may lie at the edge of the frame."""

Plates = Sequence[Float32 | None]
"""Frames t-1, t, t+1 of one scene, (H, W, 3) in the model encoding; None where there is no neighbour."""

FIRST, CENTRE, LAST = range(3)

REPEATED = 0.015
"""Share of samples where a neighbour repeats the centre, damage and all. The engine looks past frames
of the very same codes; a lossy codec leaves repeats that differ by noise, and these reach a detector."""

MEASURED = 0.5
"""Share of samples whose dirt follows the statistics of real film (`film_soiling`)."""

REAL = 0.0375
"""Share of crops of real scans with authentic damage: a quarter of what stands without neighbours."""

CLIPPED = 0.5
"""Share of samples that end at display white, as video and many transfers do. What burns out on one frame
and not on its neighbours is as flat there as lost emulsion."""
_WHITE = encode(np.ones(1, np.float32))

_LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


@dataclass(frozen=True, eq=False)
class Sample:
    """`planes` (13, S, S) float32 as `engine.detect.inputs` makes them, and the truth, each (S, S) bool.

    `visible`: damage that must be found. `present`: any damage; what is present and not visible counts
    neither way. `classes` splits the visible damage.
    """

    planes: Float32
    visible: npt.NDArray[np.bool_]
    present: npt.NDArray[np.bool_]
    classes: dict[DamageClass, npt.NDArray[np.bool_]]


def draw_sample(material: Material, size: int, recipe: Recipe, rng: np.random.Generator) -> Sample:
    """A sample of `size` x `size` pixels."""
    if material.pairs and rng.random() < REAL:
        return _real(material.pairs, size, rng)
    soiling = Soiling.draw(rng)
    clean: Plates = clean_triple(material, size + 2 * MARGIN, soiling, recipe, rng)
    layers = damage_layers(clean, material, soiling, recipe, rng)
    damaged = damaged_plates(layers, clean)
    judged = _judged(clean, recipe, rng)
    plate, hurt = clean[judged], damaged[judged]
    assert plate is not None
    assert hurt is not None
    shown = _some_repeated(damaged, rng) if judged == CENTRE else _at_end(damaged, judged)
    planes = detector_input(scanned(shown, rng), MotionEstimator())
    top, left = (int(v) for v in rng.choice([0, MARGIN, 2 * MARGIN], 2, p=[0.2, 0.6, 0.2]))
    inner = (slice(top, top + size), slice(left, left + size))
    present = layers[judged].touched
    visible = seen(plate, hurt, present)
    classes = _classes(layers[judged], visible)
    return Sample(
        np.ascontiguousarray(planes[(slice(None), *inner)]),
        visible[inner], present[inner], {k: v[inner] for k, v in classes.items()},
    )  # fmt: skip


def _judged(clean: Plates, recipe: Recipe, rng: np.random.Generator) -> int:
    """Which of the frames the detector is asked about."""
    moving = clean[FIRST] is not None and clean[LAST] is not None
    if not moving or rng.random() >= recipe.ends:
        return CENTRE
    return int(rng.choice([FIRST, LAST]))


def _at_end(damaged: Plates, judged: int) -> Plates:
    """The frames around the one `judged`, the first or the last: its shot has none on the other side."""
    absent = (None, None)
    return (*absent, *damaged) if judged == FIRST else (*damaged, *absent)


def _real(pairs: Sequence[RealPair], size: int, rng: np.random.Generator) -> Sample:
    """Authentic damage as scanned, so nothing is drawn or added."""
    crop = draw_real_pair(pairs, size, rng)
    window = FrameWindow((None, working_frame(crop.damaged, 1), None))
    planes = detector_input(window, MotionEstimator())
    return Sample(planes, crop.visible, crop.present, crop.classes)


def damage_layers(
    clean: Plates, material: Material, soiling: Soiling, recipe: Recipe, rng: np.random.Generator
) -> list[DamageLayer]:
    """Damage for the three frames: what the reel has, and dirt new in each; softened by a lens."""
    centre = clean[1]
    assert centre is not None
    shape = (centre.shape[0], centre.shape[1])
    reel = _reel(shape, recipe, rng, len(clean))
    dirt = _dirt(material, soiling, rng)
    lens = float(rng.choice([0.0, rng.uniform(0.3, 0.8)]))
    silver = _is_silver(centre)
    layers = []
    for number, plate in enumerate(clean):
        layer = DamageLayer.empty(shape) if plate is None else reel.layer(shape, number)
        if reel.dirty and plate is not None:
            dirt(layer)
        layers.append((layer.neutral() if silver else layer).softened(lens))
    return layers


def _reel(shape: tuple[int, int], recipe: Recipe, rng: np.random.Generator, span: int) -> ReelDamage:
    fate = rng.random()
    if fate < recipe.beside_loss:
        return ReelDamage.draw_beside(shape, rng)
    if fate < recipe.beside_loss + recipe.undamaged:
        return ReelDamage((), False)
    return ReelDamage.draw(shape, rng, span)


def _is_silver(plate: Float32) -> bool:
    """Whether the picture is black and white; grain may still have colour, so it is averaged out first."""
    small = np.asarray(cv2.resize(plate, (16, 16), interpolation=cv2.INTER_AREA), np.float32)
    return float(np.abs(small[..., 0] - small[..., 2]).max()) < 0.012


def _dirt(material: Material, soiling: Soiling, rng: np.random.Generator) -> Callable[[DamageLayer], None]:
    """What draws one frame's dirt: by the statistics of real film, or `soil`, which is bolder."""
    if rng.random() < MEASURED:
        film = FilmSoiling.draw(rng, draw_scale(rng), float(np.exp(rng.normal(0, 0.7))))
        return lambda layer: soil_film(layer, material.bank, film, rng)
    return lambda layer: soil(layer, material.bank, soiling, rng)


def _some_repeated(damaged: Plates, rng: np.random.Generator) -> Plates:
    before, centre, after = damaged
    if before is None or after is None or rng.random() >= REPEATED:
        return damaged
    return (centre, centre, after) if rng.random() < 0.5 else (before, centre, centre)


def scanned(damaged: Plates, rng: np.random.Generator) -> FrameWindow:
    """The window as scanned: noise over picture and damage alike, that of the sensor or of a later print; in
    a share of `CLIPPED` nothing is brighter than display white."""
    level = rng.uniform(0.0002, 0.003)
    blur = float(rng.choice([0.0, rng.uniform(0.4, 0.8)], p=[0.7, 0.3]))
    brightest = _WHITE if rng.random() < CLIPPED else np.float32(np.inf)
    frames = [
        None
        if plate is None
        else working_frame(np.minimum(plate + level * _noise(plate.shape, blur, rng), brightest), n)
        for n, plate in enumerate(damaged)
    ]
    return FrameWindow(tuple(frames))


def _noise(shape: tuple[int, ...], blur: float, rng: np.random.Generator) -> Float32:
    """Noise of RMS 1, correlated over `blur` px (sigma)."""
    white = rng.standard_normal(shape, np.float32)
    if not blur:
        return white
    soft = np.asarray(cv2.GaussianBlur(white, (0, 0), blur), np.float32)
    return soft / np.float32(max(float(soft.std()), 1e-6))


def damaged_plates(layers: Sequence[DamageLayer], clean: Plates) -> list[Float32 | None]:
    """The `clean` plates, each under its layer; None where there is none."""
    return [
        None if plate is None else over_encoded(layer, plate)
        for layer, plate in zip(layers, clean, strict=True)
    ]


def over_encoded(layer: DamageLayer, encoded: Float32) -> Float32:
    """The damaged plate in the model encoding; untouched pixels keep their very values."""
    touched = layer.touched
    damaged = encoded.astype(np.float32)
    damaged[touched] = encode(layer.through(decode(encoded[touched]), touched))
    return damaged


def seen(clean: Float32, damaged: Float32, present: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Where the damage is visible: a channel's display code differs by more than 10/255."""
    visible = np.zeros_like(present)
    difference = display(decode(damaged[present])) - display(decode(clean[present]))
    visible[present] = np.abs(difference).max(1, initial=0) > VISIBLE
    return visible


def working_frame(encoded: Float32, number: int, key: str = "") -> WorkingFrame:
    """A simulated plate as the engine's stages take it."""
    frame = Frame(number, Codes((encoded,), _LAYOUT))
    return WorkingFrame(frame, "ACEScct", encoded, key or f"simulated {number}")


def _classes(layer: DamageLayer, visible: npt.NDArray[np.bool_]) -> dict[DamageClass, npt.NDArray[np.bool_]]:
    """Every visible pixel in the one class that covers it most."""
    planes: Sequence[Float32] = [layer.classes[name] for name in DAMAGE_CLASSES]
    strongest = np.argmax(np.stack(planes), axis=0)
    return {name: visible & (strongest == i) for i, name in enumerate(DAMAGE_CLASSES)}
