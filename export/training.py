"""The training loop that all nets share: a schedule, averaged weights, and a run that can be taken up again.

A run writes `weights.safetensors` (the averaged weights) and `resume.pt` every few minutes and goes on
from there when started again; the seed fixes the order of samples.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn


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
    memory: float = 0.998


class Task(Protocol):
    """What is trained, and on what."""

    def net(self) -> nn.Module: ...

    def shards(self, folder: Path) -> Sequence[Any]:
        """Everything finished in `folder`; asked again now and then, since more may appear."""
        ...

    def batch(self, shards: Sequence[Any], count: int, rng: np.random.Generator) -> tuple[Tensor, ...]: ...

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean loss of a batch; called inside `halved`."""
        ...


def halved(device: str) -> torch.autocast:
    """Arithmetic in bfloat16 on a GPU and on processors that have it; others imitate it and take ten times as
    long as in single precision, which they get."""
    if device.startswith("cuda"):
        return torch.autocast("cuda", torch.bfloat16)
    able = torch.cpu.get_capabilities()
    has = any(able.get(name) for name in ("amx_bf16", "avx512_bf16", "bf16"))
    return torch.autocast("cpu", torch.bfloat16, enabled=has)


def train(task: Task, run: Run) -> None:
    torch.set_num_threads(run.threads)
    torch.manual_seed(run.seed)
    run.folder.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(task, run)
    trainer.restore()
    trainer.train()


class Trainer:
    """The state of a run: net, averaged net, optimiser, step count, seconds spent."""

    def __init__(self, task: Task, run: Run) -> None:
        self.task, self.run = task, run
        self.net = task.net().to(run.device, memory_format=torch.channels_last)
        if run.start is not None:
            self.net.load_state_dict(load_file(run.start))
        self.average = AveragedModel(
            self.net, multi_avg_fn=get_ema_multi_avg_fn(run.memory), use_buffers=True
        )
        self.optimiser = torch.optim.AdamW(self.net.parameters(), lr=run.rate, weight_decay=1e-3)
        self.step = 0
        self.spent = 0.0

    def train(self) -> None:
        began = saved = time.monotonic()
        recent: list[float] = []
        shards = self.task.shards(self.run.shards)
        if not shards:
            raise SystemExit(f"{self.run.shards} holds no finished shard; make some with export.simulate.")
        while self.step < self.run.steps and self.spent < self.run.minutes * 60:
            recent.append(self._step(shards))
            now = time.monotonic()
            self.spent, began = self.spent + now - began, now
            if now - saved > 120:
                saved = now
                self.save()
                shards = self.task.shards(self.run.shards)
                print(_line(self, recent, len(shards)), flush=True)
                recent.clear()
        self.save()

    def _step(self, shards: Sequence[Any]) -> float:
        rng = np.random.default_rng((self.run.seed, self.step))
        self._schedule()
        batch = tuple(part.to(self.run.device) for part in self.task.batch(shards, self.run.batch, rng))
        with halved(self.run.device):
            loss = self.task.loss(self.net, batch)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimiser.step()
        self.average.update_parameters(self.net)
        self.step += 1
        return float(loss.detach())

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


def parsed(prog: str, description: str, argv: list[str] | None, batch: int) -> Run:
    """The flags that every training command takes; `batch` is the default."""
    parser = argparse.ArgumentParser(
        prog=prog, description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shards", type=Path, help="folder of shards; ones that appear later are taken in")
    parser.add_argument("folder", type=Path, help="folder of this run")
    parser.add_argument(
        "--minutes", type=float, default=60.0, help="stop after this much time, over all starts"
    )
    parser.add_argument("--steps", type=int, default=100_000, help="stop after this many steps")
    parser.add_argument("--batch", type=int, default=batch)
    parser.add_argument("--rate", type=float, default=2e-3, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--start", type=Path, help="weights to start from (fine-tuning)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--memory", type=float, default=0.998, help="share of the averaged weights that a step keeps"
    )
    return Run(**vars(parser.parse_args(argv)))


def _line(trainer: Trainer, recent: Sequence[float], shards: int) -> str:
    rate = trainer.step * trainer.run.batch / max(trainer.spent, 1e-9)
    return (
        f"step {trainer.step}  {trainer.spent / 60:.1f} min  loss {np.mean(recent):.4f}  "
        f"{rate:.1f} samples/s  {shards} shards"
    )
