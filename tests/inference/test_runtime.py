from __future__ import annotations

import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.errors import DeviceError
from engine.inference import runtime
from engine.inference.runtime import devices_for, load_runtime, providers_for, runtime_report


@pytest.fixture
def installed(monkeypatch):
    """Pretend that exactly these distributions are installed."""

    def pretend(*packages):
        def version(name):
            if name in packages:
                return "1.23.0"
            raise metadata.PackageNotFoundError(name)

        monkeypatch.setattr(runtime.metadata, "version", version)
        monkeypatch.setattr(runtime, "find_spec", lambda name: None)

    return pretend


def machine_with(*providers):
    return SimpleNamespace(get_available_providers=lambda: list(providers), __version__="1.23.0")


def test_this_machine_has_a_runtime_with_a_cpu():
    report = runtime_report()
    assert report.problem == ""
    assert report.devices[-1] == "cpu"
    assert load_runtime().__version__ in report.packages.values()


def test_none_installed_says_what_to_install(installed):
    installed()
    assert "install reelmend[cpu]" in runtime_report().problem
    with pytest.raises(DeviceError, match="not installed"):
        load_runtime()


def test_both_installed_says_what_to_uninstall(installed):
    installed("onnxruntime", "onnxruntime-gpu")
    said = "pip uninstall onnxruntime onnxruntime-gpu"
    assert said in runtime_report().problem
    with pytest.raises(DeviceError, match=said):
        load_runtime()


def test_a_runtime_that_cannot_be_loaded_is_told(installed, monkeypatch):
    def broken(name):
        raise ImportError("libfoo.so is missing")

    installed("onnxruntime")
    monkeypatch.setattr(runtime, "import_module", broken)
    assert "libfoo.so" in runtime_report().problem
    with pytest.raises(DeviceError, match=r"libfoo\.so"):
        load_runtime()


def test_a_runtime_of_another_vendor_is_accepted(installed, monkeypatch):
    installed()
    monkeypatch.setattr(runtime, "find_spec", lambda name: object())
    assert runtime_report().problem == ""


def test_auto_tries_the_best_first_and_ends_with_the_cpu():
    machine = machine_with("AzureExecutionProvider", "CPUExecutionProvider", "CUDAExecutionProvider")
    assert devices_for("auto", machine) == ("cuda", "cpu")
    assert devices_for("cuda", machine) == ("cuda",)
    assert devices_for("cpu", machine) == ("cpu",)


@pytest.mark.parametrize("device", ["cuda", "coreml", "directml", "abacus"])
def test_a_device_that_is_not_there_lists_those_that_are(device):
    with pytest.raises(DeviceError, match=rf"'{device}' is not there.* 1\.23\.0 has cpu \(and auto\)"):
        devices_for(device, machine_with("CPUExecutionProvider"))


def test_the_cpu_stands_behind_every_other_device():
    assert [name for name, _ in providers_for("cuda")] == ["CUDAExecutionProvider", "CPUExecutionProvider"]
    assert [name for name, _ in providers_for("cpu")] == ["CPUExecutionProvider"]
    assert dict(providers_for("cuda"))["CUDAExecutionProvider"]["use_tf32"] == "0"


def test_loading_a_net_leaves_no_trace_of_reports_to_its_maker(tmp_path: Path) -> None:
    """From 1.31 on ONNX Runtime records its use under the home folder, and sends that, unless forbidden."""
    code = "from engine.inference.session import ModelSession; ModelSession('detect-unet', 'cpu').close()"
    bare = {k: v for k, v in os.environ.items() if k not in ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")}
    environment = {**bare, "HOME": str(tmp_path), "LOCALAPPDATA": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, cwd=Path(__file__).parents[2])
    assert [str(path) for path in tmp_path.rglob("*") if path.is_file()] == []
