"""A workspace of the example election, its application, and people who are signed in at it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import Page
from starlette.testclient import TestClient

from pipeline.access.roles import Role
from pipeline.election.load import load_election
from pipeline.usecases import passwords
from pipeline.usecases.workspace import Workspace, create_workspace, open_workspace
from review_ui.app import create_app
from review_ui.state import Limits

sys.path.insert(0, str(Path(__file__).parents[1] / "ingest"))
sys.path.insert(0, str(Path(__file__).parent))

import counted
from serving import Serving, serve_here
from typed_paper import Sheet, scan
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


@pytest.fixture
def signed_in_at(known_password: str) -> Callable[..., Browser]:
    """As ``signed_in``, at another workspace."""

    def made(workspace: Workspace, key: str, *roles: Role) -> Browser:
        person(workspace, known_password, key, *roles)
        client = TestClient(create_app(workspace), follow_redirects=False, raise_server_exceptions=False)
        assert client.post("/sign-in", data={"name": key, "password": PASSWORD}).status_code == 303
        return Browser(client, token_of(client.get("/").text))

    return made


SHEETS = [
    Sheet(("partial asked", "struck", "clear", "clear", "clear")),
    Sheet(("clear asked", "struck", "struck", "clear", "clear")),
    Sheet(("clear", "struck asked", "struck", "clear", "clear")),
    *[Sheet(("clear", "clear", "clear", "struck", "struck")) for _ in range(8)],
    Sheet(foreign=True),
]


@pytest.fixture(scope="session")
def scanned_workspace(empty_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve sheets: three places and one sheet are asked of people."""
    folder = tmp_path_factory.mktemp("scanned") / "workspace"
    shutil.copytree(empty_workspace, folder)
    opened = open_workspace(folder, Clock())
    scan(opened, folder.parent / "scans", SHEETS)
    opened.close()
    return folder


@pytest.fixture
def count(scanned_workspace: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """A copy of the scanned workspace."""
    shutil.copytree(scanned_workspace, tmp_path / "count")
    opened = open_workspace(tmp_path / "count", clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def mixed_workspace(empty_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve ballots that a team meets: valid, plainly invalid, doubtful (``counted.MIXED``)."""
    return counted.scanned(empty_workspace, tmp_path_factory.mktemp("mixed") / "workspace")


@pytest.fixture
def mixed_count(mixed_workspace: Path, tmp_path: Path, clock: Clock) -> Iterator[Workspace]:
    """A copy of the mixed workspace."""
    shutil.copytree(mixed_workspace, tmp_path / "mixed")
    opened = open_workspace(tmp_path / "mixed", clock)
    yield opened
    opened.close()


@pytest.fixture
def serving(count: Workspace) -> Iterator[Serving]:
    """The application on a port of this machine, in this process."""
    with serve_here(count) as running:
        yield running


@pytest.fixture
def screen_of(
    chromium: PlaywrightBrowser, request: pytest.FixtureRequest, known_password: str
) -> Iterator[Callable[..., Page]]:
    """Signs an account in on a browser of its own: ``screen_of("an", "reviewer", path="/review")``.

    At the fixture ``serving``, or ``at`` another running application.
    """
    contexts = []

    def opened(
        key: str, *roles: Role, path: str = "/", language: str = "vi", new: bool = True, at: Serving | None = None
    ) -> Page:
        serving = at or request.getfixturevalue("serving")
        if new:
            person(serving.workspace, known_password, key, *roles)
        context = chromium.new_context(viewport={"width": 1280, "height": 720}, base_url=serving.address)
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "kiemphieu_language", "value": language, "url": serving.address}])
        page = context.new_page()
        page.goto(f"/sign-in?next={path}")
        page.fill("[name=name]", key)
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield opened
    for context in contexts:
        context.close()
