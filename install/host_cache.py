"""Resolve's memory of plug-ins that failed to load: it never tries them again while they are in it.

The file is that of the OpenFX host library (`<bundle>` elements that hold one `<binary bundle_path="...">`);
Resolve writes it anew when it ends, so that it is changed only while Resolve is not running.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from install.host_places import Machine
from install.steps import InstallError

BUNDLE_ELEMENT = re.compile(r"[ \t]*<bundle\b[^>]*>.*?</bundle>[ \t]*\r?\n?", re.DOTALL)
BACKUP = ".before-reelmend"


def remembers(cache: Path, bundle_name: str) -> bool:
    """True if `cache` holds an entry of the bundle `bundle_name`, wherever that lay."""
    return _without(_read(cache), bundle_name) != _read(cache)


def forget(cache: Path, bundle_name: str) -> Path:
    """Remove the bundle's entries from `cache`; returns where the file as it was is kept."""
    text = _read(cache)
    backup = cache.with_name(cache.name + BACKUP)
    shutil.copy2(cache, backup)
    unfinished = cache.with_name(f"{cache.name}.part")
    unfinished.write_bytes(_without(text, bundle_name).encode("utf-8", errors="surrogateescape"))
    shutil.copymode(cache, unfinished)
    unfinished.replace(cache)
    return backup


def resolve_is_running(machine: Machine) -> bool:
    """Raises InstallError where the system does not tell what is running."""
    if machine.system == "linux":
        return any(_process_name(entry) == "resolve" for entry in (machine.root / "proc").glob("[0-9]*"))
    listing = ["tasklist", "/fo", "csv", "/nh"] if machine.system == "windows" else ["ps", "-axo", "comm="]
    try:
        told = subprocess.run(listing, capture_output=True, text=True, errors="replace", check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise InstallError(f"{listing[0]} does not tell whether Resolve is running ({error}).") from error
    names = [re.split(r"[/\\]", line.split('","')[0].strip('" '))[-1].lower() for line in told.splitlines()]
    return any(name in ("resolve", "resolve.exe", "davinci resolve") for name in names)


def _process_name(entry: Path) -> str:
    try:
        return (entry / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _read(cache: Path) -> str:
    # Bytes, since reading as text would turn Windows' line ends into others.
    return cache.read_bytes().decode("utf-8", errors="surrogateescape")


def _without(text: str, bundle_name: str) -> str:
    path = re.compile(rf'bundle_path="[^"]*{re.escape(bundle_name)}[/\\]?"')
    return BUNDLE_ELEMENT.sub(lambda found: "" if path.search(found.group()) else found.group(), text)
