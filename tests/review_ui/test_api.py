"""The interface for programs: what a token opens, what stands in the way, and that it keeps to its description."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import counted
import pytest
import schemathesis
from counted import AREA, BATCH, CONTEST
from counting_team import PLAIN, scans
from fastapi import APIRouter, Depends
from hypothesis import HealthCheck, given, settings
from starlette.testclient import TestClient
from visitors import Browser, Clock

from pipeline.access.roles import PERMISSIONS, SYSTEM, Actor
from pipeline.access.scopes import SCOPES, Scope
from pipeline.errors import Refusal
from pipeline.storage import tokens
from pipeline.usecases import programs
from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.programs import create_token, revoke_token
from pipeline.usecases.the_log import Filter, the_log
from pipeline.usecases.workspace import Workspace, open_workspace
from review_ui.api.guard import Call, NeedsScope, check_scoped
from review_ui.api.openapi import ROUTERS, description
from review_ui.app import create_app
from review_ui.guard import AnyAccount, PermissionUndeclaredError

LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))
PROBLEM = "application/problem+json"


class Program:
    """Another program, with a token of some scopes."""

    def __init__(self, workspace: Workspace, *scopes: Scope, reader: BackgroundReader | None = None) -> None:
        self.token, secret = create_token(workspace, SYSTEM, "Trạm quét", scopes, 7)
        app = create_app(workspace, reader=reader)
        self.client = TestClient(app, raise_server_exceptions=False)
        self.client.headers.update({"Authorization": f"Bearer {secret}", "Accept-Language": "en"})

    def get(self, path: str, **query: object):  # type: ignore[no-untyped-def]
        return self.client.get(f"/api/v1/{path}", params=query or None)

    def post(self, path: str, **more: object):  # type: ignore[no-untyped-def]
        return self.client.post(f"/api/v1/{path}", **more)


# Tokens ------------------------------------------------------------------------------------------------


def test_a_token_is_shown_once_stored_as_a_digest_and_logged(
    signed_in: Callable[..., Browser], workspace: Workspace
) -> None:
    browser = signed_in("chu", "administrator")
    answer = browser.post("/people/tokens", name="Trạm quét", days="3", scopes=["batches:read", "log:read"])
    found = re.search(r"kiemphieu_[\w-]{43}", answer.text)
    assert found
    assert found[0] not in browser.client.get("/people").text
    with workspace.database.read() as db:
        (stored,) = tokens.every(db)
    assert stored.digest == programs._digest(found[0])
    assert stored.scopes == ("batches:read", "log:read")
    line = the_log(workspace, SYSTEM, Filter(act="token_created")).lines[0]
    assert (line.event.actor, line.event.subject) == ("chu", stored.account)
    assert found[0] not in str(line)
    browser.post(f"/people/tokens/{stored.id}/revoke")
    browser.post(f"/people/tokens/{stored.id}/revoke")
    assert [x.event.subject for x in the_log(workspace, SYSTEM, Filter(act="token_revoked")).lines] == [stored.account]


@pytest.mark.parametrize(
    ("name", "scopes", "days", "code"),
    [
        ("", ["log:read"], 1, "token-name"),
        ("x", [], 1, "scopes"),
        ("x", ["log:read", "everything"], 1, "scopes"),
        ("x", ["log:read"], 0, "token-days"),
        ("x", ["log:read"], 367, "token-days"),
    ],
)
def test_what_is_no_token(workspace: Workspace, name: str, scopes: list[str], days: int, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        create_token(workspace, SYSTEM, name, scopes, days)
    with workspace.database.read() as db:
        assert tokens.every(db) == ()


def test_only_the_administrator_makes_tokens(signed_in: Callable[..., Browser]) -> None:
    answer = signed_in("truong", "team_leader").post("/people/tokens", name="x", days="3", scopes=["log:read"])
    assert answer.status_code == 403


def test_a_token_ends_when_it_is_revoked_or_over_its_time(workspace: Workspace, clock: Clock) -> None:
    program, other = Program(workspace, "log:read"), Program(workspace, "log:read")
    assert program.get("log").status_code == 200
    revoke_token(workspace, SYSTEM, program.token.id)
    answer = program.get("log")
    assert (answer.status_code, answer.json()["code"]) == (401, "token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    clock.forward(days=7, seconds=-1)
    assert other.get("log").status_code == 200
    clock.forward(seconds=1)
    assert other.get("log").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer kiemphieu_x", "Basic YTpi", "Bearer \xff"])
def test_without_a_token_nothing(client: TestClient, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    assert client.get("/api/v1/batches", headers=headers).status_code == 401


def test_a_person_who_is_signed_in_still_needs_a_token(signed_in: Callable[..., Browser]) -> None:
    assert signed_in("chu", "administrator").client.get("/api/v1/log").status_code == 401


def test_each_scope_opens_its_own_routes_and_no_other(workspace: Workspace) -> None:
    wanted = {
        "batches:read": ["batches", "election"],
        "queue:read": ["queue"],
        "totals:read": ["totals/qh", "checks/qh", "results/qh", "totals/qh/kv1"],
        "exports:read": ["exports/totals.csv", "exports/totals.json", "exports/minutes/qh/kv1.pdf?draft=true"],
        "log:read": ["log"],
    }
    for scope in SCOPES:
        program = Program(workspace, scope)
        for of, paths in wanted.items():
            for path in paths:
                assert program.get(path).status_code == (200 if of == scope else 403), (scope, path)
        opened = program.post("batches", json={"area": "kv1", "contest": "qh"})
        assert opened.status_code == (201 if scope == "batches:write" else 403)


def test_a_program_may_never_do_what_people_must() -> None:
    people = {"enter", "sort_sheets", "put_to_team", "correct", "approve", "manage", "see_images"}
    assert not people & PERMISSIONS["program"]
    assert all(opened <= PERMISSIONS["program"] for opened in SCOPES.values())


def test_the_program_does_not_start_with_a_route_without_a_scope() -> None:
    def no_scope(visit: AnyAccount) -> None: ...
    def wrong_scope(call: Annotated[Call, Depends(NeedsScope("see_log", "totals:read"))]) -> None: ...
    def nothing() -> None: ...

    for handler in (no_scope, wrong_scope, nothing):
        router = APIRouter()
        router.get("/api/v1/x")(handler)
        with pytest.raises(PermissionUndeclaredError):
            check_scoped(router)
    for router in ROUTERS:
        check_scoped(router)


# What programs do --------------------------------------------------------------------------------------


def test_a_scanner_station_hands_in_a_pile(workspace: Workspace, tmp_path: Path) -> None:
    pile = scans(workspace, tmp_path / "scans", [PLAIN] * 3)
    reader = BackgroundReader(workspace, 0, pile.read)
    program = Program(workspace, "batches:read", "batches:write", reader=reader)
    area = next(a for a in program.get("election").json()["areas"] if "qh" in a["contests"])
    new = {"area": area["id"], "contest": "qh", "declared": 3}
    opened = program.post("batches", json=new)
    assert opened.status_code == 201
    key = opened.json()["id"]
    assert opened.headers["Location"] == f"/api/v1/batches/{key}"
    assert program.post("batches", json={**new, "id": key}).json()["code"] == "batch-stands"
    files = [("files", (f.name, f.read_bytes())) for f in pile.files] + [("files", ("note.txt", b"no picture"))]
    told = program.post(f"batches/{key}/files", files=files).json()["files"]
    assert [f["taken"] for f in told] == [True, True, True, False]
    assert told[3]["text"].startswith("not taken")
    state = _read(program, key)
    assert (state["scanned"], state["matches"], state["unread"]) == (3, True, 0)
    lines = the_log(workspace, SYSTEM, Filter(act="batch_opened")).lines
    assert lines[0].event.actor == program.token.account
    again = program.post(f"batches/{key}/files", files=files[:1]).json()["files"][0]
    assert "already" in again["text"]
    reader.stop()


def _read(program: Program, key: str) -> dict[str, object]:
    for _ in range(2000):
        state: dict[str, object] = program.get(f"batches/{key}").json()
        if state["scanned"] == 3:
            break
    return state


@pytest.fixture
def closed(mixed_count: Workspace) -> Workspace:
    unit = mixed_count.election.ballot_form_id(AREA, CONTEST)
    second = mixed_count.election.candidates_of(unit)[1].id
    counted.closed(mixed_count, LEADER, f"valid:{second}")
    return mixed_count


def test_totals_checks_and_results_are_those_of_closed_batches(closed: Workspace) -> None:
    program = Program(closed, "totals:read", "batches:read")
    found = program.get(f"totals/{CONTEST}").json()
    first = found["areas"][0]
    assert (first["area"], first["status"], first["official"], found["official"]) == (AREA, "closed", True, False)
    assert (first["result"]["valid"], first["result"]["invalid"]) == (8, {"c": 3, "d": 1})
    assert sorted(first["result"]["votes"].values(), reverse=True) == [7, 6, 6]
    assert program.get(f"totals/{CONTEST}/{AREA}").json() == first
    assert found["result"] == first["result"]
    assert [len(program.get(f"totals/{CONTEST}", offset=o, limit=2).json()["areas"]) for o in (0, 2, 4)] == [2, 1, 0]
    unit = program.get(f"results/{CONTEST}").json()["units"][0]
    assert (unit["areas"], unit["areas_official"], unit["candidates"]) == (3, 1, [])
    assert program.get(f"checks/{CONTEST}").json()["areas"][0] == {"area": AREA, "checked": True, "findings": []}
    counted.figures(closed, voted=5)
    findings = program.get(f"checks/{CONTEST}").json()["areas"][0]["findings"]
    assert [(f["rule"], f["kind"]) for f in findings] == [("R5", "world")]
    assert "12 ballots collected but only 5 voted" in findings[0]["text"]
    state = program.get(f"batches/{BATCH}").json()
    assert (state["state"], state["declared"], state["matches"]) == ("closed", 12, True)
    assert program.get("batches", state="closed").json()["total"] == 1


def test_files_and_the_log_are_fetched_and_fetching_is_logged(closed: Workspace) -> None:
    program = Program(closed, "exports:read", "log:read")
    assert program.get("exports/totals.xlsx").content[:2] == b"PK"
    answer = program.get(f"exports/minutes/{CONTEST}/{AREA}.pdf")
    assert answer.content[:5] == b"%PDF-"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "ban-nhap" not in answer.headers["Content-Disposition"]
    assert program.get(f"exports/minutes/{CONTEST}/kv2.pdf").json()["code"] == "minutes-open"
    lines = program.get("log", actor=program.token.account).json()["lines"]
    assert [x["act"] for x in lines] == ["minutes_printed", "totals_exported"]
    newest = program.get("log").json()
    assert newest["head"] == newest["lines"][0]["digest"]
    older = program.get("log", before=newest["lines"][4]["seq"]).json()["lines"]
    assert older[0]["seq"] == newest["lines"][4]["seq"] - 1
    since, until = "2026-03-15T20:00:00+00:00", "2026-03-15T19:59:59-00:00"
    assert program.get("log", since=since).json()["total"] > 0
    assert program.get("log", until=until).json()["total"] == 0


def test_problems_are_told_in_both_languages_with_the_same_code(workspace: Workspace) -> None:
    program = Program(workspace, "totals:read", "log:read")
    english = program.get("totals/xx")
    vietnamese = program.client.get("/api/v1/totals/xx", headers={"Accept-Language": "vi-VN,en;q=0.5"})
    for answer in (english, vietnamese):
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, PROBLEM)
        assert answer.json()["type"] == "urn:problem-type:kiemphieu:contest-unknown"
    assert english.json()["detail"] == "the contest 'xx' is not in the election"
    assert vietnamese.json()["detail"] != english.json()["detail"]
    assert (english.headers["Content-Language"], vietnamese.headers["Content-Language"]) == ("en", "vi")
    for path, status in (("nothing", 404), ("log?since=yesterday", 422), ("log?before=0", 422), ("totals/a%00b", 422)):
        answer = program.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM), path
    wrong = program.client.put("/api/v1/log")
    assert (wrong.status_code, wrong.headers["Allow"], wrong.headers["Content-Type"]) == (405, "GET", PROBLEM)
    assert program.client.get("/nowhere").headers["Content-Type"].startswith("text/html")


# The description ---------------------------------------------------------------------------------------


def test_the_description_is_public_and_names_the_scope_of_every_route(client: TestClient) -> None:
    found = client.get("/api/v1/openapi.json").json()
    assert found == description()
    scopes = {
        scope
        for operations in found["paths"].values()
        for operation in operations.values()
        for scheme in operation["security"]
        for scope in scheme["token"]
    }
    assert scopes == set(SCOPES)


@pytest.fixture(scope="module")
def described(
    mixed_workspace: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[schemathesis.schemas.BaseSchema]:
    """The application over a count with closed and open batches, and what it says of itself."""
    folder = tmp_path_factory.mktemp("described") / "workspace"
    shutil.copytree(mixed_workspace, folder)
    opened = open_workspace(folder, Clock())
    _, secret = create_token(opened, SYSTEM, "schemathesis", SCOPES, 7)
    app = create_app(opened, reader=BackgroundReader(opened, 0, lambda _task: []))
    found = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    found.config.update(headers={"Authorization": f"Bearer {secret}"})
    yield found
    opened.close()


KNOWN = {"contest": CONTEST, "area": AREA, "batch": BATCH}
FITS, MISFITS = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


def _cases() -> Iterator[tuple[str, str, str]]:
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            yield path, method, "as described"
            if "{" in path:
                yield path, method, "of what is there"
            if operation.get("parameters") or "requestBody" in operation:
                yield path, method, "not as described"


@pytest.mark.parametrize(("path", "method", "asked"), list(_cases()))
def test_the_interface_keeps_to_its_description(
    described: schemathesis.schemas.BaseSchema, path: str, method: str, asked: str
) -> None:
    """Whatever is asked: no answer of the 5xx, none that is not described, nothing wrong taken for right."""
    mode = MISFITS if asked == "not as described" else FITS

    @settings(deadline=None, max_examples=30, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=described[path][method].as_strategy(generation_mode=mode))
    def keeps(case: schemathesis.Case) -> None:
        if asked == "of what is there":
            case.path_parameters = {k: KNOWN.get(k, v) for k, v in case.path_parameters.items()}
        case.call_and_validate()

    keeps()
