"""Names of colour spaces: the model encoding, finding a space by any of its names, advice for people."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ocio.errors import UnknownSpace
from ocio.library import Config, Space

MODEL_ENCODING = "ACEScct"
"""What the nets see, whatever the source encoding: logarithmic, about 0 .. 1 for film, not clamped here."""

EXPLANATIONS: Mapping[str, str] = MappingProxyType(
    {
        "Cineon Film Log": "film scan in printing density, black at code 95 and white at 685 of 1023",
        "ADX10": "film scan in Academy printing density, 10 bits",
        "ADX16": "film scan in Academy printing density, 16 bits",
        "ARRI LogC3 (EI800)": "ARRI camera, or a scanner set to LogC",
        "DaVinci Intermediate WideGamut": "log master from DaVinci Resolve",
        "ACEScct": "log master of an ACES grade",
        "Gamma 2.4 Rec.709 - Texture": "graded video as it looks on a television",
        "Gamma 2.2 Rec.709 - Texture": "graded video or pictures for a display of gamma 2.2",
        "Gamma 2.4 Rec.2020 - Texture": "graded video of standard range with Rec.2020 primaries",
        "sRGB - Texture": "pictures as they look on a computer display",
        "ACES2065-1": "linear light, the ACES interchange and archive space (AP0)",
        "ACEScg": "linear light, the usual space of computer graphics (AP1)",
        "Linear Rec.709 (sRGB)": "linear light with Rec.709 primaries",
        "Linear Rec.2020": "linear light with Rec.2020 primaries",
        "Linear P3-D65": "linear light with P3 primaries",
    }
)
"""One line for each space that `ocio.tagging` may name; every config loaded by `ocio.config` has them all."""

_NEAREST = 5
_CLOSE_ENOUGH = 0.5


def canonical(config: Config, name: str) -> str:
    """The config's own name for `name`: a colour space, alias or role, in any case. Raises UnknownSpace."""
    space = config.getColorSpace(name.strip())
    if space is None:
        raise UnknownSpace(name, near(config, name))
    return space.getName()


def near(config: Config, name: str) -> tuple[str, ...]:
    """Names of the spaces that `name` may have meant, best first: by what it contains, then by spelling."""
    wanted = name.strip().casefold()
    names = {
        label.casefold(): space.getName() for space in config.getColorSpaces() for label in _labels(space)
    }
    containing = [label for label in names if wanted and wanted in label]
    spelled = difflib.get_close_matches(wanted, names, n=_NEAREST, cutoff=_CLOSE_ENOUGH)
    return tuple(dict.fromkeys(names[label] for label in containing + spelled))[:_NEAREST]


def described(names: Iterable[str]) -> str:
    """One line a name, with what it is, to print below an error."""
    return "\n".join(
        f"  {name}: {EXPLANATIONS[name]}" if name in EXPLANATIONS else f"  {name}" for name in names
    )


def _labels(space: Space) -> list[str]:
    return [space.getName(), *space.getAliases()]
