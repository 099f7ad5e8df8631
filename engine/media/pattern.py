"""Names of frame files: `scan.####.dpx`, `scan.%04d.exr`, `scan.1001-1100####.tif`, `scan.@@@@.dpx`.

One `#` or `@` stands for exactly one digit (fileseq's own default counts a `#` as four), so `####` and
`%04d` are the same; a number that needs more digits takes them, as in printf.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fileseq.constants import PAD_STYLE_HASH1
from fileseq.exceptions import FileSeqException
from fileseq.filesequence import FileSequence

from engine.errors import UsageError
from engine.media.ranges import parse_frames
from engine.types import FrameNumber

MOST_DIGITS = 12
"""Of a frame number; anything longer in a name is something else."""
_PRINTF = re.compile(r"(?P<prefix>.*)%0(?P<width>[1-9]\d?)d", re.DOTALL | re.ASCII)


def may_be_minus(prefix: str) -> bool:
    """Whether a minus behind `prefix` belongs to the number rather than to the name."""
    return not prefix or prefix[-1] in "._ "


@dataclass(frozen=True)
class FramePattern:
    """Where each frame lies: `folder / (prefix + number, zero-padded to width + suffix)`.

    A width of 0 means that the name holds no number: every frame has the same path (a still). Numbers below
    zero are told only behind `.`, `_`, a space or nothing, as `scan-0001.dpx` is mostly frame 1. They have
    `width` digits (`-0001`), or if `signed` one less, as printf counts the sign (`-001`).
    """

    folder: Path
    prefix: str
    width: int
    suffix: str
    signed: bool = False

    def path(self, number: FrameNumber) -> Path:
        return self.folder / f"{self.prefix}{self.digits(number)}{self.suffix}"

    def digits(self, number: FrameNumber) -> str:
        """A number as it stands in the name."""
        if not self.width:
            return ""
        return str(number).zfill(self.width + (number < 0 and not self.signed))

    def number_of(self, name: str) -> FrameNumber | None:
        """The number in a file name of this pattern, None for any other name."""
        text = name[len(self.prefix) : len(name) - len(self.suffix)]
        digits = text[1:] if text.startswith("-") and may_be_minus(self.prefix) else text
        if not (self.width and digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS):
            return None
        number = int(text)
        return number if f"{self.prefix}{self.digits(number)}{self.suffix}" == name else None

    @property
    def template(self) -> Path:
        """The path as people write it: `folder/scan.####.dpx`, `folder/scan.%04d.dpx` if signed."""
        token = f"%0{self.width}d" if self.signed else "#" * self.width
        return self.folder / f"{self.prefix}{token}{self.suffix}"

    @staticmethod
    def of_template(path: Path) -> FramePattern:
        """The pattern whose `template` is `path`."""
        printf = _PRINTF.fullmatch(path.stem)
        if printf is not None:
            return FramePattern(path.parent, printf["prefix"], int(printf["width"]), path.suffix, signed=True)
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
    signed = token.startswith("%")
    pattern = FramePattern(path.parent, found.basename(), found.zfill(), found.extension(), signed)
    return PatternRequest(pattern, parse_frames(wanted) if wanted else None)


def literal(path: Path) -> FramePattern:
    """The pattern of one file whose name is taken as it is."""
    return FramePattern(path.parent, path.stem, 0, path.suffix)


def _not_a_pattern(text: str, reason: str) -> UsageError:
    return UsageError(
        f"{text!r} is not a frame pattern: {reason}; write scan.####.dpx or scan.%04d.dpx, with one # for "
        "each digit and a single token in the name."
    )
