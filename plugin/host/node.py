"""A node: one instance of a plug-in with its clips connected, and its renders."""

from __future__ import annotations

import threading
import time as clock
from dataclasses import dataclass
from types import TracebackType

from plugin.host import arguments
from plugin.host.abi import Status
from plugin.host.clips import Clip, PictureSource
from plugin.host.effect_suite import OUTPUT
from plugin.host.effects import Effect, Render
from plugin.host.errors import HostError
from plugin.host.host import Plugin
from plugin.host.notices import Message
from plugin.host.pictures import Picture, PictureFormat
from plugin.host.properties import PropertySet

_ANSWERED = (Status.OK, Status.REPLY_DEFAULT)


@dataclass(frozen=True, eq=False)
class Rendered:
    """What came of one render: `picture` counts only where `ok`.

    `identity` names the clip and time that the plug-in passes through instead; `asked` the frames it
    fetched. `aborted_for` is how many seconds it went on after abort() had first answered yes.
    """

    status: Status
    picture: Picture
    messages: tuple[Message, ...]
    asked: tuple[tuple[str, float], ...]
    seconds: float
    identity: tuple[str, float] | None = None
    aborted_for: float | None = None

    @property
    def ok(self) -> bool:
        return self.status in _ANSWERED

    def required(self) -> Picture:
        """The picture. Raises HostError where the render failed."""
        if not self.ok:
            said = "; ".join(message.text for message in self.messages) or "it said nothing"
            raise HostError(f"the render failed with {self.status.name}: {said}")
        return self.picture


class Node:
    """An instance of a plug-in, until the end of `with`. Several threads may render it at once.

    The plug-in's instance is made at the first render, when the clips are connected.
    """

    def __init__(self, plugin: Plugin, context: str = "Filter") -> None:
        self._plugin = plugin
        self._host = plugin.host
        self._lock = threading.Lock()
        self._created = False
        described = plugin.describe_in(context)
        self._effect = described.copy(f"an instance of {plugin.identifier}")
        self._host.drop(described)
        self._tiles = self._effect.properties.value("OfxImageEffectPropSupportsTiles", 1)
        self.preferences = PropertySet(title="the preferences")
        """What the plug-in answered for its clips, when it was last asked."""
        properties = self._effect.properties
        properties.put("OfxPropType", "OfxTypeImageEffectInstance")
        properties.put("OfxImageEffectPropContext", f"OfxImageEffectContext{context}")
        properties.put("OfxPropIsInteractive", 0)
        if self._host.profile.colour_style:
            properties.put("OfxImageEffectPropColourManagementStyle", self._host.profile.colour_style)
        for clip in self._effect.clips.values():
            clip.properties.put("OfxImageClipPropConnected", 0)

    def __enter__(self) -> Node:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._created:
            self._act("OfxActionDestroyInstance")
        self._host.drop(self._effect)

    @property
    def effect(self) -> Effect:
        return self._effect

    def connect(
        self,
        name: str,
        format: PictureFormat,
        source: PictureSource,
        frames: tuple[float, float] = (0, 0),
        colour_space: str | None = None,
    ) -> None:
        """Give a clip its pictures: `source` answers the picture at a time, None where there is none."""
        clip = self._clip(name)
        clip.format, clip.source = format, source
        arguments.tell_format(clip.properties, format)
        arguments.tell_times(clip.properties, frames, self._host.profile.tells)
        if colour_space is not None:
            clip.properties.put("OfxImageClipPropColourspace", colour_space)

    def disconnect(self, name: str) -> None:
        clip = self._clip(name)
        clip.source = None
        clip.properties.put("OfxImageClipPropConnected", 0)

    def set(self, name: str, *components: float | int | str) -> None:
        """Set a parameter for all times; a choice also by its label."""
        self._effect.parameters[name].set(*components)

    def key(self, name: str, time: float, *components: float | int | str) -> None:
        """Set a parameter at one time; between keys it runs straight."""
        self._effect.parameters[name].set_at(time, *components)

    def render(
        self,
        time: float,
        format: PictureFormat,
        *,
        window: tuple[int, int, int, int] | None = None,
        scale: tuple[float, float] = (1.0, 1.0),
        abort_after: float | None = None,
    ) -> Rendered:
        """Render one frame into a picture of `format`; abort() answers yes after `abort_after` seconds.

        `window` is the part to render, x1 y1 x2 y2 in pixels; by default all. Raises HostError for a
        part where plug-in or host do not tile, and for a clip that must be connected and is not.
        """
        window = window or format.bounds
        if window != format.bounds and not (self._tiles and self._host.profile.tiles):
            raise HostError(f"{self._plugin.identifier} or the host does not render in tiles.")
        with self._lock:
            self._prepare(format, scale)
        given = arguments.of_render(time, scale, window)
        render = Render(time, Picture(format), scale, abort_after=abort_after)
        identity = self._identity(given)
        if identity:
            return self._passed_through(render, identity)
        self._ask_regions(time, scale)
        render.declared = self._ask_frames(time)
        return self._rendered(render, given)

    def _rendered(self, render: Render, given: PropertySet) -> Rendered:
        sequence = render.time, render.scale
        with self._host.effects.rendering(self._effect, render):
            self._require("OfxImageEffectActionBeginSequenceRender", arguments.of_sequence(*sequence))
            started = render.began = clock.perf_counter()
            status = self._act("OfxImageEffectActionRender", given)
            ended = clock.perf_counter()
            self._require("OfxImageEffectActionEndSequenceRender", arguments.of_sequence(*sequence))
        if not render.output.is_whole():
            self._host.faults.add("the render wrote beside its picture")
        late = None if render.aborted_at is None else ended - render.aborted_at
        said, asked = self._host.notices.taken(), tuple(render.asked)
        return Rendered(status, render.output, said, asked, ended - started, aborted_for=late)

    def _prepare(self, format: PictureFormat, scale: tuple[float, float]) -> None:
        """All that comes before the first render of an instance, and what a change of size needs again."""
        output = self._clip(OUTPUT)
        output.format = format
        arguments.tell_format(output.properties, format)
        for clip in self._effect.clips.values():
            clip.scale = scale
            if not (clip.connected or clip is output or clip.optional):
                raise HostError(f"clip {clip.name} is not connected.")
        if self._created:
            return
        if "project" in self._host.profile.tells:
            first, last = self._host.frames
            arguments.tell_project(self._effect.properties, format, scale, last - first + 1)
        status = self._act("OfxActionCreateInstance")
        if status not in _ANSWERED:
            raise HostError(f"{self._plugin.identifier} answered CreateInstance with {status.name}.")
        self._created = True
        if "preferences" in self._host.profile.asks:
            self.preferences = arguments.preferences(self._effect.clips.values())
            self._require("OfxImageEffectActionGetClipPreferences", None, self.preferences)

    def _ask_regions(self, time: float, scale: tuple[float, float]) -> None:
        if "regions" not in self._host.profile.asks:
            return
        bounds = self._clip(OUTPUT).canonical_bounds()
        given = arguments.of_region(time, scale, bounds)
        wanted = arguments.regions(self._effect.clips.values(), bounds)
        self._require("OfxImageEffectActionGetRegionsOfInterest", given, wanted)

    def _ask_frames(self, time: float) -> dict[str, tuple[tuple[float, float], ...]] | None:
        """The frames that the plug-in will fetch, by clip; None where the host does not ask."""
        profile = self._host.profile
        if "frames" not in profile.asks or not profile.temporal:
            return None
        names = [name for name in self._effect.clips if name != OUTPUT]
        wanted = arguments.frames_needed(names, time)
        self._require("OfxImageEffectActionGetFramesNeeded", arguments.of_time(time), wanted)
        return {name: arguments.ranges(wanted, name) for name in names}

    def _identity(self, given: PropertySet) -> tuple[str, float] | None:
        """The clip and time that the plug-in passes through, None where it renders."""
        if "identity" not in self._host.profile.asks:
            return None
        wanted = arguments.identity(given.value("OfxPropTime"))
        if self._act("OfxImageEffectActionIsIdentity", given, wanted) is not Status.OK:
            return None
        name = str(wanted.value("OfxPropName"))
        return (name, float(wanted.value("OfxPropTime"))) if name else None

    def _passed_through(self, render: Render, identity: tuple[str, float]) -> Rendered:
        source = self._clip(identity[0]).source
        picture = source(identity[1]) if source else None
        status = Status.FAILED if picture is None else Status.OK
        said = self._host.notices.taken()
        return Rendered(status, picture or render.output, said, (identity,), 0.0, identity)

    def _act(
        self, action: str, given: PropertySet | None = None, wanted: PropertySet | None = None
    ) -> Status:
        return self._host.act(self._plugin.entry, action, self._effect, given, wanted)

    def _require(
        self, action: str, given: PropertySet | None = None, wanted: PropertySet | None = None
    ) -> None:
        status = self._act(action, given, wanted)
        if status not in _ANSWERED:
            self._host.faults.add(f"{action} answered {status.name}")

    def _clip(self, name: str) -> Clip:
        if name not in self._effect.clips:
            raise HostError(f"there is no clip {name}; there are {', '.join(self._effect.clips)}.")
        return self._effect.clips[name]
