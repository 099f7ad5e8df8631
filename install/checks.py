"""The whole test suite: style, types, import directions, tests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from install.environment import Environment
from install.steps import Command, StepFailed, complain, run_openly, run_quietly


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    passed: bool
    seconds: float


def run_checks(target: Environment, pytest_arguments: Sequence[str]) -> bool:
    """Run every check, also after one has failed; returns True if all passed."""
    outcomes = [_static(name, command, target.root) for name, command in static_checks(target)]
    outcomes.append(_tests(target, pytest_arguments))
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
    """Which tests run: the markers left out, in pytest's words. "shared" material is never shipped."""
    left_out = ["shared"] + ["slow"] * (not slow) + ["train"] * (not train)
    return " and ".join(f"not {marker}" for marker in left_out)


def summary(outcomes: Sequence[Outcome]) -> str:
    """One line per check and one for all of them."""
    lines = [f"{'passed' if o.passed else 'FAILED'}  {o.name} ({o.seconds:.1f} s)" for o in outcomes]
    failed = [o.name for o in outcomes if not o.passed]
    verdict = f"Failed: {', '.join(failed)}." if failed else f"All {len(outcomes)} checks passed."
    return "\n".join([*lines, verdict])


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
