"""The application: its screens put together, refused where a route says not who may call it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.workspace import Workspace
from review_ui.api import openapi
from review_ui.api.guard import check_scoped
from review_ui.faults import teach
from review_ui.guard import check_declared
from review_ui.headers import Headers
from review_ui.routes import (
    anomalies,
    audits,
    ballots,
    batches,
    count_sheets,
    downloads,
    figures,
    grid,
    hall,
    home,
    inventory,
    levels,
    manual,
    mode,
    paper,
    particulars,
    people,
    pictures,
    protocol,
    rejected,
    review,
    sign_in,
    team,
    totals,
    typing,
    work,
)
from review_ui.screens import Screen
from review_ui.sizes import Sizes
from review_ui.state import Limits, State
from review_ui.templating import STATIC

SCREENS: tuple[Screen, ...] = (
    home.SCREEN,
    sign_in.SCREEN,
    manual.SCREEN,
    pictures.SCREEN,
    batches.SCREEN,
    rejected.SCREEN,
    figures.SCREEN,
    inventory.SCREEN,
    count_sheets.SCREEN,
    review.SCREEN,
    grid.SCREEN,
    paper.SCREEN,
    typing.SCREEN,
    typing.COMPARE,
    team.SCREEN,
    ballots.SCREEN,
    work.SCREEN,
    totals.SCREEN,
    levels.SCREEN,
    particulars.SCREEN,
    downloads.SCREEN,
    audits.SCREEN,
    anomalies.SCREEN,
    hall.WITNESS,
    hall.RESULT,
    protocol.SCREEN,
    people.SCREEN,
    mode.SCREEN,
)
"""In the order of the menu. A new screen is one module in ``routes`` and one line here."""


def create_app(
    workspace: Workspace,
    *,
    secure: bool = False,
    limits: Limits | None = None,
    screens: tuple[Screen, ...] = SCREENS,
    reader: BackgroundReader | None = None,
) -> FastAPI:
    """The application over an open workspace; raises ``PermissionUndeclaredError`` for a route that declares none.

    ``secure``: it is reached by TLS, so cookies go over nothing else. ``reader`` reads what is handed in; it starts
    and stops with the server.
    """
    app = FastAPI(title="kiemphieu", openapi_url=None, docs_url=None, redoc_url=None, lifespan=_reading)
    state = State(workspace, secure, limits or Limits(), reader or BackgroundReader(workspace), screens)
    app.state.kiemphieu = state
    for screen in screens:
        check_declared(screen.router)
        app.include_router(screen.router)
    for router in (*openapi.ROUTERS, openapi.router):
        check_scoped(router)
        app.include_router(router)
    app.mount("/static", _Static(directory=STATIC))
    teach(app)
    app.add_middleware(Sizes, upload_mb=state.limits.upload_mb)
    app.add_middleware(Headers, secure=secure)
    return app


@asynccontextmanager
async def _reading(app: FastAPI) -> AsyncIterator[None]:
    reader: BackgroundReader = app.state.kiemphieu.reader
    await run_in_threadpool(reader.start)
    yield
    await run_in_threadpool(reader.stop)


class _Static(StaticFiles):
    """Public by nature: style, scripts and nothing of an election. Addresses change with the content."""

    def file_response(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response
