"""The numbered consistency rules between the figures of the paper and the count: R1 to R11, R16, R20, R23."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Literal

from pipeline.messages import Message, message
from pipeline.tally.percentages import WHOLE, Percentage, percentage, valid_and_invalid
from pipeline.tally.totals import AreaResult

LONGEST_COUNT = timedelta(hours=24)
Kind = Literal["error", "world", "warning"]
"""``error``: arithmetic, cannot be overridden. ``world``: can be true and yet broken; a mistyped figure is
corrected, a true one confirmed by the team leader with an incident. ``warning``: acknowledged with why."""


@dataclass(frozen=True, slots=True)
class PaperFigures:
    """The figures that no ballot tells, of one area and contest or summed over several."""

    voters: int
    voted: int
    received: int
    issued: int
    left_over: int
    spoiled: int = 0
    excused: int = 0
    """Absences that a congress takes off those summoned."""


@dataclass(frozen=True, slots=True)
class Times:
    """When voting began and ended and when the count was finished, as the team wrote it down."""

    opened: datetime
    closed: datetime
    finished: datetime


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the election has set, since the form does not say.

    ``issued_includes_spoiled``: whether the issued figure counts ballots given in exchange for spoiled ones.
    ``surplus``: more candidates than seats, so that a valid ballot leaves at least one name.
    ``state``: a state election, where every valid ballot is for somebody. ``polling``: not before and not after.
    """

    issued_includes_spoiled: bool = True
    surplus: bool = True
    state: bool = True
    polling: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the rules look at: figures, result and seats of one area and contest (or of their sum)."""

    figures: PaperFigures
    result: AreaResult
    seats: int
    conventions: Conventions = Conventions()
    times: Times | None = None
    """``None`` where several areas are summed."""
    written: tuple[Percentage, Percentage] | None = None
    """% valid and % invalid as others' minutes print them; ``None`` where we compute them ourselves."""
    written_turnout: Percentage | None = None
    """The share of voters who voted, as others' minutes print it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that does not hold: its number, the kind, and the sentence with the figures and the remedy."""

    number: int
    kind: Kind
    text: Message

    @property
    def code(self) -> str:
        return f"R{self.number}"


@dataclass(frozen=True, slots=True)
class ConfirmedRule:
    """That a broken rule is true, confirmed by the team leader (``world``) or given a reason (``warning``).

    ``digest``: of the numbers in which it was broken then (:func:`digest_of`); for other numbers it says nothing.
    """

    area: str
    contest: str
    rule: int
    kind: Literal["world", "warning"]
    digest: str
    text: str
    author: str
    at: datetime


def digest_of(finding: Finding) -> str:
    """SHA-256 over a finding's number and its figures."""
    params = sorted((k, str(v)) for k, v in finding.text.params.items())
    return sha256(repr((finding.number, params)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Rule:
    number: int
    kind: Kind
    check: Callable[[Sheet], Iterable[Message]]


def r1(s: Sheet) -> Iterable[Message]:
    """R1: voted ≤ voters. Minutes Mẫu 18 and 23 (Art. 76.2 a, b): who voted stands on the list of voters."""
    if s.figures.excused and s.figures.voted > s.figures.voters - s.figures.excused:
        yield message(
            "{voted} voted but {voters} were summoned and {excused} of them were absent throughout; correct the "
            "mistyped figure",
            voted=s.figures.voted,
            voters=s.figures.voters,
            excused=s.figures.excused,
        )
    elif s.figures.voted > s.figures.voters:
        yield message(
            "{voted} voted but only {voters} voters are listed; correct the mistyped figure",
            voted=s.figures.voted,
            voters=s.figures.voters,
        )


def r2(s: Sheet) -> Iterable[Message]:
    """R2: issued ≤ received, resupply during the day included."""
    if s.figures.issued > s.figures.received:
        yield message(
            "{issued} ballots issued but only {received} received; add the resupply or correct the figure, "
            "or the team leader confirms it with an incident",
            issued=s.figures.issued,
            received=s.figures.received,
        )


def r3(s: Sheet) -> Iterable[Message]:
    """R3: received = issued + left over, or issued + spoiled + left over, as the convention says."""
    f = s.figures
    spoiled = 0 if s.conventions.issued_includes_spoiled else f.spoiled
    if f.received != f.issued + spoiled + f.left_over:
        yield message(
            "{received} ballots received but {issued} issued + {spoiled} spoiled + {left_over} left over = "
            "{accounted}; count the unused ballots again or give the reason",
            received=f.received,
            issued=f.issued,
            spoiled=spoiled,
            left_over=f.left_over,
            accounted=f.issued + spoiled + f.left_over,
        )


def r4(s: Sheet) -> Iterable[Message]:
    """R4: collected ≤ issued, less the spoiled ones where the issued figure includes exchanges."""
    spoiled = s.figures.spoiled if s.conventions.issued_includes_spoiled else 0
    in_hands = s.figures.issued - spoiled
    if s.result.collected > in_hands:
        yield message(
            "{collected} ballots collected but only {in_hands} in voters' hands ({issued} issued, {spoiled} "
            "exchanged); count the ballots again, or the team leader confirms it with an incident",
            collected=s.result.collected,
            in_hands=in_hands,
            issued=s.figures.issued,
            spoiled=spoiled,
        )


def r5(s: Sheet) -> Iterable[Message]:
    """R5: collected ≤ voted; otherwise stop, report to the Ban and record. Fewer collected is lawful."""
    if s.result.collected > s.figures.voted:
        yield message(
            "{collected} ballots collected but only {voted} voted; stop, report to the election board, count "
            "again, or the team leader confirms it with an incident",
            collected=s.result.collected,
            voted=s.figures.voted,
        )


def r6(s: Sheet) -> Iterable[Message]:
    """R6: valid + invalid = collected (Art. 76.2 d, đ, e). It fails until the last ballot is settled."""
    counted = s.result.valid + s.result.invalid_total
    if counted != s.result.collected:
        yield message(
            "{valid} valid + {invalid} invalid = {counted}, but {collected} collected by hand ({undecided} "
            "not settled yet); settle the open items, scan what is missing or count the pile again",
            valid=s.result.valid,
            invalid=s.result.invalid_total,
            counted=counted,
            collected=s.result.collected,
            undecided=s.result.undecided,
        )


def r7(s: Sheet) -> Iterable[Message]:
    """R7: each candidate's votes ≤ valid, with those against: a valid ballot is for or against a person once."""
    for candidate, votes in sorted(s.result.votes.items()):
        if votes > s.result.valid:
            yield message(
                "candidate {candidate} has {votes} votes but only {valid} are valid ballots; correct it",
                candidate=candidate,
                votes=votes,
                valid=s.result.valid,
            )
    for candidate, against in sorted(s.result.against.items()):
        votes = s.result.votes.get(candidate, 0)
        if votes <= s.result.valid < votes + against:
            yield message(
                "candidate {candidate} has {votes} votes for and {against} against, but only {valid} are valid "
                "ballots; correct it",
                candidate=candidate,
                votes=votes,
                against=against,
                valid=s.result.valid,
            )


def r8(s: Sheet) -> Iterable[Message]:
    """R8: Σ ballots that leave k names = valid, k from 1 (from 0 on tables without surplus) to the seats.

    Art. 74.1 c and d: a ballot that leaves none or more than the seats is not in the sum.
    """
    least = 1 if s.conventions.surplus else 0
    within = sum(n for k, n in s.result.leaving.items() if least <= k <= s.seats)
    if within != s.result.valid:
        yield message(
            "{within} ballots leave {least} to {seats} names, but {valid} are valid; look at the "
            "ballots that leave another number of names",
            within=within,
            least=least,
            seats=s.seats,
            valid=s.result.valid,
        )


def r9(s: Sheet) -> Iterable[Message]:
    """R9: Σ k × (ballots that leave k names) = Σ candidates' votes: every name left is one vote."""
    names = sum(k * n for k, n in s.result.leaving.items())
    votes = sum(s.result.votes.values())
    if names != votes:
        yield message(
            "valid ballots leave {names} names but the candidates have {votes} votes together; count again "
            "the candidate whose figure is off",
            names=names,
            votes=votes,
        )


def r10(s: Sheet) -> Iterable[Message]:
    """R10: Σ candidates' votes ≤ seats × valid (Art. 74.1 c); in state elections ≥ valid (Art. 74.1 d)."""
    votes = sum(s.result.votes.values())
    if votes > s.seats * s.result.valid:
        yield message(
            "the candidates have {votes} votes together, more than {seats} seats × {valid} valid ballots = "
            "{most}; correct the figure that is off",
            votes=votes,
            seats=s.seats,
            valid=s.result.valid,
            most=s.seats * s.result.valid,
        )
    if s.conventions.state and votes < s.result.valid:
        yield message(
            "the candidates have {votes} votes together, fewer than the {valid} valid ballots, though each "
            "is for somebody; correct the figure that is off",
            votes=votes,
            valid=s.result.valid,
        )


def r11(s: Sheet) -> Iterable[Message]:
    """R11: % valid + % invalid = 100.00 as computed by us; ± 0.01 tolerated in others' minutes.

    None is printed if nothing was collected.
    """
    ours = valid_and_invalid(s.result.valid, s.result.valid + s.result.invalid_total)
    shares, tolerated = (s.written, 1) if s.written is not None else (ours, 0)
    if shares is None:
        return
    together = shares[0].hundredths + shares[1].hundredths
    if abs(together - WHOLE.hundredths) > tolerated:
        yield message(
            "{valid} % valid and {invalid} % invalid are {together} % together instead of 100.00 %; correct "
            "the percentage",
            valid=str(shares[0]),
            invalid=str(shares[1]),
            together=str(Percentage(together)),
        )


def r16(s: Sheet) -> Iterable[Message]:
    """R16: opening < closing < finish ≤ closing + 24 h; polling hours of Art. 71.1 (5:00 to 21:00)."""
    t = s.times
    if t is None:
        return
    if not t.opened < t.closed < t.finished:
        yield message(
            "voting began {opened}, ended {closed}, the count was finished {finished}: this is not the order of the "
            "day; correct the time that is off",
            opened=f"{t.opened:%d/%m/%Y %H:%M}",
            closed=f"{t.closed:%d/%m/%Y %H:%M}",
            finished=f"{t.finished:%d/%m/%Y %H:%M}",
        )
    elif t.finished > t.closed + LONGEST_COUNT:
        yield message(
            "the count was finished {finished}, more than 24 hours after voting ended {closed}; correct the time or "
            "give the reason",
            closed=f"{t.closed:%d/%m/%Y %H:%M}",
            finished=f"{t.finished:%d/%m/%Y %H:%M}",
        )
    hours = s.conventions.polling
    if hours is not None and (t.opened.time() < hours[0] or t.closed.time() > hours[1]):
        yield message(
            "voting lasted from {opened} to {closed}, but it begins not before {earliest} and ends not after {latest}; "
            "correct the time or give the reason",
            opened=f"{t.opened:%H:%M}",
            closed=f"{t.closed:%H:%M}",
            earliest=f"{hours[0]:%H:%M}",
            latest=f"{hours[1]:%H:%M}",
        )


def r20(s: Sheet) -> Iterable[Message]:
    """R20: voted ≤ issued, less the spoiled ones where the issued figure includes exchanges."""
    spoiled = s.figures.spoiled if s.conventions.issued_includes_spoiled else 0
    if s.figures.voted > s.figures.issued - spoiled:
        yield message(
            "{voted} voted but only {in_hands} ballots came into voters' hands; correct the figure or give the reason",
            voted=s.figures.voted,
            in_hands=s.figures.issued - spoiled,
        )


def r22(s: Sheet) -> Iterable[Message]:
    """R22: a written percentage = the recomputed one (two decimals, half up); looked at in the minutes of others."""
    ours = valid_and_invalid(s.result.valid, s.result.valid + s.result.invalid_total)
    pairs = [*zip(s.written or (), ours or (), strict=False)]
    if s.written_turnout is not None:
        recomputed = percentage(s.figures.voted, s.figures.voters)
        pairs += [(s.written_turnout, recomputed)] if recomputed is not None else []
    for written, recomputed in pairs:
        if written != recomputed:
            yield message(
                "{written} % is written but the figures give {recomputed} %; look at the figures and the percentage",
                written=str(written),
                recomputed=str(recomputed),
            )


def r23(s: Sheet) -> Iterable[Message]:
    """R23: scanned + entered by hand + set aside = collected: every sheet of the pile is accounted for."""
    found = s.result.scanned + s.result.by_hand + s.result.set_aside
    if found != s.result.collected:
        yield message(
            "{scanned} scanned + {by_hand} entered by hand + {set_aside} set aside = {found}, but "
            "{collected} collected by hand; look for missing or doubled sheets in this pile, count it again",
            scanned=s.result.scanned,
            by_hand=s.result.by_hand,
            set_aside=s.result.set_aside,
            found=found,
            collected=s.result.collected,
        )


RULES: tuple[Rule, ...] = (
    Rule(1, "error", r1),
    Rule(2, "world", r2),
    Rule(3, "warning", r3),
    Rule(4, "world", r4),
    Rule(5, "world", r5),
    Rule(6, "error", r6),
    Rule(7, "error", r7),
    Rule(8, "error", r8),
    Rule(9, "error", r9),
    Rule(10, "error", r10),
    Rule(11, "error", r11),
    Rule(16, "warning", r16),
    Rule(20, "warning", r20),
    Rule(22, "warning", r22),
    Rule(23, "error", r23),
)


def findings(sheet: Sheet) -> tuple[Finding, ...]:
    """Every rule that does not hold, in order of number; empty when the figures agree."""
    return tuple(Finding(rule.number, rule.kind, text) for rule in RULES for text in rule.check(sheet))
