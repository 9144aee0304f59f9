"""Anomalies in the closed batches of a contest, for committee and auditors to look at; never a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.messages import Message, message
from pipeline.storage import batches, cast, log, result_audits
from pipeline.storage.cast import CountedBallot
from pipeline.tally.anomalies import Anomaly, PileSeen, Traced, anomalies, collected_above_issued
from pipeline.tally.ballots import ValidVote
from pipeline.usecases.cast_records import record
from pipeline.usecases.pictures import DecodedPages, page_picture
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace

SMALL_MM2 = 4.0
"""Added to ink beside a stroke: two scans of one sheet differ by some tenths of a mm² there, however little it is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An anomaly with the pages of its ballots, where they have a picture, by ballot id."""

    anomaly: Anomaly
    pages: tuple[tuple[str, str | None], ...]


def strange(workspace: Workspace, actor: Actor, contest: str) -> tuple[Anomaly, ...]:
    """What is strange in the closed batches of a contest. Refused: an unknown contest (``contest-unknown``).

    The last answers are kept until a figure changes: a screen asks again and again.
    """
    require(actor, "check_result")
    found = standing(workspace, actor, contest)
    known = tuple((a.totals.area, a.digest) for a in found.areas)
    above = [
        collected_above_issued(a.totals.area, a.totals.unit, a.totals.result.collected, a.totals.figures.issued)
        for a in found.areas
        if a.closed and a.totals.figures is not None
    ]
    return (*(a for a in above if a is not None), *_strange(_Kept(workspace), contest, known))


class _Kept:
    """A workspace as a key: the same folder is the same one."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.workspace.folder == other.workspace.folder

    def __hash__(self) -> int:
        return hash(self.workspace.folder)


@lru_cache(maxsize=8)
def _strange(kept: _Kept, contest: str, _known: tuple[tuple[str, str], ...]) -> tuple[Anomaly, ...]:
    with kept.workspace.database.read() as db:
        return anomalies(_piles(db, kept.workspace, contest))


def _piles(db: Connection, workspace: Workspace, contest: str) -> Iterator[PileSeen]:
    count = workspace.count
    for batch in batches.every(db, contest=contest):
        if batch.state != "closed":
            continue
        unit = count.election.unit(count.election.ballot_form_id(batch.area, batch.contest))
        names = [c.id for c in count.election.candidates_of(unit.id)]
        lying = {s.ballot: s.position for s in result_audits.pile(db, batch.id)}
        traced = []
        for found in cast.counted(db, batch.id):
            vote = record(count, batch, found, names, unit.seats, lambda _: "").vote
            chosen = vote.names if isinstance(vote, ValidVote) else None
            traced.append(_traced(found, lying[found.ballot.id], chosen))
        yield PileSeen(batch.id, batch.area, unit.id, tuple(traced))


def _traced(found: CountedBallot, position: int, names: frozenset[str] | None) -> Traced:
    strokes: dict[str, float] = {}
    beside: list[float] = []
    stamp: tuple[float, ...] = ()
    for reading in found.readings:
        measures = reading.measures
        if reading.kind == "strike" and reading.value == "struck":
            strokes[reading.field] = measures.get("ink_mm2", 0.0) + measures.get("faint_mm2", 0.0)
            beside.append(SMALL_MM2 + measures.get("title_mm2", 0.0) + measures.get("beside_mm2", 0.0))
        if reading.kind == "stamp":
            stamp = tuple(measures.get(n, 0.0) for n in ("area_mm2", "width_mm", "height_mm"))
    return Traced(found.ballot.id, position, names, strokes, (*stamp, *beside) if stamp else ())


def shown(workspace: Workspace, actor: Actor, contest: str) -> tuple[Shown, ...]:
    """As :func:`strange`, with pictures; that somebody looked stands in the log."""
    require(actor, "see_images")
    found = strange(workspace, actor, contest)
    keys = sorted({b for a in found for b in a.ballots})
    with workspace.database.write() as db:
        pages = {c.ballot.id: c.ballot.page for c in cast.those(db, keys)}
        event = AuditEvent(actor.id, "anomalies_listed", contest, {"number": len(found)})
        log.append(db, event, workspace.clock())
    return tuple(Shown(a, tuple((b, pages.get(b)) for b in a.ballots)) for a in found)


def told(workspace: Workspace, found: Anomaly) -> Message:  # noqa: PLR0911  (one arm a signal)
    """One anomaly in a sentence."""
    numbers = dict(found.numbers)
    name = next((c.full_name for c in workspace.election.candidates if c.id == numbers.get("name")), "")
    match found.signal:
        case "collected_above_issued":
            return message("{collected} ballots collected, {issued} issued: {more} too many", **numbers)
        case "burst" if found.chance is None:
            return message("{sheets} ballots with the same names crossed out in nearly identical strokes", **numbers)
        case "burst":
            return message(
                "{sheets} ballots one behind the other with the same names left, {alike} of them drawn nearly like the "
                "one before",
                **numbers,
            )
        case "far_from_neighbours" if not name:
            return message("{share} of the ballots invalid, in the other piles {others}", **_in_percent(numbers))
        case "far_from_neighbours":
            return message(
                "{who}: left on {share} of the valid ballots, in the other piles on {others}",
                who=name,
                **_in_percent(numbers),
            )
        case "same_sheet":
            return message(
                "two ballots that may be one sheet scanned twice: {strokes} strokes and the stamp measure alike",
                **numbers,
            )
        case "one_name":
            return message("{sheets} of {valid} valid ballots leave one name alone: {who}", who=name, **numbers)


def _in_percent(numbers: dict[str, float | int | str]) -> dict[str, object]:
    return {**numbers, "share": _percent(numbers["share"]), "others": _percent(numbers["others"])}


def _percent(share: float | int | str) -> str:
    return f"{100 * float(share):.1f} %"


def write_pictures(workspace: Workspace, found: Anomaly, folder: Path) -> int:
    """Write the page of each ballot of an anomaly as JPEG into ``folder``; gives how many have a picture."""
    with workspace.database.read() as db:
        pages_of = [(c.ballot.id, c.ballot.page) for c in cast.those(db, found.ballots)]
    decoded, number = DecodedPages(most=1), 0
    for ballot, page in pages_of:
        if page is not None:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{ballot}.jpg").write_bytes(page_picture(workspace, decoded, _LOOKS, page))
            number += 1
    return number


_LOOKS = Actor("system", "kiemphieu", frozenset({"auditor"}))
"""The command line may write pictures for the owner of the machine; on screens the permission is the person's."""
