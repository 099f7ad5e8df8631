"""Grain for repaired areas.

A fill from a neighbour brings that frame's grain: real, but the same as it was a frame ago, so in a
flat, still area the repair stands out as a patch that does not move. A fill from the surroundings
has none at all. Both are given grain that is made anew from the statistics of the frame itself;
where there is structure the neighbour's own texture is kept. A fill that a diffusion net painted has
its own, new in every frame: it gets what that lacks of the frame's, and never grain twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.repair.damage import plate_of
from engine.repair.grain_profile import BLUR, GrainProfile, Neighbour, measure
from engine.repair.sheet import Sheet
from engine.types import DIFFUSION, LEFT, SPATIAL, THROUGH, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow

_PERIOD = 256
"""px. The made grain repeats after this many."""

_AREA = 9
"""px. Side of the square in which a fill is judged flat or textured."""

_CONTEXT = 12
"""px around a tile: what the blur of a residual reaches (8), from everywhere in that square."""

_FLAT_UP_TO = 1.2
_TEXTURED_FROM = 1.8
"""A residual of at most / at least this many times the grain's power is all grain / picture as well."""


_ENOUGH = 0.8
"""What was painted lacks no grain where its residual has this much of the grain's power: it cannot be told
more exactly from one small square."""


def regrain(
    window: FrameWindow,
    tiles: Sequence[FillTile],
    matte: DamageMatte,
    strength: float,
    seed: int = 0,
    motion: MotionEstimator | None = None,
) -> tuple[FillTile, ...]:
    """`tiles` with the grain of the frame around them, where `matte` is above 0.

    `strength` multiplies the grain (1 is that of the surroundings); 0 returns the tiles as they are, but for
    what was painted, whose grain it takes away.
    The result depends on the frame's content, `seed` and the position in the frame only, not on how
    the frame was tiled. With `motion` a neighbour helps to tell grain from fine texture. Raises
    InconsistentFrames where the matte is not of the frame's size.
    """
    plate = plate_of(window.centre, matte)
    if plate.damaged is None or plate.unreliable is None or not _any_to_do(tiles, strength):
        return tuple(tiles)
    neighbour = _neighbour(window, motion) if motion else None
    profile = measure(plate.picture, plate.unreliable, plate.damaged, neighbour)
    if profile is None:
        return tuple(tiles)
    sheet = Sheet.of([tile.box for tile in tiles], window.centre.size, _CONTEXT)
    picture, sources = _assembled(plate.picture, plate.damaged, tiles, sheet)
    made = _field(profile, f"{window.centre.key}/{seed}")
    points = sheet.points(sheet.lay(plate.damaged))
    if strength == 0:
        points = points.only(sources.ravel()[points.flat] == DIFFUSION)
    source = sources.ravel()[points.flat]
    fresh = made[points.y.astype(np.intp) % _PERIOD, points.x.astype(np.intp) % _PERIOD]
    picture.reshape(-1, 3)[points.flat] = _regrained(
        picture, sheet.inside.astype(np.float32), source, points.flat, fresh, profile, strength
    )
    return _cut(tiles, picture, sheet)


def _any_to_do(tiles: Sequence[FillTile], strength: float) -> bool:
    return bool(tiles) if strength else any(bool((tile.source == DIFFUSION).any()) for tile in tiles)


def _neighbour(window: FrameWindow, motion: MotionEstimator) -> Neighbour | None:
    """The nearest neighbour that is not a repeat of the centre."""
    for offset in window.offsets():
        frame = window.at(offset)
        if frame is not None and frame.key != window.centre.key:
            return Neighbour(plate_of(frame, None).picture, motion.between(window.centre, frame))
    return None


def _assembled(
    plate: Float32, damaged: Bool, tiles: Sequence[FillTile], sheet: Sheet
) -> tuple[Float32, npt.NDArray[np.int8]]:
    """The repaired frame on the sheet, and where each pixel of the fill came from."""
    whole, sources = plate.copy(), np.zeros(damaged.shape, np.int8)
    for tile in tiles:
        hurt = damaged[tile.box.slices] & (tile.source != LEFT)
        np.copyto(whole[tile.box.slices], tile.encoded, where=hurt[..., None])
        sources[tile.box.slices] = tile.source
    return sheet.lay(whole), sheet.lay(sources)


def _regrained(
    picture: Float32,
    inside: Float32,
    source: npt.NDArray[np.int8],
    flat: npt.NDArray[np.intp],
    fresh: Float32,
    profile: GrainProfile,
    strength: float,
) -> Float32:
    """The filled pixels `flat` of `picture`, their own grain exchanged for `fresh` as far as they are flat.

    What shines through the damage has this frame's grain and keeps it; a spatial fill has streaks at most;
    what was painted has new grain of its own, and gets what that lacks, all of it `strength` times as strong.
    `inside` (h, w) is 1 where the sheet shows the frame, 0 beyond its borders and between the tiles.
    With a share q of the residual kept and the power of grain 1, fresh grain of power 1 - q² keeps the
    sum: the two are independent.
    """
    own = _residual(picture, inside)
    smooth = picture - own
    wanted = profile.strength(smooth.reshape(-1, 3)[flat])
    ratio = _ratio(own, profile.power(smooth), inside).ravel()[flat]
    kept = _structure(ratio)
    kept[source == THROUGH] = 1
    grainless = source == SPATIAL
    still_there = np.where(grainless, 0, kept)[:, None]
    removed = (1 - kept)[:, None] * own.reshape(-1, 3)[flat]
    added = strength * np.sqrt(1 - still_there**2) * wanted * fresh
    fill = picture.reshape(-1, 3)[flat]
    lacking = np.sqrt(np.clip(1 - ratio / np.float32(_ENOUGH), 0, 1))[:, None]
    painted = fill + (strength - 1) * removed + strength * lacking * wanted * fresh
    drawn = (source == DIFFUSION)[:, None]
    return np.where(drawn, painted, fill - removed + added).astype(np.float32)


def _residual(picture: Float32, inside: Float32) -> Float32:
    """`grain_profile.residual` with nothing known outside the frame, where the sheet holds zeros."""
    smooth = np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR, borderType=cv2.BORDER_CONSTANT), np.float32)
    mass = cv2.GaussianBlur(inside, (0, 0), BLUR, borderType=cv2.BORDER_CONSTANT)
    smooth *= (inside / np.maximum(mass, np.float32(1e-6)))[..., None]
    return np.subtract(picture, smooth, out=smooth)


def _ratio(own: Float32, grain: Float32, inside: Float32) -> Float32:
    """How much more power the residual `own` has around each pixel (h, w) than grain.

    `grain` (h, w) is the mean variance that grain has there.
    """
    square = (_AREA, _AREA)
    residual = np.einsum("hwc,hwc->hw", own, own) / np.float32(3)
    power = cv2.blur(residual, square, borderType=cv2.BORDER_CONSTANT)
    share = cv2.blur(inside, square, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(power / np.maximum(share * grain, np.float32(1e-12)), np.float32)


def _structure(ratio: Float32) -> Float32:
    """How much of a residual with so many times the grain's power is to be kept as picture, 0 .. 1."""
    return np.asarray(np.clip((ratio - _FLAT_UP_TO) / (_TEXTURED_FROM - _FLAT_UP_TO), 0, 1), np.float32)


def _field(profile: GrainProfile, key: str) -> Float32:
    """Grain to be scaled by `GrainProfile.strength`, (_PERIOD, _PERIOD, 3); it repeats without a seam."""
    digest = hashlib.sha256(key.encode()).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
    white = generator.standard_normal((3, _PERIOD, _PERIOD), np.float32)
    side = profile.kernel.shape[0]
    kernel = np.zeros((_PERIOD, _PERIOD), np.float32)
    kernel[:side, :side] = np.fft.fftshift(profile.kernel)
    shaped = np.fft.irfft2(np.fft.rfft2(white) * np.fft.rfft2(kernel), s=(_PERIOD, _PERIOD))
    energy = float(np.sqrt(np.square(profile.kernel).sum()))
    shaped *= energy / np.maximum(shaped.std((1, 2), keepdims=True), 1e-12)
    return np.ascontiguousarray(np.einsum("dc,cyx->yxd", profile.mixing, shaped), np.float32)


def _cut(tiles: Sequence[FillTile], picture: Float32, sheet: Sheet) -> tuple[FillTile, ...]:
    inner = {place.tile: place.inner for place in sheet.places}
    return tuple(replace(tile, encoded=picture[inner[tile.box].slices].copy()) for tile in tiles)
