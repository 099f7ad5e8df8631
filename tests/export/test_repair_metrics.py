"""The figures of fills: each must fall or rise with the fault it is meant to show."""

from math import isnan

import cv2
import numpy as np
import pytest

from engine.motion.flow import Flow
from export.evaluate import protocol
from export.evaluate.protocol import PEAK
from export.evaluate.repair_metrics import (
    LAGS,
    RINGS,
    Moved,
    Spectrum,
    _autocorrelation,
    flat,
    gmsd,
    spectrum_distance,
    structure,
)
from export.evaluate.repair_scores import FIGURES, RepairScores, Restored, medians, score

SHAPE = (90, 110)


def noise(seed: int, blur: float = 0.0, strength: float = 0.03) -> np.ndarray:
    plane = np.random.default_rng(seed).standard_normal((*SHAPE, 3)).astype(np.float32)
    plane = cv2.GaussianBlur(plane, (0, 0), blur) if blur else plane
    return plane / plane.std() * np.float32(strength)


def scene() -> np.ndarray:
    coarse = np.random.default_rng(5).uniform(0.2, 0.8, (7, 9, 3)).astype(np.float32)
    return cv2.resize(coarse, SHAPE[::-1], interpolation=cv2.INTER_CUBIC)


def hole() -> np.ndarray:
    where = np.zeros(SHAPE, np.bool_)
    where[20:70, 30:80] = True
    return where


def codes(picture: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(picture, 0, 1) * PEAK).astype(np.uint16)


def frame(number: int, truth: np.ndarray) -> protocol.TestFrame:
    damaged = np.where(hole()[..., None], np.uint16(PEAK), codes(truth))
    return protocol.TestFrame(number, codes(truth), damaged, hole(), hole())


def scored(fill: np.ndarray, truth: np.ndarray) -> RepairScores:
    given = frame(1, truth)
    made = np.where(hole()[..., None], codes(fill), given.damaged)
    return score([Restored(given, made, PEAK, 0.0)], {})


def test_other_grain_costs_masked_psnr_and_hardly_any_structure() -> None:
    truth = scene() + noise(1, 0.7)
    fresh, bare = scored(scene() + noise(2, 0.7), truth), scored(scene(), truth)
    assert bare.masked - fresh.masked == pytest.approx(3.0, abs=0.4)
    assert fresh.structure > fresh.masked + 4
    assert fresh.altered == 0


def test_grain_and_its_flat_part_are_those_of_the_truth_or_none() -> None:
    truth = scene() + noise(1, 0.7)
    fresh, bare = scored(scene() + noise(2, 0.7), truth), scored(scene(), truth)
    assert fresh.grain == pytest.approx(1, abs=0.05)
    assert fresh.flat_grain == pytest.approx(1, abs=0.1)
    assert bare.grain < 0.3


def test_the_spectrum_tells_fine_grain_from_coarse_and_not_from_its_own_kind() -> None:
    def spectrum(seed: int, blur: float) -> Spectrum:
        made = Spectrum()
        made.add(noise(seed, blur)[..., 0], hole())
        return made

    alike = spectrum_distance(spectrum(1, 0.6), spectrum(2, 0.6))
    apart = spectrum_distance(spectrum(1, 0.6), spectrum(2, 1.2))
    assert alike < 1.0 < apart
    assert spectrum_distance(spectrum(1, 0.6), spectrum(1, 0.6)) == 0


def test_the_autocorrelation_sums_products_and_does_not_wrap_around() -> None:
    plane = np.zeros((20, 30), np.float32)
    plane[0, 0], plane[2, 5], plane[19, 29] = 2, 3, 7
    sums = _autocorrelation(plane)
    assert sums.shape == (2 * LAGS + 1, 2 * LAGS + 1)
    assert sums[LAGS, LAGS] == pytest.approx(4 + 9 + 49)
    assert sums[LAGS + 2, LAGS + 5] == pytest.approx(6)
    assert sums.sum() == pytest.approx(4 + 9 + 49 + 2 * 6)


def test_a_spectrum_of_too_few_pixels_is_not_known() -> None:
    few, few_pixels = Spectrum(), np.zeros(SHAPE, np.bool_)
    few_pixels[4, 4] = True
    few.add(noise(1)[..., 0], few_pixels)
    assert few.radial() is None
    assert isnan(spectrum_distance(few, few))
    assert RINGS <= LAGS


def test_frozen_grain_correlates_and_fresh_grain_does_not() -> None:
    still = Flow.still(SHAPE, 2)

    def moved(other: np.ndarray) -> Moved:
        pair = Moved()
        pair.add(scene() + noise(1), other, still, hole())
        return pair

    frozen, fresh = moved(scene() + noise(1)), moved(scene() + noise(2))
    assert frozen.correlation > 0.99
    assert abs(fresh.correlation) < 0.2
    assert frozen.difference == 0 < fresh.difference
    assert isnan(Moved().correlation)
    assert isnan(Moved().difference)


def test_a_fill_that_jumps_between_frames_flickers_more_than_the_truth() -> None:
    truths = [scene() + noise(seed, strength=0.01) for seed in (1, 2)]
    still = {(1, 2): Flow.still(SHAPE, 2), (2, 1): Flow.still(SHAPE, 2)}

    def flicker(jump: float) -> float:
        fills = [truths[0] + np.float32(jump), truths[1] - np.float32(jump)]
        results = [
            Restored(frame(n, t), codes(fill), PEAK, 0.0)
            for n, t, fill in zip((1, 2), truths, fills, strict=True)
        ]
        return score(results, still).flicker

    assert flicker(0) == pytest.approx(1, abs=0.01)
    assert flicker(0.05) > 3


def test_gmsd_is_nought_for_the_same_picture_and_rises_with_blur() -> None:
    truth = scene() + noise(1)
    assert gmsd(truth, truth) == 0
    assert gmsd(structure(truth), truth) > gmsd(truth + noise(3, strength=0.005), truth) > 0


def test_flat_is_where_the_luma_has_no_slope() -> None:
    ramp = np.repeat(np.linspace(0, 1, SHAPE[1], dtype=np.float32)[None, :, None], SHAPE[0], 0)
    assert not flat(np.repeat(ramp, 3, 2))[5:-5, 5:-5].any()
    assert flat(np.full((*SHAPE, 3), 0.5, np.float32)).all()


def test_pixels_changed_beside_the_damage_are_counted() -> None:
    given = frame(1, scene())
    made = given.damaged.copy()
    made[0, :10] += 1
    undamaged = int((~hole()).sum())
    assert score([Restored(given, made, PEAK, 0.0)], {}).altered == pytest.approx(1000 / undamaged)


def test_medians_leave_out_what_is_not_known_and_the_worst_is_the_furthest_from_good() -> None:
    def row(masked: float, grain: float, frozen: float, flicker: float) -> RepairScores:
        given = dict.fromkeys(FIGURES, 1.0)
        changed = {"masked": masked, "grain": grain, "frozen": frozen, "flicker": flicker}
        return RepairScores(**{**given, **changed})

    nan = float("nan")
    middle, worst = medians([row(20, 0.5, -0.4, nan), row(30, 1.5, 0.1, 1.2), row(25, 1.0, 0.2, 2.0)])
    assert (middle.masked, worst.masked) == (25, 20)
    assert worst.grain == 0.5
    assert worst.frozen == -0.4
    assert (middle.flicker, worst.flicker) == (1.6, 2.0)
