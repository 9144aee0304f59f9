"""The whole night in real browsers: handed in, read, disputed, resolved, voted on, closed, minutes downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import counted
import pypdfium2
from counted import AREA, BATCH, CONTEST, MIXED, TEAM
from counting_team import scans
from playwright.sync_api import Page, expect
from serving import Serving, serve_app

from pipeline.audit.chain import verify
from pipeline.review.states import ByEntries, Settled
from pipeline.storage import batches, items, log
from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.workspace import Workspace
from review_ui.app import create_app
from review_ui.state import Limits

Screens = Callable[..., Page]
KEYS = {"struck": "1", "partial": "2", "clear": "3"}


def review(page: Page, values: dict[str, str]) -> None:
    """Answer every place that is asked, by the printed name at it."""
    for _ in range(len(values)):
        page.wait_for_selector("#desk:not([hidden])")
        label = page.locator("#label").inner_text()
        page.wait_for_timeout(300)  # a place must have been in sight for a moment
        with page.expect_response("**/review/answer"):
            page.keyboard.press(KEYS[next(v for name, v in values.items() if name.casefold() in label.casefold())])
    expect(page.locator("#empty")).to_be_visible()


def out_of_the_fields(page: Page) -> None:
    page.locator("h1").first.click()


def test_one_night(workspace: Workspace, tmp_path: Path, screen_of: Screens) -> None:
    some = scans(workspace, tmp_path / "scans", MIXED)
    reader = BackgroundReader(workspace, 0, some.read)
    app = create_app(workspace, limits=Limits(sign_in=1000), reader=reader)
    try:
        with serve_app(app, workspace) as serving:
            hand_in(screen_of, serving, some.files)
            settle(screen_of, serving)
            vote(screen_of, serving)
            counted.figures(workspace)
            close(screen_of, serving)
            download(screen_of, serving)
    finally:
        reader.stop()
    with workspace.database.read() as db:
        assert verify(log.lines(db)) is None
        acts = [line.event.act for line in log.lines(db)]
    assert acts.count("entry") == 5
    assert acts.count("team_decision") == 5
    assert [a for a in acts if a in ("batch_opened", "batch_closed", "minutes_printed")] == [
        "batch_opened",
        "batch_closed",
        "minutes_printed",
    ]


def hand_in(screen_of: Screens, serving: Serving, files: list[Path]) -> None:
    """The operator opens the batch, hands the scans in and sees them read."""
    page = screen_of("giang", "operator", path="/batches", at=serving)
    page.select_option("select[name=area]", AREA)
    page.select_option("select[name=contest]", CONTEST)
    page.fill("[name=declared]", str(len(MIXED)))
    with page.expect_navigation():
        page.press("[name=declared]", "Enter")
    assert page.url.endswith(f"/batches/{BATCH}")
    page.set_input_files("#files", files)
    page.click("#upload button")
    expect(page.locator(".numbers .match")).to_be_visible()
    expect(page.locator("[data-live] .state .tag").first).to_be_visible()  # something waits for people
    page.context.close()


def settle(screen_of: Screens, serving: Serving) -> None:
    """Two reviewers differ on one place and agree on the other; the third, who sees neither answer, resolves."""
    form = serving.workspace.forms[serving.workspace.election.ballot_form_id(AREA, CONTEST)]
    one, two = (f.label for f in [f for f in form.sides[0].fields if f.kind == "strike"][:2])
    an = screen_of("an", "reviewer", path="/review", at=serving)
    review(an, {one: "partial", two: "struck"})
    an.context.close()
    ba = screen_of("ba", "reviewer", path="/review", at=serving)
    review(ba, {one: "partial", two: "clear"})
    ba.context.close()
    chi = screen_of("chi", "reviewer", path="/review", at=serving)
    review(chi, {two: "struck"})
    chi.context.close()
    state = counted.place(serving.workspace, 1).state
    assert isinstance(state, Settled)
    assert state.value == "struck"
    assert isinstance(state.evidence, ByEntries)
    assert [e.value for e in state.evidence.entries] == ["struck", "clear", "struck"]


def vote(screen_of: Screens, serving: Serving) -> None:
    """The team decides: the pile by one vote, the one with all names struck, the doubtful one as valid."""
    page = screen_of("dung", "team_leader", path="/team", at=serving)
    page.get_by_role("row", name=re.compile("điểm d")).get_by_role("link").click()
    page.fill("textarea[name=names]", "\n".join(TEAM))
    with page.expect_navigation():
        page.get_by_role("button", name="Ghi danh sách tổ").click()
    raise_hands(page)
    page.get_by_role("row", name=re.compile("điểm c")).get_by_role("link").click()
    assert page.locator(".gallery img").count() == 3
    raise_hands(page)
    page.get_by_role("row", name=re.compile("gạch một phần")).get_by_role("link").click()
    page.locator("input[name=proposal][value=valid]").check()
    raise_hands(page)
    expect(page.get_by_role("heading", name="Không có việc nào chờ Tổ")).to_be_visible()
    page.context.close()


def raise_hands(page: Page) -> None:
    out_of_the_fields(page)
    page.keyboard.press("a")
    page.locator("input[name=hand-5][value=absent]").check()
    with page.expect_navigation():
        page.keyboard.press("g")
    expect(page.locator(".done")).to_be_visible()


def close(screen_of: Screens, serving: Serving) -> None:
    """The operator closes the batch; before, the committee's totals were empty."""
    early = screen_of("som", "committee", path=f"/totals/{CONTEST}/{AREA}", at=serving)
    expect(early.locator(".banner.provisional")).to_be_visible()
    assert early.locator("td.number").first.inner_text() == "0"
    early.context.close()
    page = screen_of("giang", "operator", path=f"/batches/{BATCH}", at=serving, new=False)
    out_of_the_fields(page)
    with page.expect_navigation():
        page.keyboard.press("c")
    page.context.close()
    with serving.workspace.database.read() as db:
        batch = batches.get(db, BATCH)
        assert batch is not None
        assert batch.state == "closed"
        assert not any(state in items.OPEN_STATES for _, state in items.counts(db, BATCH))


def download(screen_of: Screens, serving: Serving) -> None:
    """The committee sees the figures of the paper, goes to a ballot behind one, and takes the minutes."""
    page = screen_of("uyban", "committee", path=f"/totals/{CONTEST}/{AREA}", at=serving)
    expect(page.locator(".banner.official")).to_be_visible()
    rows = page.locator(".figures").first.locator("tbody tr")
    votes = {r.split("\t")[0].strip(): r.split("\t")[1].split()[-1] for r in rows.all_inner_texts()}
    assert list(votes.values()) == ["7", "6", "6", "0", "0"]
    assert votes["Lê Hữu Bằng"] == "7"
    out_of_the_fields(page)
    with page.expect_download() as got:
        page.keyboard.press("m")
    assert got.value.suggested_filename == f"mau-18-{AREA}-{CONTEST}.pdf"
    document = pypdfium2.PdfDocument(Path(got.value.path()).read_bytes())
    text = " ".join(" ".join(document[n].get_textpage().get_text_range() for n in range(len(document))).split())
    assert "BẢN NHÁP" not in text
    assert re.search(r"Ông LÊ HỮU BẰNG.{0,60}?\b7\b|Lê Hữu Bằng.{0,60}?\b7\b", text)
    page.get_by_role("row", name=re.compile("điểm c")).get_by_role("link").click()
    page.locator(".gallery a").first.click()
    expect(page.locator(".verdict.bad")).to_contain_text("điểm c")
    expect(page.locator(".history")).to_contain_text(TEAM[0])
    page.context.close()
