"""One training sample: a damaged window as the detector sees it, and the truth about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.detect.inputs import detector_input
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, CodeLayout, Codes, DamageClass, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow
from export.simulate.blotches import Soiling, soil
from export.simulate.encoding import VISIBLE, decode, display, encode
from export.simulate.layer import DamageLayer
from export.simulate.scene import Material, Triple, clean_triple
from export.simulate.scratches import Scratch, scratch_layer

MARGIN = 32
"""Pixels beside a sample that exist while motion is searched; a sample may lie at the edge of the frame."""

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


def draw_sample(material: Material, size: int, rng: np.random.Generator) -> Sample:
    """A sample of `size` x `size` pixels."""
    soiling = Soiling.draw(rng)
    clean = clean_triple(material, size + 2 * MARGIN, soiling, rng)
    layers = damage_layers(clean, material, soiling, rng)
    damaged = [over_encoded(layer, plate) for layer, plate in zip(layers, clean, strict=True)]
    noise = rng.uniform(0, 0.003)
    scanned = [d + noise * rng.standard_normal(d.shape, np.float32) for d in damaged]
    window = FrameWindow(tuple(working_frame(plate, n) for n, plate in enumerate(scanned)))
    planes = detector_input(window, MotionEstimator())
    top, left = (int(v) for v in rng.choice([0, MARGIN, 2 * MARGIN], 2, p=[0.2, 0.6, 0.2]))
    inner = (slice(top, top + size), slice(left, left + size))
    present = (layers[1].cover > 0) | (layers[1].density != 0).any(2)
    visible = seen(clean[1], damaged[1], present)
    classes = _classes(layers[1], visible)
    return Sample(
        np.ascontiguousarray(planes[(slice(None), *inner)]),
        visible[inner], present[inner], {k: v[inner] for k, v in classes.items()},
    )  # fmt: skip


def damage_layers(
    clean: Triple, material: Material, soiling: Soiling, rng: np.random.Generator
) -> list[DamageLayer]:
    """Damage for the three frames: dirt new in each, line scratches standing through all of them."""
    shape = (clean[0].shape[0], clean[0].shape[1])
    layers = [DamageLayer.empty(shape) for _ in clean]
    kind = rng.random()
    if kind < 0.08:
        return layers
    scratches = [Scratch.draw(shape, rng) for _ in range(int(rng.integers(1, 5)))] if kind < 0.5 else []
    for number, layer in enumerate(layers):
        for scratch in scratches:
            scratch_layer(layer, scratch, number)
        if kind > 0.2:
            soil(layer, material.bank, soiling, rng)
    return layers


def over_encoded(layer: DamageLayer, encoded: Float32) -> Float32:
    """The damaged plate in the model encoding; untouched pixels keep their very values."""
    touched = (layer.cover > 0) | (layer.density != 0).any(2)
    damaged = encode(layer.over(decode(encoded)))
    return np.where(touched[..., None], damaged, encoded).astype(np.float32)


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
