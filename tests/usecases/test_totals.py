"""Totals of a count: sums of settled ballots, the rules on them, the elected once all is complete."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from sqlalchemy import Connection

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.rules import rule_set
from pipeline.errors import Refusal
from pipeline.review.states import TeamVote
from pipeline.storage import batches
from pipeline.usecases.complete_ballots import Count, raise_ballot_items
from pipeline.usecases.confirming import keep_confirmation
from pipeline.usecases.minutes import minutes_of
from pipeline.usecases.review import before_team, team_decides
from pipeline.usecases.totals import area_totals, totals
from pipeline.usecases.totals_files import totals_csv, totals_json

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
TEAM = tuple(f"Tổ viên {n}" for n in range(1, 6))


def fill(pile: Any, sheets: int, seed: int = 1) -> tuple[Counter[str], int]:
    """Random plain ballots; gives the votes per candidate and the number of valid ballots, counted apart."""
    random, votes, valid = Random(seed), Counter[str](), 0
    for _ in range(sheets):
        chosen = random.sample(pile.names, random.randint(0, len(pile.names)))
        if chosen and pile.names[0] not in chosen and random.random() < 0.7:
            chosen[0] = pile.names[0]  # one who wins clearly
        pile.read(pile.vote(*chosen))
        if 1 <= len(chosen) <= pile.seats:
            votes.update(chosen)
            valid += 1
    pile.declare(sheets)
    return votes, valid


def settle(db: Connection, count: Count, pile: Any) -> None:
    raise_ballot_items(db, count, pile.id, AT)
    for item in before_team(db, LEADER, pile.id):
        votes = [TeamVote(m, f"invalid:{item.subject.doubts[0]}") for m in TEAM]
        team_decides(db, count, LEADER, [item.id], TEAM, votes, AT)


def test_an_area_is_the_sum_of_its_ballots(pile: Any, db: Connection, count: Count, put_figures: Any) -> None:
    votes, valid = fill(pile, 60)
    put_figures(pile, 60)
    before = area_totals(db, count, pile.area, pile.contest)
    assert before.result.undecided == 60 - valid
    assert not before.complete
    settle(db, count, pile)
    after = area_totals(db, count, pile.area, pile.contest)
    assert dict(after.result.votes) == dict(votes)
    assert (after.result.valid, after.result.invalid_total) == (valid, 60 - valid)
    assert after.findings == ()
    assert after.complete


def test_two_piles_of_an_area_add_up(pile: Any, db: Connection, count: Count) -> None:
    batches.add(
        db, key="pile-2", area=pile.area, contest=pile.contest, declared=0, sides="simplex",
        profile="profile", form_set="x", at=AT,
    )  # fmt: skip
    other = type(pile)(db, count, pile.area, pile.contest, "pile-2")
    one, two = fill(pile, 20, 1)[0], fill(other, 30, 2)[0]
    settle(db, count, pile)
    settle(db, count, other)
    result = area_totals(db, count, pile.area, pile.contest).result
    assert dict(result.votes) == dict(one + two)
    assert result.collected == result.scanned == 50


def test_a_sheet_too_few_breaks_r6_and_r23_and_the_area_is_not_complete(
    pile: Any, db: Connection, count: Count, put_figures: Any
) -> None:
    fill(pile, 20)
    pile.declare(21)
    put_figures(pile, 21)
    settle(db, count, pile)
    found = area_totals(db, count, pile.area, pile.contest)
    assert [f.code for f in found.findings] == ["R6", "R23"]
    assert not found.complete


def test_what_is_strange_but_true_is_confirmed_by_the_leader(
    pile: Any, db: Connection, count: Count, put_figures: Any
) -> None:
    fill(pile, 20)
    settle(db, count, pile)
    put_figures(pile, 20, issued=19, left_over=51)
    stuffed = area_totals(db, count, pile.area, pile.contest)
    assert [f.code for f in stuffed.findings] == ["R4", "R20"]
    assert not stuffed.complete
    put_figures(pile, 20, issued=19, left_over=51, incidents="Một phiếu lạ trong hòm phiếu")
    assert not area_totals(db, count, pile.area, pile.contest).complete
    keep_confirmation(db, LEADER, pile.contest, pile.area, stuffed.findings[0], "Một phiếu lạ", lambda: AT)
    assert area_totals(db, count, pile.area, pile.contest).complete
    put_figures(pile, 20, issued=18, left_over=52)
    assert not area_totals(db, count, pile.area, pile.contest).complete  # other numbers were not confirmed


def test_an_area_without_its_figures_is_not_complete(pile: Any, db: Connection, count: Count) -> None:
    fill(pile, 5)
    settle(db, count, pile)
    found = area_totals(db, count, pile.area, pile.contest)
    assert found.figures is None
    assert not found.complete


def test_a_field_without_any_answer_is_never_guessed(pile: Any, db: Connection, count: Count) -> None:
    """A form with one more field than was read (its item lost) leaves the ballot undecided."""
    form = count.forms[pile.unit]
    pile.read(pile.vote(pile.names[0]))
    longer = type(form.sides[0].fields[0])("extra", "strike", form.sides[0].fields[0].box)
    side = form.sides[0]
    grown = type(form)(
        form.id, form.title,
        (type(side)(side.name, side.size, side.registration, (*side.fields, longer), side.reference),),
    )  # fmt: skip
    other = Count(count.election, {**count.forms, form.id: grown}, count.trial)
    assert area_totals(db, other, pile.area, pile.contest).result.undecided == 1
    assert raise_ballot_items(db, other, pile.id, AT) == 0


def whole_election(db: Connection, count: Count, pile: Any, put_figures: Any, sheets: int) -> dict[str, Counter[str]]:
    """Every area and contest filled and settled; unit -> votes counted apart."""
    votes: dict[str, Counter[str]] = {}
    for area in count.election.areas:
        for contest in area.units:
            key = f"{area.id}-{contest}"
            batches.add(
                db, key=key, area=area.id, contest=contest, declared=0, sides="simplex",
                profile="profile", form_set="x", at=AT,
            )  # fmt: skip
            here = type(pile)(db, count, area.id, contest, key)
            votes.setdefault(here.unit, Counter()).update(fill(here, sheets, seed=len(votes))[0])
            put_figures(here, sheets)
            settle(db, count, here)
    return votes


def test_units_are_sums_over_areas_and_elect_by_article_78(
    pile: Any, db: Connection, count: Count, put_figures: Any
) -> None:
    expected = whole_election(db, count, pile, put_figures, 12)
    found = totals(db, count, SYSTEM)
    assert found.complete
    for unit in found.units:
        assert dict(unit.result.votes) == {c: n for c, n in expected[unit.unit].items() if n}
        assert unit.outcome is not None
        assert unit.outcome.recognised
        assert count.election.candidates_of(unit.unit)[0].id in unit.outcome.elected
        for name in unit.outcome.elected:
            assert 2 * unit.result.votes_for(name) > unit.result.valid
    document = totals_json(count.election, found)
    assert json.loads(json.dumps(document)) == document
    rows = totals_csv(count.election, found).decode("utf-8-sig").splitlines()
    assert sum(",votes," in row for row in rows) > len(count.election.candidates)


def test_a_unit_elects_nobody_while_an_area_is_open(pile: Any, db: Connection, count: Count, put_figures: Any) -> None:
    whole_election(db, count, pile, put_figures, 4)
    pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    pile.declare(1)
    found = totals(db, count, SYSTEM)
    assert not found.complete
    outcomes = {u.unit: u.outcome for u in found.units}
    assert outcomes[pile.unit] is None
    assert any(o is not None for u, o in outcomes.items() if u != pile.unit)


def test_a_reviewer_sees_no_totals(db: Connection, count: Count) -> None:
    with pytest.raises(Refusal, match="not-permitted"):
        totals(db, count, Actor("an", "An", frozenset({"reviewer"})))


def test_the_minutes_carry_the_figures_of_the_area(pile: Any, db: Connection, count: Count, put_figures: Any) -> None:
    votes, valid = fill(pile, 30)
    put_figures(pile, 30)
    settle(db, count, pile)
    minutes = minutes_of(count.election, area_totals(db, count, pile.area, pile.contest))
    assert (minutes.collected, minutes.valid, minutes.invalid) == (30, valid, 30 - valid)
    assert [c.votes for c in minutes.candidates] == [votes[name] for name in pile.names]


def test_minutes_of_an_open_area_hold_no_counted_figures(
    pile: Any, db: Connection, count: Count, put_figures: Any
) -> None:
    pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    put_figures(pile, 1)
    minutes = minutes_of(count.election, area_totals(db, count, pile.area, pile.contest))
    assert (minutes.collected, minutes.valid, minutes.invalid) == (None, None, None)


def test_the_rules_of_another_election_need_no_half(count: Count) -> None:
    assert not rule_set("n-of-m").winner_needs_half_of_valid
    assert rule_set("state-2026").winner_needs_half_of_valid
