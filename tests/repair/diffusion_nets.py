"""Denoising nets whose answer is known, built with the `onnx` package, and repairers that paint with them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.inference.model_spec import METADATA_KEY, ModelSpec
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.repair.contract import Painter, Repairer
from engine.repair.diffusion import DiffusionPainter
from engine.repair.diffusion_inputs import CHANNELS, HOLE, INPUTS, OUTPUTS, SIDE
from engine.repair.diffusion_sampler import Sampling
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import Bool, DamageMatte, FillTile
from engine.window.window import FrameWindow

SPEC = ModelSpec(
    id="known-diffusion",
    version="1.0",
    purpose="repair",
    radius=1,
    encoding="ACEScct",
    encoding_range=(0.0, 1.0),
    inputs=INPUTS,
    outputs=OUTPUTS,
    size_multiple=8,
    tile=SIDE,
    overlap=0,
    licence="Apache-2.0",
    trained_on="nothing: known weights",
)


def denoising_net(path: Path, share: float = 0.0, added: float = 0.0, spec: ModelSpec = SPEC) -> Path:
    """A net that sees, behind the noise, `share` of what is around in the state, 3 px each way, and `added`
    units more; 0 outside the hole."""
    near = np.zeros((3, 3, 7, 7), np.float32)
    for channel in range(3):
        near[channel, channel] = share / 49
    known = {
        "near": near, "added": np.full(3, added, np.float32),
        "from": np.array([HOLE]), "to": np.array([HOLE + 1]), "axis": np.array([1]),
        "silent": np.zeros(1, np.float32),
    }  # fmt: skip
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["state", "near", "added"], ["seen"], pads=[3, 3, 3, 3]),
            helper.make_node("Slice", ["planes", "from", "to", "axis"], ["hole"]),
            helper.make_node("Mul", ["level", "silent"], ["nothing"]),
            helper.make_node("Add", ["seen", "nothing"], ["whole"]),
            helper.make_node("Mul", ["whole", "hole"], ["residual"]),
        ],
        "denoiser",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "h", "w"])
            for name, channels in (("planes", len(CHANNELS)), ("state", 3), ("level", 1))
        ],
        [helper.make_tensor_value_info("residual", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [numpy_helper.from_array(values, name) for name, values in known.items()],
    )
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(net, {METADATA_KEY: spec.to_json()})
    onnx.save(net, path)
    return path


def painter(
    share: float = 0.0, added: float = 0.0, how: Sampling | None = None, seed: int = 0
) -> DiffusionPainter:
    with tempfile.TemporaryDirectory() as folder:
        session = ModelSession(denoising_net(Path(folder) / "known.onnx", share, added), "cpu")
    return DiffusionPainter(session, how or Sampling(), seed)


@dataclass(frozen=True, eq=False)
class Painted:
    """A repairer that paints over every fill of a first one."""

    first: Repairer
    painter: Painter

    @property
    def identity(self) -> str:
        return f"{self.painter.identity} over {self.first.identity}"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        everywhere: Bool = np.ones(window.centre.size, np.bool_)
        return self.painter.paint(window, mattes, self.first.repair(window, mattes), everywhere)


def painting_repairer() -> Painted:
    return Painted(MotionCompensatedRepairer(MotionEstimator()), painter(share=0.5, added=0.01))
