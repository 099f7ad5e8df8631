"""OfxImageEffectSuiteV1 over `Effect`, `Clip` and `Picture`."""

from __future__ import annotations

import ctypes
import itertools
import threading
from collections.abc import Generator
from contextlib import contextmanager

from plugin.host.abi import Refused, Status, store
from plugin.host.binding import Faults
from plugin.host.clips import Clip
from plugin.host.effects import Effect, Render
from plugin.host.handles import Handles
from plugin.host.memory import Memory
from plugin.host.pictures import Picture
from plugin.host.profiles import HostProfile
from plugin.host.properties import Address, PropertySet

OUTPUT = "Output"


class EffectSuite:
    """Knows by thread which render asks; a plug-in's own threads belong to the one that is going on."""

    def __init__(self, handles: Handles, memory: Memory, profile: HostProfile, faults: Faults) -> None:
        self._handles = handles
        self._memory = memory
        self._profile = profile
        self._faults = faults
        self._own = threading.local()
        self._active: list[tuple[Effect, Render]] = []
        self._numbers = itertools.count(1)

    @contextmanager
    def rendering(self, effect: Effect, render: Render) -> Generator[None]:
        """Serve the pictures of one render; what was not released by its end is a fault."""
        self._own.render = render
        self._active.append((effect, render))
        effect.begin(render)
        try:
            yield
        finally:
            effect.end(render)
            self._active.remove((effect, render))
            self._own.render = None
            if render.held:
                self._faults.add(f"{len(render.held)} pictures were not released by the end of the render")
            for held in render.held:
                self._handles.drop(held)

    def now(self) -> float:
        """The time of the render that asks, 0 outside of one."""
        render = self._render()
        return render.time if render else 0.0

    def get_property_set(self, effect: int, out: int) -> None:
        store(out, ctypes.c_void_p, self._handles.give(self._handles.find(effect, Effect).properties))

    def get_param_set(self, effect: int, out: int) -> None:
        store(out, ctypes.c_void_p, self._handles.give(self._handles.find(effect, Effect).parameters))

    def clip_define(self, effect: int, name: bytes, out: int | None) -> None:
        clip = self._handles.find(effect, Effect).define_clip(name.decode())
        store(out, ctypes.c_void_p, self._handles.give(clip.properties))

    def clip_get_handle(self, effect: int, name: bytes, out: int | None, properties: int | None) -> None:
        clip = self._handles.find(effect, Effect).clips.get(name.decode())
        if clip is None:
            raise Refused(Status.ERR_BAD_HANDLE)
        store(out, ctypes.c_void_p, self._handles.give(clip))
        store(properties, ctypes.c_void_p, self._handles.give(clip.properties))

    def clip_get_property_set(self, handle: int, out: int) -> None:
        store(out, ctypes.c_void_p, self._handles.give(self._handles.find(handle, Clip).properties))

    def clip_get_picture(self, handle: int, time: float, region: int | None, out: int) -> None:
        clip = self._handles.find(handle, Clip)
        render = self._render()
        if render is None:
            raise Refused(Status.FAILED, f"a picture of {clip.name} was asked for outside of a render")
        found = PropertySet(title=f"a picture of {clip.name}")
        if clip.name == OUTPUT or clip.connected or self._profile.unconnected == "failed":
            picture = render.output if clip.name == OUTPUT else self._picture(clip, render, time)
            self._describe(found, picture, render)
        render.held.append(found)
        store(out, ctypes.c_void_p, self._handles.give(found))

    def clip_release_picture(self, handle: int) -> None:
        picture = self._handles.find(handle, PropertySet)
        for _, render in tuple(self._active):
            if picture in render.held:
                render.held.remove(picture)
                self._handles.drop(picture)
                return
        raise Refused(Status.ERR_BAD_HANDLE, "a picture was released that was not held")

    def clip_get_region_of_definition(self, handle: int, time: float, out: int) -> None:
        clip = self._handles.find(handle, Clip)
        if clip.format is None:
            raise Refused(Status.FAILED)
        for place, value in enumerate(clip.canonical_bounds()):
            store(out, ctypes.c_double, value, place)

    def abort(self, handle: int) -> int:
        effect = self._handles.find(handle, Effect)
        own = self._render()
        asked = [own] if own in effect.renders else tuple(effect.renders)
        return int(any(render.abort() for render in asked if render))

    def memory_alloc(self, effect: int | None, size: int, out: int) -> None:
        store(out, ctypes.c_void_p, self._memory.allocate(size))

    def memory_free(self, address: int) -> None:
        self._memory.release(address)

    def memory_lock(self, address: int, out: int) -> None:
        store(out, ctypes.c_void_p, address)

    def memory_unlock(self, address: int) -> None:
        return None

    def _render(self) -> Render | None:
        own = getattr(self._own, "render", None)
        return own or (self._active[0][1] if self._active else None)

    def _picture(self, clip: Clip, render: Render, time: float) -> Picture:
        render.asked.append((clip.name, time))
        if clip.source is None:
            raise Refused(Status.FAILED)
        if not self._profile.temporal:
            time = render.time
        elif self._profile.strict and not render.was_declared(clip.name, time):
            raise Refused(Status.FAILED, f"{clip.name} was asked for at {time:g}, which was not declared")
        picture = clip.source(time)
        if picture is None:
            raise Refused(Status.FAILED)
        return picture

    def _describe(self, found: PropertySet, picture: Picture, render: Render) -> None:
        """The properties of a picture; its identifier is new each time, as with hosts that guess one."""
        format = picture.format
        found.put("OfxPropType", "OfxTypeImage")
        found.put("OfxImageEffectPropPixelDepth", format.depth_name)
        found.put("OfxImageEffectPropComponents", format.components_name)
        found.put("OfxImageEffectPropPreMultiplication", "OfxImageAlphaUnPremultiplied")
        found.put("OfxImageEffectPropRenderScale", *render.scale)
        found.put("OfxImagePropPixelAspectRatio", format.pixel_aspect)
        found.put("OfxImagePropData", Address(picture.address))
        found.put("OfxImagePropBounds", *format.bounds)
        found.put("OfxImagePropRegionOfDefinition", *format.bounds)
        found.put("OfxImagePropRowBytes", format.row_bytes)
        found.put("OfxImagePropField", "OfxFieldNone")
        found.put("OfxImagePropUniqueIdentifier", f"picture {next(self._numbers)}")
