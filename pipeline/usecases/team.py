"""The polling team before the large screen: what lies before it, who belongs to it, how it votes (Art. 74.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import Refusal, refuse
from pipeline.review.items import possible_answers
from pipeline.review.policy import ItemKind
from pipeline.review.states import TeamVote, WithTeam, value_of
from pipeline.storage import batches, figures, items, log, teams
from pipeline.storage.items import StoredItem
from pipeline.tally.ballots import GROUNDS, Ground
from pipeline.usecases.correcting import Approval, team_decides_anew
from pipeline.usecases.figures import figures_from_json
from pipeline.usecases.review import before_team, decided_by_the_team, team_decides
from pipeline.usecases.reviewing import area_name, label_of
from pipeline.usecases.workspace import Workspace

Hand = Literal["for", "against", "absent"]
AGAINST = "against"
"""A vote against what was proposed: it speaks for no other answer."""
SMALLEST, LARGEST = 3, 31
"""Members of a polling team; the law asks for 11 to 21 (Art. 25), other elections have smaller ones."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing before the team: a ballot, or a field that three people answered differently."""

    item: str
    kind: ItemKind
    ballot: str | None
    """Absent for a sheet of which three people said three things."""
    page: str | None
    batch: str
    area: str
    area_name: str
    contest: str
    doubts: tuple[str, ...]
    field: str
    label: str
    answers: tuple[str, ...]
    decided: str | None
    """What the team has decided already."""

    @property
    def ground(self) -> Ground | None:
        """The one ground on which it is plainly invalid, where it is."""
        found = [g for g in GROUNDS if (g,) == self.doubts]
        return found[0] if self.kind == "ballot" and found else None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What waits: piles that are plainly invalid on one ground, in one batch, and everything else one by one."""

    piles: tuple[tuple[Case, ...], ...]
    single: tuple[Case, ...]
    decided: tuple[Case, ...]


def agenda(workspace: Workspace, actor: Actor) -> Agenda:
    """What lies before the team, and the last hundred that it decided."""
    with workspace.database.read() as db:
        cases = [_case(db, workspace, i) for i in before_team(db, actor)]
        done = [_case(db, workspace, i) for i in items.decided_by_team(db, 100)]
    piles: dict[tuple[str, str], list[Case]] = {}
    single = []
    for case in cases:
        if case.ground is not None:
            piles.setdefault((case.batch, case.ground), []).append(case)
        else:
            single.append(case)
    return Agenda(tuple(tuple(p) for p in piles.values()), tuple(single), tuple(done))


def case(workspace: Workspace, actor: Actor, item_id: str) -> Case:
    """One of them, decided or not. Refused: what is neither before the team nor decided by it (``item-closed``)."""
    require(actor, "put_to_team")
    with workspace.database.read() as db:
        item = items.get(db, item_id)
        if item is None:
            raise refuse("item-unknown", item_id, "there is no such item; reload the list")
        if not (isinstance(item.state, WithTeam) or decided_by_the_team(item.state)):
            raise refuse("item-closed", item_id, "this does not lie before the team; go back to its list")
        return _case(db, workspace, item)


def pile_of(workspace: Workspace, actor: Actor, item_id: str) -> tuple[Case, ...]:
    """All ballots that one decision covers together with this one (same batch, same only ground)."""
    for pile in agenda(workspace, actor).piles:
        if any(c.item == item_id for c in pile):
            return pile
    raise refuse("item-closed", item_id, "this pile was decided meanwhile; go back to the list")


def _case(db: Connection, workspace: Workspace, item: StoredItem) -> Case:
    batch = batches.get(db, item.batch)
    assert batch is not None
    form = workspace.election.ballot_form_id(batch.area, batch.contest)
    return Case(
        item=item.id,
        kind=item.subject.kind,
        ballot=item.ballot,
        page=item.page,
        batch=batch.id,
        area=batch.area,
        area_name=area_name(workspace.election, batch.area),
        contest=batch.contest,
        doubts=item.subject.doubts,
        field=item.subject.field,
        label=label_of(workspace.forms, form, item.subject.field),
        answers=possible_answers(item.subject),
        decided=value_of(item.state),
    )


_SAID: Mapping[Hand, str] = {"against": AGAINST, "absent": "absent_member"}
FAILED = frozenset({"team-against", "team-quorum", "team-majority"})
"""The vote took place and decided nothing; other refusals say that it was not taken down rightly."""


@dataclass(frozen=True, slots=True)
class Members:
    """The team of an area; ``version`` 0 where nobody has written it down (then from the figures, or empty)."""

    names: tuple[str, ...]
    version: int


def members(workspace: Workspace, actor: Actor, area: str) -> Members:
    """Who belongs to the polling team of an area."""
    require(actor, "put_to_team")
    with workspace.database.read() as db:
        return _members(db, workspace, area)


def _members(db: Connection, workspace: Workspace, area: str) -> Members:
    standing = teams.latest(db, area)
    if standing is not None:
        return Members(standing.members, standing.version)
    for contest in workspace.election.area(area).units:
        given = figures.latest(db, area, contest)
        if given is not None:
            return Members(tuple(m.name for m in figures_from_json(given.document).members), 0)
    return Members((), 0)


def name_members(workspace: Workspace, actor: Actor, area: str, names: Sequence[str]) -> Members:
    """Write down the whole team of an area. Refused: no such area, too few or too many, a name twice."""
    require(actor, "put_to_team")
    if area not in {a.id for a in workspace.election.areas}:
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)
    whole = tuple(" ".join(n.split()) for n in names if n.strip())
    if not SMALLEST <= len(whole) <= LARGEST:
        raise refuse(
            "team-size",
            area,
            "{count} members are written; write every member of the team, one a line ({least} to {most})",
            count=len(whole),
            least=SMALLEST,
            most=LARGEST,
        )
    twice = [n for n in whole if whole.count(n) > 1]
    if twice:
        raise refuse("team-member", area, "{member} stands twice; tell the two apart or remove one", member=twice[0])
    with workspace.database.write() as db:
        at = workspace.clock()
        new = teams.add(db, area, whole, actor.id, at)
        log.append(db, AuditEvent(actor.id, "team_named", area, {"members": list(whole)}), at)
    return Members(new.members, new.version)


def decide(
    workspace: Workspace,
    actor: Actor,
    cases: Sequence[Case],
    proposal: str,
    hands: Mapping[str, Hand],
    version: int,
    anew: tuple[Approval, str] | None = None,
) -> None:
    """Record how the team voted on ``proposal`` for one case, or for a pile at once.

    ``hands``: each member -> for, against or absent. ``anew``: approval and reason where the team rules again on what
    it has decided. Refused: a team that was changed meanwhile (``team-changed``), a member without a vote
    (``team-vote-missing``), more than half against (``team-against``), fewer than two thirds present or no majority
    of all members for it, and what cannot be decided so; then nothing is changed. A vote that failed for want of
    members or hands stands in the log.
    """
    require(actor, "put_to_team")
    try:
        _decide(workspace, actor, cases, proposal, hands, version, anew)
    except Refusal as refusal:
        if refusal.problems[0].code in FAILED:
            _note_failure(workspace, actor, cases, proposal, hands, refusal.problems[0].code)
        raise


def _note_failure(
    workspace: Workspace, actor: Actor, cases: Sequence[Case], proposal: str, hands: Mapping[str, Hand], code: str
) -> None:
    votes = [[member, _SAID.get(hand, proposal)] for member, hand in hands.items()]
    detail = {"value": proposal, "votes": votes, "failed": code, "ballots": len(cases)}
    with workspace.database.write() as db:
        log.append(db, AuditEvent(actor.id, "team_vote_failed", cases[0].item, detail), workspace.clock())


def _decide(
    workspace: Workspace,
    actor: Actor,
    cases: Sequence[Case],
    proposal: str,
    hands: Mapping[str, Hand],
    version: int,
    anew: tuple[Approval, str] | None,
) -> None:
    if len({c.area for c in cases}) > 1:
        raise refuse("pile-mixed", cases[0].item, "these lie before the teams of two areas; decide on each by itself")
    standing = members(workspace, actor, cases[0].area)
    if standing.version != version:
        raise refuse("team-changed", cases[0].area, "the list of the team was changed meanwhile; record the vote again")
    missing = [m for m in standing.names if m not in hands]
    if missing or not standing.names:
        raise refuse(
            "team-vote-missing",
            cases[0].item,
            "the vote of {member} is not recorded; mark for, against or absent for every member",
            member=missing[0] if missing else "-",
        )
    given = [(m, hands[m]) for m in standing.names if hands[m] != "absent"]
    against = sum(hand == "against" for _, hand in given)
    if 2 * against > len(standing.names):
        raise refuse(
            "team-against",
            cases[0].item,
            "more than half of the team ({count} of {members}) is against this; propose what it holds to be right",
            count=against,
            members=len(standing.names),
        )
    votes = [TeamVote(m, proposal if hand == "for" else AGAINST) for m, hand in given]
    if anew is not None:
        approval, reason = anew
        team_decides_anew(workspace, actor, approval, cases[0].item, standing.names, votes, reason)
        return
    with workspace.database.write() as db:
        keys = [c.item for c in cases]
        team_decides(db, workspace.count, actor, keys, standing.names, votes, workspace.clock())
