"""The second tiers that are judged: the painter's cost counted, as it is or told to paint everything."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np

from engine.repair.contract import Painter
from engine.repair.second_tier import SecondTier
from engine.types import AskedFill, Bool, DamageMatte, FillTile
from engine.window.window import FrameWindow


@dataclass
class Cost:
    """Processor seconds spent on painting, how many pixels were painted and how many were damaged."""

    spent: float = 0.0
    painted: int = 0
    damaged: int = 0

    @property
    def seconds(self) -> float:
        """For a megapixel of what was painted; NaN where nothing was."""
        return 1e6 * self.spent / self.painted if self.painted else nan

    @property
    def share(self) -> float:
        """Per cent of the damage that was painted."""
        return 100 * self.painted / self.damaged if self.damaged else nan


@dataclass(frozen=True, eq=False)
class Timed:
    """A painter that adds up what it costs."""

    painter: Painter
    cost: Cost

    @property
    def identity(self) -> str:
        return self.painter.identity

    def paint(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        where: Bool,
    ) -> Sequence[FillTile]:
        begun = time.process_time()
        painted = self.painter.paint(window, mattes, tiles, where)
        self.cost.spent += time.process_time() - begun
        self.cost.painted += int((where & (mattes[0].coverage > 0)).sum())
        return painted

    def close(self) -> None:
        self.painter.close()


class Counted(SecondTier):
    """The second tier as it is, its painter timed."""

    def __init__(self, painter: Painter) -> None:
        self.cost = Cost()
        timed = Timed(painter, self.cost)
        super().__init__(lambda: timed)

    def refined(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        quality: str,
        asked: Mapping[AskedFill, Bool],
    ) -> Sequence[FillTile]:
        self.cost.damaged += int((mattes[0].coverage > 0).sum())
        return super().refined(window, mattes, tiles, quality, asked)


class Everywhere(Counted):
    """Paints all damage, whatever is asked for."""

    def refined(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        quality: str,
        asked: Mapping[AskedFill, Bool],
    ) -> Sequence[FillTile]:
        everywhere: Bool = np.ones(mattes[0].coverage.shape, np.bool_)
        return super().refined(window, mattes, tiles, quality, {"diffusion": everywhere})
