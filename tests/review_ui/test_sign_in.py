"""Signing in: the first administrator, own passwords, sessions that end, accounts that lock."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient
from visitors import PASSWORD, Browser, Clock, person, token_of

from pipeline.storage import accounts, credentials, log
from pipeline.usecases.sign_in import FIRST, IDLE, LOCK, LONGEST, TRIES, first_administrator
from pipeline.usecases.workspace import Workspace
from review_ui.app import create_app
from review_ui.state import Limits


def sign_in(client: TestClient, name: str, password: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"name": name, "password": password})


def acts(workspace: Workspace) -> list[str]:
    with workspace.database.read() as db:
        return [line.event.act for line in log.lines(db)]


def test_the_first_administrator_chooses_a_password_before_anything_else(
    workspace: Workspace, client: TestClient
) -> None:
    made = first_administrator(workspace)
    assert made is not None
    assert sign_in(client, *made).status_code == 303
    assert client.get("/people").headers["location"] == "/password"
    csrf = token_of(client.get("/password").text)
    for new, again in (("short", "short"), (made[1], made[1]), ("long enough here", "another one here")):
        refused = client.post("/password", data={"csrf": csrf, "former": made[1], "new": new, "again": again})
        assert refused.status_code == 409
    assert client.get("/people").status_code == 303
    form = {"csrf": csrf, "former": made[1], "new": PASSWORD, "again": PASSWORD}
    assert client.post("/password", data=form).headers["location"] == "/"
    assert client.get("/people").status_code == 200
    assert first_administrator(workspace) is None


def test_a_start_before_the_first_sign_in_gives_a_new_password_and_the_old_one_is_worthless(
    workspace: Workspace, client: TestClient
) -> None:
    first, second = first_administrator(workspace), first_administrator(workspace)
    assert first is not None
    assert second is not None
    assert sign_in(client, FIRST, first[1]).status_code == 409
    assert sign_in(client, FIRST, second[1]).status_code == 303


def test_a_wrong_name_and_a_wrong_password_look_the_same(
    workspace: Workspace, client: TestClient, known_password: str
) -> None:
    person(workspace, known_password, "an", "reviewer")
    strange, wrong = sign_in(client, "nobody", "x" * 12), sign_in(client, "an", "x" * 12)
    assert strange.status_code == wrong.status_code == 409
    assert strange.text.replace("nobody", "an") == wrong.text


def test_failures_lock_an_account_for_a_while(
    workspace: Workspace, client: TestClient, known_password: str, clock: Clock
) -> None:
    person(workspace, known_password, "an", "reviewer")
    for _ in range(TRIES):
        assert sign_in(client, "an", "wrong password").status_code == 409
    assert sign_in(client, "an", PASSWORD).status_code == 409
    clock.forward(seconds=LOCK.total_seconds() + 1)
    assert sign_in(client, "an", PASSWORD).status_code == 303
    assert "account_locked" in acts(workspace)


def test_too_many_attempts_from_one_address_wait(workspace: Workspace) -> None:
    client = TestClient(create_app(workspace, limits=Limits(sign_in=3)))
    assert [sign_in(client, f"name-{n}", "x").status_code for n in range(5)] == [409, 409, 409, 429, 429]


def test_an_idle_session_ends_and_a_busy_one_only_after_a_night(
    signed_in: Callable[..., Browser], clock: Clock
) -> None:
    browser = signed_in("an", "reviewer")
    for _ in range(int(LONGEST / IDLE) * 2 - 1):
        clock.forward(seconds=IDLE.total_seconds() / 2)
        assert browser.client.get("/").status_code == 200
    clock.forward(seconds=IDLE.total_seconds())
    assert browser.client.get("/").headers["location"] == "/sign-in?ended=1"
    idle = signed_in("ba", "reviewer")
    clock.forward(seconds=IDLE.total_seconds() + 1)
    answer = idle.client.get("/", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["problems"][0]["code"] == "signed-out"


def test_signing_out_ends_the_session_for_good(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("an", "reviewer")
    cookie = dict(browser.client.cookies)
    assert browser.post("/sign-out").status_code == 303
    browser.client.cookies.update(cookie)
    assert browser.client.get("/").status_code == 303


def test_a_new_password_signs_other_browsers_out(signed_in: Callable[..., Browser], workspace: Workspace) -> None:
    one, other = signed_in("an", "reviewer"), signed_in("an", "reviewer")
    changed = one.post("/password", former=PASSWORD, new="một mật khẩu khác", again="một mật khẩu khác")
    assert changed.status_code == 303
    assert one.client.get("/").status_code == 200
    assert other.client.get("/").status_code == 303
    assert "password_changed" in acts(workspace)


def test_cookies_and_passwords_are_not_in_the_tables(signed_in: Callable[..., Browser], workspace: Workspace) -> None:
    browser = signed_in("an", "reviewer")
    with workspace.database.read() as db:
        stored = credentials.get(db, "an")
        assert stored is not None
        assert stored.password.startswith("$argon2id$")
        assert credentials.get_session(db, browser.client.cookies["kiemphieu_session"]) is None


def test_with_tls_the_cookie_is_for_this_host_and_for_tls_only(workspace: Workspace, known_password: str) -> None:
    person(workspace, known_password, "an", "reviewer")
    client = TestClient(create_app(workspace, secure=True), base_url="https://testserver", follow_redirects=False)
    cookie = sign_in(client, "an", PASSWORD).headers["set-cookie"]
    assert cookie.startswith("__Host-kiemphieu_session=")
    for part in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
        assert part in cookie
    assert client.get("/").headers["strict-transport-security"]


@pytest.mark.parametrize("path", ["//elsewhere.example", "https://elsewhere.example/", "/\\elsewhere.example", "x"])
def test_signing_in_leads_nowhere_else(
    workspace: Workspace, client: TestClient, known_password: str, path: str
) -> None:
    person(workspace, known_password, "an", "reviewer")
    answer = client.post("/sign-in", data={"name": "an", "password": PASSWORD, "next": path})
    assert answer.headers["location"] == "/"


def test_a_simulated_account_cannot_sign_in(workspace: Workspace, client: TestClient, known_password: str) -> None:
    actor = person(workspace, known_password, "an", "reviewer")
    with workspace.database.write() as db:
        accounts.put(db, actor)
        from sqlalchemy import update  # noqa: PLC0415

        from pipeline.storage.schema import account  # noqa: PLC0415

        db.execute(update(account).values(simulated=True))
    assert sign_in(client, "an", PASSWORD).status_code == 409


def test_the_language_is_vietnamese_until_the_browser_chooses(client: TestClient) -> None:
    assert "Đăng nhập" in client.get("/sign-in").text
    client.post("/language", data={"language": "en", "next": "/sign-in"})
    page = client.get("/sign-in").text
    assert "Sign in" in page
    assert '<html lang="en">' in page
