"""Results of several contests audited by one seed: every one with its own manifest, risk and answer."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import counted
import pytest
from counted import BATCH
from hypothesis import given
from hypothesis import strategies as st
from other_counts import two_contests
from test_result_audit import AUDITOR, SEED
from visitors import Browser

from kiemphieu.__main__ import main
from pipeline.access.roles import SYSTEM
from pipeline.errors import Refusal
from pipeline.rla.sampler import draws
from pipeline.storage import log, result_audits
from pipeline.tally.ballots import spell
from pipeline.usecases.audits_together import (
    draw_together,
    evaluate_together,
    fetch_list,
    fetched_together,
    open_together,
)
from pipeline.usecases.cast_records import some
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.result_audit import draw, open_audit
from pipeline.usecases.result_audit_sheets import find, places_drawn, write_down
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace
from tests.usecases.conftest import AT, figures_for

OTHER = "xa"


@pytest.fixture
def official(mixed_count: Workspace) -> Workspace:
    return two_contests(mixed_count, OTHER)


def units(workspace: Workspace) -> list[tuple[str, str]]:
    election = workspace.election
    return [(c, election.area(counted.AREA).units[c]) for c in ("qh", OTHER)]


def truth(workspace: Workspace, contest: str, place: str) -> str:
    ballot = find(workspace, AUDITOR, place)[2].ballot
    with workspace.database.read() as db:
        vote = next(some(db, workspace.count, [ballot])).vote
    assert vote is not None
    kind, _, rest = spell(vote).partition(":")
    if kind == "invalid":
        return rest
    order = [c.id for c in workspace.election.candidates_of(dict(units(workspace))[contest])]
    return " ".join(str(order.index(c) + 1) for c in rest.split(","))


def look(workspace: Workspace, key: int, contest: str) -> None:
    for one in places_drawn(workspace, AUDITOR, key)[1]:
        write_down(workspace, AUDITOR, key, one.place, truth(workspace, contest, one.place), "A, B")


def test_one_seed_draws_for_every_contest_and_each_has_its_own_answer(official: Workspace) -> None:
    every = open_together(official, AUDITOR, units(official), "ballots", 0.3)
    assert [a.contest for a in every] == ["qh", OTHER]
    assert {a.together for a in every} == {every[0].id}
    assert len({a.digest for a in every}) == 2
    after = draw_together(official, AUDITOR, every[1].id, SEED)
    assert {a.seed for a in after} == {SEED}
    look(official, every[1].id, OTHER)
    first, second = evaluate_together(official, AUDITOR, every[0].id)
    assert (first.state, second.state) == ("looking", "confirmed")
    assert second.risk <= 0.3
    look(official, every[0].id, "qh")
    assert evaluate_together(official, AUDITOR, every[0].id)[0].state in ("confirmed", "draw_more", "count_all")
    with official.database.read() as db:
        assert {line.event.detail.get("together") for line in log.lines(db)
                if line.event.act == "result_audit_opened"} == {every[0].id}  # fmt: skip


def test_what_is_wrong_in_one_contest_is_no_matter_of_the_other(official: Workspace) -> None:
    every = open_together(official, AUDITOR, units(official), "ballots", 0.3)
    draw_together(official, AUDITOR, every[0].id, SEED)
    look(official, every[1].id, OTHER)
    for one in places_drawn(official, AUDITOR, every[0].id)[1]:
        write_down(official, AUDITOR, every[0].id, one.place, "missing", "A, B")
    first, second = evaluate_together(official, AUDITOR, every[0].id)
    assert (first.state, second.state) == ("draw_more", "confirmed") or (first.state, second.state) == (
        "count_all",
        "confirmed",
    )
    assert first.risk > 0.3 >= second.risk


def test_the_seed_is_one_and_nothing_is_drawn_where_one_result_has_changed(official: Workspace) -> None:
    every = open_together(official, AUDITOR, units(official), "ballots", 0.3)
    with pytest.raises(Refusal, match="seed-short"):
        draw_together(official, AUDITOR, every[0].id, "12345")
    draw(official, AUDITOR, every[0].id, SEED)
    with pytest.raises(Refusal, match="seed-stands"):
        draw(official, AUDITOR, every[1].id, "27182818284590452353")
    assert draw(official, AUDITOR, every[1].id, "").seed == SEED  # that of the others
    again = open_together(official, AUDITOR, units(official), "ballots", 0.3)
    with official.database.write() as db:
        changed = figures_for(counted.AREA, OTHER, 10, voters=40)
        keep_figures(db, SYSTEM, [changed], "test", AT)
    with pytest.raises(Refusal, match="audit-outdated"):
        draw_together(official, AUDITOR, again[0].id, SEED)
    with official.database.read() as db:
        assert {a.seed for a in result_audits.together(db, again[0].id)} == {None}


def test_all_are_opened_or_none(official: Workspace) -> None:
    (qh, xa), other = units(official), official.election.area(counted.AREA).units["tinh"]
    with pytest.raises(Refusal, match="not-official"):
        open_together(official, AUDITOR, [qh, xa, ("tinh", other)], "ballots", 0.3)
    with pytest.raises(Refusal, match="audit-together"):
        open_together(official, AUDITOR, [qh, qh], "ballots", 0.3)
    with official.database.read() as db:
        assert result_audits.every(db) == ()
    alone = open_audit(official, AUDITOR, *qh, "ballots", 0.3)
    with pytest.raises(Refusal, match="audit-alone"):
        draw_together(official, AUDITOR, alone.id, SEED)


def test_the_list_for_fetching_goes_area_by_area_and_tells_no_vote(official: Workspace) -> None:
    every = open_together(official, AUDITOR, units(official), "ballots", 0.3)
    draw_together(official, AUDITOR, every[0].id, SEED)
    rows = list(csv.DictReader(io.StringIO(fetch_list(official, AUDITOR, every[0].id).decode("utf-8-sig"))))
    assert {row["contest"] for row in rows} == {"qh", OTHER}
    assert {row["batch"] for row in rows} == {BATCH, f"{counted.AREA}-{OTHER}"}
    areas = [row["area"] for row in rows]
    assert areas == sorted(areas, key=areas.index)
    assert len(rows) == len(fetched_together(official, AUDITOR, every[0].id))
    assert not {"votes", "counted", "ballot"} & set(rows[0])


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 30), st.integers(0, 10**20))
def test_law_what_is_drawn_from_a_contest_is_what_is_drawn_from_all_the_others_left_out(
    one: int, other: int, number: int, seed: int
) -> None:
    """One public seed over two manifests is one sample over both (consistent sampling)."""
    mine, theirs = [f"kv1-qh/{n}" for n in range(one)], [f"kv1-xa/{n}" for n in range(other)]
    alone = [d.id for d in islice(draws(mine, str(seed)), number)]
    both = (d.id for d in draws([*mine, *theirs], str(seed)))
    assert alone == list(islice((key for key in both if key in set(mine)), number))


def test_the_screens_open_and_draw_several(official: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    browser = signed_in_at(official, "quan", "auditor")
    chosen = [unit for _, unit in units(official)]
    opened = browser.post("/audits/open", unit=chosen, risk="30", kind="ballots")
    assert opened.status_code == 303, opened.text
    page = opened.headers["location"]
    shown = browser.client.get(page).text
    assert shown.count('<a href="/audits/') >= 1
    assert browser.post(f"{page}/draw", seed=SEED).status_code == 303
    drawn = browser.client.get(page).text
    assert "/fetch.csv" in drawn
    key = int(page.rsplit("/", 1)[1])
    with official.database.read() as db:
        assert {a.seed for a in result_audits.together(db, key)} == {SEED}
    assert browser.client.get(f"{page}/fetch.csv").headers["content-type"].startswith("text/csv")
    assert standing(official, AUDITOR, OTHER).units


def test_the_commands_open_draw_and_answer_for_several(
    official: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    folder, chosen = str(official.folder), [part for _, unit in units(official) for part in ("--unit", unit)]
    official.close()
    for arguments in (
        ["audit", "open", folder, *chosen, "--risk", "0.3"],
        ["audit", "draw", folder, "1", "--seed", SEED],
        ["audit", "sheets", folder, "2", "--out", str(tmp_path / "forms")],
        ["audit", "result", folder, "2"],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    assert "audit 2:" in said
    assert "Drawn by one seed" in said
    assert (tmp_path / "forms" / "audit-1-fetch.csv").exists()
