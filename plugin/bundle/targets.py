"""The machines that a bundle can hold a binary for, and where in the bundle OpenFX hosts look for it."""

from __future__ import annotations

import platform
import sys
from dataclasses import dataclass


class NoTarget(Exception):
    """There is no OpenFX binary for this machine; the message says which machine it is."""


@dataclass(frozen=True)
class Target:
    """One system and processor.

    `folder` is its place in `Contents` as OpenFX names it (Documentation/sources/Reference/ofxPackaging.rst:
    Linux on other processors is `Linux-` and what `uname -m` says). `triple` is what zig calls it: glibc 2.17
    is that of the oldest systems hosts run on, macOS 11.0 the oldest that Resolve takes on arm64.
    """

    name: str
    folder: str
    triple: str
    libraries: tuple[str, ...]


_LINUX = ("pthread", "dl", "rt")
TARGETS: tuple[Target, ...] = (
    Target("linux-x86_64", "Linux-x86-64", "x86_64-linux-gnu.2.17", _LINUX),
    Target("linux-aarch64", "Linux-aarch64", "aarch64-linux-gnu.2.17", _LINUX),
    Target("windows-x86_64", "Win64", "x86_64-windows-gnu", ("ws2_32",)),
    Target("macos-x86_64", "MacOS", "x86_64-macos.10.15", ()),
    Target("macos-arm64", "MacOS", "aarch64-macos.11.0", ()),
)

_SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}
_PROCESSORS = {"amd64": "x86_64", "x86_64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def own_target(system: str | None = None, processor: str | None = None) -> Target:
    """The target that runs on this machine (or the one described). Raises NoTarget."""
    described = f"{system or sys.platform} on {processor or platform.machine()}"
    named = _SYSTEMS.get(system or sys.platform)
    kind = _PROCESSORS.get((processor or platform.machine()).lower())
    if named == "linux" and kind == "arm64":
        kind = "aarch64"
    for target in TARGETS:
        if target.name == f"{named}-{kind}":
            return target
    known = ", ".join(target.name for target in TARGETS)
    raise NoTarget(f"There is no OpenFX binary for {described}; there are {known}.")
