"""The list of defects, and what is decided on them."""

from __future__ import annotations

import secrets
import time
from functools import partial
from typing import Any

from starlette.routing import Route

from engine.review.answers import Ask, endpoint
from engine.review.bench import Bench, Patch
from engine.review.box_search import BoxSearch, FoundRegion
from engine.review.decision_log import Step
from engine.review.defects import MOST_IDS, MOST_ROWS, Query, counts_of, place_of, query_from, sifted
from engine.review.encode import box_within
from engine.review.refusals import BadRequest
from engine.review.rows import id_of, told
from engine.types import Box, FrameNumber

_PAGE = 100


async def defects(ask: Ask) -> Any:
    query = query_from(ask.query)
    limit = min(max(ask.whole("limit", _PAGE), 1), MOST_ROWS)
    work = partial(_listed, ask.bench, query, ask.whole("offset", 0), limit, ask.query.get("around", ""))
    return await ask.crew.quick(work)


async def defect_ids(ask: Ask) -> Any:
    bench, query = ask.bench, query_from(ask.query)

    def work() -> dict[str, Any]:
        rows = bench.clip.index.rows()
        places = sifted(rows, bench.clip.desk.ruling, query)[:MOST_IDS]
        return {"ids": [id_of(row) for row in rows[places]]}

    return await ask.crew.quick(work)


async def defect(ask: Ask) -> Any:
    found = ask.bench.clip
    rows = found.index.rows()
    row = rows[place_of(rows, ask.request.path_params["defect"])]
    return told(row, found.desk.ruling.told(row))


async def decisions(ask: Ask) -> Any:
    desk = ask.bench.clip.desk
    rows = desk.rows_on(ask.whole("frame", 0)) if ask.query.get("frame") else desk.rows
    return {**desk.state(), "count": len(desk.rows), "decisions": list(rows)}


async def decide(ask: Ask) -> Any:
    body = await ask.body()
    return await ask.crew.quick(partial(ask.bench.decide, body))


async def undo(ask: Ask) -> Any:
    return await ask.crew.quick(lambda: ask.bench.settled(ask.bench.clip.desk.undo()))


async def redo(ask: Ask) -> Any:
    return await ask.crew.quick(lambda: ask.bench.settled(ask.bench.clip.desk.redo()))


async def detect(ask: Ask) -> Any:
    bench, number, body = ask.bench, ask.frame, await ask.body()
    corners, sensitivity = body.get("box"), body.get("sensitivity")
    if not isinstance(corners, list) or len(corners) != 4 or not all(isinstance(n, int) for n in corners):
        raise BadRequest("The box is [top, left, bottom, right] in whole pixels.")
    if sensitivity is not None and not (isinstance(sensitivity, int | float) and 0 <= sensitivity <= 1):
        raise BadRequest(f"The sensitivity is from 0 to 1, not {sensitivity!r}.")
    box = box_within(corners, bench.clip.size)
    return await ask.crew.picture(ask.request, partial(_searched, bench, number, box, sensitivity))


def _listed(bench: Bench, query: Query, offset: int, limit: int, around: str) -> dict[str, Any]:
    rows, ruling = bench.clip.index.rows(), bench.clip.desk.ruling
    places = sifted(rows, ruling, query)
    if around:
        wanted = places == place_of(rows, around)
        offset = int(wanted.argmax()) // limit * limit if wanted.any() else 0
    page = rows[places[max(offset, 0) : max(offset, 0) + limit]]
    return {
        "total": int(places.size),
        "offset": max(offset, 0),
        "revision": f"{bench.clip.index.revision}-{bench.clip.desk.revision}",
        "rows": [told(row, ruling.told(row)) for row in page],
        "counts": counts_of(rows, ruling, places),
    }


def _searched(bench: Bench, number: FrameNumber, box: Box, sensitivity: float | None) -> dict[str, Any]:
    begun = time.perf_counter()
    search = BoxSearch.of(bench.clip, number, box)
    found = search.find(sensitivity)
    if not found:
        nothing = bench.settled(Step("", (), ()))
        return {**nothing, "found": [], "patch": None, "seconds": _since(begun)}
    regions = [(one.box, one.inside, one.damage_class) for one in found]
    step = bench.actions.add(number, regions, f"find in a box on {number}")
    patch = Patch(number, search.repaired(), search.within, box)
    name = secrets.token_hex(8)
    bench.patches.put(name, patch)
    address = f"/api/clips/{bench.clip.id}/frames/{number}/patch/{name}"
    return {
        **bench.settled(step),
        "found": [_told(one) for one in found],
        "patch": {"box": [box.top, box.left, box.bottom, box.right], "picture": address},
        "seconds": _since(begun),
    }


def _told(found: FoundRegion) -> dict[str, Any]:
    box = found.box
    return {
        "box": [box.top, box.left, box.bottom, box.right],
        "area": int(found.inside.sum()),
        "class": found.damage_class,
        "confidence": round(found.confidence, 4),
    }


def _since(begun: float) -> float:
    return round(time.perf_counter() - begun, 3)


ROUTES = [
    Route("/clips/{clip}/defects", endpoint(defects)),
    Route("/clips/{clip}/defects/ids", endpoint(defect_ids)),
    Route("/clips/{clip}/defects/{defect}", endpoint(defect)),
    Route("/clips/{clip}/decisions", endpoint(decisions), methods=["GET"]),
    Route("/clips/{clip}/decisions", endpoint(decide), methods=["POST"]),
    Route("/clips/{clip}/undo", endpoint(undo), methods=["POST"]),
    Route("/clips/{clip}/redo", endpoint(redo), methods=["POST"]),
    Route("/clips/{clip}/frames/{frame}/detect", endpoint(detect), methods=["POST"]),
]
