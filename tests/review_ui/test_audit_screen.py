"""The screens of an audit as people go through them: opened, drawn, written down, confirmed; bad entries told there."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from counted import BATCH
from playwright.sync_api import Page
from serving import serve_here
from test_every_screen import check, pictures  # noqa: F401  (a fixture)
from test_result_audit import AUDITOR, LEADER, SEED, truth
from visitors import Browser

from pipeline.usecases.result_audit import evaluate
from pipeline.usecases.result_audit_sheets import places_drawn
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace


@pytest.fixture
def official(mixed_count: Workspace) -> Workspace:
    with mixed_count.database.write() as db:
        counted.accounts.put(db, LEADER)
    counted.closed(mixed_count, LEADER, "invalid:c")
    counted.nobody_in_the_other_areas(mixed_count)
    return mixed_count


def drawn(workspace: Workspace, browser: Browser) -> None:
    unit = standing(workspace, AUDITOR, "qh").units[0].unit
    assert browser.post("/audits/open", unit=unit, risk="30", kind="ballots").headers["Location"] == "/audits/1"
    assert browser.post("/audits/1/draw", seed=SEED).status_code == 303


def written(workspace: Workspace, place: str) -> dict[str, object]:
    said = truth(workspace, place)
    return {"state": said} if not said[0].isdecimal() else {"state": "valid", "name": said.split(" ")}


def test_an_audit_goes_from_opening_to_the_answer(official: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    browser = signed_in_at(official, "gs", "auditor")
    drawn(official, browser)
    for place in places_drawn(official, AUDITOR, 1)[1]:
        page = browser.client.get(f"/audits/1/sheet/{place.number}").text
        assert place.place in page
        answer = browser.post(f"/audits/1/sheet/{place.number}", by="An, Ba", **written(official, place.place))
        assert answer.status_code == 303, answer.text
    assert answer.headers["Location"] == "/audits/1"
    page = browser.client.get("/audits/1").text
    assert "Phiếu giấy xác nhận đúng những người trúng cử." in page
    assert evaluate(official, AUDITOR, 1).state == "confirmed"
    assert browser.client.get("/audits/1/sheets.pdf").content[:4] == b"%PDF"
    assert f"{BATCH},kv1,12" in browser.client.get("/audits/1/manifest.csv").text


def test_the_page_of_a_sheet_does_not_tell_what_it_was_counted_as(
    official: Workspace, signed_in_at: Callable[..., Browser]
) -> None:
    browser = signed_in_at(official, "gs", "auditor")
    drawn(official, browser)
    pages = [browser.client.get(f"/audits/1/sheet/{p.number}").text for p in places_drawn(official, AUDITOR, 1)[1]]
    plain = {re.sub(r"sheet/\d+|>\s*\d+ / \d+|scan-\d+\.jpg|kv1-qh/\d+|phiếu thứ \d+|· \d+ /", "", p) for p in pages}
    assert len({re.sub(r'nonce="[^"]*"|\d', "", p) for p in plain}) == 1


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"state": "valid", "name": ["7"]}, "7"),
        ({"state": "x"}, "x"),
        ({"state": "b", "by": " "}, "không phải"),
    ],
)
def test_a_bad_entry_is_told_on_the_page_and_nothing_is_kept(
    official: Workspace, signed_in_at: Callable[..., Browser], form: dict[str, object], told: str
) -> None:
    browser = signed_in_at(official, "gs", "auditor")
    drawn(official, browser)
    answer = browser.post("/audits/1/sheet/1", **{"by": "An", **form})
    assert answer.status_code == 409
    assert told in answer.text
    assert evaluate(official, AUDITOR, 1).looked == 0


def test_a_sheet_is_looked_up_on_the_screen(official: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    browser = signed_in_at(official, "gs", "auditor")
    page = browser.client.get("/audits/find?what=kv1-qh/3").text
    assert "scan-002.jpg" in page
    assert "kv1-qh/99" in browser.client.get("/audits/find?what=kv1-qh/99").text


def test_only_committee_and_auditors_come_here(official: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    assert signed_in_at(official, "b", "committee").client.get("/audits").status_code == 200
    for role in ("reviewer", "operator", "witness", "administrator"):
        assert signed_in_at(official, role, role).client.get("/audits").status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_page_of_an_audit_is_accessible_and_fits(
    official: Workspace,
    screen_of: Callable[..., Page],
    signed_in_at: Callable[..., Browser],
    pictures: Path,  # noqa: F811
    language: str,
) -> None:
    browser = signed_in_at(official, "gs2", "auditor")
    with serve_here(official) as running:
        page = screen_of("gs", "auditor", path="/audits", language=language, at=running)
        check(page, f"audits-empty-{language}", pictures)
        drawn(official, browser)
        for place in places_drawn(official, AUDITOR, 1)[1][1:]:
            browser.post(f"/audits/1/sheet/{place.number}", by="An, Ba", **written(official, place.place))
        for name, path in {
            "audits": "/audits",
            "audit": "/audits/1",
            "audit-sheet": "/audits/1/sheet/1",
            "audit-find": "/audits/find?what=kv1-qh/3",
        }.items():
            page.goto(path)
            check(page, f"{name}-{language}", pictures)
        browser.post("/audits/1/sheet/1", by="An, Ba", state="missing")
        page.goto("/audits/1")
        check(page, f"audit-differs-{language}", pictures)
