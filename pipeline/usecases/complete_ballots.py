"""Ballots whose places are all settled: what the rules make of them, and which of them go to the team."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Election
from pipeline.election.rule_type import RuleSet
from pipeline.election.rules import rules_of
from pipeline.forms.template import Form
from pipeline.review.items import item_of_ballot
from pipeline.review.policy import Policies
from pipeline.storage import ballots, batches, items, log
from pipeline.storage.ballots import Whole
from pipeline.tally.agree import AGREE, propose_table
from pipeline.tally.ballots import FieldAnswer, InDoubt, Meanings, Proposal, ProposedInvalid, ValidVote, propose


@dataclass(frozen=True, slots=True)
class Count:
    """What the acts of a count need to know: the election, its forms by id, and whether it is a trial."""

    election: Election
    forms: dict[str, Form]
    trial: bool

    @property
    def rules(self) -> RuleSet:
        return rules_of(self.election)

    @property
    def meanings(self) -> Meanings:
        return Meanings.of(self.rules)

    @property
    def policies(self) -> Policies:
        """Who settles what in this election."""
        return Policies(self.rules.marks_settled_by, self.rules.sheets_settled_by)

    @property
    def least(self) -> int:
        """For so many people at least is every valid ballot."""
        return 0 if self.rules.none_left_valid else 1

    def complete(self, form: str, answers: Sequence[FieldAnswer]) -> bool:
        """Whether every field of a ballot has its settled answer; one that is missing is never guessed."""
        return len(answers) == len(self.forms[form].fields)


def proposal_of(count: Count, batch_contest: tuple[str, str], answers: Sequence[FieldAnswer]) -> Proposal:
    """What the rule set makes of a ballot whose fields are all settled."""
    area, contest = batch_contest
    unit, rules = count.election.unit(count.election.ballot_form_id(area, contest)), count.rules
    if rules.ballot == "agree_table" and any(a.field.endswith(f":{AGREE}") for a in answers):
        return propose_table(answers, unit.seats)
    return propose(answers, unit.seats, count.meanings)


def raise_ballots(db: Connection, count: Count, ballot_ids: Collection[str], at: datetime) -> int:
    """Lay those that are complete and no plain valid vote before the team; how many items arose. Idempotent."""
    return _raise(db, count, ballots.without_open_places(db, ballot_ids), at)


def raise_ballot_items(db: Connection, count: Count, batch_id: str, at: datetime) -> int:
    """The same for every ballot of a batch."""
    batch = batches.get(db, batch_id)
    if batch is None:
        return 0
    standing = {i.ballot for i in items.of_batch(db, batch_id, "ballot")}
    found = ballots.answers(db, batch_id)
    of = (b for b in ballots.of_batch(db, batch_id) if b.id not in standing)
    return _raise(db, count, (Whole(b, batch.area, batch.contest, found[b.id]) for b in of), at)


def _raise(db: Connection, count: Count, found: Iterable[Whole], at: datetime) -> int:
    new, lines = [], []
    for one in found:
        if not count.complete(one.ballot.form, one.answers):
            continue
        match proposal_of(count, (one.area, one.contest), one.answers):
            case ValidVote():
                continue
            case ProposedInvalid(grounds=doubts) | InDoubt(doubts=doubts):
                item = item_of_ballot(one.ballot.id, tuple(doubts))
                new.append((one.ballot.batch, item, one.ballot.page))
                detail = {"doubts": list(item.subject.doubts)}
                lines.append(AuditEvent("system", "to_team", one.ballot.id, detail))
    items.add_all(db, new)
    log.append_all(db, lines, at)
    return len(new)
