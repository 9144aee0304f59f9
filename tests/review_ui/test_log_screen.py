"""The log: found by who, what, when and about what; printed; whether its chain holds; nothing blind in it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import counted
import pytest
from counted import BATCH
from playwright.sync_api import Page, expect
from serving import Serving
from sqlalchemy import update
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser, Clock

import pipeline
from pipeline.access.roles import SYSTEM, Actor
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Refusal
from pipeline.storage import accounts, log
from pipeline.storage.log import Filter
from pipeline.storage.schema import audit
from pipeline.usecases import the_log as protocol
from pipeline.usecases.review import enter
from pipeline.usecases.the_log import chain, the_log
from pipeline.usecases.workspace import Workspace
from review_ui.wording_count import ACTS

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))
AUDITOR = Actor("kiemtra", "Kiemtra", frozenset({"auditor"}))


@pytest.fixture
def count(mixed_count: Workspace) -> Workspace:
    """The mixed pile, in the place of the plain one."""
    return mixed_count


def acts(workspace: Workspace, wanted: Filter) -> list[str]:
    return [line.event.act for line in the_log(workspace, AUDITOR, wanted).lines]


def test_lines_are_found_by_each_filter(count: Workspace, clock: Clock) -> None:
    clock.forward(hours=1)
    counted.settle(count)
    assert set(acts(count, Filter(actor="mot"))) == {"entry"}
    assert acts(count, Filter(act="batch_opened")) == ["batch_opened"]
    item = counted.place(count, 0).id
    assert acts(count, Filter(subjects=(item,))) == ["entry", "entry"]
    cut = datetime(2026, 3, 15, 20, 30, tzinfo=UTC)
    late, early = acts(count, Filter(since=cut)), acts(count, Filter(until=cut))
    assert set(late) - {"workspace_created"} == {"entry", "to_team"}  # that one has the time of the machine
    assert "batch_opened" in early
    assert len(late) + len(early) == the_log(count, AUDITOR, Filter()).number
    assert acts(count, Filter(actor="nobody")) == []


def test_pages_cover_every_line_once(count: Workspace) -> None:
    with count.database.write() as db:
        for n in range(450):
            log.append(db, AuditEvent("system", "test", str(n)), count.clock())
    seen: list[int] = []
    before = None
    for _ in range(4):
        found = the_log(count, AUDITOR, Filter(), before)
        seen += [line.seq for line in found.lines]
        before = found.more
        if before is None:
            break
    assert seen == list(range(found.number, 0, -1))
    printed = the_log(count, AUDITOR, Filter(), printed=True)
    assert [line.seq for line in printed.lines] == seen


def test_answers_that_must_stay_blind_are_hidden(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    item = counted.place(count, 0)
    an = Actor("an", "An", frozenset({"reviewer"}))
    with count.database.write() as db:
        accounts.put(db, an)
        enter(db, count.count, an, item.id, "partial", count.clock())
    kiemtra = signed_in_at(count, "kiemtra", "auditor").client
    (line,) = the_log(count, AUDITOR, Filter(act="entry")).lines
    assert line.event.detail["value"] == "…"
    assert "gạch một phần" not in kiemtra.get("/log?act=entry").text
    counted.settle(count)
    assert "gạch một phần" in kiemtra.get("/log?act=entry").text


def test_the_chain_is_told_to_hold_and_to_be_broken(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("kiemtra", "auditor", path="/log")
    expect(page.locator(".chain")).to_contain_text("nguyên vẹn")
    with serving.workspace.database.read() as db:
        head = log.head(db)
    assert head is not None
    expect(page.locator(".chain code")).to_have_text(head.digest)
    with serving.workspace.database.write() as db:
        db.execute(update(audit).where(audit.c.seq == 3).values(actor="somebody"))
    page.reload()
    expect(page.locator(".chain.broken")).to_contain_text("dòng 3")
    assert chain(serving.workspace, AUDITOR).broken == 3


def test_a_long_chain_is_checked_when_asked(
    screen_of: Screens, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "CHECKED", 2)
    page = screen_of("kiemtra", "auditor", path="/log")
    expect(page.locator(".chain.unknown")).to_be_visible()
    page.locator(".chain a").click()
    expect(page.locator(".chain")).to_contain_text("nguyên vẹn")


def test_from_a_line_to_its_ballot_and_to_what_else_was_done(screen_of: Screens, serving: Serving) -> None:
    counted.settle(serving.workspace)
    page = screen_of("kiemtra", "auditor", path="/log")
    page.select_option("select[name=act]", "entry")
    page.keyboard.press("Escape")
    page.locator("h1").click()
    with page.expect_navigation():
        page.keyboard.press("f")
    assert page.locator(".log tbody tr").count() == 4
    page.locator(".log tbody a").first.click()
    expect(page.locator("svg.drawn")).to_be_visible()
    page.goto(f"/log?subject={BATCH}")
    assert {"mở lô phiếu"} <= {cell.strip() for cell in page.locator(".log td:nth-child(4)").all_inner_texts()}


def test_the_printed_log_leaves_the_screen_furniture_out(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("kiemtra", "auditor", path="/log?printed=true")
    page.emulate_media(media="print")
    assert not page.locator(".top").is_visible()
    assert not page.locator(".log-filters").is_visible()
    expect(page.locator(".chain code")).to_be_visible()
    assert page.locator(".log tbody tr").count() == the_log(serving.workspace, AUDITOR, Filter()).number


@pytest.mark.parametrize("query", ["since=yesterday", "until=2026-99-99", "since=9999-12-31T23:59"])
def test_a_time_that_is_none_is_refused_in_plain_words(
    signed_in_at: Callable[..., Browser], count: Workspace, query: str
) -> None:
    answer = signed_in_at(count, "kiemtra", "auditor").client.get(f"/log?{query}")
    assert answer.status_code == (200 if "9999" in query else 422)
    assert "Traceback" not in answer.text


def test_only_who_may_sees_the_log(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    for role in ("reviewer", "committee", "operator", "team_leader", "witness"):
        assert signed_in_at(count, f"x-{role}", role).client.get("/log").status_code == 403
    assert signed_in_at(count, "quantri", "administrator").client.get("/log").status_code == 200
    with pytest.raises(Refusal):
        the_log(count, LEADER, Filter())
    assert the_log(count, SYSTEM, Filter()).number


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_log_is_accessible_and_fits(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    unit = serving.workspace.election.ballot_form_id(counted.AREA, counted.CONTEST)
    name = serving.workspace.election.candidates_of(unit)[1].id
    counted.closed(serving.workspace, LEADER, f"valid:{name}")
    page = screen_of("kiemtra", "auditor", language=language, path="/log")
    check(page, f"log-{language}", pictures)


def test_every_act_that_the_program_writes_down_has_words() -> None:
    """An act without words stands in the log of a Vietnamese screen under its English name."""
    written = set()
    for path in sorted(Path(pipeline.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "AuditEvent":
                written |= {a.value for a in node.args[1:2] if isinstance(a, ast.Constant)}
    assert len(written) > 40
    assert sorted(written - set(ACTS)) == []
