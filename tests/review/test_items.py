"""Which items arise, and what may be answered to each."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.errors import Refusal
from pipeline.forms.template import FormField
from pipeline.geometry import Box
from pipeline.review.items import (
    BY_HAND,
    Subject,
    check_answer,
    field_state,
    item_of_ballot,
    item_of_rejection,
    items_by_hand,
    items_of_page,
    move_to,
)
from pipeline.review.states import DEFER, ByReading, Settled, Waiting, WithTeam


@dataclass(frozen=True)
class Decision:
    value: str
    accepted: bool
    p_wrong: float = 1e-6


def test_every_reading_that_is_not_accepted_asks() -> None:
    items = items_of_page(
        "7",
        [("c1", "strike", Decision("struck", True)), ("c2", "strike", Decision("partial", False))],
    )
    assert [(i.subject.of, i.subject.field, i.state) for i in items] == [("7", "c2", Waiting())]


def test_an_accepted_reading_is_settled_with_the_reading_as_evidence() -> None:
    state = field_state(Decision("struck", True), "reader 1", "abc")
    assert state == Settled("struck", ByReading("reader 1", "abc", 1e-6))
    assert field_state(Decision("partial", False), "reader 1", "abc") == Waiting()


def test_a_rejected_page_asks_and_tells_why() -> None:
    item = item_of_rejection("3", "blank")
    assert item.state == Waiting()
    assert item.subject.doubts == ("blank",)


def test_a_ballot_in_doubt_goes_straight_to_the_team() -> None:
    assert item_of_ballot("7", ("stamp_unclear",)).state == WithTeam()


def test_a_ballot_typed_from_paper_asks_for_every_field() -> None:
    fields = [FormField("c1", "strike", Box(0, 0, 1, 1)), FormField("stamp", "stamp", Box(0, 0, 1, 1))]
    assert [i.subject.field for i in items_by_hand("9", fields)] == ["c1", "stamp"]


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        (Subject("field", "7", "c1", "strike"), "partial"),
        (Subject("field", "7", "c1", "strike"), DEFER),
        (Subject("hand_field", "7", "stamp", "stamp"), "absent"),
        (Subject("page", "3"), BY_HAND),
        (Subject("page", "3"), "set_aside:blank"),
        (Subject("page", "3"), move_to("batch-2")),
        (Subject("ballot", "7"), "invalid:c"),
    ],
)
def test_an_answer_of_the_items_kind_is_taken(subject: Subject, value: str) -> None:
    check_answer(subject, value, "item 1")


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        (Subject("field", "7", "c1", "strike"), "present"),
        (Subject("field", "7", "c1", "strike"), ""),
        (Subject("page", "3"), "struck"),
        (Subject("page", "3"), "move:"),
        (Subject("ballot", "7"), "present"),
    ],
)
def test_any_other_answer_is_refused_with_the_possible_ones(subject: Subject, value: str) -> None:
    with pytest.raises(Refusal, match="answer-unknown"):
        check_answer(subject, value, "item 1")
