"""Gauges give px per µm for any plate."""

import numpy as np
import pytest

from export.simulate.gauge import GAUGES, SCANNED, draw_scale


def test_a_frame_width_of_film_fills_the_plate() -> None:
    for gauge in GAUGES.values():
        for width in (720, 2048, 4096):
            assert gauge.pixels_per_micrometre(width) * gauge.width * 1000 == pytest.approx(width)


def test_the_smaller_the_gauge_the_larger_a_speck_of_dust() -> None:
    scales = [GAUGES[name].pixels_per_micrometre(2048) for name in ("8", "super8", "16", "super16", "35")]
    assert scales == sorted(scales, reverse=True)


def test_a_35_mm_still_is_three_by_two() -> None:
    assert GAUGES["35-still"].plate_height(3000) == 2000


def test_no_plate_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1 px"):
        GAUGES["16"].pixels_per_micrometre(0)


def test_scales_drawn_are_those_of_usual_scans() -> None:
    known = {GAUGES[n].pixels_per_micrometre(w) for n, widths in SCANNED.items() for w in widths}
    rng = np.random.default_rng(1)
    assert {draw_scale(rng) for _ in range(400)} <= known
