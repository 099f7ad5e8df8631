"""What still shines through a mark: a scratch or thin dust changes the light, it does not stop it.

Along a line the change is nearly the same from row to row, the picture under it is not. So the
difference between the damaged pixels and the fill found so far, averaged along the line, is the
change (a density is an offset in a log encoding), and what remains of the damaged pixels without
it is picture, with its own grain. Errors of the fill that do not run along the line average out.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.repair.lines import Line, Marks, lines, smooth
from engine.types import Bool, Float32

_STRETCH = 12.0
"""px. Standard deviation of the window along the line in which its profile is taken to be constant."""

_JUDGED = 8.0
"""px. Standard deviation of the window along the line in which errors are compared."""

_CLOSE = 1.5
"""px. Standard deviation of the window along the line in which the strength is measured."""

_SURE = 4.0
"""How many times as much as by errors of the other fill the strength must vary to be followed."""

_FINE = 2.0
"""px. Detail along the line is what a Gaussian of this standard deviation takes away."""

_DULL = (0.15, 0.4)
"""The contrast of detail against that beside the line: up to the one nothing shines through, from the other
on all does."""

_ROUNDS = 3
_LEAST = np.float32(1e-8)
_LEAST_SHARE_OF_MISFIT = np.float32(0.25)
"""Of the squared difference from the other fill: this much is always counted as an error of one's own."""


class Through(NamedTuple):
    """`picture` (n, 3) ACEScct, its `share` (n,) 0 .. 1 in the fill, and the RMS error to be expected of the
    blend, `doubt` (n,) in ACEScct."""

    picture: Float32
    share: Float32
    doubt: Float32


class _Other(NamedTuple):
    """The other fill along a line: its expected squared error `squares` and whether it is mostly `spatial`,
    both (length,)."""

    squares: Float32
    spatial: Bool


class _Change(NamedTuple):
    """What a line does to the light at its pixels: `offset` (m, 3), and how much of the other fill's
    error it has taken over, `followed` (length,) 0 .. 1."""

    offset: Float32
    followed: Float32


def shone_through(marks: Marks, whole: Float32, fill: Float32, doubt: Float32, spatial: Bool) -> Through:
    """What shines through the lines among `marks`, (n,) pixels; of others a share of 0.

    `whole` (H, W, 3) is the damaged frame; `fill` (n, 3) what would be filled in otherwise, `doubt` (n,) the
    RMS error expected of it in ACEScct, `spatial` (n,) where it comes from the surroundings.
    """
    own = whole[marks.y.astype(np.intp), marks.x.astype(np.intp)]
    picture, share, doubt = own.copy(), np.zeros(doubt.shape, np.float32), doubt.copy()
    for line in lines(marks):
        pixels = line.pixels
        difference = own[pixels] - fill[pixels]
        other = _expected(line, doubt[pixels], spatial[pixels], whole)
        change = _change(line, difference, other)
        picture[pixels] -= change.offset
        together = _judged(line, _squares(difference - change.offset))
        clear = ~marks.clipped[pixels] * _clearness(line, own[pixels], whole)[line.along]
        share[pixels], doubt[pixels] = _shares(line, together, other, change.followed, clear)
    return Through(picture, share, doubt)


def _expected(line: Line, doubt: Float32, spatial: Bool, whole: Float32) -> _Other:
    squares = np.where(spatial, _bridged(line, whole)[line.along], np.square(doubt))
    return _Other(_judged(line, squares), _judged(line, spatial.astype(np.float32)) > 0.5)


def _bridged(line: Line, whole: Float32) -> Float32:
    """Mean square error of bridging as wide a gap beside the line, at each step along it, (length,)."""
    half = line.reach + 1
    squares: list[Float32] = []
    for side in (-1, 1):
        near, middle, far = (line.beside(whole, side * n * half) for n in (1, 2, 3))
        squares.append(_squares(np.asarray(middle - (near + far) / 2, np.float32)))
    both = np.stack(squares)
    return np.asarray(np.minimum(both, 9 * np.median(both) + _LEAST).mean(0), np.float32)


def _change(line: Line, difference: Float32, other: _Other) -> _Change:
    """The change of light at the line's pixels, from the `difference` (m, 3) of damaged pixels and fill.

    Its profile changes slowly along the line; outliers are left out. The strength may change from row to
    row: it is followed as far as it varies more than the fill's errors would make it.
    """
    strip, seen = line.straightened(difference)
    profile = _profile(strip, seen)
    mode = profile * seen[..., None]
    power = np.square(mode).sum((1, 2))
    there = power > _LEAST
    strength = smooth((mode * (strip - profile)).sum((1, 2)), _CLOSE) / (smooth(power, _CLOSE) + _LEAST)
    # Errors of a spatial fill go through the whole width of the line, those of a temporal one are grain.
    alike = np.where(other.spatial, (mode != 0).sum((1, 2)), np.float32(1))
    noise = smooth(there * other.squares * alike / (power + _LEAST), _STRETCH)
    varying = smooth(there * np.square(strength), _STRETCH)
    followed = np.clip(1 - _SURE * noise / (varying + _LEAST), 0, 1).astype(np.float32)
    whole = np.asarray(profile * (1 + strength * followed)[:, None, None], np.float32)
    return _Change(line.at_pixels(whole), followed)


def _profile(strip: Float32, seen: Float32) -> Float32:
    """`strip` averaged along the line where it is `seen`, outliers left out."""
    weights = seen
    mean = strip
    for _ in range(_ROUNDS):
        mass = np.maximum(smooth(weights, _STRETCH), np.float32(1e-4))[..., None]
        mean = np.asarray(smooth(strip * weights[..., None], _STRETCH) / mass, np.float32)
        rest = _squares(strip - mean)
        weights = np.asarray(seen / (1 + rest / (2 * np.median(rest[seen > 0]) + _LEAST)), np.float32)
    return mean


def _shares(
    line: Line, together: Float32, other: _Other, followed: Float32, clear: Float32
) -> tuple[Float32, Float32]:
    """How much of the fill is to be what shines through, and the RMS error of the blend, both (m,).

    `together` (length,) is the squared difference of both along the line, and both err independently: what
    the other's expected error does not explain is an error of this one. `clear` (m,) is `_clearness`.
    """
    taken_over = np.where(other.spatial, np.square(followed) * other.squares, 0)
    own = np.maximum(together - other.squares, _LEAST_SHARE_OF_MISFIT * together) + taken_over + _LEAST
    best = np.square(other.squares) / (np.square(other.squares) + np.square(own))
    inside = np.abs(line.across - line.middle[line.along]) <= line.reach
    share = np.where(inside, clear * best[line.along], 0).astype(np.float32)
    squares = np.square(share) * own[line.along] + np.square(1 - share) * other.squares[line.along]
    return share, np.sqrt(squares).astype(np.float32)


def _clearness(line: Line, own: Float32, whole: Float32) -> Float32:
    """0 where the damaged pixels `own` (m, 3) change along the line far less than the picture beside it, and
    so none of it shines through, up to 1 where they nearly change as much, (length,)."""
    strip, seen = line.straightened(own)
    inside = seen[:, :, None] * (
        strip - smooth(strip * seen[..., None], _FINE) / _at_least(smooth(seen, _FINE))
    )
    near = [line.beside(whole, side * (line.reach + 1)) for side in (-1, 1)]
    beside = np.stack([v - smooth(v, _FINE) / smooth(np.ones_like(v), _FINE) for v in near], axis=1)
    # The columns at the rim show the mark's edge as well as the picture.
    core = seen * (np.abs(np.arange(seen.shape[1]) - line.reach) < line.reach)
    here = smooth((core * _squares(np.asarray(inside, np.float32))).sum(1), _STRETCH) / _at_least(
        smooth(core.sum(1), _STRETCH)
    )
    there = smooth(_squares(np.asarray(beside, np.float32)).mean(1), _STRETCH) / smooth(
        np.ones(len(beside), np.float32), _STRETCH
    )
    contrast = np.sqrt(here / (there + _LEAST))
    return np.clip((contrast - _DULL[0]) / (_DULL[1] - _DULL[0]), 0, 1).astype(np.float32)


def _at_least(mass: Float32) -> Float32:
    """A mass to divide by, with an axis for the channels where it is of a strip."""
    safe = np.maximum(mass, np.float32(1e-4))
    return safe[..., None] if safe.ndim == 2 else safe


def _judged(line: Line, values: Float32) -> Float32:
    """The mean of `values` (m,) around each step along the line, (length,)."""
    mass = np.maximum(smooth(line.rows(np.ones_like(values)), _JUDGED), np.float32(1e-6))
    return np.asarray(smooth(line.rows(values), _JUDGED) / mass, np.float32)


def _squares(rest: Float32) -> Float32:
    return np.asarray(np.einsum("...c,...c->...", rest, rest) / np.float32(3), np.float32)
