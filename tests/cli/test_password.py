"""``kiemphieu password``: who has lost the password gets a new one from whoever has the machine."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from kiemphieu.password_command import password
from pipeline.access.roles import SYSTEM
from pipeline.election.load import load_election
from pipeline.errors import Refusal
from pipeline.storage import log
from pipeline.usecases.people import add_person
from pipeline.usecases.sign_in import change_password, first_administrator, sign_in, visitor
from pipeline.usecases.workspace import Workspace, create_workspace

OWN = "một câu ngắn dễ nhớ"


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return create_workspace(tmp_path / "count", load_election(Path(str(files("kiemphieu.example")))))


def ran(workspace: Workspace, *names: str) -> str:
    found = CliRunner().invoke(password, [str(workspace.folder), *names], catch_exceptions=False)
    assert found.exit_code == 0
    return re.search(r"[a-z0-9]{4}(-[a-z0-9]{4}){3}", found.output)[0]  # type: ignore[index]


def test_the_administrator_who_has_lost_the_password_gets_in_again(workspace: Workspace) -> None:
    first = first_administrator(workspace)
    assert first is not None
    opened = sign_in(workspace, *first)
    who = visitor(workspace, opened.token)
    assert who is not None
    change_password(workspace, who, first[1], OWN, OWN)
    given = ran(workspace)
    assert visitor(workspace, opened.token) is None
    with pytest.raises(Refusal, match="sign-in"):
        sign_in(workspace, "admin", OWN)
    again = visitor(workspace, sign_in(workspace, "admin", given).token)
    assert again is not None
    assert again.must_change
    with workspace.database.read() as db:
        line = [x.event for x in log.lines(db) if x.event.act == "password_reset"]
    assert [(e.actor, e.subject) for e in line] == [("system", "admin")]
    assert given not in str(line)
    workspace.close()


def test_any_other_account_by_its_name(workspace: Workspace) -> None:
    add_person(workspace, SYSTEM, "lan anh", "Lan Anh", ["reviewer"])
    assert sign_in(workspace, "lan-anh", ran(workspace, "Lan Anh")).session.account == "lan-anh"
    workspace.close()


def test_an_account_that_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(Refusal, match="account-unknown"):
        CliRunner().invoke(password, [str(workspace.folder), "nobody"], catch_exceptions=False)
    workspace.close()
