"""A clip and a bank of marks that the tests of protocols share, both made here."""

from __future__ import annotations

import cv2
import numpy as np

from export.material.clips import Clip
from export.simulate.banks import Artefact, Bank


def drifting_clip(width: int, height: int, count: int) -> Clip:
    """`count` frames of a smooth colourful still that moves a pixel to the right with each."""
    coarse = np.random.default_rng(3).integers(10, 240, (9, 14, 3), np.uint8)
    still = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return Clip("drift", np.stack([np.roll(still, n, axis=1) for n in range(count)]))


def spots_and_hairs() -> Bank:
    spots = [
        Artefact(disc, float(disc.sum()))
        for radius in range(3, 11)
        if (disc := cv2.circle(np.zeros((24, 24), np.float32), (12, 12), radius, 1.0, -1)) is not None
    ]
    hair = cv2.line(np.zeros((30, 60), np.float32), (3, 4), (55, 25), 1.0, 2)
    hairs = [Artefact(hair, float(hair.sum()))] * 2
    return Bank({"blotch": spots, "hair": hairs}, {"long hair": hairs})
