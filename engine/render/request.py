"""What is asked of a render, and what was found out before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.inference.runtime import Device
from engine.media.contract import ClipInfo
from engine.parameters import Settings
from engine.render.marks import Unfinished
from engine.render.selection import FrameSelection, Missing
from engine.types import EMPTY


@dataclass(frozen=True)
class RenderRequest:
    """One render, as a user or a farm asks for it. Without `picture` only the matte is made.

    `matte_in`, `infrared` and `hold_out` each name a sequence, a movie, a still, or a channel of the source
    beyond colour ("A", "IR"); white is damage, and in a hold-out what must not be touched.

    `frames` is a list such as "1001-1100x2", None for all; `colour_space` None to go by what the file
    says; `colour_config` None for $OCIO or the built-in one; `model` None for the shipped one.

    `missing` says what becomes of frames that the clip lacks; `cuts` is an edit list (CMX3600) to take the
    shot cuts from; `resume` goes on with an unfinished render of the same outputs where there is one.

    `decisions` is a file of what a person decided about the damage. `audit` names the audit file, or a folder
    (ending in "/") for it; `sha256` adds that checksum to it; `patches` is the file to undo the render with;
    `verify` has the result read anew and compared with its source.
    """

    source: str
    picture: str | None = None
    matte: str | None = None
    report: Path | None = None
    matte_in: str | None = None
    infrared: str | None = None
    hold_out: str | None = None
    frames: str | None = None
    settings: Settings = field(default_factory=Settings)
    colour_space: str | None = None
    colour_config: str | None = None
    model: str | None = None
    device: Device = "auto"
    overwrite: bool = False
    missing: Missing = "error"
    cuts: Path | None = None
    resume: bool = False
    decisions: Path | None = None
    audit: str | None = None
    sha256: bool = False
    patches: Path | None = None
    verify: bool = False


READ_FILES = ("colour_config", "cuts", "decisions")
"""The fields of a request that name a file which every frame of the result depends on."""


@dataclass(frozen=True)
class RenderPlan:
    """What a render will do: everything a dry run can tell.

    `reach` is how many frames on either side are read for one frame; `colour_reason` says why
    `colour_space` was chosen; `outputs` maps role (such as "picture", "matte", "audit") to path; `identity`
    names detector, repairer, colour space and the mattes given exactly; `notes` are sentences on what
    will not be done as asked; `reads` maps role ("source", "matte") to what frames are read from. `journal`
    is where it is written down what is finished, and `unfinished` what it said, to go on with; `complete`
    says that all outputs are there from a render that came to its end.
    """

    request: RenderRequest
    info: ClipInfo
    selection: FrameSelection
    colour_space: str
    colour_reason: str
    reach: int
    outputs: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    identity: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    notes: tuple[str, ...] = ()
    reads: Mapping[str, ClipInfo] = field(default_factory=lambda: EMPTY)
    journal: Path | None = None
    unfinished: Unfinished | None = None
    complete: bool = False
