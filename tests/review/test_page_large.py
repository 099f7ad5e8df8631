"""200,000 frames with 10,000 defects in the page: what has to stay fluid, and what has to stay small."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.demo.reel import write_log_dpx
from tests.review.page_session import free_port, launched, opened, serving

FRAMES = 200_000
DEFECTS = 10_000
LINKS = 20_000
HEIGHT, WIDTH = 90, 160
CLASSES = ("blotch", "hair", "scratch", "other")

pytestmark = pytest.mark.slow


def region(rng: np.random.Generator, number: int) -> dict[str, object]:
    top, left = int(rng.integers(0, HEIGHT - 12)), int(rng.integers(0, WIDTH - 12))
    return {
        "id": 1, "box": [top, left, top + 9, left + 11], "area": int(rng.integers(3, 99)),
        "class": CLASSES[number % 4], "confidence": float(rng.random()), "fill": "temporal",
        "state": "repaired",
    }  # fmt: skip


def write_audit(path: Path) -> None:
    """An audit as a killed render leaves it, with one defect in every twentieth frame."""
    rng = np.random.default_rng(3)
    header = {
        "started": "2026-01-01T00:00:00Z", "versions": {}, "outputs": {},
        "settings": {}, "identity": {}, "models": [],
        "colour": dict.fromkeys(("space", "reason", "config", "config_id", "model_encoding"), ""),
        "checksums": {"algorithms": ["xxh3"], "source": "file", "output": "file"},
        "source": {
            "path": "long.######.dpx", "kind": "sequence", "format": "DPX", "size": [HEIGHT, WIDTH],
            "frames": f"1-{FRAMES}", "gaps": "", "rate": "24", "timecode": "", "tags": {},
            "codes": {
                "model": "rgb", "channels": ["R", "G", "B"], "kind": "integer", "bits": 10,
                "subsampling": [1, 1], "matrix": "", "full_range": True,
            },
        },
    }  # fmt: skip
    with path.open("w") as sink:
        sink.write('{"format":"reelmend-audit","version":1,"header":' + json.dumps(header) + ',"frames":[\n')
        for place, number in enumerate(range(1, FRAMES + 1, FRAMES // DEFECTS)):
            line = {
                "number": number, "status": "written", "damaged": float(rng.uniform(1e-5, 1e-2)),
                "regions": [region(rng, number)], "neighbours": [-2, -1, 1, 2], "seconds": {},
                "checksums": {},
            }  # fmt: skip
            sink.write(("," if place else "") + json.dumps(line) + "\n")


def write_clip(folder: Path) -> str:
    """One picture under 200,000 names; a file system gives one file some 65,000 at most."""
    picture = np.random.default_rng(1).integers(0, 1024, (HEIGHT, WIDTH, 3)).astype(np.uint16)
    for number in range(1, FRAMES + 1):
        original = folder / f"long.{number - (number - 1) % LINKS:06d}.dpx"
        if number % LINKS == 1:
            write_log_dpx(original, picture, number)
        else:
            os.link(original, folder / f"long.{number:06d}.dpx")
    return str(folder / "long.######.dpx")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with launched() as browser, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        audit = folder / "long.reelmend.json"
        write_audit(audit)
        with (
            serving([write_clip(folder)], folder / "out", free_port(), "--audit", str(audit)) as server,
            opened(browser, server.url) as page,
        ):
            yield page


def longest(page: Page, act: str) -> float:
    """Milliseconds that the page took at most to answer while `act` was done 20 times."""
    answer: float = page.evaluate(
        """async act => {
            const pressed = key => dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
            const drawn = {
                list: n => { document.querySelector('.scroller').scrollTop = n * 37777; },
                key: n => pressed('ArrowDown'),
                decision: n => pressed(n % 2 ? 'v' : 'a'),
                timeline: n => {
                    const line = document.querySelector('.timeline'), box = line.getBoundingClientRect();
                    line.dispatchEvent(new WheelEvent('wheel', {
                        deltaY: n % 2 ? 150 : -160, clientX: box.left + box.width * 0.3, clientY: box.top + 9,
                        bubbles: true, cancelable: true }));
                },
            }[act];
            let longest = 0;
            for (let n = 1; n <= 20; n++) {
                const began = performance.now();
                drawn(n);
                await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
                longest = Math.max(longest, performance.now() - began);
                await new Promise(done => setTimeout(done, 60));
            }
            return longest;
        }""",
        act,
    )
    return answer


def test_ten_thousand_defects_are_listed_by_a_few_rows(page: Page) -> None:
    # What is looked at anew is no longer what the audit said of this noise.
    many = re.compile(r"(10,000|9,\d{3})")
    expect(page.locator(".count")).to_contain_text(many)
    assert page.locator(".row").count() < 40
    # Again and again: while the audit is still being read the list grows.
    page.wait_for_function(
        """() => {
            const box = document.querySelector('.scroller');
            box.scrollTop = box.scrollHeight;
            return [...document.querySelectorAll('.row')].some(row => /^199\\d\\d1/.test(row.textContent));
        }"""
    )
    page.keyboard.press("Control+a")
    expect(page.locator(".count")).to_contain_text(re.compile(r"(10,000|9,\d{3}) selected"))
    page.keyboard.press("Escape")


@pytest.mark.parametrize("act", ["list", "key", "decision", "timeline"])
def test_the_page_answers_while_it_is_used(
    page: Page, act: str, record_property: Callable[[str, object], None]
) -> None:
    """The time is noted, not judged, as machines differ."""
    took = longest(page, act)
    record_property(f"longest_ms_{act}", round(took))
    print(f"{act}: {took:.0f} ms at the longest")
    assert took > 0


@pytest.mark.timeout(1200)
def test_an_hour_of_stepping_keeps_the_page_as_small_as_it_was(page: Page) -> None:
    """Steps as fast as the page goes; what it holds levels off at its budgets."""
    page.get_by_role("textbox", name="Frame").fill("1000")
    page.keyboard.press("Enter")
    session = page.context.new_cdp_session(page)

    def held() -> float:
        session.send("HeapProfiler.collectGarbage")
        return float(session.send("Runtime.getHeapUsage")["usedSize"]) / 2**20

    def step(count: int) -> None:
        for _ in range(count):
            page.keyboard.press("ArrowRight")
            time.sleep(0.02)

    def nodes() -> int:
        """Once the list has its rows: one that is still on its way has fewer."""
        page.wait_for_function("() => !document.querySelector('.row.waiting')")
        return int(page.evaluate("() => document.querySelectorAll('*').length"))

    step(300)
    first, many = held(), nodes()
    step(900)
    print(f"heap {first:.1f} MB, and {held():.1f} MB after 900 further frames")
    assert held() < first * 1.3 + 4
    assert nodes() < many + 50
