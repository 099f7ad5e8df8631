"""What is compared: nets, widths, numbers of frames, losses, and the routes that training can take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from export.models.zoo.build import NAMES, Frames, Name, Width

Task = Literal["denoise", "detect"]
Material = Literal["film", "stills", "clean", "met"]
Route = Literal["scratch", "denoised", "staged", "tuned", "all"]


LOSSES = ("balanced", "entropy", "dice")
"""Of `export.losses`, tried beside the one that every other row is trained with."""


@dataclass(frozen=True)
class Phase:
    """A stretch of training with a warm-up and a cosine of its own."""

    task: Task
    material: Material
    share: float
    """Of all samples of the run."""
    rate: float
    """Peak learning rate, as a factor of the run's."""


ROUTES: dict[Route, tuple[Phase, ...]] = {
    "scratch": (Phase("detect", "film", 1, 1),),
    "denoised": (Phase("denoise", "clean", 0.25, 1), Phase("detect", "film", 0.75, 1)),
    "staged": (Phase("detect", "stills", 0.25, 1), Phase("detect", "film", 0.75, 1)),
    "tuned": (Phase("detect", "film", 0.75, 1), Phase("detect", "met", 0.25, 0.2)),
    "all": (
        Phase("denoise", "clean", 0.25, 1), Phase("detect", "stills", 0.25, 1),
        Phase("detect", "film", 0.25, 1), Phase("detect", "met", 0.25, 0.2),
    ),
}  # fmt: skip
"""Every route is given the same number of samples, so a stage that gains has earned its time. The stages are
those of the thesis (Progress Report I, section 7.2, "Final Configuration"): denoising pretraining,
then stills damaged in the same way, then the task's own material at a lower rate."""


@dataclass(frozen=True)
class Variant:
    """One row of the table."""

    name: Name
    width: Width
    frames: Frames
    route: Route = "scratch"
    loss: str = "entropy+dice"

    @property
    def key(self) -> str:
        return f"{self.name}-{self.width}-{self.frames}-{self.route}-{self.loss}"


def from_scratch(width: Width) -> list[Variant]:
    """The eight nets of one width."""
    return [Variant(name, width, frames) for name in NAMES for frames in (1, 3)]


def further(dice: Mapping[str, float]) -> list[Variant]:
    """The other routes for the best temporal and the best single-frame net, other losses for the former.

    Of half width, as the thesis ends with (same section, "Model Simplification"). `dice` by key tells which
    is best; a number of frames of which it has no net from scratch is left out.
    """
    best = {frames: _best(frames, dice) for frames in (3, 1)}
    found = [replace(net, route=route) for net in best.values() if net for route in ROUTES]
    found += [replace(net, loss=loss) for loss in LOSSES if (net := best[3])]
    return [variant for variant in found if variant not in best.values()]


def _best(frames: Frames, dice: Mapping[str, float]) -> Variant | None:
    known = [net for net in from_scratch("half") if net.frames == frames and net.key in dice]
    return max(known, key=lambda variant: dice[variant.key], default=None)
