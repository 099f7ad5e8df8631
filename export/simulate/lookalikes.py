"""What is not damage and looks like it: thrown things, rain, marks that belong to the scene.

Drawn into the *clean* frames, so that a detector learns to leave them alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling, draw_ink, shape_of
from export.simulate.layer import DamageLayer
from export.simulate.scratches import Scratch, scratch_ink, scratch_layer


def thrown_things(
    frames: Sequence[Float32], bank: Bank, soiling: Soiling, rng: np.random.Generator
) -> list[Float32]:
    """A few compact things that cross the frame: same shape in every frame, moved and motion-blurred."""
    layers = [DamageLayer.empty(f.shape[:2]) for f in frames]
    height, width = frames[0].shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        opacity = np.clip(shape_of(bank.shapes["blotch"], "blotch", soiling, rng) * 1.5, 0, 1)
        speed = rng.uniform(3, 45)
        angle = rng.uniform(0, 2 * np.pi)
        step = np.array([np.sin(angle), np.cos(angle)]) * speed
        opacity = _motion_blurred(opacity, step * rng.uniform(0, 0.6))
        ink = draw_ink(soiling, rng)
        start = rng.uniform([0, 0], [height, width])
        for k, layer in enumerate(layers):
            row, column = start + step * (k - len(layers) // 2)
            layer.draw(
                opacity,
                round(row) - opacity.shape[0] // 2,
                round(column) - opacity.shape[1] // 2,
                ink,
                "blotch",
            )
    return [layer.over(frame) for layer, frame in zip(layers, frames, strict=True)]


def rain(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Rain or snow: many faint streaks of one direction and length, new in every frame."""
    height, width = frames[0].shape[:2]
    length, lean = rng.uniform(1.0, 18.0), rng.normal(0, 0.15)
    count = int(rng.uniform(60, 400) * height * width / (256 * 256))
    brightness = float(rng.gamma(2.0, 0.08))
    return [
        (
            frame * np.power(10, brightness * _streaks((height, width), count, length, lean, rng))[..., None]
        ).astype(np.float32)
        for frame in frames
    ]


def scene_marks(still: Float32, bank: Bank, soiling: Soiling, rng: np.random.Generator) -> Float32:
    """Posts, wires and specks of the scene itself: drawn into a still before the camera moves over it."""
    layer = DamageLayer.empty(still.shape[:2])
    for _ in range(int(rng.integers(0, 12))):
        opacity = shape_of(bank.shapes["blotch"], "blotch", soiling, rng)
        row, column = (int(v) for v in rng.uniform([0, 0], still.shape[:2]))
        layer.draw(opacity, row, column, draw_ink(soiling, rng), "blotch")
    for _ in range(int(rng.integers(0, 7))):
        scratch_layer(layer, _post(still.shape[:2], rng), 0)
    marked = mouldings(layer.over(still), rng)
    if rng.random() < 0.5:
        marked = _wires(marked, rng)
    return marked


def mouldings(linear: Float32, rng: np.random.Generator) -> Float32:
    """Door frames, shelves, cloth seams: straight soft lines, dark beside bright, even along their length."""
    height, width = linear.shape[:2]
    density = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 6))):
        top, bottom = np.sort(rng.uniform(-0.3, 1.3, 2)) * height
        rows = np.arange(height, dtype=np.float32)[:, None]
        middle = rng.uniform(0, width) + rng.normal(0, 0.01) * (rows - height / 2)
        distance = np.arange(width, dtype=np.float32)[None, :] - middle
        within = np.clip(rows - top, 0, 1) * np.clip(bottom - rows, 0, 1)
        for _ in range(int(rng.integers(1, 4))):
            offset, spread = rng.normal(0, 4), rng.uniform(0.6, 2.5)
            depth = rng.normal(0, 0.12)
            density += depth * within * np.exp(-0.5 * ((distance - offset) / spread) ** 2)
    return (linear * np.power(np.float32(10), density)[..., None]).astype(np.float32)


def _post(shape: tuple[int, int], rng: np.random.Generator) -> Scratch:
    """A fence post, mullion or trunk: as straight and thin as a line scratch, and mostly shorter."""
    line = Scratch.draw(shape, rng)
    return replace(
        line,
        slope=float(rng.normal(0, 0.02)),
        wander=line.wander * float(rng.choice([0.0, 1.0])),
        width=float(np.clip(rng.gamma(2.0, 1.5), 0.6, 10.0)),
        opacity=float(rng.uniform(0.6, 1.0)),
        start=float(rng.uniform(-0.3, 0.9)),
        length=float(rng.choice([rng.uniform(0.05, 0.5), 1.5], p=[0.75, 0.25])),
        dashes=0.0,
    )


def _wires(linear: Float32, rng: np.random.Generator) -> Float32:
    height, width = linear.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        ends = rng.uniform(0, [width, height], (2, 2)).astype(int)
        cv2.line(mask, ends[0].tolist(), ends[1].tolist(), 255, int(rng.integers(1, 4)), cv2.LINE_AA)
    strength = np.float32(scratch_ink(rng).density)
    return (linear * np.power(10, strength * (mask / 255.0)[..., None])).astype(np.float32)


def _motion_blurred(opacity: Float32, smear: np.ndarray) -> Float32:
    length = int(np.ceil(np.abs(smear).max()))
    if length < 2:
        return opacity
    kernel = np.zeros((2 * (length // 2) + 1,) * 2, np.float32)
    middle = np.array([length // 2, length // 2])
    first, last = middle + smear[::-1] / 2, middle - smear[::-1] / 2
    cv2.line(kernel, np.round(first).astype(int).tolist(), np.round(last).astype(int).tolist(), 1.0)
    padded = np.pad(opacity, length)
    return np.asarray(cv2.filter2D(padded, -1, kernel / max(kernel.sum(), 1e-6)), np.float32)


def _streaks(
    shape: tuple[int, int], count: int, length: float, lean: float, rng: np.random.Generator
) -> Float32:
    mask = np.zeros(shape, np.uint8)
    tops = rng.uniform([0, 0], [shape[1], shape[0]], (count, 2))
    reach = length * rng.uniform(0.5, 1.5, count)
    for (x, y), extent in zip(tops, reach, strict=True):
        cv2.line(
            mask,
            (int(x), int(y)),
            (int(x + lean * extent), int(y + extent)),
            int(rng.integers(60, 255)),
            1,
            cv2.LINE_AA,
        )
    return cv2.GaussianBlur(mask, (0, 0), 0.7).astype(np.float32) / 255
