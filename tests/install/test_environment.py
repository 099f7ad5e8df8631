"""When the .venv is made, reused, added to and rebuilt."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from install.environment import Environment, prepare
from install.stamp import FILE_NAME, read_stamp
from install.steps import InstallError, StepFailed
from tests.install.conftest import FakeMachine

CPU = frozenset({"cpu"})
GPU = frozenset({"gpu"})
TEST = frozenset({"test"})


def test_a_fresh_folder_gets_a_venv_and_the_cpu_runtime(machine: FakeMachine, project: Path) -> None:
    target = prepare(project, frozenset())
    assert target.folder == project / ".venv"
    assert machine.lines("-m venv") == [f"{getattr(sys, '_base_executable', '')} -m venv {project / '.venv'}"]
    assert machine.lines("pip install", "--editable .[cpu]")


def test_a_second_run_starts_nothing(machine: FakeMachine, project: Path) -> None:
    prepare(project, TEST)
    machine.commands.clear()
    prepare(project, TEST)
    assert machine.commands == []


def test_the_demo_after_the_tests_installs_nothing(machine: FakeMachine, project: Path) -> None:
    prepare(project, TEST)
    machine.commands.clear()
    prepare(project, frozenset())
    assert machine.commands == []


def test_more_extras_are_added_to_what_is_there(machine: FakeMachine, project: Path) -> None:
    prepare(project, frozenset())
    machine.commands.clear()
    prepare(project, TEST)
    assert not machine.lines("-m venv")
    assert machine.lines("--editable .[cpu,test]")


def test_a_changed_pyproject_is_installed_again(machine: FakeMachine, project: Path) -> None:
    prepare(project, TEST)
    machine.commands.clear()
    (project / "pyproject.toml").write_text("[project]\nname = 'y'\n", encoding="utf-8")
    prepare(project, frozenset())
    assert not machine.lines("-m venv")
    assert machine.lines("--editable .[cpu,test]")


@pytest.mark.parametrize("failing", ["-m venv", "pip install"])
def test_a_half_made_venv_is_rebuilt(machine: FakeMachine, project: Path, failing: str) -> None:
    machine.failing = failing
    with pytest.raises(StepFailed) as caught:
        prepare(project, CPU)
    assert caught.value.output == "the disk is full\n"
    left_behind = project / ".venv" / "left_behind"
    left_behind.touch()
    machine.failing = None
    prepare(project, CPU)
    assert not left_behind.exists()
    stamp = read_stamp(project / ".venv")
    assert stamp is not None
    assert stamp.complete


def test_an_interrupted_removal_is_taken_up_again(
    machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(project, CPU)
    remove = shutil.rmtree

    def interrupted(path: Path) -> None:
        remove(path)
        raise KeyboardInterrupt

    monkeypatch.setattr("install.environment.shutil.rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        prepare(project, GPU)
    monkeypatch.setattr("install.environment.shutil.rmtree", remove)
    machine.commands.clear()
    prepare(project, CPU)
    assert machine.lines("-m venv")


def test_the_two_runtimes_never_share_a_venv(machine: FakeMachine, project: Path) -> None:
    prepare(project, CPU | TEST)
    machine.commands.clear()
    prepare(project, GPU | TEST)
    assert machine.lines("-m venv")
    assert machine.lines("--editable .[gpu,test]")


def test_the_runtime_chosen_before_is_kept(machine: FakeMachine, project: Path) -> None:
    prepare(project, GPU)
    machine.commands.clear()
    prepare(project, TEST)
    assert not machine.lines("-m venv")
    assert machine.lines("--editable .[gpu,test]")


def test_a_moved_project_gets_a_new_venv(machine: FakeMachine, project: Path) -> None:
    prepare(project, CPU)
    moved = project.rename(project.with_name("elsewhere"))
    machine.commands.clear()
    prepare(moved, CPU)
    assert machine.lines("-m venv", str(moved))


def test_another_python_gets_a_new_venv(
    machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(project, CPU)
    machine.commands.clear()
    later = SimpleNamespace(version_info=SimpleNamespace(major=3, minor=99))
    monkeypatch.setattr("install.stamp.sys", later)
    prepare(project, CPU)
    assert machine.lines("-m venv")


def test_a_vanished_python_gets_a_new_venv(machine: FakeMachine, project: Path) -> None:
    prepare(project, CPU).python.unlink()
    machine.commands.clear()
    prepare(project, CPU)
    assert machine.lines("-m venv")


def test_a_damaged_stamp_means_a_new_venv(machine: FakeMachine, project: Path) -> None:
    prepare(project, CPU)
    (project / ".venv" / FILE_NAME).write_text('{"python": ', encoding="utf-8")
    machine.commands.clear()
    prepare(project, CPU)
    assert machine.lines("-m venv")


def test_somebody_elses_venv_is_left_alone(machine: FakeMachine, project: Path) -> None:
    precious = project / ".venv" / "precious"
    precious.parent.mkdir()
    precious.touch()
    with pytest.raises(InstallError, match="was not made by this set-up; move it away"):
        prepare(project, CPU)
    assert precious.exists()
    assert machine.commands == []


def test_a_python_without_ensurepip_is_told_the_remedy(
    machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_spec(name: str) -> object | None:
        return None if name == "ensurepip" else object()

    monkeypatch.setattr("install.environment.importlib.util.find_spec", find_spec)
    with pytest.raises(InstallError, match=r"lacks its module ensurepip.*apt install python3\.\d+-venv"):
        prepare(project, CPU)
    assert machine.commands == []
    assert not (project / ".venv").exists()


@pytest.mark.parametrize(
    ("system", "program"), [("nt", "Scripts/engine-cli.exe"), ("posix", "bin/engine-cli")]
)
def test_programs_stand_where_the_platform_puts_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, program: str
) -> None:
    monkeypatch.setattr("install.environment.os", SimpleNamespace(name=system))
    assert Environment(tmp_path).program("engine-cli") == tmp_path / ".venv" / program


def test_hosts_variables_do_not_reach_our_python(
    machine: FakeMachine, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "somewhere/resolve/modules")
    monkeypatch.setenv("REELMEND_KEPT", "yes")
    prepare(project, CPU)
    for variables in machine.environments:
        assert "PYTHONPATH" not in variables
        assert variables["REELMEND_KEPT"] == "yes"
        assert variables["PYTHONNOUSERSITE"] == "1"
