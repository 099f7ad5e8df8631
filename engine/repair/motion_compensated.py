"""Repair from the neighbours: what dirt hides in one frame is nearly always visible in the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.motion.healed import HealedFlows
from engine.repair.candidates import cut_out, deep, merged, offers, out_of_sight
from engine.repair.channels import where
from engine.repair.choose import Choice, choose, errors, unsettled
from engine.repair.clean_flows import CleanFlows
from engine.repair.damage import Plate, clipped, plates_of
from engine.repair.lines import Marks
from engine.repair.paths import Paths
from engine.repair.regions import damage_regions
from engine.repair.sheet import Sheet
from engine.repair.shine import shone_through
from engine.repair.site import Site
from engine.repair.spatial import fill_from_surroundings
from engine.repair.standing import with_standing
from engine.repair.tiles import CONTEXT, damage_tiles
from engine.types import SPATIAL, THROUGH, Bool, DamageMatte, FillTile, Float32, WorkingFrame
from engine.window.window import FrameWindow

Source = npt.NDArray[np.int8]

_MOSTLY = 0.5


class MotionCompensatedRepairer:
    """Fills damage from aligned neighbours, and from its surroundings where none can be trusted."""

    def __init__(self, motion: MotionEstimator) -> None:
        self._healed, self._clean = HealedFlows(), CleanFlows(motion)

    @property
    def identity(self) -> str:
        return "motion-compensated/3"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        """As `Repairer.repair` says. Raises InconsistentFrames for a matte of another size."""
        plates = plates_of(_frames(window), mattes)
        centre = plates[0]
        if centre.damaged is None or centre.unreliable is None:
            return ()
        tiles = damage_tiles(centre.damaged)
        sheet = Sheet.of(tiles, window.centre.size, CONTEXT)
        site = Site.of(centre.picture, damage_regions(centre.unreliable), sheet)
        damage = {k: plate.unreliable for k, plate in plates.items() if plate.unreliable is not None}
        paths = Paths(window, damage, self._healed, self._clean)
        hidden = out_of_sight(with_standing(site, mattes[0], plates, damage))
        filled = _Filled.of(site, _chosen(site, plates, hidden, paths))
        _fill_the_rest(site.sheet, filled, centre, centre.damaged)
        _let_through(site, filled, window.centre, centre.picture)
        return _tiles(sheet, filled)


def _frames(window: FrameWindow) -> dict[int, WorkingFrame]:
    frames = {k: window.at(k) for k in (0, *window.offsets())}
    return {k: frame for k, frame in frames.items() if frame is not None}


def _chosen(site: Site, plates: Mapping[int, Plate], hidden: Mapping[int, Float32], paths: Paths) -> Choice:
    """The best of what the neighbours offer: the nearest on either side are asked first; where these leave
    doubt, the same by other routes, and the others."""
    neighbours = {k: plate.picture for k, plate in plates.items() if k}
    first = [next((k for k in neighbours if k * side > 0), 0) for side in (-1, 1)]
    near = {k: neighbours.pop(k) for k in first if k}
    found = offers(site, near, hidden, paths, "direct")
    expected = errors(site, found)
    choice = choose(site, found, expected)
    if not near:
        return choice
    inside, encoded = deep(site), plates[0].picture
    for part, misled in (
        (site.part(encoded, inside), True),
        (site.part(encoded, unsettled(site, found, expected), inside), False),
    ):
        if part is None:
            continue
        more = [cut_out(candidate, site, part) for candidate in found]
        more += offers(part, neighbours, hidden, paths, "direct")
        if misled:
            across = {k: picture for k, picture in near.items() if paths.bridged(k)}
            more += offers(part, across, hidden, paths, "bridge")
            more += offers(part, {**near, **neighbours}, hidden, paths, "around")
        best = merged(part, more)
        for better, plane in zip(choose(part, best, errors(part, best)), choice, strict=True):
            part.sheet.lay_over(better, plane, site.sheet)
    return choice


class _Filled(NamedTuple):
    """The fill on the sheet as it comes about: planes like those of `FillTile`, to be written into."""

    picture: Float32
    source: Source
    doubt: Float32

    @staticmethod
    def of(site: Site, choice: Choice) -> _Filled:
        hurt = site.damaged
        picture = where(hurt, choice.picture, site.picture)
        source = np.where(hurt, choice.source, 0).astype(np.int8)
        doubt = np.where(hurt, choice.doubt, np.float32(0))
        return _Filled(picture, source, doubt)


def _fill_the_rest(sheet: Sheet, filled: _Filled, centre: Plate, damaged: Bool) -> None:
    """Fill what no neighbour could, from the frame as the neighbours left it."""
    if not (filled.source == SPATIAL).any():
        return
    whole = centre.picture.copy()
    missing = np.zeros(damaged.shape, np.bool_)
    for place in sheet.places:
        whole[place.tile.slices] = filled.picture[place.inner.slices]
        missing[place.tile.slices] = filled.source[place.inner.slices] == SPATIAL
    unknown = np.zeros_like(damaged) if centre.unreliable is None else centre.unreliable & ~damaged
    found = fill_from_surroundings(whole, missing, unknown)
    whole[missing] = found.values
    doubt = np.zeros(damaged.shape, np.float32)
    doubt[missing] = found.doubt
    for place in sheet.places:
        filled.picture[place.inner.slices] = whole[place.tile.slices]
        here = missing[place.tile.slices]
        filled.doubt[place.inner.slices][here] = doubt[place.tile.slices][here]


def _let_through(site: Site, filled: _Filled, frame: WorkingFrame, whole: Float32) -> None:
    """Keep what shines through the damage of `frame` where that is the better fill.

    `whole` (H, W, 3) is its picture, finite.
    """
    hole = site.sheet.points(site.damaged & site.sheet.inner)
    picture, source, doubt = filled.picture.reshape(-1, 3), filled.source.ravel(), filled.doubt.ravel()
    pieces = site.regions.piece[site.labels.ravel()[hole.flat]]
    lost = clipped(frame, hole.y.astype(np.intp), hole.x.astype(np.intp))
    marks = Marks(hole.x, hole.y, pieces, lost)
    fill = picture[hole.flat]
    found = shone_through(marks, whole, fill, doubt[hole.flat], source[hole.flat] == SPATIAL)
    picture[hole.flat] = fill + found.share[:, None] * (found.picture - fill)
    source[hole.flat[found.share > _MOSTLY]] = THROUGH
    doubt[hole.flat] = found.doubt


def _tiles(sheet: Sheet, filled: _Filled) -> tuple[FillTile, ...]:
    inner = ((place.tile, place.inner.slices) for place in sheet.places)
    picture, source, doubt = filled
    return tuple(
        FillTile(tile, picture[part].copy(), source[part].copy(), doubt[part].copy()) for tile, part in inner
    )
