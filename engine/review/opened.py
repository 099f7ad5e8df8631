"""What a clip under review is read from and worked on with, open."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from engine.closing import Closing
from engine.detect.contract import Detector
from engine.matte.contract import MatteSource
from engine.matte.open import open_matte
from engine.media.contract import ClipInfo
from engine.parameters import BY_ID
from engine.pipeline import Pipeline
from engine.render.opening import OpenClip, open_clip
from engine.render.request import RenderRequest
from engine.review.remembered import RememberedDetector
from engine.window.cache import FrameCache

_FRAMES, _MOST_FRAMES = 768 * 2**20, 4 * 2**30
"""Bytes of prepared frames of one clip. A window of 2K frames takes half of the lesser; larger frames get
room for a window of theirs, up to the greater."""
_SPARE = 3
"""Frames beside one window: two that are looked ahead, and the next."""
_FOUND = 256 * 2**20
"""Bytes of what the detector said; of twenty 2K frames."""


@dataclass(frozen=True)
class ReviewRequest:
    """One clip to be looked at. `render` says what it is and how it is worked on, and has no outputs.

    Everything that the page has made goes below `folder`, by the clip's name; None for a folder beside the
    clip. `truth` a matte to hold the found one against.
    """

    render: RenderRequest
    folder: Path | None = None
    decisions: Path | None = None
    audit: Path | None = None
    truth: str | None = None


class Opened(Closing):
    """Source, pipeline, frames and mattes of a clip."""

    def __init__(self, request: ReviewRequest) -> None:
        """Raises what `open_clip` raises."""
        with ExitStack() as held:
            asked = replace(request.render, decisions=None)
            self.clip: OpenClip = held.enter_context(open_clip(asked))
            self.pipeline = _pipeline_of(self.clip)
            self.pipeline.remember(self._remembering)
            self.reach = self.pipeline.reach(replace(asked.settings, radius=int(BY_ID["radius"].maximum)))
            self.frames = held.enter_context(
                FrameCache(self.clip.source, self.pipeline.prepare, self.reach, self._room(), self.clip.cuts)
            )
            self.truth = _truth(request, self.info, held)
            self._held = held.pop_all()

    def _remembering(self, detector: Detector) -> Detector:
        self.remembered = RememberedDetector(detector, _FOUND)
        return self.remembered

    @property
    def info(self) -> ClipInfo:
        return self.clip.plan.info

    def close(self) -> None:
        self._held.close()

    def _room(self) -> int:
        """Bytes for the frame cache."""
        layout, pixels = self.info.layout, self.info.width * self.info.height
        frame = pixels * (12 + len(layout.channels) * (4 if layout.kind == "float" else 2))
        return min(max(_FRAMES, (2 * self.reach + 1 + _SPARE) * frame), _MOST_FRAMES)


def stem_of(path: Path) -> str:
    """A clip's name without its number and extension, to name files by."""
    return path.stem.rstrip("#@").rstrip("._- ") or "clip"


def folder_of(path: Path, asked: Path | None) -> Path:
    """Where what is made of the clip `path` goes."""
    return (path.parent / "reelmend" if asked is None else asked) / stem_of(path)


def model_of(identity: str) -> dict[str, str]:
    """Id and version of the model that a detector's identity names."""
    name, _, _ = identity.partition(" sha256:")
    model, _, version = name.partition(" ")
    return {"id": model, "version": version}


def _pipeline_of(clip: OpenClip) -> Pipeline:
    # The render loop asks less of it than the page does, and so knows it by a narrower name.
    assert isinstance(clip.pipeline, Pipeline)
    return clip.pipeline


def _truth(request: ReviewRequest, info: ClipInfo, held: ExitStack) -> MatteSource | None:
    if request.truth is None:
        return None
    source, _ = open_matte(request.truth, info, "truth", held, marks_damage=True)
    return source
