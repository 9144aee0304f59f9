"""``kiemphieu review``: people settle what the machine asks, at a terminal, one item after the other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kiemphieu.language import language
from kiemphieu.parameters import FOLDER, own_name
from kiemphieu.screen import console, say, table, text
from pipeline.access.roles import Actor, Role
from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message, render
from pipeline.recognize.picture import write_place
from pipeline.review.items import possible_answers
from pipeline.review.states import DEFER, TeamVote
from pipeline.storage import accounts, batches, items, pages, readings
from pipeline.storage.items import StoredItem
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.review import before_team, enter, queue, team_decides
from pipeline.usecases.workspace import Workspace, open_workspace
from review_ui.sheet_words import REASONS
from review_ui.wording import KINDS, answer_of
from review_ui.wording_count import doubt, verdict

_KINDS: dict[str, Message] = {str(kind): words for kind, words in KINDS.items()}
_KINDS["ballot"] = message("ballots before the team")


@click.group()
def review() -> None:
    """Settle what the machine asks: list, answer as one of two people, put to the team."""


@review.command(name="list")
@click.argument("workspace", type=FOLDER)
def listed(workspace: Path) -> None:
    """How many items of which kind are in which state; those of batches that were taken out are left out."""
    opened = open_workspace(workspace)
    with opened.database.read() as db:
        counts: Counter[tuple[str, str]] = Counter()
        for batch in (b for b in batches.every(db) if b.state != "void"):
            counts.update(items.counts(db, batch.id))
    rows = [
        (_said(_KINDS[kind]), _said(verdict(state, {})), number) for (kind, state), number in sorted(counts.items())
    ]
    table(text("Items"), [text(c) for c in ("kind", "state", "count")], rows)
    opened.close()


@review.command()
@click.argument("workspace", type=FOLDER)
@click.option("--name", required=True, callback=own_name, help="Your name; each person uses their own.")
@click.option("--limit", type=click.IntRange(1), default=None, help="Stop after so many items.")
def answer(workspace: Path, name: str, limit: int | None) -> None:
    """Answer waiting items blind, one after the other; the place on the paper is in WORKSPACE/review.png.

    Answer with the number of a choice, 'd' to defer, 'q' to stop. A page may be answered 'move:BATCH'.
    """
    opened = open_workspace(workspace)
    actor = account(opened, name, "reviewer")
    done = 0
    while limit is None or done < limit:
        with opened.database.write() as db:
            for batch in batches.every(db):
                raise_ballot_items(db, opened.count, batch.id, opened.clock())
            waiting = queue(db, actor, limit=1, at=opened.clock())
        if not waiting or not _ask(opened, actor, waiting[0]):
            break
        done += 1
    with opened.database.read() as db:
        left = len(queue(db, actor))
    say(message("{done} items answered, {left} wait for you", done=done, left=left))
    opened.close()


def account(opened: Workspace, name: str, role: Role) -> Actor:
    """The person's account; made at the first use, since accounts with passwords come with the web application."""
    key = "-".join(name.lower().split())
    with opened.database.write() as db:
        known = accounts.get(db, key)
        if known is not None and known.simulated:
            raise refuse("account-simulated", name, "this name belongs to a simulated account; use your own")
        actor = Actor(key, name, (known.roles if known else frozenset()) | {role})
        accounts.put(db, actor)
    return actor


def _ask(opened: Workspace, actor: Actor, item: StoredItem) -> bool:
    """Show one item and take one answer; whether to go on."""
    _show(opened, item)
    choices = possible_answers(item.subject)
    words = (_said(answer_of(item.subject.field_kind, choice)) for choice in choices)
    listed = "  ".join(f"[{n}] {word}" for n, word in enumerate(words, start=1))
    console.print(f"{listed}  [d] {text('defer')}  [q] {text('stop')}", highlight=False)
    while True:
        given = click.prompt(text("answer"), prompt_suffix=": ").strip()
        if given == "q":
            return False
        value = DEFER if given == "d" else given
        if given.isdigit() and 1 <= int(given) <= len(choices):
            value = choices[int(given) - 1]
        if choices and value not in (*choices, DEFER) and not value.startswith("move:"):
            say(message("'{value}' is no choice; write the number of one, 'd' or 'q'", value=given))
            continue
        try:
            with opened.database.write() as db:
                enter(db, opened.count, actor, item.id, value, opened.clock())
        except Refusal as refusal:
            say(refusal.problems[0].text)
            continue
        return True


def _show(opened: Workspace, item: StoredItem) -> None:
    label = item.subject.field
    for form in opened.forms.values():
        for field in form.fields:
            if field.id == item.subject.field:
                label = field.label or field.id
    console.rule(f"{_said(_KINDS[item.subject.kind])}: {label} {_doubts(item)}")
    if item.page is None:
        say(message("no picture: take the sheet from the pile and type what is on it"))
        return
    with opened.database.read() as db:
        page = pages.get(db, item.page)
        quads = [r.quad for r in readings.of_page(db, item.page) if r.field == item.subject.field]
        place = pages.place_in_pile(db, item.page)
    assert page is not None
    picture = opened.folder / "review.png"
    content = opened.images.load(page.sha256)
    if write_place(content, page.sha256, page.number, quads[0] if quads else None, picture):
        say(message("look at {file}", file=str(picture)))
    if place:
        say(message("sheet: file {file}, page {page}; the paper decides", file=place[0], page=place[2]))
    if page.reason:
        say(message("the page was rejected: {reason} {seems}", reason=_said(REASONS[page.reason]),
                    seems=page.seems or ""))  # fmt: skip


def _doubts(item: StoredItem) -> str:
    return ", ".join(_said(doubt(one, {})) for one in item.subject.doubts)


def _said(words: Message) -> str:
    return render(words, language())


def _vote(given: str) -> TeamVote:
    name, _, answer = (part.strip() for part in given.partition("="))
    if not (name and answer):
        raise refuse("vote", "--vote", "'{vote}' is no vote; write Name=answer", vote=given)
    return TeamVote(name, answer)


@review.command()
@click.argument("workspace", type=FOLDER)
@click.option("--leader", required=True, callback=own_name, help="Name of the team leader.")
@click.option("--members", required=True, help="All members of the team: 'A; B; C'.")
@click.option("--item", "item_ids", multiple=True, help="Items to decide; listed when none is given.")
@click.option(
    "--vote",
    "votes",
    multiple=True,
    help="'Name=valid:id,id' (a table: 'Name=valid:agreed,agreed|disagreed'), 'Name=invalid:c' or a field's value.",
)
def team(workspace: Path, leader: str, members: str, item_ids: tuple[str, ...], votes: tuple[str, ...]) -> None:
    """Record the decision of the team on one item, or on a pile of plainly invalid ballots at once (Art. 74.2)."""
    opened = open_workspace(workspace)
    actor = account(opened, leader, "team_leader")
    if item_ids:
        named = tuple(m.strip() for m in members.split(";") if m.strip())
        given = [_vote(vote) for vote in votes]
        with opened.database.write() as db:
            team_decides(db, opened.count, actor, item_ids, named, given, opened.clock())
    with opened.database.write() as db:
        for batch in batches.every(db):
            raise_ballot_items(db, opened.count, batch.id, opened.clock())
        waiting = before_team(db, actor)
    rows = [(i.id, i.batch, _said(_KINDS[i.subject.kind]), i.subject.field, _doubts(i)) for i in waiting]
    table(text("Before the team"), [text(c) for c in ("item", "batch", "kind", "field", "why")], rows)
    opened.close()
