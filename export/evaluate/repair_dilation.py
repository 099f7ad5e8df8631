"""The thesis's comparison of dilated and undilated mattes, on *mixed* damage with our detector's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.parameters import Settings
from export.evaluate.protocol import LAYOUT, each_clip
from export.evaluate.repair_conditions import repair_clip
from export.evaluate.repair_fills import Stretch
from export.evaluate.repair_ours import repaired
from export.evaluate.repair_scores import RepairScores, Restored, medians, score
from export.evaluate.watching import net_pipeline
from export.simulate.banks import load

DILATIONS = (0, 1, 2)


def dilation(split: Path, cache: Path, model: str | None, clips: list[str] | None, count: int) -> str:
    """A table: medians over clips, the worst in brackets."""
    bank = load(split / "damage")
    rows: dict[int, list[RepairScores]] = {size: [] for size in DILATIONS}
    with net_pipeline(model) as pipeline:
        for clean in each_clip(split / "clean", cache):
            if clips and clean.name not in clips:
                continue
            clip = repair_clip(clean, bank, "mixed", count)
            plates = [frame.damaged for frame in clip.frames]
            nothing = [np.zeros(plate.shape[:2], np.bool_) for plate in plates]
            for size, scored in rows.items():
                settings = Settings.of({"dilation": float(size)})
                made = repaired(pipeline, Stretch(plates, nothing, LAYOUT), clip.judged, settings)
                restored = [
                    Restored(clip.frames[place], codes, 2**LAYOUT.bits - 1, seconds)
                    for place, (codes, seconds) in zip(clip.judged, made, strict=True)
                ]
                scored.append(score(restored, {}, whole=False))
    lines = ["\n| dilation (px) | masked | structure | full | altered % |", "|---|---|---|---|---|"]
    return "\n".join(lines + [_line(size, scored) for size, scored in rows.items()])


def _line(size: int, scored: list[RepairScores]) -> str:
    middle, worst = medians(scored)
    decibels = (
        f"{getattr(middle, n):.1f} ({getattr(worst, n):.1f})" for n in ("masked", "structure", "full")
    )
    return f"| {size} | " + " | ".join(decibels) + f" | {middle.altered:.3f} ({worst.altered:.3f}) |"
