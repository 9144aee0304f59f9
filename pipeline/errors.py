"""Refusals: what a user asked for and cannot have, with the thing, the value and the remedy.

Anything expected (an unreadable page) is a value, not an error; anything else that is raised is a bug.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.messages import Language, Message, message, render

MOST_PLACES = 20
"""So many places of one and the same fault are named; a country has 216,000 count minutes."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of some input: stable ``code``, where it is, what it says there and what to do."""

    code: str
    place: str
    """File, then as far as known sheet, row, column: ``candidates.xlsx, row 7, column birth_date``."""
    text: Message
    """What is wrong, value included, and the remedy."""

    def __str__(self) -> str:
        return f"{self.place}: {self.text} [{self.code}]"


class Refusal(Exception):  # noqa: N818  (a refusal is the user's word for it)
    """A refused request with one or more :class:`Problem`; entry points print them, one line each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type[Refusal], tuple[tuple[Problem, ...]]]:
        """A worker's refusal reaches the parent whole; an exception is otherwise made anew from its text."""
        return type(self), (self.problems,)


def together(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Problems with the same sentence as one, with all their places, in the order in which they first came."""
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        found.setdefault((problem.code, str(problem.text)), []).append(problem)
    return tuple(
        Problem(code, _places(list(dict.fromkeys(p.place for p in same))), same[0].text)
        for (code, _), same in found.items()
    )


def _places(every: Sequence[str]) -> str:
    more = len(every) - MOST_PLACES
    return "; ".join(every[:MOST_PLACES]) + (f"; … (+{more})" if more > 0 else "")


_PART = re.compile(r"(?<=, )(row|line|page|column) (\w+)")
_PARTS: Mapping[str, Message] = {
    "row": message("row {which}"),
    "line": message("line {which}"),
    "page": message("page {which}"),
    "column": message("column {which}"),
}


def spoken_place(place: str, language: Language) -> str:
    """A :attr:`Problem.place` in the reader's words: ``candidates.xlsx, dòng 7, cột birth_date``."""
    return _PART.sub(lambda part: render(Message(_PARTS[part[1]].msgid, {"which": part[2]}), language), place)


def refuse(code: str, place: str, msgid: str, **params: object) -> Refusal:
    """A :class:`Refusal` with a single problem: ``raise refuse("batch-unknown", ...)``."""
    return Refusal([Problem(code, place, message(msgid, **params))])
