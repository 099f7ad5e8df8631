"""Infrared cleaning on simulated scans: dye films are cleaned, silver and Kodachrome refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import SourceError
from engine.matte.channels import ChannelMatte
from engine.matte.infrared import Infrared, InfraredStatistics, departures, measured
from engine.types import Codes, Frame
from tests.matte.scans import Scan, scan

SOURCE = ChannelMatte("IR")


def ready(*scans: Scan) -> Infrared:
    return measured(SOURCE, [one.working for one in scans])


def inverted(one: Scan) -> Scan:
    planes = one.frame.codes.planes[0].copy()
    planes[..., 3] = 1 - planes[..., 3]
    return replace(one, frame=Frame(one.frame.number, Codes((planes,), one.frame.codes.layout)))


@pytest.mark.parametrize("follows", [0.0, 0.02, 0.05])
def test_dust_on_dye_film_is_found_and_clean_film_left_alone(follows: float) -> None:
    one = scan(3, follows)
    found = ready(one).probability(one.working, "dark", 6.0) > 0.5
    assert found[one.dust].mean() > 0.97
    assert found[~one.around].mean() < 1e-4


def test_the_picture_that_shines_through_is_taken_out() -> None:
    one = scan(4, 0.05, dusty=False)
    infrared = ready(one)
    assert infrared.statistics.refusal == ""
    left = departures(one.infrared, one.working.encoded[..., 0], infrared.statistics)
    without = departures(one.infrared, one.working.encoded[..., 0], replace(infrared.statistics, slope=0.0))
    assert np.abs(left).max() < 6
    assert without.std() > 1.5 * left.std()


def test_an_inverted_infrared_finds_the_same_dust() -> None:
    one = scan(5, 0.02)
    usual = ready(one).probability(one.working, "dark", 6.0) > 0.5
    other = inverted(one)
    turned = ready(other).probability(other.working, "bright", 6.0) > 0.5
    assert (usual == turned).mean() > 0.9999
    wrong = ready(other).probability(other.working, "dark", 6.0) > 0.5
    assert wrong[one.dust].mean() < 0.01


def test_a_higher_threshold_finds_less() -> None:
    one = scan(6, 0.02)
    infrared = ready(one)
    found = [infrared.probability(one.working, "dark", limit) for limit in (3.0, 6.0, 20.0)]
    assert (found[0] >= found[1]).all()
    assert (found[1] >= found[2]).all()
    assert (found[0] > 0.5).sum() > (found[2] > 0.5).sum()


@pytest.mark.parametrize(("follows", "silver"), [(0.3, False), (0.6, True), (1.0, True)])
def test_infrared_that_shows_the_picture_is_refused(follows: float, silver: bool) -> None:
    statistics = ready(*(scan(seed, follows, silver) for seed in (7, 8, 9))).statistics
    assert "silver" in statistics.refusal
    assert statistics.carried > 0.15


@pytest.mark.parametrize("follows", [0.0, 0.02, 0.05])
def test_crosstalk_alone_is_no_reason_to_refuse(follows: float) -> None:
    statistics = ready(*(scan(seed, follows) for seed in (7, 8, 9))).statistics
    assert statistics.refusal == ""
    assert statistics.carried < 0.08


def test_without_the_refusal_silver_would_be_erased() -> None:
    """Why the refusal exists: the picture itself is taken for dirt."""
    one = scan(10, 1.0, silver=True)
    found = ready(one).probability(one.working, "dark", 6.0) > 0.5
    hit, missed = found[~one.around].mean(), 1 - found[one.dust].mean()
    assert hit > 0.001 or missed > 0.5


def test_the_statistics_are_those_of_most_of_the_frames() -> None:
    good = [scan(seed, 0.02) for seed in (1, 2, 3)]
    bad = scan(4, 1.0, silver=True)
    assert ready(*good, bad).statistics.refusal == ""


def test_a_flat_channel_marks_nothing() -> None:
    one = scan(11, 0.02)
    planes = one.frame.codes.planes[0].copy()
    planes[..., 3] = 0.7
    flat = replace(one, frame=Frame(11, Codes((planes,), one.frame.codes.layout)))
    assert not (ready(flat).probability(flat.working, "dark", 6.0) > 0.5).any()


def test_broken_pixels_spread_nowhere() -> None:
    one = scan(12, 0.02)
    planes = one.frame.codes.planes[0].copy()
    planes[5, 5, 3], planes[6, 6, 0] = np.nan, np.inf
    broken = replace(one, frame=Frame(12, Codes((planes,), one.frame.codes.layout)))
    found = ready(broken).probability(broken.working, "dark", 6.0)
    assert np.isfinite(found).all()
    assert (found[30:] > 0.5)[one.dust[30:]].mean() > 0.97


def test_no_frame_to_measure_is_an_error() -> None:
    with pytest.raises(SourceError, match="cannot be measured"):
        measured(SOURCE, [])


def test_both_signs_are_asked_before_refusing() -> None:
    assert InfraredStatistics(0.0, 0.01, correlation=0.99, carried=0.05).refusal == ""
    assert InfraredStatistics(0.0, 0.01, correlation=0.1, carried=0.9).refusal == ""
    assert InfraredStatistics(0.0, 0.01, correlation=-0.9, carried=0.9).refusal != ""
