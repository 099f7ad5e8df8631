"""Hairs caught in the gate: they reach into the picture from its edge, stay for many frames and quiver."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.film_noise import along_film, frame_rng
from export.simulate.layer import DamageLayer, Ink

_FINER = 3
"""The hair is drawn this many times larger and averaged down, for smooth thin ends."""
_JOINTS = 24
_INWARD = {"top": 90.0, "bottom": -90.0, "left": 0.0, "right": 180.0}
"""Degrees from +x towards +y (down) that point into the picture."""


@dataclass(frozen=True)
class GateHair:
    """Lengths in px, angles in degrees. `bend`: how much it curls over its length. `quiver`: how far its
    tip swings, the root hardly moves. It is there on frames first .. last."""

    first: int
    last: int
    root: tuple[float, float]
    """(column, row), on the frame's edge or a little outside."""
    heading: float
    length: float
    bend: float
    thickness: float
    quiver: float
    soft: float
    """Blur in px: the gate lies a little out of the lens's focus."""
    opacity: float
    ink: Ink
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> GateHair:
        """A hair that is in the gate for some of the frames 0 .. span - 1."""
        edge = str(rng.choice(list(_INWARD), p=[0.35, 0.35, 0.15, 0.15]))
        lasting = int(np.exp(rng.uniform(np.log(8), np.log(120))))
        first = int(rng.integers(1 - lasting, span))
        white = rng.random() < 0.25
        level = float(rng.uniform(0.6, 1.1) if white else rng.uniform(0, 0.02))
        return GateHair(
            first, first + lasting - 1,
            root=_on_edge(edge, shape, float(rng.random())),
            heading=_INWARD[edge] + float(rng.normal(0, 28)),
            length=float(np.clip(rng.gamma(2.5, 45), 15, 0.8 * min(shape))),
            bend=float(rng.normal(0, 90)),
            thickness=float(np.clip(rng.gamma(3.5, 0.8), 1.0, 8)),
            quiver=float(rng.gamma(1.5, 9.0)),
            soft=float(rng.uniform(0.4, 1.2)),
            opacity=float(rng.uniform(0.75, 1.0)),
            ink=Ink((level, level, level)),
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        """Draw it as it hangs on frame `frame` (any integer; the same number gives the same hair)."""
        if not self.first <= frame <= self.last:
            return
        joints = self.joints(frame)
        pad = int(np.ceil(self.thickness + 3 * self.soft)) + 2
        left, top = (int(v) - pad for v in np.floor(joints.min(0)))
        right, bottom = (int(v) + pad for v in np.ceil(joints.max(0)))
        opacity = self._stroke(joints - (left, top), bottom - top, right - left)
        layer.draw(opacity, top, left, self.ink, "hair")

    def joints(self, frame: int) -> np.ndarray:
        """The hair's course on one frame, (24, 2) columns and rows in px, root first."""
        rng = np.random.default_rng(self.seed)
        knots = rng.uniform(0.3, 1.7, 4) * np.deg2rad(self.bend / _JOINTS)
        curl = np.interp(np.linspace(0, 3, _JOINTS), np.arange(4), knots)
        kink = rng.normal(0, 0.04, _JOINTS)
        # Every joint gives a little way, so that the tip swings by `quiver` and the root by next to none.
        give = np.deg2rad(self._swing(frame)) * np.linspace(0, 2, _JOINTS) / _JOINTS
        angles = np.deg2rad(self.heading) + np.cumsum(curl + kink + give)
        steps = np.stack([np.cos(angles), np.sin(angles)], 1) * (self.length / _JOINTS)
        return np.asarray(self.root) + np.cumsum(steps, 0) - steps[0]

    def _swing(self, frame: int) -> float:
        """Degrees, within +-2 `quiver`: a slow drift with the film's drag, and a tremble of every frame."""
        slow = float(along_film(self.seed, np.array([float(frame)]), 6.0)[0])
        return self.quiver * (1.2 * slow + 0.8 * float(frame_rng(self.seed, 0, frame).uniform(-1, 1)))

    def _stroke(self, joints: np.ndarray, height: int, width: int) -> Float32:
        canvas = np.zeros((height * _FINER, width * _FINER), np.uint8)
        points = np.round(joints * _FINER * 16).astype(int)
        taper = np.linspace(1.0, 0.55, _JOINTS - 1) * self.thickness * _FINER
        for a, b, thick in zip(points[:-1].tolist(), points[1:].tolist(), taper, strict=True):
            cv2.line(canvas, a, b, 255, max(round(thick), 1), cv2.LINE_AA, 4)
        small = cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
        blurred = np.asarray(cv2.GaussianBlur(small, (0, 0), self.soft), np.float32) / 255
        return np.where(blurred < 0.02, 0, blurred * self.opacity).astype(np.float32)


def _on_edge(edge: str, shape: tuple[int, int], along: float) -> tuple[float, float]:
    height, width = shape
    if edge in ("top", "bottom"):
        return along * width, -1.0 if edge == "top" else float(height)
    return -1.0 if edge == "left" else float(width), along * height
