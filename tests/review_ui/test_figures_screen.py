"""The polling team's figures: typed blind by two people, checked by the rules while they are typed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from counted import AREA, BATCH, CONTEST, MIXED
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser, Clock

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.figures import AreaFigures
from pipeline.errors import Refusal
from pipeline.storage import accounts, figures, log, teams
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import figures_from_json
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.keying import check_figures, key_in, keying, places
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
ONE, TWO, THREE = (Actor(k, k.title(), frozenset({"operator"})) for k in ("mot", "hai", "ba"))
MEMBERS = "Nguyễn Văn Hòa (Tổ trưởng)\nTrần Thị Lan (Thư ký)\nLê Văn Minh"
WITNESSES = "Đỗ Văn Sơn, thôn Đông\nBùi Thị Tâm, thôn Đoài"
TYPED = {
    "voters": "1.228",
    "voted": "1187",
    "received": "1300",
    "issued": "1 190",
    "left_over": "110",
    "spoiled": "0",
    "opened": "7:00",
    "closed": "19h",
    "finished": "1:30",
    "members": MEMBERS,
    "opening_witnesses": WITNESSES,
    "closing_witnesses": WITNESSES,
    "incidents": "Không có",
    "complaints": "",
}


PAPER = "received, issued, spoiled, left_over"


@pytest.fixture(autouse=True)
def known(workspace: Workspace) -> None:
    with workspace.database.write() as db:
        for actor in (ONE, TWO, THREE):
            accounts.put(db, actor)


def stands(workspace: Workspace) -> AreaFigures | None:
    with workspace.database.read() as db:
        found = figures.latest(db, AREA, CONTEST)
    return figures_from_json(found.document) if found else None


def refused(workspace: Workspace, **changes: str) -> dict[str, str]:
    """Code by the fields that the problem names."""
    reason = changes.pop("reason", "")
    with pytest.raises(Refusal) as told:
        key_in(workspace, ONE, CONTEST, AREA, TYPED | changes, reason)
    with workspace.database.read() as db:
        assert figures.entries(db) == ()
    return {p.place: p.code for p in told.value.problems}


# Two people ----------------------------------------------------------------------------------------------


def test_the_figures_stand_when_two_people_typed_the_same(workspace: Workspace) -> None:
    assert key_in(workspace, ONE, CONTEST, AREA, TYPED) == "waits"
    assert stands(workspace) is None
    assert key_in(workspace, ONE, CONTEST, AREA, TYPED) == "waits"  # the same person twice is one person
    other = TYPED | {
        "voters": "1228",
        "closed": "15/03/2026 19:00",
        "finished": "16/03/2026 1h30",
        "incidents": "Mất điện",
    }
    assert key_in(workspace, TWO, CONTEST, AREA, other) == "stands"
    found = stands(workspace)
    assert found is not None
    assert (found.voters, found.voted, found.issued, found.left_over) == (1228, 1187, 1190, 110)
    assert (f"{found.closed:%d %H:%M}", f"{found.finished:%d %H:%M}") == ("15 19:00", "16 01:30")
    assert [m.role for m in found.members] == ["Tổ trưởng", "Thư ký", "Ủy viên"]
    assert found.incidents == "Mất điện"  # texts are those of who looked them over last
    with workspace.database.read() as db:
        assert figures.entries(db) == ()
        lines = {line.event.act: line.event for line in log.lines(db)}
    assert lines["figures"].detail["typed_by"] == ["mot", "hai"]
    assert "1187" not in str(lines["figures_typed"])


def test_who_types_second_sees_names_but_no_number(workspace: Workspace) -> None:
    key_in(workspace, ONE, CONTEST, AREA, TYPED)
    second = keying(workspace, TWO, CONTEST, AREA)
    assert (second.state, second.mine, second.others, second.differs) == ("one", False, 1, ())
    assert second.fields["members"].splitlines()[0] == "Nguyễn Văn Hòa (Tổ trưởng)"
    assert {second.fields[n] for n in ("voters", "voted", "issued", "opened")} == {""}
    first = keying(workspace, ONE, CONTEST, AREA)
    assert (first.mine, first.fields["voted"]) == (True, "1187")


def test_two_who_differ_are_told_where_and_a_third_may_decide(workspace: Workspace, clock: Clock) -> None:
    key_in(workspace, ONE, CONTEST, AREA, TYPED)
    assert key_in(workspace, TWO, CONTEST, AREA, TYPED | {"voted": "1178"}) == "differs"
    for actor in (ONE, TWO):
        found = keying(workspace, actor, CONTEST, AREA)
        assert (found.state, found.differs) == ("differ", ("voted",))
    assert keying(workspace, THREE, CONTEST, AREA).differs == ()
    clock.forward(minutes=1)
    assert key_in(workspace, THREE, CONTEST, AREA, TYPED | {"voted": "1178"}) == "stands"
    found_figures = stands(workspace)
    assert found_figures is not None
    assert found_figures.voted == 1178


def test_a_change_needs_a_reason_and_two_people_again(workspace: Workspace) -> None:
    for actor in (ONE, TWO):
        key_in(workspace, actor, CONTEST, AREA, TYPED)
    changed = TYPED | {"voted": "1180"}
    with pytest.raises(Refusal, match="reason-missing"):
        key_in(workspace, ONE, CONTEST, AREA, changed)
    assert key_in(workspace, ONE, CONTEST, AREA, changed, "chép nhầm") == "waits"
    assert stands(workspace).voted == 1187  # type: ignore[union-attr]
    assert key_in(workspace, THREE, CONTEST, AREA, changed, "chép nhầm") == "stands"
    with workspace.database.read() as db:
        versions = figures.versions(db, AREA, CONTEST)
    assert [(v.version, v.document["voted"], v.reason) for v in versions] == [(1, 1187, ""), (2, 1180, "chép nhầm")]


def test_names_of_another_contest_or_the_team_of_the_area_are_taken_over(workspace: Workspace) -> None:
    with workspace.database.write() as db:
        teams.add(db, AREA, ("Vũ Thị Quỳnh",), "mot", workspace.clock())
    assert keying(workspace, ONE, CONTEST, AREA).fields["members"] == "Vũ Thị Quỳnh"
    for actor in (ONE, TWO):
        key_in(workspace, actor, CONTEST, AREA, TYPED)
    other = next(c for c in workspace.election.area(AREA).units if c != CONTEST)
    fields = keying(workspace, ONE, other, AREA).fields
    assert fields["opening_witnesses"] == WITNESSES
    assert (fields["voters"], fields["incidents"]) == ("", "")


# Rules ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"voters": ""}, {"voters": "figures"}),
        ({"voters": "viele", "issued": "-1"}, {"voters": "figures", "issued": "figures"}),
        ({"closed": "25:00"}, {"closed": "figures"}),
        ({"members": "An (Tổ trưởng)"}, {"members": "figures"}),
        ({"closing_witnesses": "Đỗ Văn Sơn, thôn Đông"}, {"closing_witnesses": "figures"}),
        ({"voters": "1186"}, {"voted, voters": "R1"}),
        (
            {"received": "1189"},
            {"issued, received": "R2", "received, issued, spoiled, left_over": "R3", "reason": "reason-missing"},
        ),
        ({"left_over": "109"}, {"received, issued, spoiled, left_over": "R3", "reason": "reason-missing"}),
        ({"finished": "15/03/2026 18:00"}, {"opened, closed, finished": "R16", "reason": "reason-missing"}),
        ({"voted": "1200"}, {"voted, issued": "R20", "reason": "reason-missing"}),
    ],
)
def test_what_is_wrong_is_named_by_its_rule_and_its_fields(
    workspace: Workspace, changes: dict[str, str], expected: dict[str, str]
) -> None:
    assert refused(workspace, **changes) == expected


def test_a_world_rule_stands_with_an_incident_and_a_warning_with_a_reason(workspace: Workspace) -> None:
    open_batch(workspace, SYSTEM, BATCH, AREA, CONTEST, 1303, "simplex")
    stuffed = {"issued": "1228", "left_over": "72"}
    assert refused(workspace, **stuffed) == {"issued, spoiled": "R4", "voted": "R5"}
    assert refused(workspace, **stuffed, incidents="Không có.") == {"issued, spoiled": "R4", "voted": "R5"}
    true = TYPED | stuffed | {"incidents": "Thu vào nhiều hơn phát ra 75 phiếu; đã báo Ban bầu cử lúc 20 giờ."}
    assert key_in(workspace, ONE, CONTEST, AREA, true) == "waits"
    assert key_in(workspace, TWO, CONTEST, AREA, true | {"left_over": "71"}, "mất 1 phiếu trắng") == "differs"


def test_rules_over_the_count_are_silent_until_the_sheets_are_counted(workspace: Workspace) -> None:
    open_batch(workspace, SYSTEM, BATCH, AREA, CONTEST, None, "simplex")
    assert check_figures(workspace, ONE, CONTEST, AREA, TYPED).troubles == ()


def test_who_may_not_hand_in_may_not_type(workspace: Workspace) -> None:
    reviewer = Actor("an", "An", frozenset({"reviewer"}))
    for act in (
        lambda: key_in(workspace, reviewer, CONTEST, AREA, TYPED),
        lambda: keying(workspace, reviewer, CONTEST, AREA),
        lambda: places(workspace, reviewer),
        lambda: check_figures(workspace, reviewer, CONTEST, AREA, TYPED),
    ):
        with pytest.raises(Refusal, match="not-permitted"):
            act()


def test_an_area_or_contest_that_is_not_held(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("giang", "operator")
    for path in ("/figures/qh/nowhere", "/figures/nothing/kv1"):
        assert browser.client.get(path).status_code == 404
        assert browser.post(path, **TYPED).status_code == 404
        assert browser.post(f"{path}/check", **TYPED).status_code == 404


# The screen ----------------------------------------------------------------------------------------------


def type_all(page: Page, **changes: str) -> None:
    for name, text in (TYPED | changes).items():
        page.fill(f"[name={name}]", text)


def keep(page: Page) -> None:
    page.locator("h1").click()
    expect(page.locator("#keep")).to_be_enabled()
    with page.expect_navigation():
        page.keyboard.press("g")


def test_two_people_type_and_the_totals_have_it(screen_of: Screens, serving: Serving) -> None:
    workspace = serving.workspace
    page = screen_of("giang", "operator", path="/figures")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(f"/figures/{CONTEST}/{AREA}")
    type_all(page)
    expect(page.locator("[data-means=finished]")).to_have_text(re.compile("16/03/2026 01:30"))
    keep(page)
    expect(page.locator(".done")).to_contain_text("Người thứ hai")
    second = screen_of("hanh", "operator", path=f"/figures/{CONTEST}/{AREA}")
    assert second.input_value("[name=voted]") == ""
    assert "Nguyễn Văn Hòa" in second.input_value("[name=members]")
    type_all(second, voted="1178")
    keep(second)
    expect(second.locator("[role=alert]")).to_contain_text("số cử tri đã tham gia bỏ phiếu")
    second.fill("[name=voted]", "1187")
    keep(second)
    expect(second.locator(".done")).to_contain_text("được tính")
    found = standing(workspace, Actor("x", "X", frozenset({"committee"})), CONTEST, AREA).area(AREA)
    assert found.totals.figures is not None
    assert found.totals.figures.voted == 1187


def test_a_broken_rule_is_told_while_it_is_typed_and_locks_the_button(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("giang", "operator", path=f"/figures/{CONTEST}/{AREA}")
    type_all(page, voters="1100")
    trouble = page.locator(".trouble.error")
    expect(trouble).to_contain_text("R1")
    expect(trouble).to_contain_text("1100")
    for name in ("voters", "voted"):
        expect(page.locator(f"[name={name}]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=issued]")).not_to_have_attribute("aria-invalid", "true")
    expect(page.locator("#keep")).to_be_disabled()
    page.fill("[name=voters]", "1228")
    expect(trouble).to_have_count(0)
    expect(page.locator("#keep")).to_be_enabled()
    page.fill("[name=left_over]", "100")
    expect(page.locator(".trouble.warning")).to_contain_text("R3")
    keep(page)
    expect(page.locator("[role=alert]")).to_contain_text("R3")
    assert page.input_value("[name=left_over]") == "100"  # nothing that was typed is lost


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_figures_screens_are_accessible_and_fit(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("giang", "operator", path=f"/figures/{CONTEST}/{AREA}", language=language)
    type_all(page, voters="1100", left_over="100")
    expect(page.locator(".trouble")).to_have_count(2)
    check(page, f"figures-area-{language}", pictures)


def test_figures_of_the_screen_close_the_count_of_an_area(mixed_count: Workspace) -> None:
    """The whole pile settled, the figures typed: the area is official."""
    leader = Actor("truong", "Truong", frozenset({"team_leader"}))
    counted.settle(mixed_count)
    unit = mixed_count.election.ballot_form_id(AREA, CONTEST)
    counted.vote(mixed_count, leader, f"valid:{mixed_count.election.candidates_of(unit)[1].id}")
    close_batch(mixed_count, SYSTEM, BATCH)
    assert not standing(mixed_count, leader, CONTEST, AREA).area(AREA).official
    with mixed_count.database.write() as db:
        for actor in (ONE, TWO):
            accounts.put(db, actor)
    number = str(len(MIXED))
    fits = TYPED | {
        "voters": "20",
        "voted": number,
        "received": "20",
        "issued": number,
        "left_over": str(20 - len(MIXED)),
    }
    for actor in (ONE, TWO):
        key_in(mixed_count, actor, CONTEST, AREA, fits)
    assert standing(mixed_count, leader, CONTEST, AREA).area(AREA).official
