"""Where the files of a render lie: by frame for sequences, as one file for movies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.errors import SinkError
from engine.media.open import MOVIE_SUFFIXES
from engine.media.pattern import FramePattern, literal, parse_pattern
from engine.types import FrameNumber


@dataclass(frozen=True)
class Places:
    """Role ("picture", "matte") to the pattern of a sequence, or to the path of a movie."""

    sequences: Mapping[str, FramePattern]
    movies: Mapping[str, Path]

    @property
    def first(self) -> Path | None:
        """The name of the first output, the same however its pattern was written."""
        named = {**{role: one.template for role, one in self.sequences.items()}, **self.movies}
        return next((named[role] for role in ("picture", "matte") if role in named), None)

    def of_frame(self, number: FrameNumber) -> dict[str, Path]:
        """Role to the files that a frame has for itself."""
        return {role: pattern.path(number) for role, pattern in self.sequences.items()}


def places_of(outputs: Mapping[str, str]) -> Places:
    """The places of the outputs "picture" and "matte". Raises UsageError for what is no pattern."""
    pictures = {role: Path(path) for role, path in outputs.items() if role in ("picture", "matte")}
    movies = {role: path for role, path in pictures.items() if path.suffix.lower() in MOVIE_SUFFIXES}
    rest = {role: path for role, path in pictures.items() if role not in movies}
    return Places({role: _pattern(path) for role, path in rest.items()}, movies)


def _pattern(path: Path) -> FramePattern:
    request = parse_pattern(str(path))
    return literal(path) if request is None else request.pattern


@dataclass(eq=False)
class FolderWatch:
    """Notices that a folder is no longer the one that was written to: a drive that was pulled leaves an
    empty folder behind, and the frames would fill the disk below it."""

    _known: dict[Path, tuple[int, int]] = field(default_factory=dict[Path, tuple[int, int]])

    def check(self, folder: Path) -> None:
        """Raises SinkError. A folder seen for the first time may still have to be made."""
        known = self._known.get(folder)
        if known is not None and _identity(folder) != known:
            raise SinkError(
                f"The folder {folder} has gone since the render began; was a drive pulled, or a share lost? "
                "Bring it back and go on with --resume."
            )

    def written(self, folder: Path) -> None:
        found = _identity(folder)
        if found is not None:
            self._known.setdefault(folder, found)


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
