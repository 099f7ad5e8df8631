"""Contrast is measured on pairs made here with a known strength, veil and tint, and drawn as measured."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import CorruptSource, SourceNotFound
from export.simulate.contrast import draw_coats, draw_opaque, draw_softness
from export.simulate.contrast_fit import fit_contrast
from export.simulate.gamma_fit import distance
from export.simulate.layer import DamageLayer
from export.simulate.statistics import fitted

VEIL, TINT = 0.2, np.array([0.2, -0.1, -0.1])


def make_pair(damage: Path, marks: int = 240, soft: float = 1.0, name: str = "film") -> np.ndarray:
    """A restored picture and residuals of soft discs over it; returns the strengths, (marks,) density."""
    rng = np.random.default_rng(1)
    side, columns = 24, 20
    rows = -(-marks // columns)
    clean = np.repeat(rng.uniform(0.15, 0.8, (rows, columns, 1)), 3, 2).repeat(side, 0).repeat(side, 1)
    restored = np.rint(clean * 255).astype(np.uint8)
    disc = cv2.circle(np.zeros((side, side), np.float32), (12, 12), 6, 1.0, -1)
    opacity = cv2.GaussianBlur(disc, (0, 0), soft)[..., None]
    strengths = rng.gamma(6.0, 0.03, marks)
    residuals, masks, places = [], [], []
    for n, strength in enumerate(strengths):
        y, x = (v * side for v in divmod(n, columns))
        light = (restored[y : y + side, x : x + side] / 255) ** 2.4
        channels = strength * np.exp(TINT)
        marked = light * 10 ** (opacity * channels) + opacity * VEIL * channels
        code = np.clip(np.rint(255 * np.clip(marked, 0, 1) ** (1 / 2.4)), 0, 255)
        residual = (code - restored[y : y + side, x : x + side])[..., ::-1]
        residuals.append(residual.reshape(-1, 3))
        masks.append((np.abs(residual).max(2) > 10).ravel())
        places.append((x, y))
    for folder in ("real_pairs", "real_residuals"):
        (damage / folder).mkdir(parents=True)
    cv2.imwrite(str(damage / "real_pairs" / f"{name}_a_restored.png"), restored)
    np.savez(
        damage / "real_residuals" / f"{name}.npz", residual=np.concatenate(residuals).astype(np.int16),
        mask=np.concatenate(masks), shape=np.int32([(side, side)] * marks), xy=np.int32(places),
    )  # fmt: skip
    return strengths


def test_the_strength_the_tint_and_the_softness_of_marks_are_found_again(tmp_path: Path) -> None:
    strengths = make_pair(tmp_path)
    contrast = fit_contrast(tmp_path)
    assert contrast.samples == len(strengths)
    assert contrast.light == pytest.approx(1.0, abs=0.02)
    assert contrast.strength.mean == pytest.approx(strengths.mean(), rel=0.15)
    assert VEIL / 3 < contrast.veil < VEIL * 3
    np.testing.assert_allclose(np.subtract(contrast.tint, contrast.tint[1]), TINT - TINT[1], atol=0.05)
    assert contrast.softness.mean == pytest.approx(1.0, rel=0.2)


def test_a_sharper_rim_is_measured_as_sharper(tmp_path: Path) -> None:
    make_pair(tmp_path / "sharp", soft=0.6)
    make_pair(tmp_path / "soft", soft=2.0)
    sharp, soft = (fit_contrast(tmp_path / name).softness.mean for name in ("sharp", "soft"))
    assert soft > 1.8 * sharp


def test_contrast_without_material_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"holds no \.npz"):
        fit_contrast(tmp_path)
    make_pair(tmp_path, marks=20)
    next((tmp_path / "real_pairs").iterdir()).unlink()
    with pytest.raises(SourceNotFound, match=r"film\*_restored"):
        fit_contrast(tmp_path)


def test_broken_residuals_are_refused(tmp_path: Path) -> None:
    make_pair(tmp_path, marks=20)
    (tmp_path / "real_residuals" / "film.npz").write_bytes(b"no archive")
    with pytest.raises(CorruptSource, match="residual patches"):
        fit_contrast(tmp_path)


def test_coats_change_light_as_the_measured_model_says() -> None:
    """L x 10^d + veil x d on a whole mark, whatever the picture beneath."""
    contrast = replace(fitted().contrast, tint_spread=(0.0, 0.0, 0.0), tint=(0.0, 0.0, 0.0))
    clean = np.random.default_rng(2).uniform(0.001, 0.9, (8, 8, 3)).astype(np.float32)
    for seed in range(5):
        density, veil = draw_coats(contrast, True, np.random.default_rng(seed))
        layer = DamageLayer.empty((8, 8))
        for coat in (density, veil):
            layer.draw(np.full((8, 8), coat.share, np.float32), 0, 0, coat.ink, "blotch")
        strength = density.ink.density[0]
        white = contrast.veil * strength
        expected = clean * 10**strength * (1 - white) + white
        np.testing.assert_allclose(layer.over(clean), expected, rtol=1e-4)


def test_strengths_drawn_follow_the_measured_distribution_in_both_polarities() -> None:
    contrast = replace(fitted().contrast, tint_spread=(0.0, 0.0, 0.0), tint=(0.0, 0.0, 0.0))
    rng = np.random.default_rng(3)
    for light in (True, False):
        drawn = [draw_coats(contrast, light, rng)[0].ink.density[1] for _ in range(1500)]
        sign = 1 if light else -1
        assert distance(sign * np.array(drawn), contrast.strength) < 1.63 / np.sqrt(1500)


def test_opaque_marks_are_near_black_or_bright() -> None:
    rng = np.random.default_rng(4)
    for light in (True, False):
        (coat,) = draw_opaque(light, rng)
        assert coat.ink.colour is not None
        assert coat.share == 1
        assert (min(coat.ink.colour) > 0.3) == light


def test_softness_stays_where_a_rim_is_neither_a_stair_nor_a_haze() -> None:
    rng = np.random.default_rng(5)
    drawn = [draw_softness(fitted().contrast, rng) for _ in range(300)]
    assert 0.3 <= min(drawn) <= max(drawn) <= 2.5
