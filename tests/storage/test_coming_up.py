"""A PostgreSQL server that mends itself after a crash is waited for; any other refusal is told at once."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from pipeline.errors import Refusal
from pipeline.storage import database
from pipeline.storage.database import open_database

URL = "postgresql+psycopg://tester@127.0.0.1:1/nothing"


def refused_with(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> list[str]:
    """Every attempt to connect is refused with the next of ``answers``; gives what is left of them."""

    def connect(*_arguments: Any, **_named: Any) -> None:
        raise psycopg.OperationalError(f"connection failed: FATAL: {answers.pop(0)}")

    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setattr(psycopg.Connection, "connect", connect)
    monkeypatch.setattr(database.time, "sleep", lambda _: None)
    return answers


def test_a_server_that_comes_up_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    left = refused_with(
        monkeypatch,
        [
            "the database system is in recovery mode",
            "the database system is starting up",
            "no such role",
            "never asked",
        ],
    )
    with pytest.raises(Refusal, match="no such role") as told:
        open_database(URL)
    assert told.value.problems[0].code == "database-refused"
    assert left == ["never asked"]


def test_a_server_that_never_comes_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", -1.0)
    left = refused_with(monkeypatch, ["the database system is starting up", "never asked"])
    with pytest.raises(Refusal, match="starting up"):
        open_database(URL)
    assert left == ["never asked"]


@pytest.mark.parametrize("said", ["could not write init file", "could not extend file: No space left on device"])
def test_a_server_without_room_to_begin_a_session_says_that_the_disk_is_full(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    refused_with(monkeypatch, [said])
    with pytest.raises(Refusal, match="takes no more") as told:
        open_database(URL)
    assert told.value.problems[0].code == "disk-full"
