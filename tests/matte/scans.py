"""Scans with an infrared channel, simulated: chromatic plates, dust in both, silver where it follows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.codes import content_key, to_rgb
from engine.types import Bool, CodeLayout, Codes, Float32, Frame, WorkingFrame
from ocio.config import load
from ocio.processor import ColourRoute

HEIGHT, WIDTH = 216, 288
RGBI = CodeLayout("rgb", ("R", "G", "B", "IR"), "float", 32)
RGB = CodeLayout("rgb", ("R", "G", "B"), "float", 32)
_TO_MODEL = ColourRoute(load(), workers=1).to_model("ACEScg")


@dataclass(frozen=True, eq=False)
class Scan:
    """`frame` is R, G, B, IR in linear light; `dust` what blocks light, `around` that and its soft rim."""

    frame: Frame
    dust: Bool
    around: Bool

    @property
    def infrared(self) -> Float32:
        return self.frame.codes.planes[0][..., 3]

    @property
    def working(self) -> WorkingFrame:
        codes = self.frame.codes
        return WorkingFrame(self.frame, "ACEScg", _TO_MODEL(to_rgb(codes)), content_key(codes, "ACEScg"))


def scan(seed: int, follows: float, silver: bool = False, dusty: bool = True, noise: float = 0.005) -> Scan:
    """A scan whose infrared is light ** `follows`: 0.02 through colour dyes, 0.3 Kodachrome, 1 silver.

    The light is that of the red channel, or of a neutral black-and-white picture for `silver`.
    """
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-6.5, 0.0, (14, 18, 3)).astype(np.float32)
    light = np.exp2(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))
    light *= np.exp2(rng.normal(0, 0.12, light.shape))
    if silver:
        light = np.repeat(light.mean(axis=2, keepdims=True), 3, axis=2)
    blocked = _dust(rng) if dusty else np.zeros((HEIGHT, WIDTH), np.float32)
    passed = 1 - blocked
    infrared = 0.85 * light[..., 0] ** follows * passed + rng.normal(0, noise, passed.shape)
    planes = np.dstack([light * passed[..., None], infrared]).astype(np.float32)
    rim = cv2.dilate((blocked > 0.01).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return Scan(Frame(seed, Codes((planes,), RGBI)), blocked > 0.1, rim)


def _dust(rng: np.random.Generator) -> Float32:
    plane = np.zeros((HEIGHT, WIDTH), np.float32)
    for _ in range(25):
        centre = (int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))
        cv2.circle(plane, centre, int(rng.integers(1, 6)), float(rng.uniform(0.4, 1)), -1)
    start, end = rng.integers(20, 190, (2, 2)).tolist()
    cv2.line(plane, start, end, 0.8, 1)
    return cv2.GaussianBlur(plane, (0, 0), 0.7)
