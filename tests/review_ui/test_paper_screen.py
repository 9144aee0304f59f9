"""Ballots typed from the paper: two people, one key a place, nobody sees what the other typed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from serving import Serving
from visitors import Browser, Clock, person

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.storage import items, slips
from pipeline.usecases.counting import rejected_sheets, say_what
from pipeline.usecases.paper import PaperForm, keep_answers, next_slip, open_sheets, put_back, sheets, take
from pipeline.usecases.totals import area_totals
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
PLAIN = ("clear", "clear", "clear", "struck", "struck")


@pytest.fixture
def people(count: Workspace, known_password: str) -> tuple[Actor, Actor, Actor]:
    one, two, three = (person(count, known_password, key, "reviewer") for key in ("an", "ba", "chi"))
    return one, two, three


def answers(form: PaperForm, *strikes: str) -> dict[str, str]:
    """What is on the sheet: the names, a stamp, nothing added."""
    values = iter(strikes or PLAIN)
    other = {"stamp": "present", "stray": "absent"}
    return {p.field: next(values) if p.kind == "strike" else other[p.kind] for p in form.places}


def open_some(workspace: Workspace, number: int = 1) -> list[str]:
    open_sheets(workspace, SYSTEM, "kv1-qh", number, next_slip(workspace, "kv1-qh"))
    with workspace.database.read() as db:
        return [s.ballot for s in slips.states(db, "kv1-qh")]


def test_two_people_type_a_sheet_with_seven_keys(screen_of: Screens, serving: Serving) -> None:
    operator = screen_of("op", "operator", path="/batches/kv1-qh")
    operator.fill("[name=number]", "2")
    operator.locator("h1").click()
    with operator.expect_navigation():
        operator.keyboard.press("t")
    expect(operator.locator(".numbers")).to_contain_text("2")
    for key in ("an", "ba"):
        page = screen_of(key, "reviewer", path="/paper", language="en")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        for _ in range(2):
            for answer in "333111":
                page.keyboard.press(answer)
            page.keyboard.press("Backspace")
            page.keyboard.press("Backspace")
            for answer in "112":
                page.keyboard.press(answer)
            with page.expect_navigation():
                page.keyboard.press("Enter")
        expect(page.locator(".done")).to_contain_text("No other sheet waits")
    with serving.workspace.database.read() as db:
        found = items.of_batch(db, "kv1-qh", "hand_field")
        assert {type(i.state).__name__ for i in found} == {"Settled"}
        by_field = {i.subject.field: i.state.value for i in found}  # type: ignore[union-attr]
        assert [by_field[f"qh-1-{n}"] for n in range(1, 6)] == list(PLAIN)
        assert (by_field["stamp"], by_field["stray"]) == ("present", "absent")
        assert area_totals(db, serving.workspace.count, "kv1", "qh").result.by_hand == 2


def test_a_sheet_with_a_place_left_out_is_not_kept(screen_of: Screens, serving: Serving) -> None:
    open_some(serving.workspace)
    an = screen_of("an", "reviewer", path="/paper")
    with an.expect_navigation():
        an.keyboard.press("Enter")
    for answer in "333":
        an.keyboard.press(answer)
    an.keyboard.press("Enter")
    assert an.locator("input:invalid").count() > 0
    with serving.workspace.database.read() as db:
        assert not any(items.entries(db, i.id) for i in items.of_batch(db, "kv1-qh", "hand_field"))


def test_the_third_types_only_what_is_disputed(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, chi = people
    (ballot,) = open_some(count)
    first = take(count, an, ballot)
    keep_answers(count, an, ballot, answers(first))
    second = take(count, ba, ballot)
    assert len(second.places) == len(first.places) == 7
    keep_answers(count, ba, ballot, answers(second, "struck", *PLAIN[1:]))
    assert [s.mine for s in sheets(count, an)] == [True]
    third = take(count, chi, ballot)
    assert [p.field for p in third.places] == [first.places[0].field]
    keep_answers(count, chi, ballot, {third.places[0].field: "clear"})
    assert sheets(count, chi) == ()
    with count.database.read() as db:
        assert area_totals(db, count.count, "kv1", "qh").result.by_hand == 1


def test_the_same_sheet_sent_twice_counts_once(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, *_ = people
    (ballot,) = open_some(count)
    given = answers(take(count, an, ballot))
    assert keep_answers(count, an, ballot, given) == 7
    assert keep_answers(count, an, ballot, given) == 0
    with pytest.raises(Refusal) as refused:
        keep_answers(count, an, ballot, given | {next(iter(given)): "unclear"})
    assert refused.value.problems[0].code == "answered-otherwise"


@pytest.mark.parametrize("wrong", [{"stamp": ""}, {"stamp": "struck"}])
def test_a_sheet_is_kept_whole_or_not_at_all(
    count: Workspace, people: tuple[Actor, Actor, Actor], wrong: dict[str, str]
) -> None:
    an, *_ = people
    (ballot,) = open_some(count)
    given = answers(take(count, an, ballot))
    with pytest.raises(Refusal):
        keep_answers(count, an, ballot, given | wrong)
    with count.database.read() as db:
        assert not any(items.entries(db, i.id) for i in items.of_batch(db, "kv1-qh", "hand_field"))


def test_a_sheet_is_in_one_hand_until_it_is_put_back(
    count: Workspace, people: tuple[Actor, Actor, Actor], clock: Clock
) -> None:
    an, ba, _ = people
    (ballot,) = open_some(count)
    take(count, an, ballot)
    with pytest.raises(Refusal) as refused:
        take(count, ba, ballot)
    assert refused.value.problems[0].code == "lease-lost"
    put_back(count, an, ballot)
    take(count, ba, ballot)
    clock.forward(minutes=2)  # the browser is gone
    take(count, an, ballot)


def test_the_same_form_sent_twice_opens_sheets_once(count: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    operator = signed_in_at(count, "op", "operator")
    assert operator.post("/batches/kv1-qh/paper", number=3, first=1).status_code == 303
    assert operator.post("/batches/kv1-qh/paper", number=3, first=1).status_code == 409
    assert operator.post("/batches/kv1-qh/paper", number=0, first=4).status_code == 409
    assert next_slip(count, "kv1-qh") == 4


def test_a_rejected_sheet_that_is_typed_can_be_found(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    page = rejected_sheets(count, an)[0]
    for actor in (an, ba):
        say_what(count, actor, page.page, "by_hand")
    (sheet,) = sheets(count, an)
    assert sheet.sheet == (page.file, page.number)
    assert sheet.slip == 1


def test_nobody_else_types(count: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    (ballot,) = open_some(count)
    operator = signed_in_at(count, "op", "operator")
    for path in ("/paper", f"/paper/{ballot}"):
        assert operator.client.get(path).status_code == 403
    reviewer = signed_in_at(count, "re", "reviewer")
    assert reviewer.client.get("/paper/nothing").status_code == 404
