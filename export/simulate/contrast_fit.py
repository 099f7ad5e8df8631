"""Measures the contrast of real marks: patches of a damaged scan minus its restoration by an expert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource, SourceNotFound
from export.simulate.contrast import Contrast
from export.simulate.gamma_fit import distance, fit_values

Float64 = npt.NDArray[np.float64]

CORE = 0.1
"""Share of a mark's pixels, the most changed ones, that stand for its strength."""
STRONGEST = 4.0
"""Density where the search for a mark's strength ends."""
TINTED = (0.25, 0.1)
"""Display code beneath a mark and its strength from which its tint can be told from the picture's noise."""


@dataclass(frozen=True, eq=False)
class Mark:
    """`clean`, `damaged`: display code 0 .. 1 of the core, (3,) R, G, B. `softness`: blur of its rim, px."""

    clean: Float64
    damaged: Float64
    softness: float


def fit_contrast(damage: Path) -> Contrast:
    """Fit to all of `<split>/damage/real_residuals/*.npz`, over `real_pairs/<same name>*_restored.*`.

    Raises SourceNotFound where there is none of either, CorruptSource where one cannot be read.
    """
    paths = sorted((damage / "real_residuals").glob("*.npz"))
    if not paths:
        raise SourceNotFound(f"{damage / 'real_residuals'} holds no .npz file to measure contrast on.")
    marks = [mark for path in paths for mark in _marks(path, _restored(damage / "real_pairs", path.stem))]
    light = [mark for mark in marks if mark.damaged.mean() > mark.clean.mean()]
    clean = np.stack([mark.clean for mark in light])
    damaged = np.stack([mark.damaged for mark in light])
    veil = _steadiest_veil(clean.mean(1), damaged.mean(1))
    strength = _strength(clean.mean(1), damaged.mean(1), veil)
    # A mark that prints white whole says no more than "at least so strong".
    sound = (strength > 0) & (damaged.max(1) < 0.99)
    channels = np.stack([_strength(clean[:, c], damaged[:, c], veil) for c in range(3)], 1)
    tinted = sound & (clean.mean(1) > TINTED[0]) & (strength > TINTED[1])
    tint = np.log(np.maximum(channels, 1e-3)[tinted] / strength[tinted, None])
    softness = np.array([mark.softness for mark in marks])
    fit, soft = fit_values(strength[sound]), fit_values(softness)
    red, green, blue = (float(v) for v in np.median(tint, 0))
    spread_red, spread_green, spread_blue = (float(v) for v in _spread(tint))
    return Contrast(
        fit, veil, (red, green, blue), (spread_red, spread_green, spread_blue), soft,
        len(light) / len(marks), len(marks), distance(strength[sound], fit), distance(softness, soft),
    )  # fmt: skip


def _restored(pairs: Path, stem: str) -> npt.NDArray[np.uint8]:
    for path in sorted(pairs.glob(f"{stem}*_restored.*")):
        bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if bgr is not None:
            return np.asarray(bgr, np.uint8)
    raise SourceNotFound(f"{pairs} holds no readable {stem}*_restored picture for the residuals {stem}.npz.")


def _marks(path: Path, restored: npt.NDArray[np.uint8]) -> Iterator[Mark]:
    try:
        with np.load(path) as z:
            residuals, masks, shapes, places = z["residual"], z["mask"], z["shape"], z["xy"]
    except (OSError, ValueError, KeyError) as error:
        raise CorruptSource(f"{path} cannot be read as residual patches ({error}).") from error
    end = 0
    for (height, width), (x, y) in zip(shapes.tolist(), places.tolist(), strict=True):
        start, end = end, end + height * width
        clean = restored[y : y + height, x : x + width].astype(np.float64)
        if clean.shape == (height, width, 3):
            residual = residuals[start:end].reshape(height, width, 3).astype(np.float64)
            yield _measured(clean, residual, masks[start:end].reshape(height, width))


def _measured(clean: Float64, residual: Float64, mask: npt.NDArray[np.bool_]) -> Mark:
    """One mark from the patch of the restored scan (h, w, 3) B, G, R codes, and what damage adds to it."""
    change = np.abs(residual).sum(2) * mask
    core = np.argsort(change, axis=None)[-max(3, int(mask.sum() * CORE)) :]
    under, added = clean.reshape(-1, 3)[core, ::-1].mean(0), residual.reshape(-1, 3)[core, ::-1].mean(0)
    return Mark(under / 255, np.clip((under + added) / 255, 0, 1), _softness(np.abs(residual.mean(2))))


def _softness(change: Float64) -> float:
    """Blur of the steepest rim: a step of height h, blurred by s, is h / (s √(2π)) steep at most."""
    padded = np.pad(change, 1)
    steepest = max(np.abs(np.diff(padded, axis=0)).max(), np.abs(np.diff(padded, axis=1)).max())
    return float(change.max() / (max(steepest, 1e-6) * np.sqrt(2 * np.pi)))


def _steadiest_veil(clean: Float64, damaged: Float64) -> float:
    """The veil with which the strengths found differ least (standard deviation of their logarithm)."""
    candidates = np.geomspace(0.01, 2.0, 60)
    logs = [np.log(np.maximum(_strength(clean, damaged, float(v)), 1e-3)) for v in candidates]
    return float(candidates[int(np.argmin([one.std() for one in logs]))])


def _strength(clean: Float64, damaged: Float64, veil: float) -> Float64:
    """d of L x 10^d + veil x d = L' for display codes (N,) of gamma 2.4; by bisection, it grows with d."""
    light, result = np.maximum(clean, 1 / 255) ** 2.4, np.maximum(damaged, 1 / 255) ** 2.4
    low, high = np.zeros_like(light), np.full_like(light, STRONGEST)
    for _ in range(40):
        middle = (low + high) / 2
        short = light * 10**middle + veil * middle < result
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return low


def _spread(values: Float64) -> Float64:
    """Standard deviation of each column, by the median deviation: a few dark shadows have no sound tint."""
    return 1.4826 * np.median(np.abs(values - np.median(values, 0)), 0)
