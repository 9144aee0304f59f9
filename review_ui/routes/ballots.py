"""One ballot as a whole: the readings drawn on its picture, what it says under the law, everything done to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.usecases.correcting import Approval, correct_place
from pipeline.usecases.whole_ballot import WholeBallot, ballot_of, whole_ballot
from review_ui import wording, wording_count
from review_ui.guard import Needs
from review_ui.moments import shown
from review_ui.screens import Screen
from review_ui.visit import Visit

Reader = Annotated[Visit, Depends(Needs("see_totals"))]
Corrector = Annotated[Visit, Depends(Needs("correct"))]
Word = Annotated[str, Form(max_length=200)]
router = APIRouter(prefix="/ballots")


@router.get("/of/{subject}")
def of_line(subject: str, visit: Reader) -> Response:
    """From a line of the log to its ballot."""
    return visit.go(f"/ballots/{ballot_of(visit.state.workspace, visit.actor, subject)}")


@router.get("/{ballot}")
def screen(ballot: str, visit: Reader, corrected: bool = False) -> Response:
    """The ballot with its history."""
    return _page(visit, ballot, corrected=corrected)


@router.post("/{ballot}/correct")
def correct(
    ballot: str,
    visit: Corrector,
    choice: Word,
    reason: Annotated[str, Form(max_length=2000)] = "",
    approver: Word = "",
    password: Word = "",
) -> Response:
    """Append a correction; ``choice`` is ``field=value``. With a refusal all comes back but the password."""
    field, _, value = choice.partition("=")
    try:
        correct_place(
            visit.state.workspace, visit.actor, Approval(approver, password), ballot, field, value, reason.strip()
        )
    except Refusal as refusal:
        typed = {"choice": choice, "reason": reason, "approver": approver}
        return _page(visit, ballot, problem=refusal.problems[0].text, typed=typed, status=409)
    return visit.go(f"/ballots/{ballot}?corrected=1")


PLACES: Mapping[str, Message] = {
    "stamp": message("stamp of the team"),
    "stray": message("additions"),
}
NOTHING: Mapping[str, str] = {"choice": "", "reason": "", "approver": ""}


def _page(
    visit: Visit,
    ballot: str,
    *,
    corrected: bool = False,
    problem: Message | None = None,
    typed: Mapping[str, str] = NOTHING,
    status: int = 200,
) -> Response:
    found = whole_ballot(visit.state.workspace, visit.state.decoded, visit.actor, ballot)
    values = {
        **drawn(visit, found),
        "history": _history(visit, found),
        "corrected": corrected,
        "problem": problem,
        "typed": typed,
        "may_correct": visit.actor.may("correct"),
    }
    return visit.page("ballot.html", values, status)


def drawn(visit: Visit, found: WholeBallot) -> dict[str, object]:
    """What the picture of a ballot and its list of places need, here and on the large screens."""
    names = {c.id: c.full_name for c in visit.state.workspace.election.candidates}
    return {
        "ballot": found,
        "names": names,
        "title_of": {m.field: place(m.kind, m.label) for m in found.marks},
        "answer": wording.answer_of,
        "sources": wording_count.SOURCES,
        "article": wording_count.article,
        "doubt": wording_count.doubt,
        "origins": wording_count.ORIGINS,
        "batch_states": wording_count.BATCH_STATES,
    }


def place(kind: str, label: str) -> Message:
    """What a place of a ballot is called: its printed name, or what is looked for."""
    if label:
        return Message("{label}", {"label": label})
    return PLACES[kind] if kind in PLACES else Message("{kind}", {"kind": kind})


def _history(visit: Visit, found: WholeBallot) -> list[dict[str, object]]:
    """Lines of the log in words: when, who, about which place, what."""
    about = {m.item: place(m.kind, m.label) for m in found.marks if m.item}
    names = {c.id: c.full_name for c in visit.state.workspace.election.candidates}
    return [
        {
            "at": shown(line.at),
            "who": found.people.get(line.event.actor, line.event.actor),
            "place": about.get(line.event.subject),
            "act": wording_count.act(line.event.act),
            "details": wording_count.details(line.event, names, found.people),
        }
        for line in found.history
    ]


SCREEN = Screen(router)
