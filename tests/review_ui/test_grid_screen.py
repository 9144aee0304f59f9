"""Reviewing by grid in a real browser: the odd ones marked, the rest confirmed, nothing counted twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from serving import Serving
from sqlalchemy import func, select
from visitors import Browser, person

from pipeline.access.roles import Actor
from pipeline.errors import Refusal
from pipeline.review.states import ByGrid, EnteredOnce, Settled, Waiting
from pipeline.storage import batches, items
from pipeline.storage.schema import grid_check
from pipeline.usecases.grid import Choice, confirm, sheet
from pipeline.usecases.review import enter, queue
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]
CLEAR = Choice("strike", "clear", accepted=True)
ASKED_CLEAR = Choice("strike", "clear", accepted=False)


def verdicts(workspace: Workspace) -> dict[tuple[str, str], int]:
    with workspace.database.read() as db:
        query = select(grid_check.c.account, grid_check.c.verdict, func.count()).group_by(
            grid_check.c.account, grid_check.c.verdict
        )
        return {(account, verdict): number for account, verdict, number in db.execute(query)}


def waiting(workspace: Workspace) -> set[str]:
    with workspace.database.read() as db:
        return {i.id for i in items.of_batch(db, "kv1-qh", "field") if isinstance(i.state, Waiting)}


def looked_over(page: Page) -> None:
    """The screen takes Enter, and the next sheet lies ready if there is one."""
    page.wait_for_function("() => { const d = document.getElementById('grid').dataset; return d.seen && d.ready; }")


@pytest.fixture
def people(count: Workspace, known_password: str) -> tuple[Actor, Actor, Actor]:
    one, two, three = (person(count, known_password, key, "reviewer") for key in ("an", "ba", "chi"))
    return one, two, three


def test_the_odd_one_is_asked_and_the_rest_confirmed(screen_of: Screens, serving: Serving) -> None:
    before = waiting(serving.workspace)
    an = screen_of("an", "reviewer", path="/grid?kind=strike%26value=clear")
    crops = an.locator(".crop").count()
    assert crops > 20
    an.wait_for_load_state("load")
    assert an.locator(".crop img").first.evaluate("picture => picture.naturalWidth") == 420
    an.keyboard.press("ArrowDown")
    an.keyboard.press("ArrowRight")
    an.keyboard.press("Space")
    expect(an.locator("#marked")).to_have_text("1")
    looked_over(an)
    with an.expect_navigation():
        an.keyboard.press("Enter")
    assert verdicts(serving.workspace) == {("an", "same"): crops - 1, ("an", "odd"): 1}
    assert len(waiting(serving.workspace) - before) == 1
    expect(an.locator(".done")).to_contain_text(f"{crops - 1}")


def test_the_back_button_and_the_same_sheet_again_count_once(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/grid")
    looked_over(an)
    with an.expect_navigation():
        an.keyboard.press("Enter")
    first = verdicts(serving.workspace)
    an.go_back()
    an.wait_for_load_state("load")
    if an.locator("#grid").count():
        looked_over(an)
        with an.expect_navigation():
            an.evaluate("document.getElementById('grid').requestSubmit()")
    assert verdicts(serving.workspace) == first


def test_a_sheet_that_was_not_shown_is_refused_whole(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    keys = [c.key for c in sheet(count, an, CLEAR).crops]
    with pytest.raises(Refusal) as refused:
        confirm(count, ba, keys, [])
    assert refused.value.problems[0].code == "grid-stale"
    assert verdicts(count) == {("an", "shown"): len(keys)}


def test_one_check_is_enough_for_an_accepted_reading(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    done = confirm(count, an, [c.key for c in sheet(count, an, CLEAR).crops], [])
    assert done.same > 20
    assert not sheet(count, ba, CLEAR).crops


def _asked(workspace: Workspace, actor: Actor) -> str:
    found = sheet(workspace, actor, ASKED_CLEAR).crops
    assert len(found) == 1
    return found[0].key


def _item(workspace: Workspace, key: str) -> items.StoredItem:
    page, field = key.split(":")
    with workspace.database.read() as db:
        (found,) = [i for i in items.of_batch(db, "kv1-qh") if i.page == page and i.subject.field == field]
    return found


def _enter(workspace: Workspace, actor: Actor, item: str, value: str) -> None:
    with workspace.database.write() as db:
        enter(db, workspace.count, actor, item, value, workspace.clock())


@pytest.mark.parametrize("grid_first", [True, False])
def test_a_blind_entry_and_a_check_of_the_same_settle(
    count: Workspace, people: tuple[Actor, Actor, Actor], grid_first: bool
) -> None:
    an, ba, _ = people
    key = _asked(count, an)
    item = _item(count, key).id
    if grid_first:
        assert confirm(count, an, [key], []).settled == 0
        _enter(count, ba, item, "clear")
    else:
        _enter(count, ba, item, "clear")
        assert confirm(count, an, [key], []).settled == 1
    state = _item(count, key).state
    assert isinstance(state, Settled)
    assert isinstance(state.evidence, ByGrid)
    assert (state.value, state.evidence.checked_by) == ("clear", "an")


def test_two_checks_settle_nothing(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    key = _asked(count, an)
    confirm(count, an, [key], [])
    assert confirm(count, ba, [_asked(count, ba)], []).settled == 0
    assert _item(count, key).state == Waiting()


def test_a_blind_entry_that_says_otherwise_waits_for_another(
    count: Workspace, people: tuple[Actor, Actor, Actor]
) -> None:
    an, ba, chi = people
    key = _asked(count, an)
    confirm(count, an, [key], [])
    _enter(count, ba, _item(count, key).id, "struck")
    assert isinstance(_item(count, key).state, EnteredOnce)
    _enter(count, chi, _item(count, key).id, "struck")
    state = _item(count, key).state
    assert isinstance(state, Settled)
    assert state.value == "struck"


def test_who_saw_it_in_a_grid_never_answers_it_blind(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    item = _item(count, _asked(count, an)).id  # shown, neither confirmed nor marked
    with count.database.read() as db:
        assert item not in [i.id for i in queue(db, an)]
        assert item in [i.id for i in queue(db, ba)]
    with pytest.raises(Refusal) as refused:
        _enter(count, an, item, "clear")
    assert refused.value.problems[0].code == "seen-in-grid"


def test_a_closed_batch_is_left_alone(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, ba, _ = people
    keys = [c.key for c in sheet(count, an, CLEAR).crops]
    with count.database.write() as db:
        batches.set_state(db, "kv1-qh", "closed")
    with pytest.raises(Refusal) as refused:
        confirm(count, an, keys, keys[:1])
    assert refused.value.problems[0].code == "batch-not-open"
    assert not sheet(count, ba, CLEAR).crops


def test_least_certain_first_and_filtered(count: Workspace, people: tuple[Actor, Actor, Actor]) -> None:
    an, _, _ = people
    field = count.election.candidates_of("qh-1")[0].id
    assert {c.field for c in sheet(count, an, Choice("strike", "clear", True, field=field)).crops} == {field}
    assert not sheet(count, an, Choice("strike", "clear", True, contest="xa")).crops
    assert [c.why for c in sheet(count, an, ASKED_CLEAR, "fold").crops] == ["fold"]
    assert not sheet(count, an, ASKED_CLEAR, "faint").crops
    for value in ("unclear", "partial", "present", "nothing"):
        with pytest.raises(Refusal):
            sheet(count, an, Choice("strike", value, False))


def test_pictures_are_for_those_who_may_see_them(
    count: Workspace, serving: Serving, signed_in_at: Callable[..., Browser]
) -> None:
    key = _item(count, _asked(count, person(count, "x", "zoe", "reviewer")))
    reviewer, boss = signed_in_at(count, "an", "reviewer"), signed_in_at(count, "boss", "administrator")
    for path in (
        f"/pictures/item/{key.id}/place.jpg",
        f"/pictures/item/{key.id}/page.jpg",
        f"/pictures/page/{key.page}.jpg?height=300",
        f"/pictures/place/{key.page}/{key.subject.field}.jpg?width=200",
    ):
        answer = reviewer.client.get(path)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.content.startswith(b"\xff\xd8")
        assert boss.client.get(path).status_code == 403
    for path in ("/pictures/page/nothing.jpg", f"/pictures/place/{key.page}/nothing.jpg", "/pictures/item/x/page.jpg"):
        assert reviewer.client.get(path).status_code == 404


def test_a_grid_and_the_review_by_pen(screen_of: Screens, serving: Serving) -> None:
    """The readings of these tests have no measure of ink, so they fit only where no ink is wanted."""
    an = screen_of("an", "reviewer", path="/grid")
    an.select_option("[name=pen]", "faint")
    with an.expect_navigation():
        an.get_by_role("button", name="Hiện").click()
    assert "pen=faint" in an.url
    expect(an.get_by_role("heading", name="Không còn chỗ nào loại này để soát")).to_be_visible()
    an.goto("/grid?pen=none")
    assert an.locator(".crop").count() > 20
    an.goto("/review?pen=none")
    expect(an.locator("#desk")).to_be_visible()
    assert an.input_value("[name=pen]") == "none"
    an.goto("/review?pen=faint")
    expect(an.locator("#empty")).to_be_visible()
