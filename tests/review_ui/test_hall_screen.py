"""The hall: witnesses see settled ballots and no running votes; the result is shown only when it is official."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from counted import AREA, CONTEST
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser

from pipeline.access.roles import Actor
from pipeline.usecases.hall import shown
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))


@pytest.fixture
def count(mixed_count: Workspace) -> Workspace:
    """The mixed pile, in the place of the plain one."""
    return mixed_count


def names(workspace: Workspace) -> list[str]:
    return [c.id for c in workspace.election.candidates_of(workspace.election.ballot_form_id(AREA, CONTEST))]


def finish(workspace: Workspace) -> None:
    """The first area counted; nobody voted in the two others, which say so and are closed."""
    counted.closed(workspace, LEADER, f"valid:{names(workspace)[1]}")
    counted.nobody_in_the_other_areas(workspace)


def test_a_witness_goes_through_settled_ballots(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("ck", "witness", path=f"/witness/{CONTEST}/{AREA}")
    expect(page.locator("h1")).to_contain_text("10")  # two of twelve are still asked
    seen = set()
    for _ in range(9):
        seen.add(page.url.split("at=")[-1])
        with page.expect_navigation():
            page.keyboard.press("ArrowRight")
    seen.add(page.url.split("at=")[-1])
    assert len(seen) == 10
    expect(page.locator(".show")).to_contain_text("10 / 10")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".show")).to_contain_text("10 / 10")
    assert page.locator("form").count() == 2  # language and sign out: nothing can be done here


def test_no_votes_before_closing(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    ck = signed_in_at(count, "ck", "witness").client
    before = ck.get(f"/witness/{CONTEST}/{AREA}").text
    assert "Số phiếu bầu chỉ hiện ở đây sau khi đóng" in before
    assert "Số phiếu bầu sau khi đóng" not in before
    assert "87,50" not in ck.get("/result").text
    counted.closed(count, LEADER, f"valid:{names(count)[1]}")
    assert "Số phiếu bầu sau khi đóng" in ck.get(f"/witness/{CONTEST}/{AREA}").text


def test_the_order_tells_nothing_of_the_pile(count: Workspace) -> None:
    keys, at = [], ""
    for _ in range(10):
        found = shown(count, LEADER, CONTEST, AREA, at)
        keys.append(found.ballot)
        at = found.following or ""
    assert keys == sorted(str(k) for k in keys)


def test_the_result_is_shown_only_when_every_area_is_official(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("uyban", "committee", path="/result")
    expect(page.locator(".slide:visible .banner.provisional")).to_be_visible()
    assert page.locator(".figures").count() == 0
    finish(serving.workspace)
    page.goto(f"/result?contest={CONTEST}")
    slide = page.locator(".slide:visible")
    expect(slide.locator("tbody tr").first).to_contain_text("Lê Hữu Bằng")
    expect(slide.locator("tbody tr").first).to_contain_text("87,50 %")
    outcome = standing(serving.workspace, LEADER, CONTEST).units[0].outcome
    assert outcome is not None
    assert len(outcome.elected) == 3
    assert slide.locator("tr.elected").count() == 3


def test_the_slides_go_on_by_key_and_stop_by_key(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("uyban", "committee", path="/result")
    expect(page.locator("#at")).to_have_text("1 / 4")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#at")).to_have_text("2 / 4")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#at")).to_have_text("4 / 4")
    assert page.locator(".slide:visible").count() == 1
    page.keyboard.press("s")
    expect(page.locator("#run")).to_contain_text("Dừng")
    page.keyboard.press("s")
    expect(page.locator("#run")).to_contain_text("Tự chạy")


def test_who_does_not_see_the_hall(signed_in_at: Callable[..., Browser], count: Workspace) -> None:
    an = signed_in_at(count, "an", "reviewer").client
    for path in ("/witness", f"/witness/{CONTEST}/{AREA}", "/result"):
        assert an.get(path).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_hall_screens_are_accessible_and_fit(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("ck", "witness", language=language)
    page.goto(f"/witness/{CONTEST}/{AREA}")
    check(page, f"witness-ballot-{language}", pictures)
    finish(serving.workspace)
    for name, path in {"witness": "/witness", "result": "/result"}.items():
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(path)
        check(page, f"{name}-{language}", pictures)
