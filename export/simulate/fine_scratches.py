"""Many short scratches along the transport direction: rain, cinch marks, abrasion dashes.

Rain: fine lines new in every frame, as a worn print shows them all over. Cinch marks: the same in a
narrow bundle, from windings of a loose roll that slid over one another. Abrasion: coarse dashes on
single frames, where a splice or a sprocket jumped.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.film_ink import line_inks
from export.simulate.film_noise import frame_rng
from export.simulate.layer import DamageLayer, Ink

_SUBPIXEL = 4
"""Fractional bits of the line ends that OpenCV takes."""


@dataclass(frozen=True)
class FineScratches:
    """Lines in a band of `spread` px (standard deviation) about column `x`, on frames first .. last.

    `count`: mean number per frame; `length`: mean px; `thickness`: px; `faint`: opacity of the
    faintest, the strongest has `opacity`.
    """

    first: int
    last: int
    x: float
    spread: float
    count: float
    length: float
    lean: float
    thickness: int
    faint: float
    opacity: float
    ink: Ink
    seed: int

    @staticmethod
    def draw_rain(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> FineScratches:
        first = int(rng.integers(-60, 1))
        return FineScratches(
            first, int(rng.integers(span - 1, span + 60)),
            x=shape[1] * float(rng.uniform(0.2, 0.8)),
            spread=shape[1] * float(rng.uniform(0.2, 0.6)),
            count=float(rng.uniform(4, 50)) * shape[0] * shape[1] / 256**2,
            length=float(np.exp(rng.uniform(np.log(15), np.log(120)))),
            lean=float(abs(rng.normal(0, 0.006))),
            thickness=1,
            faint=0.08,
            opacity=float(rng.uniform(0.25, 0.9)),
            ink=line_inks(rng)[0],
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    @staticmethod
    def draw_cinch(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> FineScratches:
        first = int(rng.integers(-8, span))
        return FineScratches(
            first, first + int(rng.integers(1, 12)),
            x=float(rng.uniform(0, shape[1])),
            spread=float(rng.uniform(4, 40)),
            count=float(rng.uniform(10, 70)),
            length=float(np.exp(rng.uniform(np.log(20), np.log(160)))),
            lean=float(abs(rng.normal(0, 0.01))),
            thickness=1,
            faint=0.15,
            opacity=float(rng.uniform(0.35, 1.0)),
            ink=line_inks(rng)[0],
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    @staticmethod
    def draw_dashes(shape: tuple[int, int], rng: np.random.Generator, frame: int = 1) -> FineScratches:
        """Abrasion on frame `frame` alone."""
        return FineScratches(
            frame, frame,
            x=float(rng.uniform(0, shape[1])),
            spread=float(rng.uniform(2, 30)),
            count=float(rng.uniform(2, 14)),
            length=float(np.exp(rng.uniform(np.log(8), np.log(70)))),
            lean=float(abs(rng.normal(0, 0.015))),
            thickness=int(rng.choice([1, 2, 3, 4], p=[0.35, 0.35, 0.2, 0.1])),
            faint=0.4,
            opacity=float(rng.uniform(0.5, 1.0)),
            ink=line_inks(rng)[0],
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        """Draw the lines of frame `frame` (any integer; the same number gives the same lines)."""
        if not self.first <= frame <= self.last:
            return
        lines = self._lines(layer.cover.shape, frame_rng(self.seed, 0, frame))
        layer.draw(lines, 0, 0, self.ink, "scratch")

    def _lines(self, shape: tuple[int, ...], rng: np.random.Generator) -> Float32:
        height, width = shape
        canvas = np.zeros((height, width), np.uint8)
        count = int(rng.poisson(self.count))
        # The guide that rubs has a few points of contact: lines gather in columns.
        contacts = rng.normal(self.x, self.spread, max(count // 4, 1))
        columns = rng.choice(contacts, count) + rng.normal(0, 1.5, count)
        tops = rng.uniform(-self.length, height, count)
        lengths = rng.gamma(2.0, self.length / 2, count)
        leans = rng.normal(0, self.lean, count)
        levels = rng.uniform(self.faint, 1, count) ** 1.5
        for x, top, length, lean, level in zip(columns, tops, lengths, leans, levels, strict=True):
            ends = _fixed(x, top), _fixed(x + lean * length, top + length)
            cv2.line(canvas, *ends, int(255 * level), self.thickness, cv2.LINE_AA, _SUBPIXEL)
        broken = 0.65 + 0.35 * rng.random((max(height // 6, 1), 1), np.float32)
        broken = cv2.resize(broken, (1, height), interpolation=cv2.INTER_LINEAR).reshape(height, 1)
        return (canvas * (np.float32(self.opacity / 255) * broken)).astype(np.float32)


def _fixed(x: float, y: float) -> tuple[int, int]:
    return round(x * 2**_SUBPIXEL), round(y * 2**_SUBPIXEL)
