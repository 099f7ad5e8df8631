"""`engine-cli doctor` and `models`: what is wrong is told with its remedy, and with exit code 1."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from engine import pipeline
from engine.cli import command_doctor, doctor_checks, main, model_facts
from engine.cli.doctor_checks import Finding
from engine.errors import ModelError
from engine.inference.registry import ModelEntry
from engine.inference.runtime import RuntimeReport
from tests.render.fake_engine import NeighbourRepairer, build_fake


@pytest.fixture
def _well(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation with a model and an engine, whatever is really there."""
    monkeypatch.setattr(pipeline, "build", build_fake)
    monkeypatch.setattr(command_doctor.checks, "check_models", lambda: (Finding("model x", "sha256 0"),))
    monkeypatch.delenv("OCIO", raising=False)


@pytest.mark.usefixtures("_well")
def test_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    told = capsys.readouterr().out
    assert "WRONG" not in told
    for word in ("Python", "numpy", "ONNX Runtime", "codecs", "OCIO config", "model x", "inference"):
        assert word in told


@pytest.mark.usefixtures("_well")
def test_json_lists_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert {finding["ok"] for finding in told["findings"]} == {True}
    assert "inference" in [finding["name"] for finding in told["findings"]]


@pytest.mark.usefixtures("_well")
def test_a_broken_colour_config_is_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OCIO", str(tmp_path / "none.ocio"))
    assert main(["doctor"]) == 1
    told = capsys.readouterr().out
    assert "WRONG" in told
    assert "none.ocio" in told
    assert "remedy: unset $OCIO" in told


def test_two_runtimes_are_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    both = RuntimeReport(
        {"onnxruntime": "1", "onnxruntime-gpu": "1"}, (), "both are installed; uninstall both."
    )
    monkeypatch.setattr(doctor_checks, "runtime_report", lambda: both)
    assert doctor_checks.check_runtime().remedy == "both are installed; uninstall both."
    monkeypatch.setattr(
        doctor_checks, "runtime_report", lambda: RuntimeReport({}, (), "install reelmend[cpu]")
    )
    assert not doctor_checks.check_runtime().ok


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "MODULES", {"numpy": "numpy", "nothing-of-the-kind": "nothing_here"})
    finding = doctor_checks.check_packages()
    assert not finding.ok
    assert "nothing-of-the-kind" in finding.detail


def test_a_missing_codec_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "ENCODERS", ("ffv1", "no_such_codec"))
    finding = doctor_checks.check_codecs()
    assert not finding.ok
    assert finding.detail == "missing: no_such_codec (encoder)"


def test_an_unwritable_temporary_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    finding = doctor_checks.check_temporary_folder()
    assert not finding.ok
    assert "TMPDIR" in finding.remedy


def test_an_engine_that_alters_clean_picture_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def leaking(*arguments: str) -> pipeline.Pipeline:
        built = build_fake(*arguments)  # type: ignore[arg-type]
        process = built.process

        def process_and_leak(window, settings):
            result = process(window, settings)
            codes = result.frame.codes
            plane = codes.planes[0].copy()
            plane[0, 0] += 1
            return replace(result, frame=replace(result.frame, codes=replace(codes, planes=(plane,))))

        monkeypatch.setattr(built, "process", process_and_leak)
        return built

    monkeypatch.setattr(pipeline, "build", leaking)
    assert not doctor_checks.check_inference(None, "cpu").ok
    monkeypatch.setattr(pipeline, "build", build_fake)
    finding = doctor_checks.check_inference(None, "cpu")
    assert finding.ok
    assert "spike detector" in finding.detail


def test_an_engine_that_finds_nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "build", build_fake)
    monkeypatch.setattr(doctor_checks, "SPECK", 0)
    assert NeighbourRepairer.identity
    assert not doctor_checks.check_inference(None, "cpu").ok


def test_models_that_cannot_be_used_say_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "detect.onnx"
    path.write_bytes(b"altered")
    entry = ModelEntry("detect", path, sha256="0" * 64, size=7)
    monkeypatch.setattr(model_facts, "listing", lambda: (entry,))
    assert main(["models"]) == 1
    assert "altered" in capsys.readouterr().out
    assert main(["models", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)["models"][0]
    assert (told["id"], told["bytes"]) == ("detect", 7)
    assert "sha256" in told["problem"]
    assert not doctor_checks.check_models()[0].ok


def test_a_missing_list_of_models_is_an_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def gone() -> tuple[ModelEntry, ...]:
        raise ModelError("models.json cannot be read; install Reelmend again.")

    monkeypatch.setattr(model_facts, "listing", gone)
    assert main(["models"]) == 1
    assert "models.json" in capsys.readouterr().err
    assert doctor_checks.check_models()[0].remedy.endswith("install Reelmend again.")
