"""A box is typed on its screen, ballot by ballot; two counts are laid beside each other and settled by looking."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from serving import Serving
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from visitors import Browser

from pipeline.access.roles import Actor
from pipeline.storage import accounts, ways
from pipeline.usecases.typing import begin_count, end_count, type_ballot
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
AREA, CONTEST = "kv2", "xa"
JSON = {"Accept": "application/json"}


def standing(workspace: Workspace, way: str) -> dict[int, tuple[str, ...]]:
    with workspace.database.read() as db:
        return {b: v for b, v in ways.standing(db, way).items() if v}


def test_ballots_are_kept_one_by_one_and_a_wrong_one_says_why(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    browser = signed_in("lan", "operator")
    begun = browser.post("/typing", area=AREA, contest=CONTEST)
    assert (begun.status_code, begun.headers["location"]) == (303, "/typing/count/count-1")
    base = "/typing/count/count-1"
    kept = browser.post(f"{base}/ballot", bundle="1", place="1", typed="2 4")
    assert kept.json() == {"bundle": 1, "place": 1, "value": "2 4"}
    wrong = browser.post(f"{base}/ballot", json=True, bundle="1", place="2", typed="9")
    assert wrong.status_code == 409
    assert wrong.json()["problems"][0]["code"] == "typed-wrong"
    assert browser.post(f"{base}/correct", bundle="1", place="1", typed="0").json()["value"] == "0"
    assert browser.client.get(f"{base}/ballot/1/1", headers=JSON).json()["value"] == "0"
    assert browser.post(f"{base}/insert", bundle="1", place="1", typed="5").status_code == 200
    assert browser.post(f"{base}/bundle", bundle="1").status_code == 303
    assert standing(workspace, "count-1") == {1: ("5", "0")}
    assert browser.post(f"{base}/end").headers["location"] == "/typing"
    printed = browser.client.get(f"{base}/log").text
    assert "2 4 → 0 → 5" in printed
    assert signed_in("minh", "operator").client.get(base).status_code == 404
    assert signed_in("an", "witness").client.get("/typing").status_code == 403


def two_counts(workspace: Workspace) -> None:
    """They differ on the second ballot."""
    for name, pile in (("mot", ["12", "34"]), ("hai", ["12", "35"])):
        actor = Actor(name, name.title(), frozenset({"operator"}))
        with workspace.database.write() as db:
            accounts.put(db, actor)
        way = begin_count(workspace, actor, AREA, CONTEST)
        for place, typed in enumerate(pile, start=1):
            type_ballot(workspace, actor, way.id, 1, place, typed)
        end_count(workspace, actor, way.id)


def test_a_leader_compares_settles_and_takes(workspace: Workspace, signed_in: Callable[..., Browser]) -> None:
    two_counts(workspace)
    leader = signed_in("truong", "team_leader")
    page = f"/typing/compare/{CONTEST}/{AREA}"
    assert f'href="{page}"' in leader.client.get("/typing/boxes").text
    shown = leader.client.get(page).text
    assert "3 4" in shown
    assert "3 5" in shown
    assert "1 2" not in shown
    assert leader.post(f"{page}/take").status_code == 409
    assert leader.post(f"{page}/look", bundle="1", place="2", typed="99", reason="x").status_code == 409
    assert leader.post(f"{page}/look", bundle="1", place="2", typed="35", reason="đã xem").status_code == 303
    assert leader.post(f"{page}/take").headers["location"] == "/team"
    assert leader.post(f"{page}/void", way="count-1", reason="").status_code == 409
    assert signed_in("lan", "operator").client.get(page).status_code == 403


@pytest.mark.parametrize("language", ["vi", "en"])
def test_typing_goes_by_keyboard_alone(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("lan", "operator", path="/typing", language=language)
    check(page, f"typing-boxes-{language}", pictures)
    row = page.locator("tr", has=page.locator(f"input[value={AREA}]"), has_text="An Phú").last
    row.locator("button").click()
    page.wait_for_url("**/typing/count/*")
    for number, typed in enumerate(("24", "0", "1 3p"), start=1):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#place")).to_have_text(str(number + 1))
    expect(page.locator("#last li").first).to_have_text("1 3p")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    expect(page.locator("#told")).to_be_visible()
    check(page, f"typing-{language}", pictures)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#typed")).to_have_value("3: 1 3p")
    page.locator("#typed").fill("3: 1 3")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#last li").first).to_have_text("1 3")
    assert standing(serving.workspace, "count-1") == {1: ("2 4", "0", "1 3")}


def test_the_leader_sees_what_differs_and_writes_down_what_is_on_the_paper(
    screen_of: Screens,
    serving: Serving,
    pictures: Path,  # noqa: F811
) -> None:
    two_counts(serving.workspace)
    page = screen_of("truong", "team_leader", path=f"/typing/compare/{CONTEST}/{AREA}")
    expect(page.locator("tbody tr")).to_have_count(1)
    check(page, "typing-compare", pictures)
    page.fill("[name=typed]", "35")
    page.locator("tbody [name=reason]").fill("đã xem phiếu")
    with page.expect_navigation():
        page.locator("tbody button").click()
    expect(page.locator("tbody strong")).to_have_text("3 5")


def test_nobody_waits_for_the_server_and_nothing_slips_into_the_place_of_a_refused_ballot(
    screen_of: Screens, serving: Serving
) -> None:
    page = screen_of("lan", "operator", path="/typing")
    row = page.locator("tr", has=page.locator(f"input[value={AREA}]"), has_text="An Phú").last
    row.locator("button").click()
    page.wait_for_url("**/typing/count/*")
    page.route("**/ballot", lambda route: (page.wait_for_timeout(200), route.continue_())[1])
    for typed in ("24", "0", "13"):  # faster than the server keeps them
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text("4")
    assert standing(serving.workspace, "count-1") == {1: ("2 4", "0", "1 3")}
    for typed in ("99", "24"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
    expect(page.locator("#told")).to_contain_text("24")
    page.keyboard.type("5")
    page.keyboard.press("Enter")
    expect(page.locator("#typed")).to_have_value("99")
    page.keyboard.press("Escape")
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    expect(page.locator("#place")).to_have_text("5")
    assert standing(serving.workspace, "count-1") == {1: ("2 4", "0", "1 3", "2 4")}
