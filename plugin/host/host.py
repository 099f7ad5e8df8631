"""The host: gives plug-ins their suites, loads and describes them."""

from __future__ import annotations

import ctypes
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from plugin.host import abi, arguments
from plugin.host.abi import FETCH_SUITE, OfxHost, OfxPlugin, Status
from plugin.host.binding import BoundSuite, Faults
from plugin.host.bundle import Library
from plugin.host.effect_suite import EffectSuite
from plugin.host.effects import Effect
from plugin.host.errors import HostError
from plugin.host.handles import Handles
from plugin.host.host_properties import host_properties
from plugin.host.memory import Memory, MemorySuite
from plugin.host.notices import MessageSuite, Notices, ProgressSuite, TimeLineSuite
from plugin.host.parameter_suite import ParameterSuite
from plugin.host.profiles import FULL, HostProfile
from plugin.host.properties import PropertySet, PropertySuite
from plugin.host.threads import ThreadSuite

API = "OfxImageEffectPluginAPI"


class Host:
    """One host in this process. `faults` gathers what plug-ins do wrong, `notices` what they say.

    Use it with `with`: at the end every plug-in is told to unload. A library knows one host at a time,
    so that two hosts in one process may not have the same bundle open at once.
    """

    def __init__(self, profile: HostProfile = FULL, frames: tuple[float, float] = (0, 0)) -> None:
        self.profile = profile
        self.frames = frames
        self.faults = Faults()
        self.notices = Notices()
        self.handles = Handles()
        self.memory = Memory()
        self.properties = host_properties(profile)
        self.effects = EffectSuite(self.handles, self.memory, profile, self.faults)
        self._suites = {(suite.layout.name, suite.layout.version): suite for suite in self._bound()}
        self.withheld: set[str] = set()
        """Names of suites that are answered with NULL from now on."""
        self._fetch = FETCH_SUITE(self._suite)
        self._struct = OfxHost(self.handles.give(self.properties), self._fetch)
        self._open = ExitStack()

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def open(self, bundle: Path, unload: bool = False) -> tuple[Plugin, ...]:
        """The plug-ins of a bundle, loaded; with `unload` the library leaves the process at the end."""
        library = Library(bundle)
        if unload:
            self._open.callback(library.close)
        library.offer(self._struct)
        found = [Plugin(self, plugin) for plugin in library.plugins()]
        for plugin in found:
            plugin.load()
            self._open.callback(plugin.unload)
        return tuple(found)

    def plugin(self, bundle: Path, identifier: str) -> Plugin:
        """One plug-in of a bundle. Raises HostError."""
        found = {plugin.identifier: plugin for plugin in self.open(bundle)}
        if identifier not in found:
            raise HostError(f"{bundle} holds {', '.join(found)}, and no {identifier}.")
        return found[identifier]

    def act(
        self,
        plugin: OfxPlugin,
        action: str,
        subject: object | None = None,
        given: PropertySet | None = None,
        wanted: PropertySet | None = None,
    ) -> Status:
        """Call an action of the plug-in; `wanted` is filled in by it."""
        sets = [each for each in (given, wanted) if each is not None]
        arguments = [None if each is None else self.handles.give(each) for each in (subject, given, wanted)]
        try:
            answer = plugin.main_entry(action.encode(), *arguments)
        finally:
            for each in sets:
                self.handles.drop(each)
        if answer not in Status.__members__.values():
            self.faults.add(f"{action} answered {answer}, which is no status")
            return Status.FAILED
        return Status(answer)

    def drop(self, effect: Effect) -> None:
        """Forget an effect; the plug-in must not use its handles any more."""
        for part in effect.parts():
            self.handles.drop(part)

    def set_host(self, plugin: OfxPlugin) -> None:
        plugin.set_host(ctypes.byref(self._struct))

    def _suite(self, host: int | None, name: bytes, version: int) -> int:
        suite = self._suites.get((name.decode(), version))
        return 0 if suite is None or suite.layout.name in self.withheld else suite.address

    def _bound(self) -> list[BoundSuite]:
        now, faults, messages = self.effects.now, self.faults, MessageSuite(self.notices)
        suites: list[tuple[abi.SuiteLayout, object]] = [
            (abi.PROPERTY, PropertySuite(self.handles, self.profile.strict)),
            (abi.EFFECT, self.effects),
            (abi.PARAMETER, ParameterSuite(self.handles, now)),
            (abi.MEMORY, MemorySuite(self.memory)),
            (abi.THREADS, ThreadSuite(self.handles)),
            (abi.MESSAGE_1, messages),
            (abi.PROGRESS_1, ProgressSuite()),
            (abi.PROGRESS_2, ProgressSuite()),
            (abi.TIMELINE, TimeLineSuite(now, lambda: self.frames)),
        ]
        bound = [BoundSuite(layout, implementation, faults) for layout, implementation in suites]
        if self.profile.message_2 != "absent":
            null = {"set_persistent", "clear_persistent"} if self.profile.message_2 == "null" else ()
            bound.append(BoundSuite(abi.MESSAGE_2, messages, faults, frozenset(null)))
        return bound


class Plugin:
    """One plug-in of a loaded bundle."""

    def __init__(self, host: Host, entry: OfxPlugin) -> None:
        self.host = host
        self.entry = entry
        self.identifier = entry.identifier.decode()
        self.version = (int(entry.major), int(entry.minor))
        if entry.api.decode() != API:
            raise HostError(f"{self.identifier} is no image effect: its API is {entry.api.decode()}.")

    def load(self) -> None:
        self.host.set_host(self.entry)
        self._require("OfxActionLoad")

    def unload(self) -> None:
        self.host.act(self.entry, "OfxActionUnload")

    def describe(self) -> Effect:
        effect = Effect(self.identifier)
        effect.properties.put("OfxPropType", "OfxTypeImageEffect")
        self._require("OfxActionDescribe", effect)
        return effect

    def describe_in(self, context: str) -> Effect:
        """The effect in a context, Filter or General. Raises HostError where it refuses."""
        effect = self.describe()
        contexts = effect.properties.values("OfxImageEffectPropSupportedContexts")
        if f"OfxImageEffectContext{context}" not in contexts:
            raise HostError(f"{self.identifier} does not support the context {context}.")
        self._require("OfxImageEffectActionDescribeInContext", effect, arguments.of_context(context))
        return effect

    def _require(self, action: str, subject: object | None = None, given: PropertySet | None = None) -> None:
        status = self.host.act(self.entry, action, subject, given)
        if status not in (Status.OK, Status.REPLY_DEFAULT):
            said = "; ".join(message.text for message in self.host.notices.taken())
            raise HostError(f"{self.identifier} answered {action} with {status.name}. {said}".rstrip())
