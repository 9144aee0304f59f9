"""The sheets of ballots that have several: which of a scanned pile belong together, told by their order alone.

Nothing on the paper joins the sheets of one ballot, since that would be a number of the ballot. They lie behind one
another, and the code on each says which sheet it is; so a sheet that is missing, doubled or turned round shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lying:
    """A page in its place in the pile; ``sheet`` (from 0) is ``None`` where it could not be read."""

    page: str
    sheet: int | None


@dataclass(frozen=True, slots=True)
class Joined:
    """``ballots``: the pages of each, first sheet first. ``alone``: read pages that belong to no whole ballot."""

    ballots: tuple[tuple[str, ...], ...]
    alone: tuple[str, ...]


def joined(pile: Sequence[Lying], sheets: int) -> Joined:
    """The ballots of a pile, each of ``sheets`` sheets behind one another from the first to the last.

    A pile that begins with a later sheet, or ends before the last one, without an unreadable page there, lies in the
    wrong order (turned over as a whole, or without its first sheet): pairs in it would be of two ballots, so none is
    joined at all.
    """
    read = [one.page for one in pile if one.sheet is not None]
    if not read:
        return Joined((), ())
    if pile[0].sheet not in (0, None) or pile[-1].sheet not in (sheets - 1, None):
        return Joined((), tuple(read))
    ballots: list[tuple[str, ...]] = []
    alone: list[str] = []
    at = 0
    while at < len(pile):
        run = pile[at : at + sheets]
        if [one.sheet for one in run] == list(range(sheets)):
            ballots.append(tuple(one.page for one in run))
            at += sheets
            continue
        if pile[at].sheet is not None:
            alone.append(pile[at].page)
        at += 1
    return Joined(tuple(ballots), tuple(alone))
