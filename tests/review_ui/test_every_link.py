"""Each role walks every link and form that it is shown: nothing leads nowhere, to a refusal or into a fault.

Every page on the way is looked at for buttons without a key.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode, urljoin, urlsplit

import counted
import pytest
from counted import AREA, BATCH, CONTEST
from fastapi import FastAPI
from fastapi.routing import APIRoute
from keyed import wrong_keys
from starlette.routing import Match
from test_every_screen import to_be_typed
from visitors import Browser, Clock

from pipeline.access.roles import PERMISSIONS, SYSTEM, Actor, Permission, Role
from pipeline.usecases.batches import close_batch
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace, open_workspace
from review_ui.guard import Needs, OpenToAll, declarations

PEOPLE: tuple[Role, ...] = ("administrator", "operator", "reviewer", "team_leader", "committee", "witness", "auditor")
LEADER = Actor("hoa", "Nguyễn Văn Hòa", frozenset({"team_leader"}))
PAGES = 400
"""More are not walked: lists that lead to lists that differ in a filter."""
OF_ONE_KIND = 4
"""So many addresses of one route are opened; of a hundred ballots the first tell what the others would."""

NOT_YET = (
    "/downloads/cvr.{spelling}",
    "/downloads/official-forms.zip",
    "/levels/results.json",
)
"""Files of what is closed or official alone: before, the page that answers says what is missing."""


@dataclass
class Page(HTMLParser):
    """What an address leads to: links, pictures, scripts, parts that fetch themselves, forms and their fields."""

    links: list[str] = field(default_factory=list)
    forms: list[tuple[str, str, list[tuple[str, str]]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._choosing = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "src", "data-live", "data-src"):
            if given.get(name):
                self.links.append(given[name])
        if tag == "form":
            self.forms.append((given.get("method", "get").lower(), given.get("action", ""), []))
        if self.forms and given.get("formaction"):
            self.forms.append((self.forms[-1][0], given["formaction"], []))
        if self.forms:
            self._field(tag, given)

    def _field(self, tag: str, given: dict[str, str]) -> None:
        """What a browser sends of a form that nobody has touched."""
        fields = self.forms[-1][2]
        left_out = given.get("type") in ("checkbox", "radio") and "checked" not in given
        if tag == "input" and given.get("name") and not left_out:
            fields.append((given["name"], given.get("value", "")))
        if tag == "select":
            self._choosing = given.get("name", "")
        if tag == "option" and ("selected" in given or self._choosing not in dict(fields)):
            fields[:] = [f for f in fields if f[0] != self._choosing] + [(self._choosing, given.get("value", ""))]


@dataclass
class Walk:
    """One person's way through the application, by GET alone; what is only sent is looked up among the routes."""

    app: FastAPI
    browser: Browser
    role: Role
    wrong: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    opened: dict[str, int] = field(default_factory=dict)

    def through(self, start: str) -> None:
        waiting = [(start, "")]
        while waiting and sum(self.opened.values()) < PAGES:
            address, by = waiting.pop(0)
            if address in self.seen or not self._another(address):
                continue
            self.seen.add(address)
            waiting += [(found, address) for found in self._open(address, by)]

    def _another(self, address: str) -> bool:
        route, _ = self._route(address, "GET")
        kind = route.path if route is not None else address
        self.opened[kind] = self.opened.get(kind, 0) + 1
        return self.opened[kind] <= OF_ONE_KIND

    def _open(self, address: str, by: str) -> list[str]:
        answer = self.browser.client.get(address)
        if answer.is_redirect:
            return [urljoin(address, answer.headers["location"])]
        if answer.status_code == 409 and self._route(address, "GET")[0].path in NOT_YET:  # type: ignore[union-attr]
            assert 'class="problem"' in answer.text, address
            return []
        if answer.status_code != 200:
            self.wrong.append(f"{by} leads to {address}: {answer.status_code}")
            return []
        if "text/html" not in answer.headers.get("content-type", ""):
            return []
        self.wrong += [f"{address}: {one}" for one in wrong_keys(answer.text)]
        page = Page()
        page.feed(answer.text)
        found = list(page.links)
        for method, action, fields in page.forms:
            if method == "get":
                found.append(f"{action.split('?')[0] or urlsplit(address).path}?{urlencode(fields)}")
            elif not self._may_send(urljoin(address, action)):
                self.wrong.append(f"{address} shows a form to {action} that is not for {self.role}")
        return [self._plain(address, one) for one in found if not one.startswith(("#", "data:", "mailto:"))]

    def _plain(self, address: str, link: str) -> str:
        whole = urlsplit(urljoin(address, link))
        assert whole.netloc == "", f"{address} leads to another host: {link}"
        return whole.path + (f"?{whole.query}" if whole.query else "")

    def _may_send(self, address: str) -> bool:
        route, permission = self._route(address, "POST")
        return route is not None and (permission is None or permission in PERMISSIONS[self.role])

    def _route(self, address: str, method: str) -> tuple[APIRoute | None, Permission | None]:
        scope = {"type": "http", "path": urlsplit(address).path, "method": method, "headers": [], "root_path": ""}
        for route in every_route(self.app):
            if route.matches(scope)[0] == Match.FULL:
                declared = next(declarations(route.dependant))
                return route, declared.permission if isinstance(declared, Needs) else None
        return None, None


def every_route(app: FastAPI) -> Iterator[APIRoute]:
    for screen in app.state.kiemphieu.screens:
        yield from (route for route in screen.router.routes if isinstance(route, APIRoute))


@pytest.fixture(scope="module", params=["counting", "closed"])
def night(request: pytest.FixtureRequest, mixed_workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A count in the middle of the night, and one that is done but for one area."""
    folder = tmp_path_factory.mktemp("night") / request.param
    shutil.copytree(mixed_workspace, folder)
    workspace = open_workspace(folder, Clock())
    if request.param == "counting":
        to_be_typed(workspace)
        open_batch(workspace, SYSTEM, "kv2-qh", "kv2", CONTEST, 3, "simplex")
    else:
        counted.settle(workspace)
        counted.figures(workspace)
        unit = workspace.election.ballot_form_id(AREA, CONTEST)
        counted.vote(workspace, LEADER, f"valid:{workspace.election.candidates_of(unit)[1].id}")
        close_batch(workspace, SYSTEM, BATCH)
        counted.nobody_in_the_other_areas(workspace)
    workspace.close()
    return folder


@pytest.fixture
def tonight(night: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(night, tmp_path / "night")
    opened = open_workspace(tmp_path / "night", Clock())
    yield opened
    opened.close()


@pytest.mark.parametrize("role", PEOPLE)
def test_no_link_or_form_that_a_role_is_shown_is_dead(
    role: Role, tonight: Workspace, signed_in_at: Callable[..., Browser]
) -> None:
    browser = signed_in_at(tonight, role.replace("_", "-"), role)
    walk = Walk(browser.client.app, browser, role)  # type: ignore[arg-type]
    walk.through("/")
    assert not walk.wrong, "\n".join(walk.wrong)
    assert len(walk.seen) > 10


def test_every_role_of_a_person_walks() -> None:
    assert set(PEOPLE) == set(get_args(Role)) - {"system", "program"}


def test_the_walk_finds_what_is_wrong(tonight: Workspace, signed_in_at: Callable[..., Browser]) -> None:
    browser = signed_in_at(tonight, "witness", "witness")
    walk = Walk(browser.client.app, browser, "witness")  # type: ignore[arg-type]
    walk.through("/people")
    assert walk.wrong == [" leads to /people: 403"]
    assert not walk._may_send(f"/batches/{BATCH}/close")
    assert walk._may_send("/sign-out")
    assert walk._route("/sign-in", "GET")[0] is not None
    assert isinstance(next(declarations(walk._route("/sign-in", "GET")[0].dependant)), OpenToAll)  # type: ignore[union-attr]
