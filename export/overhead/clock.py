"""When the stages of a frame began and ended, by a clock that all processes of a machine share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from engine.pipeline import Pipeline
from engine.server.messages import MessageStream
from engine.server.planes import PlaneStore
from engine.window.shots import ShotCuts

PREPARE, CUTS, PROCESS, TAKE = "prepare", "shot cuts", "detect and repair", "take"


@dataclass(frozen=True)
class Span:
    """Of `time.monotonic`. `processor`: seconds of all threads of the process.

    A moment begins and ends at once; its `processor` is what the host's process had had until then.
    """

    stage: str
    began: float
    ended: float
    processor: float = 0.0


@dataclass
class Clock:
    """Spans in the order in which they ended; any thread may add one. `host`: pid of the host's process."""

    host: int
    spans: list[Span] = field(default_factory=list)

    def mark(self, stage: str) -> None:
        """`stage` is reached at this moment."""
        now = time.monotonic()
        self.spans.append(Span(stage, now, now, processor_of(self.host)))

    def time(self, owner: type[Any], method: str, stage: str) -> None:
        """From now on every call of `owner.method` is a span."""
        plain: Callable[..., Any] = getattr(owner, method)

        @wraps(plain)
        def timed(*given: Any, **named: Any) -> Any:
            began, before = time.monotonic(), time.process_time()
            try:
                return plain(*given, **named)
            finally:
                worked = time.process_time() - before
                self.spans.append(Span(stage, began, time.monotonic(), worked))

        setattr(owner, method, timed)

    def time_engine(self) -> None:
        """The stages that a frame has with a host and without one."""
        self.time(Pipeline, "prepare", PREPARE)
        self.time(ShotCuts, "between", CUTS)
        self.time(Pipeline, "process", PROCESS)

    def time_server(self) -> None:
        """The pixels taken over, and every message by its type: `render`, `need` and so on."""
        self.time(PlaneStore, "take", TAKE)
        receive, send = MessageStream.receive, MessageStream.send

        def received(stream: MessageStream) -> dict[str, str] | None:
            fields = receive(stream)
            if fields is not None:
                self.mark(fields["type"])
            return fields

        def sent(stream: MessageStream, fields: dict[str, str]) -> None:
            self.mark(fields["type"])
            send(stream, fields)

        # One class, one clock: the process is ours alone.
        MessageStream.receive, MessageStream.send = received, sent  # type: ignore[method-assign]


def processor_of(pid: int) -> float:
    """Seconds of processor that a process has had, all its threads together.

    Linux makes a clock of any process by its pid: CPUCLOCK_SCHED, include/linux/posix-timers_types.h.
    """
    return time.clock_gettime((~pid << 3) | 2)


def within(spans: Iterable[Span], began: float, ended: float) -> list[Span]:
    """Those that lie between two moments."""
    return [span for span in spans if began <= span.began and span.ended <= ended]
