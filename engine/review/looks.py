"""The ways in which a clip's plates can be looked at: as bare codes, or by the views of the OCIO config."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.codes import to_rgb
from engine.errors import ColourError
from engine.review.refusals import BadRequest
from engine.types import Float32, WorkingFrame
from ocio.config import ColourConfig
from ocio.display import View, needs_view, shown_by, views
from ocio.errors import OcioError
from ocio.library import EightBitCube

Shown: TypeAlias = npt.NDArray[np.uint8]
"""(H, W, 3) R, G, B or (H, W) grey, as a display is sent it."""

CODES = "codes"
MOST_STOPS = 10.0
_KEPT = 6


@dataclass(frozen=True)
class Look:
    """A view by its id, and by how many stops it is brightened."""

    view: str
    stops: float = 0.0


class Looks:
    """The looks of one clip. Thread-safe."""

    def __init__(self, config: ColourConfig, space: str) -> None:
        self._config = config
        self._views: Mapping[str, View] = {f"view:{n}": view for n, view in enumerate(views(config))}
        first = next(iter(self._views), CODES)
        self.default = first if needs_view(config, space) else CODES
        self._cubes: OrderedDict[Look, EightBitCube] = OrderedDict()
        self._lock = threading.Lock()

    def told(self) -> Sequence[Mapping[str, Any]]:
        """The looks as the page offers them."""
        named = [{"id": name, "label": view.label} for name, view in self._views.items()]
        return [{"id": CODES, "label": "Code values"}, *named]

    def look(self, view: str | None, stops: float = 0.0) -> Look:
        """Raises BadRequest for one that the clip does not have."""
        name = view or self.default
        if name != CODES and name not in self._views:
            raise BadRequest(f"There is no view {name!r}; the clip's views are in its facts.")
        if not -MOST_STOPS <= stops <= MOST_STOPS:
            raise BadRequest(f"The exposure is from {-MOST_STOPS:g} to {MOST_STOPS:g} stops, not {stops:g}.")
        return Look(name, round(stops, 3))

    def base(self, frame: WorkingFrame, look: Look) -> Float32:
        """(H, W, 3): the plate in the encoding that `finished` takes for this look."""
        return to_rgb(frame.frame.codes) if look.view == CODES else frame.encoded

    def finished(self, base: Float32, look: Look) -> Shown:
        """(H, W, 3) uint8 of what `base` gave, moved or cut as may be. Raises ColourError."""
        if look.view == CODES:
            gain = np.float32(255 * 2.0**look.stops)
            scaled = np.nan_to_num(base, nan=0.0, posinf=1e9, neginf=0.0) * gain + np.float32(0.5)
            return np.clip(scaled, 0, 255).astype(np.uint8)
        return self._cube(look)(np.ascontiguousarray(np.nan_to_num(base, nan=0.0, posinf=1.0, neginf=0.0)))

    def shown(self, frame: WorkingFrame, look: Look) -> Shown:
        return self.finished(self.base(frame, look), look)

    def _cube(self, look: Look) -> EightBitCube:
        with self._lock:
            known = self._cubes.get(look)
            if known is None:
                try:
                    known = shown_by(self._config, self._views[look.view], look.stops)
                except OcioError as error:
                    raise ColourError(str(error)) from error
            self._cubes[look] = known
            self._cubes.move_to_end(look)
            while len(self._cubes) > _KEPT:
                self._cubes.popitem(last=False)
            return known
