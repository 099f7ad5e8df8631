"""A file appears under its final name only when it is complete."""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from engine.errors import OutputExists, SinkError


@contextmanager
def complete_file(target: Path, overwrite: bool) -> Generator[Path]:
    """Give a temporary path beside `target` to write to; on success it becomes `target`, else it goes.

    The temporary name is hidden and keeps the extension. Nothing is forced to the disk (no fsync): a
    power cut may cost the last frames, never mix two. Raises OutputExists, and SinkError for what the
    file system refuses.
    """
    temporary = target.with_name(f".{target.stem}.{uuid.uuid4().hex[:12]}.partial{target.suffix}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        if not overwrite and os.path.lexists(target):
            raise OutputExists(f"{target} is there already; give --overwrite to replace it.")
        temporary.replace(target)
    except OSError as error:
        raise unwritable(target, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def unwritable(target: Path, reason: str) -> SinkError:
    """The error for a file that the system would not let us write."""
    return SinkError(
        f"{target} cannot be written ({reason}); check the disk's free space and the folder's permissions."
    )
