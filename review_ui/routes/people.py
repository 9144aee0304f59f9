"""Accounts: who may sign in, in which roles."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import HTMLResponse

from pipeline.access.roles import Permission
from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.usecases.people import ROLES, add_person, end_sessions, people, reset_password, set_disabled, set_roles
from pipeline.usecases.programs import create_token, programs, revoke_token
from review_ui import wording
from review_ui.guard import Needs
from review_ui.moments import shown
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

PERMISSION: Permission = "manage"
Manager = Annotated[Visit, Depends(Needs(PERMISSION))]
router = APIRouter(prefix="/people")


def _page(
    visit: Visit,
    status: int = 200,
    problem: Message | None = None,
    password: tuple[str, str] | None = None,
    token: tuple[str, str] | None = None,
) -> HTMLResponse:
    values = {
        "people": people(visit.state.workspace, visit.actor),
        "roles": ROLES,
        "role_names": wording.ROLES,
        "standings": wording.STANDINGS,
        "problem": problem,
        "password": password,
        "token": token,
        "programs": programs(visit.state.workspace, visit.actor),
        "scopes": wording.SCOPES,
        "token_standings": wording.TOKEN_STANDINGS,
        "shown": shown,
    }
    return visit.page("people.html", values, status)


@router.get("")
def listed(visit: Manager) -> Response:
    """All accounts."""
    return _page(visit)


@router.post("/add")
def add(
    visit: Manager,
    sign_in_name: Annotated[str, Form(max_length=100)] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    roles: Annotated[list[str], Form()] = [],  # noqa: B006  (FastAPI copies it)
) -> Response:
    """A new account; its one-time password is shown once, on this answer."""
    try:
        password = add_person(visit.state.workspace, visit.actor, sign_in_name, name, roles)
    except Refusal as refusal:
        return _page(visit, 409, refusal.problems[0].text)
    return _page(visit, password=(sign_in_name, password))


@router.post("/{account}/roles")
def change_roles(account: str, visit: Manager, roles: Annotated[list[str], Form()] = []) -> Response:  # noqa: B006
    """Other roles."""
    set_roles(visit.state.workspace, visit.actor, account, roles)
    return visit.go("/people")


@router.post("/{account}/password")
def new_password(account: str, visit: Manager) -> Response:
    """A one-time password, shown once, on this answer."""
    return _page(visit, password=(account, reset_password(visit.state.workspace, visit.actor, account)))


@router.post("/{account}/disabled")
def disable(account: str, visit: Manager, disabled: Annotated[bool, Form()]) -> Response:
    """Keep an account out, or let it in again."""
    set_disabled(visit.state.workspace, visit.actor, account, disabled)
    return visit.go("/people")


@router.post("/{account}/sign-out")
def sign_out_everywhere(account: str, visit: Manager) -> Response:
    """End every session of an account."""
    end_sessions(visit.state.workspace, visit.actor, account)
    return visit.go("/people")


@router.post("/tokens")
def make_token(
    visit: Manager,
    name: Annotated[str, Form(max_length=200)] = "",
    scopes: Annotated[list[str], Form()] = [],  # noqa: B006  (FastAPI copies it)
    days: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """A token for a program; it is shown once, on this answer."""
    number = int(days) if days.isascii() and days.isdigit() else 0
    try:
        made, secret = create_token(visit.state.workspace, visit.actor, name, scopes, number)
    except Refusal as refusal:
        return _page(visit, 409, refusal.problems[0].text)
    return _page(visit, token=(made.id, secret))


@router.post("/tokens/{token}/revoke")
def end_token(token: str, visit: Manager) -> Response:
    """The token is worth nothing any more."""
    revoke_token(visit.state.workspace, visit.actor, token)
    return visit.go("/people")


SCREEN = Screen(router, Link(message("People"), "/people", "P", PERMISSION, "manage"))
