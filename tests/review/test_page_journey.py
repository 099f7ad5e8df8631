"""A restorer's way: open, veto, paint, lose the server, come back, render; then look at the files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from engine.demo.reel import Reel, make_reel
from engine.types import AnyArray
from tests.review.page_session import at, codes, free_port, launched, opened, serving, settled

HEIGHT, WIDTH = 180, 320
FRAME = 1003
MARGIN = 6


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    return make_reel(tmp_path_factory.mktemp("reel"), 5, HEIGHT, WIDTH)


def regions(page: Page) -> list[list[int]]:
    """Boxes of what is found on the frame, as the page's own server tells."""
    found: list[list[int]] = page.evaluate(
        f"() => fetch('/api/clips/1/frames/{FRAME}').then(r => r.json()).then(f => f.regions.map(r => r.box))"
    )
    return found


def missed(reel: Reel, boxes: list[list[int]]) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of the damage farthest from all that was found."""
    off = np.abs(codes(reel.damaged, FRAME).astype(int) - codes(reel.clean, FRAME)).max(axis=2) > 60
    taken = np.zeros(off.shape, np.uint8)
    for top, left, bottom, right in boxes:
        taken[max(top - MARGIN, 0) : bottom + MARGIN, max(left - MARGIN, 0) : right + MARGIN] = 1
    _, _, found, _ = cv2.connectedComponentsWithStats((off & (taken == 0)).astype(np.uint8))
    left, top, width, height, _ = max(found[1:].tolist(), key=lambda one: one[4])
    return top, left, top + height, left + width


def paint(page: Page, box: tuple[int, int, int, int]) -> None:
    """Brushes over a box, from left to right, with a brush that covers its height."""
    top, left, bottom, right = box
    page.keyboard.press("c")
    radius = page.get_by_label("Radius of the brush")
    while float(radius.inner_text().split()[0]) < (bottom - top) / 2 + 1:
        page.keyboard.press("]")
    page.mouse.move(*at(page, (top + bottom) / 2, left))
    page.mouse.down()
    page.mouse.move(*at(page, (top + bottom) / 2, right), steps=8)
    page.mouse.up()


def veto(page: Page, box: list[int]) -> str:
    page.keyboard.press("h")
    page.mouse.click(*at(page, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
    row = page.locator(".row.focused")
    expect(row).to_be_visible()
    page.keyboard.press("v")
    settled(page)
    return str(FRAME) + "." + ".".join(map(str, box))


def listed(page: Page, decision: str) -> None:
    """Has the list show only what was decided on so."""
    page.get_by_role("combobox", name="Decision").select_option(decision)


def inside(box: list[int] | tuple[int, ...]) -> tuple[slice, slice]:
    return slice(box[0], box[2]), slice(box[1], box[3])


def apart(boxes: list[list[int]]) -> list[int]:
    """A region, not the smallest, that shares its place with no other."""

    def touches(one: list[int], other: list[int]) -> bool:
        return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

    alone = [box for box in boxes if not any(other != box and touches(box, other) for other in boxes)]
    return max(alone, key=lambda box: min(box[2] - box[0], box[3] - box[1]))


def rendered(page: Page, out: Path) -> str:
    page.keyboard.press("F4")
    page.get_by_role("button", name="Render the whole clip").click()
    expect(page.locator(".job", has_text="restored")).to_contain_text("done")
    (first,) = (out / "damaged" / "restored").glob("*.1001.dpx")
    return str(first).replace(".1001.", ".####.")


def test_what_was_decided_is_what_is_rendered_even_after_a_crash(reel: Reel, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with launched() as browser:
        with serving([reel.damaged], out, free_port()) as server, opened(browser, server.url) as page:
            page.get_by_role("textbox", name="Frame").fill(str(FRAME))
            page.keyboard.press("Enter")
            settled(page)
            boxes = regions(page)
            vetoed, painted = apart(boxes), missed(reel, boxes)
            name = veto(page, vetoed)
            paint(page, painted)
            listed(page, "add")
            page.locator(".row", has_text="added").wait_for()
            server.kill()
        with serving([reel.damaged], out, free_port()) as server, opened(browser, server.url) as page:
            page.get_by_role("textbox", name="Frame").fill(str(FRAME))
            page.keyboard.press("Enter")
            settled(page)
            listed(page, "veto")
            expect(page.locator(f'.row[data-id="{name}"]')).to_contain_text("vetoed")
            listed(page, "add")
            expect(page.locator(".row", has_text="added")).to_have_count(1)
            result = rendered(page, out)
    source, clean, done = (codes(clip, FRAME) for clip in (reel.damaged, reel.clean, result))
    assert_kept(source, done, vetoed)
    assert_repaired(source, clean, done, painted)
    found = [inside(box) for box in boxes if box != vetoed]
    assert any((done[place] != source[place]).any() for place in found)


def assert_kept(source: AnyArray, done: AnyArray, box: list[int]) -> None:
    assert done[inside(box)].tobytes() == source[inside(box)].tobytes()


def assert_repaired(source: AnyArray, clean: AnyArray, done: AnyArray, box: tuple[int, ...]) -> None:
    def away(picture: AnyArray) -> float:
        return float(np.abs(picture[inside(box)].astype(int) - clean[inside(box)]).mean())

    assert away(done) < 0.5 * away(source)


@pytest.mark.slow
def test_a_box_is_searched_and_repaired_at_once(reel: Reel, tmp_path: Path) -> None:
    with (
        launched() as browser,
        serving([reel.damaged], tmp_path / "out", free_port()) as server,
        opened(browser, server.url) as page,
    ):
        page.keyboard.press("x")
        page.mouse.move(*at(page, 2, 2))
        page.mouse.down()
        page.mouse.move(*at(page, HEIGHT - 2, WIDTH - 2), steps=3)
        page.mouse.up()
        expect(page.locator(".messages")).to_contain_text("found and repaired")
        listed(page, "add")
        expect(page.locator(".row", has_text="added").first).to_be_visible()
        page.keyboard.press("Control+z")
        expect(page.locator(".row", has_text="added")).to_have_count(0)
