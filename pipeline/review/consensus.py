"""How answers move an item from state to state: blind second entry, a third in conflict, then the team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import assert_never

from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.review.policy import TWO, ItemKind, Policies, policy_of
from pipeline.review.states import (
    DEFER,
    ByEntries,
    ByGrid,
    ByTeam,
    Corrected,
    Disputed,
    EnteredOnce,
    Entry,
    GridCheck,
    ItemState,
    Settled,
    TeamVote,
    Voided,
    Waiting,
    WithTeam,
    entries_of,
)


def opened(kind: ItemKind, chosen: Policies = TWO) -> Waiting | WithTeam:
    """The state in which an item of ``kind`` begins; ``chosen``: what the election's rules say of it."""
    return WithTeam() if policy_of(kind, chosen).team else Waiting()


def may_enter(state: ItemState, account: str) -> bool:
    """Whether the item waits for an answer that ``account`` may give: nobody answers the same item twice."""
    return isinstance(state, Waiting | EnteredOnce | Disputed) and all(e.by != account for e in entries_of(state))


def entered(
    state: ItemState, entry: Entry, place: str, checks: Sequence[GridCheck] = (), needed: int = 2
) -> EnteredOnce | Disputed | WithTeam | Settled:
    """The state after one more blind entry.

    Two that agree settle; two that differ are disputed; a third that agrees with one of them settles; three
    different go to the team. Refused: a second entry by the same account (``entered-already``), an item that
    is not open for entries (``item-closed``), an account that has seen the machine's reading in a grid
    (``seen-in-grid``). ``checks``: what people confirmed in grids; the first entry settles together with one that
    says the same. ``place`` names the item in the refusal. ``needed``: with 1 the first answer settles that is not
    put off.
    """
    if any(c.by == entry.by for c in checks):
        raise refuse(
            "seen-in-grid",
            place,
            "this account has seen the machine's reading of this in a grid, so its answer would not be blind; "
            "somebody else must answer it",
        )
    if any(e.by == entry.by for e in entries_of(state)):
        raise refuse(
            "entered-already",
            place,
            "this account has answered this item already; somebody else must answer it",
        )
    if needed == 1 and (alone := _by_one(state, entry)) is not None:
        return alone
    match state:
        case Waiting():
            return with_check(EnteredOnce(entry), checks)
        case EnteredOnce(first=first):
            if agree(first, entry):
                return Settled(entry.value, ByEntries((first, entry)))
            return Disputed(first, entry)
        case Disputed(first=first, second=second):
            if agree(first, entry) or agree(second, entry):
                return Settled(entry.value, ByEntries((first, second, entry)))
            return WithTeam((first, second, entry))
        case WithTeam():
            raise closed(place, message("with the team"))
        case Settled() | Corrected():
            raise closed(place, message("settled"))
        case Voided():
            raise closed(place, message("voided"))
        case _:
            assert_never(state)


def _by_one(state: ItemState, entry: Entry) -> Settled | None:
    """What one person settles alone: the first answer of an open item that is not put off."""
    given = entries_of(state)
    if not isinstance(state, Waiting | EnteredOnce | Disputed) or any(e.value != DEFER for e in given):
        return None
    return None if entry.value == DEFER else Settled(entry.value, ByEntries((*given, entry)))


def with_check(state: EnteredOnce, checks: Sequence[GridCheck]) -> EnteredOnce | Settled:
    """Settled where somebody else confirmed in a grid what the one blind entry says (ADR 0004)."""
    for check in checks:
        if check.by != state.first.by and check.value == state.first.value != DEFER:
            return Settled(check.value, ByGrid((state.first,), check.by))
    return state


def withdrawn(
    state: ItemState, account: str, place: str, checks: Sequence[GridCheck] = (), needed: int = 2
) -> ItemState:
    """The state as if ``account`` had not answered: the other entries, in their order.

    Refused: no entry of that account (``nothing-to-undo``); a state that rests on more than entries, since the team
    has decided, a correction was approved or the item was voided (``item-closed``).
    """
    given = entries_of(state)
    if all(e.by != account for e in given):
        raise refuse("nothing-to-undo", place, "this account has no answer here that could be taken back")
    match state:
        case EnteredOnce() | Disputed() | WithTeam() | Settled(evidence=ByEntries() | ByGrid()):
            after: ItemState = Waiting()
        case _:
            raise closed(place, message("settled"))
    for entry in given:
        if entry.by != account:
            after = entered(after, entry, place, checks, needed)
    return after


def agree(one: Entry, other: Entry) -> bool:
    """Two answers agree when they say the same thing and say something."""
    return one.value == other.value != DEFER


def decided_by_team(
    state: ItemState, members: tuple[str, ...], votes: tuple[TeamVote, ...], place: str, pile: str = ""
) -> Settled:
    """The verdict of the polling team on an item that lies before it.

    Law 85/2015/QH13 Art. 74.2 lays a ballot held to be invalid before the whole team; it decides by more
    than half of **all** its members with two thirds of them present. Refused: fewer present
    (``team-quorum``), no value with that majority (``team-majority``), a voter who is not a member or votes
    twice (``team-member``), an item that is not with the team (``item-closed``).
    """
    if not isinstance(state, WithTeam):
        raise closed(place, message("not with the team"))
    verdict = team_verdict(members, votes, place)
    return Settled(verdict, ByTeam(state.entries, len(members), votes, pile))


def team_verdict(members: tuple[str, ...], votes: tuple[TeamVote, ...], place: str) -> str:
    """The value that more than half of all members voted for; refusals as in :func:`decided_by_team`."""
    voters = [v.member for v in votes]
    strange = [m for m in voters if m not in members or voters.count(m) > 1]
    if strange:
        raise refuse(
            "team-member",
            place,
            "{member} is not a member of this team or votes twice; record one vote per member",
            member=strange[0],
        )
    if 3 * len(voters) < 2 * len(members):
        raise refuse(
            "team-quorum",
            place,
            "{present} of {members} members are present; two thirds of all members must be",
            present=len(voters),
            members=len(members),
        )
    value, count = Counter(v.value for v in votes).most_common(1)[0] if votes else ("", 0)
    if 2 * count <= len(members):
        raise refuse(
            "team-majority",
            place,
            "no answer has more than half of all {members} members (the most is {count}); vote again",
            members=len(members),
            count=count,
        )
    return value


def corrected(state: ItemState, value: str, *, reason: str, by: str, approver: str, place: str) -> Corrected:
    """A new version of a settled value; needs a reason and the approval of somebody else."""
    if not isinstance(state, Settled | Corrected):
        raise closed(place, message("not settled yet"))
    two_people_and_a_reason(reason, by, approver, place)
    return Corrected(state, value, reason.strip(), by, approver)


def voided(state: ItemState, *, reason: str, by: str, approver: str, place: str) -> Voided:
    """The item no longer counts; needs a reason and the approval of somebody else."""
    if isinstance(state, Voided):
        raise closed(place, message("voided"))
    two_people_and_a_reason(reason, by, approver, place)
    return Voided(state, reason.strip(), by, approver)


def two_people_and_a_reason(reason: str, by: str, approver: str, place: str) -> None:
    if not reason.strip():
        raise refuse("reason-missing", place, "a change needs a reason; write why")
    if by == approver:
        raise refuse("own-approval", place, "nobody approves their own change; ask somebody else")


def closed(place: str, state: Message) -> Refusal:
    return refuse(
        "item-closed",
        place,
        "this item is {state} and cannot be changed in this way; reload the list",
        state=state,
    )
