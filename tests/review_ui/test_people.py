"""The administrator's screen: accounts added, given roles, handed passwords, disabled."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.testclient import TestClient
from visitors import PASSWORD, Browser

from pipeline.storage import log
from pipeline.usecases.workspace import Workspace


def one_time(page: str) -> str:
    found = re.search(r"<code>([a-z0-9-]+)</code>", page)
    assert found, page
    return found[1]


def test_a_person_is_added_signs_in_and_chooses_a_password(
    signed_in: Callable[..., Browser], client: TestClient, workspace: Workspace
) -> None:
    boss = signed_in("boss", "administrator")
    page = boss.post("/people/add", sign_in_name="Nguyễn Lan", name="Nguyễn  Thị Lan", roles=["reviewer", "operator"])
    password = one_time(page.text)
    assert "Nguyễn Thị Lan" in page.text
    assert client.post("/sign-in", data={"name": "nguyễn lan", "password": password}).status_code == 303
    assert client.get("/").headers["location"] == "/password"
    with workspace.database.read() as db:
        lines = [line.event for line in log.lines(db)]
    added = next(e for e in lines if e.act == "account_added")
    assert (added.actor, added.subject, added.detail["roles"]) == ("boss", "nguyễn-lan", ["operator", "reviewer"])
    assert password not in str(lines)


def test_what_cannot_be_added_is_told_and_nothing_is_added(signed_in: Callable[..., Browser]) -> None:
    boss = signed_in("boss", "administrator")
    for form in (
        {"sign_in_name": "boss", "name": "Again", "roles": "reviewer"},
        {"sign_in_name": " ", "name": "Nameless", "roles": "reviewer"},
        {"sign_in_name": "x", "name": "Without role"},
        {"sign_in_name": "x", "name": "Program", "roles": "system"},
    ):
        answer = boss.post("/people/add", **form)
        assert answer.status_code == 409
        assert 'class="problem"' in answer.text
    page = boss.client.get("/people").text
    assert not any(name in page for name in ("Again", "Nameless", "Without role", "Program"))


def test_a_reset_password_ends_sessions_and_opens_a_locked_account(signed_in: Callable[..., Browser]) -> None:
    boss, an = signed_in("boss", "administrator"), signed_in("an", "reviewer")
    password = one_time(boss.post("/people/an/password").text)
    assert an.client.get("/").status_code == 303
    assert an.client.post("/sign-in", data={"name": "an", "password": PASSWORD}).status_code == 409
    assert an.client.post("/sign-in", data={"name": "an", "password": password}).status_code == 303


def test_a_disabled_account_is_out_at_once_until_it_is_let_in(signed_in: Callable[..., Browser]) -> None:
    boss, an = signed_in("boss", "administrator"), signed_in("an", "reviewer")
    assert boss.post("/people/an/disabled", disabled="true").status_code == 303
    assert an.client.get("/").status_code == 303
    assert an.client.post("/sign-in", data={"name": "an", "password": PASSWORD}).status_code == 409
    assert boss.post("/people/an/disabled", disabled="false").status_code == 303
    assert an.client.post("/sign-in", data={"name": "an", "password": PASSWORD}).status_code == 303


def test_other_roles_hold_from_the_next_request_on(signed_in: Callable[..., Browser]) -> None:
    boss, an = signed_in("boss", "administrator"), signed_in("an", "reviewer")
    assert an.client.get("/people").status_code == 403
    assert boss.post("/people/an/roles", roles=["administrator"]).status_code == 303
    assert an.client.get("/people").status_code == 200


def test_signed_out_everywhere(signed_in: Callable[..., Browser]) -> None:
    boss, an = signed_in("boss", "administrator"), signed_in("an", "reviewer")
    assert boss.post("/people/an/sign-out").status_code == 303
    assert an.client.get("/").status_code == 303


def test_the_last_administrator_stays(signed_in: Callable[..., Browser]) -> None:
    boss = signed_in("boss", "administrator")
    assert boss.post("/people/boss/disabled", disabled="true").status_code == 409
    assert boss.post("/people/boss/roles", roles=["reviewer"]).status_code == 409
    assert boss.client.get("/people").status_code == 200


def test_the_program_itself_is_no_person(signed_in: Callable[..., Browser]) -> None:
    boss = signed_in("boss", "administrator")
    assert boss.post("/people/system/password").status_code == 404
    assert "/people/system/" not in boss.client.get("/people").text
