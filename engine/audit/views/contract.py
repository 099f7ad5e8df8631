"""What every view of an audit promises; one walk over the frames makes all of them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from engine.audit.records import AuditedFrame
from engine.errors import SinkError
from engine.media.atomic import complete_file


class View(Protocol):
    """Takes the frames in the order of the audit; memory does not grow with what it is not to show."""

    def add(self, frame: AuditedFrame) -> None: ...
    def finish(self) -> None:
        """Write the rest. Raises OSError."""
        ...


@contextmanager
def text_file(path: Path, overwrite: bool) -> Generator[IO[str]]:
    """A text file that appears under its name when it is whole. Raises SinkError, OutputExists."""
    with complete_file(path, overwrite) as temporary:
        try:
            with temporary.open("w", encoding="utf-8", newline="") as stream:
                yield stream
        except UnicodeEncodeError as error:
            raise SinkError(f"{path} cannot be written: a name in the audit is no text.") from error
