"""`python -m export.train`: train the detector on shards made by `python -m export.simulate shards`.

Runs on the CPU in bfloat16 with channels-last tensors, or on one GPU with `--device cuda`. A run writes
`weights.safetensors` (the averaged weights) and `resume.pt` every few minutes and goes on from there when
started again; the seed fixes the order of samples.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from export.batches import Batch, draw_batch
from export.models.detection_unet import DetectionUNet
from export.shards import Bytes, shards_in


@dataclass(frozen=True)
class Run:
    """What one training run is given; every field is a flag of the command line."""

    shards: Path
    folder: Path
    minutes: float
    steps: int
    batch: int
    rate: float
    seed: int
    device: str
    start: Path | None
    threads: int


def main(argv: list[str] | None = None) -> int:
    run = _parsed(argv)
    torch.set_num_threads(run.threads)
    torch.manual_seed(run.seed)
    run.folder.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(run)
    trainer.restore()
    trainer.train()
    return 0


class Trainer:
    """The state of a run: net, averaged net, optimiser, step count, seconds spent."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.net = DetectionUNet().to(run.device, memory_format=torch.channels_last)
        if run.start is not None:
            self.net.load_state_dict(load_file(run.start))
        self.average = AveragedModel(self.net, multi_avg_fn=get_ema_multi_avg_fn(0.998), use_buffers=True)
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=run.rate, weight_decay=1e-3)
        self.step = 0
        self.spent = 0.0

    def train(self) -> None:
        began = saved = time.monotonic()
        recent: list[float] = []
        shards = shards_in(self.run.shards)
        while self.step < self.run.steps and self.spent < self.run.minutes * 60:
            recent.append(self._step(shards))
            now = time.monotonic()
            self.spent, began = self.spent + now - began, now
            if now - saved > 120:
                saved = now
                self.save()
                shards = shards_in(self.run.shards)
                print(_line(self, recent, len(shards)), flush=True)
                recent.clear()
        self.save()

    def _step(self, shards: Sequence[tuple[Bytes, Bytes]]) -> float:
        rng = np.random.default_rng((self.run.seed, self.step))
        self._schedule()
        batch = draw_batch(shards, self.run.batch, rng)
        loss = self._loss(batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.average.update_parameters(self.net)
        self.step += 1
        return float(loss.detach())

    def _loss(self, batch: Batch) -> Tensor:
        planes, truth, weight = (part.to(self.run.device) for part in batch)
        planes = planes.contiguous(memory_format=torch.channels_last)
        kind = "cuda" if self.run.device.startswith("cuda") else "cpu"
        with torch.autocast(kind, torch.bfloat16):
            damage, classes = self.net(planes)
        return detection_loss(damage.float(), classes.float(), truth, weight)

    def _schedule(self) -> None:
        """Warm-up, then a cosine over the larger share of time or steps used up."""
        used = max(self.step / self.run.steps, self.spent / (self.run.minutes * 60))
        warmth = min(1.0, (self.step + 1) / 200)
        rate = self.run.rate * warmth * (0.02 + 0.49 * (1 + np.cos(np.pi * min(used, 1))))
        for group in self.optimiser.param_groups:
            group["lr"] = float(rate)

    def save(self) -> None:
        part = self.run.folder / "weights.part"
        save_file({k: v.contiguous().cpu() for k, v in self.average.module.state_dict().items()}, part)
        part.replace(self.run.folder / "weights.safetensors")
        state = {
            "net": self.net.state_dict(), "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(), "step": self.step, "spent": self.spent,
        }  # fmt: skip
        torch.save(state, self.run.folder / "resume.part")
        (self.run.folder / "resume.part").replace(self.run.folder / "resume.pt")

    def restore(self) -> None:
        path = self.run.folder / "resume.pt"
        if not path.exists():
            return
        state = torch.load(path, map_location=self.run.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.spent = state["step"], state["spent"]


def detection_loss(damage: Tensor, classes: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy on what counts, with a soft Dice term that keeps the rare class from drowning.

    `damage` (N, 1, S, S) and `classes` (N, 4, S / 2, S / 2) are logits; `truth` (N, 5, S, S) is 0 or 1 for
    any damage and each class; `weight` (N, 1, S, S) is 0 where damage is present but invisible.
    """
    anything, kinds = truth[:, :1], functional.max_pool2d(truth[:, 1:], 2)
    seen = functional.max_pool2d(anything, 2)
    counted = torch.maximum(seen, -functional.max_pool2d(-weight, 2))
    found = _entropy(damage, anything, weight)
    named = _entropy(classes, kinds, counted)
    probability = torch.sigmoid(damage) * weight
    overlap = (probability * anything).sum()
    dice = 1 - (2 * overlap + 1) / (probability.sum() + anything.sum() + 1)
    return 10 * found + 5 * named + 0.25 * dice


def _entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return (functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).mean()


def _line(trainer: Trainer, recent: Sequence[float], shards: int) -> str:
    rate = trainer.step * trainer.run.batch / max(trainer.spent, 1e-9)
    return (
        f"step {trainer.step}  {trainer.spent / 60:.1f} min  loss {np.mean(recent):.4f}  "
        f"{rate:.1f} samples/s  {shards} shards"
    )


def _parsed(argv: list[str] | None) -> Run:
    parser = argparse.ArgumentParser(
        prog="python -m export.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shards", type=Path, help="folder of shards; ones that appear later are taken in")
    parser.add_argument("folder", type=Path, help="folder of this run")
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="stop after this much time, over all starts"
    )
    parser.add_argument("--steps", type=int, default=100_000, help="stop after this many steps")
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--start", type=Path, help="weights to start from (fine-tuning)")
    parser.add_argument("--threads", type=int, default=2)
    return Run(**vars(parser.parse_args(argv)))


if __name__ == "__main__":
    sys.exit(main())
