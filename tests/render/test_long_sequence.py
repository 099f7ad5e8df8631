"""A folder with a hundred thousand frames: planned in seconds, without memory for each picture."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.render.fake_engine import write_dpx

ROOT = Path(__file__).resolve().parents[2]
COUNT = 100_000
PLAN = """
import json, resource, sys, time
from engine import pipeline
from engine.render.clip import plan_clip
from engine.render.request import RenderRequest
from tests.render.fake_engine import build_fake
pipeline.build = build_fake
source, out, few = sys.argv[1:]
def planned(frames):
    return plan_clip(RenderRequest(source, out + "/r.#######.dpx", out + "/m.#######.png", frames=frames))
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
planned("1")
before, begun = most(), time.process_time()
count = len(planned(None).selection.wanted)
print(json.dumps({"frames": count, "seconds": time.process_time() - begun, "megabytes": most() - before}))
"""


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_hundred_thousand_frames(tmp_path: Path) -> None:
    """Seconds are the processor's, so that other work on the machine does not count."""
    folder = tmp_path / "scan"
    folder.mkdir()
    write_dpx(folder / "scan.0000001.dpx", np.full((4, 4, 3), 300, np.uint16))
    for number in range(2, COUNT + 1):
        (folder / f"scan.{number:07d}.dpx").symlink_to("scan.0000001.dpx")
    told = subprocess.run(
        [sys.executable, "-c", PLAN, str(folder / "scan.#######.dpx"), str(tmp_path / "out"), "1"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = json.loads(told)
    print(found)
    assert found["frames"] == COUNT
    assert found["seconds"] < 10
    assert found["megabytes"] < 150
