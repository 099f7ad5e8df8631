"""`python -m export.overhead.process`: the engine process that the node finds, with a clock in it.

It says `ready` once clients find it, and on SIGTERM writes its spans, one JSON list a line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from dataclasses import astuple
from pathlib import Path

from engine import pipeline
from engine.allocator import steady_memory
from engine.server.places import places
from engine.server.renderer import Defaults
from engine.server.server import ServeOptions, default_budget, serve
from export.overhead.bare import build_bare
from export.overhead.clock import Clock
from ocio.config import BUILT_IN


def main(arguments: list[str]) -> int:
    kind, file = arguments
    clock, stop = Clock(os.getppid()), threading.Event()
    clock.time_engine()
    clock.time_server()
    if kind == "bare":
        pipeline.build = build_bare
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    steady_memory()
    options = ServeOptions(places(), Defaults(BUILT_IN, device="cpu"), budget=default_budget())
    serve(options, lambda _: print("ready", flush=True), stop)
    lines = (json.dumps(astuple(span)) for span in clock.spans)
    Path(file).write_text("\n".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
