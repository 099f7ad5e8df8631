"""The C header of the parameters is what the engine's table gives today."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.cli.command_params import ParamsResult
from engine.parameters import PARAMETERS
from install.steps import environment
from plugin.bundle.header import HOST_DEFAULTS, LINE, HeaderError, header

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "plugin" / "ofx" / "parameters.h"


def _described() -> dict[str, Any]:
    return json.loads(json.dumps(ParamsResult(PARAMETERS).as_json()))


def test_the_kept_header_is_the_one_made_now() -> None:
    assert header(_described()) == KEPT.read_text(encoding="utf-8"), (
        "make it again: engine-cli params --json | python -m plugin.bundle header > plugin/ofx/parameters.h"
    )


def test_the_header_is_written_by_the_command() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "plugin.bundle", "header"],
        input=json.dumps(_described()),
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment({**os.environ, "PYTHONIOENCODING": "utf-8"}),
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, KEPT.read_text(encoding="utf-8")), done.stderr


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(HeaderError, match="params of schema 1"):
        header({"type": "params", "schema": 2, "parameters": []})


def test_only_the_mask_starts_otherwise_than_on_the_command_line() -> None:
    assert dict(HOST_DEFAULTS) == {"matte_mode": "replace"}


def test_long_and_quoted_words_fit_their_lines() -> None:
    described = _described()
    described["parameters"][0]["hint"] = 'He said "\\" ' + "and so on and on " * 30 + "."
    text = header(described)
    assert max(len(line) for line in text.splitlines()) <= LINE
    assert 'He said \\"\\\\\\" and' in text
