"""The statistics of film: fitted to outlines made here, and found again in what the simulator draws."""

import json
import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import CorruptSource
from engine.types import DamageClass, Float32
from export.simulate.banks import FILM_CLASSES, MICROMETRES_PER_PIXEL, Artefact, Bank, FilmClass
from export.simulate.film_shapes import choose, placed, scratch_shape
from export.simulate.film_soiling import DAMAGE_CLASS_OF, FilmSoiling, soil_film
from export.simulate.gamma_fit import count_distance, distance
from export.simulate.gauge import GAUGES
from export.simulate.layer import DamageLayer, Ink
from export.simulate.statistics import (
    PATCH_MICROMETRES,
    TABLE,
    fit_aspect,
    fit_classes,
    fitted,
    outline_area,
    patch_counts,
    read_table,
    write_table,
)

LABELS = ("Dust", "Dirt", "Short hair", "Long hair", "Scratch")


def square(x: float, y: float, side: float) -> np.ndarray:
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * side
    return np.round(corners + np.array([x, y])).astype(np.int16)


def write_outlines(path: Path, outlines: list[tuple[int, int, np.ndarray]]) -> Path:
    """`outlines`: (label index, scan, points)."""
    labels, scans, points = zip(*outlines, strict=True)
    np.savez(
        path, points=np.concatenate(points), offsets=np.cumsum([0, *(len(p) for p in points)]),
        label=np.uint8(labels), scan=np.uint8(scans), label_names=np.array(LABELS),
    )  # fmt: skip
    return path


class Tally(DamageLayer):
    """A layer that only notes what is drawn: (class, area in px² of the opacity), and its middle."""

    drawn: list[tuple[DamageClass, float]]
    places: list[tuple[int, int]]

    @staticmethod
    def of(shape: tuple[int, int]) -> "Tally":
        base = DamageLayer.empty(shape)
        layer = Tally(**vars(base))
        object.__setattr__(layer, "drawn", [])
        object.__setattr__(layer, "places", [])
        return layer

    def draw(self, opacity: Float32, top: int, left: int, ink: Ink, damage_class: DamageClass) -> None:
        self.drawn.append((damage_class, float(opacity.sum())))
        self.places.append((top + opacity.shape[0] // 2, left + opacity.shape[1] // 2))


@pytest.fixture(scope="module")
def bank() -> Bank:
    discs = []
    for radius in range(3, 30):
        disc = cv2.circle(np.zeros((64, 64), np.float32), (32, 32), radius, 1.0, -1)
        discs.append(Artefact(disc, float(disc.sum())))
    return Bank({"blotch": discs, "hair": discs}, {name: discs for name in FILM_CLASSES if name != "scratch"})


def test_the_committed_table_is_whole_and_written_as_it_is_read(tmp_path: Path) -> None:
    statistics = fitted()
    assert set(statistics.classes) == set(FILM_CLASSES)
    write_table(statistics, tmp_path / "table.json")
    assert read_table(tmp_path / "table.json") == statistics
    assert (tmp_path / "table.json").read_text() == TABLE.read_text()


def test_classes_of_few_marks_say_that_their_shape_is_assumed() -> None:
    classes = fitted().classes
    assert classes["scratch"].count.shape_error is None
    assert classes["scratch"].count.gamma.shape == 1
    assert all(classes[name].count.shape_error for name in FILM_CLASSES if name != "scratch")


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"classes": {"dust": 3}}'])
def test_a_table_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.json").write_text(text)
    with pytest.raises(CorruptSource, match=r"export\.simulate fit"):
        read_table(tmp_path / "t.json")


def test_a_table_with_a_word_for_a_number_is_refused(tmp_path: Path) -> None:
    table = json.loads(TABLE.read_text())
    table["contrast"]["veil"] = "some"
    (tmp_path / "t.json").write_text(json.dumps(table))
    with pytest.raises(CorruptSource, match="number"):
        read_table(tmp_path / "t.json")


def test_marks_are_counted_in_patches_of_their_own_scan_and_only_whole_ones() -> None:
    counts = patch_counts([square(10, 10, 4), square(20, 30, 4), square(300, 10, 4), square(4900, 3390, 4)])
    assert counts.sum() == 3
    assert (counts[0], counts[1], counts.size) == (2, 1, 13 * 19)


def test_counts_are_not_summed_over_scans(tmp_path: Path) -> None:
    """Two scans with the same marks give the counts of one: the mean of a pile would be twice that."""
    rng = np.random.default_rng(1)
    marks = [
        (label, square(*rng.uniform(0, 3300, 2), 6 + rng.uniform(1, 20)))
        for label in range(5) for _ in range(300)
    ]  # fmt: skip
    one = write_outlines(tmp_path / "1.npz", [(label, 1, points) for label, points in marks])
    two = write_outlines(tmp_path / "2.npz", [(label, s, p) for s in (1, 2) for label, p in marks])
    single, double = fit_classes(one), fit_classes(two)
    for name in FILM_CLASSES:
        assert double[name].count.gamma.mean == pytest.approx(single[name].count.gamma.mean)
        assert double[name].count.samples == 2 * single[name].count.samples


def test_sizes_are_fitted_in_square_micrometres(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    sides = np.sqrt(rng.gamma(4.0, 300.0, 900))
    outlines = [(k % 5, 1, square(*rng.uniform(0, 3000, 2), side)) for k, side in enumerate(sides)]
    classes = fit_classes(write_outlines(tmp_path / "p.npz", outlines))
    for name in FILM_CLASSES:
        gamma = classes[name].size.gamma
        assert gamma.mean == pytest.approx(1200 * MICROMETRES_PER_PIXEL**2, rel=0.15)
        assert gamma.shape == pytest.approx(4.0, rel=0.35)


def test_outlines_that_cannot_be_fitted_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CorruptSource, match=r"README\.md"):
        fit_classes(tmp_path / "none.npz")
    few = write_outlines(tmp_path / "few.npz", [(0, 1, square(1, 1, 9)), (0, 1, square(9, 9, 5))])
    with pytest.raises(CorruptSource, match="0 of class dirt"):
        fit_classes(few)
    with pytest.raises(CorruptSource, match="0 scratches"):
        fit_aspect(few)


def test_the_area_of_an_outline() -> None:
    assert outline_area(square(5, 7, 12)) == 144
    assert outline_area(square(5, 7, 12)[::-1]) == 144


@pytest.mark.parametrize("name", FILM_CLASSES)
def test_counts_drawn_follow_the_fitted_distribution(bank: Bank, name: FilmClass) -> None:
    frames, side = 1200, 24
    fit = fitted().classes[name].count.gamma
    counts = []
    for seed in range(frames):
        rng = np.random.default_rng((8, seed))
        drawn = FilmSoiling.draw(rng, side / PATCH_MICROMETRES)
        counts.append(len(_drawn(bank, _only(drawn, name), (side, side), rng)))
    spread = math.sqrt(fit.mean + fit.mean**2 / fit.shape)
    assert abs(np.mean(counts) - fit.mean) < 4 * spread / math.sqrt(frames)
    assert np.std(counts) == pytest.approx(spread, rel=0.25 if name != "scratch" else 0.5)
    assert count_distance(counts, fit) < 1.63 / math.sqrt(frames), "Kolmogorov-Smirnov at 1 %"


@pytest.mark.parametrize("scale", [0.05, 0.15])
@pytest.mark.parametrize("name", ["dust", "dirt", "short hair", "long hair"])
def test_areas_drawn_follow_the_fitted_distribution_at_every_scale(
    bank: Bank, name: FilmClass, scale: float
) -> None:
    rng = np.random.default_rng(9)
    soiling = replace(_only(FilmSoiling.draw(rng, scale), name), rate={name: 40.0}, soft=0.4)
    side = round(3 * PATCH_MICROMETRES * scale)
    drawn = _drawn(bank, soiling, (side, side), rng)
    areas = np.array([area for _, area in drawn]) / scale**2
    fit = fitted().classes[name].size.gamma
    assert {kind for kind, _ in drawn} == {DAMAGE_CLASS_OF[name]}
    error = fit.spread / math.sqrt(len(areas))
    assert abs(areas.mean() - fit.mean) < 4 * error + 0.04 * fit.mean
    assert areas.std() == pytest.approx(fit.spread, rel=0.25)
    # What rims lose by their faintest part shifts a mark's area by up to 4 %.
    assert distance(areas, fit) < 1.63 / math.sqrt(len(areas)) + 0.06


def test_the_dirt_on_the_film_does_not_depend_on_the_resolution_of_its_scan(bank: Bank) -> None:
    """The same film scanned at three widths: the same share of the plate is covered."""
    shares = []
    for width in (100, 200, 400):
        plate = (GAUGES["16"].plate_height(width), width)
        rng = np.random.default_rng(3)
        soiling = FilmSoiling.draw(rng, GAUGES["16"].pixels_per_micrometre(width))
        soiling = replace(_only(soiling, "dirt"), rate={"dirt": 8.0}, soft=0.3)
        frames = [_drawn(bank, soiling, plate, rng) for _ in range(12)]
        shares.append(sum(area for frame in frames for _, area in frame) / (12 * plate[0] * plate[1]))
    assert max(shares) / min(shares) < 1.2


def _only(soiling: FilmSoiling, name: FilmClass) -> FilmSoiling:
    """One class, in an ink that takes one coat."""
    return replace(soiling, rate={name: soiling.rate[name]}, light=0.0, opaque=0.0)


def _drawn(
    bank: Bank, soiling: FilmSoiling, shape: tuple[int, int], rng: np.random.Generator
) -> list[tuple[DamageClass, float]]:
    layer = Tally.of(shape)
    soil_film(layer, bank, soiling, rng)
    return layer.drawn


def test_dirt_gathers(bank: Bank) -> None:
    """Placed by noise, marks crowd in some places: their counts vary more than chance lets them."""
    rng = np.random.default_rng(4)
    ratios = []
    for _ in range(8):
        soiling = replace(_only(FilmSoiling.draw(rng, 0.01), "dust"), rate={"dust": 5.0})
        layer = Tally.of((240, 240))
        soil_film(layer, bank, soiling, rng)
        where = np.clip(np.array(layer.places) // 60, 0, 3)
        counts = np.bincount(where[:, 0] * 4 + where[:, 1], minlength=16)
        ratios.append(counts.var() / counts.mean())
    assert np.median(ratios) > 2, "1 is chance"


def test_the_same_seed_draws_the_same_dirt_and_none_is_none(bank: Bank) -> None:
    layers = []
    for dirtiness in (1.0, 1.0, 0.0):
        rng = np.random.default_rng(5)
        layer = DamageLayer.empty((80, 80))
        soil_film(layer, bank, FilmSoiling.draw(rng, 0.02, dirtiness), rng)
        layers.append(layer)
    assert layers[0].classes["blotch"].any()
    assert (layers[0].density == layers[1].density).all()
    assert not layers[2].touched.any()


@pytest.mark.parametrize(("scale", "dirtiness"), [(0.0, 1.0), (-1.0, 1.0), (0.1, -0.5)])
def test_impossible_film_is_refused(scale: float, dirtiness: float) -> None:
    with pytest.raises(ValueError, match="dirtiness is 0 or more"):
        FilmSoiling.draw(np.random.default_rng(1), scale, dirtiness)


def test_a_bank_without_film_classes_lends_its_shapes_and_an_empty_one_is_refused(bank: Bank) -> None:
    rng = np.random.default_rng(6)
    soiling = replace(FilmSoiling.draw(rng, 0.05), rate={"dust": 20.0, "long hair": 5.0, "scratch": 2.0})
    layer = DamageLayer.empty((200, 200))
    soil_film(layer, Bank(bank.shapes), soiling, rng)
    assert all(layer.classes[name].any() for name in ("blotch", "hair", "scratch"))
    with pytest.raises(ValueError, match="no shape for"):
        soil_film(layer, Bank({}), soiling, rng)


def test_traced_shapes_are_chosen_near_the_wanted_size(bank: Bank) -> None:
    rng = np.random.default_rng(7)
    discs = bank.film["dust"]
    for area in (60.0, 800.0, 5000.0):
        chosen = [choose(discs, area, False, rng).area or 0.0 for _ in range(60)]
        nearest = min(discs, key=lambda a: abs((a.area or 0.0) - area)).area
        assert nearest is not None
        assert all(nearest / 3 < found < nearest * 3 for found in chosen)


@pytest.mark.parametrize("zoom", [0.08, 0.5, 1.0, 2.5])
def test_turning_and_reducing_keep_a_shape_as_large_as_it_should_be(zoom: float) -> None:
    bar = np.zeros((40, 160), np.float32)
    bar[10:30, 20:140] = 1
    for degrees in (0, 33, 90, 217):
        turned = placed(bar, zoom, degrees, 0.4, (0.3, 0.6))
        assert turned.sum() == pytest.approx(bar.sum() * zoom**2, rel=0.05)
        middle = (turned.shape[0] - 1) / 2
        rows, columns = np.indices(turned.shape)
        assert (turned * columns).sum() / turned.sum() == pytest.approx(middle + 0.3, abs=0.15)
        assert (turned * rows).sum() / turned.sum() == pytest.approx(middle + 0.6, abs=0.15)


def test_a_scratch_is_as_large_and_as_long_as_asked_and_never_wider_than_its_outline() -> None:
    rng = np.random.default_rng(8)
    for area, aspect in ((900.0, 30.0), (4000.0, 80.0), (60.0, 20.0)):
        scratch = scratch_shape(area, aspect, 1e9, rng)
        assert scratch.shape[1] == pytest.approx(math.sqrt(area * aspect), abs=2)
        assert 0 < scratch.sum() <= area
        assert 0 <= scratch.min() <= scratch.max() <= 1


def test_of_a_scratch_beyond_the_plate_only_the_part_that_fits_is_made() -> None:
    scratch = scratch_shape(90_000.0, 1000.0, 500.0, np.random.default_rng(9))
    assert scratch.shape[1] == 500
    across = (scratch > 0).sum(0)
    assert np.median(across) == pytest.approx(math.sqrt(90_000 / 1000), abs=3), "as wide as the whole"
