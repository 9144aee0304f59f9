"""Which token may call a route: its scope and permission, declared at each route, checked at each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from pipeline.access.roles import Actor, Permission, require
from pipeline.access.scopes import SCOPES, Scope
from pipeline.errors import refuse
from pipeline.messages import Language, Message, render
from pipeline.usecases.programs import Caller, caller
from pipeline.usecases.workspace import Workspace
from review_ui.guard import Declaration, OpenToAll, PermissionUndeclaredError, check_declared, declarations
from review_ui.state import State, state_of
from review_ui.visit import accepted_language


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a program."""

    request: Request
    state: State
    language: Language
    actor: Actor

    @property
    def workspace(self) -> Workspace:
        return self.state.workspace

    def say(self, text: Message) -> str:
        """The sentence in the language that the program asked for."""
        return render(text, self.language)


class NeedsScope(Declaration):
    """The dependency that declares and enforces what a token must open."""

    def __init__(self, permission: Permission, scope: Scope) -> None:
        self.permission, self.scope = permission, scope

    async def __call__(self, request: Request) -> Call:
        state = state_of(request)
        found = await run_in_threadpool(_caller, state.workspace, request)
        if self.scope not in found.scopes:
            raise refuse(
                "scope",
                found.actor.name,
                "this token does not open '{scope}'; ask the administrator for one that does",
                scope=self.scope,
            )
        require(found.actor, self.permission)
        return Call(request, state, accepted_language(request), found.actor)


def _caller(workspace: Workspace, request: Request) -> Caller:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = caller(workspace, secret.strip()) if kind.lower() == "bearer" else None
    if found is None:
        raise refuse(
            "token",
            request.url.path,
            "no token, or one that is unknown, revoked or over its time; ask the administrator for one",
        )
    return found


ReadsBatches = Annotated[Call, Depends(NeedsScope("see_totals", "batches:read"))]
WritesBatches = Annotated[Call, Depends(NeedsScope("ingest", "batches:write"))]
ReadsQueue = Annotated[Call, Depends(NeedsScope("see_work", "queue:read"))]
ReadsTotals = Annotated[Call, Depends(NeedsScope("see_totals", "totals:read"))]
ReadsExports = Annotated[Call, Depends(NeedsScope("export", "exports:read"))]
ReadsLog = Annotated[Call, Depends(NeedsScope("see_log", "log:read"))]


def check_scoped(router: APIRouter) -> None:
    """As :func:`check_declared`; moreover each route declares a scope that opens its permission, or is public.

    Raises :class:`PermissionUndeclaredError`.
    """
    check_declared(router)
    for route in router.routes:
        assert isinstance(route, APIRoute)
        (declared,) = declarations(route.dependant)
        if isinstance(declared, OpenToAll):
            continue
        if not isinstance(declared, NeedsScope) or declared.permission not in SCOPES[declared.scope]:
            raise PermissionUndeclaredError(
                f"{sorted(route.methods or ())} {route.path}: declares no scope that opens its permission; take one "
                "argument of a type such as Annotated[Call, Depends(NeedsScope('see_totals', 'totals:read'))]"
            )
