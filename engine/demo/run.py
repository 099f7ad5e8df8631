"""The demo from start to finish: a reel, restored by the very same render, and what to look at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from engine.codes import to_rgb
from engine.demo.display import Shown, display_of
from engine.demo.movies import copy_as_ffv1, write_preview
from engine.demo.quality import Quality, measure
from engine.demo.reel import Reel, bird_at, make_reel
from engine.errors import SinkError
from engine.media.contract import ClipInfo
from engine.media.open import MOVIE_SUFFIXES, open_source
from engine.media.ranges import format_frames
from engine.render.clip import render_clip
from engine.render.contract import Watcher
from engine.render.request import RenderRequest
from engine.report.contact_sheet import SheetFrame, draw_sheet, save_sheet
from engine.report.summary import FrameFailure, RenderSummary
from engine.types import Codes, Float32, FrameNumber, FrameReport

SHEET_FRAMES = 3
FALLBACK_RATE = 24.0
"""Frames per second of a sequence whose files do not say."""


@dataclass(frozen=True)
class DemoRequest:
    """`film` None for the drawn reel; `render` carries model, device and colour for the render."""

    folder: Path
    film: str | None
    seconds: float
    render: RenderRequest


@dataclass(frozen=True)
class DemoOutcome:
    """`made` maps what it is to its path; `quality` is known for the drawn reel only."""

    summary: RenderSummary
    made: dict[str, Path]
    quality: Quality | None


class Noting:
    """Passes everything on to another watcher and keeps how damaged each frame was."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher
        self.damaged: dict[FrameNumber, float] = {}

    def started(self, frames: int) -> None:
        self._watcher.started(frames)

    def written(self, report: FrameReport) -> None:
        self.damaged[report.number] = report.damaged
        self._watcher.written(report)

    def failed(self, failure: FrameFailure) -> None:
        self._watcher.failed(failure)

    def finished(self, summary: RenderSummary) -> None:
        self._watcher.finished(summary)


def run_demo(request: DemoRequest, watcher: Watcher, stop: threading.Event) -> DemoOutcome:
    """Make or take a film, restore its first seconds into `folder`, and show the result.

    The demo's own files in `folder` are replaced. Raises ReelmendError.
    """
    _make_folder(request.folder)
    reel = (
        make_reel(request.folder / "reel", round(request.seconds * FALLBACK_RATE))
        if request.film is None
        else None
    )
    film = request.film or (reel.damaged if reel else "")
    job = _job(request, film)
    noting = Noting(watcher)
    summary = render_clip(job, noting, stop)
    if summary.outcome != "complete":
        return DemoOutcome(summary, {}, None)
    quality = _quality(reel, job) if reel is not None else None
    made = _shown(request, job, reel, noting, summary, quality)
    return DemoOutcome(summary, made, quality)


def _job(request: DemoRequest, film: str) -> RenderRequest:
    with open_source(film) as source:
        info = source.info
    count = max(1, round(request.seconds * (info.rate or FALLBACK_RATE)))
    frames = format_frames(list(info.frames)[:count])
    is_movie = info.path.suffix.lower() in MOVIE_SUFFIXES
    suffix = ".mkv" if is_movie else _frame_suffix(info)
    name = f"restored{suffix}" if is_movie else f"restored/restored.####{suffix}"
    _make_folder(request.folder / "matte")
    return replace(
        request.render,
        source=film,
        picture=str(request.folder / name),
        matte=str(request.folder / "matte" / "matte.####.png"),
        report=request.folder / "report.jsonl",
        frames=frames,
        overwrite=True,
    )


def _frame_suffix(info: ClipInfo) -> str:
    """The source's own format; DPX for Cineon, which is only read."""
    suffix = info.path.suffix.lower()
    return ".dpx" if suffix == ".cin" else suffix


def _quality(reel: Reel, job: RenderRequest) -> Quality | None:
    assert job.picture is not None
    with (
        open_source(reel.clean) as clean,
        open_source(job.source) as damaged,
        open_source(job.picture) as after,
    ):

        def plates() -> Iterator[tuple[Float32, Float32, Float32]]:
            for number in reel.frames:
                one, two, three = (to_rgb(source.read(number).codes) for source in (clean, damaged, after))
                yield one, two, three

        return measure(plates())


def _shown(
    request: DemoRequest,
    job: RenderRequest,
    reel: Reel | None,
    noting: Noting,
    summary: RenderSummary,
    quality: Quality | None,
) -> dict[str, Path]:
    """Contact sheet, movie and preview."""
    assert job.picture is not None
    assert job.matte is not None
    made = {"contact sheet": request.folder / "contact_sheet.png", "restored": Path(job.picture)}
    show = display_of(summary.colour_space, job.colour_config)
    sheet = draw_sheet(_title(job), _subtitle(summary, quality), _sheet_frames(job, reel, noting, show))
    save_sheet(sheet, made["contact sheet"])
    if Path(job.picture).suffix.lower() not in MOVIE_SUFFIXES:
        made["movie"] = request.folder / "restored.mkv"
        copy_as_ffv1(job.picture, made["movie"], FALLBACK_RATE)
    preview = request.folder / "preview.mp4"
    if write_preview(job.source, job.picture, summary.tally.written, show, preview, FALLBACK_RATE):
        made["preview"] = preview
    made["mattes"] = Path(job.matte)
    made["report"] = request.folder / "report.jsonl"
    if reel is not None:
        made["damaged"] = Path(reel.damaged)
    return made


def _sheet_frames(
    job: RenderRequest, reel: Reel | None, noting: Noting, show: Callable[[Codes], Shown]
) -> list[SheetFrame]:
    assert job.picture is not None
    assert job.matte is not None
    frames: list[SheetFrame] = []
    with (
        open_source(job.source) as before,
        open_source(job.picture) as after,
        open_source(job.matte) as mattes,
    ):
        for number in telling_frames(noting.damaged, SHEET_FRAMES):
            codes = before.read(number).codes
            frames.append(
                SheetFrame(
                    caption=f"frame {number}",
                    before=show(codes),
                    matte=to_rgb(mattes.read(number).codes)[..., 0],
                    after=show(after.read(number).codes),
                    kept=bird_at(number, codes.height, codes.width) if reel is not None else None,
                )
            )
    return frames


def telling_frames(damaged: dict[FrameNumber, float], count: int) -> list[FrameNumber]:
    """The most damaged frame of each of `count` equal parts of the clip."""
    numbers = sorted(damaged)
    count = min(count, len(numbers))
    parts = [numbers[len(numbers) * k // count : len(numbers) * (k + 1) // count] for k in range(count)]
    return [max(part, key=lambda number: damaged[number]) for part in parts]


def _title(job: RenderRequest) -> str:
    return f"Reelmend: {Path(job.source).name}"


def _subtitle(summary: RenderSummary, quality: Quality | None) -> str:
    tally = summary.tally
    told = [
        f"{len(tally.written)} frames",
        summary.colour_space,
        f"{100 * tally.damaged:.2f} % of the picture repaired",
        f"{tally.fps:.2f} frames per second",
    ]
    if quality is not None:
        told.append(f"PSNR where damaged: {quality.before:.1f} dB before, {quality.after:.1f} dB after")
    return "   |   ".join(told)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SinkError(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
