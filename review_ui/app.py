"""The application: its screens put together, refused where a route says not who may call it."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from pipeline.usecases.workspace import Workspace
from review_ui.faults import teach
from review_ui.guard import check_declared
from review_ui.headers import Headers
from review_ui.routes import grid, home, people, pictures, review, sign_in
from review_ui.screens import Screen
from review_ui.state import Limits, State
from review_ui.templating import STATIC

SCREENS: tuple[Screen, ...] = (
    home.SCREEN,
    sign_in.SCREEN,
    pictures.SCREEN,
    review.SCREEN,
    grid.SCREEN,
    people.SCREEN,
)
"""In the order of the menu. A new screen is one module in ``routes`` and one line here."""


def create_app(
    workspace: Workspace, *, secure: bool = False, limits: Limits | None = None, screens: tuple[Screen, ...] = SCREENS
) -> FastAPI:
    """The application over an open workspace; raises ``PermissionUndeclaredError`` for a route that declares none.

    ``secure``: it is reached by TLS, so cookies go over nothing else.
    """
    app = FastAPI(title="kiemphieu", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.kiemphieu = State(workspace, secure, limits or Limits(), screens)
    for screen in screens:
        check_declared(screen.router)
        app.include_router(screen.router)
    app.mount("/static", _Static(directory=STATIC))
    teach(app)
    app.add_middleware(Headers, secure=secure)
    return app


class _Static(StaticFiles):
    """Public by nature: style, scripts and nothing of an election. Addresses change with the content."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
