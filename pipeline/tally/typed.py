"""What an operator types for a ballot: numbers and signs, to one spelling, and on to the answers of its fields."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pipeline.election.rule_type import Ballot
from pipeline.errors import Refusal, refuse
from pipeline.tally.agree import AGREE, DISAGREE, box
from pipeline.tally.ballots import FieldAnswer

BUNDLE = 50
"""Ballots of a bundle (tệp) as counting teams tie them."""
NOTHING = "0"
"""Typed for a ballot on which no name is crossed out (or marked)."""
_SIGNS: Mapping[str, str] = {"p": "partial", "o": "circle", "l": "one_line", "u": "unclear", "k": "neither"}
_ON_NAMES: Mapping[Ballot, str] = {"strike_out": "polu", "marks": "u", "agree_table": "uk"}
"""Behind a number: partly crossed, circled, one of two lines, unclear; on a table: both boxes or neither (k)."""
_ON_SHEET = "abx"
"""Of the whole sheet: not the prescribed form (a), no stamp (b), something added (x)."""
_NUMBER = re.compile(r"(\d+)([a-z]?)")


def canonical(typed: str, names: int, ballot: Ballot, place: str) -> str:
    """The one spelling of what was typed for a ballot with ``names`` names: ``2 5 11p b``.

    Numbers are those crossed out (marked; agreed to), apart by spaces or commas; with nine names or fewer they may be
    typed without (``25``). ``0``: none. A sheet that is not the prescribed form is ``a`` alone. Refused
    (``typed-…``): nothing at all, a number that is not on the ballot, a sign that it does not know, a number twice.
    """
    text = typed.strip().lower().replace(",", " ").replace("+", " ")
    if not text:
        raise refuse("typed-empty", place, "nothing was typed; type 0 where no name is crossed out")
    tokens = text.split()
    if names <= 9:
        tokens = [part for token in tokens for part in re.findall(r"\d[polukc]?|[^\d]", token)]
    found: dict[int, str] = {}
    sheet: set[str] = set()
    for token in tokens:
        if token == NOTHING:
            continue
        if token in _ON_SHEET and len(token) == 1:
            sheet.add(token)
            continue
        match = _NUMBER.fullmatch(token)
        if match is None or (match[2] and match[2] not in _ON_NAMES[ballot]):
            raise _unknown(place, token, names, ballot)
        number = int(match[1])
        if not 1 <= number <= names:
            raise _unknown(place, token, names, ballot)
        if number in found:
            raise refuse("typed-twice", place, "number {number} is typed twice; type the ballot again", number=number)
        found[number] = match[2]
    if NOTHING in tokens and found:
        raise refuse("typed-wrong", place, "0 says that no name is crossed out, and numbers are typed beside it")
    if "a" in sheet:
        return "a"
    parts = [*(f"{n}{found[n]}" for n in sorted(found)), *sorted(sheet)]
    return " ".join(parts) if parts else NOTHING


def _unknown(place: str, token: str, names: int, ballot: Ballot) -> Refusal:
    return refuse(
        "typed-wrong",
        place,
        "'{value}' is no number of this ballot (1 to {names}) and no sign ({signs} behind a number; a, b, x by "
        "themselves); type the ballot again",
        value=token,
        names=names,
        signs=", ".join(_ON_NAMES[ballot]),
    )


def answers_of(value: str, names: Sequence[str], ballot: Ballot) -> tuple[FieldAnswer, ...] | None:
    """The settled fields of a ballot from its one spelling; ``None`` for a sheet that is not the prescribed form.

    ``names``: the candidates in the order of the ballot. Stamp and additions are what was typed of the sheet.
    """
    tokens = [] if value == NOTHING else value.split()
    if "a" in tokens:
        return None
    signs = {int(m[1]): m[2] for t in tokens if (m := _NUMBER.fullmatch(t))}
    found: list[FieldAnswer] = []
    for number, name in enumerate(names, start=1):
        found += _of_name(name, signs.get(number), ballot)
    stamp = FieldAnswer("stamp", "stamp", "absent" if "b" in tokens else "present")
    stray = FieldAnswer("stray", "stray", "present" if "x" in tokens else "absent")
    return (*found, stamp, stray)


def _of_name(name: str, sign: str | None, ballot: Ballot) -> list[FieldAnswer]:
    """``sign`` behind the number, empty for a plain one, ``None`` for a number that was not typed."""
    told = _SIGNS.get(sign or "")
    if ballot == "strike_out":
        return [FieldAnswer(name, "strike", told or ("clear" if sign is None else "struck"))]
    if ballot == "marks":
        return [FieldAnswer(name, "oval", told or ("unmarked" if sign is None else "marked"))]
    values = {"neither": ("unmarked", "unmarked"), "unclear": ("unclear", "unclear")}
    plain = ("unmarked", "marked") if sign is None else ("marked", "unmarked")
    agree, disagree = values.get(told or "", plain)
    return [FieldAnswer(box(name, AGREE), "box", agree), FieldAnswer(box(name, DISAGREE), "box", disagree)]


def spelled(answers: Sequence[FieldAnswer], names: Sequence[str]) -> str:
    """The one spelling of a scanned ballot whose fields are settled: what :func:`answers_of` would turn back.

    For ballots on which names are crossed out or marked. ``?`` stands for what a sheet leaves unclear.
    """
    given = {a.field: a for a in answers}
    signs = {told: letter for letter, told in _SIGNS.items()}
    parts = []
    for number, name in enumerate(names, start=1):
        value = given[name].value if name in given else "unclear"
        if value in ("struck", "marked"):
            parts.append(str(number))
        elif value not in ("clear", "unmarked"):
            parts.append(f"{number}{signs.get(value, 'u')}")
    for answer in answers:
        if answer.kind == "stamp" and answer.value != "present":
            parts.append("b" if answer.value == "absent" else "b?")
        if answer.kind == "stray" and answer.value != "absent":
            parts.append("x" if answer.value == "present" else "x?")
    return " ".join(parts) if parts else NOTHING
