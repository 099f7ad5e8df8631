"""The demo: measures, previews, and the command itself with an engine that needs no network."""

from __future__ import annotations

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from engine import pipeline
from engine.cli import main
from engine.demo import movies
from engine.demo.display import display_of
from engine.demo.movies import wiped
from engine.demo.quality import measure
from engine.demo.run import telling_frames
from engine.media.open import open_source
from engine.types import CodeLayout, Codes
from tests.render.fake_engine import build_fake, chromatic_reel


@pytest.fixture
def _fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "build", build_fake)


def test_quality_counts_visible_damage_only() -> None:
    clean = np.full((10, 10, 3), 0.5, np.float32)
    damaged = clean.copy()
    damaged[0, 0] += 0.1
    damaged[1, 1] += 0.01
    restored = damaged.copy()
    restored[0, 0] = clean[0, 0] + 0.01
    restored[9, 9] += 0.2
    found = measure([(clean, damaged, restored)])
    assert found is not None
    assert found.before == pytest.approx(20.0, abs=1e-3)
    assert found.after == pytest.approx(40.0, abs=1e-3)
    assert found.altered == pytest.approx(1 / 98)


def test_without_damage_there_is_nothing_to_measure() -> None:
    clean = np.full((10, 10, 3), 0.5, np.float32)
    assert measure([(clean, clean, clean)]) is None


def test_the_most_damaged_frame_of_each_part_is_shown() -> None:
    damaged = {number: float(number % 4) for number in range(100, 112)}
    assert telling_frames(damaged, 3) == [103, 107, 111]
    assert telling_frames({5: 0.0}, 3) == [5]


def test_a_wipe_shows_both_sides() -> None:
    before, after = np.zeros((21, 41, 3), np.uint8), np.full((21, 41, 3), 200, np.uint8)
    picture = wiped(before, after, 0.5)
    assert picture.shape == (20, 40, 3)
    assert picture[:, :15].max() == 0
    assert picture[:, 25:].min() == 200


@pytest.mark.parametrize("space", ["Cineon Film Log", "ACEScg", "sRGB - Texture"])
def test_plates_are_shown_with_more_light_brighter(space: str) -> None:
    ramp = np.linspace(200, 800, 64).astype(np.uint16)
    codes = Codes(
        (np.repeat(ramp[None, :, None], 3, axis=2),), CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
    )
    shown = display_of(space, None)(codes)
    assert shown.dtype == np.uint8
    assert (np.diff(shown[0, :, 1].astype(int)) >= 0).all()
    assert int(shown[0, -1, 1]) > int(shown[0, 0, 1]) + 60


def test_video_is_shown_as_it_is() -> None:
    plate = np.random.default_rng(2).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    codes = Codes((plate,), CodeLayout("rgb", ("R", "G", "B"), "integer", 8))
    np.testing.assert_array_equal(display_of("Gamma 2.4 Rec.709 - Texture", None)(codes), plate)


@pytest.mark.usefixtures("_fake_engine")
def test_the_drawn_reel_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--out", str(tmp_path), "--seconds", "0.13"]) == 0
    told = capsys.readouterr().out
    assert str(tmp_path / "contact_sheet.png") in told
    assert "dB before" in told
    sheet = cv2.imread(str(tmp_path / "contact_sheet.png"))
    assert sheet.shape[1] > 1900
    with open_source(str(tmp_path / "restored" / "restored.####.dpx")) as frames:
        assert list(frames.info.frames) == [1001, 1002, 1003]
        with open_source(str(tmp_path / "restored.mkv")) as movie:
            for number, place in zip(frames.info.frames, movie.info.frames, strict=True):
                planes = zip(frames.read(number).codes.planes, movie.read(place).codes.planes, strict=True)
                assert all(np.array_equal(one, two) for one, two in planes)
    assert main(["demo", "--out", str(tmp_path), "--seconds", "0.05", "--json"]) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert result["type"] == "demo"
    assert result["summary"]["outcome"] == "complete"
    assert result["quality"]["before"] > 0


@pytest.mark.usefixtures("_fake_engine")
def test_a_film_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chromatic_reel(
        tmp_path / "scan", range(1, 9), lambda number: (slice(9, 15), slice(3 * number, 3 * number + 6))
    )
    film = str(tmp_path / "film.mkv")
    assert main(["render", str(tmp_path / "scan" / "scan.####.dpx"), film, "--quiet"]) == 0
    arguments = ["demo", film, "--out", str(tmp_path / "d"), "--seconds", "0.2", "--colour-space", "ADX10"]
    assert main(arguments) == 0
    assert "dB" not in capsys.readouterr().out
    assert (tmp_path / "d" / "contact_sheet.png").is_file()
    with open_source(str(tmp_path / "d" / "restored.mkv")) as movie:
        assert len(movie.info.frames) == 5
    preview = tmp_path / "d" / "preview.mp4"
    if preview.exists():
        with av.open(str(preview)) as container:
            assert sum(1 for _ in container.decode(video=0)) == 5


@pytest.mark.usefixtures("_fake_engine")
def test_without_an_h264_encoder_there_is_no_preview(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movies, "ENCODERS", ("no_such_encoder",))
    chromatic_reel(tmp_path / "scan", range(1, 3), lambda number: None)
    source = str(tmp_path / "scan" / "scan.####.dpx")
    assert main(["demo", source, "--out", str(tmp_path / "d"), "--quiet"]) == 0
    assert not (tmp_path / "d" / "preview.mp4").exists()
    assert (tmp_path / "d" / "restored.mkv").exists()
