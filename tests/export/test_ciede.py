"""Colour differences against published ones."""

import numpy as np
import pytest

from export.evaluate.ciede import delta_e_1976, delta_e_2000

PAIRS = [
    ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
    ((50.0, 3.1571, -77.2803), (50.0, 0.0, -82.7485), 2.8615),
    ((50.0, -1.3802, -84.2814), (50.0, 0.0, -82.7485), 1.0000),
    ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0009), 7.1792),
    ((50.0, 2.4900, -0.0010), (50.0, -2.4900, 0.0011), 7.2195),
    ((50.0, 2.5, 0.0), (50.0, 0.0, -2.5), 4.3065),
    ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
    ((50.0, 2.5, 0.0), (61.0, -5.0, 29.0), 22.8977),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]
"""Sharma, Wu and Dalal 2005, table 1."""


@pytest.mark.parametrize(("one", "two", "expected"), PAIRS)
def test_published_pairs(one: tuple[float, ...], two: tuple[float, ...], expected: float) -> None:
    first, second = np.array(one), np.array(two)
    assert float(delta_e_2000(first, second)) == pytest.approx(expected, abs=1e-4)
    assert float(delta_e_2000(second, first)) == pytest.approx(expected, abs=1e-4)


def test_pictures_are_compared_pixel_by_pixel() -> None:
    one, two = (np.array([[pair[k] for pair in PAIRS]] * 2, np.float32) for k in (0, 1))
    found = delta_e_2000(one, two)
    assert found.shape == (2, len(PAIRS))
    np.testing.assert_allclose(found[1], [pair[2] for pair in PAIRS], atol=1e-3)
    assert not delta_e_2000(one, one).any()


def test_the_older_one_is_the_distance() -> None:
    assert delta_e_1976(np.array([50.0, 3.0, 0.0]), np.array([50.0, 0.0, 4.0])) == pytest.approx(5)
