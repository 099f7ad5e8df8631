"""From what handlers give and raise to HTTP, and work off the server's loop."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from engine.closing import Closing
from engine.errors import (
    ColourError,
    DeviceError,
    Interrupted,
    ModelError,
    OutputExists,
    ReelmendError,
    SourceError,
    UsageError,
)
from engine.review.bench import Bench
from engine.review.refusals import BadRequest, Conflict, NotThere, TooLarge
from engine.review.workplace import MOST_BODY, Workplace
from engine.types import FrameNumber

Value = TypeVar("Value")
_STATUS: tuple[tuple[type[ReelmendError], int], ...] = (
    (NotThere, 404), (Conflict, 409), (OutputExists, 409), (TooLarge, 413), (UsageError, 400),
    (SourceError, 422), (ColourError, 422), (ModelError, 422), (DeviceError, 422),
)  # fmt: skip
_ASKED_AGAIN = 0.2
"""Seconds between looks whether anybody still waits for a picture."""
_log = logging.getLogger(__name__)


class Crew(Closing):
    """The threads that answer: some for what is repaired, which takes long, some for what is read or lies in
    a box, and some for all that is quick. None of them waits for what takes longer than its own."""

    def __init__(self) -> None:
        self._repairs = ThreadPoolExecutor(3, thread_name_prefix="repairs")
        self._pictures = ThreadPoolExecutor(3, thread_name_prefix="pictures")
        self._others = ThreadPoolExecutor(4, thread_name_prefix="answers")
        self._ended = False

    async def quick(self, work: Callable[[], Value]) -> Value:
        """Do what takes no longer than a moment."""
        return await asyncio.get_running_loop().run_in_executor(self._others, work)

    async def picture(self, request: Request, work: Callable[[], Value]) -> Value:
        """Do what takes a little and needs no frame repaired; dropped where the page has gone before that.

        Raises Interrupted where the server ends before it is done.
        """
        return await self._awaited(request, self._pictures.submit(work))

    async def repair(self, request: Request, work: Callable[[], Value]) -> Value:
        """As `picture`, for what may need a frame repaired first: seconds."""
        return await self._awaited(request, self._repairs.submit(work))

    async def _awaited(self, request: Request, future: Future[Value]) -> Value:
        waiting = asyncio.wrap_future(future)
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=_ASKED_AGAIN)
            if done:
                return waiting.result()
            if await request.is_disconnected() and future.cancel():
                raise ClientDisconnect
            if self._ended:
                future.cancel()
                raise Interrupted("The server is ending.")

    def end(self) -> None:
        """Let nobody wait any longer for what takes long."""
        self._ended = True

    def close(self) -> None:
        for pool in (self._repairs, self._pictures, self._others):
            pool.shutdown(wait=True, cancel_futures=True)


Handler = Callable[["Ask"], Awaitable[Any]]


class Ask:
    """One request, with what a handler needs of it."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self.place: Workplace = request.app.state.place
        self.crew: Crew = request.app.state.crew

    @property
    def query(self) -> Mapping[str, str]:
        return self.request.query_params

    @property
    def bench(self) -> Bench:
        """The clip that the address names. Raises NotThere."""
        return self.place.bench(self.request.path_params["clip"])

    @property
    def frame(self) -> FrameNumber:
        """The frame that the address names. Raises NotThere."""
        return self.bench.clip.require(whole(self.request.path_params["frame"], "frame"))

    def number(self, name: str, default: float) -> float:
        """A number of the query. Raises BadRequest."""
        text = self.query.get(name)
        if text is None or text == "":
            return default
        try:
            value = float(text)
        except ValueError as error:
            raise BadRequest(f"{name} is a number, not {text!r}.") from error
        if not abs(value) <= 1e12:
            raise BadRequest(f"{name} is a number within reason, not {text!r}.")
        return value

    def whole(self, name: str, default: int) -> int:
        text = self.query.get(name)
        return default if not text else whole(text, name)

    async def body(self) -> dict[str, Any]:
        """The JSON object that was sent, {} for none. Raises BadRequest, TooLarge."""
        content = b""
        async for part in self.request.stream():
            content += part
            if len(content) > MOST_BODY:
                raise TooLarge(f"A request has at most {MOST_BODY} bytes.")
        if not content:
            return {}
        try:
            told = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}.") from error
        if not isinstance(told, dict):
            raise BadRequest("The body is a JSON object.")
        return told


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """`handler` as Starlette calls it: what it gives becomes JSON, what it raises an error."""

    async def answer(request: Request) -> Response:
        try:
            given = await handler(Ask(request))
        except ReelmendError as error:
            return refusal(error, request)
        except ClientDisconnect:
            return Response(status_code=499)
        except Exception as error:
            _log.exception("a request failed: %s", request.url.path)
            told = f"{type(error).__name__}: {error}"
            return JSONResponse({"error": {"kind": "Unexpected", "message": told}}, 500)
        if isinstance(given, Response):
            return given
        answered = JSONResponse(given)
        answered.headers["cache-control"] = "no-store"
        return answered

    return answer


def refusal(error: ReelmendError, request: Request) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    told: dict[str, Any] = {"kind": type(error).__name__, "message": str(error)}
    frame = str(request.path_params.get("frame", ""))
    if frame.lstrip("-").isdigit():
        told["frame"] = int(frame)
    return JSONResponse({"error": told}, status)


def whole(text: str, name: str) -> int:
    """Raises BadRequest."""
    try:
        value = int(text)
    except ValueError as error:
        raise BadRequest(f"{name} is a whole number, not {text!r}.") from error
    if abs(value) > 10**12:
        raise BadRequest(f"{name} has at most 12 digits.")
    return value
