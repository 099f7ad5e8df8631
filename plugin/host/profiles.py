"""How hosts differ: what each one offers, tells and calls. Sources: docs/hosts.md and the hosts' own code.

`FULL` does everything by the book and complains about all that a plug-in gets wrong. The others leave
out what that host leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

_EVERYTHING = frozenset({"preferences", "regions", "frames", "identity"})


@dataclass(frozen=True)
class HostProfile:
    """`asks` are the actions called before a render: preferences, regions, frames, identity.

    `tells` are the optional facts given to instances and clips: "project" (size, extent, offset, aspect),
    "rate", "range". `message_2` is "there", "null" (the persistent functions are NULL) or "absent".
    `unconnected` is what a disconnected clip answers: "failed", or "empty" (OK, a picture without pixels).
    """

    name: str
    label: str
    api: tuple[int, int] = (1, 4)
    temporal: bool = True
    tiles: bool = True
    multiple_depths: bool = True
    depths: tuple[str, ...] = ("Float", "Half", "Short", "Byte")
    components: tuple[str, ...] = ("RGBA", "RGB", "Alpha")
    contexts: tuple[str, ...] = ("Filter", "General")
    asks: frozenset[str] = _EVERYTHING
    tells: frozenset[str] = frozenset({"project", "rate", "range"})
    message_2: str = "there"
    unconnected: str = "failed"
    strict: bool = True
    """Refuse properties that OpenFX does not know, and pictures that were not asked for beforehand."""
    colour_style: str = ""
    """What the host answers for the style of colour management; "" leaves the property out."""
    bare: bool = False
    """Leave out all that a host says of itself but its name and what it supports."""


FULL = HostProfile("org.reelmend.host", "Reelmend's host")
SINGLE_FRAME = replace(FULL, temporal=False)
NATRON = HostProfile(
    "fr.inria.Natron", "Natron", depths=("Float", "Short", "Byte"), unconnected="failed", strict=False
)
RESOLVE = HostProfile(
    "DaVinciResolve",
    "DaVinci Resolve",
    api=(1, 5),
    tiles=False,
    depths=("Float", "Short", "Byte"),
    strict=False,
)
NUKE = HostProfile(
    "uk.co.thefoundry.nuke",
    "Nuke",
    depths=("Float",),
    multiple_depths=False,
    message_2="null",
    strict=False,
)
MELT = HostProfile(
    "MLT",
    "",
    temporal=False,
    tiles=False,
    asks=frozenset({"preferences", "regions"}),
    tells=frozenset(),
    unconnected="empty",
    strict=False,
    bare=True,
)
PROFILES = {
    "full": FULL,
    "single": SINGLE_FRAME,
    "natron": NATRON,
    "resolve": RESOLVE,
    "nuke": NUKE,
    "melt": MELT,
}
