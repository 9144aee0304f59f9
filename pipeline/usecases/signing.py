"""The signed minutes of an area come in: noted by the committee with number, day and signers, or taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.messages import Message, message
from pipeline.storage import log, signed
from pipeline.storage.signed import Signed
from pipeline.tally.paper_rules import SIGNS, Sign, r17
from pipeline.usecases.standing import AreaStanding, standing
from pipeline.usecases.workspace import Workspace

LONGEST = 300
_WORDS: Mapping[Sign, Message] = {
    "first_witness": message("the signature of the first witness"),
    "second_witness": message("the signature of the second witness"),
    "leader": message("the signature of the team leader"),
    "secretary": message("the signature of the secretary"),
    "stamp": message("the stamp of the polling team"),
    "nothing_erased": message("a text in which nothing is erased"),
}


def signs() -> Mapping[Sign, Message]:
    """What must be seen on signed minutes, in words."""
    return _WORDS


def _in_words(lacking: tuple[Sign, ...]) -> Message:
    named = {f"part{n}": _WORDS[sign] for n, sign in enumerate(lacking)}
    return Message(", ".join(f"{{{name}}}" for name in named), named)


def receive(
    workspace: Workspace,
    actor: Actor,
    contest: str,
    area: str,
    number: str,
    day: date,
    signers: str,
    digest: str,
    seen: Collection[str] = SIGNS,
) -> None:
    """Note that the signed minutes of an area have come in. ``digest``: of the figures that the screen showed.

    ``seen``: which signatures were seen on the paper, the stamp, and that nothing is erased. Refused: what lacks one of
    them (``R17``), an area that is not official (``not-official``), figures that changed meanwhile
    (``figures-changed``), no number or signers (``signed-incomplete``), a day before the election or after today
    (``signed-day``), minutes that are here already and sign these figures (``signed-stands``).
    """
    require(actor, "receive")
    one = standing(workspace, actor, contest, area).area(area)
    kept, who = " ".join(number.split())[:LONGEST], " ".join(signers.split())[:LONGEST]
    if not one.official:
        raise refuse("not-official", area, "this area is not official yet; minutes are signed when it is")
    if one.digest != digest:
        raise refuse(
            "figures-changed", area, "the figures changed meanwhile; compare the signed minutes with those shown now"
        )
    if one.status == "signed":
        raise refuse("signed-stands", area, "the signed minutes of this area are here already; take that back first")
    lacking = r17(seen)
    if lacking:
        raise refuse(
            "R17",
            area,
            "R17: the minutes lack {lacking}; send them back to the polling team, they are not signed without",
            lacking=_in_words(lacking),
        )
    if not kept or not who:
        raise refuse("signed-incomplete", area, "write the number of the minutes and who signed them")
    first, last = workspace.election.day, workspace.clock().astimezone().date()
    if not first <= day <= max(first, last):
        raise refuse(
            "signed-day",
            area,
            "{day} is not between the election day and today; correct the day of the signature",
            day=f"{day:%d/%m/%Y}",
        )
    with workspace.database.write() as db:
        at = workspace.clock()
        new = _next(db, one, Signed(area, contest, 1, kept, day, who, digest, None, actor.id, at))
        detail = {"number": kept, "day": day.isoformat(), "signers": who, "figures": digest, "version": new.version}
        log.append(db, AuditEvent(actor.id, "minutes_received", f"{area}/{contest}", detail), at)


def take_back(workspace: Workspace, actor: Actor, contest: str, area: str, reason: str) -> None:
    """What was noted of the signed minutes was wrong; the note stays readable. Refused without a reason or a note."""
    require(actor, "receive")
    why = reason.strip()
    if not why:
        raise refuse("reason-missing", area, "a change needs a reason; write why")
    one = standing(workspace, actor, contest, area).area(area)
    if one.signed is None:
        raise refuse("signed-missing", area, "no signed minutes are noted for this area; reload the page")
    with workspace.database.write() as db:
        stands = one.signed
        at = workspace.clock()
        _next(db, one, replace(stands, taken_back=why[:LONGEST], author=actor.id, at=at))
        detail = {"number": stands.number, "why": why[:LONGEST]}
        log.append(db, AuditEvent(actor.id, "minutes_taken_back", f"{area}/{contest}", detail), at)


def _next(db: Connection, one: AreaStanding, new: Signed) -> Signed:
    """``new`` as the version behind the last one; refused where that is not the one that the actor saw."""
    last = signed.latest(db, new.contest, new.area).get(new.area)
    live = last.version if last is not None and last.taken_back is None else None
    if live != (one.signed.version if one.signed is not None else None):
        raise refuse("signed-changed", new.area, "somebody else has noted this meanwhile; reload the page")
    made = replace(new, version=last.version + 1 if last is not None else 1)
    signed.add(db, made)
    return made
