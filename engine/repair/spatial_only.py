"""The repairer that needs no neighbour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.repair.damage import plate_of
from engine.repair.spatial import fill_from_surroundings
from engine.repair.tiles import damage_tiles
from engine.types import SPATIAL, DamageMatte, FillTile
from engine.window.window import FrameWindow


class SpatialRepairer:
    """Fills damage from its surroundings in the same frame; for stills, and as a yardstick."""

    @property
    def identity(self) -> str:
        return "spatial/1"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        """As `Repairer.repair` says. Raises InconsistentFrames for a matte of another size."""
        plate = plate_of(window.centre, mattes.get(0))
        if plate.damaged is None or plate.unreliable is None:
            return ()
        found = fill_from_surroundings(plate.picture, plate.damaged, plate.unreliable)
        filled, doubt = plate.picture.copy(), np.zeros(plate.damaged.shape, np.float32)
        filled[plate.damaged], doubt[plate.damaged] = found.values, found.doubt
        source = np.where(plate.damaged, SPATIAL, 0).astype(np.int8)
        return tuple(
            FillTile(box, filled[box.slices].copy(), source[box.slices].copy(), doubt[box.slices].copy())
            for box in damage_tiles(plate.damaged)
        )
