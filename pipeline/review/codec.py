"""The JSON spelling of the states of an item, for storage and for the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from pipeline.review.states import (
    ByEntries,
    ByGrid,
    ByReading,
    ByTeam,
    Corrected,
    Disputed,
    EnteredOnce,
    Entry,
    Evidence,
    ItemState,
    Settled,
    TeamVote,
    Voided,
    Waiting,
    WithTeam,
    name_of,
)


def to_json(state: ItemState) -> dict[str, Any]:
    """A JSON-able document; ``from_json`` gives the same state back."""
    return {"state": name_of(state), **_body(state)}


def from_json(document: Mapping[str, Any]) -> ItemState:  # noqa: PLR0911  (one arm a state)
    """The state that :func:`to_json` wrote; a document of another shape raises ``ValueError``."""
    match document["state"]:
        case "waiting":
            return Waiting()
        case "entered_once":
            return EnteredOnce(_entry(document["first"]))
        case "disputed":
            return Disputed(_entry(document["first"]), _entry(document["second"]))
        case "with_team":
            return WithTeam(_entries(document["entries"]))
        case "settled":
            return Settled(document["value"], _evidence(document["evidence"]))
        case "corrected":
            previous = from_json(document["previous"])
            assert isinstance(previous, Settled | Corrected)
            return Corrected(previous, document["value"], *_change(document))
        case "voided":
            return Voided(from_json(document["previous"]), *_change(document))
        case other:
            raise ValueError(f"no such state: {other}")


def _body(state: ItemState) -> dict[str, Any]:  # noqa: PLR0911  (one arm a state)
    match state:
        case Waiting():
            return {}
        case EnteredOnce(first=first):
            return {"first": _of_entry(first)}
        case Disputed(first=first, second=second):
            return {"first": _of_entry(first), "second": _of_entry(second)}
        case WithTeam(entries=entries):
            return {"entries": [_of_entry(e) for e in entries]}
        case Settled(value=value, evidence=evidence):
            return {"value": value, "evidence": _of_evidence(evidence)}
        case Corrected():
            return {"value": state.value, **_of_change(state)}
        case Voided():
            return _of_change(state)
        case _:
            assert_never(state)


def _of_change(state: Corrected | Voided) -> dict[str, Any]:
    return {
        "previous": to_json(state.previous),
        "reason": state.reason,
        "by": state.by,
        "approver": state.approver,
    }


def _change(document: Mapping[str, Any]) -> tuple[str, str, str]:
    return document["reason"], document["by"], document["approver"]


def _of_entry(entry: Entry) -> dict[str, Any]:
    return {"by": entry.by, "value": entry.value, "simulated": entry.simulated}


def _entry(document: Mapping[str, Any]) -> Entry:
    return Entry(document["by"], document["value"], document["simulated"])


def _entries(documents: list[Mapping[str, Any]]) -> tuple[Entry, ...]:
    return tuple(_entry(d) for d in documents)


def _of_evidence(evidence: Evidence) -> dict[str, Any]:
    match evidence:
        case ByReading(engine=engine, profile=profile, p_wrong=p_wrong):
            return {"by": "reading", "engine": engine, "profile": profile, "p_wrong": p_wrong}
        case ByEntries(entries=entries):
            return {"by": "entries", "entries": [_of_entry(e) for e in entries]}
        case ByGrid(entries=entries, checked_by=checked_by):
            return {"by": "grid", "entries": [_of_entry(e) for e in entries], "checked_by": checked_by}
        case ByTeam(entries=entries, members=members, votes=votes, pile=pile):
            return {
                "by": "team",
                "entries": [_of_entry(e) for e in entries],
                "members": members,
                "votes": [{"member": v.member, "value": v.value} for v in votes],
                "pile": pile,
            }
        case _:
            assert_never(evidence)


def _evidence(document: Mapping[str, Any]) -> Evidence:
    match document["by"]:
        case "reading":
            return ByReading(document["engine"], document["profile"], document["p_wrong"])
        case "entries":
            return ByEntries(_entries(document["entries"]))
        case "grid":
            return ByGrid(_entries(document["entries"]), document["checked_by"])
        case "team":
            votes = tuple(TeamVote(v["member"], v["value"]) for v in document["votes"])
            return ByTeam(_entries(document["entries"]), document["members"], votes, document["pile"])
        case other:
            raise ValueError(f"no such evidence: {other}")
