"""Tiny nets with known weights, built with the `onnx` package, and the specs that describe them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from engine.inference.model_spec import METADATA_KEY, ModelSpec, TensorSpec

CHANNELS = ("centre.r", "centre.g", "centre.b", "valid")
SPEC = ModelSpec(
    id="tiny-net",
    version="1.0",
    purpose="detect",
    radius=0,
    encoding="ACEScct",
    encoding_range=(0.0, 1.0),
    inputs=(TensorSpec("planes", CHANNELS, CHANNELS[:3]),),
    outputs=(TensorSpec("probability", ("damage", "blotch")),),
    size_multiple=4,
    tile=32,
    overlap=8,
    licence="Apache-2.0",
    trained_on="nothing: known weights",
)


def spec_with(**changes: Any) -> ModelSpec:
    return replace(SPEC, **changes)


def weights(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two 3 x 3 convolutions, 4 -> 6 -> 2 channels: a receptive field of 2 pixels on each side."""
    rng = np.random.default_rng(seed)
    return (
        rng.normal(0, 0.2, (6, 4, 3, 3)).astype(np.float32),
        rng.normal(0, 0.2, (2, 6, 3, 3)).astype(np.float32),
    )


def write_net(path: Path, spec: ModelSpec | str | None = SPEC, names: tuple[str, str] | None = None) -> Path:
    """A net of two convolutions with a ReLU between; `spec` as it goes into the metadata."""
    first, second = weights()
    given, made = names or ("planes", "probability")
    pads = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    graph = helper.make_graph(
        [
            helper.make_node("Conv", [given, "first"], ["wide"], **pads),
            helper.make_node("Relu", ["wide"], ["active"]),
            helper.make_node("Conv", ["active", "second"], [made], **pads),
        ],
        "tiny",
        [helper.make_tensor_value_info(given, TensorProto.FLOAT, ["n", 4, "h", "w"])],
        [helper.make_tensor_value_info(made, TensorProto.FLOAT, ["n", 2, "h", "w"])],
        [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
    )
    net = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    if spec is not None:
        text = spec if isinstance(spec, str) else spec.to_json()
        helper.set_model_props(net, {METADATA_KEY: text})
    onnx.save(net, path)
    return path


@pytest.fixture
def make_spec() -> Callable[..., ModelSpec]:
    return spec_with


@pytest.fixture
def make_net(tmp_path: Path) -> Callable[..., Path]:
    def make(name: str = "tiny-net.onnx", **arguments: Any) -> Path:
        return write_net(tmp_path / name, **arguments)

    return make


@pytest.fixture
def known_weights() -> tuple[np.ndarray, np.ndarray]:
    return weights()
