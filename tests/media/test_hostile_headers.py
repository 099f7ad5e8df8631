"""Mutated headers: an error of ours or a frame, never a crash, a hang, or memory the file does not justify.

DPX and Cineon are read by ourselves, in this process and with all allocations measured. EXR, TIFF and PNG are
decoded by libraries in C; the slow test decodes them in a process of its own that is watched, so that a crash
of a library would be told with the file that did it.
"""

from __future__ import annotations

import contextlib
import random
import struct
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import ReelmendError
from engine.media.frame_read import probe, read_frame
from engine.media.frame_write import write_frame
from engine.types import Codes
from tests.media.scan_files import PACKINGS, cineon_file, dpx_file, random_element
from tests.media.test_frame_headers import exr
from tests.media.test_kept_pictures import handmade, two_parts

FACTOR, SLACK = 8, 2**20
"""Allocations may reach so many times the size of the file, and this many bytes of Python itself."""
TELLING = (b"\xff", b"\0", b"\x7f", b"\x80", b"\x01")


FORBIDDEN = ("CRASH", "UNNAMED", "UNEXPECTED")


def mutated(content: bytes, rng: random.Random, header: int) -> bytes:
    """One to four changes: bits, bytes, words of telling values, a cut, something inserted or left out."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(4, max(5, min(header, len(changed) - 8)))
        kind = rng.randrange(7)
        if kind == 0:
            changed[at] ^= 1 << rng.randrange(8)
        elif kind == 1:
            changed[at : at + 4] = rng.randbytes(4)
        elif kind == 2:
            changed[at : at + 4] = rng.choice(TELLING) * 4
        elif kind == 3:
            changed[at : at + 4] = struct.pack(
                rng.choice("<>") + "I", 2 ** rng.randrange(32) - rng.randrange(2)
            )
        elif kind == 4:
            del changed[rng.randrange(len(changed)) :]
            changed += b"\0" * max(0, 16 - len(changed))
        elif kind == 5:
            changed[at:at] = rng.randbytes(rng.randrange(1, 9))
        else:
            del changed[at : at + rng.randrange(1, 9)]
    return bytes(content[:4] + changed[4:])


def scans() -> list[tuple[str, bytes]]:
    files = [
        ("dpx", dpx_file([random_element(*kind, channels, order, (4, 7), 1)], 2))
        for kind in PACKINGS
        for channels in (1, 3, 4)
        for order in "<>"
    ]
    infrared = random_element(10, 1, 1, ">", (4, 7), 2)
    files.append(("dpx", dpx_file([random_element(10, 1, 3, ">", (4, 7), 1), infrared], 2)))
    files += [("cin", cineon_file(random_element(10, 1, count, ">", (4, 7), 1), 2)) for count in (1, 3, 4)]
    return files


def read_and_write_back(path: Path) -> str:
    """What came of it in a word. What can be read is also written back, with one pixel changed."""
    try:
        return _read_and_write_back(path)
    except Exception as error:
        return f"UNEXPECTED {error!r}"


def _read_and_write_back(path: Path) -> str:
    try:
        probe(path)
        header, frame = read_frame(path, 1)
    except ReelmendError as error:
        return type(error).__name__ if str(path) in str(error) else f"UNNAMED {error}"
    assert frame.codes.planes[0].shape[:2] == header.size
    plane = frame.codes.planes[0].copy()
    plane[0, 0] = plane[-1, -1]
    target = path.with_name(f"out{path.suffix}")
    try:
        write_frame(target, Codes((plane,), frame.codes.layout), frame.metadata, header.format, True)
    except ReelmendError as error:
        return f"read, not written: {type(error).__name__}"
    return "read"


@given(which=st.integers(0, 10**6), seed=st.integers(0, 2**32))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_mutated_scans_raise_our_errors_or_are_read(which: int, seed: int, tmp_path: Path) -> None:
    files = SCANS
    suffix, content = files[which % len(files)]
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(mutated(content, random.Random(seed), 2100))
    assert not read_and_write_back(path).startswith(FORBIDDEN)


SCANS = scans()


@given(content=st.binary(max_size=4000), suffix=st.sampled_from(["dpx", "cin"]), big=st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_bytes_behind_a_magic_number(content: bytes, suffix: str, big: bool, tmp_path: Path) -> None:
    magic = {"dpx": (b"XPDS", b"SDPX"), "cin": (b"\xd7\x5f\x2a\x80", b"\x80\x2a\x5f\xd7")}[suffix][big]
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(magic + content)
    assert not read_and_write_back(path).startswith(FORBIDDEN)


def test_what_a_scan_claims_is_held_against_its_size_before_memory_is_asked_for(tmp_path: Path) -> None:
    rng = random.Random(5)
    path = tmp_path / "a.dpx"
    worst = 0.0
    tracemalloc.start()
    try:
        for _, content in SCANS[:-3]:
            for _ in range(3):
                path.write_bytes(mutated(content, rng, 2100))
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                with contextlib.suppress(ReelmendError):
                    read_frame(path, 1)
                peak = tracemalloc.get_traced_memory()[1] - before
                worst = max(worst, (peak - SLACK) / path.stat().st_size)
    finally:
        tracemalloc.stop()
    assert worst < FACTOR


def others(folder: Path) -> Iterator[tuple[str, bytes, int]]:
    """EXR and TIFF of several kinds, and how long their headers are."""
    for compression in ("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "dwaa"):
        for tiled in (False, True):
            exr(folder / "a.exr", compression, tiled)
            yield "exr", (folder / "a.exr").read_bytes(), 1200
    two_parts(folder / "a.exr")
    yield "exr", (folder / "a.exr").read_bytes(), 1200
    for order in "<>":
        for compression in (1, 8):
            content = handmade(order, compression, b"private!")
            yield "tif", content, len(content)


def _tried(path: str, seeds: list[int], suffix: str, content: bytes, header: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for seed in seeds:
        file = Path(path) / f"a.{suffix}"
        file.write_bytes(mutated(content, random.Random(seed), header))
        (Path(path) / "last").write_text(str(seed))
        outcome = read_and_write_back(file)
        found[outcome] = found.get(outcome, 0) + 1
    return found


def _in_own_process(path: Path, seeds: list[int], suffix: str, content: bytes, header: int) -> dict[str, int]:
    """Like `_tried`; a process that dies is told by its seed, and the seeds behind are tried on."""
    found: dict[str, int] = {}
    while seeds:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            try:
                result = pool.submit(_tried, str(path), seeds, suffix, content, header).result(timeout=240)
                for outcome, count in result.items():
                    found[outcome] = found.get(outcome, 0) + count
                return found
            except BrokenProcessPool:
                dead = int((path / "last").read_text())
                found[f"CRASH by seed {dead}"] = 1
                seeds = seeds[seeds.index(dead) + 1 :]
    return found


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_thousand_mutated_headers(tmp_path: Path) -> None:
    """10,000 DPX and Cineon here, 10,000 EXR and TIFF in processes of their own."""
    outcomes: dict[str, dict[str, int]] = {}
    for number in range(10_000):
        suffix, content = SCANS[number % len(SCANS)]
        path = tmp_path / f"a.{suffix}"
        path.write_bytes(mutated(content, random.Random(number), 2100))
        mine = outcomes.setdefault(suffix, {})
        outcome = read_and_write_back(path)
        mine[outcome] = mine.get(outcome, 0) + 1
    kinds = list(others(tmp_path))
    for index, (suffix, content, header) in enumerate(kinds):
        seeds = list(range(index, 10_000, len(kinds)))
        for outcome, count in _in_own_process(tmp_path, seeds, suffix, content, header).items():
            mine = outcomes.setdefault(suffix, {})
            mine[outcome] = mine.get(outcome, 0) + count
    print(outcomes)
    assert sum(sum(found.values()) for found in outcomes.values()) == 20_000
    assert not [one for found in outcomes.values() for one in found if one.startswith(FORBIDDEN)]
