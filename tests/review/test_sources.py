"""Clips of other kinds under review: a movie with subsampled chroma, a still, several in one bin."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from starlette.testclient import TestClient

from engine.media.open import open_source
from engine.parameters import Settings
from engine.render.request import RenderRequest
from engine.review.access import HEADER, Access
from engine.review.answers import Crew
from engine.review.app import application
from engine.review.kept_settings import KeptSettings
from engine.review.opened import ReviewRequest
from engine.review.workplace import Workplace
from tests.cli.test_movies import DIRT, film
from tests.conftest import assert_same_codes
from tests.render.fake_engine import chromatic_reel
from tests.review.conftest import BASE, PORT, Review, damage_of, pretend

SPACE = "Gamma 2.4 Rec.709 - Texture"


@pytest.fixture(scope="module")
def review(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Review]:
    """A movie, and one frame of a scan as a still."""
    folder = tmp_path_factory.mktemp("bin")
    movie = film(folder / "film.mkv", "ffv1", "yuv422p10le", {})
    chromatic_reel(folder / "scan", [1], damage_of)
    requests = [
        ReviewRequest(RenderRequest(str(movie), colour_space=SPACE), folder / "out"),
        ReviewRequest(RenderRequest(str(folder / "scan" / "scan.0001.dpx"))),
    ]
    access = Access("127.0.0.1", PORT)
    with pytest.MonkeyPatch.context() as patch:
        pretend(patch)
        with Workplace(requests) as place, Crew() as crew:
            app = application(place, crew, access)
            with TestClient(app, base_url=BASE, headers={HEADER: access.token}) as client:
                yield Review(client, place, access, folder, {})


@pytest.fixture
def third(review: Review) -> int:
    """The frame of the movie that has the dirt."""
    return review.get("")["first"] + 2


def test_the_bin_tells_of_each(review: Review) -> None:
    session = review.client.get("/api/session").json()
    assert [(clip["id"], clip["kind"], clip["count"]) for clip in session["clips"]] == [
        ("1", "movie", 6),
        ("2", "still", 1),
    ]
    assert [clip["view"] for clip in session["clips"]] == ["codes", "view:0"], "video is shown as it is"


def test_a_movie_is_shown_before_and_after(review: Review, third: int) -> None:
    before, after = review.picture(third, "before"), review.picture(third, "after")
    changed = (before != after).any(axis=2)
    assert changed[DIRT].all()
    assert changed.mean() < 0.1
    np.testing.assert_array_equal(review.picture(third, "composite"), after)
    with open_source(str(review.folder / "film.mkv")) as source:
        codes = source.read(third)
        seen = review.bench.frames.seen(third)
        assert seen.patch is None
        outside = np.ones((48, 64), bool)
        outside[DIRT] = False
        assert_same_codes(seen.after(codes).codes, codes.codes, outside=~outside)


def test_a_box_is_searched_on_whole_chroma_samples(review: Review, third: int) -> None:
    review.client.put("/api/clips/1/settings", json={"values": {"minimum_area": 900}})
    rows, columns = DIRT
    corners = [rows.start - 1, columns.start - 1, rows.stop + 1, columns.stop + 1]
    answer = review.post(f"/frames/{third}/detect", box=corners)
    assert answer["patch"] is not None
    patch = review.client.get(answer["patch"]["picture"])
    assert len(patch.content) == 10 * 10 * 3
    review.post("/undo")
    review.post("/settings/reset")


def test_what_is_vetoed_in_a_movie_keeps_its_codes(review: Review, third: int) -> None:
    region = review.get(f"/frames/{third}")["regions"][0]
    review.post("/decisions", action="decide", verdict="veto", defects=[region["id"]])
    job = review.ended(review.post("/renders", format=".mkv"))
    result = review.folder / "out" / "film" / "restored" / job["outputs"]["picture"]
    with open_source(str(review.folder / "film.mkv")) as source, open_source(str(result)) as made:
        for number in source.info.frames:
            assert_same_codes(made.read(number).codes, source.read(number).codes)
    review.post("/undo")


def test_a_still_has_no_neighbours_and_works_all_the_same(review: Review) -> None:
    answer = review.client.get("/api/clips/2/frames/1")
    assert answer.status_code == 200, answer.text
    assert answer.json()["neighbours"] == []
    walk = review.client.get("/api/clips/2/frames/1/walk").json()
    alignment = next(step for step in walk["steps"] if step["id"] == "alignment")
    assert alignment["pictures"] == []
    assert review.client.get("/api/clips/2/shot?frame=1").json() == {"first": 1, "last": 1}


def test_settings_are_kept_for_the_next_time(review: Review) -> None:
    review.client.put("/api/clips/1/settings", json={"values": {"sensitivity": 0.4}})
    kept = KeptSettings(review.folder / "out" / "film" / ".film.settings.json")
    assert kept.over(Settings()).sensitivity == 0.4
    assert kept.over(Settings(sensitivity=0.1)).sensitivity == 0.1, "what is asked for wins"
    review.post("/settings/reset")


def test_nothing_is_written_beside_the_frames_of_a_scan(review: Review) -> None:
    names = {path.name for path in (review.folder / "scan").iterdir()}
    assert names == {"scan.0001.dpx", "reelmend"}
