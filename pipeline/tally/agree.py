"""A table of names with an X under "agree" or "disagree" (congress without surplus) to a vote or a proposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.tally.ballots import (
    BOXES_UNCLEAR,
    GROUNDS,
    FieldAnswer,
    Ground,
    InDoubt,
    Proposal,
    ProposedInvalid,
    ValidVote,
    about_the_sheet,
    doubts_about_the_sheet,
)

AGREE, DISAGREE = "agree", "disagree"


def box(candidate: str, column: str) -> str:
    """The id of a box on the form: ``c1:agree``; no id of a candidate has a colon."""
    return f"{candidate}:{column}"


def propose_table(answers: Sequence[FieldAnswer], seats: int) -> Proposal:
    """What the program proposes for such a ballot, all of whose fields are settled.

    An X under "agree" alone is for the person, one under "disagree" alone against. Both or neither: with several names
    the ballot stays valid and that person gets nothing, with a single name it is invalid (244-QĐ/TW Art. 17.2 and
    guidance). A ballot that agrees with nobody is valid. More agreed than ``seats`` (c) can only happen where the form
    is wrong, and is proposed as such.
    """
    given = {a.field: a.value for a in answers}
    names = [f.removesuffix(f":{AGREE}") for f in given if f.endswith(f":{AGREE}")]
    unclear = [n for n in names if "unclear" in (given[box(n, AGREE)], given.get(box(n, DISAGREE)))]
    chosen = frozenset(n for n in names if _agrees(given, n))
    grounds: list[Ground] = [*about_the_sheet(answers)]
    if len(chosen) > seats:
        grounds.append("c")
    if len(names) == 1 and not unclear and _both_or_neither(given, names[0]):
        grounds.append("d")
    if grounds:
        return ProposedInvalid(tuple(sorted(grounds, key=GROUNDS.index)))
    doubts = (*doubts_about_the_sheet(answers), *(f"{BOXES_UNCLEAR}:{n}" for n in unclear))
    return InDoubt(doubts) if doubts else ValidVote(chosen, against(answers))


def against(answers: Sequence[FieldAnswer]) -> frozenset[str]:
    """Who has an X under "disagree" and none under "agree", of the boxes that are settled."""
    given = {a.field: a.value for a in answers}
    names = [f.removesuffix(f":{AGREE}") for f in given if f.endswith(f":{AGREE}")]
    return frozenset(n for n in names if (given[box(n, AGREE)], given.get(box(n, DISAGREE))) == ("unmarked", "marked"))


def _agrees(given: Mapping[str, str], name: str) -> bool:
    return given[box(name, AGREE)] == "marked" and given.get(box(name, DISAGREE)) == "unmarked"


def _both_or_neither(given: Mapping[str, str], name: str) -> bool:
    return given[box(name, AGREE)] == given.get(box(name, DISAGREE))
