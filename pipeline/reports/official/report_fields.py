"""What the two reports of a province hold (Mẫu 27 preliminary, 29 final), and what keeps them from being signed.

The preliminary report is written while the count goes on: its figures may be provisional, and then say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from pipeline.messages import Message, message
from pipeline.reports.official.fields import lacking
from pipeline.reports.official.statistics_fields import LEVELS, Composition, LevelFigures

NOTHING = LevelFigures()


@dataclass(frozen=True, slots=True)
class LevelReport:
    """One level of the election as far as it is known; a level without units is not held."""

    areas: int = 0
    reported: int = 0
    """Areas whose voters and turnout are known."""
    voters: int | None = None
    voted: int | None = None
    """Of the areas that have reported."""
    units: int = 0
    decided: int = 0
    """Units of which it is settled who is elected."""
    seats: int = 0
    people: Composition | None = None
    """The elected of the decided units; ``None`` where there are none, or a dossier does not tell enough."""
    figures: LevelFigures = NOTHING

    @property
    def settled(self) -> bool:
        return self.reported == self.areas and self.decided == self.units


@dataclass(frozen=True, slots=True)
class Report:
    """The fields of Mẫu 27 or 29; ``parts``: "I.1" -> what the committee wrote under that heading."""

    final: bool
    """Mẫu 29, else 27."""
    province: str
    term: str
    years: str
    year: int
    letter: str
    """The number before "/BC-UBBC"."""
    place: str
    signed: date | None
    recipients: tuple[str, ...] = ()
    parts: Mapping[str, str] = field(default_factory=dict)
    assembly: LevelReport | None = None
    provincial: LevelReport | None = None
    communal: LevelReport | None = None
    objections: tuple[Message, ...] = ()

    @property
    def number(self) -> str:
        return "Mẫu số 29/HĐBC" if self.final else "Mẫu số 27/HĐBC"

    @property
    def levels(self) -> Mapping[str, LevelReport | None]:
        return {"assembly": self.assembly, "provincial": self.provincial, "communal": self.communal}


OPTIONAL = frozenset({"I.7"})
"""Of Mẫu 27, "(nếu có)": a dash stands where nothing was written."""


def written_parts(final: bool) -> tuple[str, ...]:
    """The headings under which the committee writes; part II is filled from the count."""
    if final:
        return (*(f"I.{n}" for n in range(1, 9)), "III.1", "III.2", "IV.1", "IV.2")
    return tuple(f"I.{n}" for n in range(1, 8))


def report_faults(given: Report) -> tuple[Message, ...]:
    """Everything that keeps the report from being signed; empty where it can be."""
    return (*given.objections, *_missing(given), *_unsettled(given))


def _missing(given: Report) -> Iterator[Message]:
    yield from lacking(
        (given.province, message("the province")),
        (given.letter, message("the number of the report")),
        (given.place, message("the place of signing")),
        (given.signed, message("the day of signing")),
    )
    for part in written_parts(given.final):
        if not given.parts.get(part, "").strip() and (given.final or part not in OPTIONAL):
            yield message(
                "section {part} of the report is empty; write it on the screen 'Data of the forms' or by 'kiemphieu "
                "particulars'",
                part=part,
            )


def _unsettled(given: Report) -> Iterator[Message]:
    held = {name: level for name, level in given.levels.items() if level is not None and level.units}
    if not any(level.reported for level in held.values()):
        yield message("no voting area has reported yet; enter the figures of the first")
    if not given.final:
        return
    for name, level in held.items():
        if not level.settled:
            yield message("{level}: figures are not settled yet; finish the count of every area", level=LEVELS[name])
        elif level.people is None:
            yield message("{level}: who was elected is not described; enter the dossiers", level=LEVELS[name])
