"""The mattes given with a render: opened, measured, and what there is to say about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace

from engine.audit.decisions import read_decisions
from engine.errors import SourceError
from engine.matte.contract import MatteSource
from engine.matte.infrared import measured
from engine.matte.inputs import MatteInputs
from engine.matte.open import open_matte
from engine.media.contract import ClipInfo, FrameSource
from engine.render.request import RenderRequest
from engine.types import EMPTY, Frame, FrameNumber, WorkingFrame

_MEASURED = 5
"""Frames from which the infrared's statistics are taken, spread over the clip."""


@dataclass(frozen=True, eq=False)
class GivenMattes:
    """`inputs` for the pipeline; `files` role to what is read; `infrared` still to be measured."""

    inputs: MatteInputs
    infrared: MatteSource | None = None
    files: Mapping[str, ClipInfo] = field(default_factory=lambda: EMPTY)
    notes: tuple[str, ...] = ()


def open_mattes(request: RenderRequest, clip: ClipInfo, held: ExitStack) -> GivenMattes:
    """Open the mattes that `request` names; `held` closes them. Raises SourceError and UsageError."""
    sources: dict[str, MatteSource] = {}
    files: dict[str, ClipInfo] = {}
    asked = {"matte": request.matte_in, "infrared": request.infrared, "hold-out": request.hold_out}
    for role, name in asked.items():
        if name is None:
            continue
        sources[role], info = open_matte(name, clip, role, held, marks_damage=role == "matte")
        if info is not None:
            files[role] = info
    decisions = None
    if request.decisions is not None:
        decisions = read_decisions(request.decisions, (clip.height, clip.width))
    inputs = MatteInputs(sources.get("matte"), hold_out=sources.get("hold-out"), decisions=decisions)
    given = GivenMattes(inputs, sources.get("infrared"), files)
    if given.infrared is None:
        inputs.check(request.settings.matte_mode)
    return given


def measure_infrared(
    given: GivenMattes, request: RenderRequest, source: FrameSource, prepare: Callable[[Frame], WorkingFrame]
) -> GivenMattes:
    """`given` with its infrared ready, or without it and a note where it shows the picture.

    Raises SourceError where the settings ask for that, ParameterError where the matte mode can then not
    be done, and what reading frames raises.
    """
    if given.infrared is None:
        return given
    infrared = measured(given.infrared, _some(given.infrared, source, prepare))
    refusal = infrared.statistics.refusal
    if not refusal:
        return replace(given, inputs=replace(given.inputs, infrared=infrared))
    if request.settings.infrared_refused == "error":
        raise SourceError(f"{refusal} ({infrared.source.identity}); render without --infrared.")
    given.inputs.check(request.settings.matte_mode)
    return replace(given, notes=(f"{refusal}; {infrared.source.identity} is not used.",))


def _some(
    infrared: MatteSource, source: FrameSource, prepare: Callable[[Frame], WorkingFrame]
) -> Iterable[WorkingFrame]:
    """Prepared frames that have infrared, from all over the clip; those that cannot be read fail later."""
    there: list[FrameNumber] = [number for number in source.info.frames if infrared.has(number)]
    count = min(_MEASURED, len(there))
    for place in range(count):
        number = there[(2 * place + 1) * len(there) // (2 * count)]
        frame = None
        with suppress(SourceError):
            frame = source.read(number)
        if frame is not None:
            yield prepare(frame)
