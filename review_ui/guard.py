"""Who may call a route: declared at each route, checked at each request, missing nowhere when the program starts."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from pipeline.access.roles import Permission, require
from pipeline.errors import Refusal, refuse
from pipeline.usecases.sign_in import Visitor, visitor
from review_ui.state import State, state_of
from review_ui.visit import Visit, language_of

SAFE = ("GET", "HEAD", "OPTIONS")
COOKIE = "kiemphieu_session"


class SignInFirst(Exception):  # noqa: N818  (no error: the browser is led to the page that signs in)
    """Nobody is signed in, or the session has ended; ``ended`` tells which."""

    def __init__(self, ended: bool) -> None:
        self.ended = ended
        super().__init__("sign in first")


class ChooseFirst(Exception):  # noqa: N818  (as above)
    """The account still has the one-time password that it was given."""


class Declaration:
    """What a route's argument declares: who may call it."""


class Needs(Declaration):
    """The dependency that declares and enforces a route's permission; ``None``: any account that is signed in."""

    def __init__(self, permission: Permission | None, before_own_password: bool = False, wakes: bool = True) -> None:
        self.permission = permission
        self.before_own_password = before_own_password
        self.wakes = wakes
        """Whether a request tells that a person is there; one that a page sends by itself does not."""

    async def __call__(self, request: Request) -> Visit:
        state = state_of(request)
        who = await run_in_threadpool(_visitor, state, request, self.wakes)
        request.state.who = who  # for the page that tells of a refusal
        if request.method not in SAFE:
            await _check_origin_and_token(request, who)
        if who.must_change and not self.before_own_password:
            raise ChooseFirst
        if self.permission is not None:
            require(who.actor, self.permission)
        return Visit(request, state, language_of(request), who)


class OpenToAll(Declaration):
    """The dependency that declares a route public; a page of another site still cannot post to it."""

    async def __call__(self, request: Request) -> Visit:
        if request.method not in SAFE:
            _check_origin(request)
        return Visit(request, state_of(request), language_of(request), None)


def cookie_name(state: State) -> str:
    """With TLS the browser itself holds the cookie to this host and to TLS."""
    return f"__Host-{COOKIE}" if state.secure else COOKIE


def _visitor(state: State, request: Request, wakes: bool) -> Visitor:
    token = request.cookies.get(cookie_name(state))
    if not token:
        raise SignInFirst(ended=False)
    who = visitor(state.workspace, token, wakes)
    if who is None:
        raise SignInFirst(ended=True)
    return who


async def _check_origin_and_token(request: Request, who: Visitor) -> None:
    _check_origin(request)
    given = request.headers.get("X-CSRF-Token")
    if given is None and "form" in request.headers.get("Content-Type", ""):
        found = (await request.form()).get("csrf")
        given = found if isinstance(found, str) else None
    if given is None or not secrets.compare_digest(given.encode(), who.session.csrf.encode()):
        raise refuse(
            "form-stale",
            request.url.path,
            "this page is from before you signed in anew, so nothing was done; open it again and repeat the last step",
        )


def _check_origin(request: Request) -> None:
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("Host"):
        raise foreign(request)


def foreign(request: Request) -> Refusal:
    return refuse("foreign-page", request.url.path, "a page of another site asked for this; nothing was done")


AnyAccount = Annotated[Visit, Depends(Needs(None))]
"""The type of a route's argument that declares: whoever is signed in."""
Public = Annotated[Visit, Depends(OpenToAll())]
"""The type of a route's argument that declares: everybody."""


def check_declared(router: APIRouter) -> None:
    """Raise :class:`PermissionUndeclaredError` for a route of ``router`` that declares no permission, or two.

    Called for each router before it is included: afterwards the application shows included routers only as
    opaque objects, and a check over those would find nothing.
    """
    for route in router.routes:
        if not isinstance(route, APIRoute):
            raise PermissionUndeclaredError(f"{route!r} is no plain route, so its permission cannot be told")
        declared = list(declarations(route.dependant))
        if len(declared) != 1:
            raise PermissionUndeclaredError(
                f"{sorted(route.methods or ())} {route.path}: declares {len(declared)} permissions; take one argument "
                "of a type such as Annotated[Visit, Depends(Needs('manage'))]"
            )


class PermissionUndeclaredError(RuntimeError):
    """A mistake in the program: it must not start."""


def declarations(dependant: Dependant) -> Iterator[Declaration]:
    """What a route and everything that it depends on declare."""
    if isinstance(dependant.call, Declaration):
        yield dependant.call
    for below in dependant.dependencies:
        yield from declarations(below)


def sign_in_path(request: Request) -> str:
    """The page that signs in and then leads back to where the browser was."""
    here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(here)}" if request.method in SAFE and here != "/" else "/sign-in"
