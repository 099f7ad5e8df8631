"""One request from its pixels to its view: the same way as a clip's frame, through `Pipeline.process`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.closing import Closing
from engine.inference.runtime import Device
from engine.media.memory import MemorySource
from engine.report.regions import regions_of
from engine.server.asked import RenderAsked, Role
from engine.server.cache import ByteCache
from engine.server.engines import EngineChoice, Engines
from engine.server.mattes import FrameStatistics, GivenPlane, given_up, host_mattes
from engine.server.pictures import HostPicture
from engine.server.scaling import at_scale
from engine.server.views import bands, covered_boxes, difference_view, matte_view, overlay_view
from engine.types import AnyArray, Box, DamageMatte, Frame, FrameNumber, WorkingFrame
from engine.window.cache import FrameCache
from engine.window.shots import ShotCuts
from engine.window.window import FrameWindow

_UNBOUNDED = 2**62
"""The frames of a request are held by the request anyway."""
ALONE = (
    "Single-frame mode: the host gave no neighbouring frames, so damage is found and filled from this frame "
    "alone; expect less to be found and softer repairs."
)


@dataclass(frozen=True)
class Defaults:
    """What a client that does not choose gets; `model` "" is the shipped one."""

    colour_config: str
    model: str = ""
    device: Device = "auto"


@dataclass(frozen=True, eq=False)
class View:
    """What is handed back: of `colour` (H, W, C) only `boxes` differ from the source, and only they count.

    `alpha` is the source's. `region_count`, `damaged` (0..1), `neighbours` and `note` are told to the client.
    """

    colour: AnyArray
    alpha: AnyArray | None
    boxes: Sequence[Box]
    whole: bool
    """All of the picture counts; `boxes` are its bands."""
    region_count: int
    damaged: float
    neighbours: int
    mode: str
    note: str


@dataclass(frozen=True, eq=False)
class _Found:
    """`result` is None where nothing was repaired for it."""

    matte: DamageMatte
    result: Frame | None
    region_count: int


class Renderer(Closing):
    """Holds what requests share: pipelines, prepared frames, comparisons of frames. Thread-safe."""

    def __init__(self, defaults: Defaults, budget: int) -> None:
        """`budget`: bytes of prepared frames to keep."""
        self._defaults = defaults
        self._engines = Engines()
        self._prepared: ByteCache[tuple[object, ...], WorkingFrame] = ByteCache(budget, _bytes_of)
        self._cuts = ShotCuts()
        self._measures = FrameStatistics()

    def render(
        self,
        asked: RenderAsked,
        pictures: Mapping[FrameNumber, tuple[str, HostPicture]],
        mattes: Mapping[Role, Mapping[FrameNumber, GivenPlane]],
        stopped: Callable[[], bool],
    ) -> View:
        """`pictures`: key and picture of every frame given.

        Raises Interrupted soon after `stopped` says so, and what `Pipeline.process` raises.
        """
        choice = self._choice(asked)
        settings = at_scale(asked.settings, asked.render_scale)
        with self._engines.lent(choice) as engine:

            def prepare(frame: Frame) -> WorkingFrame:
                if stopped():
                    raise given_up()
                key = (choice, asked.picture, pictures[frame.number][0])
                known = self._prepared.get(key, lambda: engine.prepare(frame))
                return replace(known, frame=replace(known.frame, number=frame.number))

            reach = engine.reach(settings, repairs=not asked.detects_only)
            window = self._window(asked, pictures, prepare, reach)
            given, note = host_mattes(mattes, window.centre, settings, self._measures, stopped)
            if asked.detects_only:
                matte = engine.detect(window, settings, given)
                found = _Found(matte, None, len(regions_of(matte, matte.coverage, ())))
            else:
                repaired = engine.process(window, settings, given)
                found = _Found(repaired.matte, repaired.frame, len(repaired.report.regions))
        return _view(asked, pictures[asked.centre][1], found, window, [ALONE] * (len(pictures) == 1) + [note])

    def close(self) -> None:
        self._engines.close()
        self._prepared.close()

    def _choice(self, asked: RenderAsked) -> EngineChoice:
        defaults = self._defaults
        return EngineChoice(
            asked.colour_space,
            asked.colour_config or defaults.colour_config,
            asked.model or defaults.model,
            asked.device or defaults.device,
        )

    def _window(
        self,
        asked: RenderAsked,
        pictures: Mapping[FrameNumber, tuple[str, HostPicture]],
        prepare: Callable[[Frame], WorkingFrame],
        reach: int,
    ) -> FrameWindow:
        frames = [Frame(number, picture.codes) for number, (_, picture) in pictures.items()]
        with (
            MemorySource(frames, "the host's clip") as source,
            FrameCache(source, prepare, reach, _UNBOUNDED, self._cuts) as cache,
        ):
            return cache.window(asked.centre)


def by_role(
    asked: RenderAsked, planes: Mapping[int, HostPicture | GivenPlane]
) -> tuple[dict[FrameNumber, tuple[str, HostPicture]], dict[Role, dict[FrameNumber, GivenPlane]]]:
    """Pictures by frame number with their keys, and mattes by role and frame number."""
    pictures: dict[FrameNumber, tuple[str, HostPicture]] = {}
    mattes: defaultdict[Role, dict[FrameNumber, GivenPlane]] = defaultdict(dict)
    for place, named in enumerate(asked.planes):
        plane = planes[place]
        if isinstance(plane, HostPicture):
            pictures[named.number] = (named.key, plane)
        else:
            mattes[named.role][named.number] = plane
    return pictures, mattes


def _view(
    asked: RenderAsked, source: HostPicture, found: _Found, window: FrameWindow, notes: Sequence[str]
) -> View:
    coverage = found.matte.coverage
    alone = ALONE in notes
    colour, whole = _shown(asked, source, found), asked.want not in ("result", "overlay", "detected_overlay")
    return View(
        colour=colour,
        alpha=source.alpha,
        boxes=bands(*coverage.shape) if whole else covered_boxes(coverage),
        whole=whole,
        region_count=found.region_count,
        damaged=float(np.count_nonzero(coverage) / coverage.size),
        neighbours=len(window.offsets()),
        mode="single_frame" if alone else "temporal",
        note=" ".join(note for note in notes if note),
    )


def _shown(asked: RenderAsked, source: HostPicture, found: _Found) -> AnyArray:
    coverage, layout = found.matte.coverage, source.codes.layout
    result = source.colour if found.result is None else found.result.codes.planes[0]
    match asked.want:
        case "result":
            return result
        case "difference":
            return difference_view(result, source.colour)
        case "matte" | "detected":
            return matte_view(coverage, source.colour, layout)
        case "overlay" | "detected_overlay":
            return overlay_view(source.colour, coverage, layout)


def _bytes_of(frame: WorkingFrame) -> int:
    return frame.encoded.nbytes + sum(plane.nbytes for plane in frame.frame.codes.planes)
