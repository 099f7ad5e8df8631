"""A sheet to look at: plate, matte and verdict of a few samples."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from engine.evaluate.overlay import verdict
from export.compare.crops import Shard
from export.compare.judging import told
from export.models.zoo.unet import UNet
from export.shards import FLAGS, LEVELS

SAMPLES = 8
_WHITE = 0.6
"""ACEScct of a bright plate; shown as white."""
_PRESENT = 1 << FLAGS.index("present")


def write_sheet(net: UNet, shard: Shard, threshold: int, path: Path) -> None:
    """PNG of the first samples: plate, matte, and the verdict (yellow hit, green false alarm, red miss).

    Raises OSError where `path` cannot be written.
    """
    pictures, flags = (np.asarray(part[:SAMPLES]) for part in shard)
    columns = []
    for n, (probability, visible, _) in enumerate(told(net, [(pictures, flags)])):
        plate = np.clip(pictures[n, :3].transpose(1, 2, 0) / (LEVELS * _WHITE), 0, 1).astype(np.float32)
        present = flags[n] & _PRESENT > 0
        judged = verdict(plate, probability >= threshold, visible > 0, present)
        matte = np.repeat(probability[..., None], 3, 2)
        columns.append(np.vstack([(plate * 255).astype(np.uint8), matte, judged]))
    if not cv2.imwrite(str(path), np.hstack(columns)[..., ::-1]):
        raise OSError(f"{path} could not be written")
