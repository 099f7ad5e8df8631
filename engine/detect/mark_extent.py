"""How far a mark reaches: its soft rim, of which the net was less sure than the picture allows.

The rim of dirt falls off over a pixel or two, and a net that gives every pixel a probability of its own ends
the mark too soon there. Once the mark as a whole is believed in, the picture tells: a pixel beside it that is
off both neighbours on the mark's own side, by clearly more than pixels around are, belongs to it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.detect.mark_signs import SIGNS, Evidence, Surrounded, class_shares, views
from engine.detect.odds import Numbers
from engine.detect.places import Indices
from engine.types import DAMAGE_CLASSES

_BELIEVED = 0.6
"""Probability from which a mark is completed."""
_REACH = 2.5
"""px as looked at, around what was suspected, in which its rim may lie."""
_LEAST = 0.015
"""In the model encoding, a quarter of a stop: what differs by less may be grain."""
_OVER_OTHERS = 3.0
"""How many times as far off the neighbours as pixels around the mark are on average."""
_SHARE = 0.1
"""Of the mark's own mean distance from them."""
_SIGNED, _AROUND = SIGNS.index("signed"), SIGNS.index("around.more.apart")


def complete(evidence: Evidence, surrounded: Surrounded, found: Numbers, believed: Numbers) -> None:
    """Give the pixels that belong to marks the mark's own probability and classes, in `evidence`, in place.

    `found` (count - 1, len(SIGNS)) are the marks' signs, `believed` (count,) their probabilities, 0 for none.
    """
    if not (believed > _BELIEVED).any():
        return
    rows, columns, mark = _near(surrounded, believed)
    signed = np.concatenate([[0.0], found[:, _SIGNED]])
    around = np.concatenate([[0.0], found[:, _AROUND]])
    least = np.maximum(np.maximum(_LEAST, _OVER_OTHERS * around), _SHARE * np.abs(signed))[mark]
    seen, side = views(evidence, rows, columns), np.sign(signed)[mark]
    inside = np.minimum(seen.before * side, seen.after * side) > least
    rows, columns, mark = rows[inside], columns[inside], mark[inside]
    level = believed[mark].astype(np.float32)
    evidence.damage[rows, columns] = np.maximum(evidence.damage[rows, columns], level)
    shares = class_shares(found)
    for k, name in enumerate(evidence.names):
        share = shares[mark - 1, DAMAGE_CLASSES.index(name)].astype(np.float32)
        np.maximum.at(evidence.classes[k], (rows // 2, columns // 2), share * level)


def _near(surrounded: Surrounded, believed: Numbers) -> tuple[Indices, Indices, npt.NDArray[np.int32]]:
    """Rows and columns of the pixels in reach of marks that are believed in, and the numbers of these."""
    cells = surrounded.cells(0, _REACH)
    mark = surrounded.nearest(cells)
    sure = believed[mark] > _BELIEVED
    within = np.indices((surrounded.step, surrounded.step)).reshape(2, -1, 1)
    rows, columns = (
        (part[sure] * surrounded.step + offset).ravel() for part, offset in zip(cells, within, strict=True)
    )
    height, width = surrounded.marks.labels.shape
    there = (rows < height) & (columns < width)
    return rows[there], columns[there], np.tile(mark[sure], surrounded.step**2)[there]
