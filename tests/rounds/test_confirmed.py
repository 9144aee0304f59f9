"""Broken rules of the world are confirmed by the team leader, or the area is not complete; imports are checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.figures import AreaFigures
from pipeline.errors import Refusal
from pipeline.storage import accounts, log
from pipeline.usecases.area_minutes import why_not_final
from pipeline.usecases.checking import check_import
from pipeline.usecases.confirming import confirm_rule, flags
from pipeline.usecases.minutes import area_json, minutes_of
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace
from tests.election.conftest import Files
from tests.rounds.conftest import put_figures, scan
from tests.usecases.conftest import figures_for

LEADER = Actor("truong", "Phạm Văn Dũng", frozenset({"team_leader"}))
TOLD = "Thừa một phiếu lạ; đã báo Ban bầu cử lúc 20 giờ"


@pytest.fixture
def workspace(files: Files, make: Callable[..., Workspace]) -> Workspace:
    """Six ballots collected of five issued: R4 (world) and R20 (warning) are broken."""
    made = make(files.load())
    with made.database.write() as db:
        accounts.put(db, LEADER)
    scan(made, "kv1", "qh", ["q1", "q1+q2", "q1+q3", "q1+q4", "q1", "q2"])
    put_figures(made, "kv1", "qh", 6, voted=6, issued=5, left_over=51)
    return made


def area(workspace: Workspace):  # type: ignore[no-untyped-def]
    return standing(workspace, SYSTEM, "qh", "kv1").area("kv1")


def test_a_broken_rule_of_the_world_waits_for_the_leader(workspace: Workspace) -> None:
    before = area(workspace)
    assert [(f.code, f.kind) for f in before.totals.findings] == [("R4", "world"), ("R20", "warning")]
    assert [f.code for f in before.totals.standing_against] == ["R4"]
    assert not before.official
    assert any("has not confirmed it" in str(m) for m in why_not_final(workspace.election, before.totals))
    assert [(f.area, f.finding.code, f.confirmed) for f in flags(workspace, SYSTEM)] == [("kv1", "R4", None)]
    confirm_rule(workspace, LEADER, "qh", "kv1", 4, TOLD)
    after = area(workspace)
    assert after.official
    assert not any("R4" in str(m) for m in why_not_final(workspace.election, after.totals))
    assert minutes_of(workspace.election, after.totals).incidents == TOLD
    found = area_json(workspace.election, after.totals)["findings"]
    assert (found[0]["confirmed"], found[0]["by"]) == (TOLD, "truong")
    assert [f.confirmed.text for f in flags(workspace, SYSTEM) if f.confirmed] == [TOLD]
    with workspace.database.read() as db:
        line = log.head(db)
    assert (line.event.act, line.event.detail["rule"]) == ("rule_confirmed", "R4")  # type: ignore[union-attr]


def test_a_confirmation_holds_for_these_numbers_alone(workspace: Workspace) -> None:
    confirm_rule(workspace, LEADER, "qh", "kv1", 4, TOLD)
    put_figures(workspace, "kv1", "qh", 6, voted=6, issued=4, left_over=52)
    assert not area(workspace).official
    put_figures(workspace, "kv1", "qh", 6, voted=6, issued=5, left_over=51)
    assert area(workspace).official


@pytest.mark.parametrize(
    ("actor", "rule", "text", "code"),
    [
        (LEADER, 5, TOLD, "rule-holds"),
        (LEADER, 4, "Không có.", "incident-missing"),
        (LEADER, 4, "  ", "incident-missing"),
        (Actor("an", "An", frozenset({"operator"})), 4, TOLD, "not-permitted"),
    ],
)
def test_what_is_not_confirmed(workspace: Workspace, actor: Actor, rule: int, text: str, code: str) -> None:
    with pytest.raises(Refusal, match=code):
        confirm_rule(workspace, actor, "qh", "kv1", rule, text)
    assert not area(workspace).official


def test_arithmetic_is_never_confirmed(workspace: Workspace) -> None:
    put_figures(workspace, "kv1", "qh", 6, voted=11, voters=10)
    with pytest.raises(Refusal, match="rule-error"):
        confirm_rule(workspace, LEADER, "qh", "kv1", 1, TOLD)


def refused(workspace: Workspace, *given: AreaFigures, reason: str = "") -> list[tuple[str, str]]:
    with workspace.database.read() as db:
        try:
            check_import(db, workspace.election, given, reason)
        except Refusal as refusal:
            return [(p.code, p.place) for p in refusal.problems]
    return []


def test_an_import_is_checked_as_typed_figures_are(workspace: Workspace) -> None:
    good = figures_for("kv1", "qh", 6)
    assert refused(workspace, good) == []
    assert refused(workspace, replace(good, voters=7)) == [("R1", "kv1/qh")]
    assert (
        refused(workspace, replace(good, issued=5))
        == [("R3", "kv1/qh")] * 2 + [("R4", "kv1/qh")] * 2 + [("R20", "kv1/qh")] * 2
    )
    true = replace(good, issued=5, incidents=TOLD)
    assert refused(workspace, true, reason="phiếu lạ") == []
    assert {c for c, _ in refused(workspace, true)} == {"R3", "R20"}


def test_r13_is_told_between_the_contests_of_an_area(workspace: Workspace) -> None:
    of_commune = figures_for("kv1", "xa", 9)
    assert refused(workspace, of_commune) == [("R13", "kv1/xa")] * 2  # 13 voters here, 10 for the Assembly
    assert refused(workspace, of_commune, reason="danh sách bổ sung") == []
    both = [figures_for("kv1", "qh", 9), of_commune]
    assert refused(workspace, *both) == []
