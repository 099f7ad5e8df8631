"""What happens to a reel once: cue marks, burn holes, splices and tears, all of class "other".

Every edge is a threshold through fractal noise, since film burns, tears and takes glue unevenly.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.film_ink import PRINT_ORDER, draw_order, stripped_ink
from export.simulate.film_noise import frame_rng, over_frame
from export.simulate.layer import CLEAR, DamageLayer, Ink

WHITE = Ink((CLEAR, CLEAR, CLEAR))
CHAR = Ink((0.004, 0.003, 0.002))


def lasting(count: int, frame: int, rng: np.random.Generator) -> tuple[int, int]:
    """First and last of `count` consecutive frames that `frame` is among."""
    first = frame - int(rng.integers(count))
    return first, first + count - 1


@dataclass(frozen=True)
class CueMark:
    """A changeover mark by hand on frames first .. last: a disc scraped or punched out, or inked.

    `row`, `column`: its centre in px; `radius`: px; `ragged`: unevenness of its edge, as a share of it.
    """

    first: int
    last: int
    row: float
    column: float
    radius: float
    squeeze: float
    """Width over height: anamorphic prints show ovals."""
    ragged: float
    rim: float
    """Px of the swollen edge around it, of `rim_ink`; 0 for none."""
    ink: Ink
    rim_ink: Ink
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> CueMark:
        """In the upper right of the picture, on four frames that `frame` is among."""
        depth = float(rng.uniform(1.0, 3.0))
        scraped = stripped_ink(depth, draw_order(rng, PRINT_ORDER))
        dark = rng.random() < 0.35
        first, last = lasting(4, frame, rng)
        return CueMark(
            first, last,
            row=shape[0] * float(rng.uniform(0.05, 0.3)),
            column=shape[1] * float(rng.uniform(0.7, 0.95)),
            radius=float(np.clip(rng.gamma(4.0, 2.6), 3, 0.08 * shape[0] + 6)),
            squeeze=float(rng.choice([1.0, 2.0, rng.uniform(0.6, 1.6)], p=[0.55, 0.15, 0.3])),
            ragged=float(rng.uniform(0.03, 0.3)),
            rim=float(rng.choice([0.0, rng.uniform(1, 3)])),
            ink=Ink((0.006, 0.006, 0.006)) if dark else scraped,
            rim_ink=WHITE if dark else Ink(None, (-0.4, -0.4, -0.4)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        # Made by hand or by a hinged stamp: never twice in quite the same place.
        offset = frame_rng(self.seed, 0, frame).normal(0, 0.06 * self.radius + 0.3, 2)
        distance = _off_centre(layer.cover.shape, self.row + offset[0], self.column + offset[1], self.squeeze)
        edge = over_frame(distance.shape, frame, self.seed, max(self.radius, 3.0), 3)
        depth = self.radius - distance + self.ragged * self.radius * edge
        if self.rim:
            ring = np.clip(depth + self.rim + 0.5, 0, 1) - np.clip(depth + 0.5, 0, 1)
            layer.draw(0.8 * ring, 0, 0, self.rim_ink, "other")
        layer.draw(np.clip(depth + 0.5, 0, 1), 0, 0, self.ink, "other")


@dataclass(frozen=True)
class BurnHole:
    """Film that stood in the gate and burned: a hole, charred about, amber beyond; grows frame by frame."""

    first: int
    last: int
    row: float
    column: float
    radius: float
    growth: float
    """Px of radius per frame."""
    ragged: float
    char: Ink
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> BurnHole:
        first, last = lasting(int(rng.integers(1, 5)), frame, rng)
        return BurnHole(
            first, last,
            row=float(rng.uniform(0, shape[0])),
            column=float(rng.uniform(0, shape[1])),
            radius=float(rng.uniform(0.04, 0.28)) * min(shape),
            growth=float(rng.uniform(0, 0.06)) * min(shape),
            ragged=float(rng.uniform(0.1, 0.35)),
            char=Ink((float(rng.uniform(0.003, 0.1)), 0.008, 0.002)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        radius = self.radius + self.growth * (frame - self.first)
        distance = _off_centre(layer.cover.shape, self.row, self.column, 1.0)
        shape = over_frame(distance.shape, self.first, self.seed, 0.8 * radius, 7)
        breadth = over_frame(distance.shape, self.first, self.seed + 1, 0.5 * radius, 4)
        depth = (radius - distance) / radius + self.ragged * shape
        # Heat runs ahead unevenly: the charred rim is broad here and next to nothing there.
        char = 0.10 + 0.07 * np.clip(breadth, -1.2, 2)
        layer.draw(_ramp(depth, -0.45, 0.2), 0, 0, Ink(None, (-0.1, -0.35, -0.8)), "other")
        layer.draw(_ramp(depth, 0.0, 0.10) * 0.92, 0, 0, self.char, "other")
        layer.draw(_ramp(depth - char, 0.0, 0.05), 0, 0, WHITE, "other")


@dataclass(frozen=True)
class Splice:
    """The joint between frame `first` and the next: it shows at the foot of the one and the head of the
    other. A cemented lap is a band with a bright scraped line; tape shows its edge and air under it."""

    first: int
    overlap: float
    """Height of the lap or tape in px on either frame (above, below): `overlap` and `overlap * share`."""
    share: float
    tilt: float
    line: float
    """Thickness of the edge in px."""
    line_ink: Ink
    band_ink: Ink
    air: float
    """Share of the lap that glue or tape does not stick to."""
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> Splice:
        taped = rng.random() < 0.5
        overlap = rng.uniform(0.05, 0.3) if taped else rng.uniform(0.01, 0.06)
        band = float(rng.normal(-0.06, 0.05)) if taped else float(rng.normal(-0.15, 0.2))
        bright = rng.random() < 0.55
        return Splice(
            frame - int(rng.integers(2)),
            overlap=float(overlap) * shape[0] + 2,
            share=float(rng.choice([1.0, 0.25, 0.0], p=[0.5, 0.3, 0.2])),
            tilt=float(rng.normal(0, 0.006)),
            line=float(np.clip(rng.gamma(2.5, 0.9), 0.8, 8)),
            line_ink=WHITE if bright else Ink((0.01, 0.008, 0.006)),
            band_ink=Ink(None, (band, band * 1.05, band * 1.2)),
            air=float(rng.uniform(0.05, 0.4)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    @property
    def last(self) -> int:
        return self.first + 1

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        height, width = layer.cover.shape
        reach = self.overlap if frame == self.first else self.overlap * self.share
        if reach < 1:
            return
        rows = np.arange(height, dtype=np.float32)[:, None]
        across = self.tilt * (np.arange(width, dtype=np.float32)[None, :] - width / 2)
        noise = over_frame((height, width), frame, self.seed, 24.0, 4)
        # Depth in px below the edge of the lap: at the foot of this frame, at the head of the next.
        depth = (rows - (height - reach) if frame == self.first else reach - rows) + across
        ragged = depth + 0.35 * self.line * noise
        lap = np.clip(ragged + 0.5, 0, 1)
        layer.draw(lap, 0, 0, self.band_ink, "other")
        stuck = np.clip((noise - level_of(self.air)) * 4, 0, 1) * lap
        layer.draw(stuck, 0, 0, Ink(None, (0.1, 0.1, 0.08)), "other")
        strength = np.clip(1.2 + 0.5 * noise, 0, 1) * np.clip(self.line / 2 + 0.5 - np.abs(ragged), 0, 1)
        layer.draw(strength.astype(np.float32), 0, 0, self.line_ink, "other")


@dataclass(frozen=True)
class Tear:
    """A crack from the perforations into the picture on frames first .. last; light passes through it."""

    first: int
    last: int
    from_left: bool
    row: float
    reach: float
    """How far it runs into the picture, px."""
    slant: float
    jagged: float
    """Px by which it strays, RMS."""
    gape: float
    """Px it stands open at the edge."""
    ink: Ink
    lip: float
    """Density of the bent film beside it."""
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> Tear:
        first, last = lasting(int(rng.integers(1, 3)), frame, rng)
        return Tear(
            first, last,
            from_left=bool(rng.random() < 0.5),
            row=float(rng.uniform(0, shape[0])),
            reach=shape[1] * float(rng.uniform(0.2, 1.4)),
            slant=float(rng.normal(0, 0.5)),
            jagged=float(rng.uniform(2, 10)),
            gape=float(np.clip(rng.gamma(2.0, 1.6), 0.8, 12)),
            ink=WHITE if rng.random() < 0.65 else CHAR,
            lip=float(rng.uniform(0.1, 0.5)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if not self.first <= frame <= self.last:
            return
        height, width = layer.cover.shape
        inward = np.arange(width, dtype=np.float32)
        if not self.from_left:
            inward = inward[::-1]
        # The crack goes on in the next frame, a little to the side of where it was.
        course = self.row + self.slant * inward + self.jagged * self._course(width, frame)
        open_by = self.gape * np.sqrt(np.clip(1 - inward / self.reach, 0, 1))
        rows = np.arange(height, dtype=np.float32)[:, None]
        noise = over_frame((height, width), frame, self.seed + 5, 9.0, 3)
        offset = rows - course[None, :] + 0.3 * np.minimum(open_by, 3)[None, :] * noise
        runs = np.clip(self.reach - inward, 0, 1)[None, :]
        shade = np.exp(-np.abs(offset + open_by[None, :]) / (2 + 1.5 * open_by[None, :])) * runs
        layer.draw(_trimmed(shade), 0, 0, Ink(None, (-self.lip, -self.lip, -self.lip)), "other")
        crack = np.clip(open_by[None, :] / 2 + 0.5 - np.abs(offset), 0, 1) * runs
        layer.draw(crack.astype(np.float32), 0, 0, self.ink, "other")

    def _course(self, width: int, frame: int) -> Float32:
        """Straight runs that turn at once: film tears along its own stress, not in waves."""
        rng = frame_rng(self.seed, 0, frame)
        knots = np.sort(rng.uniform(0, width, max(width // 22, 2)))
        return np.interp(np.arange(width), knots, rng.standard_normal(len(knots))).astype(np.float32)


def _off_centre(shape: tuple[int, ...], row: float, column: float, squeeze: float) -> Float32:
    """Distance (H, W) in px from a centre; a step across counts 1 / `squeeze` as much."""
    rows = np.arange(shape[0], dtype=np.float32)[:, None] - np.float32(row)
    columns = (np.arange(shape[1], dtype=np.float32)[None, :] - np.float32(column)) / np.float32(squeeze)
    return np.asarray(cv2.magnitude(*np.broadcast_arrays(columns, rows)), np.float32)


def _ramp(depth: Float32, low: float, high: float) -> Float32:
    return np.clip((depth - low) / (high - low), 0, 1).astype(np.float32)


def _trimmed(opacity: Float32, faintest: float = 0.03) -> Float32:
    return np.where(opacity < faintest, 0, opacity).astype(np.float32)


def level_of(share: float) -> float:
    """The value that noise of mean 0 and RMS 1 exceeds over `share` of an area (logistic for the normal)."""
    return float(np.log((1 - share) / share) / 1.702)
