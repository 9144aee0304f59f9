"""One ballot as a whole: what is read at every place, what it says under the rule set, everything done to it.

What is still asked of people stays hidden here, the machine's reading as well as answers given: whoever sees this
page could tell it to somebody who has to answer blind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditLine
from pipeline.errors import refuse
from pipeline.forms.template import FieldKind, FormField, answers_of
from pipeline.geometry import Quad
from pipeline.review.items import Subject
from pipeline.review.states import WithTeam, is_open, value_of
from pipeline.storage import accounts, ballots, batches, items, log, readings
from pipeline.storage.ballots import Ballot
from pipeline.storage.batches import Batch
from pipeline.storage.items import StoredItem
from pipeline.storage.log import Filter
from pipeline.storage.readings import StoredReading
from pipeline.tally.ballots import FieldAnswer, Ground, InDoubt, InvalidVote, ProposedInvalid, ValidVote, vote_from
from pipeline.usecases.complete_ballots import proposal_of
from pipeline.usecases.pictures import DecodedPages, Upright, upright
from pipeline.usecases.review import decided_by_the_team
from pipeline.usecases.reviewing import area_name
from pipeline.usecases.sheets import page_of_side
from pipeline.usecases.workspace import Workspace

Source = Literal["machine", "people", "team", "open"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One place of a ballot: ``value`` is what counts (``None`` while people are asked), ``source`` who said it.

    ``reading`` is the machine's; both are hidden while the place waits for blind answers. ``quad`` in pixels of the
    upright page, absent without a picture.
    """

    field: str
    kind: FieldKind
    label: str
    number: int
    value: str | None
    reading: str | None
    source: Source
    quad: Quad | None
    item: str | None
    answers: tuple[str, ...]

    def outline(self, gap: float) -> Quad:
        """The place drawn ``gap`` pixels outside of it, so that the line covers no ink."""
        assert self.quad is not None
        x, y = (sum(c[i] for c in self.quad) / 4 for i in (0, 1))
        return tuple((px + copysign(gap, px - x), py + copysign(gap, py - y)) for px, py in self.quad)  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Validity:
    """What the rule set makes of the ballot (Art. 74), or what the team has decided.

    ``open``: places that wait for people; then nothing is said. ``grounds``: those that speak against it; with the
    team's decision the one it found. ``names``: candidates for whom it counts.
    """

    state: Literal["open", "valid", "proposed_invalid", "in_doubt", "team_valid", "team_invalid"]
    names: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    doubts: tuple[str, ...] = ()
    open: int = 0


@dataclass(frozen=True, slots=True)
class SheetPicture:
    """One sheet of the ballot: its page, the picture, and the places that are drawn on it."""

    page: str
    picture: Upright
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class WholeBallot:
    """Everything about one ballot but the place of its sheet in the pile."""

    id: str
    batch: str
    batch_state: str
    area: str
    area_name: str
    contest: str
    source: str
    counted: bool
    sheets: tuple[SheetPicture, ...]
    """In their order, those of which there is a picture; empty where the ballot was typed from the paper."""
    marks: tuple[Mark, ...]
    validity: Validity
    unit: str
    seats: int
    verdict_item: str | None
    history: tuple[AuditLine, ...]
    people: Mapping[str, str]
    """account -> name, of those who acted."""


def whole_ballot(workspace: Workspace, decoded: DecodedPages, actor: Actor, ballot_id: str) -> WholeBallot:
    """A ballot for those who may see totals and pictures.

    Refused: an unknown one (``ballot-unknown``); to an account that also reviews, while the batch is open and the
    ballot is not before the team (``may-answer``).
    """
    require(actor, "see_totals")
    require(actor, "see_images")
    with workspace.database.read() as db:
        ballot = ballots.get(db, ballot_id)
        if ballot is None:
            raise refuse("ballot-unknown", ballot_id, "there is no such ballot; go back to the totals")
        batch = batches.get(db, ballot.batch)
        assert batch is not None
        asked = {i.subject.field: i for i in items.of_ballot(db, ballot.id) if i.subject.kind != "ballot"}
        verdict = items.find(db, Subject("ballot", ballot.id))
        _check_blindness(actor, batch, verdict)
        found = {r.field: r for r in readings.of_page(db, ballot.page)} if ballot.page else {}
        answers = ballots.answers(db, batch.id, only=ballot.id).get(ballot.id, ())
        people = {a.id: a.name for a in accounts.every(db)}
        form = workspace.forms[ballot.form]
        pages_of = [(side, page_of_side(db, form, ballot, side.name)) for side in form.sides]
        own = tuple(page for _, page in pages_of if page is not None)
        history = _history(db, ballot, own, [*asked.values(), *([verdict] if verdict else [])])
    sheets = tuple(
        SheetPicture(page, upright(workspace, decoded, actor, page), frozenset(f.id for f in side.fields))
        for side, page in pages_of
        if page is not None
    )
    shown = {field: sheet.picture for sheet in sheets for field in sheet.fields}
    fields = sorted(form.fields, key=lambda f: f.kind in ("stamp", "stray"))  # numbered as the names are printed
    unit = workspace.election.unit(ballot.form)
    return WholeBallot(
        id=ballot.id,
        batch=batch.id,
        batch_state=batch.state,
        area=batch.area,
        area_name=area_name(workspace.election, batch.area),
        contest=batch.contest,
        source=ballot.source,
        counted=ballot.state == "counted" and batch.state != "void",
        sheets=sheets,
        marks=tuple(
            _mark(n, f, found.get(f.id), asked.get(f.id), shown.get(f.id)) for n, f in enumerate(fields, start=1)
        ),
        validity=_validity(workspace, batch, fields, answers, verdict),
        unit=unit.id,
        seats=unit.seats,
        verdict_item=verdict.id if verdict is not None else None,
        history=history,
        people=people,
    )


def _check_blindness(actor: Actor, batch: Batch, verdict: StoredItem | None) -> None:
    """Whoever answers blind must not have seen what the machine read, or a doubt raised later is worth nothing."""
    if actor.may("enter") and batch.state == "open" and verdict is None:
        raise refuse(
            "may-answer",
            actor.name,
            "this account answers places of this batch without seeing what the machine read, so whole ballots open to "
            "it only after closing or before the team; use another account",
        )


def blind(item: StoredItem) -> bool:
    """Whether the item waits for blind answers: nothing of it may be shown."""
    return is_open(item.state) and not isinstance(item.state, WithTeam)


def _mark(
    number: int, field: FormField, reading: StoredReading | None, item: StoredItem | None, shown: Upright | None
) -> Mark:
    hidden = item is not None and blind(item)
    if item is not None:
        value = value_of(item.state)
        source: Source = "open" if value is None else ("team" if decided_by_the_team(item.state) else "people")
    else:
        value = reading.value if reading is not None and reading.accepted else None
        source = "machine" if value is not None else "open"
    return Mark(
        field=field.id,
        kind=field.kind,
        label=field.label,
        number=number,
        value=value,
        reading=reading.value if reading is not None and not hidden else None,
        source=source,
        quad=shown.quad(reading.quad) if shown is not None and reading is not None else None,
        item=item.id if item is not None else None,
        answers=answers_of(field.kind),
    )


def _validity(
    workspace: Workspace,
    batch: Batch,
    fields: Sequence[FormField],
    answers: Sequence[FieldAnswer],
    verdict: StoredItem | None,
) -> Validity:
    unit = workspace.election.unit(workspace.election.ballot_form_id(batch.area, batch.contest))
    value = value_of(verdict.state) if verdict is not None else None
    if value is not None:
        names = [c.id for c in workspace.election.candidates_of(unit.id)]
        match vote_from(value, names, unit.seats, batch.id, workspace.count.least):
            case InvalidVote(ground=ground):
                return Validity("team_invalid", grounds=(ground,))
            case ValidVote(names=chosen):
                return Validity("team_valid", names=tuple(n for n in names if n in chosen))
    if verdict is not None and verdict.subject.doubts == ("a",):  # a sheet that is no prescribed form has no places
        return Validity("proposed_invalid", grounds=("a",))
    if len(answers) < len(fields):
        return Validity("open", open=len(fields) - len(answers))
    return _proposed(workspace, batch, answers)


def _proposed(workspace: Workspace, batch: Batch, answers: Sequence[FieldAnswer]) -> Validity:
    match proposal_of(workspace.count, (batch.area, batch.contest), answers):
        case ValidVote(names=chosen):
            unit = workspace.election.ballot_form_id(batch.area, batch.contest)
            everybody = workspace.election.candidates_of(unit)
            return Validity("valid", names=tuple(c.id for c in everybody if c.id in chosen))
        case ProposedInvalid(grounds=grounds):
            return Validity("proposed_invalid", grounds=grounds)
        case InDoubt(doubts=doubts):
            return Validity("in_doubt", doubts=doubts)


def _history(db: Connection, ballot: Ballot, own: Sequence[str], asked: Sequence[StoredItem]) -> tuple[AuditLine, ...]:
    """The lines of the log about the ballot, oldest first, without those about what is still asked blind."""
    subjects = (ballot.id, *(i.id for i in asked if not blind(i)), *own)
    return tuple(reversed(log.found(db, Filter(subjects=subjects), limit=500)))


def ballot_of(workspace: Workspace, actor: Actor, subject: str) -> str:
    """The ballot that a line of the log is about: by its own id, that of its page or of one of its items.

    Refused: a subject that belongs to no ballot (``ballot-unknown``).
    """
    require(actor, "see_totals")
    with workspace.database.read() as db:
        if ballots.get(db, subject) is not None:
            return subject
        item = items.get(db, subject)
        if item is not None and item.ballot is not None:
            return item.ballot
        of_page = ballots.of_page(db, subject)
    if of_page is None:
        raise refuse("ballot-unknown", subject, "this line of the log is about no single ballot")
    return of_page.id
