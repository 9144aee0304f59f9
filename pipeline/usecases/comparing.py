"""Counts of one box laid beside each other: scanned, typed by several people, the hand tally sheet.

The rule set says how many must agree. What differs is settled by looking at the paper, ballot by ballot.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require, require_person
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.review.items import NewItem, Subject, item_of_ballot
from pipeline.review.states import ByEntries, Entry, Settled
from pipeline.storage import ballots, batches, items, log, pages, slips, ways
from pipeline.storage.ballots import Ballot
from pipeline.storage.ways import GONE, Way
from pipeline.tally.ballots import InDoubt, ProposedInvalid, ValidVote
from pipeline.tally.typed import answers_of, canonical, spelled
from pipeline.tally.ways import Bundles, Difference, differences, refilled
from pipeline.usecases.complete_ballots import Count, proposal_of, raise_ballot_items
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace

SCANNED = "scanned"
BEHIND = 1000
"""Added to the place under which a look is kept for a ballot that the first count lacks behind that place."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One count that is ended: ``key`` of the count, or ``scanned``."""

    key: str
    account: str
    bundles: Bundles

    @property
    def ballots(self) -> int:
        return sum(len(b) for b in self.bundles.values())


@dataclass(frozen=True, slots=True)
class Differing:
    """A ballot on which counts differ. ``key``: its bundle and place as looks are kept; ``found``: on the paper."""

    key: tuple[int, int]
    difference: Difference
    found: str | None
    open: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """The counts of one box. ``counts``: ended ones, the longest first; ``waiting``: not ended yet.

    ``agreed``: every ballot as it stands after looking, in the order of the pile; empty while something is open.
    ``tallies``: figure -> (what the agreed ballots give, what each tally sheet says), where they differ.
    """

    area: str
    contest: str
    needed: int
    counts: tuple[Beside, ...]
    waiting: tuple[Way, ...]
    sheets: tuple[Way, ...]
    differing: tuple[Differing, ...]
    agreed: tuple[str, ...]
    tallies: Mapping[str, tuple[int, tuple[int, ...]]]

    @property
    def open(self) -> int:
        return sum(d.open for d in self.differing)

    @property
    def agreeing(self) -> int:
        """How many counts agree; none while a ballot is open."""
        if self.open or not self.counts:
            return 0
        return len(self.counts) + (len(self.sheets) if self.sheets and not self.tallies else 0)

    @property
    def enough(self) -> bool:
        return self.agreeing >= self.needed


def compare(workspace: Workspace, actor: Actor, area: str, contest: str) -> Comparison:
    """All counts of a box that are ended, beside each other. Refused: ``area-unknown``."""
    require_person(actor, "settle_counts", workspace.trial)
    if not any(a.id == area and contest in a.units for a in workspace.election.areas):
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)
    with workspace.database.read() as db:
        return comparison(db, workspace.count, area, contest)


def comparison(db: Connection, of: Count, area: str, contest: str) -> Comparison:
    """The same, for use cases."""
    known = ways.every(db, area, contest)
    done = [w for w in known if w.kind == "typed" and w.state == "done"]
    counts = [Beside(w.id, w.account, ways.standing(db, w.id)) for w in done]
    scanned = _scanned(db, of, area, contest)
    if scanned:
        counts.append(Beside(SCANNED, SCANNED, refilled(scanned)))
    counts.sort(key=lambda c: (-c.ballots, c.key == SCANNED, c.key))
    looks = ways.looks(db, area, contest)
    differing = _differing(counts, looks)
    agreed = _agreed(counts, differing)
    sheets = tuple(w for w in known if w.kind == "tally")
    return Comparison(
        area,
        contest,
        of.rules.counts,
        tuple(counts),
        tuple(w for w in known if w.kind == "typed" and w.state == "open"),
        sheets,
        differing,
        agreed,
        _tallies(of, area, contest, agreed, sheets) if agreed else {},
    )


def _scanned(db: Connection, of: Count, area: str, contest: str) -> list[str]:
    """The ballots of the box's batches in the order of the pile, once every place on them is settled; else none.

    The place in the pile finds a sheet again; it is used here for laying counts beside each other and not given out.
    """
    unit = of.election.ballot_form_id(area, contest)
    names = [c.id for c in of.election.candidates_of(unit)]
    found: list[tuple[tuple[int, int, int], str]] = []
    for batch in batches.every(db, area=area, contest=contest):
        answers = ballots.answers(db, batch.id)
        for ballot in ballots.of_batch(db, batch.id):
            verdict = items.find(db, Subject("ballot", ballot.id))
            strange = verdict is not None and verdict.subject.doubts == ("a",)
            if not strange and not of.complete(ballot.form, answers.get(ballot.id, ())):
                return []
            slip = slips.get(db, ballot.id)
            page = ballot.page or (slip.page if slip is not None else None)
            place = pages.place_in_pile(db, page) if page is not None else None
            at = (batch.seq, place[1], place[2]) if place else (batch.seq, 10**9, slip.number if slip else 0)
            found.append((at, "a" if strange else spelled(answers[ballot.id], names)))
    return [value for _, value in sorted(found)]


def _differing(counts: Sequence[Beside], looks: Mapping[tuple[int, int], str]) -> tuple[Differing, ...]:
    found = []
    behind: Counter[tuple[int, int]] = Counter()
    scanned = next((n for n, c in enumerate(counts) if c.key == SCANNED), None)
    for one in differences([c.bundles for c in counts]):
        key = (one.bundle, one.place)
        if one.values[0] is None:
            behind[key] += 1
            key = (one.bundle, one.place + BEHIND * behind[key])
        looked = looks.get(key)
        is_open = looked is None
        if looked is not None and scanned is not None:  # the scanned ballot itself has to be corrected
            is_open = (one.values[scanned] or GONE) != looked
        found.append(Differing(key, one, looked, is_open))
    return tuple(found)


def _agreed(counts: Sequence[Beside], differing: Sequence[Differing]) -> tuple[str, ...]:
    if not counts or any(d.open for d in differing):
        return ()
    looked = {d.key: d.found or GONE for d in differing}
    found: list[str] = []
    for bundle in sorted(counts[0].bundles):
        for place, value in enumerate(counts[0].bundles[bundle], start=1):
            found.append(looked.get((bundle, place), value))
            found += [v for (b, p), v in sorted(looked.items()) if b == bundle and p > BEHIND and p % BEHIND == place]
    return tuple(v for v in found if v != GONE)


def _tallies(
    of: Count, area: str, contest: str, agreed: Sequence[str], sheets: Sequence[Way]
) -> dict[str, tuple[int, tuple[int, ...]]]:
    """Figures in which a tally sheet differs from the ballots; plainly invalid and doubtful ones count as invalid."""
    votes: Counter[str] = Counter()
    for value in agreed:
        found = _proposal(of, area, contest, value)
        if isinstance(found, ValidVote):
            votes["valid"] += 1
            votes.update(found.names)
        else:
            votes["invalid"] += 1
    unit = of.election.ballot_form_id(area, contest)
    wanted = ("valid", "invalid", *(c.id for c in of.election.candidates_of(unit)))
    told = {n: (votes[n], tuple((s.totals or {}).get(n, 0) for s in sheets)) for n in wanted}
    return {n: (ours, theirs) for n, (ours, theirs) in told.items() if set(theirs) - {ours}}


def _proposal(of: Count, area: str, contest: str, value: str) -> ValidVote | ProposedInvalid | InDoubt:
    unit = of.election.ballot_form_id(area, contest)
    answers = answers_of(value, [c.id for c in of.election.candidates_of(unit)], of.rules.ballot)
    return proposal_of(of, (area, contest), answers) if answers is not None else ProposedInvalid(("a",))


def settle_by_looking(
    workspace: Workspace, actor: Actor, area: str, contest: str, key: tuple[int, int], typed: str, reason: str
) -> str:
    """Write down what is on the paper where counts differ; ``-``: there is no such ballot. Gives its one spelling.

    Refused: a ballot on which nothing differs (``difference-gone``), what cannot be on the ballot, without a reason.
    """
    found = compare(workspace, actor, area, contest)
    if key not in {d.key for d in found.differing}:
        raise refuse("difference-gone", area, "the counts do not differ there; reload the page")
    if not reason.strip():
        raise refuse("reason-missing", area, "a change needs a reason; write why")
    names = len(workspace.election.candidates_of(workspace.election.ballot_form_id(area, contest)))
    where = f"{area}/{contest} {key[0]}/{key[1] % BEHIND}"
    value = GONE if typed.strip() == "-" else canonical(typed, names, workspace.count.rules.ballot, where)
    with workspace.database.write() as db:
        ways.look_up(db, area, contest, *key, value, reason.strip(), actor.id)
        detail = {"bundle": key[0], "place": key[1] % BEHIND, "reason": reason.strip()}
        log.append(db, AuditEvent(actor.id, "looked_up", f"{area}/{contest}", detail), workspace.clock())
    return value


def take_count(workspace: Workspace, actor: Actor, area: str, contest: str) -> str:
    """Take the agreed ballots of typed counts into the totals, as one batch; gives its id.

    Every ballot goes in as typed from the paper by those who typed it; what is proposed invalid or in doubt goes before
    the team. Refused: scans of this box, which count themselves (``scanned-already``), fewer than two typed counts or
    fewer counts than the rules ask for (``counts-missing``), open differences (``counts-differ``).
    """
    require(actor, "ingest")
    found = compare(workspace, actor, area, contest)
    _check_ready(found)
    with workspace.database.read() as db:
        if batches.every(db, area=area, contest=contest):
            raise refuse("scanned-already", area, "this box has a batch already, which counts; correct it there")
    key = f"{area}-{contest}-typed"
    open_batch(workspace, actor, key, area, contest, len(found.agreed), "simplex")
    typists = [c.account for c in found.counts if c.key != SCANNED]
    with workspace.database.write() as db:
        for number, value in enumerate(found.agreed, start=1):
            _take(db, workspace.count, (area, contest, key), number, value, [*typists])
        detail = {"ballots": len(found.agreed), "typed_by": typists, "to": key}
        log.append(db, AuditEvent(actor.id, "count_taken", f"{area}/{contest}", detail), workspace.clock())
        raise_ballot_items(db, workspace.count, key, workspace.clock())
    return key


def _check_ready(found: Comparison) -> None:
    typed = sum(c.key != SCANNED for c in found.counts)
    if typed < 2 or len(found.counts) + len(found.sheets) < found.needed:
        raise refuse(
            "counts-missing",
            found.area,
            "{done} counts of this box are ended, {needed} must agree, two of them typed; have it counted again",
            done=len(found.counts) + len(found.sheets),
            needed=max(2, found.needed),
        )
    if found.open or not found.enough or found.waiting:
        raise refuse(
            "counts-differ",
            found.area,
            "{ballots} ballots differ between the counts, {figures} figures from the tally sheet, {waiting} counts are "
            "not ended; settle them by looking first",
            ballots=found.open,
            figures=len(found.tallies),
            waiting=len(found.waiting),
        )


def _take(
    db: Connection, of: Count, batch: tuple[str, str, str], number: int, value: str, typists: Sequence[str]
) -> None:
    area, contest, key = batch
    form = of.election.ballot_form_id(area, contest)
    ballot = ballots.ballot_id(f"hand\0{key}\0typed-{number}")
    ballots.add(db, Ballot(ballot, key, "hand", None, form))
    slips.add(db, ballot, key, None)
    answers = answers_of(value, [c.id for c in of.election.candidates_of(form)], of.rules.ballot)
    if answers is None:
        items.add(db, key, [item_of_ballot(ballot, ("a",))])
        return
    items.add(
        db,
        key,
        [
            NewItem(
                Subject("hand_field", ballot, a.field, a.kind),
                Settled(a.value, ByEntries(tuple(Entry(by, a.value, False) for by in typists))),
            )
            for a in answers
        ],
    )


def check_counts(db: Connection, of: Count, area: str, contest: str) -> None:
    """Refuse (``counts-missing``) to close a box of which fewer counts agree than the rules ask for."""
    needed = of.rules.counts
    if needed <= 1:
        return
    found = comparison(db, of, area, contest)
    if not found.enough:
        raise refuse(
            "counts-missing",
            f"{area}/{contest}",
            "{agreeing} counts of this box agree, the rules ask for {needed} ({open} ballots differ); type it again or "
            "settle what differs",
            agreeing=found.agreeing,
            needed=needed,
            open=found.open,
        )
