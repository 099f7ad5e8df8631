"""How far a line scratch reaches: rows in which the net was less sure of it, and its soft rims.

A scratch runs on: what four fifths of its length show goes for its fainter rows too. And it keeps its
profile: averaged along the line grain and picture fall away, and a rim a pixel wide of which no single row
is sure stands out. A rim left over is worse than it looks, for a fill is continued from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.detect.line_profile import Profile
from engine.detect.lines import lines_in
from engine.detect.mark_signs import Evidence
from engine.detect.odds import Numbers, logit, probability
from engine.detect.places import Indices
from engine.types import Bool, Float32

_SHORTEST, _WIDEST = 32, 12
"""px as looked at: a shorter or wider mark has not shown that it is a line."""
_SHOWN = 0.9
"""Share of its rows in which a line is seen at least."""
_MOSTLY = 20
"""Per cent of a line's rows that may be less certain than what goes for all of them."""
_EDGE = 2
"""px as looked at, at the sides of the frame: what runs along them may be the picture's own edge."""
_RIM = 1.5
"""Log odds by which a pixel may be less certain than the likeliest of its row and be of the line."""
_INNER = 0.5
"""The same where the line is fainter than it mostly is: there the net spreads what it suspects."""
_FAINTEST = 2.5
"""Log odds by which a row may be less certain than is typical of its line and show it all the same."""
_COURSE = 9
"""Rows over whose median the edges of a line run."""
_WIDEST_RIM = 2
"""px as looked at."""
_SUSPECTED = 0.4
"""Probability that a rim has of its own."""

Pixels = tuple[Indices, Indices, Numbers]
"""Rows and columns (n,) of pixels, and the log odds (n,) that they are of damage."""


@dataclass(frozen=True, eq=False)
class Line:
    """One line over `rows` (n,): the columns `left` and `right` (n,) of its outermost pixels, and the log
    odds (n,) of each row, at least what most of them show. `fainter`: its pixels in rows of less."""

    rows: Indices
    left: Indices
    right: Indices
    logits: Numbers
    fainter: Pixels


def complete_lines(evidence: Evidence) -> None:
    """Give pixels that belong to line scratches the probability of their line, in `evidence`, in place."""
    if "scratch" not in evidence.names:
        return
    scratch = evidence.classes[evidence.names.index("scratch")]
    found = [
        _line(rows, columns, evidence.damage, evidence.step)
        for rows, columns in lines_in(evidence.damage, scratch)
    ]
    # All are looked at before one is completed: what is raised must not count for another.
    for line in filter(None, found):
        for rows, columns, logits in (line.fainter, *_rims(line, evidence)):
            level = probability(logits).astype(np.float32)
            evidence.damage[rows, columns] = np.maximum(evidence.damage[rows, columns], level)
            np.maximum.at(scratch, (rows // 2, columns // 2), level)


def _line(rows: Indices, columns: Indices, damage: Float32, step: int) -> Line | None:
    """The line of these pixels, which run down the frame; None where they are none."""
    top, length = int(rows[0]), int(rows[-1] - rows[0]) + 1
    if length < _SHORTEST * step:
        return None
    at, logits = rows - top, logit(damage[rows, columns])
    likeliest = np.full(length, -np.inf)
    np.maximum.at(likeliest, at, logits)
    shown = np.isfinite(likeliest)
    level = np.maximum(likeliest, np.percentile(likeliest[shown], _MOSTLY))
    gain = (level - likeliest)[at]
    inner = logits >= likeliest[at] - np.where(gain > 0, _INNER, _RIM)
    left, right = np.full(length, damage.shape[1]), np.full(length, -1)
    np.minimum.at(left, at[inner], columns[inner])
    np.maximum.at(right, at[inner], columns[inner])
    width, at_side = np.median((right - left + 1)[shown]), _EDGE * step
    if shown.mean() < _SHOWN or width > _WIDEST * step:
        return None
    if left.min() < at_side or right.max() >= damage.shape[1] - at_side:
        return None
    faint = inner & (gain > 0) & (gain <= _FAINTEST)
    fainter = rows[faint], columns[faint], (logits + gain)[faint]
    return Line(top + np.arange(length), _course(left, shown), _course(right, shown), level, fainter)


def _course(edge: Indices, shown: Bool) -> Indices:
    """The `edge` (n,) over the rows where it was not `shown`, without jumps."""
    places = np.arange(edge.size)
    whole = np.interp(places, places[shown], edge[shown])
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(whole, _COURSE // 2, mode="edge"), _COURSE)
    return np.rint(np.median(windows, axis=1)).astype(np.intp)


def _rims(line: Line, evidence: Evidence) -> Iterator[Pixels]:
    """What lies beside the line's edges, is suspected, and is off the picture as the line is."""
    profile = Profile.of(evidence.planes[:3], line.rows, line.left, line.right, evidence.step)
    width = evidence.damage.shape[1]
    for edge, side in ((line.left, -1), (line.right, 1)):
        flank, rim = profile.flank(edge, side), profile.clear
        for k in range(1, _WIDEST_RIM * evidence.step + 1):
            columns = np.clip(edge + side * k, 0, width - 1)
            rim = rim & flank.goes_on(k) & (evidence.damage[line.rows, columns] > _SUSPECTED)
            if not rim.any():
                break
            yield line.rows[rim], columns[rim], line.logits[rim]
