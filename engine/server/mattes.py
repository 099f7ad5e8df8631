"""The mattes that a host gives with a request, as the pipeline asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.errors import Interrupted, SourceError, SourceNotFound
from engine.matte.infrared import Infrared, InfraredStatistics, measured
from engine.matte.inputs import MatteInputs
from engine.memo import Memo
from engine.parameters import Settings
from engine.server.asked import Role
from engine.types import Float32, Frame, FrameNumber, WorkingFrame

_MEASURED = 32
"""Infrared planes whose statistics are kept; eight numbers each."""


@dataclass(frozen=True, eq=False)
class GivenPlane:
    """`values` (H, W) float32, as the host gave them; `key` names the content."""

    key: str
    values: Float32

    @property
    def bytes(self) -> int:
        return self.values.nbytes


class HostMatte:
    """Implements `MatteSource` with the planes of one role, by frame number."""

    def __init__(self, role: Role, planes: Mapping[FrameNumber, GivenPlane]) -> None:
        self._role, self._planes = role, planes

    @property
    def identity(self) -> str:
        return f"the host's {self._role.replace('_', '-')}"

    def has(self, number: FrameNumber) -> bool:
        return number in self._planes

    def plane(self, frame: Frame) -> Float32:
        if frame.number not in self._planes:
            raise SourceNotFound(f"Frame {frame.number} has no plane in {self.identity}; connect one for it.")
        return self._planes[frame.number].values

    def key(self, number: FrameNumber) -> str:
        """Of the content for frame `number`, "" where there is none."""
        return self._planes[number].key if number in self._planes else ""


class FrameStatistics:
    """Statistics of single infrared frames: a host never shows the whole clip. Thread-safe."""

    def __init__(self) -> None:
        self._known: Memo[tuple[str, str], InfraredStatistics] = Memo(_MEASURED)

    def of(self, matte: HostMatte, frame: WorkingFrame) -> InfraredStatistics:
        """Raises SourceError."""
        key = (matte.key(frame.number), frame.key)
        return self._known.get(key, lambda: measured(matte, [frame]).statistics)


@dataclass(frozen=True, eq=False)
class HostInfrared(Infrared):
    """Infrared of which every frame is measured by itself; `statistics` are the centre's."""

    matte: HostMatte
    measures: FrameStatistics

    def probability(self, frame: WorkingFrame, polarity: str, limit: float) -> Float32:
        alone = Infrared(self.matte, self.measures.of(self.matte, frame))
        return alone.probability(frame, polarity, limit)


@dataclass(frozen=True, eq=False)
class HostMattes(MatteInputs):
    """Named by their content, frame by frame: what was found in a frame stays known to the next window."""

    stopped: Callable[[], bool] = lambda: False

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        # Asked before each frame of the window is looked at, by the request alone and not by what it
        # shares with others: the place to notice that nobody waits for it any more.
        if self.stopped():
            raise given_up()
        sources = (self.imported, None if self.infrared is None else self.infrared.source)
        keys = tuple(source.key(number) if isinstance(source, HostMatte) else "" for source in sources)
        return keys if any(keys) else ()


def host_mattes(
    planes: Mapping[Role, Mapping[FrameNumber, GivenPlane]],
    centre: WorkingFrame,
    settings: Settings,
    measures: FrameStatistics,
    stopped: Callable[[], bool],
) -> tuple[HostMattes, str]:
    """The mattes of a request, and a note for the user, or "".

    While they are used, Interrupted is raised once `stopped` says so. An infrared that shows the picture
    is not used and told in the note; raises SourceError where the settings would rather stop.
    """
    sources = {role: HostMatte(role, of) for role, of in planes.items() if of}
    imported, hold_out = sources.get("imported"), sources.get("hold_out")
    infrared, note = None, ""
    if "infrared" in sources:
        infrared, note = _infrared(sources["infrared"], centre, settings, measures)
    return HostMattes(imported, infrared, hold_out, stopped=stopped), note


def given_up() -> Interrupted:
    """What ends the work on a request that the host does not wait for."""
    return Interrupted("The host has given up this frame.")


def _infrared(
    matte: HostMatte, centre: WorkingFrame, settings: Settings, measures: FrameStatistics
) -> tuple[Infrared | None, str]:
    statistics = measures.of(matte, centre)
    refusal = statistics.refusal
    if not refusal:
        return HostInfrared(matte, statistics, matte, measures), ""
    if settings.infrared_refused == "error":
        raise SourceError(f"{refusal}; disconnect the infrared.")
    return None, f"{refusal}; the infrared is not used."
