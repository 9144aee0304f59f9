"""Rejected sheets: said by two people what they are, moved to the pile where they belong, typed from the paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from counting_team import PLAIN, counting, scans
from playwright.sync_api import Page, expect
from serving import Serving
from test_batches_screen import numbers, until
from typed_paper import Sheet
from visitors import Browser, person

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.review.items import Subject, possible_answers
from pipeline.scan.page import RejectionReason
from pipeline.storage import items, pages
from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.counting import rejected_sheets, say_what
from pipeline.usecases.delivery import deliver
from pipeline.usecases.execution import Outcome, Task
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace
from review_ui.sheet_words import REASONS, REMEDIES, SHEETS
from review_ui.wording import keys_of

Screens = Callable[..., Page]


@dataclass
class Night:
    """A batch with two rejected sheets, and another open batch of the same contest, where the first one is read."""

    workspace: Workspace
    serving: Serving
    reader: BackgroundReader
    an: Actor
    ba: Actor

    def sheets(self, actor: Actor) -> list[str]:
        return [s.page for s in rejected_sheets(self.workspace, actor)]


@pytest.fixture
def night(workspace: Workspace, tmp_path: Path, known_password: str) -> Iterator[Night]:
    some = scans(workspace, tmp_path / "scans", [PLAIN, PLAIN, Sheet(foreign=True), Sheet(foreign=True)])
    open_batch(workspace, SYSTEM, "other", "kv1", "qh", 1, "simplex")

    def read(task: Task) -> list[Outcome]:
        """What fits no form is a plain ballot where it was moved to; a moved page has no file name of its own."""
        return some.read(task) if task.pages[0].file.endswith(".jpg") else some.read_as(task, PLAIN)

    people = [person(workspace, known_password, key, "operator") for key in ("an", "ba")]
    with counting(workspace, read, 4) as (serving, reader):
        for file in some.files:
            deliver(workspace, SYSTEM, "kv1-qh", file.name, file.read_bytes())
        reader.wake("kv1-qh", SYSTEM)
        until(lambda: numbers(workspace)[1] == 0)
        yield Night(workspace, serving, reader, *people)


def test_two_of_the_counting_team_set_a_sheet_aside(night: Night, screen_of: Screens) -> None:
    an = screen_of("an", path="/rejected", language="en", new=False, at=night.serving)
    assert an.locator(".sheet-picture img").evaluate("p => p.decode().then(() => p.naturalHeight)") > 800
    expect(an.locator("h1")).to_contain_text("fits no ballot")
    first = an.locator("form.answers-list [name=page]").input_value()
    with an.expect_navigation():
        an.keyboard.press("4")
    expect(an.locator(".done")).to_contain_text("second person")
    assert an.locator("form.answers-list [name=page]").input_value() != first  # the next one
    ba = screen_of("ba", path=f"/rejected?page={first}", language="en", new=False, at=night.serving)
    expect(ba.locator(".state")).to_contain_text("one person")
    with ba.expect_navigation():
        ba.keyboard.press("4")
    expect(ba.locator(".done")).to_contain_text("Two people")
    with night.workspace.database.read() as db:
        page = pages.get(db, first)
    assert page is not None
    assert page.fate == "set_aside:foreign"
    assert night.sheets(night.ba) != []
    assert first not in night.sheets(night.ba)


def test_what_one_has_said_is_taken_back(night: Night, screen_of: Screens) -> None:
    an = screen_of("an", path="/rejected", language="en", new=False, at=night.serving)
    page = an.locator("form.answers-list [name=page]").input_value()
    with an.expect_navigation():
        an.keyboard.press("2")
    an.goto(f"/rejected?page={page}")
    expect(an.locator(".state")).to_contain_text("type it from the paper")
    with an.expect_navigation():
        an.keyboard.press("z")
    expect(an.locator(".done")).to_contain_text("taken back")
    with night.workspace.database.read() as db:
        assert not any(items.entries(db, i.id) for i in items.of_batch(db, "kv1-qh", "page"))


def test_a_sheet_of_another_pile_is_read_there_by_itself(night: Night, screen_of: Screens) -> None:
    page = night.sheets(night.an)[0]
    for key in ("an", "ba"):
        seen = screen_of(key, path=f"/rejected?page={page}", new=False, at=night.serving)
        seen.select_option("select[name=to]", "other")
        seen.locator("h1").click()
        with seen.expect_navigation():
            seen.keyboard.press("7")
    with night.workspace.database.read() as db:
        moving = pages.get(db, page)
        assert moving is not None
        assert (moving.status, moving.fate) == ("rejected", "move:other")
    night.reader.look()
    until(lambda: numbers(night.workspace, "other") == (1, 0, 0))
    assert page not in night.sheets(night.an)
    assert numbers(night.workspace)[0] == 2


@pytest.mark.parametrize("value", ["move:kv1-qh", "move:nowhere", "struck", ""])
def test_an_answer_that_cannot_be_is_refused(night: Night, value: str) -> None:
    with pytest.raises(Refusal):
        say_what(night.workspace, night.an, night.sheets(night.an)[0], value)


def test_nobody_answers_for_two(night: Night) -> None:
    page = night.sheets(night.an)[0]
    assert say_what(night.workspace, night.an, page, "set_aside:blank") is False
    assert say_what(night.workspace, night.an, page, "set_aside:blank") is False  # a double click
    with pytest.raises(Refusal) as refused:
        say_what(night.workspace, night.an, page, "by_hand")
    assert refused.value.problems[0].code == "answered-otherwise"
    assert say_what(night.workspace, night.ba, page, "set_aside:blank") is True


def test_the_counting_team_answers_nothing_but_sheets(night: Night, signed_in: Callable[..., Browser]) -> None:
    operator, witness = signed_in("o", "operator"), signed_in("w", "witness")
    assert operator.client.get("/review").status_code == 403
    assert operator.client.get("/rejected").status_code == 200
    assert witness.client.get("/rejected").status_code == 403


def test_every_reason_has_words_and_a_remedy() -> None:
    assert set(REASONS) == set(REMEDIES) == set(get_args(RejectionReason))


def test_an_answer_has_the_same_key_on_both_screens() -> None:
    asked = possible_answers(Subject("page", "p"))
    assert dict(keys_of((*asked, "move:kv2-qh"))) == {value: key for value, _, key in SHEETS} | {"move:kv2-qh": "7"}
