"""One request from its pixels to its view: the same way as a clip's frame, through `Pipeline.process`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import cv2

from engine.closing import Closing
from engine.inference.runtime import Device
from engine.matte.inputs import MatteInputs
from engine.media.memory import MemorySource
from engine.memo import Memo
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.report.regions import regions_of
from engine.server.asked import RenderAsked
from engine.server.cache import ByteCache
from engine.server.engines import MOST_ENGINES, EngineChoice, Engines
from engine.server.mattes import FrameStatistics, given_up, host_mattes
from engine.server.pictures import HostPicture
from engine.server.planes import GivenPlanes
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


@dataclass(frozen=True, eq=False)
class _Learnt:
    """What is known of frames by their keys, which mean the same for one choice of engine only."""

    cuts: ShotCuts = field(default_factory=ShotCuts)
    measures: FrameStatistics = field(default_factory=FrameStatistics)


class Renderer(Closing):
    """Holds what requests share: pipelines, prepared frames, comparisons of frames. Thread-safe."""

    def __init__(self, defaults: Defaults, budget: int) -> None:
        """`budget`: bytes of prepared frames to keep."""
        self._defaults = defaults
        self._engines = Engines()
        self._prepared: ByteCache[tuple[object, ...], WorkingFrame] = ByteCache(budget, _bytes_of)
        self._learnt: Memo[EngineChoice, _Learnt] = Memo(MOST_ENGINES)

    def render(self, asked: RenderAsked, given: GivenPlanes, stopped: Callable[[], bool]) -> View:
        """The view that is asked for, of the planes given.

        Raises Interrupted soon after `stopped` says so, and what `Pipeline.process` raises.
        """
        choice = self._choice(asked)
        settings = at_scale(asked.settings, asked.render_scale)
        learnt = self._learnt.get(choice, _Learnt)
        with self._engines.lent(choice) as engine:
            prepare = partial(self._prepare, engine, (choice, asked.picture), given, stopped)
            reach = engine.reach(settings, repairs=not asked.detects_only)
            window = _window(given, asked.centre, prepare, reach, learnt.cuts)
            mattes, note = host_mattes(given.mattes, window.centre, settings, learnt.measures, stopped)
            found = _found(engine, window, settings, mattes, asked.detects_only)
        return _view(asked, given, found, window, note)

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

    def _prepare(
        self,
        engine: Pipeline,
        kind: tuple[object, ...],
        given: GivenPlanes,
        stopped: Callable[[], bool],
        frame: Frame,
    ) -> WorkingFrame:
        """The frame in the model encoding; `kind` is what that depends on beside its key."""
        if stopped():
            raise given_up()
        key = (*kind, given.keys[frame.number])
        known = self._prepared.get(key, lambda: engine.prepare(frame))
        return replace(known, frame=replace(known.frame, number=frame.number))


def _window(
    given: GivenPlanes,
    centre: FrameNumber,
    prepare: Callable[[Frame], WorkingFrame],
    reach: int,
    cuts: ShotCuts,
) -> FrameWindow:
    """As for a clip of a file: not across a cut, not taking a copy of the picture for a neighbour."""
    frames = [Frame(number, picture.codes) for number, picture in given.pictures.items()]
    with (
        MemorySource(frames, "the host's clip") as source,
        FrameCache(source, prepare, reach, _UNBOUNDED, cuts) as cache,
    ):
        return cache.window(centre)


def _found(
    engine: Pipeline, window: FrameWindow, settings: Settings, mattes: MatteInputs, detects_only: bool
) -> _Found:
    if detects_only:
        matte = engine.detect(window, settings, mattes)
        return _Found(matte, None, len(regions_of(matte, matte.coverage, ())))
    repaired = engine.process(window, settings, mattes)
    return _Found(repaired.matte, repaired.frame, len(repaired.report.regions))


def _view(asked: RenderAsked, given: GivenPlanes, found: _Found, window: FrameWindow, note: str) -> View:
    coverage, source = found.matte.coverage, given.pictures[asked.centre]
    alone = len(given.pictures) == 1
    whole = asked.want in ("matte", "detected", "difference")
    covered = covered_boxes(coverage)
    return View(
        colour=_shown(asked, source, found),
        alpha=source.alpha,
        boxes=bands(*coverage.shape) if whole else covered,
        whole=whole,
        region_count=found.region_count,
        damaged=cv2.countNonZero(coverage) / coverage.size if covered else 0.0,
        neighbours=len(window.offsets()),
        mode="single_frame" if alone else "temporal",
        note=f"{ALONE} {note}".strip() if alone else note,
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
