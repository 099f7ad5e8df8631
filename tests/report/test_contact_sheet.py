"""The contact sheet: what is where, and which places are shown large."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import SinkError
from engine.report.contact_sheet import COLUMN, GAP, ZOOM, SheetFrame, busiest, draw_sheet, save_sheet


def frame(height: int = 270, width: int = 480, kept: tuple[int, int] | None = None) -> SheetFrame:
    rng = np.random.default_rng(3)
    before = rng.integers(0, 100, (height, width, 3), dtype=np.uint8)
    after = rng.integers(150, 250, (height, width, 3), dtype=np.uint8)
    matte = np.zeros((height, width), np.float32)
    matte[40:60, 100:130] = 1
    return SheetFrame("frame 7", before, matte, after, kept)


def test_before_matte_and_after_stand_side_by_side() -> None:
    sheet = draw_sheet("title", "subtitle", [frame()])
    assert sheet.shape[1] == 3 * COLUMN + 4 * GAP
    row = 70 + 30 + 180
    middles = [sheet[row - 20 : row + 20, GAP + k * (COLUMN + GAP) + 300 :][:, :40].mean() for k in range(3)]
    assert middles[0] < 110
    assert middles[1] == 0
    assert middles[2] > 140


def test_a_detail_is_the_frames_own_pixels_at_200_percent() -> None:
    shown = frame()
    sheet = draw_sheet("title", "subtitle", [shown])
    box = busiest(shown.matte, (113, 157), 1)[0]
    assert (box.top, box.left) == (0, 36)
    large = np.repeat(np.repeat(shown.before[box.slices], ZOOM, 0), ZOOM, 1)
    top = next(
        row for row in range(400, sheet.shape[0]) if (sheet[row, GAP : GAP + 20] == large[0, :20]).all()
    )
    np.testing.assert_array_equal(sheet[top : top + 200, GAP : GAP + large.shape[1]], large[:200])


def test_the_busiest_places_do_not_overlap_and_come_in_order() -> None:
    matte = np.zeros((200, 300), np.float32)
    matte[10:30, 10:30] = 1
    matte[120:130, 200:210] = 1
    boxes = busiest(matte, (40, 60), 5)
    assert len(boxes) == 2
    assert matte[boxes[0].slices].sum() == 400
    assert matte[boxes[1].slices].sum() == 100


def test_a_clean_frame_has_no_details() -> None:
    assert busiest(np.zeros((50, 60), np.float32), (40, 40), 3) == ()
    clean = frame()
    clean = SheetFrame(clean.caption, clean.before, np.zeros_like(clean.matte), clean.after)
    assert draw_sheet("t", "s", [clean]).shape[0] < draw_sheet("t", "s", [frame()]).shape[0]


@pytest.mark.parametrize("size", [(8, 12), (40, 2000), (300, 60), (1, 1)])
def test_any_size_of_frame_fits(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    plate = rng.integers(0, 256, (*size, 3), dtype=np.uint8)
    matte = np.ones(size, np.float32)
    assert draw_sheet("t", "s", [SheetFrame("f", plate, matte, plate, kept=(0, 0))]).shape[2] == 3


def test_the_sheet_is_saved_as_png(tmp_path: Path) -> None:
    sheet = draw_sheet("title", "subtitle", [frame(kept=(100, 200))])
    save_sheet(sheet, tmp_path / "sheet.png")
    stored = cv2.imread(str(tmp_path / "sheet.png"))
    np.testing.assert_array_equal(stored[..., ::-1], sheet)


def test_an_unwritable_place_is_a_sink_error(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"sheet\.png"):
        save_sheet(np.zeros((4, 4, 3), np.uint8), tmp_path / "gone" / "sheet.png")
