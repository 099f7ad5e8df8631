"""The web application: every address, behind the gate."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from engine.review import routes_clip, routes_decisions, routes_jobs, routes_picture
from engine.review.access import Access
from engine.review.answers import Crew
from engine.review.assets import Assets
from engine.review.gate import Gate
from engine.review.workplace import Workplace

_ROUTES = (
    *routes_clip.ROUTES, *routes_picture.ROUTES, *routes_decisions.ROUTES, *routes_jobs.ROUTES
)  # fmt: skip


def application(place: Workplace, crew: Crew, access: Access) -> Starlette:
    """The app; `place` and `crew` stay the caller's to close."""
    app = Starlette(
        routes=[
            Mount("/api", routes=list(_ROUTES)),
            Route("/{path:path}", Assets().__call__, methods=["GET"]),
        ],
        middleware=[Middleware(Gate, access=access)],
        exception_handlers={404: _not_there, 405: _not_so},
    )
    app.state.place = place
    app.state.crew = crew
    return app


async def _not_there(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": {"kind": "NotThere", "message": "There is nothing at this address."}}, 404)


async def _not_so(request: Request, error: Exception) -> Response:
    told = f"{request.method} is not what this address takes."
    return JSONResponse({"error": {"kind": "BadRequest", "message": told}}, 405)
