"""Scopes: what the token of a program opens, each with the permissions that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from pipeline.access.roles import Permission

Scope = Literal["batches:read", "batches:write", "queue:read", "totals:read", "exports:read", "log:read"]

SCOPES: Mapping[Scope, frozenset[Permission]] = {
    "batches:read": frozenset({"see_totals"}),
    "batches:write": frozenset({"ingest", "see_totals"}),
    "queue:read": frozenset({"see_work"}),
    "totals:read": frozenset({"see_totals"}),
    "exports:read": frozenset({"export", "see_totals"}),
    "log:read": frozenset({"see_log"}),
}
"""No scope answers, votes, corrects, closes or sees a picture: that is for people."""


def allowed(scopes: Iterable[Scope]) -> frozenset[Permission]:
    """The permissions of some scopes together."""
    return frozenset(p for scope in scopes for p in SCOPES[scope])
