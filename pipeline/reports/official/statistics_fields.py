"""What the statistics of an election hold (Mẫu 28 preliminary, 30 official), and what keeps them from being final."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Literal

from pipeline.messages import Message, message
from pipeline.reports.official.fields import lacking

Sector = Literal["party", "government", "front", "court", "procuracy", "forces", "other"]
SECTORS: tuple[Sector, ...] = ("party", "government", "front", "court", "procuracy", "forces", "other")
Trait = Literal["women", "minority", "young", "outside_party", "reelected", "religious", "self_nominated"]
TRAITS: tuple[Trait, ...] = (
    "women", "minority", "young", "outside_party", "reelected", "religious", "self_nominated",
)  # fmt: skip
YOUNG = 40
"""Years of age below which somebody counts as young ("dưới 40 tuổi")."""


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """One row of table I: a level, over all its units and areas; ``None`` where a figure is not known."""

    voters: int | None = None
    voted: int | None = None
    units: int | None = None
    units_of_one_area: int | None = None
    units_under_half: int | None = None
    units_annulled: int | None = None
    units_revote: int | None = None
    units_extra: int | None = None
    units_short: int | None = None
    """Mẫu 30 only: for a council, fewer than two thirds of the seats filled."""
    areas: int | None = None
    areas_under_half: int | None = None
    areas_annulled: int | None = None
    areas_revote: int | None = None
    areas_extra: int | None = None
    issued: int | None = None
    collected: int | None = None
    valid: int | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """Who was elected at a level, in numbers of people."""

    seats: int
    elected: int
    traits: Mapping[Trait, int]
    below_university: int
    university: int
    postgraduate: int
    theory_intermediate: int
    theory_advanced: int
    theory_bachelor: int
    sectors: Mapping[Sector, int]


@dataclass(frozen=True, slots=True)
class Statistics:
    """The fields of Mẫu 28 or 30 of one province; a level that holds no election is ``None`` in both its parts."""

    official: bool
    """Mẫu 30, else 28."""
    province: str
    term: str
    """Khóa of the National Assembly."""
    years: str
    year: int
    place: str
    signed: date | None
    assembly: LevelFigures
    provincial: LevelFigures
    communal: LevelFigures
    assembly_people: Composition | None
    provincial_people: Composition | None
    communal_people: Composition | None
    objections: tuple[Message, ...] = ()

    @property
    def number(self) -> str:
        return "Mẫu số 30/HĐBC" if self.official else "Mẫu số 28/HĐBC"


LEVELS = {
    "assembly": message("National Assembly"),
    "provincial": message("province council"),
    "communal": message("commune councils"),
}


def statistics_faults(given: Statistics) -> tuple[Message, ...]:
    """Everything that keeps the form from being signed; empty where it is final."""
    return (*given.objections, *_missing(given))


def _missing(given: Statistics) -> Iterator[Message]:
    yield from lacking(
        (given.province, message("the province")),
        (given.place, message("the place of signing")),
        (given.signed, message("the day of signing")),
    )
    for name, label in LEVELS.items():
        figures: LevelFigures = getattr(given, name)
        without = [f.name for f in fields(LevelFigures) if getattr(figures, f.name) is None]
        if without:
            yield message("{level}: figures are not settled yet; finish the count of every area", level=label)
        if getattr(given, f"{name}_people") is None:
            yield message("{level}: who was elected is not described; enter the dossiers", level=label)
