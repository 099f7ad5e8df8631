"""The one path of a frame: detect, repair, composite. Every front end calls `Pipeline.process`.

A frame's way: its code values become the model encoding (`prepare`, once per frame); the detector finds
the damage of the frame and of the neighbours it may take picture from; the repairer fills tiles around
the damage; the fills return to the source encoding, and only there are code values replaced.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from engine.closing import Closing
from engine.codes import Patch, composite, content_key, to_rgb
from engine.detect.contract import Detector
from engine.detect.unet_detector import UNetDetector
from engine.errors import ColourError, ModelError
from engine.finding import Finder
from engine.inference.registry import listing
from engine.inference.runtime import Device
from engine.inference.session import ModelSession, threads_for
from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.repair.asked import as_asked
from engine.repair.caution import cautious, touched
from engine.repair.contract import Painter, Repairer
from engine.repair.diffusion import DiffusionPainter
from engine.repair.grain import regrain
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.second_tier import BEST, SecondTier
from engine.report.regions import regions_of
from engine.types import (
    DamageMatte,
    FillTile,
    Frame,
    FrameReport,
    RepairResult,
    WorkingFrame,
)
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.errors import OcioError
from ocio.processor import ColourRoute

DEFAULT_DETECTOR = "detect-unet"
DEFAULT_PAINTER = "diffusion-fill"


@dataclass(frozen=True, eq=False)
class RepairSteps:
    """A repair on its way: the damage `found`, the `fills` chosen for it, the frame with these, and with
    their grain."""

    found: DamageMatte
    fills: Sequence[FillTile]
    filled: Frame
    grained: Frame


class Pipeline(Closing):
    """Detector, repairer and colour for clips of one colour space. Thread-safe; close it after use."""

    def __init__(
        self,
        detector: Detector,
        repairer: Repairer,
        motion: MotionEstimator,
        route: ColourRoute,
        colour_space: str,
        second: SecondTier | None = None,
    ) -> None:
        """`motion` is best the estimator that detector and repairer use, so that each flow is found once.

        `second` paints what quality best and decisions ask it for; it is closed with the pipeline.
        """
        self._finder = Finder(detector, motion)
        self._repairer = repairer
        self._motion = motion
        self._second = second or SecondTier(_no_painter)
        self._to_model = route.to_model(colour_space)
        self._from_model = route.from_model(colour_space)
        self._space = route.canonical(colour_space)

    @property
    def identity(self) -> Mapping[str, str]:
        """What exactly produces a result of quality fast: detector, repairer, colour space."""
        return MappingProxyType({
            "detector": self._finder.identity,
            "repairer": self._repairer.identity,
            "colour_space": self._space,
        })  # fmt: skip

    def identity_for(self, settings: Settings, mattes: MatteInputs = NO_MATTES) -> Mapping[str, str]:
        """What exactly produces a result with these settings and mattes: `identity`, what the mattes are, and
        the diffusion net where it may be needed.

        Raises ModelError where that net is needed and is not there, DeviceError where it cannot be started.
        """
        painted = settings.quality == BEST or "diffusion" in mattes.fills
        net = {"diffusion": self._second.identity} if painted else {}
        return MappingProxyType({**self.identity, **net, **mattes.identity})

    def prepare(self, frame: Frame) -> WorkingFrame:
        """The frame in the model encoding, named by its content. Once per frame; the frame cache keeps it."""
        encoded = self._to_model(to_rgb(frame.codes))
        encoded.flags.writeable = False
        return WorkingFrame(frame, self._space, encoded, content_key(frame.codes, self._space))

    def reach(self, settings: Settings, repairs: bool = True) -> int:
        """How many frames on either side `process` can use: those it fills from, and their own neighbours.

        Without repairs, for `detect`, those that the detector looks at: at a shot's end two on one side.
        """
        filled_from = settings.radius if repairs else 0
        return max(self._finder.radius + filled_from, self._finder.furthest)

    def detect(self, window: FrameWindow, settings: Settings, mattes: MatteInputs = NO_MATTES) -> DamageMatte:
        """The matte of the window's centre frame as it is repaired, grown to its whole chroma samples.

        Raises as `process` does.
        """
        return self._finder.centre(window, settings, mattes).matte

    def probability(self, window: FrameWindow) -> DamageMatte:
        """What the detector says of the centre frame, before any setting shapes it."""
        return self._finder.probability(window)

    def steps(
        self, window: FrameWindow, settings: Settings, mattes: MatteInputs = NO_MATTES
    ) -> RepairSteps | None:
        """What `process` does between matte and result, to be looked at; None where nothing is repaired.

        Raises as `process` does.
        """
        matte = self._finder.centre(window, settings, mattes).matte
        if not matte.coverage.any():
            return None
        chosen = self._fills(window, matte, settings, mattes)
        grained = self._grained(window, matte, chosen, settings)
        frame, filled = window.centre.frame, touched(matte, chosen)
        return RepairSteps(
            matte, chosen, self._composited(frame, filled, chosen), self._composited(frame, filled, grained)
        )

    @property
    def motion(self) -> MotionEstimator:
        """The estimator that detector and repairer use."""
        return self._motion

    def remember(self, wrap: Callable[[Detector], Detector]) -> None:
        """Ask the detector through `wrap` from now on: one that keeps what it has found for a while."""
        self._finder.remember(wrap)

    def process(
        self, window: FrameWindow, settings: Settings, mattes: MatteInputs = NO_MATTES
    ) -> RepairResult:
        """The centre frame repaired: code values outside the matte are the source's own.

        `mattes` are joined with what is detected as the settings say; what they hold out keeps its code
        values. Raises SourceNotFound where they lack the centre frame (a neighbour's matte may be
        missing), InconsistentFrames where one is of another size, ParameterError where the mode asks for
        a matte and none is given; where quality best or a decision needs the diffusion net, ModelError and
        DeviceError.
        """
        started = time.perf_counter()
        damage = self._finder.centre(window, settings, mattes)
        matte = damage.matte
        detected = time.perf_counter()
        if not matte.coverage.any():
            return _untouched(window, matte, settings, detected - started)
        fills = self._grained(window, matte, self._fills(window, matte, settings, mattes), settings)
        repaired = time.perf_counter()
        filled = touched(matte, fills)
        frame = self._composited(window.centre.frame, filled, fills)
        seconds = {
            "detect": detected - started,
            "repair": repaired - detected,
            "composite": time.perf_counter() - repaired,
        }
        report = FrameReport(
            number=frame.number,
            damaged=float(np.count_nonzero(matte.coverage) / matte.coverage.size),
            regions=regions_of(matte, damage.probability, fills),
            neighbours=_within(window, settings.radius),
            seconds=MappingProxyType(seconds),
            suspected=matte.left_out,
        )
        return RepairResult(frame, filled, report)

    def close(self) -> None:
        self._finder.close()
        self._second.close()

    def _fills(
        self, window: FrameWindow, matte: DamageMatte, settings: Settings, mattes: MatteInputs
    ) -> Sequence[FillTile]:
        near = window.around(0, settings.radius)
        beside = {k: self._finder.neighbour(window, k, settings, mattes) for k in near.offsets()}
        marked = {0: matte, **beside}
        tiles = self._repairer.repair(near, marked)
        asked, certain = mattes.asked(near.centre.frame), mattes.added(near.centre.frame)
        tiles = cautious(near.centre, tiles, matte, settings.caution, certain)
        tiles = self._second.refined(near, marked, tiles, settings.quality, asked)
        return as_asked(near, marked, tiles, asked, self._motion)

    def _grained(
        self, window: FrameWindow, matte: DamageMatte, tiles: Sequence[FillTile], settings: Settings
    ) -> Sequence[FillTile]:
        return regrain(window.around(0, settings.radius), tiles, matte, settings.grain, motion=self._motion)

    def _composited(self, frame: Frame, matte: DamageMatte, fills: Sequence[FillTile]) -> Frame:
        patches = [
            Patch(tile.box, self._from_model(tile.encoded), matte.coverage[tile.box.slices]) for tile in fills
        ]
        return replace(frame, codes=composite(frame.codes, patches))


def _within(window: FrameWindow, radius: int) -> tuple[int, ...]:
    return window.around(0, radius).offsets()


def _untouched(window: FrameWindow, matte: DamageMatte, settings: Settings, seconds: float) -> RepairResult:
    frame = window.centre.frame
    neighbours = _within(window, settings.radius)
    spent = MappingProxyType({"detect": seconds})
    report = FrameReport(frame.number, 0.0, (), neighbours, spent, suspected=matte.left_out)
    return RepairResult(frame, matte, report)


def _no_painter() -> Painter:
    raise ModelError("This pipeline has no diffusion net; render with quality fast.")


def _painter(device: Device, threads: int | None) -> Painter:
    try:
        return DiffusionPainter(ModelSession(DEFAULT_PAINTER, device, threads))
    except ModelError as error:
        raise ModelError(
            f"Quality best and the fill diffusion need the model {DEFAULT_PAINTER}. {error} Or render with "
            "quality fast and without decisions that ask for diffusion."
        ) from error


def can_paint() -> bool:
    """Whether the diffusion net is among the models installed. Raises ModelError where there is no list."""
    return any(entry.id == DEFAULT_PAINTER for entry in listing())


def build(
    model: str | None, device: Device, colour_config: str | None, colour_space: str, at_once: int = 1
) -> Pipeline:
    """The pipeline that renders: the shipped detector or `model` (an id or an .onnx path), on `device`.

    The diffusion net is opened when quality best or a decision first needs it.

    `at_once`: how many frames will be in work at the same time, which shares out the cores and nothing else.

    `colour_config` is a file or `ocio://` name, None for $OCIO or the built-in one; `colour_space` the
    source's encoding, by any name the config knows. Raises ColourError, ModelError, DeviceError.
    """
    try:
        route = ColourRoute(load(colour_config))
        route.to_model(colour_space)
    except OcioError as error:
        raise ColourError(str(error)) from error
    motion = MotionEstimator()
    threads = threads_for(at_once)
    detector = UNetDetector(ModelSession(model or DEFAULT_DETECTOR, device, threads), motion)
    second = SecondTier(lambda: _painter(device, threads))
    return Pipeline(detector, MotionCompensatedRepairer(motion), motion, route, colour_space, second)
