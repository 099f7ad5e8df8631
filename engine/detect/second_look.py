"""A second look at every suspected mark, as a whole: how likely it is damage, by its signs.

The net says how likely each pixel is. What `engine.detect.mark_signs` reads off a whole mark says more: a
small net of full layers, trained on marks that the first one suspected and kept in its file, moves the odds
that a mark is damage by a factor. The factor is bounded, for some picture has every sign of dirt (a spark
that is there on one frame): what the first look hardly believed in is not taken for certain.

A mark's likeliest pixel stands for the mark. What the net says of another one is the probability of the mark
times that of the pixel being in it if there is a mark: the first factor changes, the second stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from engine.connected import Connected, chosen, connected
from engine.detect.mark_extent import complete
from engine.detect.mark_signs import SIGNS, Evidence, Surrounded, class_shares, signs
from engine.detect.odds import Numbers, probability
from engine.errors import ModelError
from engine.types import DAMAGE_CLASSES, Bool, DamageClass

METADATA_KEY = "reelmend.second_look"
AT_ENDS_KEY = "reelmend.second_look.at_ends"
"""For frames whose neighbours are both on one side: what leaves the picture there, or passes behind a thing,
has the signs of dirt, so these frames have a judge who was taught on nothing else."""

SUSPECTED = 0.25
"""Probability above which pixels make up marks that are looked at again."""
SMALLEST = 6
"""px as looked at: of fewer the means say nothing."""
MOST = 3.0
"""By how much the signs can move log odds, either way: a factor of 20 in the odds."""
FURTHEST = 4.0
"""Spreads from the typical at which a sign is held: beyond, nothing was learnt."""
_IN_SIGHT = 0.5
"""Share of a mark that both neighbours must show: without them there is nothing more to see."""
_LINE = 0.5
"""Share of a mark's probability from which it is a line scratch: that is in the neighbours too, and has a
judge of its own (`engine.detect.still_lines`)."""
_DUST = 0.5
"""Share of a mark's probability above which it is dust or a hair."""
_REMEDY = "export the model again with this version of Reelmend"


@dataclass(frozen=True, eq=False)
class Layer:
    """`weights` (m, n) and `bias` (n,): from m numbers to n."""

    weights: Numbers
    bias: Numbers


@dataclass(frozen=True, eq=False)
class SecondLook:
    """`typical` and `spread` (len(SIGNS),) of the signs it was trained on, `layers` with SiLU between them,
    and `shift`, by which log odds are moved where these say nothing."""

    typical: Numbers
    spread: Numbers
    layers: tuple[Layer, ...]
    shift: float = 0.0

    @staticmethod
    def of(metadata: Mapping[str, str], key: str = METADATA_KEY) -> SecondLook | None:
        """The second look that a model file holds as `key`, None where it holds none. Raises ModelError."""
        text = metadata.get(key)
        return None if text is None else SecondLook.from_json(text)

    @staticmethod
    def from_json(text: str) -> SecondLook:
        """Raises ModelError where `text` is no second look at the signs that this version reads."""
        try:
            table: Any = json.loads(text)
            told = tuple(table["signs"])
            typical, spread = (np.array(table[key], np.float64) for key in ("typical", "spread"))
            layers = tuple(
                Layer(np.array(row["weights"], np.float64), np.array(row["bias"], np.float64))
                for row in table["layers"]
            )
            shift = float(table["shift"])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"The model's {METADATA_KEY} cannot be read ({type(error).__name__}: {error}); {_REMEDY}."
            ) from error
        sizes = [len(SIGNS), *(layer.bias.size for layer in layers)]
        fits = typical.shape == spread.shape == (len(SIGNS),) and sizes[-1] == 1
        fits = fits and [layer.weights.shape for layer in layers] == list(pairwise(sizes))
        if told != SIGNS or not fits:
            raise ModelError(
                f"The model's {METADATA_KEY} is for {len(told)} signs ({', '.join(told[:3])} ...), this "
                f"version of Reelmend reads {len(SIGNS)} ({', '.join(SIGNS[:3])} ...); {_REMEDY}."
            )
        return SecondLook(typical, spread, layers, shift)

    def to_json(self) -> str:
        table = {
            "signs": SIGNS,
            "typical": self.typical.tolist(),
            "spread": self.spread.tolist(),
            "shift": self.shift,
            "layers": [
                {"weights": layer.weights.tolist(), "bias": layer.bias.tolist()} for layer in self.layers
            ],
        }
        return json.dumps(table)

    def moves(self, found: Numbers) -> Numbers:
        """(n,) of `found` (n, len(SIGNS)): what is added to the log odds that a mark is damage."""
        values = np.clip((found - self.typical) / self.spread, -FURTHEST, FURTHEST)
        for layer in self.layers[:-1]:
            values = values @ layer.weights + layer.bias
            values = values / (1 + np.exp(-values))
        last = self.layers[-1]
        told = (values @ last.weights + last.bias)[:, 0]
        return self.shift + MOST * np.tanh(told / MOST)

    def take(self, evidence: Evidence) -> None:
        """Judge the marks of `evidence` that can be judged, and change its `damage` there, in place."""
        marks = judgeable(evidence)
        if marks.count == 1:
            return
        surrounded = Surrounded.of(marks, evidence.step)
        found = signs(surrounded, evidence)
        heard = can_judge(found)
        likeliest = found[:, SIGNS.index("likeliest")]
        moves = self.moves(found)
        raised = _is_dust(found) & ~_at_edge(marks)
        moves = np.where(raised, moves, np.minimum(moves, 0))
        believed = np.zeros(marks.count)
        believed[1:][heard] = probability(likeliest[heard] + moves[heard])
        factor = np.ones(marks.count)
        factor[1:][heard] = believed[1:][heard] / probability(likeliest[heard])
        damage = evidence.damage.flat
        damage[marks.places] = np.minimum(damage[marks.places] * factor[marks.of_places], 1)
        believed[1:][~raised] = 0
        complete(evidence, surrounded, found, believed)


def judgeable(evidence: Evidence) -> Connected:
    """The suspected marks of `evidence` that are large enough, numbered anew."""
    marks = connected(evidence.damage > SUSPECTED)
    return chosen(marks, marks.area >= SMALLEST * evidence.step**2)


def can_judge(found: Numbers) -> Bool:
    """(n,): marks with `found` signs (n, len(SIGNS)) that both neighbours show and that are no line."""
    shown = found[:, SIGNS.index("seen")] >= _IN_SIGHT
    return shown & (_share(found, "scratch") <= _LINE) & np.isfinite(found).all(axis=1)


def _is_dust(found: Numbers) -> Bool:
    """(n,): dust or a hair, likelier than not.

    In all else, lost emulsion for one, the second look believes no more than the net: a door in another light
    has all its signs.
    """
    return _share(found, "blotch", "hair") > _DUST


def _at_edge(marks: Connected) -> Bool:
    """(count - 1,): marks that touch the frame's edge, where an unsteady frame brings picture into view."""
    height, width = marks.labels.shape
    touching = (marks.top == 0) | (marks.left == 0) | (marks.bottom == height) | (marks.right == width)
    return touching[1:]


def _share(found: Numbers, *names: DamageClass) -> Numbers:
    """(n,): of a mark, the share of the classes `names`."""
    return class_shares(found)[:, [DAMAGE_CLASSES.index(name) for name in names]].sum(axis=1)
