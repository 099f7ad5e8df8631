"""A project folder and a builder of environments that only pretends."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class FakeMachine:
    """Stands in for `subprocess.run`: notes every command, makes a hollow .venv, fails where told to."""

    commands: list[list[str]] = field(default_factory=list)
    environments: list[dict[str, str]] = field(default_factory=list)
    failing: str | None = None
    interrupted: str | None = None

    def run(self, command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.commands.append(list(command))
        self.environments.append(options["env"])
        line = " ".join(command)
        if self.interrupted is not None and self.interrupted in line:
            raise KeyboardInterrupt
        if self.failing is not None and self.failing in line:
            return subprocess.CompletedProcess(command, 1, stdout="the disk is full\n")
        if command[1:3] == ["-m", "venv"]:
            _hollow_venv(Path(command[3]))
        return subprocess.CompletedProcess(command, 0, stdout="chatter nobody needs\n")

    def lines(self, *parts: str) -> list[str]:
        """The commands that hold every one of `parts`."""
        lines = [" ".join(command) for command in self.commands]
        return [line for line in lines if all(part in line for part in parts)]


def _hollow_venv(folder: Path) -> None:
    for programs in ("bin", "Scripts"):
        (folder / programs).mkdir(parents=True)
        for name in ("python", "python.exe"):
            (folder / programs / name).touch()
    (folder / "pyvenv.cfg").touch()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    fake = FakeMachine()
    monkeypatch.setattr("install.steps.subprocess.run", fake.run)
    return fake


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "a project"
    root.mkdir()
    (root / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    monkeypatch.setattr("install.command.ROOT", root)
    return root
