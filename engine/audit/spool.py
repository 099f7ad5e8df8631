"""The mattes of a render, kept on disk one bit a pixel, to verify its result with."""

from __future__ import annotations

import tempfile
import threading
import zlib

import numpy as np

from engine.errors import SourceNotFound
from engine.types import Bool, Float32, Frame, FrameNumber


class MatteSpool:
    """A temporary file of mattes; gone when closed. Thread-safe."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="reelmend-")  # noqa: SIM115  (closed by close)
        self._places: dict[FrameNumber, tuple[int, int]] = {}
        self._lock = threading.Lock()

    @property
    def numbers(self) -> tuple[FrameNumber, ...]:
        return tuple(sorted(self._places))

    def put(self, number: FrameNumber, touched: Bool) -> None:
        """Keep which pixels (H, W) of a frame may change."""
        content = zlib.compress(np.packbits(touched).tobytes(), 1)
        with self._lock:
            self._places[number] = self._file.seek(0, 2), len(content)
            self._file.write(content)

    def has(self, number: FrameNumber) -> bool:
        return number in self._places

    def plane(self, frame: Frame) -> Float32:
        """1 where the pixel may change, (H, W). Raises SourceNotFound."""
        if frame.number not in self._places:
            raise SourceNotFound(f"Frame {frame.number} has no matte of this render.")
        place, length = self._places[frame.number]
        with self._lock:
            self._file.seek(place)
            content = zlib.decompress(self._file.read(length))
        size = frame.codes.height, frame.codes.width
        bits = np.unpackbits(np.frombuffer(content, np.uint8), count=size[0] * size[1])
        return bits.reshape(size).astype(np.float32)

    def close(self) -> None:
        self._file.close()
