"""Which channel of a frame each component of each image element becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UnsupportedFormat
from engine.media.scan.layout import Element
from engine.media.scan.raster import Raster
from engine.types import CodeLayout

_COLOURS = ("R", "G", "B")


@dataclass(frozen=True)
class Part:
    """One image element: where it lies, its components and what it says it is."""

    raster: Raster
    names: tuple[str, ...]
    description: str = ""


def assembled(path: Path, parts: Sequence[Part], bits: int) -> tuple[CodeLayout, tuple[Element, ...]]:
    """The layout of the frame and the channels of every part, R, G, B first whatever their order in the file.

    Raises UnsupportedFormat where the parts make neither R, G, B nor luma.
    """
    named: list[tuple[str, ...]] = []
    for part in parts:
        named.append(_own_names(part, [name for names in named for name in names]))
    found = [name for names in named for name in names]
    if set(_COLOURS) <= set(found):
        colours = _COLOURS
    elif "Y" in found and not set(_COLOURS) & set(found):
        colours = ("Y",)
    else:
        raise UnsupportedFormat(
            f"{path} holds the channels {', '.join(found)}; a plate needs R, G, B or luma."
        )
    rest = sorted((name for name in found if name not in colours), key=lambda name: name != "A")
    channels = (*colours, *rest)
    layout = CodeLayout("grey" if colours == ("Y",) else "rgb", channels, "integer", bits)
    elements = tuple(
        Element(part.raster, tuple(channels.index(name) for name in names))
        for part, names in zip(parts, named, strict=True)
    )
    return layout, elements


def _own_names(part: Part, taken: Sequence[str]) -> tuple[str, ...]:
    """The names of a part's components; a single one beside the picture is called what its element says."""
    told = part.description.casefold()
    is_infrared = told == "ir" or "infrared" in told or "infra-red" in told
    names = ("IR",) if taken and len(part.names) == 1 and is_infrared else part.names
    return tuple(_free(name, taken) for name in names)


def _free(name: str, taken: Sequence[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}{k}" for k in range(2, len(taken) + 3) if f"{name}{k}" not in taken)
