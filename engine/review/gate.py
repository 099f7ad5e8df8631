"""Holds every request against `Access` before anything else sees it."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.review.access import COOKIE, Access

_PUBLIC_LOGIN = "/login"
_MOST_FORM = 4096
_WAIT = 1.0
"""Seconds before a wrong password is answered: guessing is to be slow."""
SAFETY = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_FORM = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Reelmend review</title>
<style>body{background:#333;color:#ddd;font:18px sans-serif;display:grid;
place-items:center;height:90vh}</style>
<form method="post" action="/login"><label>Password <input type="password" name="password" autofocus></label>
<button>Open</button><p>%s</p></form></html>"""


class Gate:
    """ASGI middleware: refuses foreign hosts, foreign origins and whoever lacks the token."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        fault = self._access.host_fault(headers) or self._access.origin_fault(headers)
        if fault:
            await _refuse(scope, receive, send, 403, "Forbidden", fault)
        elif scope["type"] == "http" and (answer := await self._entrance(scope, receive, headers)):
            await answer(scope, receive, _guarded(send))
        elif not self._access.knows(headers):
            told = "The token is missing or wrong; open the address that the server printed."
            await _refuse(scope, receive, send, 401, "Unauthorized", told)
        else:
            await self._app(scope, receive, _guarded(send))

    async def _entrance(self, scope: Scope, receive: Receive, headers: Headers) -> Response | None:
        """The answer to whoever comes in with the token in the address, or the password; else None."""
        given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if scope["path"] == "/" and given and self._access.is_token(given):
            return self._let_in()
        if not self._access.password:
            return None
        if scope["path"] == _PUBLIC_LOGIN and scope["method"] == "POST":
            form = parse_qs((await _body(receive)).decode("utf-8", "replace"))
            if self._access.is_password(form.get("password", [""])[0]):
                return self._let_in()
            await asyncio.sleep(_WAIT)
            return HTMLResponse(_FORM % "That was not the password.", 401)
        if scope["path"] == "/" and not self._access.knows(headers):
            return HTMLResponse(_FORM % "", 401)
        return None

    def _let_in(self) -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(COOKIE, self._access.token, httponly=True, samesite="strict", path="/")
        answer.headers["cache-control"] = "no-store"
        return answer


async def _body(receive: Receive) -> bytes:
    """The body of a form, cut off where it is longer than any password."""
    body, more = b"", True
    while more and len(body) <= _MOST_FORM:
        message = await receive()
        body += message.get("body", b"")
        more = bool(message.get("more_body"))
    return body


def _guarded(send: Send) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            more = [(name.encode(), value.encode()) for name, value in SAFETY.items()]
            message["headers"] = [*message["headers"], *(pair for pair in more if pair[0] not in present)]
        await send(message)

    return with_headers


async def _refuse(scope: Scope, receive: Receive, send: Send, status: int, kind: str, message: str) -> None:
    if scope["type"] == "websocket":
        # Closed before it is accepted: the browser is answered 403.
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": message[:120]})
        return
    answer = JSONResponse({"error": {"kind": kind, "message": message}}, status)
    await answer(scope, receive, _guarded(send))
