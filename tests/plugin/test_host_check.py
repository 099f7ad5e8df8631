"""`python -m plugin.host` and `engine-cli doctor --plugin`: what is well and what is not is told."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from engine.cli import command_doctor, main
from engine.cli.doctor_plugin import add_plugin_option, check_plugin
from plugin.bundle.build import BUNDLE
from plugin.host import search
from plugin.host.__main__ import main as host_main
from plugin.host.errors import HostError
from plugin.host.search import installed_bundle, plugin_folders


@pytest.mark.usefixtures("home")
def test_our_nodes_pass_the_check(fresh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert host_main(["check", str(fresh)]) == 0
    told = capsys.readouterr().out
    assert "WRONG" not in told
    assert "RepairDamage renders: a speck of dirt is dealt with" in told
    assert "for Filter, General" in told


@pytest.mark.usefixtures("home")
def test_an_engine_that_does_not_start_is_told(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    monkeypatch.setenv("REELMEND_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("REELMEND_PYTHON", str(tmp_path / "no-python"))
    assert host_main(["check", "--json", str(fresh)]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [finding["ok"] for finding in findings] == [True, True, False, True, False]
    assert "engine" in findings[2]["detail"]


def test_faults_of_other_bundles_are_told(probe: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The probe describes itself by a property that there is not."""
    assert host_main(["check", str(probe)]) == 1
    assert "OfxNoSuchProperty" in capsys.readouterr().out


def test_what_is_in_a_bundle_is_printed(reelmend: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert host_main(["describe", str(reelmend)]) == 0
    detect, repair = json.loads(capsys.readouterr().out)
    assert repair["clips"] == ["Source", "Output", "Mask"]
    assert detect["identifier"] == "org.reelmend.DetectDamage"
    assert {"sensitivity", "radius", "use_mask"} <= {each["id"] for each in repair["parameters"]}


def test_a_bundle_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert host_main(["check", str(tmp_path / BUNDLE)]) == 1
    assert "remedy: install the nodes again" in capsys.readouterr().out
    assert host_main(["describe", str(tmp_path / BUNDLE)]) == 1
    assert "holds nothing for this system" in capsys.readouterr().err


def test_the_installed_bundle_is_found_as_hosts_find_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "second" / BUNDLE).mkdir(parents=True)
    found = installed_bundle({"OFX_PLUGIN_PATH": f"{tmp_path / 'first'}:{tmp_path / 'second'}"}, tmp_path)
    assert found == tmp_path / "second" / BUNDLE

    def missing() -> Path:
        raise search.BundleMissing("It was not built.")

    monkeypatch.setattr(search, "find_bundle", missing)
    monkeypatch.setattr(search, "plugin_folders", lambda *_: iter([tmp_path / "empty"]))
    with pytest.raises(HostError, match=r"is in none of .*empty\. It was not built"):
        installed_bundle({}, tmp_path)


@pytest.mark.parametrize(
    ("system", "folders"),
    [
        ("linux", ["/people/me/.local/share/OFX/Plugins", "/usr/OFX/Plugins"]),
        ("darwin", ["/people/me/Library/OFX/Plugins", "/Library/OFX/Plugins"]),
    ],
)
def test_the_folders_of_each_system(system: str, folders: list[str]) -> None:
    assert [str(each) for each in plugin_folders({}, Path("/people/me"), system)] == folders


@pytest.mark.usefixtures("home")
def test_doctor_tells_of_the_nodes(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_doctor.checks, "check_inference", lambda *_: command_doctor.Finding("x", "y"))
    assert main(["doctor", "--plugin", str(fresh), "--json"]) == 0
    names = [finding["name"] for finding in json.loads(capsys.readouterr().out)["findings"]]
    assert "OpenFX org.reelmend.RepairDamage renders" in names


def test_doctor_tells_of_a_check_that_breaks_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As when a plug-in takes its host down with it."""
    monkeypatch.setattr("sys.executable", "false")
    (finding,) = check_plugin(asked("--plugin", str(tmp_path)))
    assert not finding.ok
    assert "exit code 1" in finding.detail
    monkeypatch.setattr("sys.executable", str(tmp_path / "none"))
    (finding,) = check_plugin(asked("--plugin"))
    assert "did not end" in finding.detail


def test_doctor_leaves_the_nodes_alone_unless_asked() -> None:
    assert check_plugin(asked()) == ()


def asked(*flags: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_plugin_option(parser)
    return parser.parse_args(flags)
