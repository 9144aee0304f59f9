"""Totals: what is official, every figure with its ballots behind it, rules with their state, downloads."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import counted
import openpyxl
import pypdfium2
import pytest
from counted import AREA, BATCH, CONTEST
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser, Clock, person

from pipeline.access.roles import Actor
from pipeline.election.definition import Area, Place
from pipeline.errors import Refusal
from pipeline.review.consensus import opened
from pipeline.review.items import NewItem, Subject
from pipeline.storage import ballots, batches, items, readings, results
from pipeline.usecases.behind import behind
from pipeline.usecases.correcting import _item_of
from pipeline.usecases.levels import tree
from pipeline.usecases.review import correct, enter
from pipeline.usecases.standing import standing
from pipeline.usecases.totals import area_totals
from pipeline.usecases.workspace import Workspace, open_workspace

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))
OTHER = Actor("pho", "Pho", frozenset({"team_leader"}))


@pytest.fixture(scope="module")
def closed_workspace(mixed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("closed") / "workspace"
    shutil.copytree(mixed_workspace, folder)
    opened = open_workspace(folder, Clock())
    counted.closed(opened, LEADER, f"valid:{names(opened)[1]}")
    opened.close()
    return folder


@pytest.fixture
def count(closed_workspace: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """In the place of the pile of conftest: one that is counted to the end."""
    shutil.copytree(closed_workspace, tmp_path / "count")
    opened = open_workspace(tmp_path / "count", clock)
    yield opened
    opened.close()


def names(workspace: Workspace) -> list[str]:
    return [c.id for c in workspace.election.candidates_of(workspace.election.ballot_form_id(AREA, CONTEST))]


# five ballots for 1, 2, 3; one for 1; one for 1 and 3; the doubtful one for 2 by the team; four invalid
VOTES = (7, 6, 6, 0, 0)


def test_the_totals_are_those_of_the_paper(count: Workspace) -> None:
    found = standing(count, LEADER, CONTEST)
    one = found.area(AREA)
    assert tuple(one.totals.result.votes_for(n) for n in names(count)) == VOTES
    assert (one.totals.result.valid, dict(one.totals.result.invalid)) == (8, {"c": 3, "d": 1})
    assert (one.status, one.official, one.sheets, one.declared) == ("closed", True, 12, 12)
    assert [a.status for a in found.areas] == ["closed", "not_started", "not_started"]
    assert not found.official
    assert found.units[0].outcome is None
    assert (one.shares.machine, one.shares.people) == (12 * 7 - 2, 2)


def test_a_kept_result_is_what_counting_anew_gives(count: Workspace) -> None:
    first = standing(count, LEADER, CONTEST).area(AREA)
    with count.database.read() as db:
        assert BATCH in results.every(db, CONTEST)
        anew = area_totals(db, count.count, AREA, CONTEST)
    assert standing(count, LEADER, CONTEST).area(AREA).totals == first.totals == anew


def test_what_a_batch_adds_is_kept_when_it_closes(count: Workspace) -> None:
    """Whoever first opens the totals of a country does not wait until all its batches are counted."""
    with count.database.read() as db:
        before = results.every(db, CONTEST)
    assert set(before) == {BATCH}
    standing(count, LEADER, CONTEST)
    with count.database.read() as db:
        assert results.every(db, CONTEST) == before


def test_a_correction_after_closing_is_in_the_totals_at_once(count: Workspace) -> None:
    standing(count, LEADER, CONTEST)
    shown = behind(count, LEADER, AREA, CONTEST, "leaving:1")
    with count.database.write() as db:
        for ballot, _ in shown.ballots:
            item = _item_of(db, count.count, ballot, names(count)[3])
            if item.state.value == "struck":  # type: ignore[union-attr]
                found = correct(db, count.count, LEADER, OTHER, item.id, "clear", "vì sai", count.clock())
                assert found
                break
    after = standing(count, LEADER, CONTEST).area(AREA).totals.result
    with count.database.read() as db:
        assert after == area_totals(db, count.count, AREA, CONTEST).result


def test_an_open_batch_is_in_no_figure(mixed_count: Workspace) -> None:
    one = standing(mixed_count, LEADER, CONTEST).area(AREA)
    assert (one.status, one.sheets, one.totals.open_items) == ("in_review", 12, 6)
    assert one.totals.result.valid == 0
    assert one.totals.result.votes == {}
    assert behind(mixed_count, LEADER, AREA, CONTEST, "valid").number == 0


def test_a_voided_batch_counts_no_more(count: Workspace) -> None:
    standing(count, LEADER, CONTEST)
    with count.database.write() as db:
        batches.set_state(db, BATCH, "void", "again")
    one = standing(count, LEADER, CONTEST).area(AREA)
    assert (one.status, one.totals.result.valid, one.declared) == ("not_started", 0, 0)


@pytest.mark.parametrize(
    "figure",
    ["collected", "scanned", "by_hand", "set_aside", "valid", "invalid", "invalid:c", "invalid:d", "leaving:3"],
)
def test_behind_every_figure_are_as_many_ballots(count: Workspace, figure: str) -> None:
    result = standing(count, LEADER, CONTEST).area(AREA).totals.result
    expected = {
        "collected": 12,
        "scanned": result.scanned,
        "by_hand": 0,
        "set_aside": 0,
        "valid": result.valid,
        "invalid": result.invalid_total,
        "invalid:c": 3,
        "invalid:d": 1,
        "leaving:3": 5,
    }
    found = behind(count, LEADER, AREA, CONTEST, figure)
    assert found.number == len(found.ballots) == expected[figure]
    assert [b for b, _ in found.ballots] == sorted(b for b, _ in found.ballots)


def test_votes_of_each_candidate_have_their_ballots(count: Workspace) -> None:
    numbers = [behind(count, LEADER, AREA, CONTEST, f"votes:{n}").number for n in names(count)]
    assert tuple(numbers) == VOTES


@pytest.mark.parametrize("figure", ["votes:nobody", "leaving:x", "invalid:z", "", "valid:1"])
def test_an_unknown_figure_is_refused(count: Workspace, figure: str) -> None:
    with pytest.raises(Refusal):
        behind(count, LEADER, AREA, CONTEST, figure)


def test_from_a_figure_to_the_pictures_to_a_ballot(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("uyban", "committee", path="/totals")
    page.get_by_role("link", name="1. Nhà văn hóa thôn Đông").click()
    expect(page.locator(".banner.official")).to_be_visible()
    page.get_by_role("row", name="Điều 74 khoản 1 điểm c").get_by_role("link").click()
    expect(page.locator("h1")).to_contain_text("3 ·")
    assert page.locator(".gallery img").count() == 3
    page.locator(".gallery a").first.click()
    expect(page.locator(".verdict.bad")).to_contain_text("điểm c")


def test_what_is_not_closed_says_so_large(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("uyban", "committee", path="/totals")
    banner = page.locator(".banner.provisional strong")
    expect(banner).to_be_visible()
    assert banner.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 24
    page.goto(f"/totals/{CONTEST}/kv2")
    expect(page.locator(".banner.provisional")).to_be_visible()
    expect(page.locator(".rules .tag").first).to_have_text("chưa kiểm tra")


def test_a_broken_rule_is_told_in_plain_words(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    counted.figures(count, voters=5)
    uyban = signed_in_at(count, "uyban", "committee")
    page = uyban.client.get(f"/totals/{CONTEST}/{AREA}").text
    assert "không thỏa" in page
    assert "provisional" in page
    assert uyban.client.get(f"/totals/{CONTEST}/{AREA}/minutes.pdf").status_code == 409
    draft = uyban.client.get(f"/totals/{CONTEST}/{AREA}/minutes.pdf?draft=true")
    assert draft.status_code == 200
    assert "-ban-nhap.pdf" in draft.headers["content-disposition"]


def test_the_minutes_of_a_closed_area(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    answer = signed_in_at(count, "uyban", "committee").client.get(f"/totals/{CONTEST}/{AREA}/minutes.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="mau-18-{AREA}-{CONTEST}.pdf"'
    document = pypdfium2.PdfDocument(answer.content)
    text = "".join(document[n].get_textpage().get_text_range() for n in range(len(document)))
    assert "BẢN NHÁP" not in text
    assert "Mẫu số 18" in text


def test_an_open_area_gives_only_a_draft(signed_in_at: Callable[..., Browser], mixed_count: Workspace) -> None:
    uyban = signed_in_at(mixed_count, "uyban", "committee")
    assert uyban.client.get(f"/totals/{CONTEST}/{AREA}/minutes.pdf").status_code == 409
    assert uyban.client.get(f"/totals/{CONTEST}/{AREA}/minutes.pdf?draft=true").status_code == 200


def test_downloads_agree_and_say_that_they_are_provisional(
    signed_in_at: Callable[..., Browser], count: Workspace
) -> None:
    uyban = signed_in_at(count, "uyban", "committee").client
    found = {kind: uyban.get(f"/downloads/totals.{kind}") for kind in ("csv", "json", "xlsx")}
    assert all("tam-tinh" in a.headers["content-disposition"] for a in found.values())
    document = json.loads(found["json"].content)
    assert document["complete"] is False
    (area,) = [a for a in document["areas"] if (a["area"], a["contest"]) == (AREA, CONTEST)]
    assert tuple(area["votes"].values()) == VOTES
    assert (area["complete"], area["status"]) == (True, "closed")
    rows = [line.split(",") for line in found["csv"].content.decode("utf-8-sig").splitlines()]
    sheet = openpyxl.load_workbook(io.BytesIO(found["xlsx"].content)).worksheets[0]
    cells = [[str(c) if c is not None else "" for c in row] for row in sheet.iter_rows(values_only=True)]
    assert cells == rows
    votes = [int(r[-1]) for r in rows if r[2] == AREA and r[0] == CONTEST and r[3] == "votes"]
    assert tuple(votes) == VOTES


def test_who_may_not_see_or_take_totals(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    an, witness = signed_in_at(count, "an", "reviewer"), signed_in_at(count, "ck", "witness")
    for path in ("/totals", f"/totals/{CONTEST}/{AREA}", f"/totals/{CONTEST}/{AREA}/ballots?figure=valid"):
        assert an.client.get(path).status_code == 403
    assert witness.client.get("/totals").status_code == 200
    assert witness.client.get("/downloads/totals.json").status_code == 403
    assert witness.client.get("/totals/nothing/kv1").status_code == 404
    assert witness.client.get(f"/totals/{CONTEST}/nowhere").status_code == 404
    assert witness.client.get("/totals?place=nowhere").status_code == 404


def test_the_tree_adds_up_over_its_levels(count: Workspace) -> None:
    election = count.election
    more = replace(
        election,
        places=(*election.places, Place("binh-lam", "commune", "Xã Bình Lâm", "ha-dong-son")),
        areas=(*election.areas, Area("kv9", "9", "binh-lam", "Trạm y tế", {CONTEST: election.areas[0].units[CONTEST]})),
    )
    wider = replace(count, election=more)
    found = standing(wider, LEADER, CONTEST)
    top = tree(wider, found)
    assert [(row.place.id, len(row.areas)) for row in top.below if row.place] == [("an-phu", 3), ("binh-lam", 1)]
    assert top.areas == ()
    assert top.here.valid == sum(row.valid for row in top.below) == 8
    down = tree(wider, found, "an-phu")
    assert [p.id for p in down.path] == ["ha-dong-son"]
    assert [a.totals.area for a in down.areas] == ["kv1", "kv2", "kv3"]
    assert (down.here.voters, down.here.voted) == (20, 12)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_totals_screens_are_accessible_and_fit(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("uyban", "committee", language=language)
    screens = {
        "totals": "/totals",
        "totals-area": f"/totals/{CONTEST}/{AREA}",
        "totals-open": f"/totals/{CONTEST}/kv2",
        "totals-ballots": f"/totals/{CONTEST}/{AREA}/ballots?figure=valid",
    }
    for name, path in screens.items():
        page.goto(path)
        check(page, f"{name}-{language}", pictures)
        page.screenshot(path=pictures / f"{name}-{language}-whole.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 720})


def test_the_measured_error_appears_by_itself(screen_of: Screens, serving: Serving) -> None:
    """Nobody has looked over a grid here: no bound, and it says what it needs."""
    page = screen_of("uyban", "committee", path="/totals")
    expect(page.get_by_role("heading", name="Sai số đo được của máy")).to_be_visible()
    expect(page.locator("[data-at-once]")).to_contain_text("Chưa có cận")
    assert page.request.get(f"{serving.address}/measured/nothing").status == 404


def test_an_accepted_reading_of_the_sample_that_people_settle_otherwise_raises_an_alarm(
    count: Workspace, known_password: str, signed_in_at: Callable[..., Browser]
) -> None:
    committee = signed_in_at(count, "uyban", "committee").client
    before = committee.get(f"/measured/{CONTEST}").text
    assert 'role="alert"' not in before
    people = [person(count, known_password, key, "reviewer") for key in ("mot", "hai")]
    with count.database.write() as db:
        read = next(
            r for r in readings.of_batch(db, BATCH) if r.accepted and r.kind == "stamp" and r.value == "present"
        )
        ballot = ballots.of_page(db, read.page)
        assert ballot is not None
        subject = Subject("field", ballot.id, read.field, read.kind)
        (item,) = items.add(db, BATCH, [NewItem(subject, opened("field"))], read.page)
        for one in people:
            enter(db, count.count, one, item, "absent", count.clock())
    told = committee.get(f"/measured/{CONTEST}").text
    assert 'role="alert"' in told
    assert "100,00 %" in told  # one of one is wrong
    assert f'data-live="/measured/{CONTEST}"' in committee.get(f"/totals/{CONTEST}/{AREA}").text
