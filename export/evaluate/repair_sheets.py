"""Before and after at 200 %: truth, input and results side by side, around the largest mark."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Bool, Float32
from export.evaluate.repair_scores import Restored
from export.evaluate.sheets import eight_bit

SIDE, ENLARGED = 200, 2
_GAP = 6


def crops(results: Sequence[Restored]) -> np.ndarray:
    """One row (uint8 R'G'B'): truth, input, then each result, of one frame."""
    frame = results[0].frame
    place = around_largest(frame.visible)
    damaged = (frame.damaged / np.float32(results[0].peak)).astype(np.float32)
    pictures = [results[0].truth, damaged, *(result.picture for result in results)]
    return side_by_side([picture[place] for picture in pictures])


def side_by_side(pictures: Sequence[Float32]) -> np.ndarray:
    """Enlarged without smoothing, a white gap between them."""
    parts: list[np.ndarray] = []
    for picture in pictures:
        large = eight_bit(picture).repeat(ENLARGED, 0).repeat(ENLARGED, 1)
        parts += [large, np.full((large.shape[0], _GAP, 3), 255, np.uint8)]
    return np.hstack(parts[:-1])


def around_largest(visible: Bool) -> tuple[slice, slice]:
    """A square of `SIDE` px within the frame, around the largest connected mark (the middle without any)."""
    _, _, boxes, centres = cv2.connectedComponentsWithStats(visible.astype(np.uint8))
    areas = np.asarray(boxes[1:, cv2.CC_STAT_AREA])
    height, width = visible.shape
    x, y = centres[1 + int(areas.argmax())] if len(areas) else (width / 2, height / 2)
    corner = [
        int(np.clip(middle - SIDE / 2, 0, max(length - SIDE, 0)))
        for middle, length in ((y, height), (x, width))
    ]
    return slice(corner[0], corner[0] + SIDE), slice(corner[1], corner[1] + SIDE)
