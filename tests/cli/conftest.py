"""Clips for the command line, and an engine that needs no network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine import pipeline
from tests.render.fake_engine import build_fake, chromatic_reel

FRAMES = range(1001, 1007)


@dataclass(frozen=True)
class Scan:
    folder: Path
    codes: dict[int, np.ndarray]

    @property
    def pattern(self) -> str:
        return str(self.folder / "scan.####.dpx")

    def path(self, number: int) -> Path:
        return self.folder / f"scan.{number}.dpx"


def damage_of(number: int) -> tuple[slice, slice]:
    """Frame 1003 has its dirt at row 8, column 12; the others elsewhere."""
    shift = 5 * (number - 1001)
    return slice(4 + shift, 9 + shift), slice(6 + shift, 12 + shift)


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    """Six frames of damaged 10-bit log DPX, random chromatic codes."""
    folder = tmp_path / "scan"
    return Scan(folder, chromatic_reel(folder, FRAMES, damage_of))


@pytest.fixture
def _fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "build", build_fake, raising=False)


@pytest.fixture
def _source_untouched(scan: Scan) -> Iterator[None]:
    """Fails the test if anything in the source folder changed."""
    before = digest(scan.folder)
    yield
    assert digest(scan.folder) == before


def shown(folder: Path) -> list[str]:
    """The names in a folder as people see them: without the hidden journal of a render to go on with."""
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
