"""A real Chromium on the real page of a real server: what the tests of the page have in common."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from engine.media.open import open_source
from engine.types import AnyArray

START = 90
"""Seconds that a server may take to open its clips on a busy machine."""
PATIENCE = 60_000
"""Milliseconds that anything on the page may take on a busy machine."""

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The browser; skips with a warning where there is none."""
    named = os.environ.get("REELMEND_CHROMIUM", "")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), "")
    if not found:
        told = "NO CHROMIUM: the review page is NOT tested; install chromium or set REELMEND_CHROMIUM"
        warnings.warn(told, stacklevel=2)
        pytest.skip(told)
    return found


@contextmanager
def launched() -> Iterator[Browser]:
    """A browser with nothing kept from an earlier one."""
    path = chromium()
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`engine-cli review` in a process of its own."""

    process: subprocess.Popen[str]
    url: str

    @property
    def base(self) -> str:
        return self.url.partition("/?")[0]

    def kill(self) -> None:
        """What a power cut does."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(START)


@contextmanager
def serving(clips: Sequence[str], out: Path, port: int, *options: str) -> Iterator[Server]:
    command = [sys.executable, "-m", "engine.cli", "review", *clips, "--no-browser"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--out", str(out), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if line.startswith("http"):
                break
        else:
            pytest.fail(f"the server did not start: {''.join(said)}")
        yield Server(process, said[-1].strip())
    finally:
        process.kill()
        process.communicate(timeout=START)


@contextmanager
def opened(browser: Browser, url: str, width: int = 1366, height: int = 768) -> Iterator[Page]:
    """The page, with its list there; fails where the page throws anything."""
    thrown: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height})
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: thrown.append(str(error)))
        page.goto(url)
        page.locator(".row[data-id]").first.wait_for()
        settled(page)
        yield page
    finally:
        context.close()
    assert not thrown, thrown


def settled(page: Page) -> None:
    """Until the picture in view is made, and all is saved."""
    page.wait_for_function(
        "() => !document.querySelector('.notice')"
        " && document.querySelector('.saved')?.textContent.includes('Saved')"
    )


def at(page: Page, row: float, column: float) -> tuple[float, float]:
    """Where a point of the plate lies on the screen, the frame being fitted into the viewer."""
    box = page.locator(".viewer").bounding_box()
    size: dict[str, Any] = page.evaluate(
        "() => fetch('/api/session').then(r => r.json()).then(s => s.clips[0])"
    )
    assert box is not None
    zoom = min(box["width"] * 0.98 / size["width"], box["height"] * 0.98 / size["height"], 8)
    left = box["x"] + (box["width"] - size["width"] * zoom) / 2
    top = box["y"] + (box["height"] - size["height"] * zoom) / 2
    return left + column * zoom, top + row * zoom


def pixels(page: Page) -> AnyArray:
    """The viewer as it is on the screen, (H, W, 3) of 0..255."""
    import cv2

    shot = np.frombuffer(page.locator(".viewer").screenshot(), np.uint8)
    return cv2.imdecode(shot, cv2.IMREAD_COLOR)


def codes(clip: str, number: int) -> AnyArray:
    """Code values of a frame, (H, W, C)."""
    with open_source(clip) as source:
        return source.read(number).codes.planes[0].copy()
