"""People at the web application as tests play them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from starlette.testclient import TestClient

from pipeline.access.roles import Actor, Role
from pipeline.storage import accounts, credentials
from pipeline.storage.credentials import Credential
from pipeline.usecases.workspace import Workspace

PASSWORD = "đêm nay kiểm phiếu"


@dataclass
class Clock:
    """A clock that tests put forward."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 3, 15, 20, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


def person(workspace: Workspace, known: str, key: str, *roles: Role, name: str = "") -> Actor:
    """An account that has chosen PASSWORD."""
    actor = Actor(key, name or key.title(), frozenset(roles))
    with workspace.database.write() as db:
        accounts.put(db, actor)
        credentials.put(db, Credential(key, known, must_change=False))
    return actor


@dataclass
class Browser:
    """A signed-in person without a screen: follows no redirect, sends the token that its pages hold."""

    client: TestClient
    csrf: str

    def post(self, path: str, json: bool = False, **form: object):  # type: ignore[no-untyped-def]
        headers = {"Accept": "application/json"} if json else {}
        return self.client.post(path, data={"csrf": self.csrf, **form}, headers=headers)


def token_of(page: str) -> str:
    found = re.search(r'data-csrf="([^"]+)"', page)
    assert found, page
    return found[1]
