"""Which ballot a unit has: the prescribed one of a state election, or that of a congress or meeting."""

from __future__ import annotations

from pipeline.election.definition import Election
from pipeline.forms.ballot import BallotLayout, ballot_layout
from pipeline.forms.congress import congress_ballot


def ballot_of(election: Election, unit_id: str) -> BallotLayout:
    """The ballot of one unit, to print and to read."""
    contest = election.contest(election.unit(unit_id).contest)
    return (congress_ballot if contest.ballot_form == "dai-hoi" else ballot_layout)(election, unit_id)
