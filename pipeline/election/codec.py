"""An election as canonical JSON and back, so that its digest is the same on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from pipeline.election.definition import Area, Candidate, Contest, Election, Place, Unit


def to_json(election: Election) -> dict[str, Any]:
    """Plain JSON values; :func:`from_json` gives an equal election back."""
    document = asdict(election)
    document["day"] = election.day.isoformat()
    for candidate in document["candidates"]:
        candidate["birth_date"] = candidate["birth_date"].isoformat()
    loaded: dict[str, Any] = json.loads(json.dumps(document))
    return loaded


def from_json(document: Mapping[str, Any]) -> Election:
    """The election that :func:`to_json` wrote."""
    return Election(
        id=document["id"],
        title=document["title"],
        day=date.fromisoformat(document["day"]),
        rule_set=document["rule_set"],
        places=tuple(Place(**p) for p in document["places"]),
        contests=tuple(Contest(**c) for c in document["contests"]),
        units=tuple(Unit(**u) for u in document["units"]),
        areas=tuple(Area(**a) for a in document["areas"]),
        candidates=tuple(
            Candidate(**{**c, "birth_date": date.fromisoformat(c["birth_date"])}) for c in document["candidates"]
        ),
    )


def digest(election: Election) -> str:
    """SHA-256 of the canonical JSON, hexadecimal."""
    text = json.dumps(to_json(election), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
