"""One client: its messages are read on a thread of their own, its requests are worked on by others."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial

from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server import limits
from engine.server.asked import Area, Reader, RenderAsked, areas_asked, id_of, render_asked
from engine.server.jobs import Job, fits
from engine.server.messages import MessageStream
from engine.server.renderer import View
from engine.server.segments import Segment
from engine.server.service import Service, told
from engine.version import __version__

_CLOSING = ("bad_message", "bad_version", "bad_token")
_AWAY = "The engine is closing; start it again."
_CROWDED = f"{limits.CONNECTIONS} clients are connected already; close one."


class Connection(Closing):
    """Serves one client until it leaves; `leave` ends it from another thread."""

    def __init__(self, stream: MessageStream, service: Service, token: str = "") -> None:
        """`token`: what the client has to know, "" for nothing. Owns the stream."""
        self._stream, self._service, self._token = stream, service, token
        self._segments: dict[str, Segment] = {}
        self._jobs: dict[int, tuple[Job, Future[None] | None]] = {}
        self._lock = threading.Lock()
        self._welcome = False

    def run(self) -> None:
        """Answer until the client leaves, breaks the protocol, or `leave` is called."""
        going = True
        while going:
            try:
                fields = self._stream.receive()
            except RequestRefused as error:
                self._answer({"type": "error", **told(error)})
                return
            except OSError:
                return
            going = fields is not None and self._handled(fields)

    def turn_away(self) -> None:
        """There are too many clients."""
        self._answer({"type": "error", "code": "busy", "message": _CROWDED})
        self._stream.shut()

    def leave(self) -> None:
        """Tell the client to start the engine again, and end."""
        for job in self._ended_jobs():
            self._answer({"type": "error", "id": str(job.asked.id), "code": "closing", "message": _AWAY})
        self._stream.shut()

    def close(self) -> None:
        """Nothing of the client's memory is touched after this."""
        self._ended_jobs()
        for segment in self._segments.values():
            segment.close()
        self._stream.close()

    def _handled(self, fields: dict[str, str]) -> bool:
        """Do what a message says; whether to go on."""
        self._service.heard()
        kind = fields["type"]
        handlers: Mapping[str, Callable[[dict[str, str]], None]] = {
            "hello": self._hello,
            "attach": self._attach,
            "detach": self._detach,
            "render": self._render,
            "pixels": self._pixels,
            "cancel": self._cancel,
        }
        try:
            if kind not in handlers or (kind == "hello") == self._welcome:
                raise RequestRefused("bad_request", f"A message of type {kind[:40]!r} was not expected here.")
            handlers[kind](fields)
        except Exception as error:
            return self._refused(fields, error)
        return True

    def _refused(self, fields: dict[str, str], error: Exception) -> bool:
        """Answer a message that cannot be done; whether to go on."""
        answer = told(error)
        if fields["type"] in ("render", "pixels"):
            with self._lock:
                ours = next((number for number in self._jobs if str(number) == fields.get("id")), 0)
                job, _ = self._jobs.pop(ours, (None, None))
            if job is not None and not job.end():
                return True
        # What the answer is about, where that can be told.
        about = {name: fields[name] for name in ("id", "segment") if 0 < len(fields.get(name, "")) < 64}
        self._answer({"type": "error", **about, **answer})
        return answer["code"] not in _CLOSING and self._welcome

    def _hello(self, fields: dict[str, str]) -> None:
        read = Reader(fields)
        read.text("type")
        read.text("client", "")
        if read.text("protocol") != str(limits.PROTOCOL):
            raise RequestRefused(
                "bad_version",
                f"This engine speaks protocol {limits.PROTOCOL} (Reelmend {__version__}); install its own "
                "plug-in again with `python3 install host`.",
            )
        if not secrets.compare_digest(read.text("token", "").encode(), self._token.encode()):
            raise RequestRefused("bad_token", "The token is not this engine's; read it again.")
        read.end()
        self._welcome = True
        self._stream.patient()
        self._answer({
            "type": "hello", "protocol": str(limits.PROTOCOL), "version": __version__, "pid": str(os.getpid())
        })  # fmt: skip

    def _attach(self, fields: dict[str, str]) -> None:
        read = Reader(fields)
        read.text("type")
        name = read.text("segment")
        size = read.whole("bytes", 1, 10**10 - 1)
        read.end()
        if len(self._segments) >= limits.SEGMENTS:
            raise RequestRefused("too_large", f"More than {limits.SEGMENTS} segments; detach one first.")
        if name in self._segments:
            raise RequestRefused("bad_request", f"{name} is attached already.")
        self._segments[name] = Segment(name, size)
        self._answer({"type": "attached", "segment": name})

    def _detach(self, fields: dict[str, str]) -> None:
        read = Reader(fields)
        read.text("type")
        segment = self._segment(read.text("segment"))
        read.end()
        with self._lock:
            used = any(segment.name in job.segments for job, _ in self._jobs.values())
        if used:
            raise RequestRefused("bad_request", f"{segment.name} is used by a request; wait for its answer.")
        self._segments.pop(segment.name).close()
        self._answer({"type": "detached", "segment": segment.name})

    def _render(self, fields: dict[str, str]) -> None:
        asked = render_asked(fields)
        with self._lock:
            if asked.id in self._jobs:
                raise RequestRefused("bad_request", f"The id {asked.id} is in flight already.")
            if len(self._jobs) >= limits.IN_FLIGHT:
                raise RequestRefused(
                    "busy", f"{limits.IN_FLIGHT} requests are in flight; wait for an answer."
                )
        job = self._job(asked)
        with self._lock:
            self._jobs[asked.id] = (job, None)
        if job.lacking:
            self._answer({"type": "need", "id": str(asked.id), "need": " ".join(map(str, job.lacking))})
        else:
            self._start(job)

    def _job(self, asked: RenderAsked) -> Job:
        store = self._service.store
        found = {place: store.find(asked, place) for place in range(len(asked.planes))}
        known = {place: plane for place, plane in found.items() if plane is not None}
        return Job(asked, known, self._within(asked.result, asked.picture.bytes))

    def _pixels(self, fields: dict[str, str]) -> None:
        number, areas = areas_asked(fields)
        with self._lock:
            job, started = self._jobs.get(number, (None, None))
        if job is None:
            # Cancelled by another thread of the client a moment ago, it may be: the answer has been sent.
            return
        if started is not None or job.begun or set(areas) != set(job.lacking):
            raise RequestRefused(
                "bad_request", f"The planes lacking are {job.lacking}, sent {sorted(areas)}."
            )
        asked = job.asked
        sent = {place: self._within(area, asked.plane_bytes(place)) for place, area in areas.items()}
        job.send({place: (segment, areas[place].offset) for place, segment in sent.items()})
        self._start(job)

    def _start(self, job: Job) -> None:
        future = self._service.submit(job, partial(self._done, job), partial(self._failed, job))
        with self._lock:
            if job.asked.id in self._jobs:
                self._jobs[job.asked.id] = (job, future)

    def _cancel(self, fields: dict[str, str]) -> None:
        number = id_of(fields)
        with self._lock:
            job, future = self._jobs.get(number, (None, None))
        if job is None or not job.end():
            return
        if future is not None:
            future.cancel()
        self._final(job, {"type": "error", "code": "cancelled", "message": "Given up by the host."})

    def _done(self, job: Job, view: View) -> None:
        boxes = [] if view.whole else [f"{b.left} {b.top} {b.right} {b.bottom}" for b in view.boxes]
        if view.whole:
            boxes = [f"0 0 {job.asked.picture.width} {job.asked.picture.height}"]
        answer = {
            "type": "done",
            "boxes": str(len(boxes)),
            **{f"box.{place}": box for place, box in enumerate(boxes)},
            "regions": str(view.region_count),
            "damaged": f"{view.damaged:.9g}",
            "neighbours": str(view.neighbours),
            "mode": view.mode,
        }
        self._final(job, {**answer, "note": view.note} if view.note else answer)

    def _failed(self, job: Job, error: Exception) -> None:
        self._final(job, {"type": "error", **told(error)})

    def _final(self, job: Job, answer: dict[str, str]) -> None:
        # The id is free before the client can know.
        with self._lock:
            self._jobs.pop(job.asked.id, None)
        self._answer({**answer, "id": str(job.asked.id)})

    def _answer(self, fields: dict[str, str]) -> None:
        """A client that has gone, or does not listen, is found out by whoever reads from it."""
        try:
            self._stream.send(fields)
        except OSError:
            self._stream.shut()

    def _ended_jobs(self) -> list[Job]:
        """All jobs, ended here."""
        with self._lock:
            jobs = list(self._jobs.values())
            self._jobs.clear()
        for _, future in jobs:
            if future is not None:
                future.cancel()
        return [job for job, _ in jobs if job.end()]

    def _segment(self, name: str) -> Segment:
        if name not in self._segments:
            raise RequestRefused("no_segment", f"{name[:60]!r} is not attached.")
        return self._segments[name]

    def _within(self, area: Area, count: int) -> Segment:
        segment = self._segment(area.segment)
        if not fits(area, count, segment):
            raise RequestRefused(
                "no_segment",
                f"{count} bytes at {area.offset} do not lie within {segment.name} ({segment.size}).",
            )
        return segment
