"""`python -m export.compare`: train the nets of the literature alike, judge them alike, print the table.

Sixteen nets from scratch (U-Net, Attention U-Net, R2U-Net, R2 Attention U-Net; full and half width; one
frame and three), and the other training routes and losses for the best half-width net of either kind.
Needs shards made by `python -m export.simulate`. FOLDER gets `rows.json` and the weights; finished rows are
skipped when it is started again. Runs on one processor core.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from engine.errors import ReelmendError, UsageError
from export.compare.crops import Shard
from export.compare.judging import TOP, best_threshold, counts, judgement, told
from export.compare.sheets import write_sheet
from export.compare.speed import giga_operations, milliseconds, parameters
from export.compare.table import Row, Rows, dices, load, save, table
from export.compare.training import Budget, fresh, train
from export.compare.variants import Variant, from_scratch, further
from export.models.zoo.unet import UNet
from export.shards import shards_in

HELD_OUT = 16
"""Every sixteenth shard file is never trained on; a folder that grows leaves it so."""
CHOOSING, JUDGING = 48, 96
"""Samples that the threshold is chosen on, and that are judged, from held-out shards of their own."""


@dataclass(frozen=True)
class Bench:
    """Everything that the rows share."""

    folder: Path
    budget: Budget
    training: Sequence[Shard]
    choosing: Sequence[Shard]
    judging: Sequence[Shard]
    new: Sequence[Shard]

    @property
    def path(self) -> Path:
        return self.folder / "rows.json"

    def keep(self, rows: Rows) -> None:
        save(self.path, self.budget, len(self.training), rows)

    def weights(self, variant: Variant) -> Path:
        return self.folder / f"{variant.key}.safetensors"


def main(argv: list[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    torch.set_num_threads(1)
    try:
        bench = _bench(options)
        rows = load(bench.path, bench.budget, len(bench.training))
        _all_rows(bench, rows)
        if options.times:
            _all_times(bench, rows)
    except ReelmendError as error:
        print(f"export.compare: {error}", file=sys.stderr)
        return error.exit_code
    print(table(rows))
    return 0


def split(shards: Sequence[Shard]) -> tuple[list[Shard], list[Shard]]:
    """(for training, held out). Raises UsageError where there are too few for both."""
    held_out = list(shards[HELD_OUT - 1 :: HELD_OUT])
    training = [shard for n, shard in enumerate(shards) if n % HELD_OUT != HELD_OUT - 1]
    if len(held_out) < 2:
        raise UsageError(
            f"{len(shards)} shards are too few to hold two out; make {2 * HELD_OUT} or more with "
            "python -m export.simulate"
        )
    return training, held_out


def trained(bench: Bench, variant: Variant) -> UNet:
    """The net with the weights kept in the folder; it is trained first where there are none."""
    net = fresh(variant, bench.budget)
    path = bench.weights(variant)
    if path.exists():
        net.load_state_dict(load_file(path))
        return net
    began, losses = time.process_time(), list[float]()
    for loss in train(net, variant, bench.budget, bench.training):
        losses.append(loss)
        if len(losses) % 100 == 0:
            print(f"  step {len(losses)}  loss {np.mean(losses[-100:]):.4f}", flush=True)
    print(f"  trained in {time.process_time() - began:.0f} s of processor time", flush=True)
    part = path.with_suffix(".part")
    save_file({name: weight.contiguous() for name, weight in net.state_dict().items()}, part)
    part.replace(path)
    return net


def row(bench: Bench, variant: Variant) -> Row:
    """The figures of one variant; a sheet of its mattes is written to the folder."""
    net = trained(bench, variant)
    threshold = best_threshold(counts(told(net, bench.choosing)))
    found = asdict(judgement(net, bench.judging, threshold))
    if bench.new:
        new = asdict(judgement(net, bench.new, threshold))
        found |= {f"new_{name}": value for name, value in new.items()}
    write_sheet(net, (bench.new or bench.judging)[0], threshold, bench.folder / f"{variant.key}.png")
    return {
        **found,
        "threshold": threshold / TOP,
        "parameters": parameters(net),
        "gflop": giga_operations(net),
    }


def _all_rows(bench: Bench, rows: Rows) -> None:
    while variant := next((wanted for wanted in _wanted(rows) if wanted.key not in rows), None):
        print(variant.key, flush=True)
        rows[variant.key] = row(bench, variant)
        bench.keep(rows)
        print(f"  {rows[variant.key]}", flush=True)


def _wanted(rows: Rows) -> list[Variant]:
    """In order; what `further` asks for is settled once the rows before it are there."""
    return [*from_scratch("half"), *further(dices(rows)), *from_scratch("full")]


def _all_times(bench: Bench, rows: Rows) -> None:
    for variant in [*from_scratch("half"), *from_scratch("full")]:
        rows[variant.key]["ms"] = milliseconds(trained(bench, variant))
        bench.keep(rows)


def _bench(options: argparse.Namespace) -> Bench:
    budget = Budget(options.samples, options.batch, options.crop, options.rate, options.seed)
    training, held_out = split(shards_in(options.shards))
    new = shards_in(options.new) if options.new else []
    if options.new and not new:
        raise UsageError(f"{options.new} holds no shards; make some with python -m export.simulate")
    options.folder.mkdir(parents=True, exist_ok=True)
    parts = ((held_out[:1], CHOOSING), (held_out[1:2], JUDGING), (new[:1], JUDGING))
    return Bench(options.folder, budget, training, *(_first(shards, count) for shards, count in parts))


def _first(shards: Sequence[Shard], count: int) -> list[Shard]:
    return [(pictures[:count], flags[:count]) for pictures, flags in shards]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m export.compare",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shards", type=Path, help="folder of shards; every sixteenth is held out")
    parser.add_argument("folder", type=Path, help="folder of this comparison")
    parser.add_argument("--new", type=Path, help="shards of clips never trained on, to judge on besides")
    parser.add_argument("--samples", type=int, default=Budget.samples, help="crops that each variant sees")
    parser.add_argument("--batch", type=int, default=Budget.batch)
    parser.add_argument("--crop", type=int, default=Budget.crop, help="side of a crop in px, a multiple of 8")
    parser.add_argument("--rate", type=float, default=Budget.rate, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=Budget.seed)
    parser.add_argument("--times", action="store_true", help="measure milliseconds too, on a quiet machine")
    return parser


if __name__ == "__main__":
    sys.exit(main())
