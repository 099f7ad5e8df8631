"""Where the hosts of OpenFX nodes look for plug-ins, groups, scripts and templates, on each system.

Sources: the OpenFX host library (HostSupport/src/ofxhPluginCache.cpp), Natron's documentation ("Natron
plug-in paths"), the README of Resolve's scripting folder. Which of these are there is looked up, not assumed.
"""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from install.steps import InstallError

System: TypeAlias = Literal["linux", "macos", "windows"]
Scope: TypeAlias = Literal["user", "system"]
"""For whom: the one who asks, or everybody on the machine."""

SYSTEMS: Mapping[str, System] = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}
CACHE = "OFXPluginCacheV2.xml"


@dataclass(frozen=True)
class Machine:
    """A system with its user's `home`; `root` stands before the folders that are everybody's."""

    system: System
    home: Path
    root: Path
    variables: Mapping[str, str]

    @staticmethod
    def this() -> Machine:
        """Raises InstallError on a system that OpenFX is not for."""
        if platform.system() not in SYSTEMS:
            raise InstallError(f"OpenFX hosts run on Linux, macOS and Windows, not on {platform.system()}.")
        return Machine(SYSTEMS[platform.system()], Path.home(), Path(Path.cwd().anchor), os.environ)

    def folder(self, variable: str, *otherwise: str) -> Path:
        """What `variable` names, as Windows tells of its folders, or else a folder below `root`."""
        named = self.variables.get(variable)
        return Path(named) if named else self.root.joinpath(*otherwise)


def plugin_folder(machine: Machine, scope: Scope) -> Path:
    """Where the bundle goes. Hosts look in the system's; the user's has to be named by OFX_PLUGIN_PATH."""
    if machine.system == "linux":
        own = Path(machine.variables.get("XDG_DATA_HOME") or machine.home / ".local" / "share")
        shared = machine.root / "usr"
    elif machine.system == "macos":
        own, shared = machine.home / "Library", machine.root / "Library"
    else:
        own = Path(machine.variables.get("LOCALAPPDATA") or machine.home / "AppData" / "Local")
        shared = machine.folder("CommonProgramFiles", "Program Files", "Common Files")
    return (own if scope == "user" else shared) / "OFX" / "Plugins"


def natron_folder(machine: Machine, scope: Scope) -> Path:
    """A folder of our own in one that Natron searches with all that is below it."""
    if scope == "user":
        return machine.home / ".Natron" / "Reelmend"
    if machine.system == "linux":
        shared = machine.root / "usr" / "share" / "Natron" / "Plugins"
    elif machine.system == "macos":
        shared = machine.root / "Library" / "Application Support" / "Natron" / "Plugins"
    else:
        common = machine.folder("CommonProgramFiles", "Program Files", "Common Files")
        shared = common / "Natron" / "Plugins"
    return shared / "Reelmend"


def fusion_folder(machine: Machine, scope: Scope) -> Path:
    """The folder of Resolve that holds Scripts, Macros and Templates."""
    if scope == "user":
        support = resolve_support(machine)
        return (support / "Support" if machine.system == "windows" else support) / "Fusion"
    if machine.system == "linux":
        return machine.root / "opt" / "resolve" / "Fusion"
    if machine.system == "macos":
        shared = machine.root / "Library" / "Application Support"
    else:
        shared = machine.folder("ProgramData", "ProgramData")
    return shared / "Blackmagic Design" / "DaVinci Resolve" / "Fusion"


def resolve_support(machine: Machine) -> Path:
    """Where Resolve keeps what is the user's."""
    if machine.system == "linux":
        return machine.home / ".local" / "share" / "DaVinciResolve"
    if machine.system == "macos":
        support = machine.home / "Library" / "Application Support"
    else:
        support = Path(machine.variables.get("APPDATA") or machine.home / "AppData" / "Roaming")
    return support / "Blackmagic Design" / "DaVinci Resolve"


def resolve_caches(machine: Machine) -> Iterator[Path]:
    """The files in which Resolve remembers which plug-ins failed."""
    support = resolve_support(machine)
    for folder in (support, support / "Support", support / "configs"):
        if (folder / CACHE).is_file():
            yield folder / CACHE


def own_folder(machine: Machine, scope: Scope) -> Path:
    """Where Reelmend keeps its own notes."""
    if scope == "system":
        if machine.system == "linux":
            return machine.root / "var" / "lib" / "reelmend"
        if machine.system == "macos":
            return machine.root / "Library" / "Application Support" / "Reelmend"
        return machine.folder("ProgramData", "ProgramData") / "Reelmend"
    if machine.system == "linux":
        return Path(machine.variables.get("XDG_CONFIG_HOME") or machine.home / ".config") / "reelmend"
    if machine.system == "macos":
        return machine.home / "Library" / "Application Support" / "Reelmend"
    return Path(machine.variables.get("APPDATA") or machine.home / "AppData" / "Roaming") / "Reelmend"


def has_natron(machine: Machine) -> bool:
    return _any_there(
        machine.home / ".Natron",
        natron_folder(machine, "system").parent.parent,
        machine.root / "Applications" / "Natron.app",
        machine.folder("ProgramFiles", "Program Files") / "INRIA",
    ) or _any_program(machine, "Natron", "NatronRenderer")


def has_resolve(machine: Machine) -> bool:
    return _any_there(
        resolve_support(machine),
        machine.root / "opt" / "resolve",
        machine.root / "Applications" / "DaVinci Resolve",
        machine.folder("ProgramFiles", "Program Files") / "Blackmagic Design" / "DaVinci Resolve",
    )


def _any_there(*places: Path) -> bool:
    return any(place.exists() for place in places)


def _any_program(machine: Machine, *names: str) -> bool:
    path = machine.variables.get("PATH", os.defpath)
    return any(shutil.which(name, path=path) is not None for name in names)
