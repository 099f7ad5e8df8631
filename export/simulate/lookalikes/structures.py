"""What people build and what grows straight: mullions, fences, lattice, wires, trunks, button lines.

Drawn as covers in the scene's own coordinates; `standing` takes them through the frames as a camera does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import (
    Bytes,
    disc,
    fill,
    laid_over,
    log_uniform,
    points,
    segments,
    shifted,
    smear,
    soft,
    times,
    tone,
)


def standing(
    frames: Sequence[Float32], rng: np.random.Generator, step: np.ndarray | None = None
) -> list[Float32]:
    """One structure in front of the scene, standing still or passing by `step` px per frame (x, y)."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    by = _passing(rng) if step is None else step
    reach = int(np.ceil(np.abs(by).max() * len(frames) / 2)) + 2
    cover, shade = structure((shape[0] + 2 * reach, shape[1] + 2 * reach), rng)
    planes = smear(np.dstack([cover, shade]), by * rng.uniform(0.1, 0.5))
    colour, jitter = _paint(frames, rng), rng.normal(0, rng.choice([0.0, 0.4]), (len(frames), 2))
    result = []
    for frame, time, unrest in zip(frames, times(frames), jitter, strict=True):
        x, y = by * time + unrest
        both = shifted(planes, float(x), float(y), shape)
        result.append(laid_over(frame, both[..., 0], both[..., 1:] * colour))
    return result


def structured(still: Float32, rng: np.random.Generator) -> Float32:
    """A structure painted into a still (H, W, 3), before a camera moves over it."""
    cover, shade = structure((still.shape[0], still.shape[1]), rng)
    return laid_over(still, cover, shade[..., None] * _paint([still], rng))


def structure(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Float32, Float32]:
    """Cover (H, W) 0..1 and shading (H, W) around 1 of one kind of structure."""
    mask = np.zeros(shape, np.uint8)
    DRAWN[str(rng.choice(list(DRAWN), p=SHARES))](mask, rng)
    if rng.random() < 0.5:
        mask = _in_perspective(mask, rng)
    cover = soft(mask, rng.uniform(0.2, 1.6) if rng.random() < 0.8 else rng.uniform(1.5, 5))
    return cover * np.float32(rng.choice([1.0, rng.uniform(0.3, 1)])), _relief(cover, rng)


def mullions(mask: Bytes, rng: np.random.Generator) -> None:
    """Window bars: upright ones at even distances, with cross bars."""
    height, width = mask.shape
    pitch, bar = log_uniform(24, 0.8 * width, rng), log_uniform(2, 16, rng)
    for x in np.arange(rng.uniform(0, pitch), width + pitch, pitch):
        fill(mask, [(x, -9), (x + bar, -9), (x + bar, height + 9), (x, height + 9)])
    across = pitch * rng.uniform(0.6, 2.5)
    for y in np.arange(rng.uniform(0, across), height, across):
        thick = bar * rng.uniform(0.7, 1.2)
        fill(mask, [(-9, y), (width + 9, y), (width + 9, y + thick), (-9, y + thick)])


def fence(mask: Bytes, rng: np.random.Generator) -> None:
    """Pickets or iron bars between two rails, ending somewhere in the picture."""
    height, width = mask.shape
    pitch = log_uniform(5, 60, rng)
    bar, top = pitch * rng.uniform(0.15, 0.65), rng.uniform(-0.3, 0.7) * height
    bottom = top + rng.uniform(0.3, 1.2) * height
    for x in np.arange(-pitch, width + pitch, pitch) + rng.uniform(0, pitch):
        tip = rng.normal(0, 0.6)
        fill(
            mask,
            [
                (x, top + tip),
                (x + bar / 2, top + tip - bar / 2),
                (x + bar, top + tip),
                (x + bar, bottom),
                (x, bottom),
            ],
        )
    for y in (top + 0.15 * (bottom - top), bottom - 0.15 * (bottom - top)):
        fill(mask, [(-9, y), (width + 9, y), (width + 9, y + bar * 0.8), (-9, y + bar * 0.8)])


def lattice(mask: Bytes, rng: np.random.Generator) -> None:
    """Wire mesh, a grille or a trellis: two families of parallel bars."""
    height, width = mask.shape
    pitch, thick = log_uniform(7, 70, rng), int(rng.integers(1, 4))
    angle = float(rng.choice([0.0, np.pi / 4, rng.uniform(0, np.pi)]))
    middle, reach = np.array([width, height]) / 2, float(np.hypot(width, height))
    for turn in (angle, angle + float(rng.choice([np.pi / 2, 1.1]))):
        along, across = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
        places = np.arange(-reach / 2, reach / 2, pitch)[:, None] * across + middle
        segments(mask, places - along * reach, places + along * reach, thick, 255)


def wires(mask: Bytes, rng: np.random.Generator) -> None:
    """Cables that hang between poles outside the picture."""
    height, width = mask.shape
    x = np.linspace(-10, width + 10, 40)
    slope, sag, gap = rng.normal(0, 0.3), rng.uniform(-0.05, 0.2) * height, rng.uniform(4, 60)
    start, upright = rng.uniform(0, height), rng.random() < 0.15
    for number in range(int(rng.integers(1, 7))):
        lean = slope + rng.normal(0, 0.03)
        y = start + gap * number + lean * x + sag * (1 - (2 * x / width - 1) ** 2)
        way = np.stack([y, x * height / width] if upright else [x, y], 1)
        cv2.polylines(mask, [points(way)], False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 4)


def trunks(mask: Bytes, rng: np.random.Generator) -> None:
    """Tree trunks with a few boughs, thicker below."""
    height, width = mask.shape
    for _ in range(int(rng.integers(1, 9))):
        x, lean, thick = rng.uniform(0, width), rng.normal(0, 0.06), log_uniform(3, 45, rng)
        y = np.linspace(-10, height + 10, 9)
        bend = np.cumsum(rng.normal(0, 0.04 * thick + 0.3, 9))
        half = thick / 2 * np.linspace(0.75, 1.0, 9) * rng.uniform(0.93, 1.07, 9)
        middle = x + lean * (y - height / 2) + bend
        fill(mask, np.concatenate([np.stack([middle - half, y], 1), np.stack([middle + half, y], 1)[::-1]]))
        _boughs(mask, middle, y, thick, rng)


def reeds(mask: Bytes, rng: np.random.Generator) -> None:
    """Grass, reeds and twigs: many thin bent strokes, mostly upright."""
    height, width = mask.shape
    spread = rng.uniform(0.03, 0.4)
    along = np.linspace(0, 1, 6)[:, None]
    blades = []
    for _ in range(int(rng.integers(8, 70))):
        foot = np.array([rng.uniform(-0.1, 1.1) * width, rng.uniform(0.5, 1.3) * height])
        reach = rng.uniform(0.2, 1.1) * height
        tip = foot + np.array([rng.normal(0, spread) * reach, -reach])
        bend = np.array([rng.normal(0, spread * 0.5) * reach, 0])
        blades.append(points(foot + (tip - foot) * along + bend * along**2))
    cv2.polylines(mask, blades, False, 255, int(rng.integers(1, 4)), cv2.LINE_AA, 4)


def buttons(mask: Bytes, rng: np.random.Generator) -> None:
    """The front of a shirt: a hem along it and a line of buttons."""
    height, width = mask.shape
    x, lean, pitch = rng.uniform(0.1, 0.9) * width, rng.normal(0, 0.12), log_uniform(12, 60, rng)
    size = pitch * rng.uniform(0.06, 0.16)
    top, bottom = np.sort(rng.uniform(-0.2, 1.2, 2)) * height
    for y in np.arange(top, bottom, pitch):
        disc(mask, x + lean * (y - top), y, size)
    for side in (-1, 1) if rng.random() < 0.6 else (1,):
        edge = x + side * size * rng.uniform(1.5, 3.5)
        segments(mask, [(edge, top)], [(edge + lean * (bottom - top), bottom)], 1, int(rng.integers(60, 200)))


def poles(mask: Bytes, rng: np.random.Generator) -> None:
    """Lamp posts, masts, aerials: single thin uprights that end, with arms."""
    height, width = mask.shape
    for _ in range(int(rng.integers(1, 4))):
        x, top, thick = rng.uniform(0, width), rng.uniform(0, 0.8) * height, log_uniform(1.5, 9, rng)
        foot = top + rng.uniform(0.2, 1.0) * height
        lean = rng.normal(0, 0.02) * (foot - top)
        fill(mask, [(x, top), (x + thick * 0.7, top), (x + thick + lean, foot), (x + lean, foot)])
        for _ in range(int(rng.integers(0, 4))):
            y, arm = rng.uniform(top, (top + foot) / 2), rng.normal(0, 25)
            segments(mask, [(x, y)], [(x + arm, y + rng.normal(0, 4))], max(1, round(thick / 2)), 255)


DRAWN: Mapping[str, Callable[[Bytes, np.random.Generator], None]] = {
    "mullions": mullions, "fence": fence, "lattice": lattice, "wires": wires,
    "trunks": trunks, "reeds": reeds, "buttons": buttons, "poles": poles,
}  # fmt: skip
SHARES = (0.2, 0.15, 0.15, 0.12, 0.13, 0.1, 0.07, 0.08)


def _boughs(mask: Bytes, x: np.ndarray, y: np.ndarray, thick: float, rng: np.random.Generator) -> None:
    for _ in range(int(rng.integers(0, 4))):
        at = int(rng.integers(0, len(x)))
        way = np.cumsum(rng.normal([rng.choice([-1, 1]) * 14, -9], 6, (6, 2)), 0)
        fork = np.array([[x[at], y[at]]])
        line = np.concatenate([fork, way + fork])
        cv2.polylines(mask, [points(line)], False, 255, max(1, round(thick * 0.2)), cv2.LINE_AA, 4)


def _passing(rng: np.random.Generator) -> np.ndarray:
    """Still, creeping or swiftly by, mostly sideways: px per frame (x, y)."""
    speed = float(rng.choice([0.0, rng.uniform(0.15, 2), log_uniform(2, 40, rng)], p=[0.35, 0.35, 0.3]))
    angle = rng.normal(0, 0.3) + np.pi * rng.integers(0, 2)
    return np.array([np.cos(angle), np.sin(angle)]) * speed


def _paint(frames: Sequence[Float32], rng: np.random.Generator) -> Float32:
    """Mostly dark against the scene, as what stands before the light is."""
    fate = rng.random()
    if fate < 0.5:
        return tone(frames, 0.0, 0.3, rng) * np.float32(rng.uniform(0.3, 1))
    return (
        tone(frames, 0.3, 0.7, rng)
        if fate < 0.7
        else tone(frames, 0.75, 1.0, rng) * np.float32(rng.uniform(0.9, 1.5))
    )


def _relief(cover: Float32, rng: np.random.Generator) -> Float32:
    """Light from one side on rounded edges, and a grain along the bars as of wood or bark."""
    height, width = cover.shape
    round_edge = cv2.GaussianBlur(cover, (0, 0), rng.uniform(1.0, 3.5))
    edge = cv2.filter2D(round_edge, -1, np.float32([[-1, 0, 1]])) * np.float32(rng.normal(0, 2.0))
    cells = (max(2, height // int(rng.integers(4, 60))), max(2, width // int(rng.integers(1, 6))))
    wood = cv2.resize(rng.standard_normal(cells, np.float32), (width, height))
    return np.exp2(np.clip(edge, -2, 2) + wood * np.float32(rng.uniform(0, 0.35))).astype(np.float32)


def _in_perspective(mask: Bytes, rng: np.random.Generator) -> Bytes:
    height, width = mask.shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + rng.normal(0, 0.08, (4, 2)) * [width, height]
    view = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    return np.asarray(cv2.warpPerspective(mask, view, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
