"""`python3 install ...` as its users meet it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from install.command import main
from tests.install.conftest import FakeMachine

ROOT = Path(__file__).resolve().parents[2]


def test_demo_sets_up_and_runs_the_demo_where_the_user_stands(machine: FakeMachine, project: Path) -> None:
    assert main(["demo", "my film.mov", "--", "--seconds", "3"]) == 0
    assert machine.commands[-1][1:] == ["demo", "my film.mov", "--seconds", "3"]
    assert Path(machine.commands[-1][0]).stem == "engine-cli"


def test_a_failing_demo_gives_its_exit_code(machine: FakeMachine, project: Path) -> None:
    machine.failing = "engine-cli"
    assert main(["demo"]) == 1


def test_test_runs_every_check(
    machine: FakeMachine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["test"]) == 0
    for parts in (["ruff check"], ["ruff format", "--check"], ["pyright"], ["lint-imports"], ["pytest -q"]):
        assert machine.lines(*parts), parts
    shown = capsys.readouterr().out
    assert "All 5 checks passed." in shown
    assert "chatter" not in shown


@pytest.mark.parametrize(
    ("name", "failing"),
    [
        ("ruff check", "ruff check"),
        ("ruff format", "ruff format"),
        ("pyright", "-m pyright"),
        ("lint-imports", "lint-imports"),
        ("pytest", "-m pytest"),
    ],
)
def test_a_failing_check_is_named_and_the_others_still_run(
    machine: FakeMachine, project: Path, capsys: pytest.CaptureFixture[str], name: str, failing: str
) -> None:
    machine.failing = failing
    assert main(["test"]) == 1
    shown = capsys.readouterr()
    assert f"Failed: {name}." in shown.out
    assert machine.lines("pytest -q"), "a failed check must not keep the tests from running"
    if name != "pytest":
        assert "the disk is full" in shown.err


@pytest.mark.parametrize(
    ("flags", "markers"),
    [
        ([], "not shared and not hosts and not slow and not train"),
        (["--slow"], "not shared and not hosts and not train"),
        (["--slow", "--train"], "not shared and not hosts"),
    ],
)
def test_markers_follow_the_flags(
    machine: FakeMachine, project: Path, flags: list[str], markers: str
) -> None:
    main(["test", *flags, "--", "-x", "tests/media"])
    assert machine.commands[-1][-4:] == ["-m", markers, "-x", "tests/media"]


def test_train_installs_pytorch(machine: FakeMachine, project: Path) -> None:
    main(["test", "--train"])
    assert machine.lines("pip install", ".[cpu,test,train]")


def test_a_failed_installation_shows_what_pip_said(
    machine: FakeMachine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.failing = "pip install"
    assert main(["demo"]) == 1
    assert "the disk is full" in capsys.readouterr().err
    assert not machine.lines("engine-cli")


def test_an_interrupted_installation_is_rebuilt_next_time(
    machine: FakeMachine, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.interrupted = "pip install"
    assert main(["demo"]) == 130
    assert "run the same command again" in capsys.readouterr().err
    machine.interrupted = None
    machine.commands.clear()
    assert main(["demo"]) == 0
    assert machine.lines("-m venv")


@pytest.mark.parametrize("arguments", [[], ["restore"], ["demo", "--gpu", "--cpu"], ["test", "tests/media"]])
def test_a_wrong_request_is_a_usage_error(
    machine: FakeMachine, project: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: python3 install" in capsys.readouterr().err
    assert machine.commands == []


@pytest.mark.parametrize("start", [["install"], ["-m", "install"]])
def test_both_ways_to_start_it_work(start: list[str]) -> None:
    done = _python(*start, "--help")
    assert done.returncode == 0, done.stderr
    assert "demo" in done.stdout
    assert "test" in done.stdout


def test_it_starts_from_another_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "install", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_an_older_python_is_told_so() -> None:
    script = "import sys, runpy; sys.version_info = (3, 9, 2); runpy.run_path('install', run_name='__main__')"
    done = _python("-c", script)
    assert done.returncode == 1
    assert "needs Python 3.11 or later" in done.stderr


@pytest.mark.slow
def test_a_real_venv_runs_the_command(tmp_path: Path) -> None:
    """Makes a real environment from a copy of what an installation needs (about half a minute)."""
    leave_out = shutil.ignore_patterns("__pycache__", "*.onnx")
    for folder in ("install", "engine", "ocio", "plugin"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=leave_out)
    for name in ("pyproject.toml", "README.md", "LICENSE", "THIRD_PARTY_NOTICES.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    script = "from pathlib import Path; from install.environment import prepare; import sys;"
    script += "print(prepare(Path.cwd(), frozenset()).python)"
    first = _python("-c", script, folder=tmp_path)
    assert first.returncode == 0, first.stderr + first.stdout
    python = first.stdout.splitlines()[-1]
    listed = subprocess.run([python, "-m", "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "reelmend" in listed
    assert "onnxruntime " in listed
    second = _python("-c", script, folder=tmp_path)
    assert second.stdout.splitlines() == [python], "the second run had something to do"


def _python(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
