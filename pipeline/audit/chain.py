"""The log of acts as a chain: each line's digest covers the line before it, so that a change shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

GENESIS = "0" * 64
"""The digest that stands before the first line."""


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who (``actor``) did what (``act``) to which thing (``subject``), with JSON-able ``detail``."""

    actor: str
    act: str
    subject: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the log as stored: ``digest`` = ``chained(previous, event, at, seq)``."""

    seq: int
    at: datetime
    event: AuditEvent
    previous: str
    digest: str


def canonical(event: AuditEvent, at: datetime, seq: int) -> bytes:
    """The one spelling of a line: UTF-8 JSON, sorted keys, no spaces, time in UTC to the microsecond.

    A time without zone is taken as UTC, since some databases give the zone back and some do not.
    """
    moment = (at.replace(tzinfo=UTC) if at.tzinfo is None else at).astimezone(UTC)
    document = {
        "act": event.act,
        "actor": event.actor,
        "at": moment.isoformat(timespec="microseconds"),
        "detail": dict(event.detail),
        "seq": seq,
        "subject": event.subject,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def chained(previous_hash: str, event: AuditEvent, at: datetime, seq: int) -> str:
    """The digest of a line (SHA-256, hex) that covers the previous digest and the line's canonical JSON."""
    return hashlib.sha256(previous_hash.encode("ascii") + b"\n" + canonical(event, at, seq)).hexdigest()


def next_line(last: AuditLine | None, event: AuditEvent, at: datetime) -> AuditLine:
    """The line that follows ``last`` (``None``: the first, ``seq`` 1)."""
    previous, seq = (last.digest, last.seq + 1) if last else (GENESIS, 1)
    return AuditLine(seq, at, event, previous, chained(previous, event, at, seq))


def verify(lines: Iterable[AuditLine]) -> int | None:
    """The ``seq`` of the first place where the chain is broken, or ``None``; lines come in order of ``seq``.

    A line that is changed, missing, doubled or put elsewhere breaks the chain there. Lines cut off at the
    end are not seen: compare the last digest with one that was printed.
    """
    previous, expected = GENESIS, 1
    for line in lines:
        intact = (
            line.seq == expected
            and line.previous == previous
            and line.digest == chained(previous, line.event, line.at, line.seq)
        )
        if not intact:
            return expected
        previous, expected = line.digest, expected + 1
    return None
