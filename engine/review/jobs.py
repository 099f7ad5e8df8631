"""Work that takes longer than an answer may: one job at a time, watched, paused, resumed and cancelled."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.closing import Closing
from engine.errors import Interrupted, ReelmendError
from engine.review.refusals import Conflict, NotThere

State = Literal["waiting", "running", "pausing", "paused", "cancelling", "cancelled", "done", "failed"]
ENDED = ("cancelled", "done", "failed")
_TOLD_EVERY = 0.2
_KEPT = 200
_BEHIND = 5
"""Niceness of the working thread where the system has it by thread: the page comes first."""

Work: TypeAlias = Callable[["Job"], None]


class Job:
    """One piece of work as the page sees it. Thread-safe; `work` calls `step` after each frame."""

    def __init__(self, id: str, kind: str, clip: str, label: str, work: Work, tell: Callable[[Job], None]):
        self.id = id
        self.kind = kind
        self.clip = clip
        self.label = label
        self.state: State = "waiting"
        self.message = ""
        self.done = self.of = self.failed = 0
        self.frame: int | None = None
        self.outputs: Mapping[str, str] = {}
        self.files: Mapping[str, Path] = {}
        self.stop = threading.Event()
        self._work = work
        self._tell = tell
        self._go = threading.Event()
        self._go.set()
        self._begun = self._told = 0.0
        self._rested = 0.0
        self._elapsed = 0.0

    def as_json(self) -> dict[str, Any]:
        elapsed = self._spent()
        fps = self.done / elapsed if elapsed > 0 else 0.0
        left = (self.of - self.done) / fps if fps > 0 and self.state not in ENDED else None
        return {
            "id": self.id,
            "kind": self.kind,
            "clip": self.clip,
            "label": self.label,
            "state": self.state,
            "done": self.done,
            "of": self.of,
            "failed": self.failed,
            "fps": round(fps, 3),
            "elapsed": round(elapsed, 1),
            "left": None if left is None else round(left, 1),
            "message": self.message,
            "frame": self.frame,
            "outputs": {role: Path(path).name for role, path in self.outputs.items()},
            "files": [row for name, path in self.files.items() if (row := _file_row(name, path)) is not None],
        }

    def run(self) -> None:
        """Do the work, on the thread of the caller; every way it can end becomes a state."""
        if self.stop.is_set():
            self._become("cancelled")
            return
        self._begun = time.monotonic()
        self._become("running")
        try:
            self._work(self)
            self._end("cancelled" if self.stop.is_set() else "done")
        except Interrupted as error:
            self._end("cancelled", str(error))
        except ReelmendError as error:
            self._end("failed", str(error))
        except Exception as error:
            self._end("failed", f"unexpected {type(error).__name__}: {error}")

    def add_file(self, name: str, path: Path) -> None:
        """Name a file that this job makes. The mapping is replaced, not changed: others walk it meanwhile."""
        self.files = {**self.files, name: path}

    def step(self, frame: int, failed: bool = False) -> None:
        """A frame is finished; waits here while the job is paused."""
        self.done += 1
        self.failed += failed
        self.frame = frame
        self._progress()
        if not self._go.is_set():
            self._rest()

    def pause(self) -> None:
        self._allow("running")
        self._go.clear()
        self._become("pausing")

    def resume(self) -> None:
        self._allow("pausing", "paused")
        self._become("running")
        self._go.set()

    def cancel(self) -> None:
        self._allow("waiting", "running", "pausing", "paused")
        self.stop.set()
        self._become("cancelling" if self.state != "waiting" else "cancelled")
        self._go.set()

    def _rest(self) -> None:
        began = time.monotonic()
        if self.state == "pausing":
            self._become("paused")
        self._go.wait()
        self._rested += time.monotonic() - began

    def _allow(self, *states: State) -> None:
        if self.state not in states:
            raise Conflict(f"The job is {self.state}; that can be done while it is {' or '.join(states)}.")

    def _become(self, state: State) -> None:
        self.state = state
        self._tell(self)

    def _end(self, state: State, message: str = "") -> None:
        self._elapsed = self._spent()
        self.message = message or self.message
        self._become(state)

    def _progress(self) -> None:
        now = time.monotonic()
        if now - self._told >= _TOLD_EVERY:
            self._told = now
            self._tell(self)

    def _spent(self) -> float:
        if not self._begun or self._elapsed:
            return self._elapsed
        return time.monotonic() - self._begun - self._rested


def _file_row(name: str, path: Path) -> dict[str, Any] | None:
    """The file as the page lists it; None while it is not written yet, or once it has been taken away."""
    try:
        return {"name": name, "bytes": path.stat().st_size}
    except FileNotFoundError:
        return None


class Jobs(Closing):
    """All jobs of one server. Renders and scans wait for each other; exports go beside them."""

    def __init__(self, tell: Callable[[Job], None]) -> None:
        self._tell = tell
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._last = 0
        self._lanes = {kind: _Lane(kind) for kind in ("render", "export")}

    def start(self, kind: str, clip: str, label: str, work: Work) -> Job:
        with self._lock:
            self._last += 1
            job = Job(f"j{self._last}", kind, clip, label, work, self._tell)
            self._jobs[job.id] = job
            for name in [name for name, old in self._jobs.items() if old.state in ENDED][:-_KEPT]:
                del self._jobs[name]
        self._tell(job)
        self._lanes["export" if kind == "export" else "render"].put(job)
        return job

    def all(self) -> list[Job]:
        with self._lock:
            return list(self._jobs.values())

    def get(self, name: str) -> Job:
        """Raises NotThere."""
        with self._lock:
            job = self._jobs.get(name)
        if job is None:
            raise NotThere(f"There is no job {name!r}.")
        return job

    def busy(self, clip: str, kind: str) -> bool:
        """Whether such a job for this clip waits or works."""
        return any(job.clip == clip and job.kind == kind and job.state not in ENDED for job in self.all())

    def close(self) -> None:
        """Cancel everything, and wait for the frame in work."""
        for job in self.all():
            if job.state not in (*ENDED, "cancelling"):
                job.cancel()
        for lane in self._lanes.values():
            lane.close()


class _Lane(Closing):
    """A thread that does one job after the other."""

    def __init__(self, name: str) -> None:
        self._waiting: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name=f"{name} jobs", daemon=True)
        self._thread.start()

    def put(self, job: Job) -> None:
        self._waiting.put(job)

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        step_back()
        while (job := self._waiting.get()) is not None:
            job.run()


def step_back() -> None:
    """Let everything else go before this thread, where threads have a priority of their own (Linux)."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BEHIND)
