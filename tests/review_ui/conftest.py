"""A workspace of the example election, its application, and people who are signed in at it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from pipeline.access.roles import Role
from pipeline.election.load import load_election
from pipeline.usecases import passwords
from pipeline.usecases.workspace import Workspace, create_workspace, open_workspace
from review_ui.app import create_app
from review_ui.state import Limits

sys.path.insert(0, str(Path(__file__).parent))

from visitors import PASSWORD, Browser, Clock, person, token_of


@pytest.fixture(scope="session")
def empty_workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made once; every test works on a copy."""
    folder = tmp_path_factory.mktemp("made") / "workspace"
    create_workspace(folder, load_election(Path(str(files("kiemphieu.example"))))).close()
    return folder


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def workspace(empty_workspace: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    shutil.copytree(empty_workspace, tmp_path / "workspace")
    opened = open_workspace(tmp_path / "workspace", clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def known_password() -> str:
    """The hash of PASSWORD: made once, since it is slow on purpose."""
    return passwords.hashed(PASSWORD)


@pytest.fixture
def client(workspace: Workspace) -> TestClient:
    app = create_app(workspace, limits=Limits(sign_in=1000))
    return TestClient(app, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def signed_in(workspace: Workspace, known_password: str) -> Callable[..., Browser]:
    """Makes an account with the roles and signs it in on a browser of its own."""
    app = create_app(workspace, limits=Limits(sign_in=1000))

    def made(key: str, *roles: Role) -> Browser:
        person(workspace, known_password, key, *roles)
        client = TestClient(app, follow_redirects=False, raise_server_exceptions=False)
        answer = client.post("/sign-in", data={"name": key, "password": PASSWORD})
        assert answer.status_code == 303, answer.text
        return Browser(client, token_of(client.get("/").text))

    return made
