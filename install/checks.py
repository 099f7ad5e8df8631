"""The whole test suite: style, types, import directions, tests, real hosts."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from install.environment import Environment
from install.host_tree import HostUnavailable, prepare_tree
from install.steps import Command, StepFailed, complain, run_openly, run_quietly


@dataclass(frozen=True)
class Outcome:
    """How one check ended; `skipped` says why it could not be made."""

    name: str
    passed: bool
    seconds: float
    skipped: str = ""

    @property
    def word(self) -> str:
        if self.skipped:
            return "SKIPPED"
        return "passed" if self.passed else "FAILED"


def run_checks(target: Environment, pytest_arguments: Sequence[str], *, hosts: bool = False) -> bool:
    """Run every check, also after one has failed; returns True if none failed.

    `hosts` also tries the nodes in a real host, where this machine can have one.
    """
    outcomes = [_static(name, command, target.root) for name, command in static_checks(target)]
    outcomes.append(_tests(target, pytest_arguments))
    if hosts:
        outcomes.append(_hosts(target))
    print(f"\n{summary(outcomes)}", flush=True)
    return all(outcome.passed for outcome in outcomes)


def static_checks(target: Environment) -> list[tuple[str, Command]]:
    """The checks that only read the code, by name."""
    python = target.python
    return [
        ("ruff check", [python, "-m", "ruff", "check", "."]),
        ("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        ("pyright", [python, "-m", "pyright", "--pythonpath", python]),
        ("lint-imports", [target.program("lint-imports")]),
    ]


def marker_expression(*, slow: bool, train: bool) -> str:
    """Which tests run: the markers left out, in pytest's words.

    "shared" material is never shipped, and "hosts" run apart, since a host has to be set up for them.
    """
    left_out = ["shared", "hosts"] + ["slow"] * (not slow) + ["train"] * (not train)
    return " and ".join(f"not {marker}" for marker in left_out)


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line per check and one for all of them."""
    lines = [f"{o.word}  {o.name} ({o.seconds:.1f} s)" for o in outcomes]
    failed = [o.name for o in outcomes if not o.passed]
    skipped = [f"NOT CHECKED: {o.name}. {o.skipped}" for o in outcomes if o.skipped]
    made = len(outcomes) - len(skipped)
    verdict = f"Failed: {', '.join(failed)}." if failed else f"All {made} checks passed."
    return "\n".join([*lines, *skipped, verdict])


def _static(name: str, command: Command, root: Path) -> Outcome:
    begin = time.monotonic()
    try:
        run_quietly(name, command, root)
    except StepFailed as error:
        complain(error)
        return Outcome(name, passed=False, seconds=time.monotonic() - begin)
    return Outcome(name, passed=True, seconds=time.monotonic() - begin)


def _tests(target: Environment, arguments: Sequence[str]) -> Outcome:
    begin = time.monotonic()
    code = run_openly([target.python, "-m", "pytest", "-q", *arguments], target.root)
    return Outcome("pytest", passed=code == 0, seconds=time.monotonic() - begin)


def _hosts(target: Environment) -> Outcome:
    begin = time.monotonic()
    name = "real hosts"
    try:
        prepare_tree(os.environ)
    except HostUnavailable as error:
        complain(error)
        return Outcome(name, passed=True, seconds=time.monotonic() - begin, skipped=str(error))
    command = [target.python, "-m", "pytest", "-q", "-m", "hosts", "tests/hosts"]
    code = run_openly(command, target.root)
    return Outcome(name, passed=code == 0, seconds=time.monotonic() - begin)
