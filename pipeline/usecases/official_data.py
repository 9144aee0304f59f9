"""Records of official forms from totals and particulars: units (19, 24), committees (20, 25), inventory (32)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.election.definition import Contest, Election, Place, Unit
from pipeline.election.figures import AreaFigures, Member
from pipeline.election.particulars import Board, Committee
from pipeline.messages import Message, message
from pipeline.reports.fields import CandidateVotes, MinutesData, Person, faults
from pipeline.reports.official.fields import Decree, Elected, Meeting, UnitCount
from pipeline.reports.official.inventory import BallotStock, Inventory, Level
from pipeline.reports.official.summary_fields import Summary, UnitResult
from pipeline.reports.official.unit_fields import CommuneVotes, UnitMinutes
from pipeline.reports.words import total
from pipeline.usecases.minutes import minutes_of
from pipeline.usecases.particulars import Particulars
from pipeline.usecases.totals import AreaTotals, Totals, UnitTotals

NOBODY = Board(""), Committee("")


@dataclass(frozen=True, slots=True)
class Result:
    """One count: its definition and its totals."""

    election: Election
    totals: Totals
    kept: bool = False
    """A later round whose results have come in as a file: its area minutes lie in the round's own workspace."""

    def unit(self, key: str) -> UnitTotals:
        return next(u for u in self.totals.units if u.unit == key)

    def areas(self, unit: UnitTotals) -> tuple[AreaTotals, ...]:
        """Those that count: an annulled area is in no sum."""
        return tuple(a for a in self.totals.areas if a.unit == unit.unit and a.area not in unit.left_out)


@dataclass(frozen=True, slots=True)
class Source:
    """The first round with its particulars, and the later rounds that are given beside it."""

    first: Result
    given: Particulars
    later: tuple[Result, ...] = ()
    minutes: dict[tuple[str, str], MinutesData] = field(default_factory=dict)
    """Filled as areas are asked for: several forms add the same areas."""

    @property
    def election(self) -> Election:
        return self.first.election

    def of_area(self, result: Result, area: AreaTotals) -> MinutesData:
        if result is not self.first:
            return minutes_of(result.election, area)
        key = (area.contest, area.area)
        if key not in self.minutes:
            self.minutes[key] = minutes_of(result.election, area)
        return self.minutes[key]


def province_of(election: Election, place: Place) -> Place | None:
    """The province in which a place lies, or the place itself; ``None`` where there is none above it."""
    while place.kind != "province" and place.parent is not None:
        place = election.place(place.parent)
    return place if place.kind == "province" else None


def assembly(contest: Contest) -> bool:
    return contest.ballot_form == "mau-13"


def unit_minutes(source: Source, unit: Unit) -> UnitMinutes:
    """Mẫu 19 or 24 of a unit."""
    election = source.election
    contest, board = election.contest(unit.contest), source.given.boards.get(unit.id, NOBODY[0])
    found = source.first.unit(unit.id)
    result = unit_result(source, source.first, unit)
    return UnitMinutes(
        assembly=assembly(contest),
        province=unit_province(source, found),
        body=contest.body,
        body_term=contest.body_term,
        years=contest.years,
        unit=unit.number,
        scope=unit.scope,
        year=election.day.year,
        meeting=Meeting(board.met_at, board.met_place, _people(board.members)),
        seats_by=Decree(board.seats_resolution, board.seats_resolution_day),
        candidates_by=Decree(board.candidates_resolution, board.candidates_resolution_day),
        seats=unit.seats,
        count=result.count,
        communes=_communes(source, found) if assembly(contest) else (),
        candidates=result.candidates,
        recognised=found.outcome.recognised if found.outcome is not None else None,
        elected=result.elected,
        missing=result.missing,
        incidents=board.incidents,
        team_complaints=board.team_complaints,
        board_complaints=board.board_complaints,
        forwarded=board.forwarded,
        papers=board.papers,
        objections=tuple(unit_objections(source, source.first, unit)),
    )


def _people(members: Sequence[Member]) -> tuple[Person, ...]:
    return tuple(Person(m.name, m.role) for m in members)


def unit_province(source: Source, unit: UnitTotals) -> str:
    """The province in which the areas of a unit lie; empty where it is not one."""
    election = source.election
    found = {province_of(election, election.place(election.area(a.area).place)) for a in source.first.areas(unit)}
    names = {p.name for p in found if isinstance(p, Place)}
    return names.pop() if len(names) == 1 else ""


def unit_result(source: Source, result: Result, unit: Unit) -> UnitResult:
    """One unit in one round: the sums of its areas and who is elected; ``None`` what is not settled."""
    found = result.unit(unit.id)
    every = [source.of_area(result, a) for a in result.areas(found)]
    count = UnitCount(**{n: total(getattr(m, n) for m in every) if every else None for n in UnitCount.__slots__})
    candidates = _candidates(every)
    outcome = found.outcome
    settled = outcome is not None and not outcome.undecided
    printed = dict(zip((c.id for c in result.election.candidates_of(unit.id)), candidates, strict=False))
    elected = [printed[c] for c in outcome.elected] if outcome is not None and settled else []
    later = result.election.round
    return UnitResult(
        number=unit.number,
        scope=unit.scope,
        count=count,
        candidates=candidates,
        elected=tuple(Elected(c.title, c.name, c.votes) for c in elected),
        missing=outcome.missing if outcome is not None and settled else None,
        note=f"{result.election.day:%d/%m/%Y}" if later is not None else "",
    )


def _candidates(areas: Sequence[MinutesData]) -> tuple[CandidateVotes, ...]:
    """Every candidate with the sum over all areas, in the order of the ballot."""
    if not areas:
        return ()
    columns = zip(*(m.candidates for m in areas), strict=True)
    return tuple(CandidateVotes(c[0].title, c[0].name, total(v.votes for v in c)) for c in columns)


def unit_objections(source: Source, result: Result, unit: Unit) -> Iterator[Message]:
    """Why the figures of a unit are not final."""
    found = result.unit(unit.id)
    open_areas = [a.area for a in result.areas(found) if not result.kept and faults(source.of_area(result, a))]
    missing = [a.area for a in result.areas(found) if result.kept and a.figures is None]
    if missing:
        yield message(
            "the results of the later round are missing for {count} areas ({areas}); take them in",
            count=len(missing),
            areas=", ".join(missing[:8]) + (" …" if len(missing) > 8 else ""),
        )
    if open_areas:
        yield message(
            "the count minutes of {count} areas are not final ({areas}); finish them",
            count=len(open_areas),
            areas=", ".join(open_areas[:8]) + (" …" if len(open_areas) > 8 else ""),
        )
    if result is source.first:
        yield from _other_seats(source, unit)
    if found.outcome is not None and found.outcome.undecided:
        yield message(
            "{count} candidates with equal votes and birth dates stand for {seats} seats; write down who is elected",
            count=len(found.outcome.undecided),
            seats=found.outcome.open_seats,
        )


def _communes(source: Source, unit: UnitTotals) -> tuple[CommuneVotes, ...]:
    """The areas of a unit by their commune, in the order of the definition."""
    election = source.election
    groups: dict[str, list[MinutesData]] = {}
    for area in source.first.areas(unit):
        groups.setdefault(election.area(area.area).place, []).append(source.of_area(source.first, area))
    return tuple(
        CommuneVotes(election.place(place).name, len(areas), tuple(c.votes for c in _candidates(areas)))
        for place, areas in groups.items()
    )


@dataclass(frozen=True, slots=True)
class _Again:
    """The units that vote again in one kind of round; ``results`` is ``None`` while that is not settled."""

    results: tuple[UnitResult, ...] | None
    objections: tuple[Message, ...]


def summary(source: Source, contest: Contest) -> Summary:
    """Mẫu 20 or 25 of a contest."""
    election = source.election
    units = [u for u in election.units if u.contest == contest.id and u.seats]
    committee = source.given.committees.get(contest.id, NOBODY[1])
    again, extra = _round(source, units, "re_vote"), _round(source, units, "extra")
    inside = [m for u in units for m in unit_objections(source, source.first, u)]
    places = {unit_province(source, source.first.unit(u.id)) for u in units}
    return Summary(
        assembly=assembly(contest),
        level="commune" if contest.level == "commune" else "province",
        province=places.pop() if len(places) == 1 else "",
        body=contest.body,
        body_term=contest.body_term,
        years=contest.years,
        year=election.day.year,
        meeting=Meeting(committee.met_at, committee.met_place, _people(committee.members)),
        seats_by=Decree(committee.seats_resolution, committee.seats_resolution_day),
        candidates_by=Decree(committee.candidates_resolution, committee.candidates_resolution_day),
        seats=sum(u.seats for u in units),
        units=tuple(unit_result(source, source.first, u) for u in units),
        revotes=again.results,
        extras=extra.results,
        lower_complaints=committee.lower_complaints,
        events=committee.events,
        committee_complaints=committee.committee_complaints,
        forwarded=committee.forwarded,
        papers=committee.papers,
        objections=(*inside, *again.objections, *extra.objections),
    )


def calls_for(source: Source, unit: Unit, kind: str) -> bool | None:
    """Whether a unit must vote again (``re_vote``) or may elect more (``extra``); ``None`` while not complete."""
    found = source.first.unit(unit.id)
    outcome = found.outcome
    annulled = any(r.kind == "annul_unit" for r in found.rulings)
    if outcome is None or outcome.undecided:
        return None
    if kind == "re_vote":
        return annulled or not outcome.recognised
    if annulled or not outcome.recognised or not outcome.missing or any(r.kind == "no_extra" for r in found.rulings):
        return False
    return assembly(source.election.contest(unit.contest)) or 3 * (unit.seats - outcome.missing) < 2 * unit.seats


def _round(source: Source, units: Sequence[Unit], kind: str) -> _Again:
    """Which units hold that round, with its result from the later count that is given."""
    called = {u.id: calls_for(source, u, kind) for u in units}
    if None in called.values():
        return _Again(None, ())
    results: list[UnitResult] = []
    why: list[Message] = []
    for unit in (u for u in units if called[u.id]):
        later = _held(source, unit, kind)
        why += awaited(source, unit, kind)
        if later is None:
            results.append(UnitResult(unit.number, unit.scope, UnitCount(), (), (), None))
        else:
            results.append(unit_result(source, later, later.election.unit(unit.id)))
    return _Again(tuple(results), tuple(why))


def _held(source: Source, unit: Unit, kind: str) -> Result | None:
    """The round of that kind in a unit, where its count is given."""
    for one in source.later:
        told = one.election.round
        if told is not None and told.kind == kind and any(u.unit == unit.id for u in one.totals.units):
            return one
    return None


def awaited(source: Source, unit: Unit, kind: str) -> Iterator[Message]:
    """Why a unit that must vote again or elects more has no final result yet."""
    if not calls_for(source, unit, kind):
        return
    later = _held(source, unit, kind)
    if later is not None:
        yield from unit_objections(source, later, later.election.unit(unit.id))
        return
    yield message(
        "unit {unit} votes again or elects more; take in its file of results, or give its count with --round",
        unit=unit.number,
    )


def _other_seats(source: Source, unit: Unit) -> Iterator[Message]:
    """An extra election fills the seats that were empty when it was ordered; a correction since may leave others."""
    outcome = source.first.unit(unit.id).outcome
    for later in source.later:
        filled = [later.election.unit(u.unit).seats for u in later.totals.units if u.unit == unit.id]
        extra = later.election.round is not None and later.election.round.kind == "extra"
        if extra and filled and outcome is not None and outcome.missing != filled[0]:
            yield message(
                "unit {unit}: the extra election was held for {filled} seats, but by the first round {missing} are "
                "empty now; people decide what follows",
                unit=unit.number,
                filled=filled[0],
                missing=outcome.missing,
            )


_LEVELS: Mapping[str, Level] = {"mau-13": "assembly", "mau-14": "province", "mau-15": "commune"}


def inventory(source: Source, area_id: str) -> Inventory:
    """Mẫu 32 of an area: the ballots of all its contests."""
    election = source.election
    area = election.area(area_id)
    commune = election.place(area.place)
    province = province_of(election, commune)
    own = {a.contest: a for a in source.first.totals.areas if a.area == area_id}
    by_level = {_LEVELS[election.contest(c).ballot_form]: a for c, a in own.items()}
    given = [a.figures for a in by_level.values() if a.figures is not None]
    first = next((c for c in election.contests if assembly(c)), None)
    stocks = tuple(_stock(election, level, by_level.get(level)) for level in ("assembly", "province", "commune"))
    years = next((c.years for c in election.contests if c.years), "")
    return Inventory(
        area=area.number,
        commune=commune.name,
        province=province.name if province is not None else "",
        term=first.body_term if first is not None else "",
        years=years,
        year=election.day.year,
        closed=given[0].closed if given else None,
        witnesses=tuple(Person(w.name, w.address) for w in given[0].closing_witnesses) if given else (),
        stocks=stocks,  # type: ignore[arg-type]  # three, as the levels
        day=given[0].closed.date() if given else None,
        objections=tuple(_differing(given)),
    )


def _stock(election: Election, level: Level, area: AreaTotals | None) -> BallotStock:
    if area is None:
        return BallotStock(level, "", "", None, None, None, None, held=False)
    unit, contest, given = election.unit(area.unit), election.contest(area.contest), area.figures
    if given is None:
        return BallotStock(level, unit.number, contest.body, None, None, None, None)
    return BallotStock(
        level, unit.number, contest.body, given.received, given.issued, given.spoiled, given.left_over
    )  # fmt: skip


def _differing(given: Sequence[AreaFigures]) -> Iterator[Message]:
    """One inventory is made of an area, so its contests must tell one closing time and the same two witnesses."""
    if len({f.closed for f in given}) > 1:
        yield message("the contests of this area tell different times of closing; correct their figures")
    if len({f.closing_witnesses for f in given}) > 1:
        yield message("the contests of this area tell different witnesses of the count; correct their figures")
