"""What the program's words (roles, answers, reasons) are called on screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.access.roles import Role
from pipeline.access.scopes import Scope
from pipeline.forms.template import FieldKind
from pipeline.messages import Message, message
from pipeline.review.policy import ItemKind
from pipeline.review.reasons import Pen, Why
from pipeline.review.words import ANSWERS
from pipeline.usecases.people import Standing
from pipeline.usecases.programs import Standing as TokenStanding
from pipeline.usecases.reviewing import Question
from review_ui.sheet_words import SHEETS

ROLES: Mapping[Role, Message] = {
    "administrator": message("administrator"),
    "operator": message("counting team"),
    "reviewer": message("reviewer"),
    "team_leader": message("team leader"),
    "committee": message("election committee"),
    "witness": message("witness"),
    "auditor": message("auditor"),
    "system": message("the program"),
    "program": message("a program with a token"),
}
SCOPES: Mapping[Scope, Message] = {
    "batches:read": message("see the election, batches and how far they are"),
    "batches:write": message("open batches and hand in scans"),
    "queue:read": message("see how much waits for people"),
    "totals:read": message("see totals, checks and results of closed batches"),
    "exports:read": message("fetch the files of totals and the minutes"),
    "log:read": message("read the log"),
}
TOKEN_STANDINGS: Mapping[TokenStanding, Message] = {
    "active": message("active"),
    "expired": message("its time is over"),
    "revoked": message("revoked"),
}
STANDINGS: Mapping[Standing, Message] = {
    "active": message("active"),
    "first_password": message("has not yet chosen a password"),
    "locked": message("locked after wrong passwords"),
    "disabled": message("disabled"),
    "terminal": message("no password, terminal only"),
}

KINDS: Mapping[ItemKind, Message] = {
    "field": message("places on ballots"),
    "hand_field": message("ballots typed from the paper"),
    "page": message("rejected sheets"),
}
_SHEETS: Mapping[str, Message] = {
    "set_aside:blank": message("empty sheet or back"),
    "set_aside:foreign": message("paper of something else"),
    "set_aside:duplicate": message("the same sheet again"),
    "set_aside:calibration": message("test sheet"),
    "by_hand": message("a ballot: type it from the paper"),
    "not_prescribed": message("a ballot that is not the prescribed form"),
}
QUESTIONS: Mapping[FieldKind, Message] = {
    "strike": message("Is this name crossed out?"),
    "oval": message("Is this oval filled?"),
    "box": message("Is this box marked?"),
    "stamp": message("Is the stamp there?"),
    "stray": message("Was anything added to the ballot?"),
}
WHY: Mapping[Why, Message] = {
    "partial": message("a stroke covers a part of the name"),
    "fold": message("a fold or streak lies on the name"),
    "faint": message("faint ink"),
    "beside": message("ink beside the name"),
    "two_level": message("the scan is black and white only; scan in grey or colour"),
    "unsure": message("close to the limit of what is plain"),
}
PENS: Mapping[Pen, Message] = {
    "dark": message("dark"),
    "faint": message("faint"),
    "none": message("no ink"),
}


KEYS = "123456789QWERTYUIO"
"""Of answers in the order of their buttons; none that the screen has for something else (D, F, N, Z)."""


def question_of(asked: Question) -> Message:
    """What the person is asked."""
    if asked.kind == "page":
        return message("What is this sheet?")
    return QUESTIONS[asked.field_kind] if asked.field_kind is not None else message("What is on the paper?")


def why_of(asked: Question) -> Message:
    """Why it is asked."""
    if asked.rejection is not None:
        return asked.rejection
    if asked.kind == "hand_field":
        return message("there is no picture: take the sheet and read it off the paper")
    return WHY[asked.why or "unsure"]


def answer_of(kind: FieldKind | None, value: str) -> Message:
    """What an answer is called on its button."""
    if value.startswith("move:"):
        return message("belongs to batch {batch}", batch=value.removeprefix("move:"))
    return (ANSWERS[kind] if kind is not None else _SHEETS)[value]


def keys_of(answers: Sequence[str]) -> list[tuple[str, str]]:
    """Answers with their keys, so that one hand does it; what a sheet is has the keys of the screen of rejected sheets.

    Somebody who works at both would else press one answer and mean the other.
    """
    of_sheets = {value: n for n, (value, _, _) in enumerate(SHEETS)}
    ordered = sorted(answers, key=lambda a: of_sheets.get(a, len(of_sheets)))
    return list(zip(ordered, KEYS, strict=False))
