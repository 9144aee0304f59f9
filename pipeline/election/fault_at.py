"""A fault of a definition, at the place where it was read."""

from __future__ import annotations

from pipeline.election.faults import Faults, Kind
from pipeline.errors import Problem
from pipeline.messages import message


def fault_at(
    faults: Faults, kind: Kind, identity: str, column: str, code: str, msgid: str, **params: object
) -> Problem:
    record = faults.records.get((kind, identity))
    return Problem(code, record.place(column) if record else identity, message(msgid, **params))
