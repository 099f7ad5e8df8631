"""`engine-cli doctor --plugin`: whether the installed OpenFX nodes load, describe themselves and render."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from engine.cli.doctor_checks import Finding

_PACKAGES = Path(__file__).resolve().parents[2]
"""The folder of this installation's packages, so that no other `plugin` in the way is taken."""
_INSTALLED = "installed"
_LONGEST_SECONDS = 180
_REMEDY = "install the nodes again: python3 install host"


def add_plugin_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plugin",
        nargs="?",
        const=_INSTALLED,
        metavar="BUNDLE",
        help="check the OpenFX nodes too: those that hosts find, or a Reelmend.ofx.bundle",
    )


def check_plugin(arguments: argparse.Namespace) -> tuple[Finding, ...]:
    """What the host that comes with the nodes finds of them; nothing where it was not asked for.

    It runs in a process of its own, as any host does: the engine knows nothing of its plug-ins, and a
    plug-in that crashes is a finding.
    """
    if arguments.plugin is None:
        return ()
    command = [sys.executable, "-m", "plugin.host", "check", "--json"]
    if arguments.plugin != _INSTALLED:
        command.append(str(Path(arguments.plugin).absolute()))
    try:
        done = subprocess.run(
            command,
            cwd=_PACKAGES,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return (Finding("OpenFX nodes", f"the check did not end: {error}", _REMEDY),)
    return _findings(done)


def _findings(done: subprocess.CompletedProcess[str]) -> tuple[Finding, ...]:
    try:
        told: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
        return (Finding("OpenFX nodes", f"the check broke off: {said[0]}", _REMEDY),)
    return tuple(Finding(f"OpenFX {one['name']}", one["detail"], one["remedy"]) for one in told)
