"""The province's two reports from totals, dossiers and what the committee wrote: Mẫu 27 and 29."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.election.definition import Contest, Unit
from pipeline.election.particulars import Letter
from pipeline.messages import Message, message
from pipeline.reports.official.report_fields import LevelReport, Report
from pipeline.usecases.official_data import Source
from pipeline.usecases.official_heading import by_form, every_objection, heading
from pipeline.usecases.official_people import LevelOf, People, people_of
from pipeline.usecases.totals import AreaTotals


def report(source: Source, *, final: bool) -> Report:
    """Mẫu 29 (``final``) or 27; the figures of 27 are those that are in, and say of how many areas they are."""
    given = source.given.reports.get("29" if final else "27", Letter(""))
    head = heading(source)
    levels = [_level(source, contests) for contests in by_form(source.election).values()]
    inside = every_objection(source, all_rounds=True) if final else ()
    wrong = () if final else tuple(_impossible(source.first.totals.areas))
    return Report(
        final=final,
        province=head.province,
        term=head.term,
        years=head.years,
        year=head.year,
        letter=given.letter,
        place=given.signed_place,
        signed=given.signed_day,
        recipients=given.recipients,
        parts={part: text for part, text in given.parts.items() if text.strip()},
        assembly=levels[0][0],
        provincial=levels[1][0],
        communal=levels[2][0],
        objections=(*inside, *wrong, *(m for _, people in levels for m in people.why)),
    )


def _level(source: Source, contests: Sequence[Contest]) -> tuple[LevelReport, People]:
    level = LevelOf(source, tuple(contests))
    units = level.units
    areas = [a for u in units for a in source.first.areas(source.first.unit(u.id))]
    known = [a.figures for a in areas if a.figures is not None]
    decided = [u for u in units if _decided(source, u)]
    people = people_of(source, decided) if decided else People(None, ())
    return LevelReport(
        areas=len(areas),
        reported=len(known),
        voters=sum(f.voters for f in known) if known else None,
        voted=sum(f.voted for f in known) if known else None,
        units=len(units),
        decided=len(decided),
        seats=sum(u.seats for u in units),
        people=people.composition,
        figures=level.figures(),
    ), people


def _decided(source: Source, unit: Unit) -> bool:
    outcome = source.first.unit(unit.id).outcome
    return outcome is not None and not outcome.undecided


def _impossible(areas: Sequence[AreaTotals]) -> Iterator[Message]:
    """R1 stands also over figures of areas whose ballots are not counted yet."""
    for area in areas:
        given = area.figures
        if given is not None and given.voted > given.voters:
            yield message(
                "area {area}, contest {contest}: {voted} voted of {voters} on the list (R1); correct the figures",
                area=area.area,
                contest=area.contest,
                voted=given.voted,
                voters=given.voters,
            )
