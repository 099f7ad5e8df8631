"""The OpenColorIO config in use: the one asked for, with the film-scan spaces it lacks added.

`configs/film-scan.ocio` is a config of its own, for any host; here its spaces and aliases fill the
gaps of the user's config. What the user's config already names, stays as that config has it.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

import numpy as np

from ocio import film_log, library
from ocio.errors import ConfigNotUsable
from ocio.library import LIBRARY_ERRORS, Config, Space, Transform
from ocio.spaces import MODEL_ENCODING

BUILT_IN = "ocio://studio-config-v2.1.0_aces-v1.3_ocio-v2.3"
"""Used where neither a config is named nor `$OCIO` is set; pinned, so that no update changes a picture."""

INTERCHANGE = "aces_interchange"
"""The role that ties configs together: the space of it is ACES2065-1, in every config."""

_MODEL_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class ColourConfig:
    """A config that has the interchange role, the model encoding and the film-scan spaces."""

    handle: Config
    origin: str
    """For people: "the OCIO config show.ocio", "$OCIO (show.ocio)", "the built-in config ..."."""


def load(name: str | None = None, environment: Mapping[str, str] | None = None) -> ColourConfig:
    """The config `name` (a file or `ocio://` name), else `$OCIO`, else `BUILT_IN`; ours merged in.

    Raises ConfigNotUsable where it cannot be read, has no `aces_interchange` role, or calls something
    else ACEScct.
    """
    asked, origin = _chosen(name, os.environ if environment is None else environment)
    config = _read(asked, origin)
    _require_interchange(config, origin)
    _add_film_scan(config)
    _check_model_encoding(config, origin)
    return ColourConfig(config, origin)


def film_scan_config() -> Config:
    """Our own `film-scan.ocio`, alone."""
    text = resources.files("ocio").joinpath("configs/film-scan.ocio").read_text(encoding="utf-8")
    return library.config_from_text(text)


def _chosen(name: str | None, environment: Mapping[str, str]) -> tuple[str, str]:
    if name:
        return name, f"the OCIO config {name}"
    from_environment = environment.get("OCIO", "")
    if from_environment:
        return from_environment, f"$OCIO ({from_environment})"
    return BUILT_IN, f"the built-in config {BUILT_IN}"


def _read(asked: str, origin: str) -> Config:
    try:
        config = library.config_from_file(asked)
        config.validate()
    except LIBRARY_ERRORS as error:
        raise ConfigNotUsable(
            f"Expected a valid OpenColorIO config in {origin}, but OpenColorIO says: {error} "
            f"Name another with --ocio-config, or leave it out and unset $OCIO to use {BUILT_IN}."
        ) from error
    return config


def _require_interchange(config: Config, origin: str) -> None:
    if not config.hasRole(INTERCHANGE) or config.getColorSpace(INTERCHANGE) is None:
        raise ConfigNotUsable(
            f"Expected the role {INTERCHANGE} in {origin}, and it has none: without it nothing says how its "
            f"spaces relate to ACES. Add `{INTERCHANGE}: <its ACES2065-1 space>` to its roles."
        )


def _add_film_scan(config: Config) -> None:
    for ours in film_scan_config().getColorSpaces():
        theirs = config.getColorSpace(ours.getName())
        if theirs is None:
            _add_space(config, ours)
        elif theirs.getName() == ours.getName():
            _add_aliases(config, theirs, ours)


def _add_space(config: Config, ours: Space) -> None:
    space = library.new_space(ours, _free_aliases(config, ours))
    if not ours.isData():
        space.setTransform(_to_their_reference(config, ours), library.TO_REFERENCE)
    config.addColorSpace(space)


def _add_aliases(config: Config, theirs: Space, ours: Space) -> None:
    space = copy.deepcopy(theirs)
    for alias in _free_aliases(config, ours):
        space.addAlias(alias)
    config.addColorSpace(space)


def _free_aliases(config: Config, ours: Space) -> list[str]:
    return [alias for alias in ours.getAliases() if not config.getCanonicalName(alias)]


def _to_their_reference(config: Config, ours: Space) -> Transform:
    """Our reference is ACES2065-1; theirs may be anything, and their interchange space says what."""
    theirs = config.getColorSpace(INTERCHANGE)
    assert theirs is not None
    steps = [_to_reference(ours), _to_reference(theirs)]
    return library.group(step for step in steps if step is not None)


def _to_reference(space: Space) -> Transform | None:
    forward = space.getTransform(library.TO_REFERENCE)
    if forward is not None:
        return forward
    backward = space.getTransform(library.FROM_REFERENCE)
    return None if backward is None else library.inverse(backward)


def _check_model_encoding(config: Config, origin: str) -> None:
    """The nets know ACEScct of the standard only: what the config calls so must be that."""
    linear = np.array([[0.0, 0.0, 0.0], [0.18, 0.18, 0.18], [0.4, 0.2, 0.1], [3.0, 5.0, 4.0]], np.float32)
    expected = film_log.linear_to_acescct(linear @ film_log.AP0_TO_AP1.T)
    found = linear.copy()
    try:
        library.exact(config.getProcessor(INTERCHANGE, MODEL_ENCODING)).applyRGB(found)
    except LIBRARY_ERRORS as error:
        raise ConfigNotUsable(
            f"{origin} cannot convert {INTERCHANGE} to {MODEL_ENCODING}: {error}"
        ) from error
    if not np.allclose(found, expected, atol=_MODEL_TOLERANCE, rtol=0):
        raise ConfigNotUsable(
            f"Expected {MODEL_ENCODING} in {origin} to be that of Academy S-2016-001, but it is not: 18 % "
            f"grey comes out as {found[1, 0]:.4f} instead of {expected[1, 0]:.4f}. Check that space, and "
            f"that {INTERCHANGE} names ACES2065-1."
        )
