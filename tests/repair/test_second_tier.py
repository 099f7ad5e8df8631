"""Which damage quality best has painted, and when the net is opened."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.grain import regrain
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.second_tier import BEST, SecondTier
from engine.repair.unsure import DOUBTFUL, unsure
from engine.report.regions import regions_of
from engine.types import DIFFUSION, LEFT, SPATIAL, THROUGH, AskedFill, Bool, Box, FillTile, Float32
from engine.window.window import FrameWindow
from tests.repair.diffusion_nets import painter
from tests.repair.plates import SIZE, high_pass, pan, pasted, scene, sources, spots

DAMAGE = spots((60, 50, 12), (150, 90, 14))
MOVING = scene(pan((3.4, -1.2)), {0: DAMAGE})
STILL = replace(MOVING, window=FrameWindow.still(MOVING.window.centre))
ONE = spots((60, 50, 12))


def filled(source: int, doubt: float | None, where: Bool = DAMAGE) -> tuple[FillTile, ...]:
    plane: Float32 | None = None if doubt is None else np.full(SIZE, doubt, np.float32)
    empty = np.zeros((*SIZE, 3), np.float32)
    return (FillTile(Box(0, 0, *SIZE), empty, np.where(where, source, 0).astype(np.int8), plane),)


@pytest.mark.parametrize(
    ("source", "doubt", "painted"),
    [
        (SPATIAL, 0.001, True), (SPATIAL, None, True), (1, 0.9 * DOUBTFUL, False), (-2, 1.1 * DOUBTFUL, True),
        (1, None, False), (THROUGH, 1.0, False), (LEFT, 1.0, False),
    ],
)  # fmt: skip
def test_the_net_paints_what_the_first_repair_is_unsure_of(
    source: int, doubt: float | None, painted: bool
) -> None:
    np.testing.assert_array_equal(unsure(filled(source, doubt), DAMAGE), DAMAGE & np.bool_(painted))


def test_it_judges_connected_pieces_of_the_unsure() -> None:
    """A good fill in the middle of a mark stays; specks and thin lines are not worth it."""
    known = spots((150, 90, 7))
    (tile,) = filled(SPATIAL, 0.001)
    source = np.where(known, np.int8(1), tile.source)
    np.testing.assert_array_equal(unsure([replace(tile, source=source)], DAMAGE), DAMAGE & ~known)
    line: Bool = np.zeros(SIZE, np.bool_)
    line[10:130, 100:102] = True
    thin = line | spots((20, 20, 1))
    assert not unsure(filled(SPATIAL, 0.001, thin), thin).any()


def refined(
    quality: str, asked: dict[AskedFill, Bool], opened: Callable[[], None] = lambda: None
) -> tuple[FillTile, ...]:
    def open_net():
        opened()
        return painter(added=0.5)

    first = MotionCompensatedRepairer(MotionEstimator()).repair(STILL.window, STILL.mattes)
    with SecondTier(open_net) as tier:
        return tuple(tier.refined(STILL.window, STILL.mattes, first, quality, asked))


def test_the_net_is_opened_when_it_is_first_needed_and_once() -> None:
    count: list[int] = []
    refined("fast", {}, lambda: count.append(1))
    refined("fast", {"spatial": ONE}, lambda: count.append(1))
    assert not count
    with SecondTier(lambda: count.append(1) or painter()) as tier:
        assert tier.identity.startswith("known-diffusion 1.0 sha256:")
        assert tier.identity == tier.identity
    assert len(count) == 1


def test_a_person_may_ask_for_it_and_against_it() -> None:
    assert (sources(STILL, refined("fast", {})) == SPATIAL).all()
    assert (sources(STILL, refined(BEST, {})) == DIFFUSION).all()
    asked = sources(STILL, refined("fast", {"diffusion": ONE}))
    np.testing.assert_array_equal(asked == DIFFUSION, ONE[DAMAGE])
    spared = sources(STILL, refined(BEST, {"spatial": ONE}))
    np.testing.assert_array_equal(spared == DIFFUSION, ~ONE[DAMAGE])


def test_the_report_tells_which_regions_were_painted() -> None:
    tiles = refined("fast", {"diffusion": ONE})
    found = regions_of(STILL.mattes[0], STILL.mattes[0].coverage, tiles)
    assert [region.fill for region in found] == ["diffusion", "spatial"]
    half = refined("fast", {"diffusion": ONE & spots((60, 40, 10))})
    assert regions_of(STILL.mattes[0], STILL.mattes[0].coverage, half)[0].fill == "mixed"


@pytest.mark.parametrize(("strength", "left"), [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (2.0, 2.0)])
def test_grain_that_was_painted_is_made_as_strong_as_asked_for_and_never_doubled(
    strength: float, left: float
) -> None:
    """On even ground what is rough in a fill is grain."""
    even = [np.full((*SIZE, 3), 0.4, np.float32) + grain_of(k) for k in range(5)]
    given = scene(even, {0: DAMAGE})
    tiles = tuple(
        replace(tile, encoded=given.truth[tile.box.slices], source=np.full_like(tile.source, DIFFUSION))
        for tile in filled(SPATIAL, None)
    )
    found = pasted(given, regrain(given.window, tiles, given.mattes[0], strength))
    inner = spots((60, 50, 9), (150, 90, 11))
    ratio = high_pass(found)[inner].std() / high_pass(given.truth)[inner].std()
    assert ratio == pytest.approx(left, abs=0.15)
    if strength == 1:
        assert (found == given.truth)[DAMAGE].mean() > 0.9


def test_what_was_painted_without_grain_gets_it() -> None:
    even = [np.full((*SIZE, 3), 0.4, np.float32) + grain_of(k) for k in range(5)]
    given = scene(even, {0: DAMAGE})
    flat = tuple(
        replace(tile, encoded=np.full_like(tile.encoded, 0.4), source=np.full_like(tile.source, DIFFUSION))
        for tile in filled(SPATIAL, None)
    )
    found = pasted(given, regrain(given.window, flat, given.mattes[0], 1.0))
    inner = spots((60, 50, 9), (150, 90, 11))
    assert high_pass(found)[inner].std() / high_pass(given.truth)[inner].std() == pytest.approx(1, abs=0.15)


def grain_of(k: int) -> Float32:
    return (0.012 * np.random.default_rng(k).standard_normal((*SIZE, 3))).astype(np.float32)


def test_no_grain_touches_only_what_was_painted() -> None:
    tiles = refined("fast", {"diffusion": ONE})
    found = regrain(STILL.window, tiles, STILL.mattes[0], 0.0)
    changed = (pasted(STILL, found) != pasted(STILL, tiles)).any(2)
    assert changed.any()
    assert not (changed & ~ONE).any()
