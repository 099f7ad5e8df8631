"""Which frames are on disk: from a pattern, a folder or the name of one file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import SourceError, SourceNotFound, UsageError
from engine.media.pattern import MOST_DIGITS, FramePattern, literal, may_be_minus, parse_pattern
from engine.media.ranges import format_frames, gaps_between
from engine.types import FrameNumber

_NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<digits>\d+)(?P<suffix>\.[^.\d][^.]*)", re.DOTALL | re.ASCII)


@dataclass(frozen=True)
class FoundFrames:
    """A sequence on disk. `numbers` are there, `gaps` were expected between or among them and are not."""

    pattern: FramePattern
    numbers: tuple[FrameNumber, ...]
    gaps: tuple[FrameNumber, ...]

    @property
    def is_still(self) -> bool:
        return self.pattern.width == 0


def find_frames(target: str, suffixes: Iterable[str]) -> FoundFrames:
    """Look for what `target` names; `suffixes` (lower case) are the formats considered in a folder.

    A name that exists as a file is that one still, whatever its siblings are called. Raises
    SourceNotFound and UsageError.
    """
    # One name can be written with its accents composed or apart; disks and keyboards differ in it.
    forms = dict.fromkeys([target, *(unicodedata.normalize(form, target) for form in ("NFC", "NFD"))])
    errors: list[SourceNotFound] = []
    for form in forms:
        try:
            return _find(form, tuple(suffixes))
        except SourceNotFound as error:
            errors.append(error)
    raise errors[0]


def _find(target: str, suffixes: tuple[str, ...]) -> FoundFrames:
    path = Path(target)
    if path.is_dir():
        return _in_folder(path, suffixes)
    if path.is_file():
        return _still(path)
    request = parse_pattern(target)
    if request is None:
        raise SourceNotFound(
            f"There is no file {path}; check the path, or give a pattern such as scan.####.dpx."
        )
    return _of_pattern(request.pattern, request.frames)


def _of_pattern(pattern: FramePattern, wanted: tuple[FrameNumber, ...] | None) -> FoundFrames:
    names = _names(pattern.folder)
    pattern, numbers = _numbered(pattern, names)
    if wanted is not None:
        there = set(numbers)
        missing = tuple(number for number in wanted if number not in there)
        numbers = tuple(number for number in wanted if number in there)
    else:
        missing = gaps_between(numbers)
    if not numbers:
        raise SourceNotFound(
            f"No frame matches {pattern.template}; one # stands for one digit, so check the number of digits "
            f"and the folder.{_alike(pattern, names)}"
        )
    return FoundFrames(pattern, numbers, missing)


def _numbered(pattern: FramePattern, names: Sequence[str]) -> tuple[FramePattern, tuple[FrameNumber, ...]]:
    """The numbers there, ascending, and the pattern with the sign of those below zero as they have it."""
    plain, signed = (
        {number for number in map(one.number_of, names) if number is not None}
        for one in (replace(pattern, signed=False), replace(pattern, signed=True))
    )
    if plain == signed or not signed - plain:
        return replace(pattern, signed=False), tuple(sorted(plain))
    if plain - signed:
        one = replace(pattern, signed=False).path(min(plain - signed)).name
        other = replace(pattern, signed=True).path(min(signed - plain)).name
        raise UsageError(
            f"{pattern.folder} holds both {one} and {other}, which count digits in two ways; move one of "
            "them away."
        )
    return replace(pattern, signed=True), tuple(sorted(signed))


def _alike(pattern: FramePattern, names: Sequence[str]) -> str:
    """What the folder holds in the same format, upper or lower case, for one who mistyped."""
    same = [name for name in names if name.lower().endswith(pattern.suffix.lower())]
    near = [found for found in _patterns_of(pattern.folder, same) if found[1]]
    return f" The folder holds {_listed(near)}." if near else ""


def _still(path: Path) -> FoundFrames:
    match = _NUMBERED.fullmatch(path.name)
    number = int(match["digits"]) if match and len(match["digits"]) <= MOST_DIGITS else 1
    return FoundFrames(literal(path), (number,), ())


def _in_folder(folder: Path, suffixes: tuple[str, ...]) -> FoundFrames:
    names = [name for name in _names(folder) if name.lower().endswith(suffixes)]
    patterns = _patterns_of(folder, names)
    if not patterns:
        raise SourceNotFound(
            f"The folder {folder} holds no frames ({', '.join(suffixes)}); give another folder, or the "
            "movie itself."
        )
    if len(patterns) > 1:
        raise UsageError(
            f"The folder {folder} holds {len(patterns)} sequences or stills; give one of them: "
            f"{_listed(patterns)}."
        )
    (pattern, numbers) = patterns[0]
    if pattern.width == 0:
        return _still(pattern.path(0))
    return FoundFrames(pattern, numbers, gaps_between(numbers))


Listed = tuple[FramePattern, tuple[FrameNumber, ...]]


def _patterns_of(folder: Path, names: Sequence[str]) -> list[Listed]:
    """Every sequence among `names`; a name without a number is a sequence of its own."""
    groups: dict[tuple[str, str], list[str]] = {}
    found: list[Listed] = []
    for name in names:
        match = _NUMBERED.fullmatch(name)
        if match is None:
            found.append((literal(folder / name), ()))
        else:
            groups.setdefault((match["prefix"], match["suffix"]), []).append(match["digits"])
    below = {key: digits for key, digits in groups.items() if _below_zero(key, groups)}
    for (prefix, suffix), digits in groups.items():
        if (prefix, suffix) in below:
            continue
        listed = _by_padding(folder, prefix, suffix, digits)
        minus = below.get((f"{prefix}-", suffix))
        found.extend(listed if minus is None else _with_minus(listed, minus))
    return sorted(found, key=lambda one: one[0].template)


def _below_zero(key: tuple[str, str], groups: Mapping[tuple[str, str], list[str]]) -> bool:
    """Whether names in "prefix-" belong to the sequence "prefix", below zero. Alone, a dash is a dash."""
    prefix, suffix = key
    return prefix.endswith("-") and may_be_minus(prefix[:-1]) and (prefix[:-1], suffix) in groups


def _with_minus(listed: list[Listed], minus: list[str]) -> list[Listed]:
    """The sequence of a folder with its numbers below zero; a sequence more where they do not fit it."""
    pattern, numbers = listed[0]
    for signed in (False, True):
        one = replace(pattern, signed=signed)
        below = {f"-{digits}": -int(digits) for digits in minus}
        if len(listed) == 1 and all(one.digits(number) == text for text, number in below.items()):
            return [(one, tuple(sorted({*numbers, *below.values()})))]
    return [*listed, *_by_padding(pattern.folder, f"{pattern.prefix}-", pattern.suffix, minus)]


def _by_padding(folder: Path, prefix: str, suffix: str, digits: list[str]) -> list[Listed]:
    """Split numbers by their zero-padding: 0998, 0999, 1000 are one sequence; 1, 2 and 001 are two."""
    found: list[Listed] = []
    while digits:
        width = min(map(len, digits))
        fitting = {text for text in digits if text == str(int(text)).zfill(width)}
        pattern = FramePattern(folder, prefix, width, suffix)
        found.append((pattern, tuple(sorted(map(int, fitting)))))
        digits = [text for text in digits if text not in fitting]
    return found


def _listed(patterns: Sequence[Listed], most: int = 8) -> str:
    texts = [
        f"{pattern.template.name} ({format_frames(numbers)})" if numbers else pattern.template.name
        for pattern, numbers in patterns[:most]
    ]
    more = len(patterns) - most
    return ", ".join(texts) + (f" and {more} more" if more > 0 else "")


def _names(folder: Path) -> list[str]:
    """File names in `folder`, without hidden ones (`._scan.0001.dpx`, unfinished frames)."""
    try:
        return [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no folder {folder}; check the path.") from error
    except OSError as error:
        raise SourceError(
            f"The folder {folder} cannot be listed ({error.strerror}); check its permissions."
        ) from error
