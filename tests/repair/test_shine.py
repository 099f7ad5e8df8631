"""What shines through lines, and which pixels are taken for a line."""

from __future__ import annotations

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.lines import Marks, lines
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.regions import damage_regions
from engine.repair.shine import Through, shone_through
from engine.types import SPATIAL, THROUGH, Bool, CodeLayout, Codes, DamageMatte, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow
from tests.repair.plates import SIZE, grain, pan, pasted, psnr, scene, sources, texture

DENSITY = np.float32([0.05, 0.08, 0.11])
LINE = np.zeros(SIZE, np.bool_)
LINE[:, 100:104] = True


def marks(mask: Bool, clipped: bool = False) -> Marks:
    y, x = np.nonzero(mask)
    piece = damage_regions(mask).piece[damage_regions(mask).labels[mask]]
    return Marks(x.astype(np.float32), y.astype(np.float32), piece, np.full(x.shape, clipped))


def scratched(truth: Float32, mask: Bool, strength: Float32 | float = 1.0) -> Float32:
    """A density over `mask`, whose `strength` may be one for each row."""
    rows = np.broadcast_to(np.float32(strength), mask.shape[0])[:, None, None]
    return (truth + mask[..., None] * rows * DENSITY).astype(np.float32)


def let_through(truth: Float32, mask: Bool, damaged: Float32, clipped: bool = False) -> Through:
    """With a fill that is wrong by the picture's own structure, as one from the surroundings is."""
    wrong = texture(77, SIZE, spread=0.03)[mask] - 0.4
    doubt = np.full(int(mask.sum()), 0.03, np.float32)
    fill = (truth[mask] + wrong).astype(np.float32)
    return shone_through(marks(mask, clipped), damaged, fill, doubt, np.ones(doubt.shape, np.bool_))


@pytest.mark.parametrize("sideways", [False, True])
def test_a_density_is_taken_off_and_the_picture_under_it_stays(sideways: bool) -> None:
    truth = texture(5, SIZE) + grain(5)
    mask = LINE.copy()
    if sideways:
        mask[:] = False
        mask[60:63, :] = True
    found = let_through(truth, mask, scratched(truth, mask))
    error = np.sqrt(np.square(found.picture - truth[mask]).mean())
    assert error < 0.022, "less than the fill's 0.03"
    assert found.share.mean() > 0.7


def test_a_strength_that_comes_and_goes_is_followed() -> None:
    truth = texture(5, SIZE) + grain(5)
    wave = 1 + 0.9 * np.sin(np.arange(SIZE[0]) / 4).astype(np.float32)
    damaged = scratched(truth, LINE, 3 * wave)
    found = let_through(truth, LINE, damaged)
    error = np.sqrt(np.square(found.picture - truth[LINE]).mean())
    assert error < 0.25 * np.sqrt(np.square(damaged - truth)[LINE].mean())


@pytest.mark.parametrize("uneven", [0.0, 0.2], ids=["even", "uneven"])
def test_paint_lets_nothing_through(uneven: float) -> None:
    truth = texture(5, SIZE) + grain(5)
    paint = truth.copy()
    paint[LINE] = 0.7 + uneven * np.random.default_rng(1).standard_normal((int(LINE.sum()), 3))
    assert let_through(truth, LINE, paint).share.mean() < 0.05


def test_clipped_pixels_are_no_picture() -> None:
    truth = texture(5, SIZE) + grain(5)
    assert (let_through(truth, LINE, scratched(truth, LINE), clipped=True).share == 0).all()


def test_blotches_are_no_lines_and_dashes_are_one() -> None:
    mask = np.zeros(SIZE, np.bool_)
    mask[20:30, 20:30] = True
    for top in range(10, 130, 15):
        mask[top : top + 6, 150:152] = True
    found = list(lines(marks(mask)))
    assert len(found) == 1
    assert found[0].pixels.size == 8 * 6 * 2
    assert found[0].upright


def test_no_marks_no_lines() -> None:
    assert list(lines(marks(np.zeros(SIZE, np.bool_)))) == []


def test_a_scratch_over_a_still_picture_keeps_what_is_under_it() -> None:
    """Every neighbour is damaged in the same place: all there is, is what shines through."""
    frames = pan((0.0, 0.0))
    given = scene(frames, dict.fromkeys(range(-2, 3), LINE))
    window = FrameWindow(tuple(working_frame(scratched(f, LINE), k) for k, f in enumerate(frames)))
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(window, given.mattes)
    spatial = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    assert (sources(given, tiles) == THROUGH).mean() > 0.6
    assert (sources(given, spatial) == SPATIAL).mean() > 0.9, "where it is painted over"
    assert psnr(pasted(given, tiles), given) > psnr(pasted(given, spatial), given) + 3


def working_frame(encoded: Float32, number: int) -> WorkingFrame:
    codes = Codes((encoded,), CodeLayout("rgb", ("R", "G", "B"), "float", 32))
    return WorkingFrame(Frame(number, codes), "ACEScct", encoded, f"scratched {number}")


def test_the_highest_and_the_lowest_code_count_as_clipped() -> None:
    plane = np.full((*SIZE, 3), 500, np.uint16)
    frames = pan((0.0, 0.0))
    mattes = {k: DamageMatte(LINE.astype(np.float32)) for k in range(-2, 3)}
    shares: list[float] = []
    for code in (500, 1023, 0):
        plane[LINE] = code
        codes = Codes((plane.copy(),), CodeLayout("rgb", ("R", "G", "B"), "integer", 10))
        window = FrameWindow(
            tuple(
                WorkingFrame(Frame(k, codes), "ACEScct", scratched(f, LINE), f"{code} {k}")
                for k, f in enumerate(frames)
            )
        )
        tiles = MotionCompensatedRepairer(MotionEstimator()).repair(window, mattes)
        shares.append(sum(int((tile.source == THROUGH).sum()) for tile in tiles))
    assert shares[0] > 0
    assert shares[1:] == [0, 0]
