"""Film that decays: emulsion that peels, water stains, mould, bubbles in nitrate; all of class "other".

Decay belongs to the film, not to the frame: its noise runs on from one frame into the next, so the
pattern is another in every frame and joins at the frame lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.events import lasting, level_of
from export.simulate.film_ink import CAMERA_ORDER, PRINT_ORDER, draw_order, printed_ink, stripped_ink
from export.simulate.film_noise import frame_rng, over_frame
from export.simulate.layer import DamageLayer, Ink

MOST_LOST = 1 / 3
"""Share of a frame that may be lost; beyond it there is no picture left to restore."""


@dataclass(frozen=True)
class EmulsionLoss:
    """Patches where the emulsion is gone, layer by layer, on frames first .. last: `coverage` of the frame
    on average, `MOST_LOST` at most; `cell`: size of the patches in px."""

    first: int
    last: int
    coverage: float
    cell: float
    from_edge: float
    """How much more the sides lose (decay creeps in from the perforations): 0 even, 2 sides only."""
    inks: tuple[Ink, ...]
    """From the shallow rim to the deepest part."""
    terrace: float
    """Breadth of the rim where the upper layers only are gone, in units of the noise."""
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> EmulsionLoss:
        first, last = lasting(int(rng.choice([1, rng.integers(2, 12)])), frame, rng)
        return EmulsionLoss(
            first, last,
            coverage=float(rng.uniform(0.01, 0.33)),
            cell=float(np.exp(rng.uniform(np.log(0.08), np.log(0.6)))) * min(shape),
            from_edge=float(rng.choice([0.0, rng.uniform(0.5, 2)])),
            inks=_loss_inks(rng),
            terrace=float(rng.uniform(0.03, 0.25)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        height, width = layer.cover.shape
        field = over_frame((height, width), frame, self.seed, self.cell, 7)
        sides = np.abs(np.linspace(-1, 1, width, dtype=np.float32)) ** 2
        field = field + self.from_edge * (sides - 1 / 3)[None, :]
        threshold = max(level_of(self.coverage), float(np.quantile(field, 1 - MOST_LOST)))
        # Flakes break off sharply: about a pixel of edge, whatever the size of the patch.
        sharp = np.clip(self.cell / 6, 3, 30)
        for step, ink in enumerate(self.inks):
            part = np.clip((field - threshold - self.terrace * step) * sharp, 0, 1)
            layer.draw(part.astype(np.float32), 0, 0, ink, "other")


def _loss_inks(rng: np.random.Generator) -> tuple[Ink, ...]:
    if rng.random() < 0.25:
        order, contrast = draw_order(rng, CAMERA_ORDER), float(rng.uniform(0.3, 0.9))
        return tuple(printed_ink(depth, order, contrast) for depth in (0.7, 1.6, 3.0))
    order = draw_order(rng, PRINT_ORDER)
    deepest = float(rng.uniform(1.7, 3.2))
    return tuple(stripped_ink(deepest * share, order) for share in (0.3, 0.6, 1.0))


@dataclass(frozen=True)
class Stain:
    """Water, oil or vinegar that dried in: half-transparent, with tide lines where it stood longest."""

    first: int
    last: int
    coverage: float
    cell: float
    density: tuple[float, float, float]
    tide: float
    """Strength of the line at its edge, in units of `density`."""
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> Stain:
        strength = float(rng.choice([-1, 1], p=[0.7, 0.3]) * rng.uniform(0.04, 0.22))
        red, green, blue = (float(strength * t) for t in rng.uniform(0.5, 1.5, 3))
        first, last = lasting(int(rng.integers(1, 20)), frame, rng)
        return Stain(
            first, last,
            coverage=float(rng.uniform(0.03, 0.33)),
            cell=float(rng.uniform(0.2, 0.8)) * min(shape),
            density=(red, green, blue),
            tide=float(rng.uniform(0.8, 4)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        field = over_frame(layer.cover.shape, frame, self.seed, self.cell, 5)
        depth = field - max(level_of(self.coverage), float(np.quantile(field, 1 - MOST_LOST)))
        inside = np.clip(depth * self.cell / 8, 0, 1)
        tide = self.tide * np.exp(-np.clip(depth, 0, None) * self.cell / 5) * inside
        mottled = 0.8 + 0.2 * over_frame(layer.cover.shape, frame, self.seed + 77, 30.0, 4)
        layer.draw((inside * mottled + tide).astype(np.float32), 0, 0, Ink(None, self.density), "other")


@dataclass(frozen=True)
class Mould:
    """Colonies of threads that branch outwards, half-transparent; `count` colonies on every frame."""

    first: int
    last: int
    count: float
    radius: float
    ink: Ink
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> Mould:
        strength = float(rng.choice([-1, 1], p=[0.5, 0.5]) * rng.uniform(0.12, 0.5))
        red, green, blue = (float(strength * t) for t in rng.uniform(0.7, 1.3, 3))
        first, last = lasting(int(rng.integers(1, 30)), frame, rng)
        return Mould(
            first, last,
            count=float(rng.uniform(1, 8)),
            radius=float(rng.uniform(0.04, 0.16)) * min(shape),
            ink=Ink(None, (red, green, blue)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        rng = frame_rng(self.seed, 0, frame)
        height, width = layer.cover.shape
        threads = np.zeros((height, width), np.uint8)
        for _ in range(int(rng.poisson(self.count)) + 1):
            middle = rng.uniform([0, 0], [width, height])
            _colony(threads, middle, self.radius * float(rng.uniform(0.4, 1.4)), rng)
        soft = cv2.GaussianBlur(threads, (0, 0), 0.6).astype(np.float32) / 255
        felt = cv2.GaussianBlur(threads, (0, 0), max(self.radius / 8, 1.0)).astype(np.float32) / 255
        opacity = np.clip(0.8 * soft + 0.7 * felt, 0, 1)
        layer.draw(np.where(opacity < 0.04, 0, opacity).astype(np.float32), 0, 0, self.ink, "other")


def _colony(threads: np.ndarray, middle: np.ndarray, radius: float, rng: np.random.Generator) -> None:
    """Threads from the middle outwards, each a walk that turns a little and forks twice."""
    steps = 9
    angles = rng.uniform(0, 2 * np.pi, int(rng.integers(14, 34)))
    places = np.broadcast_to(middle, (len(angles), 2))
    for step in range(steps):
        if step in (3, 6):
            places, angles = (
                np.repeat(places, 2, 0),
                np.repeat(angles, 2) + rng.normal(0, 0.4, 2 * len(angles)),
            )
        angles = angles + rng.normal(0, 0.3, len(angles))
        reach = radius / steps * rng.uniform(0.6, 1.2, (len(angles), 1))
        ends = places + reach * np.stack([np.cos(angles), np.sin(angles)], 1)
        lines = np.round(np.stack([places, ends], 1) * 16).astype(np.int32)
        for some in np.array_split(lines, 3):
            cv2.polylines(threads, some, False, int(rng.integers(110, 255)), 1, cv2.LINE_AA, 4)
        alive = rng.random(len(angles)) > 0.06
        places, angles = ends[alive], angles[alive]


@dataclass(frozen=True)
class Bubbles:
    """Blisters of nitrate that gives off gas: rings with a light middle, where noise lets them gather."""

    first: int
    last: int
    count: float
    radius: float
    cell: float
    strength: float
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> Bubbles:
        first, last = lasting(int(rng.integers(1, 24)), frame, rng)
        return Bubbles(
            first, last,
            count=float(rng.uniform(15, 140)) * shape[0] * shape[1] / 256**2,
            radius=float(rng.uniform(1.5, 6)),
            cell=float(rng.uniform(0.3, 0.8)) * min(shape),
            strength=float(rng.uniform(0.15, 0.6)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        height, width = layer.cover.shape
        rng = frame_rng(self.seed, 0, frame)
        where = over_frame((height, width), frame, self.seed, self.cell, 3)
        rims, middles = np.zeros((height, width), np.uint8), np.zeros((height, width), np.uint8)
        for _ in range(int(rng.poisson(self.count))):
            column, row = int(rng.integers(width)), int(rng.integers(height))
            if where[row, column] < 0.4:
                continue
            radius = float(np.clip(rng.gamma(3.0, self.radius / 3), 1, 4 * self.radius))
            axes = (round(radius * 16), round(radius * float(rng.uniform(0.7, 1)) * 16))
            shape = ((column * 16, row * 16), axes, float(rng.uniform(0, 180)), 0, 360)
            cv2.ellipse(middles, *shape, int(rng.integers(90, 255)), -1, cv2.LINE_AA, 4)
            cv2.ellipse(rims, *shape, int(rng.integers(120, 255)), 1, cv2.LINE_AA, 4)
        light, dark = self.strength, -1.2 * self.strength
        layer.draw(self._opacity(middles), 0, 0, Ink(None, (light, light, light)), "other")
        layer.draw(self._opacity(rims), 0, 0, Ink(None, (dark, dark, dark)), "other")

    def _opacity(self, canvas: np.ndarray) -> Float32:
        return cv2.GaussianBlur(canvas, (0, 0), 0.5).astype(np.float32) / 255
