"""What is decided on the page shows at once, and is taken back for all to see where it was not saved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from engine.demo.reel import Reel, make_reel
from tests.review.page_session import free_port, launched, opened, serving, settled

HEIGHT, WIDTH = 180, 320
DECIDED = re.compile(r"/api/clips/1/decisions$")
AFTERS = re.compile(r"/api/clips/1/defects/[\d.]+/thumbnail/after")
REFUSAL = "The disk is full; make room."


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    return make_reel(tmp_path_factory.mktemp("reel"), 4, HEIGHT, WIDTH)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as chromium:
        yield chromium


@pytest.fixture(scope="module")
def _page(browser: Browser, reel: Reel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    out = tmp_path_factory.mktemp("out")
    with serving([reel.damaged], out, free_port()) as server, opened(browser, server.url) as page:
        yield page


@pytest.fixture
def fresh(browser: Browser, reel: Reel, tmp_path: Path) -> Iterator[Page]:
    """A page of its own server, that has looked at no frame but the first."""
    with serving([reel.damaged], tmp_path, free_port()) as server, opened(browser, server.url) as page:
        settled(page)
        yield page


class Answers:
    """Who answers decisions. The route stays: laid and taken up again, it lets some of them through."""

    def __init__(self, page: Page) -> None:
        self.by: Callable[[Route], object] = Route.continue_
        page.route(DECIDED, lambda route: self.by(route))


@pytest.fixture(scope="module")
def _answers(_page: Page) -> Answers:
    return Answers(_page)


@pytest.fixture
def answers(_answers: Answers) -> Iterator[Answers]:
    yield _answers
    _answers.by = Route.continue_


@pytest.fixture
def page(_page: Page) -> Page:
    """The page with all saved and the cursor on a defect that no test before was about."""
    _page.keyboard.press("Escape")
    settled(_page)
    name = _page.locator(".row.verdict-none[data-id]").first.get_attribute("data-id")
    row = _page.locator(f'.row[data-id="{name}"]')
    row.click()
    expect(row).to_have_class(re.compile("focused"))
    return _page


def focused(page: Page) -> Locator:
    """The row under the cursor, wherever the cursor goes from now on."""
    name = page.locator(".row.focused").get_attribute("data-id")
    return page.locator(f'.row[data-id="{name}"]')


class Holding:
    """Keeps repaired thumbnails from the page until they are let go.

    The route stays till the page closes: one that is taken up with a request on its way leaves that one
    without an answer, and its task to be found by whichever test comes next.
    """

    def __init__(self, page: Page) -> None:
        self._held: list[Route] | None = []
        page.route(AFTERS, self._ask)

    def _ask(self, route: Route) -> None:
        if self._held is None:
            route.continue_()
        else:
            self._held.append(route)

    def elsewhere(self) -> set[str]:
        """The thumbnails asked for that are not of the frame in view."""
        asked = [route.request.url for route in self._held or []]
        return {url for url in asked if "/defects/1004." not in url}

    def let_go(self) -> None:
        held, self._held = self._held, None
        for route in held or []:
            route.continue_()


def change_a_setting(page: Page) -> None:
    """And go back to the list once the page looks at its frame anew: till then it thinks all is made."""
    page.keyboard.press("F3")
    with page.expect_response(re.compile(r"/api/clips/1/frames/\d+$")):
        page.get_by_role("slider", name="Sensitivity", exact=True).focus()
        page.keyboard.press("ArrowRight")
    page.keyboard.press("F1")
    settled(page)


def refuse(route: Route) -> None:
    told = {"error": {"kind": "SinkError", "message": REFUSAL}}
    route.fulfill(status=500, content_type="application/json", body=json.dumps(told))


def test_a_decision_shows_before_it_is_saved_and_says_so(page: Page, answers: Answers) -> None:
    held: list[Route] = []
    answers.by = held.append
    row = focused(page)
    page.keyboard.press("v")
    expect(row.locator(".ruling.saving")).to_have_text("vetoed")
    expect(page.locator(".saved")).to_contain_text("Saving…")
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(50)
    held[0].continue_()
    settled(page)
    expect(row.locator(".ruling")).to_have_text("vetoed")
    expect(row.locator(".saving")).to_have_count(0)


@pytest.mark.parametrize("lost", [False, True])
def test_what_is_not_saved_is_taken_back_and_says_so_until_it_is_decided_anew(
    page: Page, answers: Answers, lost: bool
) -> None:
    row, refused = focused(page), 0

    def answer(route: Route) -> None:
        nonlocal refused
        refused += 1
        if lost:
            route.abort()
        else:
            refuse(route)

    answers.by = answer
    page.keyboard.press("v")
    expect(row.locator(".unsaved")).to_have_text("not saved: vetoed")
    expect(row.locator(".ruling")).to_have_count(0)
    expect(row).to_have_class(re.compile("verdict-none"))
    alert = page.get_by_role("alert").filter(has_text="Not saved, and taken back: veto on frame 100")
    expect(alert.last).to_contain_text("cannot be reached" if lost else REFUSAL)
    assert refused == 1
    answers.by = Route.continue_
    settled(page)
    row.click()
    page.keyboard.press("a")
    expect(row.locator(".ruling")).to_have_text("accepted")
    expect(row.locator(".unsaved")).to_have_count(0)


def test_of_two_decisions_on_one_defect_only_the_refused_one_is_taken_back(
    page: Page, answers: Answers
) -> None:
    sent: list[str] = []

    def answer(route: Route) -> None:
        sent.append(route.request.post_data_json["verdict"])
        if len(sent) == 2:
            refuse(route)
        else:
            route.continue_()

    answers.by = answer
    page.get_by_label("go on to the next").uncheck()
    row = focused(page)
    page.keyboard.press("a")
    page.keyboard.press("v")
    expect(row.locator(".unsaved")).to_have_text("not saved: vetoed")
    expect(row).to_have_class(re.compile("verdict-accept"))
    assert sent == ["accept", "veto"]
    page.keyboard.press("p")
    expect(row.locator(".ruling")).to_have_text("protected")
    settled(page)
    page.keyboard.press("Control+z")
    expect(row.locator(".ruling")).to_have_text("accepted")


def test_thumbnails_that_have_to_be_repaired_leave_the_line_free_for_decisions(fresh: Page) -> None:
    page = fresh
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        settled(page)
    held = Holding(page)
    change_a_setting(page)
    first = page.locator(".row[data-id^='1001']").first
    first.wait_for()
    for _ in range(300):
        if held.elsewhere():
            break
        page.wait_for_timeout(100)
    # Time for a second one to be asked for, were they not asked for one by one.
    page.wait_for_timeout(500)
    assert len(held.elsewhere()) == 1
    first.click()
    row = focused(page)
    page.keyboard.press("v")
    expect(row.locator(".ruling:not(.saving)")).to_have_text("vetoed")
    held.let_go()
    page.wait_for_function("() => [...document.querySelectorAll('.thumbs img')].every(one => one.src)")


def test_a_change_of_settings_has_thumbnails_of_frames_not_in_view_made_anew(fresh: Page) -> None:
    page = fresh
    page.keyboard.press("ArrowRight")
    settled(page)
    repaired = page.locator(".row[data-id^='1001']").first.locator(".thumbs img").last
    expect(repaired).to_have_attribute("src", AFTERS)
    before = repaired.get_attribute("src")
    change_a_setting(page)
    expect(repaired).not_to_have_attribute("src", before or "")
    expect(repaired).to_have_attribute("src", AFTERS)


def test_what_has_left_the_list_hands_the_mark_to_none_but_the_next_that_is_chosen(page: Page) -> None:
    page.get_by_role("combobox", name="Decision").select_option("none")
    page.get_by_label("go on to the next").uncheck()
    rows = page.locator(".row[data-id]")
    rows.first.click()
    decided, following = focused(page), rows.nth(1).get_attribute("data-id")
    page.keyboard.press("a")
    settled(page)
    expect(decided).to_have_count(0)
    expect(page.locator(".row.focused")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row.focused")).to_have_attribute("data-id", following or "")
    page.get_by_label("go on to the next").check()
    page.get_by_role("combobox", name="Decision").select_option("")
