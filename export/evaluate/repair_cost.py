"""What detection and repair cost at 1080p, for a clean frame and for more and more damage."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from export.evaluate.protocol import FIRST, LAYOUT, each_clip
from export.evaluate.repair_conditions import CONDITIONS, Condition, drawn
from export.evaluate.repair_fills import Stretch
from export.evaluate.repair_marks import dirt_up_to
from export.evaluate.repair_ours import BLIND, cached
from export.evaluate.watching import net_pipeline
from export.material.clips import Clip
from export.simulate.banks import Bank, load

SIZE = (1920, 1080)
CLIP = "davis_scooter-black_000"
SHARES = (0.0, 0.01, 0.05)
WARM, TIMED = 2, 4
"""Frames that also pay for fresh memory and are not counted, and those that are."""


def cost(split: Path, cache: Path, model: str | None) -> Iterator[str]:
    """A table, line by line as it is measured. Raises FileNotFoundError where the clip is missing."""
    clip = next((c for c in each_clip(split / "clean", cache) if c.name == CLIP), None)
    if clip is None:
        raise FileNotFoundError(f"{split / 'clean'} has no clip {CLIP}, which the cost is taken on")
    frames = clip.frames[FIRST : FIRST + 12]
    large = Clip(CLIP, np.stack([cv2.resize(f, SIZE, interpolation=cv2.INTER_CUBIC) for f in frames]))
    bank = load(split / "damage")
    yield (
        "\n| visible % | matte % | detection, s | repair, s | per 1 % of matte, s | frames a second |\n"
        "|---|---|---|---|---|---|"
    )
    for share in SHARES:
        yield _line(large, bank, share, model)


def damaged_stretch(clip: Clip, bank: Bank, share: float) -> tuple[Stretch, float]:
    """The clip with `share` of every frame touched by dirt, and how much is visibly damaged (0..1)."""
    condition = Condition(dirt_up_to(share, 0), CONDITIONS["hairs"].filmed)
    made = drawn(clip, bank, f"cost {share}", condition, range(1, 11))
    plates = [frame.damaged for frame in made.frames]
    visible = float(np.mean([frame.visible.mean() for frame in made.frames]))
    return Stretch(plates, [], LAYOUT), visible


def _line(clip: Clip, bank: Bank, share: float, model: str | None) -> str:
    stretch, visible = damaged_stretch(clip, bank, share)
    detection, _, covered = _walk(stretch, model, repairs=False)
    both, wall, _ = _walk(stretch, model, repairs=True)
    repair = both - detection
    each = f"{repair / (100 * covered):.2f}" if covered else "-"
    return (
        f"| {100 * visible:.2f} | {100 * covered:.2f} | {detection:.2f} | {repair:.2f} | {each} "
        f"| {1 / wall:.2f} |"
    )


def _walk(stretch: Stretch, model: str | None, repairs: bool) -> tuple[float, float, float]:
    """Processor and wall seconds a frame (medians), and the share of the frame that the matte covers.

    Frames are walked through as a render does: each step detects one frame that has not been seen yet.
    """
    spent, wall, covered = [], [], []
    with net_pipeline(model) as pipeline:
        reach = pipeline.reach(BLIND, repairs)
        with cached(pipeline, stretch, reach) as cache:
            for place in range(min(WARM + TIMED, len(stretch.plates))):
                window = cache.window(place, reach)
                begun = time.process_time(), time.perf_counter()
                matte = pipeline.process(window, BLIND).matte if repairs else pipeline.detect(window, BLIND)
                spent.append(time.process_time() - begun[0])
                wall.append(time.perf_counter() - begun[1])
                covered.append(float((matte.coverage > 0).mean()))
    return float(np.median(spent[WARM:])), float(np.median(wall[WARM:])), float(np.mean(covered[WARM:]))
