"""The loop over the frames of a clip: window, work, hand to the writer; failures kept apart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from engine.errors import (
    ColourError,
    DeviceError,
    Interrupted,
    ModelError,
    ReelmendError,
    SinkError,
    SourceNotFound,
    UsageError,
)
from engine.render.contract import Rendered
from engine.report.summary import FrameFailure
from engine.types import FrameNumber

FATAL = (SinkError, ModelError, DeviceError, ColourError, UsageError, Interrupted)
"""Errors that would meet every further frame as well, or that the user asked for."""

_log = logging.getLogger(__name__)


def render_frames(
    frames: Sequence[FrameNumber],
    work: Callable[[FrameNumber], Rendered],
    put: Callable[[Rendered], None],
    failed: Callable[[FrameFailure], None],
    stop: threading.Event,
    may_skip: bool,
) -> None:
    """Work through the frames in order. A frame that fails is reported and, if `may_skip`, left out.

    Nothing is put in the place of a failed frame. Raises the FATAL errors as they come, Interrupted
    once `stop` is set (between frames), and ReelmendError for the first failure where `may_skip` is
    False: a movie has no place for a frame that is not there.
    """
    for number in frames:
        if stop.is_set():
            raise _interrupted(number, frames[-1], may_skip)
        try:
            rendered = work(number)
        except FATAL:
            raise
        except Exception as error:
            _log.debug("frame %d", number, exc_info=True)
            failed(_failure(number, error))
            if not may_skip:
                raise _stopped(number, error) from error
        else:
            put(rendered)


def _interrupted(number: FrameNumber, last: FrameNumber, may_skip: bool) -> Interrupted:
    """How to go on; a movie begun cannot be continued."""
    remedy = f"; go on with --frames {number}-{last}" if may_skip else ""
    return Interrupted(f"Stopped before frame {number}, what was finished is written{remedy}.")


def missing_frame(number: FrameNumber, source: str) -> SourceNotFound:
    """The error for a gap in a sequence."""
    return SourceNotFound(
        f"Frame {number} of {source} is missing; put the file back, or leave the frame out with --frames."
    )


def _failure(number: FrameNumber, error: Exception) -> FrameFailure:
    return FrameFailure(number, type(error).__name__, _sentence(error))


def _stopped(number: FrameNumber, error: Exception) -> ReelmendError:
    return ReelmendError(
        f"Frame {number} failed and a movie cannot leave one out, so the render stopped there; write a "
        f"sequence, or leave the frame out with --frames. {_sentence(error)}"
    )


def _sentence(error: Exception) -> str:
    """What the user is told: our own messages as they are, others with the name of their kind."""
    if isinstance(error, ReelmendError):
        return str(error)
    first = (str(error).strip().splitlines() or [""])[0]
    return f"Unexpected {type(error).__name__}: {first}; run again with --debug for the place in the code."
