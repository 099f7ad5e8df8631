"""Things that cross the frame: thrown things, balls, and limbs that pass close to the camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling, draw_ink, shape_of
from export.simulate.layer import DamageLayer
from export.simulate.lookalikes.exposure import (
    Bytes,
    disc,
    exposed,
    laid_over,
    log_uniform,
    points,
    smear,
    soft,
    times,
    tone,
)

GRAVITY = 9.81 / 24**2
"""Metres per squared frame at 24 frames a second."""


def thrown_things(
    frames: Sequence[Float32], bank: Bank, soiling: Soiling, rng: np.random.Generator
) -> list[Float32]:
    """A few compact things of the very shapes of dirt: the same in every frame, moved and motion-blurred."""
    layers = [DamageLayer.empty(f.shape[:2]) for f in frames]
    height, width = frames[0].shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        opacity = np.clip(shape_of(bank.shapes["blotch"], "blotch", soiling, rng) * 1.5, 0, 1)
        speed, angle = log_uniform(1.5, 45, rng), rng.uniform(0, 2 * np.pi)
        step = np.array([np.sin(angle), np.cos(angle)]) * speed
        blur = step[::-1] * rng.uniform(0, 0.6)
        opacity = smear(np.pad(opacity, int(np.ceil(np.abs(blur).max()))), blur)
        ink = draw_ink(soiling, rng)
        start, bend = rng.uniform([0, 0], [height, width]), rng.normal(0, 0.06, 2) * speed
        for time, layer in zip(times(frames), layers, strict=True):
            row, column = start + step * time + bend * time**2
            top, left = round(row) - opacity.shape[0] // 2, round(column) - opacity.shape[1] // 2
            layer.draw(opacity, top, left, ink, "blotch")
    return [layer.over(frame) for layer, frame in zip(layers, frames, strict=True)]


@dataclass(frozen=True, eq=False)
class Ball:
    """`place` (2,) px at time 0, `step` px per frame, `pull` px per squared frame; lit from `side`."""

    place: np.ndarray
    step: np.ndarray
    pull: float
    radius: float
    side: np.ndarray

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator) -> Ball:
        """3 to 12 cm thick, thrown at 1 to 16 m/s."""
        radius = log_uniform(1.5, 28, rng)
        scale = radius / rng.uniform(0.03, 0.12)
        speed, angle = rng.uniform(1, 16) / 24 * scale, rng.uniform(0, 2 * np.pi)
        step = np.array([np.cos(angle), np.sin(angle)]) * speed
        return Ball(
            rng.uniform(0, shape[::-1]), step, GRAVITY * scale, radius, rng.normal(0, 0.35, 2) * radius
        )

    def whole(self, mask: Bytes, time: float) -> None:
        x, y = self._at(time)
        disc(mask, x, y, self.radius)

    def lit(self, mask: Bytes, time: float) -> None:
        x, y = self._at(time) + self.side
        disc(mask, x, y, self.radius * 0.55)

    def _at(self, time: float) -> np.ndarray:
        return self.place + self.step * time + np.array([0, self.pull / 2]) * time**2


def balls(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A ball or two in free flight, lit from one side."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    result = list(frames)
    for _ in range(1 + int(rng.random() < 0.3)):
        ball = Ball.draw(shape, rng)
        colour = tone(frames, 0.7, 1.0, rng) if rng.random() < 0.6 else tone(frames, 0.0, 0.4, rng)
        shutter, focus = float(rng.uniform(0.1, 0.5)), float(rng.uniform(0.3, 1.5))
        steps = int(np.clip(float(np.linalg.norm(ball.step)) * shutter / 2, 2, 16))
        for k, time in enumerate(times(frames)):
            body, light = (
                soft(exposed(shape, part, time, shutter, steps), focus) for part in (ball.whole, ball.lit)
            )
            shaded = laid_over(result[k], body, colour * np.float32(0.6))
            result[k] = laid_over(shaded, light * np.float32(0.8), colour * np.float32(1.3))
    return result


@dataclass(frozen=True, eq=False)
class Limb:
    """An arm, a leg or a stick: `joints` (3, 2) px at time 0, turning about the first by `swing` rad a frame.

    `step` px per frame moves all of it; `thickness` (2,) px of its two parts.
    """

    joints: np.ndarray
    swing: float
    bend: float
    step: np.ndarray
    thickness: tuple[int, int]

    def at(self, time: float) -> np.ndarray:
        shoulder, elbow, hand = self.joints
        upper = _turned(elbow - shoulder, self.swing * time)
        lower = _turned(hand - elbow, (self.swing + self.bend) * time)
        return self.step * time + np.array([shoulder, shoulder + upper, shoulder + upper + lower])

    def draw(self, mask: Bytes, time: float) -> None:
        joints = points(self.at(time))
        for part, thickness in enumerate(self.thickness):
            ends = [tuple(int(v) for v in joint) for joint in joints[part : part + 2]]
            cv2.line(mask, ends[0], ends[1], 255, thickness, cv2.LINE_AA, 4)


def limb(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A passing limb or racket: textured, motion-blurred, 10 to 60 px per frame at its end."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    one, speed = _limb(shape, rng)
    cloth, shutter, focus = _cloth(frames, rng), float(rng.uniform(0.15, 0.6)), float(rng.uniform(0.4, 3.0))
    steps = int(np.clip(speed * shutter / 3, 3, 14))
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        cover = soft(
            exposed(shape, one.draw, time, shutter, steps), max(focus, speed * shutter / steps / 2.5)
        )
        shift = (one.at(time)[1] - one.at(0.0)[1]).astype(int)
        moved = np.roll(cloth, tuple(int(v) for v in shift[::-1]), (0, 1))
        moved *= _rounding(cover, one.thickness[0] / 3)[..., None]
        result.append(laid_over(frame, np.where(cover > 0.003, cover, 0).astype(np.float32), moved))
    return result


def _limb(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Limb, float]:
    size = np.array(shape[::-1])
    reach = float(rng.uniform(0.25, 0.9) * size.min())
    hand = rng.uniform(0.1, 0.9, 2) * size
    angle = rng.uniform(0, 2 * np.pi)
    shoulder = hand + np.array([np.cos(angle), np.sin(angle)]) * reach
    elbow = (hand + shoulder) / 2 + rng.normal(0, 0.12 * reach, 2)
    speed = log_uniform(8, 60, rng)
    swings = float(rng.uniform(0.2, 1.0))
    turn, course = swings * speed / reach * rng.choice([-1, 1]), rng.uniform(0, 2 * np.pi)
    step = (1 - swings) * speed * np.array([np.cos(course), np.sin(course)])
    thick = max(1, round(log_uniform(3, 90, rng)))
    joints = np.array([shoulder, elbow, hand])
    return Limb(
        joints, turn, float(rng.normal(0, 0.3) * turn), step, (thick, max(1, round(thick * 0.75)))
    ), speed


def _cloth(frames: Sequence[Float32], rng: np.random.Generator) -> Float32:
    """A surface made of the scene's own texture, mirrored and relit, or plain and only shaded."""
    middle = frames[len(frames) // 2]
    texture = middle[::-1, ::-1] if rng.random() < 0.5 else np.roll(middle, middle.shape[1] // 2, 1)[:, ::-1]
    plain = cv2.GaussianBlur(texture, (0, 0), log_uniform(0.7, 12, rng))
    relit = plain * np.float32(log_uniform(0.15, 2.0, rng))
    return (relit + tone(frames, 0.05, 0.95, rng) * rng.uniform(0.1, 1.0)).astype(np.float32)


def _rounding(cover: Float32, spread: float) -> Float32:
    """Shading (H, W) of a round body: brightest along its middle."""
    height, width = cover.shape
    small = cv2.resize(cover, (max(width // 4, 1), max(height // 4, 1)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), max(spread / 4, 0.5))
    return (0.35 + 0.8 * cv2.resize(blurred, (width, height))).astype(np.float32)


def _turned(vector: np.ndarray, angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([c * vector[0] - s * vector[1], s * vector[0] + c * vector[1]])
