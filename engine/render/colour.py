"""Which colour space a clip is in: what the user says, else what the file says, never a guess."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import ColourError, UnknownColour
from engine.media.contract import ClipInfo
from ocio import config as colour_config
from ocio.errors import OcioError, UnknownSpace
from ocio.spaces import canonical
from ocio.tagging import Identification, identify


@dataclass(frozen=True)
class ColourChoice:
    """`space` is the config's own name; `reason` is a clause for people; `config` names the config."""

    space: str
    reason: str
    config: str


def choose_colour(info: ClipInfo, asked: str | None, config_name: str | None) -> ColourChoice:
    """The colour space of a clip: `asked`, else that of its tags.

    Raises UnknownColour where the config has no such space, or nothing says which it is: the error lists the
    likely spaces, each as it is written on the command line. Raises ColourError for a config that fails.
    """
    try:
        config = colour_config.load(config_name)
        if asked is not None:
            return ColourChoice(canonical(config.handle, asked), "given with --colour-space", config.origin)
        found = identify(info.tags, info.layout.bits)
        if found.space is None:
            raise UnknownColour(_unknown(info, found))
        return ColourChoice(canonical(config.handle, found.space), found.reason, config.origin)
    except UnknownSpace as error:
        raise UnknownColour(str(error)) from error
    except OcioError as error:
        raise ColourError(str(error)) from error


def _unknown(info: ClipInfo, found: Identification) -> str:
    message = f"The colour space of {info.path} is not known: {found.reason}."
    if not found.candidates:
        return message
    example = f'Name it with --colour-space, for example "{found.candidates[0]}"'
    return f"{message} {example}; likely are:\n{found.advice}"
