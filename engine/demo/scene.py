"""A drawn landscape at dusk, seen by a moving camera: the clean plates of the demo reel.

Layers of scene-linear light (Rec.709 primaries, 0.18 = grey card, the sun far above 1) slide past each
other at their own speeds, so that motion differs over the picture as it does in a real pan. A
balloon drifts and small dark birds fly through it: real content that looks like damage to a careless
detector.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.demo.landscape import DESIGN_HEIGHT, Layer, landscape, shade
from engine.types import Float32

BALLOON_SPEED = 1.6
BIRD_SPEED = 7.5
FINER = 2
"""Layers are drawn this many times larger and averaged down: OpenCV has no smooth edges in float."""
FLAP = 0.9
"""Radians of wing beat per frame."""


@dataclass(frozen=True)
class Camera:
    """Where the camera looks in one frame, in pixels: `pan` for the nearest layer, `bob` for all."""

    pan: float
    bob: float

    @staticmethod
    def at(frame: int, scale: float) -> Camera:
        """A pan that gathers speed, with the slight unsteadiness of a film gate."""
        weave = 0.35 * np.sin(2.1 * frame) + 0.2 * np.sin(5.3 * frame + 1.0)
        return Camera(
            pan=scale * (3.2 * frame + 0.02 * frame * frame),
            bob=scale * (1.6 * np.sin(frame / 7.0) + float(weave)),
        )


@dataclass(frozen=True, eq=False)
class Scene:
    """The layers, far to near, at `height` x `width` pixels per frame."""

    layers: tuple[Layer, ...]
    height: int
    width: int

    @staticmethod
    def draw(height: int, width: int, frames: int, seed: int) -> Scene:
        """Draw the layers wide enough for `frames` frames of pan."""
        scale = height / DESIGN_HEIGHT
        margin = int(abs(Camera.at(frames, scale).pan)) + 24
        drawn = landscape(
            FINER * height, FINER * (width + margin), FINER * scale, np.random.default_rng(seed)
        )
        return Scene(tuple(_smoothed(layer) for layer in drawn), height, width)

    def frame(self, index: int) -> Float32:
        """The scene-linear picture (H, W, 3) of frame `index`, from 0."""
        scale = self.height / DESIGN_HEIGHT
        camera = Camera.at(index, scale)
        plate = np.zeros((self.height, self.width, 3), np.float32)
        for layer in self.layers:
            _over(plate, self._seen(layer, camera))
            if layer.name == "clouds":
                _over(plate, self._balloon(index, scale, camera))
            if layer.name == "forest":
                for bird in range(3):
                    _over(plate, self._bird(index, bird, scale))
        return np.maximum(plate, np.float32(0.001))

    def _seen(self, layer: Layer, camera: Camera) -> Float32:
        """The layer as the camera sees it: premultiplied (H, W, 4)."""
        shift = np.array([[1, 0, -camera.pan * layer.nearness], [0, 1, camera.bob]], np.float64)
        return np.asarray(
            cv2.warpAffine(
                layer.rgba,
                shift,
                (self.width, self.height),
                flags=cv2.INTER_CUBIC,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.float32,
        )

    def _balloon(self, index: int, scale: float, camera: Camera) -> Float32:
        x = self.width * 0.30 + scale * BALLOON_SPEED * index - 0.1 * camera.pan
        y = self.height * 0.27 - scale * 0.5 * index + camera.bob
        return _place(balloon(scale), x, y, self.height, self.width)

    def _bird(self, index: int, bird: int, scale: float) -> Float32:
        shape = silhouette(scale * (1.0 - 0.16 * bird), FLAP * index + 1.7 * bird)
        row, column = _bird_path(index, bird, self.height, self.width)
        return _place(shape, column, row, self.height, self.width)

    @staticmethod
    def bird_place(index: int, bird: int, height: int, width: int) -> tuple[int, int]:
        """(row, column) of the middle of a bird, 0 .. 2, in frame `index`."""
        row, column = _bird_path(index, bird, height, width)
        return round(row), round(column)


def _bird_path(index: int, bird: int, height: int, width: int) -> tuple[float, float]:
    scale = height / DESIGN_HEIGHT
    x = width * (0.52 + 0.09 * bird) - scale * (BIRD_SPEED + 0.8 * bird) * index
    y = height * (0.19 + 0.05 * bird) + scale * 5.0 * float(np.sin(index / 5.0 + bird))
    return y, x % width


def balloon(scale: float) -> Float32:
    """A hot-air balloon with coloured gores, lit from the right: premultiplied RGBA."""
    whole = max(8, int(110 * scale))
    size = FINER * whole
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    u: Float32 = (x - 0.5) / 0.36
    v: Float32 = (y - 0.37) / 0.36
    envelope = np.sqrt(u * u * (1.0 + 0.55 * np.clip(v, 0, 1)) + v * v)
    around = np.arcsin(np.clip(u / np.sqrt(np.clip(1.02 - v * v, 0.04, 1)), -1, 1))
    gore = np.floor(around * 3.2 + 20).astype(int) % 3
    palette = np.array([[0.62, 0.06, 0.04], [0.80, 0.52, 0.09], [0.70, 0.63, 0.52]], np.float32)
    light = np.clip(0.30 + 0.42 * u - 0.18 * v, 0.07, 0.9)
    basket = (np.abs(x - 0.5) < 0.045) & (np.abs(y - 0.885) < 0.04)
    ropes = (np.abs(np.abs(x - 0.5) - (0.16 - 0.25 * (y - 0.66))) < 0.006) & (y > 0.66) & (y < 0.86)
    alpha = np.clip((1.0 - envelope) * size * 0.36, 0, 1)
    colour = palette[gore] * light[..., None]
    small = basket | ropes
    colour[small] = (0.06, 0.035, 0.02)
    lines = np.asarray(cv2.GaussianBlur(small.astype(np.float32), (0, 0), 0.6), np.float32)
    alpha = np.maximum(alpha, lines)
    drawn = cv2.resize(shade(colour, alpha), (whole, whole), interpolation=cv2.INTER_AREA)
    return np.asarray(drawn, np.float32)


def silhouette(scale: float, phase: float) -> Float32:
    """A bird seen from the side, wings at `phase` of their beat: premultiplied RGBA, nearly black."""
    size, fine = max(6, int(40 * scale)), 4
    lift = np.sin(phase)
    outline = np.array(
        [(0.06, 0.5 - 0.30 * lift), (0.30, 0.45 - 0.12 * lift), (0.47, 0.46), (0.53, 0.46),
         (0.70, 0.45 - 0.12 * lift), (0.94, 0.5 - 0.30 * lift), (0.68, 0.53 - 0.05 * lift),
         (0.52, 0.60), (0.48, 0.60), (0.32, 0.53 - 0.05 * lift)]
    )  # fmt: skip
    mask = np.zeros((size * fine, size * fine), np.float32)
    cv2.fillPoly(mask, [np.rint(outline * size * fine).astype(np.int32)], 1.0)
    alpha = np.asarray(cv2.resize(mask, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    colour = np.broadcast_to(np.array([0.022, 0.020, 0.024], np.float32), (size, size, 3))
    return shade(colour, alpha)


def _smoothed(layer: Layer) -> Layer:
    size = (layer.rgba.shape[1] // FINER, layer.rgba.shape[0] // FINER)
    averaged = cv2.resize(layer.rgba, size, interpolation=cv2.INTER_AREA)
    return replace(layer, rgba=np.asarray(averaged, np.float32))


def _place(sprite: Float32, x: float, y: float, height: int, width: int) -> Float32:
    """The sprite centred at (x, y), to a fraction of a pixel, in an otherwise empty frame."""
    half = sprite.shape[0] / 2
    shift = np.array([[1, 0, x - half], [0, 1, y - half]], np.float64)
    placed = cv2.warpAffine(sprite, shift, (width, height), flags=cv2.INTER_LINEAR)
    return np.asarray(placed, np.float32)


def _over(plate: Float32, layer: Float32) -> None:
    """Put a premultiplied layer over the plate, in place."""
    alpha = np.clip(layer[..., 3:], 0, 1)
    plate *= 1 - alpha
    plate += layer[..., :3]
