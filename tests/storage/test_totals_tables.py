"""What totals and the log ask of the tables, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from people import AN, BA, CHI, answer
from test_ingest import ingest, scans

from pipeline.access.roles import SYSTEM, Actor
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Election
from pipeline.review.states import TeamVote
from pipeline.storage import accounts, ballots, batches, figures, items, log, results, teams
from pipeline.storage.log import Filter
from pipeline.usecases.batches import close_batch
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.review import before_team, team_decides
from pipeline.usecases.standing import standing
from pipeline.usecases.totals import area_totals
from pipeline.usecases.workspace import Workspace, create_workspace

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
LEADER = Actor("leader", "Trưởng", frozenset({"team_leader"}))
BATCH = "kv1-qh"


@pytest.fixture
def workspace(tmp_path: Path, election: Election, address: str | None) -> Iterator[Workspace]:
    made = create_workspace(tmp_path / "w", election, address)
    ingest(made, scans(tmp_path / "s", 18))
    yield made
    made.close()


@pytest.fixture
def closed(workspace: Workspace) -> Workspace:
    """Everything answered, decided and closed."""
    for actor in (AN, BA, CHI):
        answer(workspace, actor)
    with workspace.database.write() as db:
        accounts.put(db, LEADER)
        raise_ballot_items(db, workspace.count, BATCH, AT)
        for item in before_team(db, LEADER):
            value = f"invalid:{item.subject.doubts[0]}" if item.subject.doubts[0] in "abcdđ" else "invalid:đ"
            votes = [TeamVote(m, value) for m in "ABC"]
            team_decides(db, workspace.count, LEADER, [item.id], tuple("ABC"), votes, AT)
    close_batch(workspace, SYSTEM, BATCH, "a test")
    return workspace


def test_results_of_closed_batches_are_kept_and_given_back_as_they_are(closed: Workspace) -> None:
    first = standing(closed, SYSTEM, "qh").areas[0]
    assert first.totals.result.valid > 0
    with closed.database.read() as db:
        assert set(results.every(db, "qh")) == {BATCH}
        assert results.every(db, "xa") == {}
        anew = area_totals(db, closed.count, "kv1", "qh")
    assert standing(closed, SYSTEM, "qh").areas[0].totals == first.totals == anew


def test_whatever_changes_a_batch_forgets_its_result(closed: Workspace) -> None:
    standing(closed, SYSTEM, "qh")
    with closed.database.write() as db:
        batches.declare(db, BATCH, 99)
        assert results.every(db, "qh") == {}
    assert standing(closed, SYSTEM, "qh").areas[0].totals.result.collected == 99


def test_decided_by_the_team_and_items_that_wait(closed: Workspace) -> None:
    with closed.database.read() as db:
        decided = items.decided_by_team(db, 100)
        assert {i.state.value for i in decided} <= {"invalid:đ", *(f"invalid:{g}" for g in "abcd")}  # type: ignore[union-attr]
        assert results.waiting(db, items.OPEN_STATES) == {}
        assert results.sheets(db, (BATCH,)) == {BATCH: len(ballots.of_batch(db, BATCH))}


def test_the_log_is_searched(workspace: Workspace) -> None:
    with workspace.database.write() as db:
        for n in range(5):
            log.append(db, AuditEvent("an" if n % 2 else "ba", "test", f"s{n}"), AT + timedelta(minutes=n))
        test = Filter(act="test")
        assert [x.event.subject for x in log.found(db, test)] == ["s4", "s3", "s2", "s1", "s0"]
        newest = log.found(db, test, limit=2)
        assert [x.event.subject for x in log.found(db, test, before=newest[-1].seq, limit=2)] == ["s2", "s1"]
        assert log.number(db, Filter(act="test", actor="an")) == 2
        middle = Filter(act="test", since=AT + timedelta(minutes=1), until=AT + timedelta(minutes=3))
        assert [x.event.subject for x in log.found(db, middle)] == ["s2", "s1"]
        assert log.number(db, Filter(subjects=("s0", "s4", "nothing"))) == 2
        head = log.head(db)
        assert head is not None
        assert head.event.subject == "s4"
        assert "test" in log.acts(db)


def test_versions_of_teams_and_figures(workspace: Workspace) -> None:
    with workspace.database.write() as db:
        assert teams.latest(db, "kv1") is None
        teams.add(db, "kv1", ("A", "B", "C"), "leader", AT)
        teams.add(db, "kv1", ("A", "B", "Đ"), "leader", AT)
        found = teams.latest(db, "kv1")
        assert found is not None
        assert (found.version, found.members) == (2, ("A", "B", "Đ"))
        for voters in (1, 2):
            figures.add(db, "kv1", "qh", {"voters": voters}, author="an", reason="", at=AT)
        figures.add(db, "kv2", "qh", {"voters": 3}, author="an", reason="", at=AT)
        figures.add(db, "kv1", "xa", {"voters": 4}, author="an", reason="", at=AT)
        assert figures.latest_of(db, "qh") == {"kv1": '{"voters": 2}', "kv2": '{"voters": 3}'}
        assert figures.latest_of(db, "qh", "kv2") == {"kv2": '{"voters": 3}'}
