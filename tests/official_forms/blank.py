"""Every official form with nothing filled in: what is printed then is the form itself."""

from __future__ import annotations

from pipeline.reports.fields import CandidateVotes
from pipeline.reports.official.elected import ElectedList
from pipeline.reports.official.fields import Decree, Meeting, UnitCount
from pipeline.reports.official.inventory import LEVELS, BallotStock, Inventory
from pipeline.reports.official.report_fields import Report
from pipeline.reports.official.statistics_fields import LevelFigures, Statistics
from pipeline.reports.official.summary_fields import Summary
from pipeline.reports.official.unit_fields import UnitMinutes


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


def summary(assembly: bool) -> Summary:
    return Summary(
        assembly=assembly,
        level="province",
        province="",
        body="",
        body_term="XVI" if assembly else "",
        years="2026-2031",
        year=2026,
        meeting=Meeting(),
        seats_by=Decree(),
        candidates_by=Decree(),
        seats=None,
        units=(),
        revotes=None,
        extras=None,
        lower_complaints="",
        events="",
        committee_complaints="",
        forwarded="",
        papers=(),
    )


def inventory() -> Inventory:
    one, two, three = (BallotStock(level, "", "", None, None, None, None) for level in LEVELS)
    return Inventory("", "", "", "XVI", "2026-2031", 2026, None, (), (one, two, three), None)


def elected(assembly: bool) -> ElectedList:
    return ElectedList(
        assembly=assembly,
        province="",
        unit="",
        body="",
        body_term="XVI" if assembly else "",
        years="2026-2031",
        day=None,
        year=2026,
        people=(),
        seats=None,
        place="",
        signed=None,
    )


def statistics(official: bool) -> Statistics:
    nothing = LevelFigures()
    return Statistics(
        official=official,
        province="",
        term="XVI",
        years="2026-2031",
        year=2026,
        place="",
        signed=None,
        assembly=nothing,
        provincial=nothing,
        communal=nothing,
        assembly_people=None,
        provincial_people=None,
        communal_people=None,
    )


def report(final: bool) -> Report:
    return Report(
        final=final, province="", term="XVI", years="2026-2031", year=2026, letter="", place="", signed=None
    )  # fmt: skip
