"""Running one step at a time: a clear line for each, its output only when it fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

Command = Sequence[str | Path]

# Hosts and shells of this trade set these for their own Python; in ours they would mix in other packages.
FOREIGN_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
OUR_VARIABLES = {
    "PYTHONNOUSERSITE": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
}


class InstallError(Exception):
    """The set-up cannot go on; the message says what happened and what to do."""


class StepFailed(InstallError):
    """A command of a step ended with `code`; `output` is what it wrote."""

    def __init__(self, label: str, code: int, output: str) -> None:
        super().__init__(f"{label}: failed with exit code {code}.")
        self.code = code
        self.output = output


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """`variables` without what would lead the project's Python to packages outside its own .venv."""
    kept = {name: value for name, value in variables.items() if name not in FOREIGN_VARIABLES}
    return {**kept, **OUR_VARIABLES}


def run_quietly(label: str, command: Command, folder: Path) -> float:
    """Run `command` in `folder`, print `label` and the seconds it took, and return these.

    Raises StepFailed with the command's output.
    """
    print(f"{label} ... ", end="", flush=True)
    begin = time.monotonic()
    done = _start(command, folder, capture=True)
    seconds = time.monotonic() - begin
    if done.returncode != 0:
        print(f"FAILED after {seconds:.1f} s", flush=True)
        raise StepFailed(label, done.returncode, done.stdout or "")
    print(f"{seconds:.1f} s", flush=True)
    return seconds


def run_openly(command: Command, folder: Path) -> int:
    """Run `command` in `folder` with its output on the terminal; returns its exit code."""
    return _start(command, folder, capture=False).returncode


def _start(command: Command, folder: Path, *, capture: bool) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    try:
        return subprocess.run(
            words,
            cwd=folder,
            env=environment(os.environ),
            stdout=subprocess.PIPE if capture else None,
            stderr=subprocess.STDOUT if capture else None,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise InstallError(f"{words[0]} cannot be started ({error.strerror or error}).") from error


def complain(error: InstallError) -> None:
    """Show `error` on stderr, the output of a failed step first."""
    if isinstance(error, StepFailed):
        sys.stderr.write(error.output.rstrip() + "\n\n")
    sys.stderr.write(f"{error}\n")
