"""Parts that every official form has: the national head, lists of sentences, signatures, notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipeline.reports.fields import WITNESSES, Person
from pipeline.reports.paper import Blanks, Block, Columns, Text, Together
from pipeline.reports.words import DOTS, GAP, NATION, NO_ERASURE, put


def national_head(left: Sequence[Text]) -> Columns:
    """Who writes, and beside it the name and motto of the state."""
    state, motto, rule = NATION
    right = (Text(state, "head"), Text(motto, "head"), Text(rule, "rule"))
    return Columns((tuple(left), right), (0.4, 0.6))


def lines(texts: Iterable[str]) -> Iterator[Text]:
    """Sentences justified, entries of lists not; what opens a list stays with its first two entries."""
    for text in texts:
        entry = text[0].isdigit() or text[0] == "-"
        opens = text.endswith(":") or text.startswith("1. ")
        yield Text(text, "entry" if entry else "body", keep=opens)


def listed(opens: Text, entries: Sequence[str]) -> Iterator[Block]:
    """A list that begins and ends with at least two of its entries on a page."""
    found = [Text(text, "entry") for text in entries]
    first, between, last = found[:2], found[2:-2], found[2:][-2:]
    yield Together((opens, *first))
    yield from between
    if last:
        yield Together(tuple(last))


def answered(asks: str, written: str) -> Block:
    """What the form asks for, with what was written; where nothing was, lines to write on."""
    return Text(f"{asks} {written}") if written else Together((Text(asks, keep=True), Blanks(2)))


def sign(words: Sequence[str]) -> tuple[Text, ...]:
    """Who signs, and under it how."""
    *who, how = words
    return (*(Text(line, "sign") for line in who), Text(how, "sign-note"))


def notes(texts: Sequence[str], head: str = NO_ERASURE) -> Iterator[Block]:
    """The notes below a form, the first on the page of their heading, none alone on a page."""
    every = (Text(head, "note-head"), *(Text(text, "note", keep=text.endswith(":")) for text in texts))
    yield Together(every[:2])
    yield from every[2:-2]
    if every[2:]:
        yield Together(every[2:][-2:])


def people(given: Sequence[Person], offices: Sequence[str]) -> list[str]:
    """Members with their offices, in the order of ``offices``; the form's empty lines where nobody is known."""
    if not given:
        empty = [f"{n}. Ông/Bà {DOTS}, {office}" for n, office in enumerate(offices, start=1)]
        return [*empty, f"{len(offices) + 1}. {DOTS}"]
    known = [office.casefold() for office in dict.fromkeys(offices)]
    rank = {office: place for place, office in enumerate(dict.fromkeys(known))}
    ordered = sorted(given, key=lambda p: rank.get(p.detail.strip().casefold(), len(rank)))
    return [f"{n}. Ông/Bà {put(p.name)}, {put(p.detail)}" for n, p in enumerate(ordered, start=1)]


def witnesses(people: Sequence[Person], colon: str) -> list[str]:
    """At least the two lines of the form; more only in a draft, so that the surplus is seen."""
    lines = [*people, *[Person("", "")] * (WITNESSES - len(people))]
    return [
        f"{n}. Ông/Bà{colon} {put(p.name)}{GAP}Nơi ở hiện nay: {put(p.detail)}" for n, p in enumerate(lines, start=1)
    ]
