"""Totals of settled ballots: per area and contest, summed to units, checked by the rules, with the elected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.codec import digest as election_digest
from pipeline.election.definition import Election, Unit
from pipeline.election.figures import AreaFigures
from pipeline.election.rule_type import RuleSet
from pipeline.election.rules import rules_of
from pipeline.review.states import is_open, value_of
from pipeline.storage import ballots, batches, confirmed_rules, figures, items, levels, pages, rulings
from pipeline.storage.batches import Batch
from pipeline.storage.levels import Entry
from pipeline.tally.agree import against
from pipeline.tally.ballots import ValidVote, Vote, tells_against, vote_from
from pipeline.tally.levels import PAPER, Figures, paper_in, result_in
from pipeline.tally.rounds import Ruling, annulled_areas, ruled
from pipeline.tally.rules import (
    ConfirmedRule,
    Conventions,
    Finding,
    PaperFigures,
    Sheet,
    Times,
    digest_of,
    findings,
)
from pipeline.tally.totals import NOTHING, AreaResult, count, total
from pipeline.tally.winners import Runner, UnitOutcome, outcome, standings
from pipeline.usecases.complete_ballots import Count, proposal_of
from pipeline.usecases.figures import figures_from_json


@dataclass(frozen=True, slots=True)
class AreaTotals:
    """One contest in one area: the result, the figures of the paper (where given) and the rules that fail."""

    area: str
    contest: str
    unit: str
    result: AreaResult
    figures: AreaFigures | None
    findings: tuple[Finding, ...]
    open_items: int
    confirmed: tuple[ConfirmedRule, ...] = ()
    """Everything that was confirmed here, whatever figures stood then."""

    @property
    def complete(self) -> bool:
        """Nothing waits for people, the figures are there, no error stands and what is strange is confirmed.

        A rule of the world that is broken is true only where the team leader has confirmed it with an incident text.
        """
        if self.figures is None or self.open_items or not self.result.complete:
            return False
        return not self.standing_against

    @property
    def standing_against(self) -> tuple[Finding, ...]:
        """Findings that keep the area from being complete: errors, and rules of the world that nobody confirmed."""
        return tuple(
            f for f in self.findings if f.kind == "error" or (f.kind == "world" and self.confirmation(f) is None)
        )

    def confirmation(self, finding: Finding) -> ConfirmedRule | None:
        """Who vouches for a finding as it stands; ``None`` where nobody does, or did for other figures."""
        same = [c for c in self.confirmed if c.rule == finding.number and c.digest == digest_of(finding)]
        return same[-1] if same else None


@dataclass(frozen=True, slots=True)
class UnitTotals:
    """One unit: the sum of its areas, candidates by votes, and what Art. 78 makes of it once complete."""

    contest: str
    unit: str
    result: AreaResult
    voters: int
    voted: int
    standings: tuple[Runner, ...]
    outcome: UnitOutcome | None
    """``None`` until every area of the unit is complete."""
    rulings: tuple[Ruling, ...] = ()
    """What was decided about it: a tie, an annulment, a later round."""

    @property
    def left_out(self) -> frozenset[str]:
        """Annulled areas, which are in no sum (Art. 81)."""
        return annulled_areas(self.rulings)


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that a committee pulls; ``election`` is the digest of the definition."""

    election: str
    areas: tuple[AreaTotals, ...]
    units: tuple[UnitTotals, ...]

    @property
    def complete(self) -> bool:
        return bool(self.areas) and all(a.complete for a in self.areas)


def totals(db: Connection, of: Count, actor: Actor) -> Totals:
    """The totals as they stand now; provisional ones say so by ``complete``."""
    require(actor, "see_totals")
    areas = [
        area_totals(db, of, area.id, contest)
        for contest in (c.id for c in of.election.contests)
        for area in of.election.areas
        if contest in area.units
    ]
    decided = rulings.every(db)
    since = {c.id: levels.decided(db, c.id, 1) for c in of.election.contests}
    areas = [after_decision(a, since[a.contest].get(a.area)) for a in areas]
    units = [
        unit_totals(
            of.election,
            unit,
            [a for a in areas if a.unit == unit.id],
            decided=[r for r in decided if r.unit == unit.id],
        )
        for unit in of.election.units
        if unit.seats
    ]
    return Totals(election_digest(of.election), tuple(areas), tuple(units))


def after_decision(one: AreaTotals, decided: Entry | None) -> AreaTotals:
    """The figures that a correction or a re-vote has put in the place of those counted; people and times stay.

    The rules were asked of them when they came in, so nothing stands against them.
    """
    if decided is None or one.figures is None:
        return one
    paper = paper_in(decided.figures)
    given = replace(one.figures, **{n: getattr(paper, n) for n in PAPER})
    return replace(one, result=result_in(decided.figures), figures=given, findings=(), open_items=0, confirmed=())


def area_totals(db: Connection, of: Count, area: str, contest: str) -> AreaTotals:
    """One contest in one area, over all its live batches."""
    piles = batches.every(db, area=area, contest=contest)
    result = total(batch_result(db, of, pile) for pile in piles)
    stored = figures.latest(db, area, contest)
    given = figures_from_json(stored.document) if stored else None
    waiting = sum(
        number
        for pile in piles
        for (_, state), number in items.counts(db, pile.id).items()
        if state in items.OPEN_STATES
    )
    unit = of.election.unit(of.election.ballot_form_id(area, contest))
    found = checked(given, result, unit, of.rules)
    vouched = confirmed_rules.every(db, contest, area).get(area, ())
    return AreaTotals(area, contest, unit.id, result, given, found, waiting, vouched)


def checked(given: AreaFigures | None, result: AreaResult, unit: Unit, rules: RuleSet) -> tuple[Finding, ...]:
    """The rules that do not hold between the figures of the paper and the count; none where no figures are given."""
    return findings(_sheet(given, result, unit, rules)) if given else ()


def batch_result(db: Connection, of: Count, batch: Batch) -> AreaResult:
    """What one pile adds: every counted ballot is a vote, an invalid one, or not settled yet."""
    found = votes_of(db, of, batch)
    votes = [v for v in found.votes.values() if v is not None]
    return replace(
        count(votes),
        collected=batch.declared or 0,
        scanned=len(found.votes) - len(found.typed),
        by_hand=len(found.typed) - len(found.strange),
        set_aside=len(found.strange),
        undecided=len(found.votes) - len(votes) + _pages_undecided(db, batch),
    )


@dataclass(frozen=True, slots=True)
class BatchVotes:
    """ballot id -> vote (``None``: not settled yet), and which of them were typed or are no prescribed ballot."""

    votes: dict[str, Vote | None]
    typed: frozenset[str]
    strange: frozenset[str]


def votes_of(db: Connection, of: Count, batch: Batch) -> BatchVotes:
    """What every counted ballot of a pile says, in the order of their ids, which tells nothing of the pile."""
    stored = ballots.of_batch(db, batch.id)
    unit = of.election.unit(of.election.ballot_form_id(batch.area, batch.contest))
    names = [c.id for c in of.election.candidates_of(unit.id)]
    answers = ballots.answers(db, batch.id)
    verdicts = {i.ballot: i for i in items.of_batch(db, batch.id, "ballot")}
    votes: dict[str, Vote | None] = {}
    for ballot in stored:
        vote: Vote | None = None
        if ballot.id in verdicts:
            value = value_of(verdicts[ballot.id].state)
            vote = vote_from(value, names, unit.seats, ballot.id, of.least) if value else None
            if isinstance(vote, ValidVote) and of.rules.ballot == "agree_table" and not tells_against(value or ""):
                # the team said only with whom the ballot agrees; with whom it disagrees stands in the boxes
                vote = ValidVote(vote.names, against(answers[ballot.id]) - vote.names)
        elif of.complete(ballot.form, answers[ballot.id]):
            proposal = proposal_of(of, (batch.area, batch.contest), answers[ballot.id])
            vote = proposal if isinstance(proposal, ValidVote) else None
        votes[ballot.id] = vote
    typed = frozenset(b.id for b in stored if b.source == "hand")
    strange = frozenset(b for b in typed if b in verdicts and verdicts[b].subject.doubts == ("a",))
    return BatchVotes(votes, typed, strange)


def _pages_undecided(db: Connection, batch: Batch) -> int:
    """Rejected pages that wait for people, or to be read in the batch where they belong."""
    asked = items.of_batch(db, batch.id, "page")
    moving = sum(p.status == "rejected" and (p.fate or "").startswith("move:") for p in pages.of_batch(db, batch.id))
    return moving + sum(is_open(i.state) for i in asked)


def _sheet(given: AreaFigures, result: AreaResult, unit: Unit, rules: RuleSet) -> Sheet:
    conventions = Conventions(
        rules.issued_includes_spoiled,
        surplus=not rules.none_left_valid,
        state=rules.shortage == "art-79",
        polling=rules.polling,
    )
    paper = PaperFigures(
        given.voters, given.voted, given.received, given.issued, given.left_over, given.spoiled, given.excused
    )
    return Sheet(paper, result, unit.seats, conventions, Times(given.opened, given.closed, given.finished))


def unit_totals(
    election: Election,
    unit: Unit,
    areas: Sequence[AreaTotals],
    done: bool | None = None,
    decided: Sequence[Ruling] = (),
) -> UnitTotals:
    """The sum of a unit's areas; ``done``: whether it elects people (else: as soon as every area is complete).

    ``decided``: what was decided about the unit; annulled areas are left out.
    """
    left_out = annulled_areas(decided)
    areas = [a for a in areas if a.area not in left_out]
    result = total(a.result for a in areas) if areas else NOTHING
    given = [a.figures for a in areas if a.figures]
    voters, voted = sum(f.voters for f in given), sum(f.voted for f in given)
    births = {c.id: c.birth_date for c in election.candidates_of(unit.id)}
    ranked = standings(result.votes, births)
    if done is None:
        done = bool(areas) and all(a.complete for a in areas)
    if unit.shares:
        done = False  # a class elects nobody: the shares of all classes together do
    if election.round is not None and election.round.kind == "re_vote_area":
        done = False  # the rest of the unit voted in the first round
    excused = sum(f.excused for f in given)
    elected = _elected(election, unit, result, (voters, voted, excused), decided) if done else None
    return UnitTotals(unit.contest, unit.id, result, voters, voted, ranked, elected, tuple(decided))


def elected_of(election: Election, unit: Unit, figures: Figures, decided: Sequence[Ruling] = ()) -> UnitOutcome:
    """What Art. 78 (or the rule set) makes of the sum of a unit, and of what was decided about it."""
    paper = paper_in(figures)
    return _elected(election, unit, result_in(figures), (paper.voters, paper.voted, paper.excused), decided)


def _elected(
    election: Election, unit: Unit, result: AreaResult, people: tuple[int, int, int], decided: Sequence[Ruling]
) -> UnitOutcome:
    """``people``: on the list, who voted, recorded absences."""
    voters, voted, excused = people
    rules = rules_of(election)
    half_of = {"valid": result.valid, "collected": result.collected, "none": None, "summoned": voters - excused}
    births = {c.id: c.birth_date for c in election.candidates_of(unit.id)}
    found = outcome(
        standings(result.votes, births),
        unit.seats,
        half_of[rules.majority_of],
        voters,
        voted,
        needs_turnout=rules.winner_needs_turnout,
        older_wins=rules.tie == "older",
    )
    return ruled(found, unit.seats, decided)
