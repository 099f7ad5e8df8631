"""Fills that a person asked for, in the place of those that were chosen.

What is asked is done wherever it can be, however little the fill is trusted; where the frame asked for
does not show the place, or shows damage there itself, the chosen fill stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.motion.healed import HealedFlows
from engine.repair.candidates import offers, out_of_sight
from engine.repair.clean_flows import CleanFlows
from engine.repair.damage import Plate, plates_of
from engine.repair.paths import Paths
from engine.repair.regions import damage_regions
from engine.repair.sheet import Sheet
from engine.repair.site import Site
from engine.repair.spatial import fill_from_surroundings
from engine.repair.tiles import CONTEXT, damage_tiles
from engine.types import SPATIAL, AskedFill, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow

_SIDES: Mapping[str, int] = {"previous": -1, "next": 1}


def as_asked(
    window: FrameWindow,
    mattes: Mapping[int, DamageMatte],
    tiles: Sequence[FillTile],
    asked: Mapping[AskedFill, Bool],
    motion: MotionEstimator,
) -> tuple[FillTile, ...]:
    """`tiles` with the fills that `asked` maps to pixels (H, W), where they are damage.

    `mattes` as for a repairer. "original" is none of a fill's business: it is held out of the matte. Raises
    InconsistentFrames for a matte of another size.
    """
    frames = {k: frame for k in (0, *window.offsets()) if (frame := window.at(k)) is not None}
    plates = plates_of(frames, mattes) if asked else {}
    if not plates or plates[0].damaged is None:
        return tuple(tiles)
    wanted = {fill: where & plates[0].damaged for fill, where in asked.items()}
    for fill, where in wanted.items():
        if not where.any():
            continue
        if fill in _SIDES:
            offset = next((k for k in window.offsets() if k * _SIDES[fill] > 0), None)
            if offset is not None:
                tiles = _put(tiles, _from_neighbour(window, plates, offset, where, motion))
        elif fill == "spatial":
            tiles = _put(tiles, _from_surroundings(plates[0], where))
    return tuple(tiles)


@dataclass(frozen=True, eq=False)
class _Found:
    """`picture` (H, W, 3) in the model encoding, of which the pixels `where` (H, W) count."""

    picture: Float32
    where: Bool
    source: int


def _put(tiles: Sequence[FillTile], found: _Found) -> tuple[FillTile, ...]:
    return tuple(_filled(tile, found) for tile in tiles)


def _filled(tile: FillTile, found: _Found) -> FillTile:
    where = found.where[tile.box.slices]
    if not where.any():
        return tile
    encoded = np.where(where[..., np.newaxis], found.picture[tile.box.slices], tile.encoded)
    source: npt.NDArray[np.int8] = np.where(where, np.int8(found.source), tile.source)
    return replace(tile, encoded=encoded, source=source)


def _from_surroundings(centre: Plate, where: Bool) -> _Found:
    assert centre.unreliable is not None
    picture = centre.picture.copy()
    picture[where] = fill_from_surroundings(centre.picture, where, centre.unreliable & ~where).values
    return _Found(picture, where, SPATIAL)


def _from_neighbour(
    window: FrameWindow, plates: Mapping[int, Plate], offset: int, where: Bool, motion: MotionEstimator
) -> _Found:
    """What the frame at `offset` shows in the place of `where`, aligned and of the same exposure."""
    centre = plates[0]
    assert centre.damaged is not None
    assert centre.unreliable is not None
    sheet = Sheet.of(damage_tiles(where), window.centre.size, CONTEXT)
    site = Site.of(centre.picture, damage_regions(centre.unreliable), sheet)
    damage = {k: plate.unreliable for k, plate in plates.items() if plate.unreliable is not None}
    paths = Paths(window, damage, HealedFlows(), CleanFlows(motion))
    offered = offers(site, {offset: plates[offset].picture}, out_of_sight(damage), paths, "direct")[0]
    return _laid_back(centre, sheet, offered.picture, offered.usable & sheet.lay(where), offset)


def _laid_back(centre: Plate, sheet: Sheet, picture: Float32, there: Bool, offset: int) -> _Found:
    """What lies on the sheet, in its place in the frame."""
    whole, where = centre.picture.copy(), np.zeros(sheet.frame_size, np.bool_)
    for place in sheet.places:
        whole[place.tile.slices] = picture[place.inner.slices]
        where[place.tile.slices] = there[place.inner.slices]
    return _Found(whole, where, offset)
