"""Fusing nets whose answer is known, built with the `onnx` package."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from engine.inference.model_spec import METADATA_KEY, ModelSpec, TensorSpec
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.repair.fused import CANDIDATES, FusedRepairer
from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, CHANNELS, PICTURE_CHANNELS, SIDE
from engine.repair.motion_compensated import MotionCompensatedRepairer

SPEC = ModelSpec(
    id="known-fusion",
    version="1.0",
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
    size_multiple=8,
    tile=SIDE,
    overlap=0,
    licence="Apache-2.0",
    trained_on="nothing: known weights",
)


def fusing_net(path: Path, own: float = -30.0, residual: float = 0.0, spec: ModelSpec = SPEC) -> Path:
    """A net that gives known neighbours nearly all weight, else the first fill; `own` is the logit of the
    damaged frame, `residual` what is added everywhere. The error to be expected is 0.01."""
    logits = np.zeros((4, len(CHANNELS), 1, 1), np.float32)
    logits[1, BEFORE_KNOWN], logits[2, AFTER_KNOWN] = 30, 30
    bias = np.array([0, -20, -20, own], np.float32)
    known = {
        "logits": logits, "bias": bias,
        "nothing": np.zeros((3, len(CHANNELS), 1, 1), np.float32), "added": np.full(3, residual, np.float32),
        "silent": np.zeros((1, len(CHANNELS), 1, 1), np.float32), "told": np.log(np.float32([0.01])),
    }  # fmt: skip
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["planes", "logits", "bias"], ["weighed"], kernel_shape=[1, 1]),
            helper.make_node("Softmax", ["weighed"], ["weights"], axis=1),
            helper.make_node("Conv", ["planes", "nothing", "added"], ["residual"], kernel_shape=[1, 1]),
            helper.make_node("Conv", ["planes", "silent", "told"], ["spread"], kernel_shape=[1, 1]),
        ],
        "fusion",
        [helper.make_tensor_value_info("planes", TensorProto.FLOAT, ["n", len(CHANNELS), "h", "w"])],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", channels, "h", "w"])
            for name, channels in (("weights", 4), ("residual", 3), ("spread", 1))
        ],
        [numpy_helper.from_array(values, name) for name, values in known.items()],
    )
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    helper.set_model_props(net, {METADATA_KEY: spec.to_json()})
    onnx.save(net, path)
    return path


def fused_repairer(own: float = -30.0, residual: float = 0.0) -> FusedRepairer:
    with tempfile.TemporaryDirectory() as folder:
        session = ModelSession(fusing_net(Path(folder) / "known.onnx", own, residual), "cpu")
    return FusedRepairer(session, MotionCompensatedRepairer(MotionEstimator()))
