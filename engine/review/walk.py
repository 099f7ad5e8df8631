"""One frame's way through the pipeline, step by step, with the pictures to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.review.frames import Frames
from engine.review.pictures import FARTHEST, SOURCE_COLOURS
from engine.types import DIFFUSION, LEFT, SPATIAL, THROUGH, FrameNumber

_LEGEND: Mapping[int, str] = {
    SPATIAL: "from its surroundings",
    THROUGH: "shines through",
    DIFFUSION: "painted by the diffusion net",
    LEFT: "left alone: no fill could be trusted",
}


def walk(frames: Frames, number: FrameNumber) -> dict[str, Any]:
    """The steps of a frame as API.md tells. Raises as repairing it does."""
    clip = frames.clip
    seen = frames.seen(number)
    report = seen.report
    offsets = [k for k in clip.window(number).offsets() if abs(k) <= min(FARTHEST, clip.settings.radius or 1)]
    spent = report.seconds
    info, plan = clip.opened.info, clip.opened.clip.plan
    found = f"{len(report.regions)} regions, {100 * report.damaged:.3f} % of the picture"
    steps = [
        _step("decode", "Decode", f"{info.format}, {info.width} x {info.height}, {plan.colour_space}",
              [_shot("before", "Source")], {"key": frames.working(number).key[:12]}),
        _step("alignment", "Alignment", _neighbours(offsets),
              [part for k in offsets for part in (_shot("alignment", f"Motion to {k:+d}", k),
                                                  _shot("neighbour", f"Frame {k:+d}, aligned", k))]),
        _step("difference", "Difference", "This frame less its neighbours, aligned.",
              [_shot("aligned_difference", f"Less {k:+d}", k) for k in offsets]),
        _step("probability", "Probability", f"What {plan.identity['detector'].partition(' sha256')[0]} says.",
              [_shot("probability", "Damage")], seconds=spent.get("detect")),
        _step("matte", "Matte", found, [_shot("raw_matte", "As found"), _shot("matte", "As repaired")],
              {"sensitivity": clip.settings.sensitivity, "minimum_area": clip.settings.minimum_area}),
        _step("candidates", "Candidates", "What each neighbour offers for the damage, aligned.",
              [_shot("neighbour", f"Frame {k:+d}", k) for k in offsets]),
        _step("fill", "Fill", _fills(report.regions), [_shot("source_map", "Where it is from"),
              _shot("fill", "Filled")], seconds=spent.get("repair"), legend=_legend(offsets)),
        _step("grain", "Grain", "The fill with the grain of what is around it.",
              [_shot("grain", "With grain")], {"grain": clip.settings.grain}),
        _step("composite", "Composite", "Codes outside the matte are the source's own.",
              [_shot("composite", "Result"), _shot("difference", "What changed")],
              seconds=spent.get("composite")),
    ]  # fmt: skip
    if clip.facts()["infrared"]:
        steps.insert(
            4, _step("infrared", "Infrared", "Dirt stops it, dyes do not.", [_shot("infrared", "IR")])
        )
    return {"frame": number, "version": seen.version, "steps": steps}


def _step(
    id: str,
    label: str,
    words: str,
    pictures: Sequence[Mapping[str, Any]],
    numbers: Mapping[str, Any] | None = None,
    seconds: float | None = None,
    legend: Sequence[Mapping[str, str]] | None = None,
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": id,
        "label": label,
        "words": words,
        "seconds": None if seconds is None else round(seconds, 3),
        "pictures": list(pictures),
        "numbers": dict(numbers or {}),
    }
    return told if legend is None else {**told, "legend": list(legend)}


def _shot(kind: str, label: str, offset: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "label": label, "query": {} if offset is None else {"offset": str(offset)}}


def _neighbours(offsets: Sequence[int]) -> str:
    if not offsets:
        return "There is no neighbour: a still, or a shot of one frame."
    return f"Neighbours in this shot: {', '.join(f'{k:+d}' for k in sorted(offsets))}."


def _fills(regions: Sequence[Any]) -> str:
    counts: dict[str, int] = {}
    for region in regions:
        counts[region.fill] = counts.get(region.fill, 0) + 1
    return ", ".join(f"{count} {fill}" for fill, count in counts.items()) or "Nothing to fill."


def _legend(offsets: Sequence[int]) -> list[dict[str, str]]:
    named = {**{k: f"from frame {k:+d}" for k in sorted(offsets)}, **_LEGEND}
    return [{"label": told, "colour": f"#{bytes(SOURCE_COLOURS[k]).hex()}"} for k, told in named.items()]
