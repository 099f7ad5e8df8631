"""The note in .venv that says what was installed there, so that a second run has nothing to do."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "reelmend-install.json"


@dataclass(frozen=True)
class Stamp:
    """What a .venv holds: `python` "3.11", `pyproject` the file's SHA-256, `extras` sorted.

    `root` is the folder it was made in: moved elsewhere, its scripts would still point to the old one.
    `complete` is False from before the .venv is made until the last package is installed: a .venv
    found so was left half-made.
    """

    python: str
    root: str
    pyproject: str
    extras: tuple[str, ...]
    complete: bool

    @staticmethod
    def wanted(root: Path, extras: frozenset[str]) -> Stamp:
        """What the .venv should hold for this Python and the pyproject.toml as it stands."""
        digest = hashlib.sha256((root / "pyproject.toml").read_bytes()).hexdigest()
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Stamp(version, str(root), digest, tuple(sorted(extras)), complete=True)

    def usable_for(self, wanted: Stamp) -> bool:
        """True if what `wanted` names can be installed on top of what is there."""
        return self.complete and (self.python, self.root) == (wanted.python, wanted.root)

    def covers(self, wanted: Stamp) -> bool:
        """True if everything `wanted` names is installed already."""
        return (
            self.usable_for(wanted)
            and self.pyproject == wanted.pyproject
            and set(wanted.extras) <= set(self.extras)
        )


def read_stamp(venv: Path) -> Stamp | None:
    """The stamp in `venv`, None where there is none or it cannot be read."""
    try:
        held = json.loads((venv / FILE_NAME).read_text(encoding="utf-8"))
        return Stamp(
            python=str(held["python"]),
            root=str(held["root"]),
            pyproject=str(held["pyproject"]),
            extras=tuple(str(extra) for extra in held["extras"]),
            complete=held["complete"] is True,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def has_stamp(venv: Path) -> bool:
    """True if `venv` was made, or begun, by this set-up; a damaged stamp counts."""
    return (venv / FILE_NAME).exists()


def write_stamp(venv: Path, stamp: Stamp) -> None:
    """Write `stamp` into `venv` at once, never half of it."""
    unfinished = venv / f"{FILE_NAME}.part"
    unfinished.write_text(json.dumps(asdict(stamp), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(venv / FILE_NAME)
