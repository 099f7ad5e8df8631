"""What a net costs: parameters, arithmetic, and milliseconds in ONNX Runtime."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from export.models.zoo.unet import UNet

HD = (1080, 1920)
OPSET = 18
RUNS = 5


class Matte(nn.Module):
    """A net as the engine would run it: planes in, probability of damage 0..1 out."""

    def __init__(self, net: UNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, planes: Tensor) -> Tensor:
        return torch.sigmoid(self.net(planes))


def parameters(net: nn.Module) -> int:
    return sum(weight.numel() for weight in net.parameters())


def giga_operations(net: UNet, size: tuple[int, int] = HD) -> float:
    """1e9 additions and multiplications of all convolutions for a plate of `size` (H, W) pixels.

    Counted on a small plate: convolutions cost the same per pixel everywhere.
    """
    side = 8 * net.multiple
    total = 0

    def count(module: nn.Module, given: tuple[Tensor, ...], told: Tensor) -> None:
        nonlocal total
        kernel = module.weight.numel() // (module.weight.shape[0] if transposed(module) else told.shape[1])
        places = given[0].numel() if transposed(module) else told.numel()
        total += 2 * kernel * places

    convolutions = [m for m in net.modules() if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    hooks = [module.register_forward_hook(count) for module in convolutions]
    try:
        with torch.inference_mode():
            net.eval()(torch.zeros(1, net.planes, side, side))
    finally:
        for hook in hooks:
            hook.remove()
    return total * size[0] * size[1] / side**2 / 1e9


def transposed(module: nn.Module) -> bool:
    return isinstance(module, nn.ConvTranspose2d)


def export(net: UNet, target: Path, size: tuple[int, int] = HD) -> None:
    """Write the net as ONNX for plates of `size` (H, W), multiples of `net.multiple`: "planes" -> "matte"."""
    program = torch.onnx.export(
        Matte(net).eval(), (torch.zeros(1, net.planes, *size),), dynamo=True, opset_version=OPSET,
        input_names=["planes"], output_names=["matte"], verbose=False,
    )  # fmt: skip
    assert program is not None
    program.save(str(target), external_data=False)


def milliseconds(net: UNet, size: tuple[int, int] = HD, threads: int = 2) -> float:
    """Median of five runs in ONNX Runtime, after one that warms up. Read it against its neighbours only:
    whatever else the machine does is in it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    planes = np.random.default_rng(1).random((1, net.planes, *size), np.float32)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        export(net, path, size)
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    session.run(None, {"planes": planes})
    taken = []
    for _ in range(RUNS):
        began = time.perf_counter()
        session.run(None, {"planes": planes})
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)
