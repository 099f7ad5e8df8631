"""Names of frame files: `scan.####.dpx`, `scan.%04d.exr`, `scan.1001-1100####.tif`, `scan.@@@@.dpx`.

One `#` or `@` stands for exactly one digit (fileseq's own default counts a `#` as four), so `####` and
`%04d` are the same; a number that needs more digits takes them, as in printf.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fileseq.constants import PAD_STYLE_HASH1
from fileseq.exceptions import FileSeqException
from fileseq.filesequence import FileSequence

from engine.errors import UsageError
from engine.media.ranges import parse_frames
from engine.types import FrameNumber


@dataclass(frozen=True)
class FramePattern:
    """Where each frame lies: `folder / (prefix + number, zero-padded to width + suffix)`.

    A width of 0 means that the name holds no number: every frame has the same path (a still).
    """

    folder: Path
    prefix: str
    width: int
    suffix: str

    def path(self, number: FrameNumber) -> Path:
        digits = str(number).zfill(self.width) if self.width else ""
        return self.folder / f"{self.prefix}{digits}{self.suffix}"

    def number_of(self, name: str) -> FrameNumber | None:
        """The number in a file name of this pattern, None for any other name."""
        digits = name[len(self.prefix) : len(name) - len(self.suffix)]
        if not (self.width and digits.isascii() and digits.isdigit()):
            return None
        return int(digits) if self.path(int(digits)).name == name else None

    @property
    def template(self) -> Path:
        """The path as people write it: `folder/scan.####.dpx`."""
        return self.folder / f"{self.prefix}{'#' * self.width}{self.suffix}"

    @staticmethod
    def of_template(path: Path) -> FramePattern:
        """The pattern whose `template` is `path`."""
        prefix = path.stem.rstrip("#")
        return FramePattern(path.parent, prefix, len(path.stem) - len(prefix), path.suffix)


@dataclass(frozen=True)
class PatternRequest:
    """A pattern as given; `frames` is the range inside it (`1001-1100####`), None without one."""

    pattern: FramePattern
    frames: tuple[FrameNumber, ...] | None


def parse_pattern(text: str) -> PatternRequest | None:
    """Read a pattern; None when the name holds no frame token, so that it is a plain file name.

    Only the last part of the path is looked at: folders may hold any character. Raises UsageError.
    """
    path = Path(text)
    try:
        found = FileSequence(path.name, pad_style=PAD_STYLE_HASH1)
    except (FileSeqException, ValueError) as error:
        raise _not_a_pattern(text, str(error)) from error
    token = found.padding()
    if not token or token not in path.name:
        return None
    if not (set(token) in ({"#"}, {"@"}) or token.startswith("%")):
        raise _not_a_pattern(text, f"{token!r} is not a frame token")
    wanted = found.frameRange()
    pattern = FramePattern(path.parent, found.basename(), found.zfill(), found.extension())
    return PatternRequest(pattern, parse_frames(wanted) if wanted else None)


def literal(path: Path) -> FramePattern:
    """The pattern of one file whose name is taken as it is."""
    return FramePattern(path.parent, path.stem, 0, path.suffix)


def _not_a_pattern(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a frame pattern: {reason}; write scan.####.dpx or scan.%04d.dpx, with one # for "
        "each digit and a single token in the name."
    )
