"""What the fast repair cannot do well is painted by a net, which is opened when first needed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.closing import Closing
from engine.repair.contract import Painter
from engine.repair.unsure import unsure
from engine.types import AskedFill, Bool, DamageMatte, FillTile
from engine.window.window import FrameWindow

BEST = "best"
"""The choice of `quality` that has the net paint wherever the fast repair is unsure."""


class SecondTier(Closing):
    """Holds the net of a pipeline once it was needed; thread-safe."""

    def __init__(self, open: Callable[[], Painter]) -> None:
        """`open` makes the painter; it is called when something is first to be painted."""
        self._open = open
        self._opened: Painter | None = None
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """Names the net exactly. Raises ModelError where there is none, and DeviceError."""
        return self._painter().identity

    def refined(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        quality: str,
        asked: Mapping[AskedFill, Bool],
    ) -> Sequence[FillTile]:
        """`tiles` with what `quality` or a person (`asked`, fill to pixels (H, W)) wants painted.

        A person's other wishes are for others to fulfil: nothing is painted there. `mattes` as for a
        repairer. Raises ModelError where the net is needed and is not there, and DeviceError.
        """
        where = _wanted(mattes[0].coverage > 0, tiles, quality, asked)
        return tiles if where is None else self._painter().paint(window, mattes, tiles, where)

    def close(self) -> None:
        with self._lock:
            if self._opened is not None:
                self._opened.close()

    def _painter(self) -> Painter:
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            return self._opened


def _wanted(
    damaged: Bool, tiles: Sequence[FillTile], quality: str, asked: Mapping[AskedFill, Bool]
) -> Bool | None:
    """The pixels (H, W) to be painted, None where there are none."""
    where = unsure(tiles, damaged) if quality == BEST else np.zeros(damaged.shape, np.bool_)
    for fill, there in asked.items():
        where = where | (there & damaged) if fill == "diffusion" else where & ~there
    return where if where.any() else None
