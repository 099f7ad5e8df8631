"""`python -m export.calibrate`: scale and shift a trained net's logits so that 0.5 means 0.5.

Platt scaling (Platt, Probabilistic Outputs for Support Vector Machines, 1999; Guo et al., On Calibration of
Modern Neural Networks, ICML 2017) of every output by itself, on shards that training never saw, drawn by
the same generator with another seed. The result is folded into the last convolution.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from export.batches import unpacked
from export.models.detection_unet import CLASSES, DetectionUNet
from export.shards import Bytes, shards_in

PER_SAMPLE = 4096
"""Pixels drawn of every sample and output: neighbours tell little that is new."""


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.calibrate", description=__doc__)
    parser.add_argument("weights", type=Path, help="weights.safetensors of a training run")
    parser.add_argument("shards", type=Path, help="shards that training did not see")
    parser.add_argument("target", type=Path, help="the calibrated weights")
    parser.add_argument("--samples", type=int, default=1024)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    net = DetectionUNet()
    net.load_state_dict(load_file(options.weights))
    pixels = collected(net.eval(), shards_in(options.shards), options.samples)
    lines = [platt(logits, truth) for logits, truth in pixels]
    for name, (scale, shift), (logits, truth) in zip(("damage", *CLASSES), lines, pixels, strict=True):
        before, after = error(logits, truth), error(logits * scale + shift, truth)
        print(f"{name}: scale {scale:.3f}, shift {shift:+.3f}; calibration error {before:.4f} -> {after:.4f}")
    fold(net, lines)
    save_file({name: value.contiguous() for name, value in net.state_dict().items()}, options.target)
    return 0


@torch.no_grad()
def collected(
    net: DetectionUNet, shards: Sequence[tuple[Bytes, Bytes]], samples: int
) -> list[tuple[Tensor, Tensor]]:
    """Logits and truth (n,) of pixels drawn at random, for damage and for each class."""
    drawn: list[list[tuple[Tensor, Tensor]]] = [[] for _ in range(1 + len(CLASSES))]
    rng = np.random.default_rng(0)
    for planes, truth, weight in _samples(shards, samples):
        damage, classes = net(planes)
        coarse, counted = functional.max_pool2d(truth[:, 1:], 2), -functional.max_pool2d(-weight, 2)
        outputs = [(damage[0, 0], truth[0, 0], weight[0, 0])]
        outputs += [(classes[0, k], coarse[0, k], counted[0, 0]) for k in range(len(CLASSES))]
        for kept, (logits, marked, counts) in zip(drawn, outputs, strict=True):
            places = np.flatnonzero(counts.numpy().ravel())
            chosen = torch.from_numpy(rng.choice(places, min(PER_SAMPLE, places.size), replace=False))
            kept.append((logits.ravel()[chosen], marked.ravel()[chosen]))
    return [
        (torch.cat([logits for logits, _ in kept]), torch.cat([truth for _, truth in kept])) for kept in drawn
    ]


def platt(logits: Tensor, truth: Tensor) -> tuple[float, float]:
    """(scale, shift) that make sigmoid(scale * logits + shift) likeliest."""
    line = torch.tensor([1.0, 0.0], requires_grad=True)
    search = torch.optim.LBFGS([line], max_iter=100, line_search_fn="strong_wolfe")

    def unlikeliness() -> Tensor:
        search.zero_grad()
        loss = functional.binary_cross_entropy_with_logits(logits * line[0] + line[1], truth)
        loss.backward()
        return loss

    search.step(unlikeliness)
    scale, shift = line.detach().tolist()
    return scale, shift


def error(logits: Tensor, truth: Tensor, bins: int = 20) -> float:
    """Expected calibration error over what is given more than a twentieth: the rest is nearly all clean."""
    probability = torch.sigmoid(logits)
    place = torch.clamp((probability * bins).long(), max=bins - 1)
    gaps = [
        float((probability[inside].sum() - truth[inside].sum()).abs())
        for inside in (place == k for k in range(1, bins))
    ]
    return sum(gaps) / max(int((place > 0).sum()), 1)


@torch.no_grad()
def fold(net: DetectionUNet, lines: Sequence[tuple[float, float]]) -> None:
    """Put (scale, shift) of damage and of each class into the net's last convolution."""
    per_output = [lines[0]] * 4 + list(lines[1:])
    scale = torch.tensor([line[0] for line in per_output])
    shift = torch.tensor([line[1] for line in per_output])
    bias = net.head.bias
    assert bias is not None
    net.head.weight.mul_(scale.view(-1, 1, 1, 1))
    bias.mul_(scale).add_(shift)


def _samples(shards: Sequence[tuple[Bytes, Bytes]], count: int) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    left = count
    for pictures, flags in shards:
        for place in range(min(len(pictures), left)):
            yield unpacked(pictures[place : place + 1].copy(), flags[place : place + 1].copy())
        left -= min(len(pictures), left)


if __name__ == "__main__":
    sys.exit(main())
