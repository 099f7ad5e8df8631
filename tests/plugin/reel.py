"""A damaged reel as a host has it, and nodes that render it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from engine.types import AnyArray
from plugin.host.host import Host, Plugin
from plugin.host.node import Node, Rendered
from plugin.host.pictures import PictureFormat
from plugin.host.profiles import FULL, HostProfile
from tests.plugin.host_plates import DTYPES, format_of, source_of

REPAIR, DETECT = "org.reelmend.RepairDamage", "org.reelmend.DetectDamage"
SPACE, LABEL = "Linear Rec.709 (sRGB)", "Linear Rec.709"
"""The colour space of the reel: by OCIO's name, and by that of the node's choice."""
FIRST, LAST = 1001, 1008
HEIGHT, WIDTH = 93, 127

Reel = Mapping[int, AnyArray]
"""Frames by number: (H, W, 4) float32, linear light, top row first, alpha of its own."""


def make_reel(height: int = HEIGHT, width: int = WIDTH, last: int = LAST, seed: int = 31) -> Reel:
    """Panning chromatic texture with grain, some of it above 1, and white dirt elsewhere in every frame."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(0.02, 1.2, (height // 7, width // 7, 3)).astype(np.float32)
    wide = cv2.resize(small, (width + 4 * (last - FIRST), height), interpolation=cv2.INTER_CUBIC)
    return {number: _frame(wide, 4 * (number - FIRST), width, rng) for number in range(FIRST, last + 1)}


def _frame(wide: AnyArray, start: int, width: int, rng: np.random.Generator) -> AnyArray:
    picture = wide[:, start : start + width] * (1 + rng.normal(0, 0.01, (*wide.shape[:1], width, 3)))
    for _ in range(3):
        row, column = rng.integers(8, wide.shape[0] - 20), rng.integers(8, width - 20)
        picture[row : row + 8, column : column + 9] = 2.5
    alpha = rng.uniform(0.9, 1, picture.shape[:2])
    return np.dstack([picture, alpha]).astype(np.float32)


def as_depth(pixels: AnyArray, depth: str, channels: int = 4) -> AnyArray:
    """The pixels as a host of that depth has them; alone, the channel is green."""
    picked = pixels[..., 1:2] if channels == 1 else pixels[..., :channels]
    dtype: np.dtype[Any] = np.dtype(DTYPES[depth])
    if dtype.kind == "f":
        return picked.astype(dtype)
    top = np.iinfo(dtype).max
    return np.round(np.clip(picked / 2.5, 0, 1) * top).astype(dtype)


@dataclass
class Suite(AbstractContextManager["Suite"]):
    """A host with the bundle open and one reel, whose nodes come ready to render."""

    bundle: Path
    clip: Reel
    profile: HostProfile = FULL

    def __post_init__(self) -> None:
        self.host = Host(self.profile, (FIRST, max(self.clip)))
        self._plugins: dict[str, Plugin] = {
            plugin.identifier: plugin for plugin in self.host.open(self.bundle)
        }

    def __exit__(self, *raised: object) -> None:
        self.host.__exit__(None, None, None)

    @property
    def format(self) -> PictureFormat:
        return format_of(self.clip[FIRST])

    def node(
        self,
        values: Mapping[str, float | str] | None = None,
        identifier: str = REPAIR,
        context: str = "Filter",
        format: PictureFormat | None = None,
    ) -> Node:
        """A node with the reel as its Source; in float it is told the colour space of the reel."""
        node = Node(self._plugins[identifier], context)
        used = format or self.format
        node.connect("Source", used, source_of(self.clip, used), (FIRST, max(self.clip)))
        if used.depth in ("Float", "Half"):
            node.set("colour_space", LABEL)
        for name, value in (values or {}).items():
            node.set(name, value)
        return node

    def render(self, time: int, identifier: str = REPAIR, **values: float | str) -> Rendered:
        """One frame by a node of its own; every failure of the host's own is raised."""
        with self.node(values, identifier) as node:
            rendered = node.render(time, self.format)
        assert not self.host.faults, str(self.host.faults)
        return rendered
