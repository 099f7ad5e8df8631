"""Contact sheets: before, matte over the picture, after; and crops at 200 %."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from engine.types import Bool, Float32

HIT, FALSE_ALARM, MISS = (255, 230, 0), (0, 220, 60), (255, 40, 40)
"""The thesis' colours: yellow found, green false alarm, red missed."""


def verdict(picture: Float32, found: Bool, visible: Bool, present: Bool) -> np.ndarray:
    """(H, W, 3) uint8: the picture dimmed, detections coloured by what they are."""
    sheet = np.clip(picture * 150, 0, 255).astype(np.uint8)
    sheet[found & present] = HIT
    sheet[found & ~present] = FALSE_ALARM
    sheet[visible & ~found] = MISS
    return sheet


def eight_bit(picture: Float32) -> np.ndarray:
    return np.clip(np.rint(picture * 255), 0, 255).astype(np.uint8)


def columns(pictures: Sequence[np.ndarray], width: int = 640) -> np.ndarray:
    """Pictures side by side, each scaled to `width`."""
    scaled = []
    for picture in pictures:
        height = round(picture.shape[0] * width / picture.shape[1])
        method = cv2.INTER_AREA if picture.shape[1] > width else cv2.INTER_NEAREST
        scaled.append(cv2.resize(picture, (width, height), interpolation=method))
    return np.hstack(scaled)


def save(path: Path, sheet: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), np.ascontiguousarray(sheet[..., ::-1])):
        raise OSError(f"{path} could not be written")
