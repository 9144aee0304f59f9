"""Signed minutes come in: the area is signed as long as its figures are those that were signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import counted
import pytest
from counted import AREA, CONTEST
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)

from pipeline.access.roles import Actor
from pipeline.errors import Refusal
from pipeline.storage import log, results
from pipeline.storage.log import Filter
from pipeline.usecases.downloads import area_minutes
from pipeline.usecases.signing import receive, take_back
from pipeline.usecases.standing import AreaStanding, standing
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))
COMMITTEE = Actor("son", "Son", frozenset({"committee"}))
DAY = date(2026, 3, 15)
WHO = "Nguyễn Văn Hòa, Trần Thị Lan"


@pytest.fixture
def count(mixed_count: Workspace) -> Workspace:
    """The mixed pile, counted to the end."""
    unit = mixed_count.election.ballot_form_id(AREA, CONTEST)
    counted.closed(mixed_count, LEADER, f"valid:{mixed_count.election.candidates_of(unit)[1].id}")
    return mixed_count


def area(workspace: Workspace, which: str = AREA) -> AreaStanding:
    return standing(workspace, COMMITTEE, CONTEST, which).area(which)


def sign(workspace: Workspace, **changes: object) -> None:
    given: dict[str, object] = {"number": "01/BB", "day": DAY, "signers": WHO, "digest": area(workspace).digest}
    receive(workspace, COMMITTEE, CONTEST, AREA, **{**given, **changes})  # type: ignore[arg-type]


def test_an_official_area_is_signed_when_its_minutes_have_come_in(count: Workspace) -> None:
    assert area(count).status == "closed"
    sign(count)
    found = area(count)
    assert (found.status, found.official, found.closed, found.changed_since_signed) == ("signed", True, True, False)
    assert found.signed is not None
    assert (found.signed.number, found.signed.day, found.signed.signers) == ("01/BB", DAY, WHO)
    assert standing(count, COMMITTEE, CONTEST).area(AREA).status == "signed"
    name, _ = area_minutes(count, COMMITTEE, CONTEST, AREA, draft=False)
    assert "ban-nhap" not in name
    with count.database.read() as db:
        (line,) = log.found(db, Filter(act="minutes_received"))
    assert (line.event.actor, line.event.detail["number"]) == ("son", "01/BB")


def test_counting_again_gives_the_same_digest(count: Workspace) -> None:
    first = area(count).digest
    with count.database.write() as db:
        results.forget(db, counted.BATCH)
    assert area(count).digest == first  # as it is counted now
    assert area(count).digest == first  # as it was kept


def test_figures_that_change_afterwards_are_no_longer_signed(count: Workspace) -> None:
    sign(count)
    counted.figures(count, voters=21)
    found = area(count)
    assert (found.status, found.official, found.changed_since_signed) == ("closed", True, True)
    counted.figures(count)
    assert area(count).status == "signed"
    counted.figures(count, voters=21)
    sign(count, number="02/BB")
    found = area(count)
    assert found.signed is not None
    assert (found.status, found.signed.number, found.signed.version) == ("signed", "02/BB", 2)


def test_a_note_is_taken_back_with_a_reason(count: Workspace) -> None:
    sign(count)
    with pytest.raises(Refusal, match="reason-missing"):
        take_back(count, COMMITTEE, CONTEST, AREA, " ")
    take_back(count, COMMITTEE, CONTEST, AREA, "nhầm khu vực")
    found = area(count)
    assert (found.status, found.signed) == ("closed", None)
    with pytest.raises(Refusal, match="signed-missing"):
        take_back(count, COMMITTEE, CONTEST, AREA, "nhầm khu vực")
    sign(count)
    assert area(count).status == "signed"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "figures-changed"),
        ({"number": " "}, "signed-incomplete"),
        ({"signers": ""}, "signed-incomplete"),
        ({"day": date(2026, 3, 14)}, "signed-day"),
        ({"day": date(2026, 3, 18)}, "signed-day"),
        ({"seen": ("leader", "secretary", "first_witness", "nothing_erased")}, "R17"),
    ],
)
def test_what_is_not_noted(count: Workspace, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refusal, match=code):
        sign(count, **changes)
    assert area(count).signed is None


def test_neither_twice_nor_before_it_is_official_nor_by_somebody_else(count: Workspace) -> None:
    with pytest.raises(Refusal, match="not-official"):
        receive(count, COMMITTEE, CONTEST, "kv2", "01/BB", DAY, WHO, area(count, "kv2").digest)
    with pytest.raises(Refusal, match="not-permitted"):
        receive(count, LEADER, CONTEST, AREA, "01/BB", DAY, WHO, area(count).digest)
    sign(count)
    with pytest.raises(Refusal, match="signed-stands"):
        sign(count)


def tick(page: Page) -> None:
    """Every signature and the stamp were seen, and nothing is erased (R17)."""
    for box in page.locator("[name=seen]").all():
        box.check()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_committee_notes_it_on_the_page_of_the_area(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("son", "committee", path=f"/totals/{CONTEST}/{AREA}", language=language)
    check(page, f"signing-{language}", pictures)
    page.fill("[name=number]", "01/BB")
    page.fill("[name=day]", "31/02/2026")
    page.fill("[name=signers]", WHO)
    tick(page)
    with page.expect_navigation():
        page.press("[name=signers]", "Enter")
    expect(page.locator("[role=alert]")).to_contain_text("31/02/2026")
    assert page.input_value("[name=signers]") == WHO
    page.fill("[name=day]", "15/03/2026")
    tick(page)
    with page.expect_navigation():
        page.press("[name=signers]", "Enter")
    expect(page.locator("h1 .tag")).to_have_text("đã ký" if language == "vi" else "signed")
    expect(page.locator("main")).to_contain_text("01/BB")
    check(page, f"signed-{language}", pictures)
    page.goto("/totals")
    expect(page.locator(".tag.signed")).to_have_count(1)
    counted.figures(serving.workspace, voters=21)
    page.reload()
    expect(page.locator("tr .tag.bad")).to_have_count(1)
