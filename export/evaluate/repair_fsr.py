"""Run by `repair_fills.fsr` in its own process, whose OpenCV is the contrib build: GIVEN.npz MADE.npy."""

import sys
from typing import Any

import cv2
import numpy as np


def main(given: str, made: str) -> None:
    with np.load(given) as stored:
        plate, matte = stored["plate"], stored["matte"]
    known = np.where(matte, 0, 255).astype(np.uint8)
    filled = plate.copy()
    # Only the contrib build has it, and its stubs are not ours.
    photo: Any = getattr(cv2, "xphoto")  # noqa: B009
    photo.inpaint(plate, known, filled, photo.INPAINT_FSR_FAST)
    np.save(made, filled)


if __name__ == "__main__":
    main(*sys.argv[1:])
