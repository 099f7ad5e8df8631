"""All that one server holds: the clips of the bin, the jobs, the open pages."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from engine.closing import Closing
from engine.parameters import PARAMETERS
from engine.pipeline import can_paint
from engine.review.bench import Bench
from engine.review.clip import ReviewClip
from engine.review.defects import MOST_ROWS, VERDICTS
from engine.review.events import Events
from engine.review.jobs import ENDED, Job, Jobs
from engine.review.opened import ReviewRequest
from engine.review.refusals import NotThere
from engine.review.strokes import MOST_POINTS
from engine.review.timeline import MOST_BINS
from engine.types import ASKED_FILLS, DAMAGE_CLASSES
from engine.version import __version__

API = 1
MOST_BODY = 32 * 2**20


class Workplace(Closing):
    """Open while the server runs."""

    def __init__(self, requests: Sequence[ReviewRequest]) -> None:
        """Open every clip. Raises what opening a clip raises."""
        self.events = Events()
        self._benches: dict[str, Bench] = {}
        with ExitStack() as held:
            for place, request in enumerate(requests, start=1):
                bench = Bench(ReviewClip(str(place), request), self.events.tell)
                self._benches[str(place)] = held.enter_context(bench)
            self.jobs = held.enter_context(Jobs(self._told))
            self._held = held.pop_all()
        # While the browser still starts, so that the page need not wait for it.
        self._showing_first = _begun("first picture", self.benches[0].show_first)
        self._reader = _begun("audit reader", self._take_up)

    @property
    def benches(self) -> Sequence[Bench]:
        return tuple(self._benches.values())

    def bench(self, name: str) -> Bench:
        """Raises NotThere."""
        bench = self._benches.get(name)
        if bench is None:
            raise NotThere(f"There is no clip {name!r}; the session tells which there are.")
        return bench

    def session(self) -> dict[str, Any]:
        """What the page asks for first."""
        return {
            "api": API,
            "version": __version__,
            "clips": [bench.clip.facts() for bench in self.benches],
            "parameters": parameters(),
            "classes": list(DAMAGE_CLASSES),
            "verdicts": list(VERDICTS),
            "fills": [fill for fill in ASKED_FILLS if fill != "diffusion" or can_paint()],
            "limits": {
                "defects_page": MOST_ROWS,
                "timeline_bins": MOST_BINS,
                "stroke_points": MOST_POINTS,
                "body_bytes": MOST_BODY,
            },
        }

    def ready(self) -> None:
        """Wait until the audits that were there at the start are read, and the first picture is made."""
        self._reader.join()
        self._showing_first.join()

    def output_folders(self) -> Mapping[str, Path]:
        return {bench.clip.id: bench.clip.folder for bench in self.benches}

    def close(self) -> None:
        self._showing_first.join()
        self._held.close()

    def _take_up(self) -> None:
        for bench in self.benches:
            bench.take_up_audit()

    def _told(self, job: Job) -> None:
        self.events.tell({"type": "job", "job": job.as_json()})
        if job.state in ENDED and job.kind == "render":
            bench = self._benches[job.clip]
            self.events.tell({
                "type": "changed", "clip": job.clip, "frames": None,
                "revision": bench.clip.desk.revision, "why": "render",
            })  # fmt: skip
            bench.tell_clip()


def _begun(name: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name=name, daemon=True)
    thread.start()
    return thread


def parameters() -> list[dict[str, Any]]:
    """The parameter table as the page builds its controls from it."""
    return [
        {
            "id": one.id, "label": one.label, "hint": one.hint, "kind": one.kind, "default": one.default,
            "minimum": one.minimum, "maximum": one.maximum, "display": list(one.display), "unit": one.unit,
            "group": one.group, "choices": list(one.choices),
        }
        for one in PARAMETERS
    ]  # fmt: skip
