"""Signing in and out, the own password, the language."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Response

from pipeline.errors import Refusal, refuse
from pipeline.messages import Language
from pipeline.usecases.sign_in import LONGEST, change_password, sign_in, sign_out
from review_ui.faults import status_of
from review_ui.guard import Needs, Public, cookie_name
from review_ui.screens import Screen
from review_ui.visit import LANGUAGE_COOKIE, Visit

router = APIRouter()
YEAR = 365 * 86400
Choosing = Annotated[Visit, Depends(Needs(None, before_own_password=True))]


def _own(path: str) -> str:
    """A path of this application; anything that leads elsewhere becomes the start."""
    parts = urlsplit(path)
    inside = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return path if inside else "/"


@router.get("/sign-in")
def ask(visit: Public, next: str = "/", ended: bool = False) -> Response:  # noqa: A002  (as the address has it)
    """The form that asks for name and password."""
    return visit.page("sign_in.html", {"next": _own(next), "ended": ended, "name": "", "problem": None})


@router.post("/sign-in")
def enter(
    visit: Public,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Open a session, or ask again with what was wrong."""
    address = visit.request.client.host if visit.request.client else "-"
    try:
        if not visit.state.may_try("sign-in", address, visit.state.limits.sign_in):
            raise refuse("too-many", address, "too many attempts from this address; wait a minute")
        opened = sign_in(visit.state.workspace, name, password)
    except Refusal as refusal:
        problem = refusal.problems[0]
        values = {"next": _own(next), "ended": False, "name": name, "problem": problem.text}
        return visit.page("sign_in.html", values, status_of(problem))
    answer = visit.go(_own(next))
    answer.set_cookie(
        cookie_name(visit.state),
        opened.token,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=visit.state.secure,
        httponly=True,
        samesite="strict",
    )
    return answer


@router.post("/sign-out")
def leave(visit: Choosing) -> Response:
    """End the session."""
    sign_out(visit.state.workspace, visit.visitor)
    answer = visit.go("/sign-in")
    answer.delete_cookie(cookie_name(visit.state), path="/", secure=visit.state.secure, httponly=True)
    return answer


@router.get("/password")
def own_password(visit: Choosing, changed: bool = False) -> Response:
    """The form for an own password."""
    return visit.page("password.html", {"problem": None, "changed": changed, "first": visit.visitor.must_change})


@router.post("/password")
def choose_password(
    visit: Choosing,
    former: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Put an own password in the place of the present one."""
    first = visit.visitor.must_change
    try:
        change_password(visit.state.workspace, visit.visitor, former, new, again)
    except Refusal as refusal:
        problem = refusal.problems[0]
        return visit.page("password.html", {"problem": problem.text, "changed": False, "first": first}, 409)
    return visit.go("/" if first else "/password?changed=1")


@router.post("/language")
def choose_language(
    visit: Public,
    language: Annotated[Language, Form()],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Remember the language on this browser."""
    answer = visit.go(_own(next))
    answer.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=YEAR,
        path="/",
        secure=visit.state.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


SCREEN = Screen(router)
