"""Detected and given coverage made one; pure arithmetic on planes (H, W) float32, 0..1."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.types import Bool, DamageClass, DamageMatte, Float32

HELD_FROM = 0.02
"""A hold-out counts from this brightness on: below it lies the noise of a mask in a lossy movie."""


def combined(detected: Float32, given: Float32, mode: str) -> Float32:
    """`mode` "union": where either covers; "intersect": where both do; "replace": what is given alone.

    Soft coverage is joined as fuzzy sets are (Zadeh 1965): the greater, or the lesser.
    """
    if mode == "replace":
        return given
    return np.maximum(detected, given) if mode == "union" else np.minimum(detected, given)


def as_coverage(plane: Float32) -> Float32:
    """A plane as files hold it, as coverage: within 0..1, and 0 where it is not a number."""
    return np.clip(np.nan_to_num(plane, nan=0.0), 0, 1)


def held(plane: Float32) -> Bool:
    """Which pixels a hold-out mask keeps from being touched: all that are visibly not black."""
    return as_coverage(plane) > HELD_FROM


def without(matte: DamageMatte, kept: Bool) -> DamageMatte:
    """`matte` with nothing left of it, and nothing suspected, where `kept` (H, W) is True."""
    classes: Mapping[DamageClass, Float32] = {
        name: np.where(kept, np.float32(0), plane) for name, plane in matte.classes.items()
    }
    suspected = None if matte.suspected is None else matte.suspected & ~kept
    return DamageMatte(np.where(kept, np.float32(0), matte.coverage), classes, matte.origin, suspected)
