"""Contact sheets: before, matte over the picture, after; and crops at 200 %."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from engine.types import Float32


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
