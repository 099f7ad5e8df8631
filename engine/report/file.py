"""The report file: JSON lines, under its final name only once the render has ended."""

from __future__ import annotations

from pathlib import Path

from engine.closing import Closing
from engine.errors import OutputExists, SinkError, UsageError
from engine.report.lines import JsonObject, as_text


class ReportFile(Closing):
    """Takes lines as the render goes and puts the file in place when it is closed.

    A render that ends early still gets its report: the lines until then, under the final name. Should
    the process be killed, they stay in `NAME.partial`. Raises OutputExists, UsageError (a folder) and
    SinkError.
    """

    def __init__(self, path: Path, overwrite: bool) -> None:
        if path.is_dir():
            raise UsageError(f"The report {path} is a folder; give the name of a file.")
        if path.exists() and not overwrite:
            raise OutputExists(f"{path} is there already; give --overwrite to replace it.")
        self._path = path
        self._unfinished = path.with_name(path.name + ".partial")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._unfinished.open("w", encoding="utf-8")
        except OSError as error:
            raise self._failure(error) from error

    def write(self, line: JsonObject) -> None:
        try:
            self._stream.write(as_text(line) + "\n")
            self._stream.flush()
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        if self._stream.closed:
            return
        try:
            self._stream.close()
            self._unfinished.replace(self._path)
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> SinkError:
        return SinkError(f"The report {self._path} cannot be written: {error.strerror or error}.")
