"""The loop over the frames of a clip: two in work at a time, handed on in order, failures kept apart."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeAlias

from engine.allocator import give_back
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

Work: TypeAlias = Callable[[], Rendered]

_log = logging.getLogger(__name__)


AT_ONCE = 3
"""Frames worked on at the same time: while one is repaired, the next one's neighbours are detected."""
TIDIED_EVERY = 4
"""Frames after which free memory goes back to the system: a long reel needs no more than a short one."""


def render_frames(
    frames: Sequence[FrameNumber],
    begin: Callable[[FrameNumber], Work],
    put: Callable[[Rendered], None],
    failed: Callable[[FrameFailure], None],
    stop: threading.Event,
    may_skip: bool,
) -> None:
    """Work through the frames, and put the results in order. A failed frame is reported and left out.

    `begin` is called in the order of the frames, on this thread; the work it returns runs on another.
    Nothing is put in the place of a failed frame. Raises the FATAL errors as they come, Interrupted
    once `stop` is set (frames begun are finished first), and ReelmendError for the first failure where
    `may_skip` is False: a movie has no place for a frame that is not there.
    """
    settle = _Settling(put, failed, may_skip)
    begun: deque[tuple[FrameNumber, Future[Rendered]]] = deque()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="frame") as pool:
        for place, number in enumerate(frames):
            if stop.is_set():
                settle.all(begun)
                raise _interrupted(frames[place:])
            begun.append((number, _submitted(pool, begin, number)))
            if len(begun) == AT_ONCE:
                settle(*begun.popleft())
            if (place + 1) % TIDIED_EVERY == 0:
                give_back()
        settle.all(begun)


@dataclass(frozen=True, eq=False)
class _Settling:
    """Waits for a frame and hands it, or its failure, on."""

    put: Callable[[Rendered], None]
    failed: Callable[[FrameFailure], None]
    may_skip: bool

    def __call__(self, number: FrameNumber, result: Future[Rendered]) -> None:
        try:
            rendered = result.result()
        except FATAL:
            raise
        except Exception as error:
            _log.debug("frame %d", number, exc_info=True)
            self.failed(_failure(number, error))
            if not self.may_skip:
                raise _stopped(number, error) from error
        else:
            self.put(rendered)

    def all(self, begun: deque[tuple[FrameNumber, Future[Rendered]]]) -> None:
        while begun:
            self(*begun.popleft())


def _submitted(
    pool: ThreadPoolExecutor, begin: Callable[[FrameNumber], Work], number: FrameNumber
) -> Future[Rendered]:
    try:
        return pool.submit(begin(number))
    except Exception as error:
        # A frame that cannot even begin fails in its turn, after those before it.
        failure: Future[Rendered] = Future()
        failure.set_exception(error)
        return failure


def _interrupted(left: Sequence[FrameNumber]) -> Interrupted:
    return Interrupted(
        f"Stopped before frame {left[0]}, what was finished is written; go on with the same command and "
        "--resume."
    )


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
