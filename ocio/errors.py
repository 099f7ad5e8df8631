"""Every error the colour package raises on purpose.

OcioError
├── ConfigNotUsable    the OpenColorIO config cannot be read, or lacks what a conversion needs
├── UnknownSpace       the config has no colour space, alias or role of that name
└── SpaceNotUsable     the colour space is there but no conversion leads to or from it
"""

from __future__ import annotations


class OcioError(Exception):
    pass


class ConfigNotUsable(OcioError):
    pass


class UnknownSpace(OcioError):
    """`near` holds the names of the config's colour spaces closest to `name`, best first."""

    def __init__(self, name: str, near: tuple[str, ...]) -> None:
        self.name = name
        self.near = near
        nearest = f" The nearest names are: {', '.join(near)}." if near else ""
        super().__init__(
            f"The OCIO config has no colour space, alias or role {name!r}.{nearest} Give one that it has."
        )


class SpaceNotUsable(OcioError):
    pass
