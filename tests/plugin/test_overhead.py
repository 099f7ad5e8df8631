"""The command that tells what the way through a host costs: it runs, and both ways give the same pixels."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.engine_home import ROOT

STAGES = (
    "host gives its pictures",
    "node names them and copies what is new",
    "take",
    "prepare",
    "detect and repair",
    "node has the output",
)


def compared(bundle: Path, *options: str) -> str:
    """What it says of four small frames; it fails where a pixel differs."""
    if sys.platform != "linux":
        pytest.skip("THE OVERHEAD IS NOT MEASURED: the engine process is ended by a signal")
    command = [sys.executable, "-m", "export.overhead", "--frames", "4", "--size", "448", "256"]
    done = subprocess.run(
        [*command, "--bundle", str(bundle), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "frames that differ: 0" in done.stdout
    return done.stdout


def test_clean_frames_are_compared_stage_by_stage(reelmend: Path) -> None:
    said = compared(reelmend)
    assert "repaired: 0 of 4" in said
    for stage in STAGES:
        assert re.search(rf"^ +[\d.]+ +[\d.]+ +[\d.]+  {stage}$", said, re.MULTILINE), said


def test_dirty_frames_are_repaired_both_ways(reelmend: Path) -> None:
    assert "repaired: 4 of 4" in compared(reelmend, "--net")
