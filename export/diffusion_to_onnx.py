"""`python -m export.diffusion_to_onnx`: a trained denoising net, or one of the families that it is compared
with, as an ONNX file, checked against PyTorch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.inference.model_spec import ModelSpec, TensorSpec
from engine.repair.diffusion_inputs import (
    CHANNELS,
    HOLE,
    INPUTS,
    OUTPUTS,
    SIDE,
    STATE,
    deviations,
    level_plane,
)
from export.models.families import FAMILIES
from export.to_onnx import asking, keep, tell, traced_windows

MULTIPLE = 8
TOLERANCE = 1e-3
"""Units, of one denoising step: a fiftieth of a thousandth of the model encoding."""
NAMES = tuple(tensor.name for tensor in INPUTS)
_SMALL = 256
"""Numbers. Tensors of no more are kept in single precision."""


def main(argv: list[str] | None = None) -> int:
    parser = asking("python -m export.diffusion_to_onnx", __doc__, "engine/models/diffusion-fill.onnx")
    parser.add_argument("--family", choices=list(FAMILIES), default="diffusion", help="what was trained")
    options = parser.parse_args(argv)
    family = FAMILIES[options.family]
    net = family.net()
    net.load_state_dict(load_file(options.weights))
    spec = diffusion_spec(
        options.target.stem, options.version, options.trained_on, options.licence, family.outputs
    )
    tell(options.target, export(net, spec, options.target))
    return 0


def diffusion_spec(
    name: str, version: str, trained_on: str, licence: str, outputs: tuple[TensorSpec, ...] = OUTPUTS
) -> ModelSpec:
    return ModelSpec(
        id=name,
        version=version,
        purpose="repair",
        radius=1,
        encoding="ACEScct",
        encoding_range=(0.0, 1.0),
        inputs=INPUTS,
        outputs=outputs,
        size_multiple=MULTIPLE,
        tile=SIDE,
        overlap=0,
        licence=licence,
        trained_on=trained_on,
    )


def export(net: nn.Module, spec: ModelSpec, target: Path) -> float:
    """Write `target`; returns the largest difference between ONNX Runtime and PyTorch on random windows.

    Weights are rounded to half precision, in `net` too, and stored so: half the size, the same arithmetic.
    Raises ValueError, and writes nothing, where the difference is above `TOLERANCE`.
    """
    round_weights(net.eval())
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "model.onnx"
        traced_windows(net, window_inputs(3, 1.0), NAMES, [tensor.name for tensor in spec.outputs], part)
        onnx.save(in_halves(onnx.load(part)), part)
        difference = largest_difference(net, part)
        keep(part, spec, difference, target, TOLERANCE)
    return difference


@torch.no_grad()
def round_weights(net: nn.Module) -> None:
    """Every weight of more than a few numbers to the nearest that half precision has."""
    for weight in net.parameters():
        if weight.numel() > _SMALL:
            weight.copy_(weight.half().float())


def in_halves(model: onnx.ModelProto) -> onnx.ModelProto:
    """`model` with its large tensors stored in half precision; the runtime widens them once, on loading."""
    graph = model.graph
    nodes = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size <= _SMALL:
            continue
        halves = values.astype(np.float16)
        if not np.array_equal(halves.astype(np.float32), values):
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(halves, f"{name}.half"))
        nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    every = [*nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(every)
    return model


def window_inputs(count: int, deviation: float) -> tuple[Tensor, Tensor, Tensor]:
    """Random planes, state and level as the engine gives them."""
    generator = torch.Generator().manual_seed(count)
    planes = torch.rand(count, len(CHANNELS), SIDE, SIDE, generator=generator)
    planes[:, HOLE : HOLE + 3] = (planes[:, HOLE : HOLE + 3] > 0.5).float()
    state = deviation * torch.randn(count, len(STATE), SIDE, SIDE, generator=generator)
    return planes, state, torch.from_numpy(level_plane(count, deviation))


def largest_difference(net: nn.Module, path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = []
    for count, deviation in zip((1, 5, 2), deviations(3), strict=True):
        given = window_inputs(count, deviation)
        with torch.no_grad():
            expected = net(*given)
        feed = {name: part.numpy() for name, part in zip(NAMES, given, strict=True)}
        whole = expected if isinstance(expected, tuple) else (expected,)
        for found, part in zip(session.run(None, feed), whole, strict=True):
            differences.append(float(np.abs(found - part.numpy()).max()))
    return max(differences)


if __name__ == "__main__":
    sys.exit(main())
