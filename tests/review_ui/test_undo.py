"""Taking one's own last answer back: when it can be done, and when somebody else must act."""

from __future__ import annotations

import pytest
from visitors import person

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.review.states import Disputed, EnteredOnce, Waiting
from pipeline.storage import batches, items
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.review import enter, withdraw
from pipeline.usecases.reviewing import Wanted, answer, next_questions, undo
from pipeline.usecases.workspace import Workspace

FIELDS = Wanted(kind="field")


@pytest.fixture
def people(count: Workspace, known_password: str) -> list[Actor]:
    return [person(count, known_password, key, "reviewer") for key in ("an", "ba", "chi", "dung")]


def say(count: Workspace, actor: Actor, item: str, value: str) -> None:
    answer(count, actor, item, value, FIELDS, 0, ())


def item_of(count: Workspace, key: str) -> items.StoredItem:
    with count.database.read() as db:
        found = items.get(db, key)
    assert found is not None
    return found


def code(count: Workspace, actor: Actor, item: str = "") -> str:
    with pytest.raises(Refusal) as refused:
        undo(count, actor, item)
    return refused.value.problems[0].code


@pytest.fixture
def first(count: Workspace, people: list[Actor]) -> str:
    with count.database.read() as db:
        (found, *_) = [i for i in items.of_batch(db, "kv1-qh", "field") if isinstance(i.state, Waiting)]
    return found.id


def test_back_through_every_state(count: Workspace, people: list[Actor], first: str) -> None:
    an, ba, chi, _ = people
    say(count, an, first, "struck")
    say(count, ba, first, "clear")
    assert isinstance(item_of(count, first).state, Disputed)
    undo(count, ba)
    assert isinstance(item_of(count, first).state, EnteredOnce)
    say(count, ba, first, "clear")
    say(count, chi, first, "unclear")
    undo(count, chi, first)
    assert isinstance(item_of(count, first).state, Disputed)
    undo(count, an)
    state = item_of(count, first).state
    assert isinstance(state, EnteredOnce)
    assert state.first.by == "ba"
    undo(count, ba)
    assert item_of(count, first).state == Waiting()


def test_only_the_last_and_only_ones_own(count: Workspace, people: list[Actor], first: str) -> None:
    an, ba, _, _ = people
    say(count, an, first, "struck")
    assert code(count, ba) == "nothing-to-undo"
    assert code(count, ba, first) == "not-the-last"
    (second, *_) = next_questions(count, an, FIELDS, 1)
    say(count, an, second.item, "clear")
    assert code(count, an, first) == "not-the-last"
    undo(count, an)
    undo(count, an)
    assert item_of(count, first).state == Waiting()


def test_not_once_the_batch_is_closed(count: Workspace, people: list[Actor], first: str) -> None:
    an = people[0]
    say(count, an, first, "struck")
    with count.database.write() as db:
        batches.set_state(db, "kv1-qh", "closed")
    assert code(count, an) == "batch-not-open"


def test_not_once_the_ballot_lies_before_the_team(count: Workspace, people: list[Actor], first: str) -> None:
    an, ba, _, _ = people
    say(count, an, first, "unclear")
    say(count, ba, first, "unclear")
    with count.database.write() as db:
        raise_ballot_items(db, count.count, "kv1-qh", count.clock())
    assert code(count, ba) == "before-team"


def test_not_once_a_sheet_is_set_aside(count: Workspace, people: list[Actor]) -> None:
    an, ba, _, _ = people
    with count.database.read() as db:
        (sheet,) = items.of_batch(db, "kv1-qh", "page")
    say(count, an, sheet.id, "set_aside:foreign")
    undo(count, an)
    say(count, an, sheet.id, "set_aside:foreign")
    say(count, ba, sheet.id, "set_aside:foreign")
    assert code(count, ba) == "carried-out"


def test_somebody_else_who_has_it_on_screen_keeps_it(count: Workspace, people: list[Actor]) -> None:
    an, ba, _, _ = people
    (mine, *_) = next_questions(count, an, FIELDS, 1)
    say(count, an, mine.item, "struck")
    assert mine.item in [q.item for q in next_questions(count, ba, FIELDS, 3)]
    assert undo(count, an) is None
    say(count, ba, mine.item, "clear")
    state = item_of(count, mine.item).state
    assert isinstance(state, EnteredOnce)
    assert state.first.by == "ba"


def test_the_terminal_respects_what_somebody_is_looking_at(count: Workspace, people: list[Actor]) -> None:
    an, ba, _, _ = people
    (mine, *_) = next_questions(count, an, FIELDS, 1)
    with pytest.raises(Refusal) as refused, count.database.write() as db:
        enter(db, count.count, ba, mine.item, "struck", count.clock())
    assert refused.value.problems[0].code == "lease-lost"


def test_the_program_itself_takes_nothing_back(count: Workspace, first: str) -> None:
    with pytest.raises(Refusal) as refused, count.database.write() as db:
        withdraw(db, count.count, SYSTEM, first, count.clock())
    assert refused.value.problems[0].code == "not-permitted"
