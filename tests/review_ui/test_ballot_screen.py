"""One ballot as a whole: readings drawn in page coordinates, validity with its article, history, corrections."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from counted import BATCH
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import PASSWORD, Browser

from pipeline.access.roles import Actor
from pipeline.errors import Refusal
from pipeline.forms.template import Form
from pipeline.geometry import pixels_per_mm
from pipeline.review.states import ByReading, Corrected
from pipeline.storage import accounts, ballots, items
from pipeline.usecases.pictures import DecodedPages, Upright
from pipeline.usecases.review import enter
from pipeline.usecases.standing import standing
from pipeline.usecases.whole_ballot import WholeBallot, ballot_of, whole_ballot
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))


@pytest.fixture
def count(mixed_count: Workspace) -> Workspace:
    """The mixed pile, in the place of the plain one."""
    return mixed_count


def every(workspace: Workspace) -> list[WholeBallot]:
    with workspace.database.read() as db:
        keys = [b.id for b in ballots.of_batch(db, BATCH)]
    return [whole_ballot(workspace, DecodedPages(), LEADER, key) for key in keys]


def in_state(workspace: Workspace, state: str) -> WholeBallot:
    return next(b for b in every(workspace) if b.validity.state == state)


def names(workspace: Workspace) -> list[str]:
    unit = workspace.election.ballot_form_id(counted.AREA, counted.CONTEST)
    return [c.id for c in workspace.election.candidates_of(unit)]


def test_the_rule_set_speaks_on_every_ballot(count: Workspace) -> None:
    counted.settle(count)
    found = sorted((b.validity.state, b.validity.grounds, len(b.validity.names)) for b in every(count))
    assert found == [
        ("in_doubt", (), 0),
        *[("proposed_invalid", ("c",), 0)] * 3,
        ("proposed_invalid", ("d",), 0),
        ("valid", (), 1),
        ("valid", (), 2),
        *[("valid", (), 3)] * 5,
    ]


def test_readings_are_drawn_where_the_names_are(screen_of: Screens, serving: Serving) -> None:
    ballot = in_state(serving.workspace, "valid")
    page = screen_of("uyban", "committee", path=f"/ballots/{ballot.id}")
    page.wait_for_load_state("networkidle")
    form: Form = serving.workspace.forms[serving.workspace.election.ballot_form_id(counted.AREA, counted.CONTEST)]
    field = next(f for f in form.sides[0].fields if f.kind == "strike")
    scale = pixels_per_mm(100)
    number = [m.field for m in ballot.marks].index(field.id)
    drawn = (
        page.locator("svg.drawn polygon")
        .nth(number)
        .evaluate("p => { const b = p.getBBox(), v = p.ownerSVGElement.viewBox.baseVal; return [b.x, b.y, v.width]; }")
    )
    left, top = field.box.corners[0]
    gap = 0.006 * drawn[2]  # the line is drawn a little outside, so that it covers no ink
    assert drawn[:2] == pytest.approx([left * scale - gap, top * scale - gap], abs=1.0)
    (sheet,) = ballot.sheets
    assert drawn[2] == sheet.picture.width
    image = page.locator("svg.drawn image").get_attribute("href")
    answer = page.request.get(str(image))
    assert answer.status == 200
    assert answer.headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize(
    ("turns", "point"), [(0, (10.0, 20.0)), (1, (20.0, 90.0)), (2, (90.0, 180.0)), (3, (180.0, 10.0))]
)
def test_places_follow_a_page_that_is_turned(turns: int, point: tuple[float, float]) -> None:
    wide, tall = (100, 200) if turns % 2 == 0 else (200, 100)
    assert Upright(wide, tall, turns).quad(((10.0, 20.0),) * 4)[0] == point


def test_what_is_still_asked_is_hidden(screen_of: Screens, serving: Serving) -> None:
    item = counted.place(serving.workspace, 0)
    with serving.workspace.database.write() as db:
        an = Actor("an", "An", frozenset({"reviewer"}))
        accounts.put(db, an)
        enter(db, serving.workspace.count, an, item.id, "partial", serving.workspace.clock())
    page = screen_of("chungkien", "witness", path=f"/ballots/{item.ballot}")
    assert page.locator(".verdict.open").count() == 1
    assert "gạch một phần" not in page.inner_text("main")
    assert "trả lời" not in page.locator(".history").inner_text()


def test_reviewers_never_see_a_whole_ballot(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    ballot = every(count)[0]
    assert signed_in_at(count, "an", "reviewer").client.get(f"/ballots/{ballot.id}").status_code == 403
    assert signed_in_at(count, "quantri", "administrator").client.get(f"/ballots/{ballot.id}").status_code == 403
    assert signed_in_at(count, "truong", "team_leader").client.get("/ballots/nothing").status_code != 200


def test_who_also_reviews_sees_no_whole_ballot_of_an_open_batch(
    signed_in_at: Callable[..., Browser], count: Workspace
) -> None:
    both = signed_in_at(count, "hai-vai", "team_leader", "reviewer").client
    valid, doubtful = in_state(count, "valid"), in_state(count, "proposed_invalid")
    assert both.get(f"/ballots/{valid.id}").status_code == 409
    assert both.get(f"/ballots/{doubtful.id}").status_code == 200  # the team looks at it together
    counted.closed(count, LEADER, f"valid:{names(count)[1]}")
    assert both.get(f"/ballots/{valid.id}").status_code == 200


def test_a_correction_of_what_the_machine_read_is_appended_and_the_totals_follow(
    screen_of: Screens, serving: Serving, signed_in_at: Callable[..., Browser]
) -> None:
    workspace = serving.workspace
    counted.closed(workspace, LEADER, f"valid:{names(workspace)[1]}")
    signed_in_at(workspace, "uyban", "committee")
    before = standing(workspace, LEADER, "qh").areas[0].totals.result
    ballot = next(b for b in every(workspace) if len(b.validity.names) == 3 and b.validity.state == "valid")
    last = ballot.validity.names[-1]
    page = screen_of("truong", "team_leader", path=f"/ballots/{ballot.id}")
    page.locator("main summary").click()
    page.select_option("select[name=choice]", f"{last}=struck")
    page.fill("textarea[name=reason]", "nét gạch mờ bị bỏ sót")
    page.fill("input[name=approver]", "uyban")
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".done")).to_be_visible()
    history = page.locator(".history").inner_text()
    assert "nét gạch mờ bị bỏ sót" in history
    assert "Uyban" in history
    after = standing(workspace, LEADER, "qh").areas[0].totals.result
    assert after.votes_for(last) == before.votes_for(last) - 1
    assert after.valid == before.valid
    with workspace.database.read() as db:
        (item,) = [i for i in items.of_ballot(db, ballot.id) if i.subject.field == last]
    assert isinstance(item.state, Corrected)
    assert item.state.previous.value == "clear"
    assert isinstance(getattr(item.state.previous, "evidence", None), ByReading)


def test_without_the_approval_of_somebody_else_nothing_changes(
    signed_in_at: Callable[..., Browser], count: Workspace
) -> None:
    counted.closed(count, LEADER, f"valid:{names(count)[1]}")
    ballot = next(b for b in every(count) if b.validity.state == "valid")
    truong = signed_in_at(count, "truong", "team_leader")
    for key, role in (("uyban", "committee"), ("an", "reviewer")):
        signed_in_at(count, key, role)
    path, choice = f"/ballots/{ballot.id}/correct", f"{ballot.validity.names[0]}=struck"
    for change in (
        {"approver": "uyban", "password": "wrong"},
        {"approver": "truong", "password": PASSWORD},
        {"approver": "an", "password": PASSWORD},
        {"approver": "nobody", "password": PASSWORD},
        {"approver": "uyban", "password": PASSWORD, "reason": " "},
        {"approver": "uyban", "password": PASSWORD, "choice": f"{ballot.validity.names[0]}=clear"},
        {"approver": "uyban", "password": PASSWORD, "choice": "nobody=struck"},
        {"approver": "uyban", "password": PASSWORD, "choice": f"{ballot.validity.names[0]}=present"},
    ):
        sent = {"choice": choice, "reason": "vì sai", **change}
        assert truong.post(path, **sent).status_code == 409, change
    with count.database.read() as db:
        assert [i for i in items.of_ballot(db, ballot.id) if i.subject.kind == "field"] == []


def test_five_wrong_passwords_of_the_approver_lock_that_account(
    signed_in_at: Callable[..., Browser], count: Workspace
) -> None:
    ballot = every(count)[0]
    truong = signed_in_at(count, "truong", "team_leader")
    signed_in_at(count, "uyban", "committee")
    for _ in range(5):
        truong.post(f"/ballots/{ballot.id}/correct", choice="x=struck", reason="r", approver="uyban", password="no")
    answer = truong.post(
        f"/ballots/{ballot.id}/correct", choice="x=struck", reason="r", approver="uyban", password=PASSWORD
    )
    assert "5 phút" in answer.text


def test_a_line_of_the_log_leads_to_its_ballot(count: Workspace) -> None:
    item = counted.place(count, 0)
    assert ballot_of(count, LEADER, item.id) == item.ballot
    assert ballot_of(count, LEADER, str(item.page)) == item.ballot
    assert ballot_of(count, LEADER, str(item.ballot)) == item.ballot
    with pytest.raises(Refusal):
        ballot_of(count, LEADER, BATCH)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_ballot_screens_are_accessible_and_fit(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    counted.closed(serving.workspace, LEADER, f"valid:{names(serving.workspace)[1]}")
    page = screen_of("truong", "team_leader", language=language)
    for state in ("valid", "team_valid", "team_invalid"):
        page.goto(f"/ballots/{in_state(serving.workspace, state).id}")
        if state == "valid":
            page.locator("main summary").click()
        check(page, f"ballot-{state}-{language}", pictures)
        page.set_viewport_size({"width": 1280, "height": 720})
