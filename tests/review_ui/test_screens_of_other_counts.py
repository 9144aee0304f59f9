"""Screens of extra elections, votes by shares, congresses and audits of several contests: accessible, whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import other_counts
from counted import AREA
from playwright.sync_api import Page
from serving import serve_here
from test_every_screen import check, pictures  # noqa: F401  (the fixture)
from test_result_audit import AUDITOR, SEED

from pipeline.storage import ballots
from pipeline.usecases.audits_together import draw_together, open_together
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
LANGUAGES = ("vi", "en")


def looked_at(
    workspace: Workspace,
    screen_of: Screens,
    folder: Path,
    screens: dict[str, str],
    *,
    role: str = "committee",
    key: str = "son",
) -> None:
    """Every one of the screens in both languages; the whole page beside it, since much of it lies below."""
    with serve_here(workspace) as serving:
        for language in LANGUAGES:
            page = screen_of(f"{key}-{language}", role, language=language, at=serving)
            for name, path in screens.items():
                page.goto(path)
                check(page, f"{name}-{language}", folder)
                page.set_viewport_size({"width": 1280, "height": 720})
                page.screenshot(path=folder / f"{name}-{language}-whole.png", full_page=True)


def test_an_extra_election_beside_the_first_round(tmp_path: Path, screen_of: Screens, pictures: Path) -> None:  # noqa: F811
    workspace = other_counts.extra_election(tmp_path)
    unit = "/levels?contest=qh&level=unit:qh-1"
    screens = {
        "levels-first": unit,
        "levels-extra": f"{unit}&extra=1",
        "levels-area-extra": "/levels/area/qh/kv1?extra=1",
    }
    looked_at(workspace, screen_of, pictures, screens)
    workspace.close()


def test_votes_by_shares(tmp_path: Path, screen_of: Screens, pictures: Path) -> None:  # noqa: F811
    workspace = other_counts.by_shares(tmp_path / "count")
    area = "/totals/bch/hoi-truong-1000"
    screens = {"shares-totals": "/totals?contest=bch", "shares-area": area, "shares-result": "/result"}
    looked_at(workspace, screen_of, pictures, screens)
    workspace.close()


def test_several_contests_audited_by_one_seed(mixed_count: Workspace, screen_of: Screens, pictures: Path) -> None:  # noqa: F811
    workspace = other_counts.two_contests(mixed_count)
    election = workspace.election
    units = [(contest, election.area(AREA).units[contest]) for contest in ("qh", "xa")]
    first = open_together(workspace, AUDITOR, units, "ballots", 0.3)[0]
    looked_at(workspace, screen_of, pictures, {"audits-fixed": f"/audits/{first.id}"}, role="auditor", key="quan")
    draw_together(workspace, AUDITOR, first.id, SEED)
    screens = {
        "audits-together": "/audits",
        "audit-drawn": f"/audits/{first.id}",
        "audit-one": f"/audits/{first.id}/sheet/1",
    }
    looked_at(workspace, screen_of, pictures, screens, role="auditor", key="giam")


def test_ballots_of_a_congress(tmp_path: Path, screen_of: Screens, pictures: Path) -> None:  # noqa: F811
    workspace = other_counts.long_congress(tmp_path / "long")
    with workspace.database.read() as db:
        key = ballots.of_batch(db, "hoi-truong-bch")[0].id
    looked_at(workspace, screen_of, pictures, {"ballot-sheets": f"/ballots/{key}", "congress-totals": "/totals"})
    workspace.close()


def test_ballots_with_a_table(tmp_path: Path, screen_of: Screens, pictures: Path) -> None:  # noqa: F811
    workspace = other_counts.congress_table(tmp_path / "table")
    looked_at(
        workspace, screen_of, pictures, {"table-review": "/review", "table-work": "/grid?kind=box&value=marked"},
        role="reviewer", key="an",
    )  # fmt: skip
    with workspace.database.read() as db:
        key = ballots.of_batch(db, "hoi-truong-doan")[0].id
    looked_at(workspace, screen_of, pictures, {"table-ballot": f"/ballots/{key}"})
    workspace.close()
