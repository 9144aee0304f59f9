"""The start: the screens that the person's roles open, and the font that all screens are set in."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse

from review_ui.fonts import Weight, screen_font
from review_ui.guard import AnyAccount, Public
from review_ui.screens import Screen
from review_ui.wording import ROLES

router = APIRouter()


@router.get("/")
def home(visit: AnyAccount) -> HTMLResponse:
    """What this person can do here."""
    roles = [ROLES[r] for r in sorted(visit.actor.roles)]
    return visit.page("home.html", {"roles": roles})


@router.get("/font/{weight}.ttf")
def font(weight: Weight, visit: Public) -> FileResponse:  # noqa: ARG001  (the argument is the declaration)
    """The screens' font."""
    return FileResponse(screen_font(weight), media_type="font/ttf", headers={"Cache-Control": "public, max-age=86400"})


SCREEN = Screen(router)
