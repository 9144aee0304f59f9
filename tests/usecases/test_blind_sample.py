"""The random sample of accepted readings: drawn alike by everybody, answered blind, counted, told where it differs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from pipeline.access.roles import Actor
from pipeline.review.bounds import upper_bound
from pipeline.review.consensus import opened
from pipeline.review.items import NewItem, Subject
from pipeline.review.policy import BLIND_SAMPLE
from pipeline.review.sample import drawn
from pipeline.review.states import Disputed, Settled, value_of
from pipeline.storage import ballots, batches, items, log
from pipeline.storage.measured import measured
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.review import correct, enter, queue

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
AN = Actor("an", "Nguyễn Văn An", frozenset({"reviewer"}))
BA = Actor("ba", "Trần Thị Ba", frozenset({"reviewer"}))
CHI = Actor("chi", "Lê Thị Chi", frozenset({"reviewer"}))
LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
SECOND = Actor("second", "Hoàng Thị Em", frozenset({"team_leader"}))


def sampled(pile, field: str) -> str:  # type: ignore[no-untyped-def]
    """A ballot that was read whole, one accepted field of which is in the sample; gives the item's id."""
    ballot = pile.read(pile.vote(*pile.names[: pile.seats]))
    found = ballots.get(pile.db, ballot)
    assert found is not None
    return items.add(
        pile.db, pile.id, [NewItem(Subject("field", ballot, field, "strike"), opened("field"))], found.page
    )[0]


def acts(db: Connection) -> list[str]:
    return [line.event.act for line in log.lines(db)]


def test_the_sample_is_of_the_wanted_share_and_the_same_for_everybody() -> None:
    places = [(f"{n:024x}", f"c{n % 8}") for n in range(40_000)]
    mine = [p for p in places if drawn(*p, BLIND_SAMPLE)]
    assert 140 < len(mine) < 260  # 200 expected, standard deviation 14
    assert mine == [p for p in places if drawn(*p, BLIND_SAMPLE)]
    assert set(mine) < {p for p in places if drawn(*p, 2 * BLIND_SAMPLE)}
    assert not any(drawn(*p, 0.0) for p in places)
    assert all(drawn(*p, 1.0) for p in places)


def test_a_place_of_the_sample_is_asked_like_any_other_and_counts_as_people_settle_it(
    db: Connection,
    count: Count,
    pile,  # type: ignore[no-untyped-def]
) -> None:
    field = pile.names[0]
    item = sampled(pile, field)
    ordinary = pile.read(pile.vote(*pile.names[: pile.seats]), asked=(field,))
    waiting = {i.id: i for i in queue(db, AN)}
    other = items.find(db, Subject("field", ordinary, field))
    assert other is not None
    assert (waiting[item].state, waiting[item].subject.doubts) == (waiting[other.id].state, other.subject.doubts)
    ballot = waiting[item].ballot
    assert ballot is not None
    assert field not in {a.field for a in ballots.answers(db, pile.id)[ballot]}
    assert (measured(db, pile.contest).sampled, measured(db, pile.contest).sample_open) == (0, 1)
    for actor in (AN, BA):
        after = enter(db, count, actor, item, "clear", AT)
    assert value_of(after.state) == "clear"
    found = measured(db, pile.contest)
    assert (found.sampled, found.sample_wrong, found.sample_open, found.alarm) == (1, 0, 0, False)
    assert found.sample_bound == upper_bound(0, 1, 0.95)
    assert "accepted_was_wrong" not in acts(db)
    # what the machine asked anyway is no part of it
    for actor in (AN, BA):
        enter(db, count, actor, other.id, "struck", AT)
    assert measured(db, pile.contest) == found


def test_what_people_settle_otherwise_goes_through_a_third_counts_as_wrong_and_raises_an_alarm(
    db: Connection,
    count: Count,
    pile,  # type: ignore[no-untyped-def]
) -> None:
    item = sampled(pile, pile.names[0])
    enter(db, count, AN, item, "clear", AT)
    assert isinstance(enter(db, count, BA, item, "struck", AT).state, Disputed)
    assert not measured(db, pile.contest).alarm
    after = enter(db, count, CHI, item, "struck", AT)
    assert isinstance(after.state, Settled)
    found = measured(db, pile.contest)
    assert (found.sampled, found.sample_wrong, found.alarm) == (1, 1, True)
    assert found.sample_bound == pytest.approx(1.0)
    (line,) = [x for x in log.lines(db) if x.event.act == "accepted_was_wrong"]
    assert (line.event.subject, dict(line.event.detail)) == (item, {"reading": "clear", "value": "struck"})


def test_corrections_without_a_question_and_voided_batches_are_no_sample(
    db: Connection,
    count: Count,
    pile,  # type: ignore[no-untyped-def]
) -> None:
    item = sampled(pile, pile.names[0])
    for actor in (AN, BA):
        enter(db, count, actor, item, "clear", AT)
    correct(db, count, LEADER, SECOND, item, "struck", "looked again", AT)
    assert (measured(db, pile.contest).sampled, measured(db, pile.contest).sample_wrong) == (1, 1)
    batches.set_state(db, pile.id, "void", "scanned twice")
    assert measured(db, pile.contest).sampled == 0
