"""An election event: its contests, the electoral units of each, the voting areas and the candidates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

Level = Literal["assembly", "province", "commune", "other"]
BallotForm = Literal["mau-13", "mau-14", "mau-15", "dai-hoi"]
"""A prescribed ballot of a state election, or (``dai-hoi``) that of a congress or meeting, as its rule set votes."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person on the ballot of one unit; ``order`` (from 1) is official input, as on the published list."""

    id: str
    unit: str
    order: int
    gender: Literal["male", "female"]
    """Printed as "Ông" or "Bà"."""
    family: str
    middle: str
    given: str
    birth_date: date
    other_name: str = ""
    """Common or religious name, printed in brackets behind the birth name."""
    two_lines: bool = False
    """Whether the ballot prints ``other_name`` on a second line."""

    @property
    def full_name(self) -> str:
        return " ".join(p for p in (self.family, self.middle, self.given) if p)


@dataclass(frozen=True, slots=True)
class Unit:
    """An electoral unit, or a node above it, of one contest's tree: only leaves (with seats) have ballots."""

    id: str
    contest: str
    number: str
    name: str
    parent: str | None
    seats: int
    """0 for a node that only adds up units below it (committee, country)."""
    scope: str = ""
    """The administrative units inside it, as the minutes print them ("Gồm ...")."""
    shares: int = 0
    """Of a class of ballots of a meeting that votes by shares: so many a ballot stands for; 0: it is one."""


@dataclass(frozen=True, slots=True)
class Contest:
    """One ballot of the day: whom it elects and by which prescribed form."""

    id: str
    level: Level
    ballot_form: BallotForm
    body: str
    """The body elected in, as the forms print it: "Quốc hội", "tỉnh Hòa Bình", "xã An Phú"."""
    body_term: str
    """Khóa: "XVI"."""
    years: str
    """Nhiệm kỳ: "2026-2031"; empty where the form has none."""
    paper: str = "#ffffff"
    """Paper colour chosen by the province, ``#rrggbb``; print and simulation only, never used to read."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node of the administrative tree: country, province, commune."""

    id: str
    kind: Literal["country", "province", "commune"]
    name: str
    """With its type, as forms print it: "Tỉnh Hòa Bình", "Xã An Phú"."""
    parent: str | None


@dataclass(frozen=True, slots=True)
class Area:
    """A voting area (khu vực bỏ phiếu): one polling team, at most one unit per contest."""

    id: str
    number: str
    place: str
    """Its commune."""
    name: str
    units: Mapping[str, str]
    """contest id -> unit id; a contest that is not held here is absent."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that this election has set otherwise than its rule set, and who decided it (number and day)."""

    name: str
    value: str
    by: str


@dataclass(frozen=True, slots=True)
class Round:
    """That this is a later round (law 85/2015/QH13 Art. 79-81) of an election, and by whose decision."""

    kind: Literal["extra", "re_vote", "re_vote_area"]
    """``re_vote_area``: only annulled areas of the units vote (Art. 81), so that no unit elects anybody here."""
    of: str
    """SHA-256 of the definition of the round before."""
    first_day: date
    """The day of the first round."""
    decision: str
    """Number of the decision."""
    decided: date
    authority: str


@dataclass(frozen=True, slots=True)
class Election:
    """The whole definition, validated; every id that is named exists."""

    id: str
    title: str
    day: date
    rule_set: str
    places: tuple[Place, ...]
    contests: tuple[Contest, ...]
    units: tuple[Unit, ...]
    areas: tuple[Area, ...]
    candidates: tuple[Candidate, ...]
    rules: tuple[RuleChange, ...] = ()
    round: Round | None = None

    def contest(self, contest_id: str) -> Contest:
        return next(c for c in self.contests if c.id == contest_id)

    def unit(self, unit_id: str) -> Unit:
        return next(u for u in self.units if u.id == unit_id)

    def area(self, area_id: str) -> Area:
        return next(a for a in self.areas if a.id == area_id)

    def place(self, place_id: str) -> Place:
        return next(p for p in self.places if p.id == place_id)

    def candidates_of(self, unit_id: str) -> tuple[Candidate, ...]:
        """The candidates of a unit in ballot order."""
        return tuple(sorted((c for c in self.candidates if c.unit == unit_id), key=lambda c: c.order))

    def ballot_form_id(self, area_id: str, contest_id: str) -> str:
        """The id of the form that voters of an area use in a contest: one per unit, the area is not on it."""
        return self.area(area_id).units[contest_id]
