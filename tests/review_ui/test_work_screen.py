"""Work: what waits, how fast and how alike people answer, how long it takes; nobody's answers are shown."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from serving import Serving
from visitors import Browser, Clock, person

from pipeline.access.roles import Actor
from pipeline.errors import Refusal
from pipeline.storage.leases import Wanted
from pipeline.usecases.review import enter, queue
from pipeline.usecases.reviewing import next_questions
from pipeline.usecases.work import WorkView, work_view
from pipeline.usecases.workspace import Workspace

Screens = Callable[..., Page]


@pytest.fixture
def people(count: Workspace, known_password: str) -> tuple[Actor, Actor, Actor, Actor]:
    one, two, three = (person(count, known_password, key, "reviewer") for key in ("an", "ba", "chi"))
    return one, two, three, person(count, known_password, "leader", "team_leader")


def say(workspace: Workspace, actor: Actor, value: str) -> None:
    with workspace.database.write() as db:
        item = next(i for i in queue(db, actor) if i.subject.kind == "field")
        enter(db, workspace.count, actor, item.id, value, workspace.clock())


def of(view: WorkView, name: str) -> tuple[int, int, int]:
    (one,) = [r for r in view.reviewers if r.name == name]
    return one.did.entries, one.did.agreed, one.did.settled


def test_queues_pace_agreement_and_time(
    count: Workspace, people: tuple[Actor, Actor, Actor, Actor], clock: Clock
) -> None:
    an, ba, chi, leader = people
    before = work_view(count, leader)
    assert {(q.contest, q.kind): q.first for q in before.queues} == {("qh", "field"): 3, ("qh", "page"): 1}
    assert (before.entries_left, before.minutes_left) == (8, None)
    clock.forward(minutes=5)
    for actor, value in ((an, "struck"), (ba, "clear"), (chi, "clear")):
        say(count, actor, value)  # begun ones come first: one place, disputed, then settled
    after = work_view(count, leader)
    assert of(after, "An") == (1, 0, 1)
    assert of(after, "Ba") == of(after, "Chi") == (1, 1, 1)
    assert after.entries_left == 6
    assert after.a_minute == pytest.approx(0.2)
    assert after.minutes_left == 30
    clock.forward(minutes=16)
    assert work_view(count, leader).minutes_left is None


def test_deferred_answers_agree_with_nothing_and_are_counted_apart(
    count: Workspace, people: tuple[Actor, Actor, Actor, Actor]
) -> None:
    an, ba, chi, leader = people
    for actor, value in ((an, "defer"), (ba, "clear"), (chi, "clear")):
        say(count, actor, value)
    view = work_view(count, leader)
    assert of(view, "An") == (1, 0, 0)
    assert [r.agreement for r in view.reviewers if r.name == "An"] == [None]
    assert [r.did.deferred for r in view.reviewers if r.name == "An"] == [1]


def test_what_is_on_screens(count: Workspace, people: tuple[Actor, Actor, Actor, Actor], clock: Clock) -> None:
    an, *_, leader = people
    next_questions(count, an, Wanted(), 3)
    assert work_view(count, leader).leases == 3
    clock.forward(minutes=2)
    assert work_view(count, leader).leases == 0


def test_the_screen_shows_it_and_follows(
    screen_of: Screens, serving: Serving, people: tuple[Actor, Actor, Actor, Actor]
) -> None:
    page = screen_of("boss", "administrator", path="/work", language="en")
    expect(page.locator(".numbers")).to_contain_text("8")
    page.evaluate("window.kept = 1")
    say(serving.workspace, people[0], "clear")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # as when one comes back to the page
    expect(page.locator(".numbers dd").first).to_have_text("7")
    assert page.evaluate("window.kept") == 1


def test_who_leads_sees_it_and_nobody_else(count: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    for role, status in (("team_leader", 200), ("administrator", 200), ("reviewer", 403), ("operator", 403)):
        assert signed_in_at(count, role, role).client.get("/work").status_code == status
    with pytest.raises(Refusal):
        work_view(count, Actor("x", "X", frozenset({"reviewer"})))
