"""Conversion between source encodings and the model encoding: OpenColorIO, in blocks, on threads.

OpenColorIO unpacks the pixels of one call into a scratch line; handed a whole frame, that line does
not fit any cache. Blocks of a fixed number of pixels do, and since OpenColorIO releases the GIL they
also run side by side. A pixel's result depends on that pixel alone, so neither changes any of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from ocio import library
from ocio.config import ColourConfig
from ocio.errors import SpaceNotUsable
from ocio.library import CPUProcessor
from ocio.spaces import MODEL_ENCODING, canonical
from ocio.table import tabled

Float32: TypeAlias = npt.NDArray[np.float32]

BLOCK = 32768
"""Pixels a call: its scratch of 16 bytes a pixel stays in the second-level cache."""


@dataclass(frozen=True, eq=False)
class Converter:
    """One conversion; call it with pixels. Thread-safe, and the same bytes for any number of workers."""

    source: str
    target: str
    plain: CPUProcessor
    unit: CPUProcessor | None
    """A faster equal of `plain` for pixels within 0 .. 1, where there is one (see `ocio.table`)."""
    workers: int

    def __call__(self, pixels: npt.NDArray[np.floating[Any]]) -> Float32:
        """Convert R'G'B' pixels (..., 3) of any range into a new (..., 3) float32 array; nothing is clamped.

        Integer codes come as code / (2**bits - 1). Alpha and infrared stay with the caller. Raises
        ValueError for another number of channels, TypeError for integers.
        """
        _check(pixels)
        source = np.ascontiguousarray(pixels, dtype=np.float32).reshape(-1, 3)
        result = np.empty_like(source)
        starts = range(0, len(source), BLOCK)

        def convert(start: int) -> None:
            self._convert(source[start : start + BLOCK], result[start : start + BLOCK])

        _for_each(convert, starts, self.workers)
        return result.reshape(pixels.shape)

    def _convert(self, source: Float32, result: Float32) -> None:
        result[:] = source
        if self.unit is None:
            self.plain.applyRGB(result)
            return
        self.unit.applyRGB(result)
        if not (source.min() >= 0.0 and source.max() <= 1.0):
            outside = ~((source >= 0.0) & (source <= 1.0)).all(axis=1)
            result[outside] = _applied(self.plain, source[outside])


class ColourRoute:
    """The ways between the encodings of one config and the model encoding. Thread-safe."""

    def __init__(self, config: ColourConfig, workers: int | None = None) -> None:
        """`workers`: threads a conversion may use; by default as many as there are cores, up to 4."""
        self._config = config
        self._workers = min(os.cpu_count() or 1, 4) if workers is None else max(1, workers)
        self._converters: dict[tuple[str, str], Converter] = {}
        self._lock = threading.Lock()

    def canonical(self, space: str) -> str:
        """The config's own name for `space`. Raises UnknownSpace."""
        return canonical(self._config.handle, space)

    def to_model(self, space: str) -> Converter:
        """From `space` (a name, alias or role) to the model encoding. Raises UnknownSpace, SpaceNotUsable."""
        return self._once(self.canonical(space), self.canonical(MODEL_ENCODING), inwards=True)

    def from_model(self, space: str) -> Converter:
        """From the model encoding to `space` (a name, alias or role). Raises UnknownSpace, SpaceNotUsable."""
        return self._once(self.canonical(MODEL_ENCODING), self.canonical(space), inwards=False)

    def _once(self, source: str, target: str, inwards: bool) -> Converter:
        with self._lock:
            if (source, target) not in self._converters:
                self._converters[source, target] = self._made(source, target, inwards)
            return self._converters[source, target]

    def _made(self, source: str, target: str, inwards: bool) -> Converter:
        for name in (source, target):
            self._require_colour(name)
        try:
            processor = self._config.handle.getProcessor(source, target)
            plain, unit = library.exact(processor), tabled(processor) if inwards else None
        except library.LIBRARY_ERRORS as error:
            raise SpaceNotUsable(
                f"{self._config.origin} has no conversion from {source} to {target}: {error} "
                "Give another colour space, or another config with --ocio-config."
            ) from error
        return Converter(source, target, plain, unit, self._workers)

    def _require_colour(self, name: str) -> None:
        space = self._config.handle.getColorSpace(name)
        if space is None or space.isData():
            raise SpaceNotUsable(
                f"{name} in {self._config.origin} is not a colour encoding: nothing converts it. "
                "Give the space that the picture was really encoded in."
            )


def _applied(cpu: CPUProcessor, pixels: Float32) -> Float32:
    """`pixels` is this function's own to overwrite."""
    cpu.applyRGB(pixels)
    return pixels


def _check(pixels: npt.NDArray[Any]) -> None:
    if pixels.ndim == 0 or pixels.shape[-1] != 3:
        raise ValueError(
            f"expected pixels of shape (..., 3), not {pixels.shape}: split alpha and infrared off"
        )
    if pixels.dtype.kind != "f":
        raise TypeError(f"expected floats, not {pixels.dtype}: divide integer codes by 2**bits - 1")


def _for_each(convert: Callable[[int], None], starts: range, workers: int) -> None:
    if workers == 1 or len(starts) <= 1:
        for start in starts:
            convert(start)
        return
    with ThreadPoolExecutor(min(workers, len(starts)), thread_name_prefix="colour") as pool:
        for _ in pool.map(convert, starts):
            pass
