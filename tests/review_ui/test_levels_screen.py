"""The levels on screen: looked at, locked, opened, corrected, files taken in; the mode and the deadlines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from serving import Serving, serve_here
from test_every_screen import Screens, check, pictures  # noqa: F401  (the fixture)
from visitors import PASSWORD, Browser

from pipeline.access.roles import SYSTEM
from pipeline.usecases.deadlines import deadlines_of
from pipeline.usecases.handing_up import levels_of
from pipeline.usecases.real_mode import mode_of
from pipeline.usecases.workspace import Workspace, create_workspace

CONTEST = "qh"


@pytest.fixture
def committee_count(tmp_path: Path, count: Workspace):  # type: ignore[no-untyped-def]
    """A workspace of a committee for the same election, in which nothing has been counted."""
    made = create_workspace(tmp_path / "committee", count.election, clock=count.clock, paper=False)
    yield made
    made.close()


def results(workspace: Workspace, ballots: int = 100, **changes: int) -> bytes:
    """A file with every area of the Assembly contest."""
    election = workspace.election
    levels = levels_of(election)
    areas = []
    for area in levels.areas_under(CONTEST, levels.tops(CONTEST, "place")[0]):
        unit = levels.units[levels.areas[area].units[CONTEST]]
        candidates = [c.id for c in election.candidates_of(unit.id)]
        votes = {c: ballots if n < unit.seats else 0 for n, c in enumerate(candidates)}
        figures = {"voters": ballots + 9, "voted": ballots, "issued": ballots, "collected": ballots, "valid": ballots,
                   "invalid": 0, **changes}  # fmt: skip
        signed = {"number": f"{area}/BB", "day": "15/03/2026", "signers": "Tổ trưởng"}
        areas.append({"contest": CONTEST, "area": area, "figures": figures, "votes": votes, **signed})
    head = {"format": "kiemphieu-results/1", "election": election.id, "rule_set": election.rule_set, "mode": "trial"}
    return json.dumps({**head, "areas": areas}).encode()


def send(browser: Browser, content: bytes, name: str = "kq.json"):  # type: ignore[no-untyped-def]
    data = {"csrf": browser.csrf, "contest": CONTEST, "level": ""}
    return browser.client.post("/levels/import/files", data=data, files={"file": (name, content)})


def top(workspace: Workspace) -> str:
    node = levels_of(workspace.election).tops(CONTEST, "place")[0]
    return f"{node.tree}:{node.id}"


def test_results_come_in_are_locked_opened_and_corrected(
    signed_in_at: Callable[..., Browser], committee_count: Workspace
) -> None:
    lan = signed_in_at(committee_count, "lan", "committee")
    signed_in_at(committee_count, "hung", "committee")
    assert send(lan, results(committee_count)).status_code == 200
    page = lan.client.get(f"/levels?contest={CONTEST}").text
    assert "300" in page
    level = top(committee_count)
    assert lan.post("/levels/lock", contest=CONTEST, level=level).status_code == 303
    area = levels_of(committee_count.election).areas_under(
        CONTEST, levels_of(committee_count.election).tops(CONTEST, "place")[0]
    )[0]
    at = f"/levels/area/{CONTEST}/{area}"
    right = {"f.voters": "110", "reason": "sai sót", "approver": "hung", "password": PASSWORD}
    refused = lan.post(f"{at}/correct", **right)
    assert refused.status_code == 409
    wrong = lan.post("/levels/open", contest=CONTEST, level=level, reason="x", approver="hung", password="wrong")
    assert wrong.status_code == 409
    opened = lan.post(
        "/levels/open", contest=CONTEST, level=level, reason="khiếu nại", approver="hung", password=PASSWORD
    )
    assert opened.status_code == 303
    assert lan.post(f"{at}/correct", **right).status_code == 303
    history = lan.client.get(at).text
    assert "sai sót" in history
    assert "hung" in history
    assert "khiếu nại" in lan.client.get(f"/levels?contest={CONTEST}&level={level}").text
    pdf = lan.client.get("/levels/progress.pdf")
    assert pdf.content.startswith(b"%PDF")
    assert json.loads(lan.client.get("/levels/results.json").content)["mode"] == "trial"


def test_a_file_with_a_fault_is_told_and_not_taken(
    signed_in_at: Callable[..., Browser], committee_count: Workspace
) -> None:
    lan = signed_in_at(committee_count, "lan", "committee")
    told = send(lan, results(committee_count, voted=500))
    assert told.status_code == 409
    assert "kq.json, area 1" in told.text
    assert "R1" in told.text
    assert send(lan, b"no json").status_code == 409
    assert lan.client.get("/levels/results.json").status_code == 409


def test_witnesses_look_and_change_nothing(signed_in_at: Callable[..., Browser], committee_count: Workspace) -> None:
    witness = signed_in_at(committee_count, "w", "witness")
    assert witness.client.get("/levels").status_code == 200
    assert witness.post("/levels/lock", contest=CONTEST, level=top(committee_count)).status_code == 403
    assert send(witness, results(committee_count)).status_code == 403
    assert witness.client.get("/mode").status_code == 403
    assert witness.client.get("/levels?contest=qh&level=unit:nowhere").status_code == 404


def test_the_administrator_opens_the_real_mode_and_shifts_deadlines(
    signed_in_at: Callable[..., Browser], committee_count: Workspace
) -> None:
    admin = signed_in_at(committee_count, "a", "administrator")
    page = admin.client.get("/mode").text
    assert 'class="trial"' in page
    spans = {
        "count": "30h",
        "minutes_area": "4d",
        "minutes_unit": "5d",
        "minutes_committee": "7d",
        "publication": "10d",
    }
    shift = {**spans, "closing": "20:00", "opens": "", "closes": "18/03/2026 17:30"}
    assert admin.post("/mode/deadlines", **shift, reason="").status_code == 409
    assert admin.post("/mode/deadlines", **shift, reason="NQ 60").status_code == 303
    assert deadlines_of(committee_count).spans["minutes_area"] == "4d"
    assert admin.post("/mode/real", number="", day="20/02/2026").status_code == 409
    assert admin.post("/mode/real", number="77/HĐBCQG", day="hôm qua").status_code == 409
    assert mode_of(committee_count, SYSTEM).trial
    assert admin.post("/mode/real", number="77/HĐBCQG", day="20/02/2026").status_code == 303
    page = admin.client.get("/mode").text
    assert 'class="trial"' not in page
    assert "77/HĐBCQG" in page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_screens_are_accessible_and_fit(
    screen_of: Screens,
    committee_count: Workspace,
    signed_in_at: Callable[..., Browser],
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    send(signed_in_at(committee_count, "lan", "committee"), results(committee_count))
    serving: Serving
    with serve_here(committee_count) as serving:
        page = screen_of(
            "son", "committee", "administrator", path=f"/levels?contest={CONTEST}", language=language, at=serving
        )
        check(page, f"levels-{language}", pictures)
        expect(page.locator("h1 .tag")).to_be_visible()
        unit = levels_of(committee_count.election).bottoms(CONTEST, "kv1")[0].id
        page.goto(f"/levels?contest={CONTEST}&level=unit:{unit}")
        check(page, f"levels-unit-{language}", pictures)
        expect(page.locator("h1 .tag")).to_be_visible()
        page.goto(f"/levels/area/{CONTEST}/kv1")
        check(page, f"levels-area-{language}", pictures)
        page.goto("/mode")
        check(page, f"mode-{language}", pictures)
