"""ONNX Runtime: whether exactly one is installed, and which devices it can compute on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias, get_args

from engine.errors import DeviceError

Device: TypeAlias = Literal["auto", "cpu", "cuda", "coreml", "directml"]
DEVICES: tuple[Device, ...] = get_args(Device)

_PROVIDERS: Mapping[str, str] = {
    "cuda": "CUDAExecutionProvider",
    "directml": "DmlExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "cpu": "CPUExecutionProvider",
}
"""Best first: the order in which "auto" tries them."""

_OPTIONS: Mapping[str, Mapping[str, str]] = {
    # TF32 would give another matte than the CPU; a timed search of algorithms another one every run.
    "cuda": {"use_tf32": "0", "cudnn_conv_algo_search": "HEURISTIC"},
}
_PACKAGES = ("onnxruntime", "onnxruntime-gpu", "onnxruntime-directml")


@dataclass(frozen=True)
class RuntimeReport:
    """What `engine-cli doctor` says. `problem` is "" where all is well, else what is wrong and what to do."""

    packages: Mapping[str, str]
    """Installed distributions and their versions."""
    devices: tuple[str, ...]
    """Devices that can be asked for here, best first."""
    problem: str


def _imported() -> Any:
    """The module, told first to send nothing: from 1.31 on it reports to its maker unless it is forbidden.

    Whoever restores a film has not agreed to that, and often works where nothing may leave the house.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    return import_module("onnxruntime")


def runtime_report() -> RuntimeReport:
    """Look without raising."""
    packages = _installed()
    problem = _wrong_with(packages)
    if problem:
        return RuntimeReport(packages, (), problem)
    try:
        return RuntimeReport(packages, _devices(_imported()), "")
    except ImportError as error:
        return RuntimeReport(packages, (), f"ONNX Runtime is installed but cannot be loaded: {error}.")


def load_runtime() -> Any:
    """The onnxruntime module. Raises DeviceError where none, two, or a broken one is installed."""
    problem = _wrong_with(_installed())
    if problem:
        raise DeviceError(problem)
    try:
        return _imported()
    except ImportError as error:
        raise DeviceError(f"ONNX Runtime is installed but cannot be loaded: {error}.") from error


def devices_for(device: Device, runtime: Any) -> tuple[str, ...]:
    """The devices to try, best first: only the one asked for, or for "auto" all that are there.

    Raises DeviceError where the one asked for is not there.
    """
    present = _devices(runtime)
    if device == "auto":
        return present
    if device not in present:
        hint = (
            "install reelmend[gpu] on a machine with an NVIDIA driver"
            if device == "cuda"
            else "use one of these"
        )
        raise DeviceError(
            f"The device {device!r} is not there; this machine's ONNX Runtime {runtime.__version__} has "
            f"{', '.join(present)} (and auto): {hint}."
        )
    return (device,)


def providers_for(device: str) -> Sequence[tuple[str, dict[str, str]]]:
    """ONNX Runtime's providers for `device`; the CPU takes the operators that the device lacks."""
    chosen = (_PROVIDERS[device], dict(_OPTIONS.get(device, {})))
    return [chosen] if device == "cpu" else [chosen, (_PROVIDERS["cpu"], {})]


def device_of(providers: Sequence[str]) -> str:
    """The device that a session with these providers, best first, really computes on."""
    return next((device for device, provider in _PROVIDERS.items() if provider == providers[0]), "cpu")


def _devices(runtime: Any) -> tuple[str, ...]:
    available = set(runtime.get_available_providers())
    return tuple(device for device, provider in _PROVIDERS.items() if provider in available)


def _installed() -> dict[str, str]:
    found: dict[str, str] = {}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    if not found and find_spec("onnxruntime") is not None:
        found["onnxruntime"] = "of another vendor"
    return found


def _wrong_with(packages: Mapping[str, str]) -> str:
    if not packages:
        return (
            "ONNX Runtime is not installed; install reelmend[cpu], or reelmend[gpu] for an NVIDIA device "
            "(pip install 'reelmend[cpu]')."
        )
    if len(packages) > 1:
        return (
            f"{' and '.join(packages)} are both installed and overwrite each other's files; uninstall both "
            f"(pip uninstall {' '.join(packages)}), then install reelmend[cpu] or reelmend[gpu]."
        )
    return ""
