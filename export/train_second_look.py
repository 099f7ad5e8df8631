"""`python -m export.train_second_look MARKS MODEL TARGET`: train a detector's second look on marks of it.

MARKS is a folder that `export.marks` wrote with MODEL, with --ends for the look at the ends of shots. Scenes,
not marks, are held out: every fifth by name, to tell what the second look is worth. TARGET is MODEL with the
second look in its metadata; weights are drawn and marks shuffled by a seed.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.detect.mark_signs import SIGNS
from engine.detect.second_look import AT_ENDS_KEY, FURTHEST, METADATA_KEY, MOST, Layer, SecondLook
from engine.inference.model_spec import METADATA_KEY as SPEC_KEY
from engine.inference.model_spec import ModelSpec, OperatingPoint
from export.marks import Marks
from export.to_onnx import curve_of

WIDTH = 48
BATCH = 512
RATE = 2e-3
DECAY = 1e-2
DROPPED = 0.15
DAMAGE, PICTURE = 0.5, 0.1
"""Share of a mark that is damage from which it counts as such, and up to which it counts as picture."""
LIKELIEST = SIGNS.index("likeliest")
_HELD = 5


@dataclass(frozen=True, eq=False)
class Lesson:
    """`signs` (n, len(SIGNS)) standardised, float32; of each mark (n,) the log odds of its likeliest pixel,
    whether it is damage (0 or 1), and what it counts."""

    signs: Tensor
    likeliest: Tensor
    damage: Tensor
    weight: Tensor


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.train_second_look", description=__doc__)
    parser.add_argument("marks", type=Path, help="folder that export.marks wrote")
    parser.add_argument("model", type=Path, help="the .onnx whose marks they are")
    parser.add_argument("target", type=Path, help="the .onnx to write")
    parser.add_argument("--version", required=True, help="of the model with its second look, e.g. 1.4.0")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--doubt", type=float, default=0.0, help="log odds taken off every mark")
    parser.add_argument("--curve", type=Path, help="what `export.evaluate.operating --json` wrote")
    parser.add_argument(
        "--ends", action="store_true", help="the marks are of ends of shots; the other look stays"
    )
    options = parser.parse_args(argv)
    marks = load(options.marks)
    look = trained(marks, options.steps, options.seed)
    tell(marks, look)
    doubting = replace(look, shift=look.shift - options.doubt)
    curve = () if options.curve is None else curve_of(json.loads(options.curve.read_text()))
    key = AT_ENDS_KEY if options.ends else METADATA_KEY
    write(options.model, options.target, {key: doubting}, options.version, curve)
    return 0


def load(folder: Path) -> Marks:
    """All marks of a folder, in the order of its files."""
    parts = [np.load(file) for file in sorted(folder.glob("*.npz"))]
    if not parts:
        raise SystemExit(f"{folder}: expected .npz files that export.marks wrote, found none.")
    return Marks(*(np.concatenate([part[column.name] for part in parts]) for column in fields(Marks)))


def held_out(marks: Marks) -> np.ndarray:
    """(n,) bool: marks of every fifth scene."""
    return np.isin(marks.scene, np.unique(marks.scene)[::_HELD])


def trained(marks: Marks, steps: int, seed: int) -> SecondLook:
    """Learnt from the scenes that are not held out."""
    chosen, share = ~held_out(marks), marks.damaged / marks.area
    chosen &= (share >= DAMAGE) | (share <= PICTURE)
    typical, spread = marks.signs[chosen].mean(axis=0), marks.signs[chosen].std(axis=0) + 1e-3
    values = np.clip((marks.signs[chosen] - typical) / spread, -FURTHEST, FURTHEST)
    net = _fitted(
        Lesson(
            torch.from_numpy(values.astype(np.float32)),
            torch.from_numpy(marks.signs[chosen, LIKELIEST].astype(np.float32)),
            torch.from_numpy((share[chosen] >= DAMAGE).astype(np.float32)),
            torch.from_numpy(np.sqrt(marks.area[chosen]).astype(np.float32)),
        ),
        steps,
        seed,
    )
    layers = tuple(
        Layer(part.weight.detach().double().numpy().T, part.bias.detach().double().numpy())
        for part in net.layers
        if isinstance(part, nn.Linear)
    )
    return SecondLook(typical, spread, layers, net.shift.item())


def tell(marks: Marks, look: SecondLook) -> None:
    """What marks of held-out scenes the net alone and the second look take, at as many pixels of picture."""
    held = held_out(marks)
    share = (marks.damaged / marks.area)[held]
    area, visible = marks.area[held], marks.visible[held]
    likeliest = marks.signs[held, LIKELIEST]
    found = likeliest + look.moves(marks.signs[held])
    print(f"{held.sum()} marks of held-out scenes; visible px found, of {visible.sum()}, at px of picture:")
    for name, logits in (("the net alone", likeliest), ("the second look", found)):
        order = np.argsort(-logits)
        false = np.cumsum((area * (share <= PICTURE))[order])
        right = np.cumsum(visible[order]) / visible.sum()
        at = [int(np.searchsorted(false, most)) - 1 for most in (300, 1000, 3000, 10000, 30000)]
        cells = [f"{right[max(k, 0)]:.3f} (logit {logits[order][max(k, 0)]:+.2f})" for k in at]
        print(f"  {name}: {', '.join(cells)} at 300, 1,000, 3,000, 10,000, 30,000")


def write(
    model: Path,
    target: Path,
    looks: Mapping[str, SecondLook],
    version: str,
    curve: tuple[OperatingPoint, ...],
) -> None:
    """`model` as `target`, of `version`, with these second `looks`, others as they are; its own curve, no
    longer true, makes way for `curve`."""
    net = onnx.load(model)
    told = {row.key: row.value for row in net.metadata_props}
    spec = ModelSpec.from_json(told[SPEC_KEY], str(model))
    told[SPEC_KEY] = replace(spec, version=version, curve=curve).to_json()
    onnx.helper.set_model_props(net, {**told, **{key: look.to_json() for key, look in looks.items()}})
    onnx.save(net, target)


class Mover(nn.Module):
    """What `SecondLook.moves` computes, to be learnt."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(len(SIGNS), WIDTH), nn.SiLU(), nn.Dropout(DROPPED),
            nn.Linear(WIDTH, WIDTH), nn.SiLU(), nn.Dropout(DROPPED),
            nn.Linear(WIDTH, 1),
        )  # fmt: skip
        self.shift = nn.Parameter(torch.zeros(()))

    def forward(self, signs: Tensor) -> Tensor:
        return self.shift + MOST * torch.tanh(self.layers(signs)[:, 0] / MOST)


def _fitted(lesson: Lesson, steps: int, seed: int) -> Mover:
    torch.manual_seed(seed)
    drawn = torch.Generator().manual_seed(seed)
    net = Mover()
    optimiser = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    weight = lesson.weight / lesson.weight.mean()
    for _ in range(steps):
        at = torch.randint(len(lesson.damage), (BATCH,), generator=drawn)
        logits = lesson.likeliest[at] + net(lesson.signs[at])
        loss = functional.binary_cross_entropy_with_logits(logits, lesson.damage[at], weight[at])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    return net.eval()


if __name__ == "__main__":
    sys.exit(main())
