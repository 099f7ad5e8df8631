"""The built page, read once: what is not among these files is not served, whatever it is called."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

_TYPES: Mapping[str, str] = {
    ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".html": "text/html",
    ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".wasm": "application/wasm",
    ".map": "application/json", ".ico": "image/x-icon", ".webmanifest": "application/manifest+json",
}  # fmt: skip
_UNBUILT = (
    "<!doctype html><title>Reelmend review</title><p>The page is not built; its API is there: /api/session"
)


@dataclass(frozen=True)
class Asset:
    content: bytes
    media_type: str


class Assets:
    """Address to file of the page, "index.html" for "/"."""

    def __init__(self) -> None:
        folder = resources.files("engine.review").joinpath("page/dist")
        self._files = dict(_walked(folder, "")) if folder.is_dir() else {}

    async def __call__(self, request: Request) -> Response:
        name = request.url.path.lstrip("/") or "index.html"
        found = self._files.get(name)
        if found is not None:
            # Built names change with their content; the page itself keeps its name.
            held = "no-cache" if name.endswith(".html") else "private, max-age=3600"
            return Response(found.content, media_type=found.media_type, headers={"cache-control": held})
        if name == "index.html":
            return HTMLResponse(_UNBUILT)
        return JSONResponse({"error": {"kind": "NotThere", "message": "There is no such file."}}, 404)


def _walked(folder: Traversable, prefix: str) -> Iterator[tuple[str, Asset]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walked(entry, f"{prefix}{entry.name}/")
        else:
            suffix = f".{entry.name.rpartition('.')[2]}"
            guessed = mimetypes.guess_type(entry.name)[0] or "application/octet-stream"
            yield f"{prefix}{entry.name}", Asset(entry.read_bytes(), _TYPES.get(suffix, guessed))
