"""Repair from the neighbours: what dirt hides in one frame is nearly always visible in the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.repair.candidates import Candidate, Site, offers
from engine.repair.choose import Choice, choose, unsettled
from engine.repair.damage import Plate, plates_of
from engine.repair.paths import Paths
from engine.repair.regions import damage_regions
from engine.repair.sheet import Sheet
from engine.repair.spatial import fill_from_surroundings
from engine.repair.tiles import CONTEXT, damage_tiles
from engine.types import SPATIAL, Bool, DamageMatte, FillTile, Float32, WorkingFrame
from engine.window.window import FrameWindow

Source = npt.NDArray[np.int8]


class MotionCompensatedRepairer:
    """Fills damage from aligned neighbours, and from its surroundings where none can be trusted."""

    def __init__(self, motion: MotionEstimator) -> None:
        self._motion = motion

    @property
    def identity(self) -> str:
        return "motion-compensated/1"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        """As `Repairer.repair` says. Raises InconsistentFrames for a matte of another size."""
        plates = plates_of(_frames(window), mattes)
        centre = plates[0]
        if centre.damaged is None or centre.unreliable is None:
            return ()
        tiles = damage_tiles(centre.damaged)
        sheet = Sheet.of(tiles, window.centre.size, CONTEXT)
        site = Site.of(centre.picture, centre.damaged, damage_regions(centre.unreliable), sheet)
        damage = {k: plate.unreliable for k, plate in plates.items() if plate.unreliable is not None}
        paths = Paths(window, damage, self._motion)
        return _tiles(site, choose(site, _asked(site, plates, damage, paths)), centre, centre.damaged)


def _frames(window: FrameWindow) -> dict[int, WorkingFrame]:
    frames = {k: window.at(k) for k in (0, *window.offsets())}
    return {k: frame for k, frame in frames.items() if frame is not None}


def _asked(
    site: Site, plates: Mapping[int, Plate], damage: Mapping[int, Bool], paths: Paths
) -> list[Candidate]:
    """What the neighbours offer: the nearest on either side first, the others where these leave doubt."""
    neighbours = {k: plate.picture for k, plate in plates.items() if k}
    first = [next((k for k in neighbours if k * side > 0), 0) for side in (-1, 1)]
    near = {k: neighbours.pop(k) for k in first if k}
    found = offers(site, near, damage, paths, np.ones(site.regions.count, np.bool_))
    if found and neighbours:
        doubt = unsettled(site, found)
        if doubt.any():
            found += offers(site, neighbours, damage, paths, doubt)
    return found


def _tiles(site: Site, choice: Choice, centre: Plate, damaged: Bool) -> tuple[FillTile, ...]:
    picture = site.picture.copy()
    picture.reshape(-1, 3)[site.hole.flat] = choice.picture
    source = np.zeros(site.damaged.shape, np.int8)
    source.ravel()[site.hole.flat] = choice.source
    if (choice.source == SPATIAL).any():
        _fill_the_rest(site.sheet, picture, source, centre, damaged)
    return tuple(
        FillTile(place.tile, picture[place.inner.slices].copy(), source[place.inner.slices].copy())
        for place in site.sheet.places
    )


def _fill_the_rest(sheet: Sheet, picture: Float32, source: Source, centre: Plate, damaged: Bool) -> None:
    """Fill what no neighbour could, from the frame as the neighbours left it; writes into `picture`."""
    whole = centre.picture.copy()
    missing = np.zeros(damaged.shape, np.bool_)
    for place in sheet.places:
        whole[place.tile.slices] = picture[place.inner.slices]
        missing[place.tile.slices] = source[place.inner.slices] == SPATIAL
    unknown = np.zeros_like(damaged) if centre.unreliable is None else centre.unreliable & ~damaged
    whole[missing] = fill_from_surroundings(whole, missing, unknown)
    for place in sheet.places:
        picture[place.inner.slices] = whole[place.tile.slices]
