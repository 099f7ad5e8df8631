"""Line scratches: they stand at one place of the *frame* while the scene moves under them.

A scratch runs along the transport direction (down the frame), wanders smoothly, varies in strength
along its length and from frame to frame, and can break up into dashes.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.layer import DamageLayer, Ink


@dataclass(frozen=True)
class Scratch:
    """One line scratch of a clip: position and wander in px, widths in px, strength 0..1."""

    x: float
    slope: float
    wander: float
    drift: float
    width: float
    twin: float
    """Distance of a second, parallel line in px; 0 for a single one."""
    ink: Ink
    opacity: float
    start: float
    length: float
    """As fractions of the frame height; a scratch of length >= 1 runs through."""
    dashes: float
    """0 = unbroken; else the share of its length that is missing."""
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator) -> Scratch:
        width = shape[1]
        through = rng.random() < 0.7
        return Scratch(
            x=float(rng.uniform(0, width)),
            slope=float(rng.normal(0, 0.004)),
            wander=float(rng.gamma(1.2, 0.9)),
            drift=float(rng.choice([0.0, rng.gamma(1.2, 0.5)], p=[0.5, 0.5])),
            width=float(np.clip(rng.gamma(3.0, 0.5), 0.6, 5.0)),
            twin=float(rng.choice([0.0, rng.uniform(2.5, 9.0)], p=[0.85, 0.15])),
            ink=scratch_ink(rng),
            opacity=float(rng.uniform(0.35, 1.0)),
            start=float(rng.uniform(-0.1, 0.0) if through else rng.uniform(-0.2, 0.8)),
            length=float(1.3 if through else rng.uniform(0.25, 1.0)),
            dashes=float(rng.choice([0.0, rng.uniform(0.1, 0.6)], p=[0.75, 0.25])),
            seed=int(rng.integers(2**31)),
        )


def scratch_ink(rng: np.random.Generator) -> Ink:
    """Base side: a dark line that refracts light away. Emulsion side: bright, tinted as the dye layers go."""
    if rng.random() < 0.45:
        strength = -float(rng.gamma(2.5, 0.16))
        return Ink(None, (strength, strength, strength))
    layers = np.cumsum(rng.gamma(2.0, 0.12, 3)) if rng.random() < 0.4 else np.full(3, rng.gamma(2.5, 0.18))
    if rng.random() < 0.5:
        layers = layers[::-1]
    red, green, blue = (float(v) for v in layers)
    if rng.random() < 0.25:
        level = rng.uniform(0.4, 1.1)
        return Ink((float(level), float(level), float(level)))
    return Ink(None, (red, green, blue))


def scratch_layer(layer: DamageLayer, scratch: Scratch, frame: int) -> None:
    """Draw the scratch as it stands on frame `frame` (any integer; the same number gives the same line)."""
    height, width = layer.cover.shape
    centre = _centre_line(scratch, height, frame)
    strength = _strength(scratch, height, frame)
    reach = int(np.ceil(scratch.width + scratch.twin + 3))
    left = int(np.floor(centre.min())) - reach
    right = int(np.ceil(centre.max())) + reach + 1
    if right <= 0 or left >= width or not strength.any():
        return
    columns = np.arange(left, right, dtype=np.float32)[None, :]
    line = _profile(columns - centre[:, None], scratch.width)
    if scratch.twin:
        line = np.maximum(line, 0.7 * _profile(columns - centre[:, None] - scratch.twin, scratch.width * 0.7))
    layer.draw((line * strength[:, None]).astype(np.float32), 0, left, scratch.ink, "scratch")


def _profile(distance: Float32, width: float) -> Float32:
    """Opacity across the line: flat over `width` px with rims of about a pixel."""
    return np.clip((width / 2 + 0.5 - np.abs(distance)), 0, 1).astype(np.float32)


def _centre_line(scratch: Scratch, height: int, frame: int) -> Float32:
    """The column (float px) of the line in every row: a smooth wander that sways from frame to frame."""
    rng = np.random.default_rng(scratch.seed)
    wander = _smooth(rng.standard_normal(max(3, height // 120)), height)
    phase = rng.uniform(0, 2 * np.pi)
    tremble = _frame_rng(scratch, 0, frame).standard_normal()
    sway = scratch.drift * (np.sin(0.7 * frame + phase) + 0.15 * tremble)
    rows = np.arange(height, dtype=np.float32) - height / 2
    return (scratch.x + sway + scratch.slope * rows + scratch.wander * wander).astype(np.float32)


def _strength(scratch: Scratch, height: int, frame: int) -> Float32:
    """Opacity 0..1 of the line in every row of one frame."""
    rng = _frame_rng(scratch, 1, frame)
    rows = np.arange(height, dtype=np.float32) / height
    within = (rows >= scratch.start) & (rows <= scratch.start + scratch.length)
    wave = np.clip(_smooth(rng.random(max(3, height // 40)), height), 0, 1)
    strength = scratch.opacity * (0.7 + 0.3 * wave) * within
    if scratch.dashes:
        gaps = np.clip(_smooth(rng.random(max(4, height // 18)), height), 0, 1)
        strength = strength * np.clip((gaps - scratch.dashes) * 8 + 0.5, 0, 1)
    return strength.astype(np.float32)


def _smooth(knots: np.ndarray, length: int) -> Float32:
    column = knots.astype(np.float32)[:, None]
    return np.asarray(cv2.resize(column, (1, length), interpolation=cv2.INTER_CUBIC), np.float32)[:, 0]


def _frame_rng(scratch: Scratch, purpose: int, frame: int) -> np.random.Generator:
    return np.random.default_rng((scratch.seed, purpose, frame % 2**31))
