"""`python -m export.to_onnx`: a trained detector as an ONNX file with its spec, checked against PyTorch."""

from __future__ import annotations

import argparse
import copy
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from engine.detect.inputs import CHANNELS, RADIUS
from engine.inference.model_spec import METADATA_KEY, ModelSpec, OperatingPoint, TensorSpec
from export.models.detection_unet import CLASSES, PICTURE_CHANNELS, DetectionUNet

MULTIPLE = 16
RECEPTIVE_RADIUS = 236
"""Rows: 6 steps of the transport look and two blocks at 1/16 (160), three convolutions at 1/8 (24), four at
1/4 (16), two at 1/2 (4), the strides' own fields and the repeated pixels of the way up (32)."""
OVERLAP = -(-RECEPTIVE_RADIUS // MULTIPLE) * MULTIPLE
TILE = 2304
TOLERANCE = 1e-4
OPSET = 18


class Probabilities(nn.Module):
    """The net as the engine runs it: planes in, probabilities 0..1 of damage and of each class out."""

    def __init__(self, net: DetectionUNet) -> None:
        super().__init__()
        self.net = copy.deepcopy(net)
        self.net.fold_normalisation()

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        damage, classes = self.net.body(planes)
        return torch.sigmoid(damage), torch.sigmoid(classes)


def main(argv: list[str] | None = None) -> int:
    parser = asking("python -m export.to_onnx", __doc__, "engine/models/detect-unet.onnx")
    parser.add_argument("--curve", type=Path, help="what `export.evaluate.operating --json` wrote")
    options = parser.parse_args(argv)
    net = DetectionUNet()
    net.load_state_dict(load_file(options.weights))
    spec = detector_spec(options.target.stem, options.version, options.trained_on, options.licence)
    if options.curve is not None:
        spec = replace(spec, curve=curve_of(json.loads(options.curve.read_text())))
    tell(options.target, export(net, spec, options.target))
    return 0


def asking(prog: str, description: str | None, example: str) -> argparse.ArgumentParser:
    """What every command that exports a net is told; `example` is a file it may write."""
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("weights", type=Path, help="weights.safetensors of a training run")
    parser.add_argument("target", type=Path, help=f"the .onnx to write, e.g. {example}")
    parser.add_argument("--version", required=True, help="of the model, e.g. 1.0.0")
    parser.add_argument("--trained-on", required=True, help="the material, in one line")
    parser.add_argument("--licence", default="Apache-2.0")
    return parser


def tell(target: Path, difference: float) -> None:
    print(f"{target}: {target.stat().st_size} bytes, {difference:.1e} from PyTorch at most")


def curve_of(measured: Mapping[str, Any]) -> tuple[OperatingPoint, ...]:
    """The cleaned points of the measured curve; a spec published with them can be told by its users."""
    names = [field.name for field in fields(OperatingPoint)]
    return tuple(OperatingPoint(**{name: point[name] for name in names}) for point in measured["cleaned"])


def detector_spec(name: str, version: str, trained_on: str, licence: str) -> ModelSpec:
    return ModelSpec(
        id=name,
        version=version,
        purpose="detect",
        radius=RADIUS,
        encoding="ACEScct",
        encoding_range=(0.0, 1.0),
        inputs=(TensorSpec("planes", CHANNELS, CHANNELS[:PICTURE_CHANNELS]),),
        outputs=(TensorSpec("damage", ("damage",)), TensorSpec("classes", CLASSES, scale=2)),
        size_multiple=MULTIPLE,
        tile=TILE,
        overlap=OVERLAP,
        licence=licence,
        trained_on=trained_on,
    )


def export(net: DetectionUNet, spec: ModelSpec, target: Path) -> float:
    """Write `target`; returns the largest difference between ONNX Runtime and PyTorch on random planes.

    Raises ValueError, and writes nothing, where that is above `TOLERANCE`.
    """
    wrapped = Probabilities(net).eval()
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "model.onnx"
        _traced(wrapped, part)
        difference = largest_difference(net.eval(), part)
        keep(part, spec, difference, target)
    return difference


def keep(part: Path, spec: ModelSpec, difference: float, target: Path, tolerance: float = TOLERANCE) -> None:
    """Write the model in the file `part` with its `spec` to `target`.

    Raises ValueError where its `difference` from PyTorch is above `tolerance`.
    """
    if not difference <= tolerance:
        raise ValueError(f"ONNX Runtime and PyTorch differ by {difference:.2e}, more than {tolerance}")
    model = without_traces(onnx.load(part))
    onnx.helper.set_model_props(model, {METADATA_KEY: spec.to_json()})
    onnx.checker.check_model(model)
    target.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, target)


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model without the exporter's notes on which line of whose disk each node came from."""
    graph = model.graph
    for part in (
        model,
        graph,
        *graph.node,
        *graph.value_info,
        *graph.input,
        *graph.output,
        *graph.initializer,
    ):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def largest_difference(net: nn.Module, path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = []
    for height, width in ((64, 96), (160, 112)):
        planes = torch.rand(1, len(CHANNELS), height, width, generator=torch.Generator().manual_seed(height))
        with torch.no_grad():
            expected = [torch.sigmoid(logits).numpy() for logits in net(planes)]
        given = session.run(["damage", "classes"], {"planes": planes.numpy()})
        differences += [float(np.abs(a - b).max()) for a, b in zip(given, expected, strict=True)]
    return max(differences)


def traced_windows(
    net: nn.Module, given: Sequence[Tensor], inputs: Sequence[str], outputs: Sequence[str], path: Path
) -> None:
    """Write a `net` of square windows to `path`, for any number of them; it is traced with those `given`."""
    program = torch.onnx.export(
        net,
        tuple(given),
        dynamo=True,
        opset_version=OPSET,
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_shapes=tuple({0: torch.export.Dim("windows", min=1)} for _ in inputs),
        external_data=False,
    )
    assert program is not None
    program.save(str(path), external_data=False)


def _traced(wrapped: nn.Module, path: Path) -> None:
    example = torch.rand(1, len(CHANNELS), 128, 160)
    height, width = torch.export.Dim("blocks_down", min=2), torch.export.Dim("blocks_across", min=2)
    program = torch.onnx.export(
        wrapped,
        (example,),
        dynamo=True,
        opset_version=OPSET,
        input_names=["planes"],
        output_names=["damage", "classes"],
        dynamic_shapes=({2: MULTIPLE * height, 3: MULTIPLE * width},),
        external_data=False,
    )
    assert program is not None
    program.save(str(path), external_data=False)


if __name__ == "__main__":
    sys.exit(main())
