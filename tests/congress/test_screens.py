"""Ballots of a congress on screen: every sheet of a ballot, both columns of a table, the board's ruling on it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from calibration.simulate.congress import simulate_congress
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.election.figures import load_figures
from pipeline.forms.ballots import ballot_of
from pipeline.storage import accounts, ballots
from pipeline.tally.agree import AGREE, DISAGREE, box
from pipeline.usecases import passwords
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.pictures import DecodedPages
from pipeline.usecases.whole_ballot import whole_ballot
from pipeline.usecases.workspace import Workspace, create_workspace
from review_ui.app import create_app
from review_ui.routes.team import _left
from tests.congress.test_whole_way import AT, LEADER, PEOPLE, Told, example, long_list, settle
from tests.review_ui.serving import serve_here
from tests.review_ui.visitors import PASSWORD, person

SHOTS = os.environ.get("KIEMPHIEU_SCREENSHOTS")
LOOKS = Actor("quan", "Quân", frozenset({"committee"}))


def counted(election: Election, contest: str, folder: Path, delegates: int) -> tuple[Workspace, Told]:
    """A simulated congress, read and settled; its batch is open still."""
    unit = election.unit(f"{contest}-1")
    layout = ballot_of(election, unit.id)
    made = simulate_congress(election, {unit.id: layout}, folder, 7, delegates)
    batch = f"hoi-truong-{contest}"
    workspace = create_workspace(folder / "count", election)
    with workspace.database.write() as db:
        for one in (*PEOPLE, LEADER, LOOKS):
            accounts.put(db, one)
        keep_figures(db, SYSTEM, load_figures(made.figures, election), "", AT)
    open_batch(workspace, SYSTEM, batch, "hoi-truong", contest, delegates, "simplex")
    ingest_batch(workspace, SYSTEM, batch, sorted((folder / "scans" / batch).iterdir()))
    return workspace, Told(workspace, made.marked[batch], unit.seats, table=contest == "doan")


@pytest.fixture(scope="module")
def long_ballots(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    workspace, told = counted(long_list(), "bch", tmp_path_factory.mktemp("long"), 2)
    settle(workspace, told)
    close_batch(workspace, SYSTEM, "hoi-truong-bch")
    yield workspace
    workspace.close()


def one_of(workspace: Workspace, batch: str) -> str:
    with workspace.database.read() as db:
        return ballots.of_batch(db, batch)[0].id


def browser(workspace: Workspace, key: str, *roles: str) -> TestClient:
    person(workspace, passwords.hashed(PASSWORD), key, *roles)  # type: ignore[arg-type]  # names of roles
    client = TestClient(create_app(workspace), follow_redirects=False)
    assert client.post("/sign-in", data={"name": key, "password": PASSWORD}).status_code == 303
    return client


def test_every_sheet_of_a_ballot_is_shown_with_its_own_places(long_ballots: Workspace) -> None:
    key = one_of(long_ballots, "hoi-truong-bch")
    found = whole_ballot(long_ballots, DecodedPages(), LOOKS, key)
    assert len({sheet.page for sheet in found.sheets}) == 3
    drawn = [mark for mark in found.marks if mark.kind == "strike"]
    assert [mark.number for mark in drawn] == list(range(1, 56))  # as they are printed
    assert len(drawn) == 55
    assert all(mark.quad is not None for mark in drawn)
    on_sheet = [sum(mark.field in sheet.fields for mark in drawn) for sheet in found.sheets]
    assert sum(on_sheet) == 55
    assert min(on_sheet) > 0
    for sheet in found.sheets:
        for mark in found.marks:
            if mark.field in sheet.fields and mark.kind == "strike" and mark.quad is not None:
                assert all(-5 <= x <= sheet.picture.width + 5 for x, _ in mark.quad)
                assert all(-5 <= y <= sheet.picture.height + 5 for _, y in mark.quad)
    client = browser(long_ballots, "quan", "committee")
    page = client.get(f"/ballots/{key}").text
    assert page.count('class="drawn"') == 3
    for address in re.findall(r'href="(/pictures/page/[^"]+)"', page):
        assert client.get(address).headers["content-type"] == "image/jpeg"
    witness = browser(long_ballots, "chung", "witness").get("/witness/bch/hoi-truong").text
    assert witness.count('class="drawn"') == 3


def test_a_ballot_of_several_sheets_on_a_screen_is_legible(
    long_ballots: Workspace, chromium_once: Browser, tmp_path: Path
) -> None:
    person(long_ballots, passwords.hashed(PASSWORD), "mai", "committee", name="Mai")
    key = one_of(long_ballots, "hoi-truong-bch")
    with serve_here(long_ballots) as running:
        context = chromium_once.new_context(viewport={"width": 1280, "height": 720}, base_url=running.address)
        page = context.new_page()
        page.goto(f"/sign-in?next=/ballots/{key}")
        page.fill("[name=name]", "mai")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/ballots/{key}")
        page.wait_for_load_state("networkidle")
        boxes = page.locator("svg.drawn").evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
        page.screenshot(path=Path(SHOTS or tmp_path) / "ballot-three-sheets.png", full_page=True)
        context.close()
    tops = [b["top"] for b in boxes]
    assert len(boxes) == 3
    assert tops == sorted(tops)
    assert all(b["width"] > 400 for b in boxes)
    assert all(before["bottom"] <= after["top"] for before, after in pairwise(boxes))


def test_the_board_rules_on_a_table_by_names_and_not_by_boxes(tmp_path: Path) -> None:
    workspace, told = counted(example("example_congress_table"), "doan", tmp_path, 3)
    batch = "hoi-truong-doan"
    key = one_of(workspace, batch)
    people = [c.id for c in workspace.election.candidates]
    settle(workspace, told)
    found = whole_ballot(workspace, DecodedPages(), LOOKS, key)
    values = {m.field: m.value for m in found.marks}
    agreed = [p for p in people if (values[box(p, AGREE)], values[box(p, DISAGREE)]) == ("marked", "unmarked")]
    if found.validity.state == "valid":
        assert list(found.validity.names) == agreed  # ids of people, not of boxes
    assert sorted(_left(found.marks)) == sorted(agreed)
    witness = browser(workspace, "chung", "witness").get("/witness/doan/hoi-truong").text
    assert f"{people[0]}:agree" not in witness
    workspace.close()
