"""An hour at the page: the server's memory stays where it was."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.render.fake_engine import chromatic_reel
from tests.review.conftest import damage_of
from tests.review.test_kill import ROOT

HOUR = 3600
"""Steps: one a second."""
ALLOWED = 24
"""MiB that the second half may add: the allocator's own unevenness."""
MIB = 2**20
# Caches as small as the pictures of the test, so that they are full long before half of the time.
SCRIPT = """
import sys
from engine import pipeline
from engine.allocator import steady_memory
from engine.cli import main
from engine.review import bench, frames, opened, small
from tests.render.fake_engine import build_fake
pipeline.build = build_fake
frames._PLATES = frames._SEEN = small._PROXIES = small._THUMBNAILS = bench._PATCHES = 2**20
opened._FRAMES, opened._FOUND = 8 * 2**20, 2**20
sys.exit(main(sys.argv[1:]))
"""


def step(client: httpx2.Client, n: int) -> None:
    """What a page asks for on one step, and now and then what a person does."""
    frame = 1002 + n % 28
    wanted = [f"frames/{frame}", f"frames/{frame}/picture/before", f"frames/{frame}/picture/after",
              f"frames/{frame}/picture/matte?format=png", "timeline", "defects?sort=worth"]  # fmt: skip
    if n % 10 == 0:
        wanted += [f"frames/{frame}/walk", f"frames/{frame}/proxy/after", f"shot?frame={frame}"]
    for path in wanted:
        answer = client.get(f"/api/clips/1/{path}")
        assert answer.status_code == 200, answer.text
    if n % 20 == 0:
        row = n // 20 % 40
        body = {"action": "paint", "frame": frame, "shape": {"box": [row, 50, row + 2, 54]}}
        assert client.post("/api/clips/1/decisions", json=body).status_code == 200
        assert client.post("/api/clips/1/undo").status_code == 200
        assert (
            client.post(f"/api/clips/1/frames/{frame}/detect", json={"box": [0, 0, 9, 9]}).status_code == 200
        )
    if n % 100 == 0:
        values = {"sensitivity": 0.2 + n % 700 / 1000}
        assert client.put("/api/clips/1/settings", json={"values": values}).status_code == 200


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_memory_is_flat_over_an_hour_of_stepping(tmp_path: Path) -> None:
    chromatic_reel(tmp_path / "scan", range(1001, 1031), lambda number: damage_of(1001 + number % 8))
    command = [sys.executable, "-c", SCRIPT, "review", str(tmp_path / "scan" / "scan.####.dpx"),
               "--no-browser", "--json", "--out", str(tmp_path / "out")]  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            address = json.loads(process.stdout.readline())["url"]
            held: list[float] = []
            with httpx2.Client(base_url=address.partition("/?")[0], timeout=120) as client:
                assert client.get(address).status_code == 303
                for n in range(HOUR):
                    step(client, n)
                    if n % (HOUR // 12) == 0:
                        held.append(psutil.Process(process.pid).memory_info().rss / MIB)
            print("MiB:", *(f"{mib:.0f}" for mib in held))
            assert max(held[6:]) - max(held[3:6]) < ALLOWED, held
        finally:
            process.terminate()
