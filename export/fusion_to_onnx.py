"""`python -m export.fusion_to_onnx`: a trained fusing net as an ONNX file, checked against PyTorch."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.torch import load_file

from engine.inference.model_spec import ModelSpec, TensorSpec
from engine.repair.fusion_inputs import CHANNELS, PICTURE_CHANNELS, SIDE
from export.models.fusion_unet import CANDIDATES, FusionUNet
from export.to_onnx import asking, keep, tell, traced_windows

MULTIPLE = 8
OUTPUTS = ("weights", "residual", "spread")


def main(argv: list[str] | None = None) -> int:
    parser = asking("python -m export.fusion_to_onnx", __doc__, "engine/models/repair-fusion.onnx")
    options = parser.parse_args(argv)
    net = FusionUNet()
    net.load_state_dict(load_file(options.weights))
    spec = fusion_spec(options.target.stem, options.version, options.trained_on, options.licence)
    tell(options.target, export(net, spec, options.target))
    return 0


def fusion_spec(name: str, version: str, trained_on: str, licence: str) -> ModelSpec:
    return ModelSpec(
        id=name,
        version=version,
        purpose="repair",
        radius=1,
        encoding="ACEScct",
        encoding_range=(0.0, 1.0),
        inputs=(TensorSpec("planes", CHANNELS, CHANNELS[:PICTURE_CHANNELS]),),
        outputs=(
            TensorSpec("weights", CANDIDATES),
            TensorSpec("residual", ("r", "g", "b")),
            TensorSpec("spread", ("spread",)),
        ),
        size_multiple=MULTIPLE,
        tile=SIDE,
        overlap=0,
        licence=licence,
        trained_on=trained_on,
    )


def export(net: FusionUNet, spec: ModelSpec, target: Path) -> float:
    """Write `target`; returns the largest difference between ONNX Runtime and PyTorch on random planes.

    Raises ValueError, and writes nothing, where that is above `export.to_onnx.TOLERANCE`.
    """
    net.eval()
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / "model.onnx"
        traced_windows(net, [torch.rand(3, len(CHANNELS), SIDE, SIDE)], ["planes"], OUTPUTS, part)
        difference = largest_difference(net, part)
        keep(part, spec, difference, target)
    return difference


def largest_difference(net: FusionUNet, path: Path) -> float:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    differences = []
    for count in (1, 5):
        planes = torch.rand(count, len(CHANNELS), SIDE, SIDE, generator=torch.Generator().manual_seed(count))
        planes[:, PICTURE_CHANNELS:] = (planes[:, PICTURE_CHANNELS:] > 0.5).float()
        with torch.no_grad():
            expected = [part.numpy() for part in net(planes)]
        given = session.run(list(OUTPUTS), {"planes": planes.numpy()})
        differences += [float(np.abs(a - b).max()) for a, b in zip(given, expected, strict=True)]
    return max(differences)


if __name__ == "__main__":
    sys.exit(main())
