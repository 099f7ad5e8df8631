"""Everything that is shown: pictures of frames, proxies, thumbnails, patches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from starlette.responses import Response
from starlette.routing import Route

from engine.review.answers import Ask, endpoint
from engine.review.bench import Bench, packed_patch
from engine.review.defects import place_of
from engine.review.encode import SCALES, TYPES, Format, Packed, box_from, cut, largest, packed
from engine.review.looks import Look, Shown
from engine.review.pictures import Wanted
from engine.review.refusals import BadRequest, NotThere
from engine.review.rows import BOX
from engine.review.small import SIZES, Kind
from engine.types import Box, FrameNumber

_FOR_EVER = "private, max-age=31536000, immutable"
_EACH_TIME = "private, no-cache"
_SHEETS = ("matte", "truth")
"""Kinds whose channels are no colours, and have no mean."""
_READ = ("before", "infrared", "neighbour", "alignment", "aligned_difference")
"""Kinds that need no frame repaired, and so wait for none."""
_KINDS: tuple[Kind, ...] = ("before", "after", "matte")


@dataclass(frozen=True)
class _Shape:
    """How a picture is to be sent."""

    box: Box | None
    scale: int
    form: Format


async def picture(ask: Ask) -> Response:
    bench, number, kind = ask.bench, ask.frame, ask.request.path_params["kind"]
    look, shape = _look(ask), _shape(ask)
    source = ask.query.get("source", "auto")
    if source not in ("auto", "live", "render"):
        raise BadRequest(f"The source is auto, live or render, not {source!r}.")
    wanted = Wanted(
        look, ask.whole("offset", 0), ask.query.get("aligned", "1") != "0", ask.number("gain", 1.0),
        cast(Any, source),
    )  # fmt: skip
    version = bench.clip.version(number)
    tag = f'"{version}-{abs(hash((kind, str(sorted(ask.query.items())))))}"'
    if ask.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=_caching(ask, tag))
    begun = time.perf_counter()
    answer = ask.crew.picture if kind in _READ else ask.crew.repair
    made = await answer(ask.request, partial(_picture, bench, kind, number, wanted, shape))
    corners = shape.box or Box(0, 0, *bench.clip.size)
    return _sent(made, ask, tag, {
        "x-reelmend-box": f"{corners.top} {corners.left} {corners.bottom} {corners.right}",
        "x-reelmend-version": version,
        "x-reelmend-seconds": f"{time.perf_counter() - begun:.3f}",
    })  # fmt: skip


async def proxy(ask: Ask) -> Response:
    bench, number = ask.bench, ask.frame
    kind, size = _kind(ask.request.path_params["kind"]), ask.whole("size", 960)
    make = partial(bench.small.proxy, number, kind, _look(ask), size)
    content = await ask.crew.picture(ask.request, make)
    media_type = "image/png" if kind == "matte" else "image/jpeg"
    return Response(content, media_type=media_type, headers=_caching(ask))


async def thumbnail(ask: Ask) -> Response:
    bench, look = ask.bench, _look(ask)
    rows = bench.clip.index.rows()
    row = rows[place_of(rows, ask.request.path_params["defect"])]
    box = Box(*(int(row[name]) for name in BOX))
    side, size = ask.request.path_params["side"], ask.whole("size", 96)
    make = partial(bench.small.thumbnail, int(row["frame"]), box, side, look, size)
    answer = ask.crew.picture if side in _READ else ask.crew.repair
    content = await answer(ask.request, make)
    return Response(content, media_type="image/jpeg", headers=_caching(ask))


async def patch(ask: Ask) -> Response:
    bench, look, shape = ask.bench, _look(ask), _shape(ask)
    found = bench.patches.get(ask.request.path_params["patch"])
    if found is None or found.number != ask.frame:
        raise NotThere("That patch is no longer kept; ask for the frame.")
    make: Callable[[Shown], Packed] = partial(packed, form=shape.form)
    made = await ask.crew.picture(ask.request, partial(packed_patch, bench, found, make, look))
    corners = f"{found.box.top} {found.box.left} {found.box.bottom} {found.box.right}"
    return _sent(made, ask, "", {"x-reelmend-box": corners})


async def play(ask: Ask) -> Response:
    bench, body = ask.bench, await ask.body()
    if body.get("stop"):
        bench.ahead.play((), (), bench.clip.looks.look(None), SIZES[0])
        return Response(status_code=204)
    first, last = body.get("from"), body.get("to")
    if not isinstance(first, int) or not isinstance(last, int):
        raise BadRequest('What is played is sent as {"from": 1001, "to": 1240, "direction": 1}.')
    size = body.get("size", 960)
    if size not in SIZES:
        raise BadRequest(f"Proxies are {', '.join(map(str, SIZES))} pixels long, not {size!r}.")
    kinds: list[Kind] = [_kind(kind) for kind in body.get("kinds") or ["before"]]
    numbers = [n for n in bench.clip.opened.info.frames if min(first, last) <= n <= max(first, last)]
    backwards = body.get("direction", 1) == -1 or first > last
    look = bench.clip.looks.look(body.get("view"), float(body.get("exposure") or 0))
    bench.ahead.play(numbers[::-1] if backwards else numbers, kinds, look, size)
    return Response(status_code=204)


def _picture(bench: Bench, kind: str, number: FrameNumber, wanted: Wanted, shape: _Shape) -> Packed:
    made = bench.pictures.make(kind, number, wanted)
    if kind not in _SHEETS:
        return packed(cut(made, shape.box, shape.scale), shape.form)
    return packed(largest(cut(made, shape.box, 1), shape.scale), shape.form)


def _look(ask: Ask) -> Look:
    return ask.bench.clip.looks.look(ask.query.get("view"), ask.number("exposure", 0.0))


def _shape(ask: Ask) -> _Shape:
    box, scale, form = ask.query.get("box"), ask.whole("scale", 1), ask.query.get("format", "raw")
    if scale not in SCALES or form not in TYPES:
        raise BadRequest(f"The scale is one of {SCALES} and the format one of {', '.join(TYPES)}.")
    return _Shape(box_from(box, ask.bench.clip.size) if box else None, scale, cast(Format, form))


def _kind(kind: Any) -> Kind:
    if kind not in _KINDS:
        raise NotThere(f"Proxies are of {', '.join(_KINDS)}, not {kind!r}.")
    return kind


def _caching(ask: Ask, tag: str = "") -> dict[str, str]:
    held = {"cache-control": _FOR_EVER if ask.query.get("v") else _EACH_TIME}
    return {**held, "etag": tag} if tag else held


def _sent(made: Packed, ask: Ask, tag: str, headers: dict[str, str]) -> Response:
    size = {"x-reelmend-size": " ".join(map(str, made.size))}
    return Response(
        made.content, media_type=made.media_type, headers={**_caching(ask, tag), **size, **headers}
    )


ROUTES = [
    Route("/clips/{clip}/frames/{frame}/picture/{kind}", endpoint(picture)),
    Route("/clips/{clip}/frames/{frame}/proxy/{kind}", endpoint(proxy)),
    Route("/clips/{clip}/frames/{frame}/patch/{patch}", endpoint(patch)),
    Route("/clips/{clip}/defects/{defect}/thumbnail/{side}", endpoint(thumbnail)),
    Route("/clips/{clip}/play", endpoint(play), methods=["POST"]),
]
