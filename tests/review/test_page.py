"""The page in a real Chromium, on a real reel, with the engine that ships: looking, playing, deciding."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from engine.demo.reel import Reel, make_reel
from engine.types import AnyArray
from tests.review.page_session import Server, at, free_port, launched, opened, pixels, serving, settled

HEIGHT, WIDTH = 180, 320

NAMELESS = """() => {
    const named = e => e.getAttribute('aria-label') || e.alt || e.textContent.trim() || e.closest('label')?.textContent.trim();
    return [...document.querySelectorAll('button, input, select, img, [role]')]
        .filter(e => !e.closest('[aria-hidden]') && !named(e)).map(e => e.outerHTML.slice(0, 120));
}"""  # noqa: E501
CUT_OFF = """() => {
    const shown = document.querySelectorAll('.top > *, .transport > *, .verdicts button, .tabs button');
    return [...shown].filter(e => {
        const box = e.getBoundingClientRect();
        const outside = box.right > innerWidth + 1 || box.bottom > innerHeight + 1;
        return outside || e.scrollWidth > e.clientWidth + 2;
    }).map(e => e.textContent);
}"""


CANVAS = """([width, height]) => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
    const canvas = document.querySelector('canvas.picture');
    const [x, y] = [canvas.width / 2 - width / 2 - 2, canvas.height / 2 - height / 2 - 2].map(Math.round);
    const line = document.querySelector('canvas.marks').getContext('2d');
    const row = line.getImageData(0, 1, canvas.width, 1).data;
    const whole = Array.from({length: canvas.width}, (_, at) => row[4 * at + 3]).map(alpha => alpha > 0);
    const marked = whole.flatMap((one, at) => one ? [at] : []);
    done([[...canvas.getContext('2d').getImageData(x, y, width + 4, height + 4).data], x, marked]);
})))"""
"""What is in the middle of the canvas, where it begins, and what of an upper row is drawn over."""
SURROUND = 29


def plate_on_canvas(page: Page) -> tuple[AnyArray, int, int]:
    """The plate as it is drawn at 1:1, (H, W, 3), where it begins on the canvas, and where the wipe is."""
    values, left, marked = page.evaluate(CANVAS, [WIDTH, HEIGHT])
    around = np.array(values, np.uint8).reshape(HEIGHT + 4, WIDTH + 4, 4)[..., :3]
    rows, columns = (np.flatnonzero((around != SURROUND).any(axis=axes)) for axes in ((1, 2), (0, 2)))
    assert (len(rows), len(columns)) == (HEIGHT, WIDTH)
    assert marked, "the wipe has no line"
    shown = around[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return shown, left + int(columns[0]), (min(marked) + max(marked) + 1) // 2


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    return make_reel(tmp_path_factory.mktemp("reel"), 5, HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def server(browser: Browser, reel: Reel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    out = tmp_path_factory.mktemp("out")
    with serving([reel.damaged], out, free_port()) as one:
        yield one


@pytest.fixture(scope="module")
def _page(browser: Browser, server: Server) -> Iterator[Page]:
    with opened(browser, server.url) as page:
        yield page


@pytest.fixture
def page(_page: Page) -> Page:
    """The page, put back to how it opens."""
    for key in ("Escape", "F1", "Home", "f", "w"):
        _page.keyboard.press(key)
    if _page.get_by_role("button", name="Wipe").get_attribute("aria-pressed") == "false":
        _page.keyboard.press("w")
    settled(_page)
    return _page


@pytest.fixture
def _no_outlines(page: Page) -> Iterator[None]:
    page.keyboard.press("Shift+o")
    yield
    page.keyboard.press("Shift+o")


@pytest.mark.usefixtures("_no_outlines")
def test_the_wipe_divides_before_from_after(page: Page) -> None:
    box = page.locator(".viewer").bounding_box()
    assert box is not None
    page.keyboard.press("b")
    before = pixels(page).astype(int)
    page.keyboard.press("b")
    after = pixels(page).astype(int)
    page.keyboard.press("w")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, y, steps=3)
    page.mouse.up()
    page.mouse.move(5, 5)
    split = pixels(page).astype(int)
    line = int(split.shape[1] * 0.25)
    inner = slice(60, -70)
    assert np.abs(before - after)[inner].max() > 40
    assert np.abs(split - before)[inner, 5 : line - 12].max() <= 2
    assert np.abs(split - after)[inner, line + 12 : -5].max() <= 2


@pytest.mark.usefixtures("_no_outlines")
def test_a_pixel_of_the_plate_is_a_square_at_800_percent(page: Page) -> None:
    page.keyboard.press("b")
    for _ in range(6):
        page.keyboard.press("+")
    expect(page.locator(".readout")).to_contain_text("800 %")
    shown = pixels(page)[100:300, 100:500].astype(int)
    steps = (np.abs(np.diff(shown, axis=1)).max(axis=2) > 1).any(axis=0)
    places = np.flatnonzero(steps)
    assert len(places) > 10
    assert len(set(places % 8)) == 1


def test_every_pixel_at_1_to_1_is_the_servers_own_up_to_the_edge_of_the_wipe(
    page: Page, server: Server
) -> None:
    page.keyboard.press("z")
    expect(page.locator(".readout")).to_contain_text("100 %")
    sides = []
    for kind in ("before", "after"):
        answer = page.request.get(f"{server.base}/api/clips/1/frames/1001/picture/{kind}")
        sides.append(np.frombuffer(answer.body(), np.uint8).reshape(HEIGHT, WIDTH, 3))
    assert (sides[0] != sides[1]).any()
    box = page.locator(".viewer").bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    for asked in (0.45, 0.5):
        page.mouse.move(box["x"] + plate_on_canvas(page)[2], middle)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * asked, middle, steps=3)
        page.mouse.up()
        shown, left, line = plate_on_canvas(page)
        edge = line - left
        assert 0 < edge < WIDTH
        wanted = np.concatenate([sides[0][:, :edge], sides[1][:, edge:]], axis=1)
        np.testing.assert_array_equal(shown, wanted)


def test_it_plays_both_ways_and_steps(page: Page) -> None:
    number = page.get_by_role("textbox", name="Frame")
    page.keyboard.press("ArrowRight")
    expect(number).to_have_value("1002")
    page.keyboard.press("l")
    expect(number).to_have_value("1005")
    page.keyboard.press("j")
    expect(number).to_have_value("1001")
    page.keyboard.press("k")
    page.keyboard.press("End")
    expect(number).to_have_value("1005")


def test_one_key_decides_and_goes_on_and_is_undone(page: Page) -> None:
    page.keyboard.press("ArrowDown")
    first = page.locator(".row.focused")
    one = first.get_attribute("data-id")
    page.keyboard.press("v")
    row = page.locator(f'.row[data-id="{one}"]')
    expect(row).to_contain_text("vetoed")
    expect(page.locator(".row.focused")).not_to_have_attribute("data-id", one or "")
    settled(page)
    page.keyboard.press("Control+z")
    expect(row).not_to_contain_text("vetoed")
    page.keyboard.press("Control+Shift+z")
    expect(row).to_contain_text("vetoed")
    page.keyboard.press("Control+z")
    expect(row).not_to_contain_text("vetoed")


def test_rows_that_left_the_server_before_an_undo_do_not_bring_the_verdict_back(page: Page) -> None:
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    one = page.locator(".row.focused").get_attribute("data-id")
    row = page.locator(f'.row[data-id="{one}"]')
    expect(row).not_to_contain_text("vetoed")
    listing = re.compile(r"/api/clips/1/defects\?")
    held: list[tuple[Route, APIResponse]] = []
    holding = True

    def ask(route: Route) -> None:
        if holding:
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route(listing, ask)
    page.keyboard.press("v")
    late: list[tuple[Route, APIResponse]] = []
    for _ in range(200):
        late = [one for one in held if '"veto"' in one[1].text()]
        if late:
            break
        page.wait_for_timeout(50)
    assert late, "no list with the verdict in it was asked for"
    page.keyboard.press("Control+z")
    expect(row).not_to_contain_text("vetoed")
    for route, response in late:
        route.fulfill(response=response)
    page.wait_for_timeout(100)
    assert "vetoed" not in row.inner_text()
    # The route stays: taken up with a request on its way, it would leave that one without an answer.
    holding = False
    for route, response in held:
        if (route, response) not in late:
            route.fulfill(response=response)


def test_undo_takes_back_a_decision_that_is_still_on_its_way(page: Page) -> None:
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    one = page.locator(".row.focused").get_attribute("data-id")
    row = page.locator(f'.row[data-id="{one}"]')
    page.keyboard.press("v")
    page.keyboard.press("Control+z")
    settled(page)
    expect(row).not_to_contain_text("vetoed")


def test_the_lasso_selects_what_it_encloses(page: Page) -> None:
    page.keyboard.press("g")
    corners = [
        at(page, row, column)
        for row, column in ((1, 1), (1, WIDTH - 1), (HEIGHT - 1, WIDTH - 1), (HEIGHT - 1, 1))
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in (*corners[1:], corners[0]):
        page.mouse.move(*corner, steps=5)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"\d+ selected"))).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text(re.compile(r"\d+ selected"))).to_have_count(0)


def test_a_frame_is_walked_through_the_pipeline(page: Page) -> None:
    page.keyboard.press("F2")
    panel = page.get_by_role("tabpanel")
    for step in (
        "Decode",
        "Alignment",
        "Difference",
        "Probability",
        "Matte",
        "Candidates",
        "Fill",
        "Grain",
        "Composite",
    ):
        expect(panel.get_by_role("heading", name=step)).to_be_visible()
    first = panel.locator("img").first
    expect(first).to_have_js_property("complete", True)
    assert first.evaluate("one => one.naturalWidth") > 0


def test_settings_change_the_picture_in_view(page: Page) -> None:
    page.keyboard.press("F3")
    version = "() => fetch('/api/clips/1/frames/1001?wait=0').then(r => r.json()).then(f => f.version)"
    before = page.evaluate(version)
    page.get_by_role("slider", name="Sensitivity", exact=True).focus()
    with page.expect_response(
        lambda answer: answer.url.endswith("/settings") and answer.request.method == "PUT"
    ):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert page.evaluate(version) != before
    page.get_by_role("button", name="Set everything back to the defaults").click()
    settled(page)
    expect(page.get_by_role("slider", name="Sensitivity", exact=True)).to_have_value("0.2")


def test_the_keyboard_map_tells_every_key(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard map")
    expect(dialog).to_be_visible()
    assert dialog.locator("dt").count() > 50
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("panel", ["F1", "F2", "F3", "F4"])
def test_everything_that_can_be_used_has_a_name(page: Page, panel: str) -> None:
    page.keyboard.press(panel)
    nameless = page.evaluate(NAMELESS)
    assert nameless == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (2560, 1440)])
def test_nothing_is_cut_off_on_a_laptop_or_a_large_screen(page: Page, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    for panel in ("F3", "F4", "F1"):
        page.keyboard.press(panel)
        assert page.evaluate(CUT_OFF) == [], panel
    viewer = page.locator(".viewer").bounding_box()
    assert viewer is not None
    assert viewer["width"] * viewer["height"] > 0.5 * width * height
    page.set_viewport_size({"width": 1366, "height": 768})


def test_a_wrong_token_gets_nothing(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    try:
        answer = context.new_page().goto(f"{server.base}/?token=wrong")
        assert answer is not None
        assert answer.status == 401
    finally:
        context.close()


def test_the_folder_of_the_reel_is_known_to_the_page_by_name_only(page: Page, reel: Reel) -> None:
    assert page.locator(".clip-name").inner_text() == Path(reel.damaged).name
