"""Sources in memory that count what is read of them, and plates of recognisable shots."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import pytest

from engine.errors import CorruptSource, SourceNotFound
from engine.types import CodeLayout, Codes, Float32, Frame, WorkingFrame

RGB10 = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
SIZE = (72, 128)


def scene(seed: int, size: tuple[int, int] = SIZE) -> Float32:
    """(H, W, 3) float32, 0.1 .. 0.6: smooth chromatic shapes, other for every seed."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.1, 0.6, (6, 9, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC), 0.1, 0.6)


def grained(plate: Float32, seed: int, amount: float = 0.01) -> Float32:
    noise = np.random.default_rng(seed).normal(0, amount, plate.shape)
    return (plate + noise).astype(np.float32)


def frame(encoded: Float32, number: int = 0, key: str | None = None) -> WorkingFrame:
    encoded = np.ascontiguousarray(encoded, np.float32)
    codes = Codes((np.zeros(encoded.shape, np.uint16),), RGB10)
    name = key if key is not None else str(hash(encoded.tobytes()))
    return WorkingFrame(Frame(number, codes), "ADX10", encoded, name)


@dataclass
class Info:
    frames: list[int]


class Counting:
    """A source of prepared plates: counts reads, fails where told, knows which thread read."""

    def __init__(self, plates: Mapping[int, Float32], broken: Iterable[int] = ()) -> None:
        self.plates = plates
        self.broken = set(broken)
        self.info = Info(sorted({*plates, *self.broken}))
        self.reads: Counter[int] = Counter()
        self.prepared: Counter[int] = Counter()
        self.threads: set[int] = set()

    def read(self, number: int) -> Frame:
        self.reads[number] += 1
        self.threads.add(threading.get_ident())
        if number in self.broken:
            raise CorruptSource(f"frame {number} is cut short")
        if number not in self.plates:
            raise SourceNotFound(f"no frame {number}")
        codes = np.clip(self.plates[number] * 1023, 0, 1023).astype(np.uint16)
        return Frame(number, Codes((codes,), RGB10))

    def prepare(self, read: Frame) -> WorkingFrame:
        self.prepared[read.number] += 1
        encoded = read.codes.planes[0].astype(np.float32) / np.float32(1023)
        return WorkingFrame(read, "ADX10", encoded, str(hash(read.codes.planes[0].tobytes())))


@pytest.fixture
def make_scene() -> Callable[..., Float32]:
    return scene


@pytest.fixture
def make_grained() -> Callable[..., Float32]:
    return grained


@pytest.fixture
def make_frame() -> Callable[..., WorkingFrame]:
    return frame


@pytest.fixture
def counting() -> type[Counting]:
    return Counting
