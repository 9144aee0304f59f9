"""The real mode opens with a number and a day, in a workspace that holds nothing of a trial; files know their mode."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from country import AREAS, AT, of_area

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import accounts, log
from pipeline.usecases.handing_up import hand_up, levels_of
from pipeline.usecases.progress_report import progress_file
from pipeline.usecases.real_mode import COUNCIL, mode_of, open_real_mode
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.workspace import Workspace, create_workspace, open_workspace

ADMIN = Actor("quan-tri", "Quản trị", frozenset({"administrator"}))
LAN = Actor("lan", "Lan", frozenset({"committee"}))
DAY = date(2026, 2, 20)


def code(workspace: Workspace, actor: Actor, number: str, day: date) -> str:
    with pytest.raises(Refusal) as refused:
        open_real_mode(workspace, actor, number, day)
    return refused.value.problems[0].code


def test_the_real_mode_needs_number_and_day_and_an_administrator(summary: Workspace) -> None:
    with summary.database.write() as db:
        accounts.put(db, ADMIN)
    assert mode_of(summary, SYSTEM).trial
    assert code(summary, ADMIN, "  ", DAY) == "opinion-missing"
    assert code(summary, ADMIN, "123", date(2027, 1, 1)) == "opinion-day"
    assert code(summary, LAN, "123", DAY) == "not-permitted"
    assert mode_of(summary, SYSTEM).trial
    found = open_real_mode(summary, ADMIN, "123/HĐBCQG-VP", DAY)
    assert (found.issuer, found.number, found.day) == (COUNCIL, "123/HĐBCQG-VP", "2026-02-20")
    assert not mode_of(summary, SYSTEM).trial
    assert not open_workspace(summary.folder).trial
    assert code(summary, ADMIN, "124", DAY) == "mode-real"
    with summary.database.read() as db:
        assert [line.event.act for line in log.lines(db)][-1] == "real_mode_opened"


def test_what_was_counted_in_a_trial_never_becomes_a_result(summary: Workspace) -> None:
    with summary.database.write() as db:
        accounts.put(db, ADMIN)
        hand_up(db, levels_of(summary.election), [of_area("a1", 10)], AT)
    assert code(summary, ADMIN, "123", DAY) == "trial-data"
    assert mode_of(summary, SYSTEM).trial


def test_results_of_a_trial_are_not_taken_into_a_real_count(
    summary: Workspace, tmp_path: Path, country: Election
) -> None:
    with summary.database.write() as db:
        hand_up(db, levels_of(summary.election), [of_area(a, 10) for a in AREAS], AT)
    file = tmp_path / "trial.json"
    file.write_bytes(hand_over(summary, SYSTEM))
    assert json.loads(file.read_bytes())["mode"] == "trial"
    made = create_workspace(tmp_path / "real", country, clock=lambda: AT, paper=False)
    with made.database.write() as db:
        for actor in (ADMIN, LAN):
            accounts.put(db, actor)
    open_real_mode(made, ADMIN, "123", DAY)
    made.close()
    real = open_workspace(tmp_path / "real", clock=lambda: AT)
    with pytest.raises(Refusal) as refused:
        take_in(real, LAN, file)
    assert refused.value.problems[0].code == "trial-results"
    file.write_text(file.read_text(encoding="utf-8").replace('"mode": "trial"', '"mode": "real"'), encoding="utf-8")
    assert take_in(real, LAN, file).areas == 5
    assert b"TRIAL" not in progress_file(real, SYSTEM, "csv")[1]
    real.close()
