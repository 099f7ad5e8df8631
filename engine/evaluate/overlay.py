"""The verdict on a matte, drawn over the plate in the colours that the field's theses use."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Bool, Float32

HIT, FALSE_ALARM, MISS = (255, 230, 0), (0, 220, 60), (255, 40, 40)
"""Yellow found, green false alarm, red missed."""
_DIMMED = 150
"""White of the plate under the colours."""


def verdict(plate: Float32, found: Bool, visible: Bool, present: Bool) -> npt.NDArray[np.uint8]:
    """(H, W, 3) uint8 R'G'B': the plate (H, W, 3) 0..1 dimmed, detections coloured by what they are.

    A detection on damage that is present but not visible is shown as found.
    """
    sheet = np.clip(np.nan_to_num(plate) * _DIMMED, 0, 255).astype(np.uint8)
    sheet[found & (present | visible)] = HIT
    sheet[found & ~(present | visible)] = FALSE_ALARM
    sheet[visible & ~found] = MISS
    return sheet
