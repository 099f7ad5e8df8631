"""Renders, scans and exports, and the events that every page hears."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

from starlette.responses import FileResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.review.answers import Ask, endpoint
from engine.review.jobs import Job
from engine.review.refusals import BadRequest, Conflict, NotThere
from engine.review.render_job import order_from, render_work
from engine.review.workplace import API, Workplace

_MOST_SAID = 4096


async def render(ask: Ask) -> Any:
    bench, body = ask.bench, await ask.body()
    order = order_from(body, bench.clip)
    if ask.place.jobs.busy(bench.clip.id, "render"):
        raise Conflict("A render of this clip is at work; wait for it, or cancel it.")
    work = render_work(bench.clip, order)
    return ask.place.jobs.start("render", bench.clip.id, order.name, work).as_json()


async def scan(ask: Ask) -> Any:
    bench, body = ask.bench, await ask.body()
    frames, repair = body.get("frames"), body.get("repair", False)
    if frames is not None and not isinstance(frames, str):
        raise BadRequest(f"frames is a list such as 1001-1100, or null, not {frames!r}.")
    if ask.place.jobs.busy(bench.clip.id, "scan"):
        raise Conflict("This clip is being looked through already.")
    work = await ask.crew.quick(partial(bench.scan, frames, bool(repair)))
    return ask.place.jobs.start("scan", bench.clip.id, f"look through {bench.clip.stem}", work).as_json()


async def export(ask: Ask) -> Any:
    bench, body = ask.bench, await ask.body()
    label, work = bench.exporter.work(body)
    return ask.place.jobs.start("export", bench.clip.id, label, work).as_json()


async def jobs(ask: Ask) -> Any:
    folders = {name: str(folder) for name, folder in ask.place.output_folders().items()}
    return {
        "output_folder": next(iter(folders.values()), ""),
        "output_folders": folders,
        "jobs": [job.as_json() for job in ask.place.jobs.all()],
    }


async def job(ask: Ask) -> Any:
    return _job(ask).as_json()


async def pause(ask: Ask) -> Any:
    _job(ask).pause()
    return _job(ask).as_json()


async def resume(ask: Ask) -> Any:
    _job(ask).resume()
    return _job(ask).as_json()


async def cancel(ask: Ask) -> Any:
    _job(ask).cancel()
    return _job(ask).as_json()


async def file(ask: Ask) -> Response:
    """One of the files that the job itself has named; the address is never taken for a path."""
    name = ask.request.path_params["name"]
    path = _job(ask).files.get(name)
    if path is None or not path.is_file():
        raise NotThere(f"The job has made no file {name!r}.")
    return FileResponse(path, filename=name, headers={"cache-control": "no-store"})


async def events(socket: WebSocket) -> None:
    """Tell the page what happens until it goes."""
    place: Workplace = socket.app.state.place
    await socket.accept()
    queue = place.events.subscribe()
    hearing = asyncio.create_task(_hear(socket))
    try:
        await socket.send_json(
            {"type": "hello", "api": API, "jobs": [job.as_json() for job in place.jobs.all()]}
        )
        while not hearing.done():
            waiting = asyncio.create_task(queue.get())
            await asyncio.wait({waiting, hearing}, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                break
            await socket.send_json(waiting.result())
    except (WebSocketDisconnect, RuntimeError):
        # Gone while it was being told something.
        return
    finally:
        hearing.cancel()
        place.events.unsubscribe(queue)


async def _hear(socket: WebSocket) -> None:
    """Answer pings until the page goes."""
    try:
        while True:
            text = await socket.receive_text()
            if len(text) <= _MOST_SAID and _is_ping(text):
                await socket.send_json({"type": "pong"})
    except (WebSocketDisconnect, RuntimeError, KeyError):
        return


def _is_ping(text: str) -> bool:
    try:
        told = json.loads(text)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("type") == "ping"


def _job(ask: Ask) -> Job:
    return ask.place.jobs.get(ask.request.path_params["job"])


ROUTES = [
    Route("/clips/{clip}/renders", endpoint(render), methods=["POST"]),
    Route("/clips/{clip}/scan", endpoint(scan), methods=["POST"]),
    Route("/clips/{clip}/exports", endpoint(export), methods=["POST"]),
    Route("/jobs", endpoint(jobs)),
    Route("/jobs/{job}", endpoint(job)),
    Route("/jobs/{job}/pause", endpoint(pause), methods=["POST"]),
    Route("/jobs/{job}/resume", endpoint(resume), methods=["POST"]),
    Route("/jobs/{job}/cancel", endpoint(cancel), methods=["POST"]),
    Route("/jobs/{job}/files/{name}", endpoint(file)),
    WebSocketRoute("/events", events),
]
