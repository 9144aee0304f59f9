"""The ballots behind a figure of the totals, shuffled, so that every number can be looked up on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.access.roles import Actor, require
from pipeline.errors import refuse
from pipeline.storage import ballots, batches
from pipeline.tally.ballots import GROUNDS, InvalidVote, ValidVote, Vote
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.totals import BatchVotes, votes_of
from pipeline.usecases.workspace import Workspace

SHEET = 60
"""Pictures on one page."""


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of the ballots that make up a figure; ``number`` is how many there are: the figure itself."""

    ballots: tuple[tuple[str, str | None], ...]
    """(ballot, page), in the order of their ids, which are digests."""
    number: int
    page: int
    pages: int


Fits = Callable[[str, Vote | None, BatchVotes], bool]


def behind(workspace: Workspace, actor: Actor, area: str, contest: str, figure: str, page: int = 1) -> Behind:
    """The ballots of closed batches behind ``figure``.

    ``collected``, ``scanned``, ``by_hand``, ``set_aside``, ``valid``, ``invalid``, ``invalid:GROUND``,
    ``votes:CANDIDATE`` or ``leaving:NUMBER``. Refused: any other (``figure-unknown``).
    """
    require(actor, "see_totals")
    require(actor, "see_images")
    fits = _fits(workspace.count, area, contest, figure)
    with workspace.database.read() as db:
        found: list[str] = []
        for batch in batches.every(db, area=area, contest=contest):
            if batch.state == "closed":
                votes = votes_of(db, workspace.count, batch)
                found += [key for key, vote in votes.votes.items() if fits(key, vote, votes)]
        found.sort()
        pages = max(1, -(-len(found) // SHEET))
        page = min(max(1, page), pages)
        shown = [ballots.get(db, key) for key in found[(page - 1) * SHEET : page * SHEET]]
    return Behind(tuple((b.id, b.page) for b in shown if b is not None), len(found), page, pages)


def _fits(of: Count, area: str, contest: str, figure: str) -> Fits:
    kind, _, which = figure.partition(":")
    known = {a.id: a for a in of.election.areas}
    if area not in known or contest not in known[area].units:
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)
    candidates = {c.id for c in of.election.candidates_of(known[area].units[contest])}
    plain: dict[str, Fits] = {
        "collected": lambda _key, _vote, _all: True,
        "scanned": lambda key, _vote, every: key not in every.typed,
        "by_hand": lambda key, _vote, every: key in every.typed and key not in every.strange,
        "set_aside": lambda key, _vote, every: key in every.strange,
        "valid": lambda _key, vote, _all: isinstance(vote, ValidVote),
        "invalid": lambda _key, vote, _all: isinstance(vote, InvalidVote),
    }
    if figure in plain:
        return plain[figure]
    if kind == "invalid" and which in GROUNDS:
        return lambda _key, vote, _all: isinstance(vote, InvalidVote) and vote.ground == which
    if kind == "votes" and which in candidates:
        return lambda _key, vote, _all: isinstance(vote, ValidVote) and which in vote.names
    if kind == "leaving" and which.isdecimal():
        return lambda _key, vote, _all: isinstance(vote, ValidVote) and len(vote.names) == int(which)
    raise refuse("figure-unknown", figure, "there is no such figure; go back to the totals")
