"""The layers of the demo scene: sky, clouds, mountains, forest, a house on a hill, a meadow.

Colours are scene-linear with Rec.709 primaries; each layer is premultiplied RGBA (H, W, 4) float32.
Everything is drawn from fractal noise (sums of random grids, each twice as fine and half as strong).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import AnyArray, Float32

DESIGN_HEIGHT = 540.0
"""Sizes in this file are for this height and scale with it."""

HAZE = np.array([0.40, 0.24, 0.19], np.float32)
SUN = (0.70, 0.47)
"""Where the sun stands, as fractions of the layer's width and height."""


@dataclass(frozen=True, eq=False)
class Layer:
    """`nearness` is how much of the camera's pan this layer follows: 0 the sky, 1 the nearest."""

    name: str
    rgba: Float32
    nearness: float


def landscape(height: int, width: int, scale: float, rng: np.random.Generator) -> tuple[Layer, ...]:
    """All layers, far to near."""
    return (
        Layer("sky", _sky(height, width), 0.02),
        Layer("clouds", _clouds(height, width, scale, rng), 0.06),
        Layer("mountains", _ridge(height, width, 0.52, 0.13, (0.050, 0.055, 0.12), 0.38, scale, rng), 0.14),
        Layer("hills", _ridge(height, width, 0.62, 0.07, (0.030, 0.045, 0.060), 0.20, scale, rng), 0.28),
        Layer("forest", _forest(height, width, scale, rng), 0.48),
        Layer("house", _house(height, width, scale, rng), 0.70),
        Layer("meadow", _meadow(height, width, scale, rng), 1.0),
    )


def shade(colour: AnyArray, alpha: AnyArray) -> Float32:
    """Colour (H, W, 3) and coverage (H, W) as premultiplied RGBA."""
    cover = np.clip(alpha, 0, 1)[..., None].astype(np.float32)
    return np.concatenate([colour * cover, cover], axis=2).astype(np.float32)


def noise(height: int, width: int, cell: float, rng: np.random.Generator, stretch: float = 1.0) -> Float32:
    """Fractal noise (H, W), about -1 .. 1; `cell` is the coarsest detail in pixels, `stretch` its aspect."""
    total = np.zeros((height, width), np.float32)
    strength, weight = 1.0, 0.0
    while cell >= 1.0:
        rows = max(2, int(np.ceil(height / cell)) + 1)
        columns = max(2, int(np.ceil(width / (cell * stretch))) + 1)
        grid = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
        total += strength * cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)
        weight += strength * strength
        strength, cell = strength * 0.55, cell / 2
    return total / np.float32(np.sqrt(weight))


def skyline(width: int, cell: float, rng: np.random.Generator) -> Float32:
    """A one-dimensional height line (W,), about -1 .. 1."""
    return noise(2, width, cell, rng)[0]


def _positions(height: int, width: int) -> tuple[Float32, Float32]:
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return y / height, x / width


def _sunshine(height: int, width: int) -> Float32:
    """Distance to the sun in picture heights, (H, W)."""
    y, x = _positions(height, width)
    return np.hypot((x - SUN[0]) * width / height, y - SUN[1]).astype(np.float32)


def _sky(height: int, width: int) -> Float32:
    y, _ = _positions(height, width)
    top = np.array([0.020, 0.055, 0.17], np.float32)
    low = np.array([0.55, 0.27, 0.14], np.float32)
    blend = np.clip(y / 0.60, 0, 1)[..., None] ** 1.5
    distance = _sunshine(height, width)[..., None]
    glow = np.array([0.8, 0.40, 0.13], np.float32) * (
        0.9 * np.exp(-distance / 0.16) + 0.3 * np.exp(-distance / 0.5)
    )
    disc = np.clip((0.036 - distance) * height / 3, 0, 1) * np.array([11.0, 8.2, 4.6], np.float32)
    return shade(top * (1 - blend) + low * blend + glow + disc, np.ones((height, width), np.float32))


def _clouds(height: int, width: int, scale: float, rng: np.random.Generator) -> Float32:
    y, _ = _positions(height, width)
    field = noise(height, width, 130 * scale, rng, stretch=3.2)
    band = np.exp(-(((y - 0.22) / 0.20) ** 2))
    cover = np.clip((field + 0.5 * band - 0.25) * 1.3, 0, 0.9) * np.clip((0.58 - y) / 0.15, 0, 1)
    relief = np.asarray(cv2.GaussianBlur(field, (0, 0), 3 * scale), np.float32)
    slope = np.clip(0.5 + 7.0 * np.gradient(relief, axis=0) / scale**0.5, 0.0, 1.4)[..., None]
    warmth = np.exp(-_sunshine(height, width) / 0.55)[..., None]
    shadow = np.array([0.085, 0.075, 0.14], np.float32)
    lit = np.array([0.42, 0.22, 0.17], np.float32) + warmth * np.array([0.75, 0.33, 0.10], np.float32)
    return shade((shadow + (lit - shadow) * (1 - slope * 0.6)).astype(np.float32), cover)


def _below(line: Float32, height: int) -> Float32:
    """Coverage (H, W) of everything below the line of row numbers (W,), with a soft edge."""
    rows = np.arange(height, dtype=np.float32)[:, None]
    return np.clip(rows - line[None, :] + 0.5, 0, 1)


def _ridge(
    height: int, width: int, base: float, swing: float, colour: tuple[float, float, float],
    haze: float, scale: float, rng: np.random.Generator,
) -> Float32:  # fmt: skip
    line = height * (base + swing * skyline(width, 260 * scale, rng))
    texture = noise(height, width, 46 * scale, rng, stretch=0.7)
    depth = np.clip((np.arange(height, dtype=np.float32)[:, None] - line[None, :]) / (0.2 * height), 0, 1)
    rock = np.asarray(colour, np.float32) * (1.0 + 0.55 * texture[..., None])
    veil = np.clip(haze + 0.25 * depth, 0, 1)[..., None]
    return shade((rock * (1 - veil) + HAZE * veil).astype(np.float32), _below(line, height))


def _forest(height: int, width: int, scale: float, rng: np.random.Generator) -> Float32:
    line = height * (0.70 + 0.035 * skyline(width, 200 * scale, rng))
    cover = _below(line, height)
    step = max(1, int(7 * scale))
    for x in range(-step, width + step, step):
        _conifer(
            cover,
            x + rng.uniform(-3, 3) * scale,
            line[min(max(x, 0), width - 1)],
            rng.uniform(20, 52) * scale,
            rng,
        )
    texture = noise(height, width, 14 * scale, rng, stretch=0.5)
    tint = noise(height, width, 90 * scale, rng)[..., None]
    needles = np.array([0.016, 0.030, 0.019], np.float32) * (1 + 0.7 * texture[..., None])
    autumn = np.array([0.12, 0.050, 0.012], np.float32) * np.clip(tint - 0.35, 0, 1)
    return shade(np.clip(needles + autumn, 0.004, None) + 0.03 * HAZE, cover)


def _conifer(cover: Float32, x: float, foot: float, tall: float, rng: np.random.Generator) -> None:
    """Draw a ragged conifer into the coverage."""
    tiers = 6
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    for tier in range(tiers):
        y = foot + 4 - tall * (1 - tier / tiers)
        reach = tall * 0.21 * (tier + 1) / tiers * rng.uniform(0.75, 1.15)
        left += [(x - reach * 0.45, y), (x - reach, y + tall / tiers)]
        right += [(x + reach * 0.45, y), (x + reach, y + tall / tiers)]
    outline = np.array([(x, foot - tall - 3), *left, *reversed(right)])
    cv2.fillPoly(cover, [np.rint(outline * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)


def _house(height: int, width: int, scale: float, rng: np.random.Generator) -> Float32:
    line = height * (0.80 + 0.03 * skyline(width, 240 * scale, rng))
    grain = noise(height, width, 22 * scale, rng, stretch=1.6)[..., None]
    colour = (np.array([0.060, 0.070, 0.020], np.float32) * (1 + 0.6 * grain)).astype(np.float32)
    cover = _below(line, height)
    x, foot = 0.50 * width, float(line[width // 2]) + 8 * scale
    _box(colour, cover, x - 62 * scale, foot - 58 * scale, 124 * scale, 62 * scale, (0.27, 0.22, 0.18))
    corners = ((-76, -56), (-46, -100), (46, -100), (76, -56))
    roof = [(x + across * scale, foot + up * scale) for across, up in corners]
    _polygon(colour, cover, roof, (0.13, 0.030, 0.018))
    _box(colour, cover, x + 22 * scale, foot - 116 * scale, 14 * scale, 30 * scale, (0.16, 0.06, 0.045))
    for window in (-44, -8, 28):
        _box(colour, cover, x + window * scale, foot - 42 * scale, 17 * scale, 20 * scale, (0.10, 0.06, 0.04))
        _box(
            colour,
            cover,
            x + (window + 2) * scale,
            foot - 40 * scale,
            13 * scale,
            16 * scale,
            (2.4, 1.35, 0.42),
        )
    return shade(np.clip(colour * (1 + 0.12 * grain), 0.004, None), cover)


def _box(
    colour: Float32, cover: Float32, x: float, y: float, wide: float, tall: float,
    fill: tuple[float, float, float],
) -> None:  # fmt: skip
    _polygon(colour, cover, [(x, y), (x + wide, y), (x + wide, y + tall), (x, y + tall)], fill)


def _polygon(
    colour: Float32, cover: Float32, outline: list[tuple[float, float]], fill: tuple[float, float, float]
) -> None:
    points = [np.rint(np.array(outline) * 16).astype(np.int32)]
    cv2.fillPoly(colour, points, fill, cv2.LINE_AA, 4)
    cv2.fillPoly(cover, points, 1.0, cv2.LINE_AA, 4)


def _meadow(height: int, width: int, scale: float, rng: np.random.Generator) -> Float32:
    line = height * (0.86 + 0.02 * skyline(width, 300 * scale, rng))
    texture = noise(height, width, 26 * scale, rng)[..., None]
    colour = (np.array([0.085, 0.075, 0.016], np.float32) * (1 + 0.5 * texture)).astype(np.float32)
    cover = _below(line, height)
    for _ in range(int(width * 5)):
        _blade(colour, cover, line, scale, rng)
    for _ in range(int(width / (9 * scale))):
        x, depth = rng.uniform(0, width - 1), rng.uniform(0.1, 0.95)
        y = float(line[int(x)]) + depth * (height - float(line[int(x)]))
        bloom = ((0.62, 0.035, 0.025), (0.75, 0.70, 0.55), (0.70, 0.42, 0.04))[int(rng.integers(3))]
        _dot(colour, x, y, (0.9 + 1.9 * depth) * scale, bloom)
    return shade(np.clip(colour, 0.004, None), cover)


def _blade(colour: Float32, cover: Float32, line: Float32, scale: float, rng: np.random.Generator) -> None:
    """One blade of grass; the blades at the far edge reach over it."""
    height, width = int(cover.shape[0]), int(cover.shape[1])
    x = rng.uniform(0, width - 1)
    depth = rng.uniform(0, 1)
    y = float(line[int(x)]) + depth * (height - float(line[int(x)]))
    tall = (4 + 15 * depth) * scale
    lean = float(rng.normal(0, 2.5 + 3 * depth)) * scale
    warm = rng.uniform(0.4, 1.5)
    tint = (0.125 * warm, 0.095 * warm, 0.020 * warm)
    foot, tip = (round(x * 16), round(y * 16)), (round((x + lean) * 16), round((y - tall) * 16))
    cv2.line(colour, foot, tip, tint, 1, cv2.LINE_AA, 4)
    if depth < 0.12:
        cv2.line(cover, foot, tip, 1.0, 1, cv2.LINE_AA, 4)


def _dot(colour: Float32, x: float, y: float, radius: float, fill: tuple[float, float, float]) -> None:
    centre = (round(x * 16), round(y * 16))
    cv2.circle(colour, centre, max(8, int(radius * 16)), fill, -1, cv2.LINE_AA, 4)
