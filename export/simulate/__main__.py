"""`python -m export.simulate`: pre-render training samples into shards that training reads many times."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2

from export.shards import write_shards
from export.simulate.material import load_material


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.simulate", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/, stills/ and damage/")
    parser.add_argument("shards", type=Path, help="folder that gets the shards; existing ones are kept")
    parser.add_argument("--samples", type=int, default=8192)
    parser.add_argument("--size", type=int, default=224, help="side of a sample in px (default 224)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"), help="for decoded clips")
    parser.add_argument("--licensed-only", action="store_true", help="without clips of disputed licence")
    options = parser.parse_args(argv)
    cv2.setNumThreads(1)
    material = load_material(options.split, options.cache, options.licensed_only)
    for shard in write_shards(options.shards, material, options.samples, options.size, options.seed):
        print(shard, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
