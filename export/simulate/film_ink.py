"""What damage does to light, by where it sits: base or emulsion, on the print or on the negative.

Print stock (Kodak 2383's data sheet: magenta-, cyan-, yellow-forming layer from the top) scratched ever
deeper turns green, yellow, white. Camera stock and reversal have yellow, magenta, cyan from the top:
reversal turns blue, cyan, white; a negative scratched so *prints* yellow, red, black. Silver has one
layer. The base carries no dye: a scratch in it only bends light away, dark on a print, light from a
negative.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from export.simulate.layer import Ink

PRINT_ORDER = (1, 0, 2)
CAMERA_ORDER = (2, 1, 0)
"""Channels (0 red, 1 green, 2 blue) whose dye lies first, second, third under the surface."""


_CROSSTALK = 0.45
"""No dye absorbs one third of the spectrum alone, and no cut stops where a layer does."""


def stripped_ink(depth: float, order: Sequence[int] | None) -> Ink:
    """Emulsion gone to `depth` 0..3 layers of a positive; `order` None: one layer of silver."""
    red, green, blue = _layers(depth, order)
    return Ink(None, (0.0, 0.0, 0.0), (red, green, blue))


def printed_ink(depth: float, order: Sequence[int] | None, contrast: float) -> Ink:
    """The same on a negative, as it prints: darker by `contrast` (log10 units) per layer gone."""
    red, green, blue = (-contrast * share for share in _layers(depth, order))
    return Ink(None, (red, green, blue))


def draw_depths(rng: np.random.Generator) -> tuple[float, float]:
    """How deep (layers) a mark cuts at the two ends of its life."""
    depth = float(rng.uniform(0.4, 3.2))
    return depth, float(np.clip(depth + rng.normal(0, 0.8), 0.3, 3.2))


def draw_order(rng: np.random.Generator, first: Sequence[int]) -> Sequence[int] | None:
    """`first` for colour stock, None for silver."""
    return None if rng.random() < 0.4 else first


def line_inks(rng: np.random.Generator) -> tuple[Ink, Ink]:
    """A line scratch at the two ends of its life."""
    side = rng.random()
    if side < 0.30:
        return _base_inks(-1, rng)
    if side < 0.48:
        return _base_inks(1, rng)
    early, late = draw_depths(rng)
    if side < 0.85:
        order = draw_order(rng, PRINT_ORDER if rng.random() < 0.75 else CAMERA_ORDER)
        return stripped_ink(early, order), stripped_ink(late, order)
    order, contrast = draw_order(rng, CAMERA_ORDER), float(rng.uniform(0.25, 0.8))
    return printed_ink(early, order, contrast), printed_ink(late, order, contrast)


def _base_inks(sign: int, rng: np.random.Generator) -> tuple[Ink, Ink]:
    strength = sign * float(np.clip(rng.gamma(2.5, 0.24), 0.1, 1.2))
    late = strength * float(rng.uniform(0.4, 1.4))
    return Ink(None, (strength, strength, strength)), Ink(None, (late, late, late))


def _layers(depth: float, order: Sequence[int] | None) -> tuple[float, float, float]:
    if order is None:
        share = min(depth / 2, 1.0)
        return share, share, share
    shares = [0.0, 0.0, 0.0]
    for rank, channel in enumerate(order):
        shares[channel] = float(np.clip(depth - rank, 0, 1))
    mean = sum(shares) / 3
    red, green, blue = (share + _CROSSTALK * (mean - share) for share in shares)
    return red, green, blue
