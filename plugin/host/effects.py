"""Effects as described and as instances, and what one render of an instance knows."""

from __future__ import annotations

import threading
import time as clock
from collections.abc import Iterator
from dataclasses import dataclass, field

from plugin.host.abi import Refused, Status
from plugin.host.clips import Clip
from plugin.host.parameters import Parameters
from plugin.host.pictures import Picture
from plugin.host.properties import PropertySet
from plugin.host.standard import CLIP, EFFECT


@dataclass(eq=False)
class Render:
    """One call of the render action, from before it to after it.

    `declared` holds, by clip, the ranges of frames the plug-in said it needs; None where it was not asked.
    """

    time: float
    output: Picture
    scale: tuple[float, float]
    declared: dict[str, tuple[tuple[float, float], ...]] | None = None
    abort_after: float | None = None
    began: float = field(default_factory=clock.perf_counter)
    asked: list[tuple[str, float]] = field(default_factory=list)
    held: list[PropertySet] = field(default_factory=list)
    aborted_at: float | None = None

    def abort(self) -> bool:
        """Whether the plug-in has to stop by now."""
        if self.abort_after is None or clock.perf_counter() - self.began < self.abort_after:
            return False
        self.aborted_at = self.aborted_at or clock.perf_counter()
        return True

    def was_declared(self, clip: str, at: float) -> bool:
        if self.declared is None:
            return True
        return any(first <= at <= last for first, last in self.declared.get(clip, ((self.time, self.time),)))


class Effect:
    """A plug-in's effect: its properties, clips and parameters. Both kinds have the same handle in C."""

    def __init__(self, title: str, parameters: Parameters | None = None) -> None:
        self.properties = PropertySet(EFFECT, title)
        self.clips: dict[str, Clip] = {}
        self.parameters = parameters or Parameters()
        self.renders: list[Render] = []
        self._lock = threading.Lock()

    def define_clip(self, name: str) -> Clip:
        if name in self.clips:
            raise Refused(Status.ERR_EXISTS, f"clip {name} is defined twice")
        properties = PropertySet(CLIP, f"clip {name}")
        properties.put("OfxPropType", "OfxTypeClip")
        properties.put("OfxPropName", name)
        clip = self.clips[name] = Clip(name, properties)
        return clip

    def copy(self, title: str) -> Effect:
        """An effect described alike: for another context, or an instance."""
        other = Effect(title, self.parameters.copy())
        other.properties = self.properties.copy(title)
        other.clips = {name: clip.copy() for name, clip in self.clips.items()}
        return other

    def parts(self) -> Iterator[object]:
        """Everything of this effect that has a handle."""
        yield from (self, self.properties, self.parameters, self.parameters.properties)
        for clip in self.clips.values():
            yield from (clip, clip.properties)
        for parameter in self.parameters:
            yield from (parameter, parameter.properties)

    def begin(self, render: Render) -> None:
        with self._lock:
            self.renders.append(render)

    def end(self, render: Render) -> None:
        with self._lock:
            self.renders.remove(render)
