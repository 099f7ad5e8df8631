"""From a verified model file to an ONNX Runtime session that does what the model's spec says."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import DeviceError, ModelError
from engine.inference.model_spec import METADATA_KEY, ModelSpec
from engine.inference.registry import ModelFile
from engine.inference.runtime import Device, device_of, devices_for, load_runtime, providers_for

_SETTINGS: Mapping[str, str] = {
    # Threads that spin while they wait take the cores from decoding and motion search.
    "session.intra_op.allow_spinning": "0",
}
_REMEDY = "export the model again with this version of Reelmend"


def open_session(file: ModelFile, device: Device, threads: int | None) -> tuple[Any, str]:
    """An onnxruntime.InferenceSession of `file`, and the device it really computes on.

    "auto" takes the best device that starts. Raises DeviceError where the one asked for is not there or
    does not start, ModelError where the file is no model that ONNX Runtime can load.
    """
    if threads is not None and threads < 1:
        raise ValueError(f"threads must be 1 or more, or None for all cores, not {threads}")
    runtime = load_runtime()
    for candidate in devices_for(device, runtime):
        session = _started(runtime, file, candidate, threads)
        if session is not None:
            return session, candidate
    raise DeviceError(
        f"The device {device!r} is listed by ONNX Runtime {runtime.__version__} but does not start here; "
        "check its driver and libraries (CUDA and cuDNN for cuda), or use --device cpu."
    )


def spec_of(session: Any, file: ModelFile) -> ModelSpec:
    """The spec in the model's metadata, held against the net itself. Raises ModelError."""
    path, entry = file.entry.path, file.entry
    text = session.get_modelmeta().custom_metadata_map.get(METADATA_KEY)
    if text is None:
        raise ModelError(
            f"{path}: expected a spec under {METADATA_KEY!r} in the model's metadata, but there is none, so "
            f"nothing says how to run it; {_REMEDY}."
        )
    spec = ModelSpec.from_json(text, str(path))
    if entry.shipped and spec.id != entry.id:
        raise ModelError(
            f"{path}: expected the model {entry.id!r}, found {spec.id!r}; install Reelmend again."
        )
    _check_tensors(session, spec, path)
    return spec


def _started(runtime: Any, file: ModelFile, device: str, threads: int | None) -> Any | None:
    """A session on `device`; None where the device does not start."""
    # Only these two arguments: ONNX Runtime accepts any other name and ignores it.
    try:
        session = runtime.InferenceSession(
            file.content, sess_options=_options(runtime, threads), providers=list(providers_for(device))
        )
    except Exception as error:
        if device != "cpu":
            return None
        raise ModelError(
            f"{file.entry.path}: ONNX Runtime {runtime.__version__} cannot load this model ({error}); "
            "give a complete .onnx file, or export the model again."
        ) from error
    # A device that cannot be started is dropped without a word: what was made of it must be read back.
    if device_of(session.get_providers()) != device:
        return None
    # Else an operator that fails on the device would be run again on the CPU, without a word.
    session.disable_fallback()
    return session


def _options(runtime: Any, threads: int | None) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    for key, value in _SETTINGS.items():
        options.add_session_config_entry(key, value)
    return options


def _check_tensors(session: Any, spec: ModelSpec, path: Path) -> None:
    for kind, described, present in (
        ("inputs", spec.inputs, session.get_inputs()),
        ("outputs", spec.outputs, session.get_outputs()),
    ):
        said = {tensor.name: tensor.channels for tensor in described}
        found = {node.name: _channels(node, said.get(node.name)) for node in present}
        if said != found:
            raise ModelError(
                f"{path}: its spec says {kind} {said}, the net has {found} (name: channels); {_REMEDY}."
            )


def _channels(node: Any, said: int | None) -> Any:
    """The channels of a float32 NCHW tensor; where the net leaves them open, what the spec says."""
    if node.type != "tensor(float)" or len(node.shape) != 4:
        return f"{node.type} of {len(node.shape)} dimensions"
    return node.shape[1] if isinstance(node.shape[1], int) else said
