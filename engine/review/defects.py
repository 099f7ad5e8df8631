"""The list of defects: sifted, sorted, a page at a time; quick for hundreds of thousands of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from engine.media.ranges import parse_frames
from engine.review.refusals import BadRequest, NotThere
from engine.review.rows import BOX, CLASSES, FILLS, STATES, Rows, parts_of
from engine.types import Bool, FrameNumber

MOST_ROWS = 500
MOST_IDS = 100_000
SORTS = ("frame", "area", "confidence", "class", "fill", "state", "worth")
VERDICTS = ("accept", "veto", "protect", "add", "fill")


class Ruling(Protocol):
    """Says which decision rules a region."""

    def of(self, rows: Rows) -> npt.NDArray[np.int32]:
        """(n,) the place in `VERDICTS` of what rules each row, -1 where nothing does."""
        ...

    def told(self, row: np.void) -> Mapping[str, Any] | None:
        """The decision that rules a row."""
        ...


@dataclass(frozen=True)
class Query:
    """What the page asks of the list. A filter that is empty lets everything through."""

    sort: str = "frame"
    descending: bool = False
    words: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    """"state", "class" and "fill" to the words wanted, "decision" to verdicts, none, any."""
    least: Mapping[str, float] = field(default_factory=dict[str, float])
    most: Mapping[str, float] = field(default_factory=dict[str, float])
    flags: int = 0
    box: tuple[int, ...] = ()


def query_from(given: Mapping[str, str]) -> Query:
    """The query of a request's parameters. Raises BadRequest."""
    sort, order = given.get("sort", "frame"), given.get("order", "asc")
    if sort not in SORTS or order not in ("asc", "desc"):
        raise BadRequest(f"The list is sorted by {', '.join(SORTS)}, asc or desc; not by {sort} {order}.")
    words = {
        name: given[name].split(",") for name in ("state", "class", "fill", "decision") if given.get(name)
    }
    limits = {"first": "frame", "area_min": "area", "confidence_min": "confidence"}
    upper = {"last": "frame", "area_max": "area", "confidence_max": "confidence"}
    least = {column: _number(given[name], name) for name, column in limits.items() if given.get(name)}
    most = {column: _number(given[name], name) for name, column in upper.items() if given.get(name)}
    flags = int(_number(given.get("flags") or "0", "flags"))
    box = tuple(int(_number(part, "box")) for part in given["box"].split(",")) if given.get("box") else ()
    if len(box) not in (0, 4):
        raise BadRequest("The box is top,left,bottom,right in pixels.")
    return Query(sort, order == "desc", words, least, most, flags, box)


def sifted(rows: Rows, ruling: Ruling, query: Query) -> npt.NDArray[np.intp]:
    """The places of the rows that `query` lets through, in its order."""
    wanted = np.ones(rows.size, np.bool_)
    for column, known in (("state", STATES), ("class", CLASSES), ("fill", FILLS)):
        if column in query.words:
            wanted &= np.isin(rows[column], [known.index(w) for w in query.words[column] if w in known])
    if "decision" in query.words:
        wanted &= _decided(ruling.of(rows), query.words["decision"])
    for column, least in query.least.items():
        wanted &= rows[column] >= least
    for column, most in query.most.items():
        wanted &= rows[column] <= most
    if query.flags:
        wanted &= (rows["flags"] & query.flags) > 0
    if query.box:
        top, left, bottom, right = query.box
        wanted &= (rows["top"] < bottom) & (rows["bottom"] > top)
        wanted &= (rows["left"] < right) & (rows["right"] > left)
    places = np.flatnonzero(wanted)
    return places[_order(rows[places], query)]


def counts_of(rows: Rows, ruling: Ruling, places: npt.NDArray[np.intp]) -> dict[str, dict[str, int]]:
    """How many of these rows there are of each state, class and decision."""
    kinds = (("state", STATES), ("class", CLASSES))
    counts = {column: _counted(rows[column][places], known) for column, known in kinds}
    return {**counts, "decision": _counted(ruling.of(rows)[places] + 1, ("none", *VERDICTS))}


def place_of(rows: Rows, name: str) -> int:
    """The place of the defect of this id. Raises NotThere."""
    parts = parts_of(name)
    if parts is not None:
        frame, box = parts
        first, last = np.searchsorted(rows["frame"], [frame, frame + 1])
        corners = (box.top, box.left, box.bottom, box.right)
        same = np.ones(int(last - first), np.bool_)
        for column, value in zip(BOX, corners, strict=True):
            same &= rows[column][first:last] == value
        if same.any():
            return int(first) + int(np.argmax(same))
    raise NotThere(
        f"There is no defect {name}; it may have been found otherwise since. Ask for the list again."
    )


def frames_in(text: str) -> Sequence[FrameNumber]:
    """The frames of a decision's list."""
    return parse_frames(text)


def _order(rows: Rows, query: Query) -> npt.NDArray[np.intp]:
    column: Callable[[str], np.ndarray] = lambda name: np.nan_to_num(rows[name], nan=1.0)  # noqa: E731
    keys = _worth(rows) if query.sort == "worth" else column(query.sort)
    return np.argsort(-keys.astype(np.float64) if query.descending else keys, kind="stable")


def _worth(rows: Rows) -> npt.NDArray[np.float64]:
    """The lower, the more a region is worth a look: flags first, then doubt, then size."""
    flagged = np.zeros(rows.size)
    for bit in range(4):
        flagged += (rows["flags"] >> bit) & 1
    doubt = 1 - np.nan_to_num(rows["confidence"], nan=0.5)
    return -(4 * flagged + doubt + np.log1p(rows["area"]) / 20)


def _decided(ruling: npt.NDArray[np.int32], words: Sequence[str]) -> Bool:
    places = [VERDICTS.index(word) for word in words if word in VERDICTS]
    wanted = np.isin(ruling, places)
    if "none" in words:
        wanted |= ruling < 0
    if "any" in words:
        wanted |= ruling >= 0
    return wanted


def _counted(values: np.ndarray, words: Sequence[str]) -> dict[str, int]:
    counts = np.bincount(values, minlength=len(words))
    return {word: int(count) for word, count in zip(words, counts, strict=False) if count}


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise BadRequest(f"{name} is a number, not {text!r}.") from error
