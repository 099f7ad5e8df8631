"""Where on this machine the bundle of the nodes is, as hosts would find it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from plugin.bundle.build import BUNDLE
from plugin.bundle.place import BundleMissing, find_bundle
from plugin.host.errors import HostError


def installed_bundle(environment: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """The bundle in the first folder that has one, else the one built with this installation.

    Raises HostError where there is none.
    """
    folders = list(plugin_folders(os.environ if environment is None else environment, home or Path.home()))
    for folder in folders:
        if (folder / BUNDLE).is_dir():
            return folder / BUNDLE
    try:
        return find_bundle()
    except BundleMissing as missing:
        raise HostError(f"{BUNDLE} is in none of {', '.join(map(str, folders))}. {missing}") from missing


def plugin_folders(environment: Mapping[str, str], home: Path, system: str = sys.platform) -> Iterator[Path]:
    """The folders of plug-ins: those of $OFX_PLUGIN_PATH, the user's, then the system's.

    Source: HostSupport/src/ofxhPluginCache.cpp of OpenFX; the user's is where `python3 install host --user`
    puts the bundle.
    """
    separator = ";" if system == "win32" else ":"
    yield from (Path(each) for each in environment.get("OFX_PLUGIN_PATH", "").split(separator) if each)
    if system == "darwin":
        own, shared = home / "Library", Path("/Library")
    elif system == "win32":
        own = Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local")
        shared = Path(environment.get("CommonProgramFiles") or r"C:\Program Files\Common Files")
    else:
        own = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
        shared = Path("/usr")
    yield own / "OFX" / "Plugins"
    yield shared / "OFX" / "Plugins"
