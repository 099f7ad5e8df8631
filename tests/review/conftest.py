"""A reel under review, behind the real server, with an engine that needs no network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from engine import pipeline
from engine.render.request import RenderRequest
from engine.review import clip
from engine.review.access import HEADER, Access
from engine.review.answers import Crew
from engine.review.app import application
from engine.review.bench import Bench
from engine.review.opened import ReviewRequest
from engine.review.workplace import Workplace
from ocio.config import load
from tests.render import fake_engine
from tests.render.fake_engine import build_fake, chromatic_reel

FRAMES = range(1001, 1009)
PORT = 8123
BASE = f"http://127.0.0.1:{PORT}"
EVENTS = f"ws://127.0.0.1:{PORT}/api/events"
SIZE = (48, 64)
PATIENCE = 200
"""Seconds that a job may take on a busy machine."""


def damage_of(number: int) -> tuple[slice, slice]:
    """Every frame has its dirt elsewhere; the first and the last have no neighbour to be told by."""
    shift = number - 1001
    return slice(4 + 5 * shift, 9 + 5 * shift), slice(6 + 6 * shift, 12 + 6 * shift)


def box_of(number: int) -> list[int]:
    rows, columns = damage_of(number)
    return [rows.start, columns.start, rows.stop, columns.stop]


def id_of(number: int) -> str:
    return ".".join(map(str, (number, *box_of(number))))


_loaded = cache(load)
"""The built-in config: reading it takes longer than most of these tests."""


def pretend(patch: pytest.MonkeyPatch) -> None:
    """Put the fake engine in the place of the real one."""
    patch.setattr(pipeline, "build", build_fake)
    patch.setattr(clip, "load", _loaded)
    patch.setattr(fake_engine, "load", _loaded)


@pytest.fixture
def _fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)


@dataclass
class Review:
    """The page's side of a server."""

    client: TestClient
    place: Workplace
    access: Access
    folder: Path
    codes: dict[int, np.ndarray]

    @property
    def bench(self) -> Bench:
        return self.place.bench("1")

    @property
    def out(self) -> Path:
        return self.folder / "out" / "scan"

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/clips/1{path}", params=query or None)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, status: int = 200, **body: Any) -> Any:
        answer = self.client.post(f"/api/clips/1{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def picture(self, number: int, kind: str, **query: Any) -> np.ndarray:
        answer = self.client.get(f"/api/clips/1/frames/{number}/picture/{kind}", params=query or None)
        assert answer.status_code == 200, answer.text
        width, height, channels = map(int, answer.headers["x-reelmend-size"].split())
        plane = np.frombuffer(answer.content, np.uint8).reshape(height, width, channels)
        return plane if channels > 1 else plane[..., 0]

    def ended(self, job: dict[str, Any], state: str = "done") -> dict[str, Any]:
        """The job once it has ended, which must be in this state."""
        return self.until(job, state, ("done", "failed", "cancelled"))

    def until(self, job: dict[str, Any], state: str, ended: tuple[str, ...] = ()) -> dict[str, Any]:
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            job = self.client.get(f"/api/jobs/{job['id']}").json()
            if job["state"] in (state, *ended):
                break
            time.sleep(0.01)
        assert job["state"] == state, job
        return job


def request_of(folder: Path, **more: Any) -> ReviewRequest:
    render = RenderRequest(str(folder / "scan" / "scan.####.dpx"))
    return ReviewRequest(render, folder / "out", **more)


def opened(folder: Path, codes: dict[int, np.ndarray], **more: Any) -> Iterator[Review]:
    """A server over the reel in `folder`, until the test ends."""
    access = Access("127.0.0.1", PORT)
    with Workplace([request_of(folder, **more)]) as place, Crew() as crew:
        place.ready()
        app = application(place, crew, access)
        with TestClient(app, base_url=BASE, headers={HEADER: access.token}) as client:
            yield Review(client, place, access, folder, codes)


@pytest.fixture
def reel(tmp_path: Path) -> dict[int, np.ndarray]:
    """Eight frames of damaged 10-bit log DPX, random chromatic codes."""
    return chromatic_reel(tmp_path / "scan", FRAMES, damage_of)


@pytest.fixture
def review(tmp_path: Path, reel: dict[int, np.ndarray], _fake_engine: None) -> Iterator[Review]:
    yield from opened(tmp_path, reel)


def shared(folder: Path) -> Iterator[Review]:
    """A server for all tests of a module that only look."""
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch)
        yield from opened(folder, chromatic_reel(folder / "scan", FRAMES, damage_of))
