"""Ctrl-C: what is finished stays, nothing half-written is left, and the exit code says so."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from engine.cli.interrupt import stopping
from engine.media.open import open_source
from tests.cli.conftest import Scan, digest, shown

ROOT = Path(__file__).resolve().parents[2]
SLOW_RENDER = """
import sys, time
from engine import pipeline
from tests.render import fake_engine

class Slow(fake_engine.SpikeDetector):
    def detect(self, window):
        time.sleep(0.25)
        return super().detect(window)

fake_engine.SpikeDetector = Slow
pipeline.build = fake_engine.build_fake
from engine.cli import main
sys.exit(main(sys.argv[1:]))
"""
LATE = """
import sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "engine.cli.program":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupting())
from engine.cli import main
sys.exit(main([]))
"""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SLOW_RENDER, "render", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def interrupt_after_frames(child: subprocess.Popen[str], frames: int) -> tuple[list[dict], str]:
    """Send SIGINT once the lines of `frames` frames came; all lines, and standard error."""
    assert child.stdout is not None
    lines: list[dict] = []
    for line in child.stdout:
        lines.append(json.loads(line))
        if len(lines) == frames + 1:
            child.send_signal(signal.SIGINT)
    assert child.stderr is not None
    return lines, child.stderr.read()


def test_ctrl_c_keeps_the_finished_frames_and_ends_with_130(scan: Scan, tmp_path: Path) -> None:
    before = digest(scan.folder)
    out = tmp_path / "out"
    child = start(scan.pattern, str(out / "r.####.dpx"), "--json", "--report", str(tmp_path / "r.jsonl"))
    lines, told = interrupt_after_frames(child, 2)
    assert child.wait(60) == 130
    assert "stopping after the current frame" in told
    assert "Stopped before frame" in told
    assert "Traceback" not in told
    summary = lines[-1]
    assert summary["outcome"] == "interrupted"
    written = [line["number"] for line in lines[1:-1]]
    assert 2 <= len(written) < 6
    assert summary["frames"]["written"] == len(written)
    assert shown(out) == [f"r.{number}.dpx" for number in written]
    with open_source(str(out / "r.####.dpx")) as restored:
        assert [restored.read(number).number for number in restored.info.frames] == written
    assert json.loads((tmp_path / "r.jsonl").read_text().splitlines()[-1]) == summary
    assert digest(scan.folder) == before


def test_ctrl_c_leaves_a_movie_that_plays(scan: Scan, tmp_path: Path) -> None:
    child = start(scan.pattern, str(tmp_path / "r.mkv"), "--json")
    lines, _ = interrupt_after_frames(child, 2)
    assert child.wait(60) == 130
    assert sorted(path.name for path in tmp_path.glob("*.mkv")) == ["r.partial.mkv"]
    assert lines[-1]["outputs"] == {"picture": str(tmp_path / "r.partial.mkv")}
    with open_source(str(tmp_path / "r.partial.mkv")) as movie:
        assert len(movie.info.frames) == lines[-1]["frames"]["written"]
        movie.read(movie.info.frames[-1])


def test_ctrl_c_before_the_first_frame_of_a_movie_tells_of_no_output(scan: Scan, tmp_path: Path) -> None:
    child = start(scan.pattern, str(tmp_path / "r.mkv"), "--json")
    lines, _ = interrupt_after_frames(child, 0)
    assert child.wait(60) == 130
    made = {} if lines[-1]["frames"]["written"] == 0 else {"picture": str(tmp_path / "r.partial.mkv")}
    assert lines[-1]["outputs"] == made
    assert sorted(map(str, tmp_path.glob("*.mkv"))) == sorted(made.values())


def test_ctrl_c_while_the_program_loads_is_no_traceback() -> None:
    child = subprocess.run([sys.executable, "-c", LATE], cwd=ROOT, capture_output=True, text=True)
    assert child.returncode == 130
    assert child.stderr == "engine-cli: interrupted\n"


def test_two_ctrl_c_leave_only_whole_frames(scan: Scan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    child = start(scan.pattern, str(out / "r.####.dpx"), "--json")
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.readline()
    child.send_signal(signal.SIGINT)
    while "stopping after" not in child.stderr.readline():
        pass
    child.send_signal(signal.SIGINT)
    told, complaint = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in complaint
    assert json.loads(told.splitlines()[-1])["outcome"] == "interrupted"
    assert all(path.name.startswith("r.") or path.suffix == ".journal" for path in out.iterdir())
    with open_source(str(out / "r.####.dpx")) as restored:
        for number in restored.info.frames:
            restored.read(number)


def test_the_second_signal_raises() -> None:
    with stopping() as stop:
        os.kill(os.getpid(), signal.SIGINT)
        assert stop.wait(5)
        with pytest.raises(KeyboardInterrupt):
            _signal_and_wait()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def _signal_and_wait() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)


def test_outside_the_main_thread_nothing_is_caught() -> None:
    handlers: list[object] = []

    def look() -> None:
        with stopping() as stop:
            handlers.extend((signal.getsignal(signal.SIGINT), stop.is_set()))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler, False]
