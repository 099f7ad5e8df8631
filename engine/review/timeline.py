"""The timeline: what is known of a clip, in as many bins as have room on a screen, and where to look next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.review.defects import Ruling
from engine.review.index import FrameIndex
from engine.review.refusals import BadRequest
from engine.review.rows import CUT, DECIDED, FAILED, FLAG_NAMES, LOW_CONFIDENCE, MISSING, flag_names, id_of
from engine.types import Bool, FrameNumber

MOST_BINS = 4096
_MOST_CUTS = 2000
_WORTH = sum(FLAG_NAMES) & ~(CUT | DECIDED)
_FLAGGED: dict[str, int] = {"flag": _WORTH, "cut": CUT, "failed": FAILED, "gap": MISSING, "decided": DECIDED}
WHATS = ("worth", "defect", "undecided", *_FLAGGED)


def timeline(index: FrameIndex, first: FrameNumber, last: FrameNumber, bins: int) -> dict[str, Any]:
    """The frames from `first` to `last` in at most `bins` bins of equally many frames."""
    span = index.within(first, last)
    count = span.stop - span.start
    if count <= 0 or bins < 1:
        raise BadRequest(f"The clip has no frames from {first} to {last}, or no bins were asked for.")
    starts = np.unique(np.linspace(0, count, min(bins, MOST_BINS, count) + 1).astype(np.int64)[:-1])
    density = index.density[span]
    known = density >= 0
    held = np.add.reduceat(known.astype(np.int64), starts)
    total = np.add.reduceat(np.where(known, density, 0).astype(np.float64), starts)
    mean = np.where(held > 0, total / np.maximum(held, 1), -1)
    cuts = index.cuts(first, last)
    return {
        "first": int(index.numbers[span.start]),
        "last": int(index.numbers[span.stop - 1]),
        "bins": int(starts.size),
        "revision": str(index.revision),
        "start": index.numbers[span][starts].tolist(),
        "density": _rounded(np.maximum.reduceat(density, starts)),
        "mean": _rounded(mean),
        "regions": np.add.reduceat(index.regions[span], starts).tolist(),
        "flags": np.bitwise_or.reduceat(index.flags[span], starts).tolist(),
        "cuts": list(cuts) if len(cuts) <= _MOST_CUTS else [],
        "known": int(known.sum()),
    }


def next_of(
    index: FrameIndex, ruling: Ruling, start: FrameNumber, direction: int, what: str
) -> dict[str, Any]:
    """The next frame after (or before) `start` that has `what`, and the defect that is to be looked at."""
    if what not in WHATS:
        raise BadRequest(f"There is no {what!r} to go to next; there are {', '.join(WHATS)}.")
    wanted = _frames_with(index, ruling, what)
    ahead = index.numbers > start if direction >= 0 else index.numbers < start
    places = np.flatnonzero(wanted & ahead)
    if not places.size:
        return {"frame": None, "defect": None, "why": ""}
    place = int(places[0] if direction >= 0 else places[-1])
    frame = int(index.numbers[place])
    return {"frame": frame, "defect": _defect(index, frame), "why": _why(int(index.flags[place]), what)}


def _frames_with(index: FrameIndex, ruling: Ruling, what: str) -> Bool:
    if what in _FLAGGED:
        return np.asarray(index.flags & _FLAGGED[what] > 0)
    if what == "defect":
        return np.asarray(index.regions > 0)
    rows = index.rows()
    open_ = ruling.of(rows) < 0
    if what == "worth":
        open_ &= rows["flags"] & LOW_CONFIDENCE > 0
    frames = np.isin(index.numbers, rows["frame"][open_])
    others = _WORTH & ~LOW_CONFIDENCE
    return frames | (index.flags & others > 0) if what == "worth" else frames


def _defect(index: FrameIndex, frame: FrameNumber) -> str | None:
    rows = index.rows_of(frame)
    if not rows.size:
        return None
    flagged = np.flatnonzero(rows["flags"])
    return id_of(rows[flagged[0] if flagged.size else int(np.argmax(rows["area"]))])


def _why(bits: int, what: str) -> str:
    named: Callable[[int], str] = lambda chosen: ", ".join(flag_names(bits & chosen))  # noqa: E731
    return named(_FLAGGED.get(what, _WORTH)) or what


def _rounded(values: np.ndarray) -> list[float]:
    return np.round(values.astype(np.float64), 6).tolist()
