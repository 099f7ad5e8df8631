"""A server that is killed has lost nothing that it had said yes to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from engine.audit.schema_check import first_fault, schema
from tests.render.fake_engine import chromatic_reel
from tests.review.conftest import FRAMES, damage_of

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import sys
from engine import pipeline
from engine.cli import main
from tests.render.fake_engine import build_fake
pipeline.build = build_fake
sys.exit(main(sys.argv[1:]))
"""


@contextmanager
def server(folder: Path) -> Iterator[tuple[subprocess.Popen[str], httpx2.Client]]:
    """`engine-cli review` in a process of its own, and somebody who has opened its page."""
    command = [sys.executable, "-c", SCRIPT, "review", str(folder / "scan" / "scan.####.dpx"), "--no-browser",
               "--out", str(folder / "out"), "--json"]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = json.loads(process.stdout.readline())["url"]
        base = address.partition("/?")[0]
        with httpx2.Client(base_url=base, follow_redirects=False, timeout=60) as client:
            assert client.get(address).status_code == 303
            yield process, client
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def paint(client: httpx2.Client, row: int) -> None:
    shape = {"box": [row, 50, row + 1, 54]}
    body = {"action": "paint", "frame": 1003, "shape": shape}
    assert client.post("/api/clips/1/decisions", json=body).status_code == 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chromatic_reel(tmp_path / "scan", FRAMES, damage_of)
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_decisions_survive_the_death_of_the_server(folder: Path) -> None:
    with server(folder) as (process, client):
        for row in range(12):
            paint(client, row)
        assert client.post("/api/clips/1/undo").status_code == 200
        process.send_signal(signal.SIGKILL)
        process.wait()
    document = json.loads((folder / "out" / "scan" / "scan.decisions.json").read_text("utf-8"))
    assert first_fault(document, schema("decisions-1")) == ""
    assert [row["shape"]["box"][0] for row in document["decisions"]] == list(range(11))
    with server(folder) as (process, client):
        told = client.get("/api/clips/1/decisions").json()
        assert (told["count"], told["can_redo"]) == (11, True)
        assert client.post("/api/clips/1/redo").json()["put"][0]["shape"]["box"][0] == 11
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
