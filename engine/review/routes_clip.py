"""Session, clips, timeline, settings: what is told rather than shown."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.routing import Route

from engine.parameters import Settings
from engine.review.answers import Ask, endpoint
from engine.review.refusals import BadRequest
from engine.review.render_job import formats
from engine.review.rows import flag_names, flags_of, told
from engine.review.shots import shot_of
from engine.review.timeline import next_of, timeline
from engine.review.walk import walk
from engine.types import FrameNumber

_BINS = 1000


async def session(ask: Ask) -> Any:
    return await ask.crew.quick(ask.place.session)


async def parameters(ask: Ask) -> Any:
    return ask.place.session()["parameters"]


async def clip(ask: Ask) -> Any:
    return await ask.crew.quick(ask.bench.clip.facts)


async def frame(ask: Ask) -> Any:
    number, bench = ask.frame, ask.bench
    if ask.query.get("wait", "1") != "0" and not bench.clip.from_render(number):
        await ask.crew.repair(ask.request, partial(bench.frames.seen, number))
    return await ask.crew.quick(partial(_frame_facts, ask, number))


async def frame_walk(ask: Ask) -> Any:
    number, bench = ask.frame, ask.bench
    return await ask.crew.repair(ask.request, partial(walk, bench.frames, number))


async def line(ask: Ask) -> Any:
    index = ask.bench.clip.index
    first = ask.whole("first", int(index.numbers[0]))
    last = ask.whole("last", int(index.numbers[-1]))
    return await ask.crew.quick(partial(timeline, index, first, last, ask.whole("bins", _BINS)))


async def next_one(ask: Ask) -> Any:
    found = ask.bench.clip
    start, direction = ask.whole("from", found.opened.info.frames[0]), ask.whole("direction", 1)
    what = ask.query.get("what", "worth")
    return await ask.crew.quick(partial(next_of, found.index, found.desk.ruling, start, direction, what))


async def shot(ask: Ask) -> Any:
    number, bench = ask.whole("frame", ask.bench.clip.opened.info.frames[0]), ask.bench
    first, last = await ask.crew.repair(ask.request, partial(shot_of, bench.clip, number))
    return {"first": first, "last": last}


async def settings(ask: Ask) -> Any:
    return _settings(ask)


async def change_settings(ask: Ask) -> Any:
    values = (await ask.body()).get("values")
    if not isinstance(values, dict):
        raise BadRequest('The settings are sent as {"values": {"sensitivity": 0.4}}.')
    await ask.crew.quick(partial(ask.bench.set, values))
    return _settings(ask)


async def reset_settings(ask: Ask) -> Any:
    await ask.crew.quick(partial(ask.bench.set, Settings().as_dict()))
    return _settings(ask)


async def clip_formats(ask: Ask) -> Any:
    return {"formats": formats(ask.bench.clip)}


def _settings(ask: Ask) -> dict[str, Any]:
    found = ask.bench.clip
    return {"revision": found.settings_revision, "values": found.settings.as_dict()}


def _frame_facts(ask: Ask, number: FrameNumber) -> dict[str, Any]:
    bench = ask.bench
    found, index = bench.clip, bench.clip.index
    rows, ruling = index.rows_of(number), found.desk.ruling
    place = index.place(number)
    assert place is not None
    seen = bench.frames.seen_already(number)
    bits = int(index.flags[place]) | flags_of(rows)
    rendered = found.from_render(number)
    failed = "failed" in flag_names(bits)
    return {
        "frame": number,
        "known": index.knows(number),
        "version": found.version(number),
        "status": "failed" if failed else "rendered" if rendered else "found",
        "message": "",
        "after": "render" if rendered else "live",
        "damaged": max(float(index.density[place]), 0.0),
        "neighbours": [] if seen is None else list(seen.report.neighbours),
        "duplicate_of": None if seen is None else seen.report.duplicate_of,
        "cut_before": "shot cut" in flag_names(bits),
        "flags": flag_names(bits),
        "timecode": found.timecode(number),
        "regions": [told(row, ruling.told(row)) for row in rows],
        "seconds": {} if seen is None else {name: round(s, 4) for name, s in seen.report.seconds.items()},
    }


ROUTES = [
    Route("/session", endpoint(session)),
    Route("/parameters", endpoint(parameters)),
    Route("/clips/{clip}", endpoint(clip)),
    Route("/clips/{clip}/timeline", endpoint(line)),
    Route("/clips/{clip}/next", endpoint(next_one)),
    Route("/clips/{clip}/shot", endpoint(shot)),
    Route("/clips/{clip}/formats", endpoint(clip_formats)),
    Route("/clips/{clip}/settings", endpoint(settings), methods=["GET"]),
    Route("/clips/{clip}/settings", endpoint(change_settings), methods=["PUT"]),
    Route("/clips/{clip}/settings/reset", endpoint(reset_settings), methods=["POST"]),
    Route("/clips/{clip}/frames/{frame}", endpoint(frame)),
    Route("/clips/{clip}/frames/{frame}/walk", endpoint(frame_walk)),
]
