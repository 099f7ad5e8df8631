"""Our own repair on a test clip, told the matte or blind, through the path that renders."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.media.memory import MemorySource
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.types import Bool, Float32, Frame
from engine.window.cache import FrameCache
from export.evaluate.repair_fills import Stretch
from export.evaluate.watching import CACHE_BYTES

BLIND = Settings.of({})
TOLD = Settings.of({"matte_mode": "replace"})
SMOOTH = Settings.of({"matte_mode": "replace", "grain": 0.0})
SMOOTH_BLIND = Settings.of({"grain": 0.0})


@dataclass(frozen=True, eq=False)
class Planes:
    """The mattes of a stretch as an imported matte; `identity` must differ wherever they do."""

    identity: str
    planes: Mapping[int, Bool]

    def has(self, number: int) -> bool:
        return number in self.planes

    def plane(self, frame: Frame) -> Float32:
        return self.planes[frame.number].astype(np.float32)


def told(stretch: Stretch, name: str) -> MatteInputs:
    return MatteInputs(imported=Planes(name, dict(enumerate(stretch.mattes))))


def repaired(
    pipeline: Pipeline,
    stretch: Stretch,
    places: Sequence[int],
    settings: Settings,
    mattes: MatteInputs = NO_MATTES,
) -> Iterator[tuple[np.ndarray, float]]:
    """The codes at each of `places` and the processor seconds they took: detection where blind, repair,
    composite."""
    reach = pipeline.reach(settings)
    with cached(pipeline, stretch, reach) as cache:
        for place in places:
            window = cache.window(place, reach)
            begun = time.process_time()
            result = pipeline.process(window, settings, mattes)
            yield result.frame.codes.planes[0], time.process_time() - begun


def own_mattes(pipeline: Pipeline, stretch: Stretch, settings: Settings = BLIND) -> list[Bool]:
    """What `Pipeline.process` would repair in every frame of the stretch, blind."""
    with cached(pipeline, stretch, pipeline.reach(settings)) as cache:
        reach = pipeline.reach(settings, repairs=False)
        return [
            pipeline.detect(cache.window(place, reach), settings).coverage > 0
            for place in range(len(stretch.plates))
        ]


@contextmanager
def cached(pipeline: Pipeline, stretch: Stretch, reach: int) -> Generator[FrameCache]:
    """Windows of `reach` frames to either side over the stretch; places are frame numbers."""
    frames = [stretch.frame(plate, place) for place, plate in enumerate(stretch.plates)]
    with MemorySource(frames) as source, FrameCache(source, pipeline.prepare, reach, CACHE_BYTES) as cache:
        yield cache
