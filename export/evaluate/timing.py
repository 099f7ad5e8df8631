"""`python -m export.evaluate.timing`: milliseconds of detection for a 1080p frame, motion included."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from engine.pipeline import Pipeline
from export.evaluate.protocol import FIRST, FRAMES, TestClip, damaged_clip, each_clip
from export.evaluate.watching import net_pipeline, watched
from export.material.clips import Clip
from export.simulate.banks import load

SIZE = (1920, 1080)
WARM = 2
"""Frames that are not counted: the first ones also pay for fresh memory and for starting the net."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.timing", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--model", help="an id or an .onnx path; by default the shipped one")
    parser.add_argument("--clip", default="davis_scooter-black_000")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    clip = enlarged(options.split, options.cache, options.clip)
    with net_pipeline(options.model) as pipeline:
        spent = milliseconds(pipeline, clip)
    print(
        f"{SIZE[0]}x{SIZE[1]}, {os.cpu_count()} cores, {cv2.getNumThreads()} threads in OpenCV: "
        f"median {np.median(spent):.0f} ms a frame for detection with motion "
        f"({min(spent):.0f} to {max(spent):.0f}, {len(spent)} frames)"
    )
    return 0


def enlarged(split: Path, cache: Path, name: str) -> TestClip:
    """The first frames of a clip at 1080p, with *mixed* damage. Raises FileNotFoundError."""
    clip = next((clip for clip in each_clip(split / "clean", cache) if clip.name == name), None)
    if clip is None:
        raise FileNotFoundError(f"{split / 'clean'} has no clip {name}; name another with --clip")
    frames = [
        cv2.resize(frame, SIZE, interpolation=cv2.INTER_CUBIC)
        for frame in clip.frames[FIRST : FIRST + FRAMES]
    ]  # fmt: skip
    return damaged_clip(Clip(name, np.stack(frames)), load(split / "damage"), "mixed")


def milliseconds(pipeline: Pipeline, clip: TestClip) -> Sequence[float]:
    """What every frame but the first ones took: motion, the net's inputs, the net and the guards."""
    return [1000 * seen.seconds for seen in watched(pipeline, clip)][WARM:]


if __name__ == "__main__":
    sys.exit(main())
