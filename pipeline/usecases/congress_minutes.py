"""The count minutes of a congress from its totals."""

from __future__ import annotations

from pipeline.election.definition import Election
from pipeline.election.rules import rules_of
from pipeline.forms.congress import MOTTOES
from pipeline.reports.congress_fields import CongressMinutes
from pipeline.reports.fields import CandidateVotes, Person
from pipeline.usecases.minutes import minutes_of
from pipeline.usecases.totals import AreaTotals, UnitTotals, unit_totals

BASES = {
    "party": "Quy chế bầu cử trong Đảng",
    "union": "Điều lệ Công đoàn Việt Nam và thể lệ bầu cử mà đại hội đã thông qua",
    "youth": "Điều lệ Đoàn TNCS Hồ Chí Minh và thể lệ bầu cử mà đại hội đã thông qua",
    "shareholders": "Luật Doanh nghiệp, Điều lệ công ty và thể lệ bầu cử mà đại hội đã thông qua",
}
"""First word of the rule set's name -> by what was counted."""


def congress_of(election: Election, area: AreaTotals, unit: UnitTotals | None = None) -> CongressMinutes:
    """The minutes of one hall; it tells who is elected where the whole unit votes in it.

    ``unit``: its totals with what was decided about it; found from the area otherwise.
    """
    rules, contest, defined = rules_of(election), election.contest(area.contest), election.unit(area.unit)
    given, base = area.figures, minutes_of(election, area)
    alone = sum(area.unit in a.units.values() for a in election.areas) == 1
    outcome = (unit or unit_totals(election, defined, [area])).outcome if alone else None
    settled = base.valid is not None
    printed = dict(zip((c.id for c in election.candidates_of(defined.id)), base.candidates, strict=True))
    elected = None if outcome is None else _by_votes(printed, outcome.elected)
    needed = {
        "summoned": given.voters - given.excused if given else None,
        "collected": base.collected,
        "valid": base.valid,
        "none": None,
    }[rules.majority_of]
    return CongressMinutes(
        title=election.title,
        motto="\n".join(filter(None, MOTTOES.get(rules.name.split("-")[0], MOTTOES[""]))),
        body=contest.body,
        term=contest.body_term,
        years=contest.years,
        hall=election.area(area.area).name,
        day=election.day,
        table=rules.ballot == "agree_table",
        shareholders=rules.name.startswith("shareholders"),
        members=tuple(Person(m.name, m.role) for m in given.members) if given else (),
        opened=base.opened,
        closed=base.closed,
        finished=base.finished,
        seats=defined.seats,
        summoned=base.voters,
        excused=given.excused if given else None,
        voted=base.voted,
        issued=base.issued,
        collected=base.collected,
        valid=base.valid,
        invalid=base.invalid,
        half_of=rules.majority_of,
        needed=needed if settled or rules.majority_of == "summoned" else None,
        candidates=base.candidates,
        elected=elected,
        tied=_by_votes(printed, outcome.undecided) if outcome is not None else (),
        missing=outcome.missing if outcome is not None else None,
        incidents=base.incidents,
        complaints=base.complaints,
        basis=BASES.get(rules.name.split("-")[0], "thể lệ bầu cử mà đại hội đã thông qua"),
        objections=base.objections,
    )


def _by_votes(printed: dict[str, CandidateVotes], ids: tuple[str, ...]) -> tuple[CandidateVotes, ...]:
    return tuple(printed[c] for c in ids)
