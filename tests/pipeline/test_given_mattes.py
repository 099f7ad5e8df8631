"""Given mattes on the one path: joined, held out, applied to neighbours, and part of every key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.decisions import decisions_of
from engine.errors import InconsistentFrames, ParameterError, SourceNotFound
from engine.matte.channels import ChannelMatte
from engine.matte.files import FileMatte
from engine.matte.infrared import measured
from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.media.memory import MemorySource
from engine.media.open import matte_frame
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import CodeLayout, Codes, DamageMatte, FillTile, Frame
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.processor import ColourRoute
from tests.conftest import assert_same_codes

ROUTE = ColourRoute(load(), workers=1)
HEIGHT, WIDTH = 72, 96
RGB = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
RGBI = CodeLayout("rgb", ("R", "G", "B", "IR"), "integer", 10)
GREY = CodeLayout("grey", ("Y",), "integer", 16)
DIRT, SPOT = (slice(20, 27), slice(30, 38)), (slice(50, 56), slice(60, 70))
HELD = (slice(18, 24), slice(0, 96))


class MarkerDetector:
    """Damage is where the red code is 1023; blotch above the middle, hair below."""

    radius = 1
    identity = "marker"

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, window: FrameWindow) -> DamageMatte:
        self.calls += 1
        found = (window.centre.frame.codes.planes[0][..., 0] == 1023).astype(np.float32)
        upper = np.where(np.arange(HEIGHT)[:, None] < HEIGHT // 2, found, 0).astype(np.float32)
        return DamageMatte(found, {"blotch": upper, "hair": found - upper})


class Recording(SpatialRepairer):
    """Keeps the mattes it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.marked: dict[int, np.ndarray] = {}

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        self.marked = {offset: matte.coverage > 0 for offset, matte in mattes.items()}
        return super().repair(window, mattes)


def frames(count: int = 3, layout: CodeLayout = RGB, seed: int = 6) -> list[Frame]:
    """Chromatic 10-bit codes that stand still, dirt at DIRT in the middle frame."""
    rng = np.random.default_rng(seed)
    scene = np.kron(rng.integers(150, 800, (HEIGHT // 4, WIDTH // 4, 3)), np.ones((4, 4, 1), np.int64))
    made: list[Frame] = []
    for n in range(count):
        codes = np.clip(scene + rng.integers(-15, 16, scene.shape), 0, 1000).astype(np.uint16)
        if n == count // 2:
            codes[DIRT] = (1023, 900, 950)
        if layout is RGBI:
            infrared = np.clip(rng.normal(800, 5, (HEIGHT, WIDTH, 1)), 0, 1023).astype(np.uint16)
            if n == count // 2:
                infrared[SPOT] = 100
            codes = np.dstack([codes, infrared])
        made.append(Frame(1001 + n, Codes((np.ascontiguousarray(codes),), layout)))
    return made


def plane_at(*places: tuple[slice, slice], value: float = 1.0) -> np.ndarray:
    plane = np.zeros((HEIGHT, WIDTH), np.float32)
    for place in places:
        plane[place] = value
    return plane


def matte_of(planes: Mapping[int, np.ndarray], role: str = "matte", clip: Sequence[Frame] = ()) -> FileMatte:
    mattes = MemorySource([matte_frame(n, plane, GREY) for n, plane in planes.items()], f"{role}s")
    return FileMatte(mattes, MemorySource(clip or frames()).info, role)


def engine(detector: MarkerDetector | None = None, repairer: SpatialRepairer | None = None) -> Pipeline:
    motion = MotionEstimator()
    return Pipeline(
        detector or MarkerDetector(), repairer or MotionCompensatedRepairer(motion), motion, ROUTE, "ADX10"
    )


def window(pipeline: Pipeline, plates: Sequence[Frame]) -> FrameWindow:
    """The window around the middle frame."""
    return FrameWindow(tuple(pipeline.prepare(frame) for frame in plates))


def covered(mode: str, mattes: MatteInputs, **values: float | str) -> np.ndarray:
    with engine() as pipeline:
        asked = Settings.of({"matte_mode": mode, **values})
        return pipeline.detect(window(pipeline, frames()), asked, mattes).coverage


IMPORTED = MatteInputs(imported=matte_of({1002: plane_at(SPOT, (DIRT[0], slice(34, 44)))}))


def test_the_modes_join_what_is_detected_and_what_is_given() -> None:
    detected, given = plane_at(DIRT) > 0, plane_at(SPOT, (DIRT[0], slice(34, 44))) > 0
    assert ((covered("union", IMPORTED) > 0) == (detected | given)).all()
    assert ((covered("intersect", IMPORTED) > 0) == (detected & given)).all()
    assert ((covered("replace", IMPORTED) > 0) == given).all()


def test_an_imported_matte_is_taken_as_it_is() -> None:
    soft = MatteInputs(imported=matte_of({1002: plane_at(SPOT, value=0.25)}))
    coverage = covered("union", soft, dilation=3.0, minimum_area=70, maximum_area=500)
    assert coverage[SPOT] == pytest.approx(0.25, abs=1e-4)
    assert (coverage[SPOT[0], SPOT[1].stop :] == 0).all()
    assert not coverage[DIRT].any(), "what is detected goes by the sizes"


def test_a_replaced_matte_asks_no_detector() -> None:
    detector = MarkerDetector()
    with engine(detector) as pipeline:
        settings = Settings.of({"matte_mode": "replace"})
        result = pipeline.process(window(pipeline, frames()), settings, IMPORTED)
    assert detector.calls == 0
    assert result.report.regions


@pytest.mark.parametrize("mode", ["intersect", "replace"])
def test_a_mode_without_a_matte_is_refused(mode: str) -> None:
    with pytest.raises(ParameterError, match="no matte"):
        covered(mode, NO_MATTES)
    with pytest.raises(ParameterError, match="no matte"):
        covered(mode, MatteInputs(hold_out=matte_of({1002: plane_at(HELD)}, "hold-out")))


def test_regions_have_the_class_they_are_likeliest_of_and_imported_ones_are_sure() -> None:
    class Doubting(MarkerDetector):
        def detect(self, window: FrameWindow) -> DamageMatte:
            found = super().detect(window)
            faint = plane_at(SPOT, value=0.01)
            return DamageMatte(np.maximum(found.coverage, faint), {**found.classes, "scratch": faint})

    with engine(Doubting()) as pipeline:
        report = pipeline.process(window(pipeline, frames()), Settings(), IMPORTED).report
    assert [region.damage_class for region in report.regions] == ["blotch", "scratch"]
    assert [region.confidence for region in report.regions] == pytest.approx([1, 1])


@settings(max_examples=15)
@given(seed=st.integers(0, 2**32 - 1), soft=st.booleans())
def test_what_is_held_out_keeps_its_codes_bit_for_bit(seed: int, soft: bool) -> None:
    rng = np.random.default_rng(seed)
    mask = (rng.random((HEIGHT // 8, WIDTH // 8)) < 0.5).astype(np.float32)
    mask = np.kron(mask, np.ones((8, 8), np.float32)) * (0.1 if soft else 1)
    mattes = MatteInputs(imported=IMPORTED.imported, hold_out=matte_of({1002: mask}, "hold-out"))
    plates = frames(seed=int(rng.integers(100)))
    with engine(repairer=SpatialRepairer()) as pipeline:
        result = pipeline.process(window(pipeline, plates), Settings.of({"dilation": 3.0}), mattes)
    assert_same_codes(result.frame.codes, plates[1].codes, outside=mask == 0)
    assert not (result.matte.coverage[mask > 0]).any()


def test_all_held_out_is_the_very_same_frame() -> None:
    mattes = MatteInputs(hold_out=matte_of({1002: np.ones((HEIGHT, WIDTH), np.float32)}, "hold-out"))
    plates = frames()
    with engine() as pipeline:
        assert pipeline.process(window(pipeline, plates), Settings(), mattes).frame.codes is plates[1].codes


def test_a_hold_out_keeps_whole_chroma_samples() -> None:
    rng = np.random.default_rng(5)
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 2), "bt709", full_range=False)
    luma = rng.integers(64, 940, (HEIGHT, WIDTH)).astype(np.uint16)
    chroma = [rng.integers(64, 960, (HEIGHT // 2, WIDTH // 2)).astype(np.uint16) for _ in range(2)]
    plate = Frame(1, Codes((luma, *chroma), layout))
    mask = plane_at((slice(21, 33), slice(33, 50)))
    clip = [plate]
    given_mattes = MatteInputs(
        imported=matte_of({1: plane_at((slice(10, 50), slice(20, 60)))}, clip=clip),
        hold_out=matte_of({1: mask}, "hold-out", clip=clip),
    )

    class Nothing(MarkerDetector):
        def detect(self, window: FrameWindow) -> DamageMatte:
            return DamageMatte(np.zeros(window.centre.size, np.float32))

    with Pipeline(Nothing(), SpatialRepairer(), MotionEstimator(), ROUTE, "rec709") as pipeline:
        still = FrameWindow.still(pipeline.prepare(plate))
        result = pipeline.process(still, Settings(), given_mattes)
    assert_same_codes(result.frame.codes, plate.codes, outside=mask == 0)
    assert (result.frame.codes.planes[0] != luma).any()
    held_blocks = mask.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).any((1, 3))
    for before, after in zip(chroma, result.frame.codes.planes[1:], strict=True):
        assert (before[held_blocks] == after[held_blocks]).all()
        assert (before != after).any()


def marked_for(mattes: MatteInputs) -> dict[int, np.ndarray]:
    recorder = Recording()
    with engine(repairer=recorder) as pipeline:
        plates = frames(5)
        pipeline.process(window(pipeline, plates), Settings.of({"radius": 1}), mattes)
    return recorder.marked


def test_neighbours_are_marked_by_their_own_given_mattes() -> None:
    plates = frames(5)
    mattes = matte_of({1003: plane_at(), 1002: plane_at(SPOT), 1004: plane_at(HELD)}, clip=plates)
    marked = marked_for(MatteInputs(imported=mattes))
    assert (marked[0] == (plane_at(DIRT) > 0)).all()
    assert (marked[-1] == (plane_at(SPOT) > 0)).all()
    assert (marked[1] == (plane_at(HELD) > 0)).all()


def test_a_hold_out_does_not_make_a_neighbours_damage_usable() -> None:
    plates = frames(5)
    everything = np.ones((HEIGHT, WIDTH), np.float32)
    hold_out = {1002: everything, 1003: plane_at(), 1004: everything}
    marked = marked_for(
        MatteInputs(
            imported=matte_of({n: plane_at(SPOT) for n in range(1001, 1006)}, clip=plates),
            hold_out=matte_of(hold_out, "hold-out", clip=plates),
        )
    )
    assert (marked[-1] == (plane_at(SPOT) > 0)).all()
    assert (marked[1] == (plane_at(SPOT) > 0)).all()


def decided(*rows: tuple[str, str, tuple[slice, slice]]) -> MatteInputs:
    """Decisions (verdict, frames, place)."""
    listed = [
        {
            "verdict": verdict, "frames": on,
            "shape": {"box": [place[0].start, place[1].start, place[0].stop, place[1].stop]},
        }
        for verdict, on, place in rows
    ]  # fmt: skip
    document = {"format": "reelmend-decisions", "version": 1, "decisions": listed}
    return MatteInputs(decisions=decisions_of(document, (HEIGHT, WIDTH), "decided", "d.json"))


@pytest.mark.parametrize("mode", ["union", "intersect", "replace"])
def test_what_a_person_adds_is_damage_in_every_mode(mode: str) -> None:
    place = (slice(2, 6), slice(80, 90))
    given_mattes = MatteInputs(IMPORTED.imported, decisions=decided(("add", "1002", place)).decisions)
    coverage = covered(mode, given_mattes, minimum_area=70)
    assert (coverage[place] == 1).all()
    rest = plane_at(place) == 0
    assert (coverage[rest] == covered(mode, IMPORTED, minimum_area=70)[rest]).all()


def test_neighbours_give_picture_where_it_is_vetoed_and_none_where_it_is_added_or_protected() -> None:
    plates = frames(5)
    mattes = matte_of({n: plane_at(SPOT, HELD) for n in range(1001, 1006)}, clip=plates)
    rows = (("veto", "1002", SPOT), ("protect", "1002-1004", HELD), ("add", "1004", DIRT))
    marked = marked_for(MatteInputs(mattes, decisions=decided(*rows).decisions))
    assert (marked[-1] == (plane_at(HELD) > 0)).all()
    assert (marked[1] == (plane_at(SPOT, HELD, DIRT) > 0)).all()
    assert not marked[0][HELD].any()


def test_a_veto_leaves_whole_chroma_samples_of_a_neighbours_damage_marked() -> None:
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 2), "bt709", full_range=False)
    rng = np.random.default_rng(8)
    plates = [
        Frame(
            1001 + n,
            Codes(
                (
                    rng.integers(64, 940, (HEIGHT, WIDTH)).astype(np.uint16),
                    *(rng.integers(64, 960, (HEIGHT // 2, WIDTH // 2)).astype(np.uint16) for _ in range(2)),
                ),
                layout,
            ),
        )
        for n in range(3)
    ]
    damage = plane_at((slice(20, 30), slice(30, 40)))
    given_mattes = MatteInputs(
        matte_of({1001 + n: damage for n in range(3)}, clip=plates),
        decisions=decided(("veto", "1001", (slice(0, 25), slice(0, 96)))).decisions,
    )
    recorder = Recording()
    with Pipeline(MarkerDetector(), recorder, MotionEstimator(), ROUTE, "rec709") as pipeline:
        settings = Settings.of({"radius": 1, "matte_mode": "replace"})
        pipeline.process(window(pipeline, plates), settings, given_mattes)
    assert (recorder.marked[-1] == (plane_at((slice(24, 30), slice(30, 40))) > 0)).all()
    assert (recorder.marked[1] == (damage > 0)).all()


def test_a_neighbour_may_lack_its_matte_and_the_frame_itself_may_not() -> None:
    plates = frames(5)
    marked = marked_for(MatteInputs(imported=matte_of({1003: plane_at(SPOT)}, clip=plates)))
    assert not marked[1].any()
    assert marked[0][SPOT].all()
    with pytest.raises(SourceNotFound, match="Frame 1003 has no matte"):
        marked_for(MatteInputs(imported=matte_of({1002: plane_at(SPOT)}, clip=plates)))
    with pytest.raises(SourceNotFound, match="Frame 1003 has no hold-out"):
        marked_for(MatteInputs(hold_out=matte_of({1002: plane_at(SPOT)}, "hold-out", clip=plates)))


def test_the_infrared_channel_finds_its_dirt_and_comes_out_untouched() -> None:
    plates = frames(layout=RGBI)
    with engine() as pipeline:
        seen = window(pipeline, plates)
        infrared = measured(ChannelMatte("IR"), [frame for frame in seen.frames if frame])
        assert infrared.statistics.refusal == ""
        # These plates are noise, where no fill can be trusted and caution would leave the dirt alone.
        settings = Settings.of({"caution": 0.0})
        result = pipeline.process(seen, settings, MatteInputs(infrared=infrared))
        wide = pipeline.detect(seen, Settings.of({"dilation": 2.0}), MatteInputs(infrared=infrared))
        small = pipeline.detect(seen, Settings.of({"maximum_area": 59}), MatteInputs(infrared=infrared))
    assert ((result.matte.coverage > 0) == (plane_at(DIRT, SPOT) > 0)).all()
    assert (wide.coverage > 0).sum() > (result.matte.coverage > 0).sum()
    assert (small.coverage > 0).sum() == (plane_at(DIRT) > 0).sum()
    assert_same_codes(result.frame.codes.planes[0][..., 3], plates[1].codes.planes[0][..., 3])
    assert (result.frame.codes.planes[0][SPOT][..., :3] != plates[1].codes.planes[0][SPOT][..., :3]).any()


def test_what_is_kept_in_memory_is_kept_apart_by_what_shaped_it() -> None:
    other = MatteInputs(imported=matte_of({1002: plane_at(HELD)}, "other"))
    with engine() as pipeline:
        seen = window(pipeline, frames())
        first = pipeline.detect(seen, Settings(), IMPORTED).coverage
        assert not (first == pipeline.detect(seen, Settings(), other).coverage).all()
        assert not (first == pipeline.detect(seen, Settings()).coverage).all()
        dark = pipeline.detect(seen, Settings.of({"polarity": "dark"}), IMPORTED).coverage
        assert not (first == dark).all()
        assert (first == pipeline.detect(seen, Settings(), IMPORTED).coverage).all()


def test_a_matte_of_another_size_is_refused_when_it_comes() -> None:
    wide = Frame(1002, Codes((np.zeros((HEIGHT, WIDTH + 2, 3), np.uint16),), RGB))
    with engine() as pipeline, pytest.raises(InconsistentFrames, match=r"96 x 72.*98 x 72"):
        pipeline.detect(FrameWindow.still(pipeline.prepare(wide)), Settings(), IMPORTED)


def test_detection_alone_needs_no_frames_for_the_repair() -> None:
    with engine() as pipeline:
        assert pipeline.reach(Settings()) == 3
        assert pipeline.reach(Settings(), repairs=False) == 2, "at a shot's end two frames on one side"
