"""A file appears under its final name only when it is complete, and on the disk."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import OutputExists, SinkError

_UNFINISHED = re.compile(r"\.(?P<stem>.+)\.[0-9a-f]{12}\.partial(?P<suffix>\.[^.]+)?", re.DOTALL)


@contextmanager
def complete_file(target: Path, overwrite: bool) -> Generator[Path]:
    """Give a temporary path beside `target` to write to; on success it becomes `target`, else it goes.

    The temporary name is hidden and keeps the extension. The content is forced to the disk before it gets
    its name, and the name before this returns: not even a power cut leaves half a file under it. Raises
    OutputExists, and SinkError for what the file system refuses.
    """
    temporary = unfinished_name(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if not overwrite and os.path.lexists(target):
            raise OutputExists(f"{target} is there already; give --overwrite to replace it.")
        put_in_place(temporary, target)
    except OSError as error:
        raise unwritable(target, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def put_in_place(temporary: Path, target: Path) -> None:
    """Force a finished file to the disk and give it its name. Raises OSError."""
    synced(temporary)
    temporary.replace(target)
    synced_folder(target.parent)


def synced(path: Path) -> None:
    """Return once the content of a file is on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def synced_folder(folder: Path) -> None:
    """Return once the names in a folder are on the disk, where the system can tell."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def unfinished_name(target: Path) -> Path:
    """A new hidden name beside `target`, with its extension, that no other process takes."""
    return target.with_name(f".{target.stem}.{uuid.uuid4().hex[:12]}.partial{target.suffix}")


def unfinished_files(targets: Iterable[Path]) -> list[Path]:
    """What a killed process left under names made by `unfinished_name` for any of `targets`."""
    wanted: dict[Path, set[tuple[str, str]]] = {}
    for target in targets:
        wanted.setdefault(target.parent, set()).add((target.stem, target.suffix))
    found: list[Path] = []
    for folder, names in wanted.items():
        with suppress(OSError), os.scandir(folder) as listed:
            for entry in listed:
                match = _UNFINISHED.fullmatch(entry.name)
                if match and (match["stem"], match["suffix"] or "") in names:
                    found.append(folder / entry.name)
    return sorted(found)


def unwritable(target: Path, reason: str) -> SinkError:
    """The error for a file that the system would not let us write."""
    return SinkError(
        f"{target} cannot be written ({reason}); check the disk's free space and the folder's permissions."
    )
