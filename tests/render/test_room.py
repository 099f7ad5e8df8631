"""Whether the disk has room, known before a render starts."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import SinkError
from engine.media.open import open_source
from engine.render.room import check_room
from tests.render.fake_engine import chromatic_reel


@pytest.mark.parametrize(
    ("width", "free", "told"), [(200, 500_000, "0.5 MB left"), (2_000_000, 10**9, "1.0 GB left")]
)
def test_too_little_room_is_told_in_a_unit_that_says_something(
    width: int, free: int, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromatic_reel(tmp_path / "scan", range(1, 3), lambda number: (slice(1, 3), slice(1, 3)))
    with open_source(str(tmp_path / "scan")) as source:
        info = replace(source.info, width=width, height=200)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(free, 0, free))
    with pytest.raises(SinkError, match=f"needs about .* and the disk has {told}"):
        check_room(tmp_path / "out" / "r.####.dpx", info, range(10))
    check_room(tmp_path / "out" / "r.####.dpx", info, ())
    check_room(tmp_path / "out" / "r.mkv", info, range(10))


def test_files_that_will_be_replaced_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chromatic_reel(tmp_path / "scan", range(1, 5), lambda number: None)
    with open_source(str(tmp_path / "scan")) as source:
        info = source.info
    size = (tmp_path / "scan" / "scan.0001.dpx").stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9**9, 0, 2 * size))
    with pytest.raises(SinkError, match="needs about"):
        check_room(tmp_path / "out" / "r.####.dpx", info, range(1, 5))
    chromatic_reel(tmp_path / "out", range(1, 5), lambda number: None)
    for number in range(1, 5):
        (tmp_path / "out" / f"scan.{number:04d}.dpx").rename(tmp_path / "out" / f"r.{number:04d}.dpx")
    check_room(tmp_path / "out" / "r.####.dpx", info, range(1, 5))
    check_room(tmp_path / "out" / "r.0001.dpx", info, [1])
