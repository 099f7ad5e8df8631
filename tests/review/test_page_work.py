"""Work from the page: two clips in the bin, a render held, gone on with, given up; files for the client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.demo.reel import Reel, make_reel
from tests.review.page_session import free_port, launched, opened, serving

HEIGHT, WIDTH, FRAMES = 270, 480, 14
PATIENT = 120_000
"""ms: a busy machine renders a few frames a second."""


@pytest.fixture(scope="module")
def reel(tmp_path_factory: pytest.TempPathFactory) -> Reel:
    return make_reel(tmp_path_factory.mktemp("reel"), FRAMES, HEIGHT, WIDTH)


@pytest.fixture
def page(reel: Reel, tmp_path: Path) -> Iterator[Page]:
    """Both the damaged clip and the clean one are open; the work panel is in view."""
    with (
        launched() as browser,
        serving([reel.damaged, reel.clean], tmp_path / "out", free_port()) as server,
        opened(browser, server.url) as shown,
    ):
        shown.keyboard.press("F4")
        yield shown


@pytest.mark.slow
def test_a_render_is_held_gone_on_with_and_given_up(page: Page, tmp_path: Path) -> None:
    page.get_by_role("button", name="Render the whole clip").click()
    page.get_by_role("button", name="Pause").click(timeout=PATIENT)
    job = page.locator(".job").first
    expect(job).to_contain_text("paused", timeout=PATIENT)
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("button", name="Cancel").click(timeout=PATIENT)
    expect(job).to_contain_text("cancelled", timeout=PATIENT)
    page.get_by_label("Write over what is there").check()
    page.get_by_role("button", name="Render the whole clip").click()
    expect(page.locator(".job").first).to_contain_text("done in", timeout=PATIENT)
    assert len(list((tmp_path / "out").glob("damaged/restored/*.dpx"))) == FRAMES


@pytest.mark.slow
def test_files_for_the_client_are_made_from_the_page(page: Page, tmp_path: Path) -> None:
    for name in ("Stills of this frame", "Contact sheet of the largest repairs", "The decisions file"):
        page.get_by_role("button", name=name).click()
    expect(page.locator(".job").filter(has_text="done in")).to_have_count(3, timeout=PATIENT)
    expect(page.locator(".files a").first).to_be_visible()
    made = {path.suffix for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert {".png", ".json"} <= made


@pytest.mark.slow
def test_the_other_clip_of_the_bin_comes_into_view(page: Page, reel: Reel) -> None:
    chosen = page.get_by_role("combobox", name="Clip")
    chosen.select_option(label=Path(reel.clean).name)
    expect(page.locator(".clip-name select")).to_have_value("2")
    expect(page.get_by_role("button", name="Render the whole clip")).to_be_visible()
