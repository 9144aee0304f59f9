"""Anomalies on screen and at the terminal: with pictures, for committee and auditors, never a verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from playwright.sync_api import Page
from serving import serve_here
from test_every_screen import check, pictures  # noqa: F401  (a fixture)
from visitors import Browser

from pipeline.access.roles import Actor
from pipeline.errors import Refusal
from pipeline.storage import log
from pipeline.usecases.anomaly_list import strange, write_pictures
from pipeline.usecases.workspace import Workspace

LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
AUDITOR = Actor("giam-sat", "Giám sát", frozenset({"auditor"}))


@pytest.fixture
def stuffed(mixed_count: Workspace) -> Workspace:
    """Twelve collected of eleven issued, told as an incident; the reader of this test measures every stroke alike."""
    with mixed_count.database.write() as db:
        counted.accounts.put(db, LEADER)
    counted.closed(mixed_count, LEADER, "invalid:c")
    counted.figures(mixed_count, issued=11, left_over=9, incidents="Thu vào nhiều hơn phát ra một phiếu")
    return mixed_count


def test_more_collected_than_issued_and_sheets_alike_are_listed(stuffed: Workspace) -> None:
    found = strange(stuffed, AUDITOR, "qh")
    assert {a.signal for a in found} == {"collected_above_issued", "same_sheet"}
    assert found[0].numbers["more"] == 1
    pairs = [a.ballots for a in found if a.signal == "same_sheet"]
    assert len(pairs) == len(set(pairs)) >= 10  # five ballots of one pattern at least: every two of them


def test_open_batches_tell_nothing(mixed_count: Workspace) -> None:
    assert strange(mixed_count, AUDITOR, "qh") == ()
    with pytest.raises(Refusal, match="not in the election"):
        strange(mixed_count, AUDITOR, "nothing")


def test_the_page_shows_pictures_and_the_log_tells_who_looked(
    stuffed: Workspace, signed_in_at: Callable[..., Browser]
) -> None:
    browser = signed_in_at(stuffed, "gs", "committee")
    page = browser.client.get("/anomalies?contest=qh").text
    one = next(a for a in strange(stuffed, AUDITOR, "qh") if a.ballots)
    assert f"/ballots/{one.ballots[0]}" in page
    assert "/pictures/page/" in page
    assert "thu vào 12 phiếu, phát ra 11: thừa 1" in page
    with stuffed.database.read() as db:
        assert "anomalies_listed" in {line.event.act for line in log.lines(db)}


def test_reviewers_operators_and_witnesses_do_not_come_here(
    stuffed: Workspace, signed_in_at: Callable[..., Browser]
) -> None:
    for role in ("reviewer", "operator", "witness", "administrator"):
        assert signed_in_at(stuffed, role, role).client.get("/anomalies").status_code == 403


def test_pictures_are_written_one_a_ballot(stuffed: Workspace, tmp_path: Path) -> None:
    one = next(a for a in strange(stuffed, AUDITOR, "qh") if a.ballots)
    assert write_pictures(stuffed, one, tmp_path / "out") == 2
    assert {f.stem for f in (tmp_path / "out").iterdir()} == set(one.ballots)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_is_accessible_and_fits(
    stuffed: Workspace,
    screen_of: Callable[..., Page],
    pictures: Path,  # noqa: F811
    language: str,
) -> None:
    with serve_here(stuffed) as running:
        page = screen_of("gs", "auditor", path="/anomalies?contest=qh", language=language, at=running)
        check(page, f"anomalies-{language}", pictures)
