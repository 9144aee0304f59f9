"""Every official form with nothing filled in: what is printed then is the form itself."""

from __future__ import annotations

from pipeline.reports.fields import CandidateVotes
from pipeline.reports.official.fields import Decree, Meeting, UnitCount
from pipeline.reports.official.unit_fields import CommuneVotes, UnitMinutes


def nobody(number: int) -> tuple[CandidateVotes, ...]:
    return (CandidateVotes("Ông/Bà", "", None),) * number


def unit(assembly: bool) -> UnitMinutes:
    return UnitMinutes(
        assembly=assembly,
        province="",
        body="",
        body_term="XVI" if assembly else "",
        years="2026-2031",
        unit="",
        scope="",
        year=2026,
        meeting=Meeting(),
        seats_by=Decree(),
        candidates_by=Decree(),
        seats=None,
        count=UnitCount(),
        communes=(),
        candidates=nobody(5 if assembly else 7),
        recognised=None,
        elected=(),
        missing=None,
        incidents="",
        team_complaints="",
        board_complaints="",
        forwarded="",
        papers=(),
    )


__all__ = ["CommuneVotes", "nobody", "unit"]
