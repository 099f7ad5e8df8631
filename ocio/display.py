"""Plates as a display shows them: 8 bits, for looking at, never for writing.

A view transform is sampled into a table over the model encoding. It is exact on the table's grid; in
between it is off by a tenth of an 8-bit code on average, and by more only in colours that no print holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from ocio import library
from ocio.config import ColourConfig
from ocio.errors import SpaceNotUsable
from ocio.film_log import acescct_to_linear, linear_to_acescct
from ocio.library import EightBitCube
from ocio.spaces import MODEL_ENCODING, canonical

Float32: TypeAlias = npt.NDArray[np.float32]
Shown: TypeAlias = npt.NDArray[np.uint8]

_GRID = 65
_NO_PICTURE = ("Raw", "Log")
"""Views that show codes as they are; whoever wants these needs no transform."""
_LOOKED_AT = ("log", "scene-linear")
"""OCIO's names of encodings that need a view to be looked at."""


@dataclass(frozen=True)
class View:
    """One way of showing scene-referred pictures: a display and one of its views."""

    display: str
    name: str

    @property
    def label(self) -> str:
        return f"{self.name} ({self.display.removesuffix(' - Display')})"


def views(config: ColourConfig) -> tuple[View, ...]:
    """The config's views, those of its default display first, its default view first of all."""
    handle = config.handle
    default = handle.getDefaultDisplay()
    displays = sorted(handle.getActiveDisplays(), key=lambda display: display != default)
    found = [View(display, name) for display in displays for name in handle.getViews(display)]
    first = View(default, handle.getDefaultView(default))
    found.sort(key=lambda view: view != first)
    return tuple(view for view in found if view.name not in _NO_PICTURE)


def needs_view(config: ColourConfig, space: str) -> bool:
    """Whether codes of `space` look wrong as they are: log and linear plates. Video is shown as it is."""
    found = config.handle.getColorSpace(space)
    return found is None or found.getEncoding() in _LOOKED_AT


def shown_by(config: ColourConfig, view: View, stops: float = 0.0) -> EightBitCube:
    """What turns the model encoding (h, w, 3) into 8-bit display codes; `stops` brighten the scene.

    Raises SpaceNotUsable where the config has no such view.
    """
    grid = np.linspace(0, 1, _GRID, dtype=np.float32)
    entries = np.stack(np.meshgrid(grid, grid, grid, indexing="ij"), axis=-1)
    if stops:
        entries = linear_to_acescct(acescct_to_linear(entries) * np.float32(2.0**stops)).astype(np.float32)
    flat = np.ascontiguousarray(entries.reshape(-1, 3))
    try:
        source = canonical(config.handle, MODEL_ENCODING)
        library.display_processor(config.handle, source, view.display, view.name).applyRGB(flat)
    except library.LIBRARY_ERRORS as error:
        raise SpaceNotUsable(
            f"{config.origin} cannot show {view.label}: {error} Take another view, or another config."
        ) from error
    return EightBitCube(np.clip(flat, 0, 1).reshape(_GRID, _GRID, _GRID, 3))
