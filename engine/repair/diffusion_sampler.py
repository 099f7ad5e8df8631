"""Draws what belongs in a hole, step by step from noise, by asking a net what it sees behind the noise.

The noise has a standard deviation that falls from step to step (Karras et al., Elucidating the design space
of diffusion-based generative models, 2022). A step goes straight to the next one for an estimate of the
picture that is extrapolated from the last two (Lu et al., DPM-Solver++: fast solver for guided sampling,
2022, algorithm 2, "2M"); with the last one alone it is DDIM (Song et al., 2021), which in so few steps
draws too little grain. Going back up with fresh noise and down again is RePaint's (Lugmayr et al., RePaint:
inpainting using denoising diffusion probabilistic models, 2022, section 4.2, algorithm 1 and appendix B).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from engine.repair.diffusion_inputs import MOST, deviations
from engine.types import Float32

Denoiser: TypeAlias = Callable[[Float32, float], Float32]
"""(state (n, 3), standard deviation of its noise) -> estimate of the picture."""
Leader: TypeAlias = Callable[[Float32, float], Float32]
"""(estimate of the picture (n, 3), share of the way gone 0..1) -> the estimate to go by."""
Draw: TypeAlias = Callable[[int], Float32]
"""Number of the draw -> (n, 3) standard normal values, always the same for a number."""


@dataclass(frozen=True)
class Sampling:
    """`steps`: runs of the net on the way down; one alone gives the mean of what may be there. `jumps`: so
    many times every `length` steps between the first and the last are gone back over and done again
    (RePaint's number of resamplings less one, and its jump length). `start`: the noise, in units of the net,
    that is put on the mean which the first run gives (Chung et al., Come-Closer-Diffuse-Faster, 2022): with
    MOST anything that may be there can be drawn, with less of it the sample keeps nearer to the mean."""

    steps: int = 6
    jumps: int = 0
    length: int = 1
    solver: Literal["2m", "ddim"] = "2m"
    start: float = MOST

    @property
    def gives_means(self) -> bool:
        return self.steps == 1

    @property
    def runs(self) -> int:
        """How often the net runs for every window."""
        return sum(1 for _ in _way(self))


RENDERED = Sampling(steps=1)
"""How the net that ships is run: it gives the mean of what may be there, whatever the noise."""


def sampled(denoise: Denoiser, draw: Draw, how: Sampling, lead: Leader | None = None) -> Float32:
    """A sample (n, 3), in the units of the net."""
    levels = (*deviations(how.steps, how.start), 0.0)
    state = np.float32(levels[0]) * draw(0)
    before: tuple[Float32, float] | None = None
    for k, back, number in _way(how):
        here, there = levels[k], levels[k + 1]
        found = denoise(state, here)
        estimate = found if before is None or how.solver == "ddim" else _onward(found, here, there, before)
        if lead is not None and there:
            # After the extrapolation, which would take what leads for what the net came to see.
            estimate = lead(estimate, k / how.steps)
        left = np.float32(there / here)
        state = np.asarray(estimate + left * (state - estimate), np.float32)
        before = found, here
        if number:
            # What was estimated behind less noise would lead the same step too far.
            state, before = _back_up(state, levels[back], there, draw(number)), None
    return state


class _Step(NamedTuple):
    """The step `k`; behind it, where `number` is not 0, the way goes `back` to another with that draw."""

    k: int
    back: int = 0
    number: int = 0


def _way(how: Sampling) -> Iterator[_Step]:
    """Every step to be taken."""
    yield _Step(0)
    first, drawn = 1, 0
    while first + how.length < how.steps:
        behind = first + how.length
        for _ in range(how.jumps):
            drawn += 1
            yield from (_Step(k) for k in range(first, behind - 1))
            yield _Step(behind - 1, first, drawn)
        yield from (_Step(k) for k in range(first, behind))
        first = behind
    yield from (_Step(k) for k in range(first, how.steps))


def _onward(found: Float32, here: float, there: float, before: tuple[Float32, float]) -> Float32:
    """The estimate half a step ahead, from this one and the one `before`; with no noise left, this one."""
    if there == 0:
        return found
    earlier, level = before
    ahead, behind = np.log(here / there), np.log(level / here)
    lean = np.float32(ahead / (2 * behind))
    return np.asarray(found + lean * (found - earlier), np.float32)


def _back_up(state: Float32, here: float, there: float, noise: Float32) -> Float32:
    """From the level `there` up to `here`."""
    return np.asarray(state + np.float32(np.sqrt(here**2 - there**2)) * noise, np.float32)
