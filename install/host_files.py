"""Writes files for hosts, remembers every one of them, and takes them all away again.

The manifest is written before the files: whatever interrupts the work, what is there can be removed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from install.steps import InstallError

SCHEMA = 1


@dataclass(frozen=True)
class HostFile:
    """`content` for `target`; `part` says what it belongs to: nodes, natron, resolve."""

    target: Path
    content: bytes
    part: str
    is_program: bool = False


@dataclass(frozen=True)
class Written:
    """A file that this set-up wrote, with the SHA-256 of what it wrote."""

    path: str
    part: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """Every file written and every folder made for them, in the order of making."""

    files: tuple[Written, ...] = ()
    folders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Removal:
    """What came of a removal; `kept` were changed since they were written, and were left alone."""

    removed: tuple[Path, ...]
    kept: tuple[Path, ...]


def read_manifest(path: Path) -> Manifest:
    """The manifest at `path`, an empty one where there is none. Raises InstallError if it cannot be read."""
    try:
        held: Any = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(Written(str(f["path"]), str(f["part"]), str(f["sha256"])) for f in held["files"])
        return Manifest(files, tuple(str(folder) for folder in held["folders"]))
    except FileNotFoundError:
        return Manifest()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InstallError(
            f"{path} lists what was installed, and cannot be read ({error}); put it right or remove it."
        ) from error


def write_files(files: Sequence[HostFile], manifest_path: Path) -> Removal:
    """Write `files`; those of the same parts that an earlier version wrote and this one has not are removed.

    Raises InstallError, before anything is written, where a file of somebody else's is in the way.
    """
    held = read_manifest(manifest_path)
    _refuse_foreign(files, held)
    parts = {file.part for file in files}
    targets = {str(file.target) for file in files}
    stale = [old for old in held.files if old.part in parts and old.path not in targets]
    others = [old for old in held.files if old.part not in parts and old.path not in targets]
    now = [Written(str(file.target), file.part, _digest(file.content)) for file in files]
    folders = _new_folders([*(file.target for file in files), manifest_path], held)
    # Until all is written, a path may hold what it held before or what it is to hold.
    _save(manifest_path, Manifest((*held.files, *now), folders))
    for file in files:
        _write(file.target, file.content, 0o755 if file.is_program else 0o644)
    removal = _remove_files(stale)
    _save(manifest_path, Manifest((*others, *now), folders))
    return removal


def remember(path: Path, part: str, manifest_path: Path) -> None:
    """Add a file that was written in another way, so that it is removed with the rest."""
    held = read_manifest(manifest_path)
    others = [old for old in held.files if old.path != str(path)]
    written = Written(str(path), part, _digest(path.read_bytes()))
    _save(manifest_path, replace(held, files=(*others, written)))


def remove_files(manifest_path: Path) -> Removal:
    """Remove all that the manifest lists, folders it made that are empty now, and itself."""
    held = read_manifest(manifest_path)
    if not held.files and not held.folders:
        return Removal((), ())
    removal = _remove_files(held.files)
    left = tuple(old for old in held.files if Path(old.path) in removal.kept)
    if left:
        _save(manifest_path, replace(held, files=left))
    else:
        _unlink(manifest_path)
    for folder in sorted(held.folders, key=len, reverse=True):
        _remove_empty(Path(folder))
    return removal


def _refuse_foreign(files: Iterable[HostFile], held: Manifest) -> None:
    ours = _contents(held.files)
    for file in files:
        if not file.target.exists():
            continue
        known = {*ours.get(str(file.target), ()), _digest(file.content)}
        if file.target.is_dir() or _digest(file.target.read_bytes()) not in known:
            raise InstallError(
                f"{file.target} is there already and is not what this set-up wrote; move it away first."
            )


def _contents(files: Iterable[Written]) -> dict[str, set[str]]:
    """By path, the SHA-256 of everything that this set-up may have left there."""
    contents: dict[str, set[str]] = {}
    for old in files:
        contents.setdefault(old.path, set()).add(old.sha256)
    return contents


def _new_folders(targets: Iterable[Path], held: Manifest) -> tuple[str, ...]:
    """Those of the manifest and all that have to be made for `targets`, outer ones first."""
    folders = dict.fromkeys(held.folders)
    for target in targets:
        missing = [parent for parent in target.parents if not parent.exists()]
        folders.update(dict.fromkeys(str(parent) for parent in reversed(missing)))
    return tuple(folders)


def _write(path: Path, content: bytes, mode: int) -> None:
    """At once, never half of it; a host that has the old file loaded keeps it until it ends."""
    unfinished = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(content)
        unfinished.chmod(mode)
        unfinished.replace(path)
    except OSError as error:
        raise InstallError(_complaint(path, "written", error)) from error


def _complaint(path: Path, done: str, error: OSError) -> str:
    return (
        f"{path} cannot be {done} ({error.strerror or error}). Close the hosts, and run this with the rights "
        "that the folder needs (sudo, an administrator's prompt), or with --user."
    )


def _save(path: Path, manifest: Manifest) -> None:
    text = json.dumps({"schema": SCHEMA, **asdict(manifest)}, indent=2) + "\n"
    _write(path, text.encode(), 0o644)


def _remove_files(files: Iterable[Written]) -> Removal:
    removed: list[Path] = []
    kept: list[Path] = []
    for name, digests in _contents(files).items():
        path = Path(name)
        if not path.is_file():
            continue
        if _digest(path.read_bytes()) not in digests:
            kept.append(path)
            continue
        _unlink(path)
        _remove_compiled(path)
        removed.append(path)
    return Removal(tuple(removed), tuple(kept))


def _remove_compiled(path: Path) -> None:
    """What a host's Python made of a script of ours."""
    cache = path.parent / "__pycache__"
    if path.suffix == ".py" and cache.is_dir():
        for compiled in cache.glob(f"{path.stem}.*.pyc"):
            _unlink(compiled)
        _remove_empty(cache)


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise InstallError(_complaint(path, "removed", error)) from error


def _remove_empty(folder: Path) -> None:
    if folder.is_dir() and not any(folder.iterdir()):
        try:
            folder.rmdir()
        except OSError as error:
            raise InstallError(_complaint(folder, "removed", error)) from error


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
