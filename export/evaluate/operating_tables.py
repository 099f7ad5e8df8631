"""The tables of `export.evaluate.operating`, as Markdown, and its curve for a model's spec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add

import numpy as np

from engine.detect.cleanup import sensitivity_of
from engine.types import DAMAGE_CLASSES
from export.evaluate.tally import (
    BINS,
    CLEANED,
    EDGES,
    POOLED,
    SHIPPED,
    UNDAMAGED,
    ClipTally,
    Counts,
    Found,
    Group,
    Reliability,
    above,
)

MOST_IN_ALL, MOST_ON_ONE = 0.03, 0.1
"""Per cent of clean pixels hit at the operating point: over all clips, and on the worst one."""
SHOWN = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Thresholds of the table by class."""

Tallies = Sequence[ClipTally]


def of(tallies: Tallies, *groups: Group) -> list[ClipTally]:
    return [tally for tally in tallies if tally.group in groups]


def summed(tallies: Tallies, threshold: float) -> Found:
    return reduce(add, (tally.found[threshold] for tally in tallies), Found())


def worst_false(tallies: Tallies, threshold: float) -> float:
    return max((tally.found[threshold].false_percent for tally in tallies), default=0.0)


def alarms(tallies: Tallies, threshold: float) -> float:
    """Per frame at the area of 1080p, over all frames of undamaged clips."""
    frames = sum(tally.found[threshold].frames for tally in tallies)
    return sum(t.alarms(threshold) * t.found[threshold].frames for t in tallies) / max(frames, 1)


def operating_point(tallies: Tallies) -> float | None:
    """The lowest threshold that keeps the false alarms within bounds, None where none does."""
    undamaged = of(tallies, *UNDAMAGED)
    for threshold in CLEANED:
        in_all = summed(undamaged, threshold).false_percent
        if undamaged and in_all <= MOST_IN_ALL and worst_false(undamaged, threshold) <= MOST_ON_ONE:
            return threshold
    return None


def threshold_table(tallies: Tallies) -> str:
    """What each threshold costs on undamaged clips and finds on damaged ones: median (worst) over clips."""
    heading = [
        "threshold", "sensitivity", "clean % (worst clip)", "alarms a frame at 1080p",
        "recall mixed", "recall lines", "F1 mixed strict", "F1 mixed 2 px", "F1 lines strict",
        "F1 lines 2 px",
    ]  # fmt: skip
    return _table(heading, (_threshold_row(tallies, threshold) for threshold in CLEANED))


def summary(tallies: Tallies) -> str:
    """The operating point beside the shipped default, in words."""
    point = operating_point(tallies)
    lines = ["No threshold keeps the false alarms within bounds." if point is None else ""]
    named = [("operating point", point), ("shipped default", SHIPPED)]
    for name, threshold in named:
        if threshold is not None:
            lines.append(f"- {name}: threshold {threshold:g}, {_sentence(tallies, threshold)}")
    return "\n".join(lines).strip()


def clip_table(tallies: Tallies) -> str:
    """Every clip at the operating point and at the shipped default."""
    thresholds = sorted({operating_point(tallies) or SHIPPED, SHIPPED})
    heading = ["group", "clip"]
    for threshold in thresholds:
        heading += [
            f"{name} at {threshold:g}" for name in ("clean %", "alarms", "recall", "precision", "F1 2 px")
        ]
    rows = []
    for tally in tallies:
        row = [tally.group, tally.name]
        for threshold in thresholds:
            found = tally.found[threshold]
            row += [f"{found.false_percent:.3f}", f"{tally.alarms(threshold):.1f}"]
            figures = found.strict.recall, found.strict.precision, found.near.f1
            row += [f"{value:.2f}" if found.strict.visible else "-" for value in figures]
        rows.append(row)
    return _table(heading, rows)


def class_table(tallies: Tallies) -> str:
    """Recall by what was drawn, precision by what it was called, before clean-up."""
    pooled = of(tallies, *POOLED)
    heading = ["class", "visible pixels"]
    heading += [f"recall / precision at {threshold:g}" for threshold in SHOWN]
    rows = []
    for place, name in enumerate(DAMAGE_CLASSES):
        drawn, (wrong, right) = _by_class(pooled, place)
        row = [name, str(int(drawn.sum()))]
        for threshold in SHOWN:
            edge = edge_of(threshold)
            called = above(right, edge) + above(wrong, edge)
            row.append(f"{_share(above(drawn, edge), drawn.sum())} / {_share(above(right, edge), called)}")
        rows.append(row)
    return _table(heading, rows)


def reliability_table(tallies: Tallies) -> str:
    """Mean probability and share of visible damage per bin, and the expected calibration error."""
    whole = _reliability(of(tallies, *POOLED))
    rows = [
        [
            f"{place / BINS:g} to {(place + 1) / BINS:g}", str(int(whole.pixels[place])),
            _share(whole.sums[place], whole.pixels[place]), _share(whole.damaged[place], whole.pixels[place]),
        ]
        for place in range(BINS)
    ]  # fmt: skip
    table = _table(["probability", "pixels", "mean probability", "visibly damaged"], rows)
    return f"{table}\n\nECE {whole.error():.4f}; without the lowest bin {whole.error(1):.3f}"


def curve(identity: str, tallies: Tallies) -> dict[str, object]:
    """The points of the curve, for the model's spec and for plots.

    Precision and recall are strict and pooled over *mixed*, *lines* and *clean*; `false_percent` and
    `alarms` (per frame at 1080p) are of the undamaged clips.
    """
    pooled, undamaged = of(tallies, *POOLED), of(tallies, *UNDAMAGED)
    whole = _reliability(pooled)
    return {
        "detector": identity,
        "operating_threshold": operating_point(tallies),
        "cleaned": [_point(pooled, undamaged, tallies, threshold) for threshold in CLEANED],
        "raw": [_raw_point(pooled, undamaged, edge) for edge in range(len(EDGES))],
        "classes": {name: _class_points(pooled, place) for place, name in enumerate(DAMAGE_CLASSES)},
        "calibration_error": round(whole.error(), 6),
        "calibration_error_without_lowest_bin": round(whole.error(1), 6),
    }


def edge_of(threshold: float) -> int:
    """The point of the raw curve that is nearest to a threshold."""
    return int(np.abs(EDGES - threshold).argmin())


def _threshold_row(tallies: Tallies, threshold: float) -> list[str]:
    undamaged = of(tallies, *UNDAMAGED)
    mixed, lines = of(tallies, "mixed"), of(tallies, "lines")
    in_all = summed(undamaged, threshold).false_percent
    return [
        f"{threshold:g}",
        f"{sensitivity_of(threshold):.2f}",
        f"{in_all:.4f} ({worst_false(undamaged, threshold):.3f})",
        f"{alarms(undamaged, threshold):.1f}",
        _spread(mixed, lambda tally: tally.found[threshold].strict.recall),
        _spread(lines, lambda tally: tally.found[threshold].strict.recall),
        _spread(mixed, lambda tally: tally.found[threshold].strict.f1),
        _spread(mixed, lambda tally: tally.found[threshold].near.f1),
        _spread(lines, lambda tally: tally.found[threshold].strict.f1),
        _spread(lines, lambda tally: tally.found[threshold].near.f1),
    ]


def _sentence(tallies: Tallies, threshold: float) -> str:
    _, sensitivity, clean, clicks, mixed, lines, *_ = _threshold_row(tallies, threshold)
    return (
        f"sensitivity {sensitivity}: clean pixels hit {clean} %, {clicks} connected false alarms a frame at "
        f"1080p; recall {mixed} mixed, {lines} lines (median, worst clip)"
    )


def _point(
    pooled: Tallies, undamaged: Tallies, tallies: Tallies, threshold: float
) -> dict[str, float | None]:
    found = summed(pooled, threshold).strict
    return {
        "threshold": threshold,
        "sensitivity": round(sensitivity_of(threshold), 4),
        "precision": round(found.precision, 5),
        "recall": round(found.recall, 5),
        "recall_mixed": _median_recall(of(tallies, "mixed"), threshold),
        "recall_lines": _median_recall(of(tallies, "lines"), threshold),
        "false_percent": round(summed(undamaged, threshold).false_percent, 6),
        "alarms": round(alarms(undamaged, threshold), 3),
    }


def _raw_point(pooled: Tallies, undamaged: Tallies, edge: int) -> dict[str, float]:
    visible, clean = _total(pooled, lambda t: t.raw.visible), _total(pooled, lambda t: t.raw.clean)
    sound = _total(undamaged, lambda t: t.raw.clean)
    right, wrong = int(above(visible, edge)), int(above(clean, edge))
    return {
        "threshold": round(float(EDGES[edge]), 6),
        "precision": round(right / max(right + wrong, 1), 5),
        "recall": round(right / max(int(visible.sum()), 1), 5),
        "false_percent": round(100 * int(above(sound, edge)) / max(int(sound.sum()), 1), 6),
    }


def _class_points(pooled: Tallies, place: int) -> list[dict[str, float]]:
    drawn, (wrong, right) = _by_class(pooled, place)
    return [
        {
            "threshold": round(float(EDGES[edge]), 6),
            "precision": round(int(above(right, edge)) / max(int(above(right + wrong, edge)), 1), 5),
            "recall": round(int(above(drawn, edge)) / max(int(drawn.sum()), 1), 5),
        }
        for edge in range(0, len(EDGES), 4)
    ]


def _by_class(pooled: Tallies, place: int) -> tuple[Counts, Counts]:
    called = _total(pooled, lambda t: t.raw.called[:, place], 2)
    return _total(pooled, lambda t: t.raw.drawn[place]), called


def _total(tallies: Tallies, counts: Callable[[ClipTally], Counts], *more: int) -> Counts:
    """(*more, len(EDGES) + 1), zeros where there are no clips."""
    nothing = np.zeros((*more, len(EDGES) + 1), np.int64)
    return np.sum([nothing, *(counts(tally) for tally in tallies)], axis=0)


def _reliability(tallies: Tallies) -> Reliability:
    whole = Reliability()
    for tally in tallies:
        whole.pixels += tally.reliability.pixels
        whole.sums += tally.reliability.sums
        whole.damaged += tally.reliability.damaged
    return whole


def _median_recall(tallies: Tallies, threshold: float) -> float | None:
    recalls = [tally.found[threshold].strict.recall for tally in tallies]
    return round(float(np.median(recalls)), 5) if recalls else None


def _spread(tallies: Tallies, figure: Callable[[ClipTally], float]) -> str:
    values = [figure(tally) for tally in tallies]
    return f"{np.median(values):.2f} ({min(values):.2f})" if values else "-"


def _share(part: float, whole: float) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
