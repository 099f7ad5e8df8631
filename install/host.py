"""`python3 install host`: the nodes and what belongs to them, into the folders of the hosts and out again."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from install.host_cache import forget, remembers, resolve_is_running
from install.host_files import HostFile, Removal, remember, remove_files, write_files
from install.host_places import (
    Machine,
    Scope,
    fusion_folder,
    has_natron,
    has_resolve,
    natron_folder,
    own_folder,
    plugin_folder,
    resolve_caches,
)
from install.steps import run_quietly

BUNDLE = "Reelmend.ofx.bundle"
MANIFEST = "host-files.json"
RESOLVE_FILES = {
    "add_nodes.py": ("Scripts/Comp/Reelmend Detect and Repair.py",),
    "restore_clip.py": ("Scripts/Utility/Reelmend Restore Clip.py",),
    "restore.setting": (
        "Macros/Reelmend/Reelmend Restore.setting",
        "Templates/Edit/Effects/Reelmend/Reelmend Restore.setting",
    ),
}
"""What of plugin/resolve goes where below Resolve's folder Fusion."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; `scope` None takes the system's folders where they may be written."""

    natron: bool
    resolve: bool
    scope: Scope | None
    is_dry_run: bool = False


def describe(parser: argparse.ArgumentParser) -> None:
    """The options of `host`."""
    which = parser.add_argument_group("hosts (by default those that are found)")
    which.add_argument("--natron", action="store_true", help="groups and scripts for Natron")
    which.add_argument("--resolve", action="store_true", help="scripts and templates for DaVinci Resolve")
    which.add_argument("--all", action="store_true", help="both, found or not")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument(
        "--user",
        action="store_const",
        const="user",
        dest="scope",
        help="for you alone; hosts then need OFX_PLUGIN_PATH",
    )
    whose.add_argument(
        "--system",
        action="store_const",
        const="system",
        dest="scope",
        help="for everybody on this machine; needs rights (sudo)",
    )
    parser.add_argument("--dry-run", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("--uninstall", action="store_true", help="remove every file that this command wrote")


def wanted(request: argparse.Namespace, machine: Machine) -> Wanted:
    is_named = request.natron or request.resolve
    natron = request.all or request.natron or (not is_named and has_natron(machine))
    resolve = request.all or request.resolve or (not is_named and has_resolve(machine))
    return Wanted(natron, resolve, request.scope, request.dry_run)


def install_nodes(asked: Wanted, machine: Machine, plugin: Path, python: Path) -> Path:
    """Write everything from the folder `plugin`; returns where the bundle is. Raises InstallError.

    `python` is the engine's: the nodes start it.
    """
    scope = asked.scope or _usual_scope(machine)
    bundle = plugin_folder(machine, scope) / BUNDLE
    files = [*_nodes(plugin / BUNDLE, bundle, python)]
    if asked.natron:
        files += _natron(plugin / "natron", natron_folder(machine, scope))
    if asked.resolve:
        files += _resolve(plugin / "resolve", fusion_folder(machine, scope))
    if not (plugin / BUNDLE).is_dir():
        print("The nodes themselves are not built yet, and are not listed.")
    for file in files:
        print(f"{'would write' if asked.is_dry_run else 'writing'} {file.target}", flush=True)
    manifest = own_folder(machine, scope) / MANIFEST
    if not asked.is_dry_run:
        _tell(write_files(files, manifest))
    _clear_caches(machine, None if asked.is_dry_run else manifest)
    for line in _advice(asked, machine, scope):
        print(line)
    return bundle


def remove_nodes(scope: Scope | None, machine: Machine, is_dry_run: bool) -> None:
    """Remove what `install_nodes` wrote, for the user and for everybody unless one is named."""
    scopes: tuple[Scope, ...] = (scope,) if scope else ("user", "system")
    manifests = [own_folder(machine, one) / MANIFEST for one in scopes]
    found = [path for path in manifests if path.is_file()]
    if not found:
        print("Nothing is installed by this command.")
    for path in found:
        if is_dry_run:
            print(f"would remove everything listed in {path}")
            continue
        _tell(remove_files(path))


def check_bundle(bundle: Path, python: Path, folder: Path) -> None:
    """Render a frame through the installed bundle, in a host of our own. Raises InstallError."""
    run_quietly(
        "Rendering a frame through the nodes", [python, "-P", "-m", "plugin.host", "check", bundle], folder
    )


def _usual_scope(machine: Machine) -> Scope:
    folder = plugin_folder(machine, "system")
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return "system" if os.access(there, os.W_OK) else "user"


def _nodes(source: Path, bundle: Path, python: Path) -> Iterable[HostFile]:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            target = bundle / path.relative_to(source)
            yield HostFile(target, path.read_bytes(), "nodes", is_program=path.suffix == ".ofx")
    note = f"python={python}\n".encode()
    yield HostFile(bundle / "Contents" / "Resources" / "engine.txt", note, "nodes")


def _natron(source: Path, folder: Path) -> Iterable[HostFile]:
    for path in sorted(source.glob("*.py")):
        yield HostFile(folder / path.name, path.read_bytes(), "natron")


def _resolve(source: Path, folder: Path) -> Iterable[HostFile]:
    for name, places in RESOLVE_FILES.items():
        for place in places:
            yield HostFile(folder / place, (source / name).read_bytes(), "resolve")


def _clear_caches(machine: Machine, manifest: Path | None) -> None:
    """`manifest` is to list the copies of what was; without it nothing is done."""
    for cache in resolve_caches(machine):
        if not remembers(cache, BUNDLE):
            continue
        if resolve_is_running(machine):
            print(f"Resolve is running: close it and run this again, or {cache} keeps it from the nodes.")
        elif manifest is None:
            print(f"would let Resolve forget what it knew of the nodes in {cache}")
        else:
            backup = forget(cache, BUNDLE)
            remember(backup, "cache", manifest)
            print(f"Resolve is to look at the nodes anew: {cache}, kept as {backup.name}")


def _tell(removal: Removal) -> None:
    for path in removal.removed:
        print(f"removed {path}")
    for path in removal.kept:
        print(f"kept {path}: it was changed since it was installed")


def _advice(asked: Wanted, machine: Machine, scope: Scope) -> Iterable[str]:
    if scope == "user":
        yield f"Hosts find the nodes where OFX_PLUGIN_PATH={plugin_folder(machine, scope)} is set for them."
    note = own_folder(machine, "user") / "engine.txt"
    if note.is_file():
        yield f"{note} names the engine's Python as well, and goes before the one in the bundle."
    if asked.resolve:
        yield "In Resolve: Preferences > Video Plugins, switch Reelmend on, and start Resolve again."
    if not asked.natron and not asked.resolve:
        yield "Neither Natron nor Resolve was found; --natron, --resolve or --all installs for them anyway."
