"""kill -9 at two hundred random moments of a render: each time it goes on, and ends as if never killed."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine import pipeline
from engine.render.clip import render_clip
from engine.render.contract import Unwatched
from engine.render.request import RenderRequest
from tests.cli.killing import film, packets_of, pictures, report_of, start
from tests.render.fake_engine import build_fake, chromatic_reel

pytestmark = pytest.mark.slow
KILLS = 100
FRAMES = 30
FINISHED = 0


class Starting(Unwatched):
    """Tells the parent when the frames begin."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def started(self, frames: int) -> None:
        os.write(self._pipe, b"!")


@dataclass
class Victim:
    """Renders in a child process of its own, which may be killed."""

    request: Callable[[Path], RenderRequest]
    rng: random.Random
    kills: int = 0
    lasted: list[float] = field(default_factory=list)

    def run(self, out: Path, seconds: float | None) -> bool:
        """Render into `out`, killed `seconds` after its frames begin; whether it came to its end."""
        hear, tell = os.pipe()
        child = os.fork()
        if child == 0:
            os._exit(self._render(out, tell))
        os.close(tell)
        os.read(hear, 1)
        os.close(hear)
        begun = time.monotonic()
        if seconds is not None:
            time.sleep(seconds)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.kills += 1
            return False
        assert os.WEXITSTATUS(status) == FINISHED, "the render failed"
        self.lasted.append(time.monotonic() - begun)
        return True

    def _render(self, out: Path, tell: int) -> int:
        pipeline.build = build_fake
        try:
            return FINISHED if render_clip(self.request(out), Starting(tell)).outcome == "complete" else 1
        except BaseException as error:
            print(repr(error), flush=True)
            return 2

    def run_to_the_end(self, out: Path, between: Callable[[Path], None]) -> None:
        """With kills at random moments, `between` after each, until it is complete."""
        longest = max(self.lasted)
        for attempt in range(100):
            deadline = self.rng.uniform(0, longest) if attempt == 0 or self.rng.random() < 0.3 else None
            if self.run(out, deadline) or whole(out):
                return
            between(out)
        raise AssertionError("never came to an end")


def whole(out: Path) -> bool:
    """Whether a kill came after the last thing a render does: its report is there and its journal gone."""
    return (out / "report.jsonl").exists() and not list(out.glob(".*.journal"))


def power_cut(rng: random.Random) -> Callable[[Path], None]:
    """Now and then, what was not forced to the disk is lost: ends are torn off, or read as zeros."""

    def cut(out: Path) -> None:
        for path in sorted(out.glob(".*")):
            if rng.random() < 0.3:
                size = path.stat().st_size
                kept = rng.randint(forced(path), size)
                with path.open("r+b") as file:
                    file.truncate(kept)
                    if rng.random() < 0.5:
                        file.truncate(size + rng.randint(0, 50))

    return cut


def forced(path: Path) -> int:
    """How much of a file was forced to the disk: a journal with each frame, a movie at no certain time."""
    if path.suffix != ".journal":
        return 0
    lines = path.read_bytes().splitlines(keepends=True)
    whole = [b'"type":"packet"' not in line and line.endswith(b"}\n") for line in lines]
    last = max((place for place, one in enumerate(whole) if one), default=-1)
    return sum(map(len, lines[: last + 1]))


@pytest.mark.timeout(3000)
def test_a_sequence_with_mattes_and_report(tmp_path: Path) -> None:
    folder = tmp_path / "scan"
    chromatic_reel(folder, range(1001, 1001 + FRAMES), lambda n: (slice(4, 9), slice(n % 50, n % 50 + 6)))

    def request(out: Path) -> RenderRequest:
        return RenderRequest(
            str(folder / "scan.####.dpx"), str(out / "r.####.dpx"), str(out / "m.####.png"),
            out / "report.jsonl", resume=True,
        )  # fmt: skip

    _kill(tmp_path, request, lambda out: (pictures(out), report_of(out / "report.jsonl")), KILLS)


@pytest.mark.timeout(3000)
@pytest.mark.parametrize(("suffix", "kills"), [(".mkv", KILLS), (".mov", KILLS // 4)])
def test_a_movie_with_sound_mattes_and_report(suffix: str, kills: int, tmp_path: Path) -> None:
    source = film(tmp_path / "film.mkv", FRAMES)

    def request(out: Path) -> RenderRequest:
        return RenderRequest(
            str(source), str(out / f"r{suffix}"), str(out / "m.mkv"), out / "report.jsonl", resume=True,
            colour_space="Gamma 2.4 Rec.709 - Texture",
        )  # fmt: skip

    def result(out: Path) -> object:
        movies = {name: packets_of(out / name) for name in (f"r{suffix}", "m.mkv")}
        return movies, (out / f"r{suffix}").read_bytes(), report_of(out / "report.jsonl")

    _kill(tmp_path, request, result, kills)


def _kill(
    tmp_path: Path, request: Callable[[Path], RenderRequest], result: Callable[[Path], object], kills: int
) -> None:
    rng = random.Random(20261120)
    victim = Victim(request, rng)
    whole = tmp_path / "whole"
    assert victim.run(whole, None)
    expected = result(whole)
    trial = 0
    while victim.kills < kills:
        out = tmp_path / f"trial{trial}"
        victim.run_to_the_end(out, power_cut(rng))
        assert result(out) == expected, f"trial {trial}"
        assert not list(out.glob(".*")), f"trial {trial} left something behind"
        trial += 1
    print(f"{victim.kills} kills in {trial} renders of about {max(victim.lasted):.1f} s")


@pytest.mark.timeout(3000)
@pytest.mark.parametrize("suffix", [".####.dpx", ".mkv", ".mov"])
def test_the_shipped_engine_killed_after_a_frame(suffix: str, tmp_path: Path) -> None:
    folder, rng = tmp_path / "scan", random.Random(7)
    # Far more than are written while the child is told to die.
    chromatic_reel(folder, range(1, 41), lambda n: (slice(4, 9), slice(n, n + 6)))

    def arguments(out: Path) -> list[str]:
        return [
            "render", str(folder / "scan.####.dpx"), str(out / f"r{suffix}"), "--json", "--device", "cpu",
            "--report", str(out / "report.jsonl"), "--resume",
        ]  # fmt: skip

    def result(out: Path) -> object:
        movies = {path.name: packets_of(path) for path in sorted(out.glob("r.m*"))}
        return pictures(out), movies, report_of(out / "report.jsonl")

    whole, out = tmp_path / "whole", tmp_path / "out"
    assert start(arguments(whole), real=True).wait() == FINISHED
    left = 40
    for frames in (2, 1, 2):
        with start(arguments(out), real=True) as child:
            assert child.stdout is not None
            lines = [json.loads(child.stdout.readline()) for _ in range(1 + frames)]
            time.sleep(rng.uniform(0, 0.05))
            child.kill()
        assert child.returncode == -signal.SIGKILL
        assert 0 < lines[0]["frames"] <= left, "what an earlier run told of is not rendered again"
        left = lines[0]["frames"] - frames
    assert start(arguments(out), real=True).wait() == FINISHED
    assert result(out) == result(whole)
    assert not list(out.glob(".*"))
