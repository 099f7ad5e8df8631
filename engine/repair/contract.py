"""What every repairer and painter promises; `tests/repair/test_contract.py` holds all of them to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from engine.types import Bool, DamageMatte, FillTile
from engine.window.window import FrameWindow


class Repairer(Protocol):
    @property
    def identity(self) -> str:
        """Names repairer and model exactly: part of every cache key and report."""
        ...

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        """Fills for the damage of the centre frame, on tiles that together hold every pixel of its matte.

        `mattes` maps offset to the cleaned matte of that frame, 0 for the centre; a neighbour without
        a matte counts as undamaged. Tiles do not overlap. The same window and mattes give the same bytes.
        """
        ...


class Painter(Protocol):
    @property
    def identity(self) -> str:
        """Names model and version exactly: part of every cache key and report."""
        ...

    def paint(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        where: Bool,
    ) -> Sequence[FillTile]:
        """`tiles`, a repair of the centre frame, of the same boxes, with its damaged pixels `where` (H, W)
        made anew; all others keep fill and source.

        `mattes` as for a repairer. The same window, mattes, tiles and pixels give the same bytes.
        """
        ...

    def close(self) -> None: ...
