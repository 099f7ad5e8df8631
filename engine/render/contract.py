"""What the render loop asks of the pipeline and of whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.parameters import Settings
from engine.report.summary import FrameFailure, RenderSummary
from engine.types import DamageMatte, Frame, FrameReport, RepairResult, WorkingFrame
from engine.window.window import FrameWindow


class ClipPipeline(Protocol):
    """`engine.pipeline.Pipeline` as the render loop sees it."""

    @property
    def identity(self) -> Mapping[str, str]: ...
    def identity_for(self, settings: Settings, mattes: MatteInputs = NO_MATTES) -> Mapping[str, str]:
        """What exactly produces a result with these settings and mattes, which may need one net more."""
        ...

    def prepare(self, frame: Frame) -> WorkingFrame: ...
    def reach(self, settings: Settings, repairs: bool = True) -> int:
        """How many frames on either side a window needs; fewer where nothing is repaired."""
        ...

    def detect(
        self, window: FrameWindow, settings: Settings, mattes: MatteInputs = NO_MATTES
    ) -> DamageMatte: ...
    def process(
        self, window: FrameWindow, settings: Settings, mattes: MatteInputs = NO_MATTES
    ) -> RepairResult: ...


@dataclass(frozen=True, eq=False)
class Rendered:
    """One finished frame on its way to the sinks; `picture` is None where only the matte is wanted.

    `found` is the matte before hold-outs and decisions took something away; None where nothing could.
    """

    source: Frame
    picture: Frame | None
    matte: DamageMatte
    report: FrameReport
    found: DamageMatte | None = None


class Watcher(Protocol):
    """Told what happens while a clip renders; calls may come from the writing thread, one at a time."""

    def started(self, frames: int) -> None: ...
    def written(self, report: FrameReport) -> None: ...
    def failed(self, failure: FrameFailure) -> None: ...
    def finished(self, summary: RenderSummary) -> None: ...


class Unwatched:
    """A watcher that says nothing."""

    def started(self, frames: int) -> None: ...
    def written(self, report: FrameReport) -> None: ...
    def failed(self, failure: FrameFailure) -> None: ...
    def finished(self, summary: RenderSummary) -> None: ...
