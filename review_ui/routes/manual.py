"""The manual: one chapter for each role, with pictures of the screens; on the screen, on one page, as PDF."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from PIL import Image

from pipeline.access.roles import Role
from pipeline.errors import refuse
from pipeline.messages import Language, Message, message
from review_ui.guard import AnyAccount
from review_ui.screens import Screen
from review_ui.templating import STATIC
from review_ui.visit import Visit

Chapter = Literal["start", "operator", "reviewer", "leader", "committee", "administrator"]
CHAPTERS: Mapping[Chapter, Message] = {
    "start": message("Starting"),
    "operator": message("Counting team"),
    "reviewer": message("Reviewer"),
    "leader": message("Team leader"),
    "committee": message("Election committee"),
    "administrator": message("Administrator"),
}
_OF: Mapping[Role, Chapter] = {
    "operator": "operator",
    "reviewer": "reviewer",
    "team_leader": "leader",
    "committee": "committee",
    "administrator": "administrator",
}
PICTURES = STATIC / "manual"
"""Made by tests/review_ui/test_manual.py (``make manual``): pictures of the screens and the printed manual."""
router = APIRouter()


@lru_cache(maxsize=1)
def sizes() -> Mapping[str, tuple[int, int]]:
    """Picture -> width and height, so that a page does not jump while it loads."""
    found = {}
    for path in PICTURES.glob("*.png"):
        with Image.open(path) as picture:
            found[path.stem] = picture.size
    return found


def _page(visit: Visit, chosen: tuple[Chapter, ...]) -> Response:
    values = {"chapters": CHAPTERS, "chosen": chosen, "whole": len(chosen) > 1, "sizes": sizes()}
    return visit.page("manual.html", values)


@router.get("/manual")
def own(visit: AnyAccount) -> Response:
    """The chapter of the person's role; of several roles, the first."""
    mine: Chapter = next((chapter for role, chapter in _OF.items() if role in visit.actor.roles), "start")
    return _page(visit, (mine,))


@router.get("/manual/print")
def whole(visit: AnyAccount) -> Response:
    """All chapters on one page."""
    return _page(visit, tuple(CHAPTERS))


@router.get("/manual.pdf")
def printed(visit: AnyAccount) -> Response:
    """The manual on paper, for a class. Refused (``manual-missing``) where it was not installed."""
    path = printed_at(visit.language)
    if not path.is_file():
        raise refuse(
            "manual-missing", path.name, "the printed manual is not installed; print the page with all chapters"
        )
    return FileResponse(path, media_type="application/pdf", filename=path.name)


def printed_at(language: Language) -> Path:
    """Where the printed manual lies."""
    return PICTURES / f"kiemphieu-manual-{language}.pdf"


@router.get("/manual/{chapter}")
def one(chapter: Chapter, visit: AnyAccount) -> Response:
    """One chapter."""
    return _page(visit, (chapter,))


SCREEN = Screen(router)
