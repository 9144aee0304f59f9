"""The team before the large screen: votes recorded, two thirds and majority checked, the decision in the log."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from counted import TEAM
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import PASSWORD, Browser, Clock

from pipeline.access.roles import Actor
from pipeline.review.states import ByTeam, Corrected, Settled
from pipeline.storage import accounts, items, log
from pipeline.storage.log import Filter
from pipeline.usecases.review import enter
from pipeline.usecases.team import agenda
from pipeline.usecases.workspace import Workspace, open_workspace

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))


@pytest.fixture
def count(mixed_count: Workspace) -> Workspace:
    """The mixed pile, in the place of the plain one."""
    return mixed_count


def value(workspace: Workspace, item: str) -> str | None:
    with workspace.database.read() as db:
        found = items.get(db, item)
    assert found is not None
    return getattr(found.state, "value", None)


def name_team(page: Page) -> None:
    page.fill("textarea[name=names]", "\n".join(TEAM))
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi danh sách tổ").click()


def raise_hands(page: Page, *hands: str) -> None:
    for n, hand in enumerate(hands):
        page.locator(f"input[name=hand-{n}][value={hand}]").check()


def record(page: Page) -> None:
    page.locator("h1").first.click()  # out of the fields, so that keys count
    with page.expect_navigation():
        page.keyboard.press("g")


def test_too_many_names_are_told_in_numbers(signed_in_at: Callable[..., Browser], mixed_count: Workspace) -> None:
    counted.settle(mixed_count)
    leader = signed_in_at(mixed_count, "truong", "team_leader")
    (case,) = agenda(mixed_count, LEADER).single
    leader.post(f"/team/{case.item}/members", names="\n".join(TEAM))
    names = [c.id for c in mixed_count.election.candidates_of("qh-1")]
    hands = {f"hand-{n}": "for" for n in range(len(TEAM))}
    refused = leader.post("/team/decide", item=case.item, version="1", proposal="valid", name=names[:4], **hands)
    assert refused.status_code == 409
    assert "Đã chọn 4 người, nhưng phiếu hợp lệ chỉ để 1 đến 3 người" in refused.text


def test_the_team_votes_on_a_doubtful_ballot(screen_of: Screens, serving: Serving) -> None:
    counted.settle(serving.workspace)
    (case,) = agenda(serving.workspace, LEADER).single
    page = screen_of("truong", "team_leader", path="/team")
    while page.locator("tr.chosen a").get_attribute("href") != f"/team/{case.item}":
        page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    name_team(page)
    expect(page.locator(".needed")).to_contain_text("4")
    page.locator("input[name=proposal][value=valid]").check()
    page.locator("h1").first.click()
    page.keyboard.press("a")
    expect(page.locator("#votes")).to_contain_text("✓")
    raise_hands(page, "for", "for", "for", "for", "against", "absent")
    record(page)
    expect(page.locator(".done")).to_contain_text("1")
    with serving.workspace.database.read() as db:
        item = items.get(db, case.item)
        (line,) = log.found(db, Filter(act="team_decision"))
    assert item is not None
    assert isinstance(item.state, Settled)
    assert isinstance(item.state.evidence, ByTeam)
    assert item.state.value.startswith("valid:")
    assert [v.member for v in item.state.evidence.votes] == list(TEAM[:5])
    assert item.state.evidence.members == 6
    assert line.event.actor == "truong"
    assert line.event.subject == case.item
    assert line.event.detail["votes"][4] == [TEAM[4], "against"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("hands", "why"),
    [
        (("for", "for", "for", "absent", "absent", "absent"), "hai phần ba"),
        (("for", "for", "for", "against", "against", "absent"), "quá nửa"),
        (("against", "against", "against", "against", "for", "for"), "Quá nửa tổ"),
    ],
)
def test_without_two_thirds_or_majority_nothing_is_decided(
    screen_of: Screens, serving: Serving, hands: tuple[str, ...], why: str
) -> None:
    counted.settle(serving.workspace)
    (case,) = agenda(serving.workspace, LEADER).single
    page = screen_of("truong", "team_leader", path=f"/team/{case.item}")
    name_team(page)
    page.locator("input[name=proposal][value='invalid:c']").check()
    raise_hands(page, *hands)
    record(page)
    expect(page.locator(".problem")).to_contain_text(why, ignore_case=True)
    assert value(serving.workspace, case.item) is None
    with serving.workspace.database.read() as db:
        (line,) = log.found(db, Filter(act="team_vote_failed"))
    assert (line.event.actor, line.event.subject) == ("truong", case.item)
    said = {"for": "invalid:c", "against": "against", "absent": "absent_member"}
    assert line.event.detail["votes"] == [[m, said[h]] for m, h in zip(TEAM, hands, strict=True)]
    assert page.locator("input[name=hand-0]:checked").get_attribute("value") == hands[0]


def test_a_pile_is_decided_by_one_vote(screen_of: Screens, serving: Serving) -> None:
    before = agenda(serving.workspace, LEADER)
    (pile,) = [p for p in before.piles if len(p) > 1]
    page = screen_of("truong", "team_leader", path=f"/team/pile/{pile[0].item}")
    assert page.locator(".gallery img").count() == 3
    name_team(page)
    page.goto(f"/team/pile/{pile[0].item}")
    page.keyboard.press("a")
    record(page)
    assert {value(serving.workspace, c.item) for c in pile} == {"invalid:c"}
    after = agenda(serving.workspace, LEADER)
    assert len(after.decided) == 3
    assert [p[0].ground for p in after.piles] == ["d"]


def test_only_the_ballots_that_were_shown_are_decided(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    (pile,) = [p for p in agenda(count, LEADER).piles if len(p) > 1]
    truong = signed_in_at(count, "truong", "team_leader")
    truong.post(f"/team/{pile[0].item}/members", names="\n".join(TEAM))
    hands = {f"hand-{n}": "for" for n in range(6)}
    two = [pile[0].item, pile[1].item]
    answer = truong.post("/team/decide", item=two, shown_as="pile", version="1", proposal="invalid:c", **hands)
    assert answer.status_code == 303
    assert [value(count, c.item) for c in pile] == ["invalid:c", "invalid:c", None]


def test_a_team_that_was_changed_meanwhile_votes_again(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    (pile,) = [p for p in agenda(count, LEADER).piles if len(p) > 1]
    truong = signed_in_at(count, "truong", "team_leader")
    truong.post(f"/team/{pile[0].item}/members", names="\n".join(TEAM))
    truong.post(f"/team/{pile[0].item}/members", names="\n".join((*TEAM, "Đặng Văn Sáu")))
    hands = {f"hand-{n}": "for" for n in range(6)}
    answer = truong.post("/team/decide", item=[pile[0].item], version="1", proposal="invalid:c", **hands)
    assert answer.status_code == 409
    assert value(count, pile[0].item) is None


def test_the_team_decides_anew_with_reason_and_approval(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    (pile,) = [p for p in agenda(count, LEADER).piles if len(p) == 1]
    key = pile[0].item
    truong = signed_in_at(count, "truong", "team_leader")
    signed_in_at(count, "uyban", "committee")
    truong.post(f"/team/{key}/members", names="\n".join(TEAM))
    sent = {"item": [key], "version": "1", **{f"hand-{n}": "for" for n in range(6)}}
    assert truong.post("/team/decide", proposal="invalid:d", **sent).status_code == 303
    anew = {**sent, "proposal": "invalid:đ", "approver": "uyban"}
    wrong = truong.post("/team/decide", reason="có ghi thêm", password="no", **anew)
    assert wrong.status_code == 409
    assert value(count, key) == "invalid:d"
    assert truong.post("/team/decide", reason="", password=PASSWORD, **anew).status_code == 409
    assert truong.post("/team/decide", reason="có ghi thêm", password=PASSWORD, **anew).status_code == 303
    with count.database.read() as db:
        item = items.get(db, key)
    assert item is not None
    assert isinstance(item.state, Corrected)
    assert (item.state.value, item.state.approver) == ("invalid:đ", "uyban")


@pytest.mark.parametrize("names", ["", "An\nBa", "An\nBa\nAn\nChi"])
def test_a_team_that_cannot_be_is_refused(signed_in_at: Callable[..., Browser], count: Workspace, names: str) -> None:
    key = agenda(count, LEADER).piles[0][0].item
    truong = signed_in_at(count, "truong", "team_leader")
    assert truong.post(f"/team/{key}/members", names=names).status_code == 409


def test_reviewers_and_witnesses_do_not_vote(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    for role in ("reviewer", "witness", "committee", "administrator"):
        assert signed_in_at(count, f"x-{role}", role).client.get("/team").status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_team_screens_are_accessible_and_fit(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    counted.settle(serving.workspace)
    counted.figures(serving.workspace)  # the members come from there
    found = agenda(serving.workspace, LEADER)
    (pile,) = [p for p in found.piles if len(p) > 1]
    page = screen_of("truong", "team_leader", language=language)
    screens = {"team": "/team", "team-one": f"/team/{found.single[0].item}", "team-pile": f"/team/pile/{pile[0].item}"}
    for name, path in screens.items():
        page.goto(path)
        check(page, f"{name}-{language}", pictures)
        page.set_viewport_size({"width": 1280, "height": 720})


def test_the_team_says_what_a_sheet_is_when_three_people_differ(
    signed_in_at: Callable[..., Browser], scanned_workspace: Path, tmp_path: Path, clock: Clock
) -> None:
    shutil.copytree(scanned_workspace, tmp_path / "sheets")
    opened = open_workspace(tmp_path / "sheets", clock)
    with opened.database.read() as db:
        (sheet,) = items.of_batch(db, counted.BATCH, "page")
    for key, said in (("mot", "set_aside:blank"), ("hai", "by_hand"), ("ba", "set_aside:foreign")):
        actor = Actor(key, key, frozenset({"reviewer"}))
        with opened.database.write() as db:
            accounts.put(db, actor)
            enter(db, opened.count, actor, sheet.id, said, clock())
    truong = signed_in_at(opened, "truong", "team_leader")
    assert sheet.id in truong.client.get("/team").text
    truong.post(f"/team/{sheet.id}/members", names="\n".join(TEAM))
    shown = truong.client.get(f"/team/{sheet.id}")
    assert shown.status_code == 200
    assert f"/pictures/page/{sheet.page}.jpg" in shown.text
    hands = {f"hand-{n}": "for" for n in range(6)}
    sent = {"item": [sheet.id], "version": "1", **hands}
    assert truong.post("/team/decide", proposal="nonsense", **sent).status_code == 409
    assert truong.post("/team/decide", proposal="set_aside:foreign", **sent).status_code == 303
    assert value(opened, sheet.id) == "set_aside:foreign"
    opened.close()
