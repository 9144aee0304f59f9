"""Every route says who may call it: the program does not start otherwise, and holds everybody to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import pytest
from fastapi import APIRouter, Depends
from starlette.routing import Route
from starlette.testclient import TestClient
from visitors import Browser

from pipeline.usecases.workspace import Workspace
from review_ui.app import SCREENS, create_app
from review_ui.guard import Needs, PermissionUndeclaredError, Public
from review_ui.screens import Screen
from review_ui.visit import Visit


def bare(router: APIRouter) -> None:
    @router.get("/bare")
    def undeclared() -> str:
        return "open to everybody"


def nested(router: APIRouter) -> None:
    below = APIRouter()
    bare(below)
    router.include_router(below)


def twice(router: APIRouter) -> None:
    @router.get("/twice")
    def two(one: Annotated[Visit, Depends(Needs("enter"))], other: Public) -> str:
        return "which?"


def plain(router: APIRouter) -> None:
    router.routes.append(Route("/plain", bare))


@pytest.mark.parametrize("fault", [bare, nested, twice, plain])
def test_a_route_without_one_permission_keeps_the_program_from_starting(
    workspace: Workspace, fault: Callable[[APIRouter], None]
) -> None:
    router = APIRouter()
    fault(router)
    with pytest.raises(PermissionUndeclaredError):
        create_app(workspace, screens=(*SCREENS, Screen(router)))


def test_a_role_opens_its_screens_and_no_others(signed_in: Callable[..., Browser]) -> None:
    reviewer, administrator = signed_in("an", "reviewer"), signed_in("boss", "administrator")
    assert reviewer.client.get("/people").status_code == 403
    assert 'href="/people"' not in reviewer.client.get("/").text
    assert administrator.client.get("/people").status_code == 200
    assert reviewer.post("/people/add", sign_in_name="x", name="X", roles="reviewer").status_code == 403


def test_nobody_is_led_to_the_sign_in_page_and_back(client: TestClient) -> None:
    answer = client.get("/people?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/people%3Fa%3D1")


def test_a_form_without_the_token_of_the_session_changes_nothing(
    signed_in: Callable[..., Browser], workspace: Workspace
) -> None:
    boss = signed_in("boss", "administrator")
    form = {"sign_in_name": "new", "name": "New", "roles": "reviewer"}
    assert boss.client.post("/people/add", data=form).status_code == 403
    assert boss.client.post("/people/add", data=form | {"csrf": "x" * 32}).status_code == 403
    strange = {"Origin": "http://elsewhere.example"}
    assert boss.client.post("/people/add", data=form | {"csrf": boss.csrf}, headers=strange).status_code == 403
    assert "New" not in boss.client.get("/people").text
    assert boss.post("/people/add", **form).status_code == 200
    assert "New" in boss.client.get("/people").text


def test_every_answer_forbids_what_comes_from_elsewhere(signed_in: Callable[..., Browser]) -> None:
    boss = signed_in("boss", "administrator")
    for path in ("/", "/people", "/sign-in", "/nowhere", "/static/screen.css"):
        headers = boss.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert boss.client.get("/people").headers["cache-control"] == "no-store"
