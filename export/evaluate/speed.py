"""`python -m export.evaluate.speed`: a dirty 1080p DPX sequence through engine-cli, beside OpenCV's Telea.

Prints seconds per frame and their ratio, from one run, since timings of different runs do not compare.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from engine.media.contract import ClipInfo, ColourTags
from engine.media.open import open_sink
from export.evaluate.methods import telea
from export.evaluate.protocol import COLOUR_SPACE, FRAMES, LAYOUT, TestClip, damaged_clip, frame_of
from export.material.clips import Clip, load_clips
from export.simulate.banks import load

SIZE = (1920, 1080)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.speed", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--clip", default="davis_scooter-black_000")
    parser.add_argument("--repeats", type=int, default=4, help="of the clip's frames, to and fro")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    clip = large_clip(options.split, options.cache, options.clip)
    share = 100 * statistics.mean(float(frame.visible.mean()) for frame in clip.frames)
    with tempfile.TemporaryDirectory() as folder:
        count = write_sequence(clip, Path(folder) / "scan", options.repeats)
        summary = rendered(Path(folder))
    begun = time.perf_counter()
    frames = len(list(telea(clip)))
    baseline = (time.perf_counter() - begun) / frames
    ours = summary["seconds"] / count
    print(f"{count} frames of {SIZE[0]}x{SIZE[1]}, {share:.2f} % visibly damaged")
    print(f"engine-cli render: {ours:.3f} s a frame, {1 / ours:.2f} frames a second, start to finish")
    print(f"Telea, given the true mask: {baseline:.3f} s a frame; ratio {ours / baseline:.2f}")
    print(json.dumps(summary, indent=1))
    return 0


def large_clip(split: Path, cache: Path, name: str) -> TestClip:
    clip = next(c for c in load_clips(split / "clean", cache) if c.name == name)
    frames = [cv2.resize(f, SIZE, interpolation=cv2.INTER_CUBIC) for f in clip.frames[: FRAMES + 12]]
    return damaged_clip(Clip(name, np.stack(frames)), load(split / "damage"), "mixed")


def write_sequence(clip: TestClip, folder: Path, repeats: int) -> int:
    """The damaged frames to and fro, as 10-bit DPX numbered from 1001; how many there are."""
    folder.mkdir()
    there = list(clip.frames)
    order = (there + there[-2:0:-1]) * repeats
    numbers = range(1001, 1001 + len(order))
    path = folder / "scan.####.dpx"
    info = ClipInfo(path, "sequence", "DPX", SIZE[0], SIZE[1], LAYOUT, numbers, (), None, ColourTags("dpx"))
    with open_sink(str(path), info, LAYOUT, numbers, overwrite=False) as sink:
        for number, frame in zip(numbers, order, strict=True):
            sink.write(frame_of(frame.damaged, number))
    return len(order)


def rendered(folder: Path) -> dict[str, float]:
    source, target = folder / "scan" / "scan.####.dpx", folder / "restored.####.dpx"
    command = [
        sys.executable, "-m", "engine.cli", "render", str(source), str(target),
        "--colour-space", COLOUR_SPACE, "--json",
    ]  # fmt: skip
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    summary = json.loads(done.stdout.strip().splitlines()[-1])
    return {"seconds": time.perf_counter() - begun, "said": summary}


if __name__ == "__main__":
    sys.exit(main())
