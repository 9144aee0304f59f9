"""What people do in an audit of a result: find the sheets that were drawn, write down what is on them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.definition import Candidate, Unit
from pipeline.errors import refuse
from pipeline.rla.manifest import bundle, place_of
from pipeline.storage import ballots, batches, log, result_audits
from pipeline.storage.result_audits import Seen, Sheet, StoredAudit
from pipeline.tally.ballots import GROUNDS, InvalidVote, ValidVote, spell
from pipeline.usecases.audit_fixed import MISSING, drawn, sheets_of, unit_of_pile
from pipeline.usecases.reviewing import area_name
from pipeline.usecases.workspace import Workspace

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet (or a pile) that was drawn, as people find it: in the order of the piles.

    ``number`` (from 1) on the form; ``times`` drawn; ``bundle`` and ``in_bundle`` where the pile is tied by fifty;
    ``slip`` of a ballot typed from the paper; ``seen`` what was written down, ``None`` where nobody has looked.
    """

    number: int
    place: str
    batch: str
    area: str
    area_name: str
    position: int
    bundle: int
    in_bundle: int
    times: int
    file: str
    page: int
    slip: int | None
    seen: Seen | None


def every_audit(workspace: Workspace, actor: Actor) -> tuple[StoredAudit, ...]:
    """All audits of results, the last first."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        return result_audits.every(db)


def places_drawn(workspace: Workspace, actor: Actor, key: int) -> tuple[StoredAudit, tuple[Place, ...]]:
    """The audit and its drawn places in the order in which they lie, each once. Refused: ``audit-unknown``."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        audit = result_audits.get(db, key)
        if audit is None:
            raise refuse("audit-unknown", str(key), "there is no audit of that number; list them")
        times = Counter(drawn(db, workspace, audit))
        order = {batch: n for n, (batch, _) in enumerate(audit.manifest)}
        places = sorted(times, key=lambda p: (order[_batch(audit, p)], _position(audit, p)))
        lying = sheets_of(db, places) if audit.kind == "ballots" else {}
        seen = result_audits.seen_of(db, key)
        area_of = {b.id: b.area for b in batches.every(db)}
    return audit, tuple(
        _place(workspace, audit, n, p, times[p], area_of, lying.get(p), seen.get(p))
        for n, p in enumerate(places, start=1)
    )


def _batch(audit: StoredAudit, place: str) -> str:
    return place.rpartition("/")[0] if audit.kind == "ballots" else place


def _position(audit: StoredAudit, place: str) -> int:
    return place_of(place)[1] if audit.kind == "ballots" else 0


def _place(
    workspace: Workspace,
    audit: StoredAudit,
    number: int,
    place: str,
    times: int,
    area_of: dict[str, str],
    sheet: Sheet | None,
    seen: Seen | None,
) -> Place:
    batch, position = _batch(audit, place), _position(audit, place)
    tied, inside = bundle(position) if position else (0, 0)
    return Place(
        number=number,
        place=place,
        batch=batch,
        area=area_of[batch],
        area_name=area_name(workspace.election, area_of[batch]),
        position=position,
        bundle=tied,
        in_bundle=inside,
        times=times,
        file=sheet.file if sheet is not None else "",
        page=sheet.page if sheet is not None else 0,
        slip=sheet.slip if sheet is not None else None,
        seen=seen,
    )


def vote_written(text: str, candidates: Sequence[Candidate], seats: int, place: str, least: int = 1) -> str:
    """What people write of a ballot as a value: numbers of the names left (``1 3``), a ground (``b``), ``missing``.

    ``0``: no name is left. More names than seats, and none (``least`` 1), are invalid by themselves (grounds c and d).
    Refused (``seen-unclear``): anything else, with the place and what may be written.
    """
    said = text.strip().lower().removeprefix("invalid:").removeprefix("invalid ")
    ground = next((g for g in GROUNDS if said == g), None)
    if said == MISSING:
        return MISSING
    if ground is not None:
        return spell(InvalidVote(ground))
    numbers = re.split(r"[\s,;]+", said)
    if all(n.isascii() and n.isdecimal() for n in numbers):
        wanted = sorted({int(n) for n in numbers})
        if wanted == [0]:
            return spell(InvalidVote("d") if least else ValidVote(frozenset()))
        if wanted[0] >= 1 and wanted[-1] <= len(candidates):
            if len(wanted) > seats:
                return spell(InvalidVote("c"))
            return spell(ValidVote(frozenset(candidates[n - 1].id for n in wanted)))
    raise refuse(
        "seen-unclear",
        place,
        "'{value}' tells nothing of this sheet; write the numbers of the names that are left (1 to {names}, 0 for "
        "none), a ground of invalidity (a, b, c, d, đ), or missing",
        value=text[:40],
        names=len(candidates),
    )


def write_down(workspace: Workspace, actor: Actor, key: int, place: str, text: str, by: str, reason: str = "") -> Seen:
    """Keep what people (``by``: their names) saw on a sheet that was drawn; a second time with a ``reason``.

    Refused: a place that was not drawn (``place-not-drawn``), nobody's name (``name-empty``), what
    :func:`vote_written` refuses, a change without a reason (``reason-missing``).
    """
    require(actor, "check_result")
    with workspace.database.read() as db:
        audit = _drawn_there(db, workspace, key, place)
    if audit.kind != "ballots":
        raise refuse("audit-kind", place, "this audit counts whole piles; write down ballots, valid ballots and votes")
    unit = _unit_at(workspace, place.rpartition("/")[0])
    value = vote_written(text, workspace.election.candidates_of(unit.id), unit.seats, place, workspace.count.least)
    return _keep(workspace, actor, key, place, {"value": value, "by": _names(by, place)}, reason)


def write_down_pile(
    workspace: Workspace,
    actor: Actor,
    key: int,
    place: str,
    figures: tuple[int, int, dict[str, int]] | None,
    by: str,
    reason: str = "",
) -> Seen:
    """Keep what people counted in a pile: ballots, valid ones, votes by candidate; ``None``: it was not there.

    Refused as :func:`write_down`, and figures that cannot be (``seen-impossible``).
    """
    require(actor, "check_result")
    with workspace.database.read() as db:
        audit = _drawn_there(db, workspace, key, place)
    if audit.kind != "piles":
        raise refuse("audit-kind", place, "this audit looks at single sheets; write down what is on each")
    if figures is None:
        return _keep(workspace, actor, key, place, {"value": MISSING, "by": _names(by, place)}, reason)
    ballots_there, valid, votes = figures
    known = {c.id for c in workspace.election.candidates_of(_unit_at(workspace, place).id)}
    wrong = next((v for c, v in votes.items() if c not in known or not 0 <= v <= valid), None)
    if not 0 <= valid <= ballots_there or wrong is not None:
        raise refuse(
            "seen-impossible",
            place,
            "{ballots} ballots, {valid} valid, {wrong} votes cannot be: at most as many valid ballots as ballots, at "
            "most as many votes as valid ballots; count again",
            ballots=ballots_there,
            valid=valid,
            wrong=wrong if wrong is not None else "-",
        )
    document = {"ballots": ballots_there, "valid": valid, "votes": votes, "by": _names(by, place)}
    return _keep(workspace, actor, key, place, document, reason)


def _unit_at(workspace: Workspace, pile: str) -> Unit:
    """Whose ballots lie in a pile: of a meeting that votes by shares those of one class."""
    with workspace.database.read() as db:
        batch = batches.get(db, pile)
    assert batch is not None
    return unit_of_pile(workspace, batch)


def _names(by: str, place: str) -> str:
    if not by.strip():
        raise refuse("name-empty", place, "'{value}' is no name; give the person's name", value=by)
    return " ".join(by.split())[:LONGEST]


def _drawn_there(db: Connection, workspace: Workspace, key: int, place: str) -> StoredAudit:
    audit = result_audits.get(db, key)
    if audit is None:
        raise refuse("audit-unknown", str(key), "there is no audit of that number; list them")
    if place not in set(drawn(db, workspace, audit)):
        raise refuse("place-not-drawn", place, "this sheet or pile was not drawn in this audit; look at its list")
    return audit


def _keep(workspace: Workspace, actor: Actor, key: int, place: str, document: dict[str, object], reason: str) -> Seen:
    with workspace.database.write() as db:
        last = result_audits.seen_of(db, key).get(place)
        if last is not None and last.document == document:
            return last
        if last is not None and not reason.strip():
            raise refuse("reason-missing", place, "a change needs a reason; write why")
        new = Seen(place, last.version + 1 if last else 1, document, " ".join(reason.split())[:LONGEST], actor.id)
        result_audits.see(db, key, new, workspace.clock())
        detail = {"place": place, **document, "reason": new.reason}
        log.append(db, AuditEvent(actor.id, "result_audit_seen", str(key), detail), workspace.clock())
    return new


def find(workspace: Workspace, actor: Actor, what: str) -> tuple[str, str, Sheet]:
    """(batch, area, sheet) of a place ``batch/17`` or of a ballot's id; every look-up stands in the log.

    Refused: neither (``sheet-unknown``).
    """
    require(actor, "check_result")
    asked = what.strip()
    with workspace.database.read() as db:
        ballot = ballots.get(db, asked)
        key, number = (ballot.batch, 0) if ballot is not None else place_of(asked)
        batch = batches.get(db, key)
        lying = result_audits.pile(db, key) if batch is not None else ()
    sheet = next((s for s in lying if s.ballot == asked or s.position == number), None)
    if batch is None or sheet is None:
        raise refuse(
            "sheet-unknown",
            asked,
            "there is no ballot '{value}'; write a batch and a number in it (batch/17) or the id of a ballot",
            value=asked,
        )
    with workspace.database.write() as db:
        event = AuditEvent(actor.id, "sheet_looked_up", sheet.ballot, {"batch": batch.id})
        log.append(db, event, workspace.clock())
    return batch.id, area_name(workspace.election, batch.area), sheet
