"""The manual: its pictures are made here from the running application, its pages looked at, its print compared.

``make manual`` runs this with KIEMPHIEU_MANUAL=review_ui/static/manual, which renews pictures and PDF there.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import counted
import other_counts
import pypdfium2
import pytest
from counted import AREA, BATCH, CONTEST
from PIL import Image
from playwright.sync_api import Browser as PlaywrightBrowser
from playwright.sync_api import Page, expect
from serving import Serving, serve_here
from test_every_screen import check, pictures, settle, to_be_typed  # noqa: F401  (the fixture)
from test_result_audit import AUDITOR, SEED
from visitors import PASSWORD, Browser, Clock, person

from pipeline.access.roles import SYSTEM, Actor, Role
from pipeline.messages import Language
from pipeline.storage import accounts, ballots
from pipeline.usecases.audits_together import draw_together, open_together
from pipeline.usecases.batches import close_batch, declare
from pipeline.usecases.standing import standing
from pipeline.usecases.typing import begin_count, end_count, type_ballot
from pipeline.usecases.workspace import Workspace, open_workspace
from review_ui.routes.manual import CHAPTERS, PICTURES
from review_ui.templating import FOLDER

Screens = Callable[..., Page]
LEADER = Actor("hoa", "Nguyễn Văn Hòa", frozenset({"team_leader"}))
WHO: dict[Role, tuple[str, str]] = {
    "operator": ("giang", "Lê Thị Giang"),
    "reviewer": ("an", "Nguyễn Thị An"),
    "team_leader": ("hoa", "Nguyễn Văn Hòa"),
    "committee": ("son", "Đỗ Văn Sơn"),
    "administrator": ("minh", "Trần Văn Minh"),
}
LANGUAGES: tuple[Language, ...] = ("vi", "en")
WIDTH, COLOURS = 1280, 256
"""Colours of a picture: with 48 the red frame round a place turns black."""


class Camera:
    """Signs people in and takes pictures of what they see."""

    def __init__(self, chromium: PlaywrightBrowser, serving: Serving, known: str, language: str, folder: Path) -> None:
        self.serving, self.known, self.language, self.folder = serving, known, language, folder
        self.chromium = chromium
        self.pages: dict[str, Page] = {}

    def new(self) -> Page:
        context = self.chromium.new_context(
            viewport={"width": WIDTH, "height": 720}, base_url=self.serving.address, timezone_id="Asia/Ho_Chi_Minh"
        )
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "kiemphieu_language", "value": self.language, "url": self.serving.address}])
        return context.new_page()

    def signed_in(self, role: Role) -> Page:
        if role not in self.pages:
            key, name = WHO[role]
            person(self.serving.workspace, self.known, key, role, name=name)
            page = self.new()
            page.goto("/sign-in")
            page.fill("[name=name]", key)
            page.fill("[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "sign-in" not in url)
            self.pages[role] = page
        return self.pages[role]

    def take(
        self, name: str, role: Role, path: str, height: int = 720, act: Callable[[Page], None] | None = None
    ) -> None:
        page = self.signed_in(role)
        page.set_viewport_size({"width": WIDTH, "height": height})
        page.goto(path)
        if act is not None:
            act(page)
        self.keep(page, name)

    def keep(self, page: Page, name: str) -> None:
        settle(page)
        path = self.folder / f"{name}-{self.language}.png"
        page.screenshot(path=path)
        with Image.open(path) as taken:
            taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


def copy(of: Path, tmp: Path, clock: Clock) -> Workspace:
    shutil.copytree(of, tmp)
    return open_workspace(tmp, clock)


def counting(camera: Camera) -> None:
    """While sheets are handed in and reviewed."""
    workspace = camera.serving.workspace
    page = camera.new()
    page.set_viewport_size({"width": WIDTH, "height": 560})
    page.goto("/sign-in")
    camera.keep(page, "sign-in")
    page.context.close()
    camera.take("start", "reviewer", "/", 480)
    camera.take("review", "reviewer", "/review?kind=field", act=lambda p: p.wait_for_selector("#desk:not([hidden])"))
    camera.take("grid", "reviewer", "/grid", act=lambda p: p.locator(".crop").nth(2).click())
    typed = to_be_typed(workspace)
    camera.take("paper-sheet", "reviewer", f"/paper/{typed}", 640)
    declare(workspace, LEADER, BATCH, 14, "đếm lại")
    camera.take("batches", "operator", "/batches", 720)
    camera.take("batch", "operator", f"/batches/{BATCH}", 620)  # below stands the path of a folder
    camera.take("rejected", "operator", "/rejected", 640)
    camera.take("figures", "operator", f"/figures/{CONTEST}/{AREA}", 820, act=_type_figures)
    camera.take("inventory", "operator", f"/inventory/{AREA}", 700, act=_type_inventory)
    camera.take("count-sheets", "operator", f"/sheets/of/{CONTEST}/{AREA}", 640)
    typed_twice(workspace)
    camera.take("typing", "operator", "/typing/count/count-3", 720, act=_type_ballots)
    camera.take("compare", "team_leader", "/typing/compare/xa/kv2", 640)
    camera.take("mode", "administrator", "/mode", 900)
    camera.take("work", "team_leader", "/work", 640)
    camera.take("people", "administrator", "/people", 900)


def deciding(camera: Camera) -> None:
    """When the places are settled and the team votes."""
    workspace = camera.serving.workspace
    counted.settle(workspace)
    counted.figures(workspace)
    camera.take("team", "team_leader", "/team", 760)
    page = camera.signed_in("team_leader")
    rows = page.get_by_role("row")
    of = {"team-pile": rows.filter(has_text="3").get_by_role("link").first, "team-one": rows.last.get_by_role("link")}
    paths = {name: link.get_attribute("href") or "" for name, link in of.items()}
    camera.take("team-pile", "team_leader", paths["team-pile"], 760)
    camera.take("team-one", "team_leader", paths["team-one"], 1000)
    unit = workspace.election.ballot_form_id(AREA, CONTEST)
    counted.vote(workspace, LEADER, f"valid:{workspace.election.candidates_of(unit)[1].id}")


def closed(camera: Camera) -> None:
    """After closing."""
    workspace = camera.serving.workspace
    close_batch(workspace, SYSTEM, BATCH)
    counted.nobody_in_the_other_areas(workspace)
    assert standing(workspace, LEADER, CONTEST).official
    camera.take("totals", "committee", "/totals", 900)
    camera.take("totals-area", "committee", f"/totals/{CONTEST}/{AREA}", 1100)
    camera.take("totals-ballots", "committee", f"/totals/{CONTEST}/{AREA}/ballots?figure=valid", 560)
    camera.take("levels", "committee", "/levels", 900)
    camera.take("particulars", "committee", "/particulars", 820)
    camera.take("particulars-record", "committee", "/particulars/boards/qh-1", 760)
    other_counts.second_contest(workspace, "xa")
    units = [(contest, workspace.election.area(AREA).units[contest]) for contest in (CONTEST, "xa")]
    audit = open_together(workspace, AUDITOR, units, "ballots", 0.3)[0].id
    draw_together(workspace, AUDITOR, audit, SEED)
    camera.take("audits", "committee", "/audits", 820)
    camera.take("audit-drawn", "committee", f"/audits/{audit}", 900)
    camera.take("audit-one", "committee", f"/audits/{audit}/sheet/1", 900)
    camera.take("anomalies", "committee", "/anomalies", 640)
    camera.take("result", "committee", "/result", 640)
    camera.take("ballot", "team_leader", f"/totals/{CONTEST}/{AREA}/ballots?figure=leaving:1", 900, act=_last_ballot)
    camera.take("log", "administrator", "/log", 760)


OTHERS = {
    "extra": other_counts.extra_election,
    "shares": other_counts.by_shares,
    "long": other_counts.long_congress,
    "table": other_counts.congress_table,
}
"""Counts of other kinds, of which a chapter shows one screen each."""


@pytest.fixture(scope="session")
def others(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Made once, for both languages."""
    made = {}
    for name, make in OTHERS.items():
        workspace = make(tmp_path_factory.mktemp("others") / name)
        made[name] = workspace.folder
        workspace.close()
    return made


def of_others(camera: Camera, name: str) -> None:
    """The screen of such a count that a chapter shows."""
    if name == "extra":
        camera.take("levels-extra", "committee", "/levels?contest=qh&level=unit:qh-1&extra=1", 760)
    elif name == "shares":
        camera.take("shares-result", "committee", "/result", 640)
    elif name == "long":
        with camera.serving.workspace.database.read() as db:
            key = ballots.of_batch(db, "hoi-truong-bch")[0].id
        camera.take("ballot-sheets", "team_leader", f"/ballots/{key}", 1000)
    else:
        camera.take(
            "table-review", "reviewer", "/review?kind=field", act=lambda p: p.wait_for_selector("#desk:not([hidden])")
        )


def typed_twice(workspace: Workspace) -> None:
    """A box counted twice by typing, with one ballot that differs; and a third count by who is photographed."""
    for name, pile in (("mot", ("24", "0", "135")), ("hai", ("24", "0", "13"))):
        actor = Actor(name, name.title(), frozenset({"operator"}))
        with workspace.database.write() as db:
            accounts.put(db, actor)
        way = begin_count(workspace, actor, "kv2", "xa")
        for place, typed in enumerate(pile, start=1):
            type_ballot(workspace, actor, way.id, 1, place, typed)
        end_count(workspace, actor, way.id)
    key, name = WHO["operator"]
    begin_count(workspace, Actor(key, name, frozenset({"operator"})), "kv3", "xa")


def _type_ballots(page: Page) -> None:
    for number, typed in enumerate(("24", "0", "1 3p"), start=1):
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        expect(page.locator("#place")).to_have_text(str(number + 1))


def _type_figures(page: Page) -> None:
    typed = {"voters": "1.228", "voted": "1.187", "received": "1.300", "issued": "1.190", "left_over": "100"}
    for name, text in (typed | {"spoiled": "0", "opened": "7:00", "closed": "19:00", "finished": "1:30"}).items():
        page.fill(f"[name={name}]", text)
    page.wait_for_selector(".trouble")


def _type_inventory(page: Page) -> None:
    rows = {
        "received": ("1300", "3900"),
        "issued": ("1190", "3571"),
        "spoiled": ("0", "0"),
        "left_over": ("110", "330"),
    }
    for row, (each, total) in rows.items():
        boxes = page.locator(f'[name^="{row}"]')
        for number in range(boxes.count()):
            boxes.nth(number).fill(str(each if number else total))
    page.wait_for_selector(".trouble")


def _last_ballot(page: Page) -> None:
    for number in range(page.locator(".gallery a").count()):
        page.locator(".gallery a").nth(number).click()
        page.wait_for_url("**/ballots/*")
        if page.locator(".drawn").count():
            return
        page.go_back()


@pytest.fixture(params=LANGUAGES)
def taken(
    request: pytest.FixtureRequest,
    chromium: PlaywrightBrowser,
    scanned_workspace: Path,
    mixed_workspace: Path,
    others: dict[str, Path],
    known_password: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[str, Path, Serving]]:
    """All pictures of one language; the application that was photographed last still runs."""
    tmp = tmp_path_factory.mktemp("manual")
    folder = Path(os.environ.get("KIEMPHIEU_MANUAL") or tmp)
    folder.mkdir(parents=True, exist_ok=True)
    first = copy(scanned_workspace, tmp / "first", Clock())
    with serve_here(first) as serving:
        camera = Camera(chromium, serving, known_password, request.param, folder)
        counting(camera)
        camera.close()
    first.close()
    for name, made in others.items():
        count = copy(made, tmp / name, Clock())
        with serve_here(count) as serving:
            camera = Camera(chromium, serving, known_password, request.param, folder)
            of_others(camera, name)
            camera.close()
        count.close()
    second = copy(mixed_workspace, tmp / "second", Clock())
    with serve_here(second) as serving:
        camera = Camera(chromium, serving, known_password, request.param, folder)
        deciding(camera)
        closed(camera)
        camera.close()
        yield request.param, folder, serving
    second.close()


def named(language: str) -> set[str]:
    """The pictures that the chapters of a language name."""
    files = (FOLDER / "templates" / "manual" / language).glob("*.html")
    return {
        f"{n}-{language}.png" for f in files for n in re.findall(r"shot\('([\w-]+)'", f.read_text(encoding="utf-8"))
    }


def words(document: pypdfium2.PdfDocument) -> list[str]:
    return re.findall(r"\w+", " ".join(document[n].get_textpage().get_text_range() for n in range(len(document))))


def test_the_pictures_and_the_print_are_those_that_are_installed(
    taken: tuple[str, Path, Serving], chromium: PlaywrightBrowser, known_password: str
) -> None:
    language, folder, serving = taken
    made = {p.name for p in folder.glob(f"*-{language}.png")}
    assert made == named(language) == {p.name for p in PICTURES.glob(f"*-{language}.png")}
    for name in made:
        with Image.open(folder / name) as new, Image.open(PICTURES / name) as installed:
            assert new.size == installed.size, f"{name} shows an older screen; run 'make manual'"
    camera = Camera(chromium, serving, known_password, language, folder)
    page = camera.signed_in("committee")
    page.goto("/manual/print")
    settle(page)
    path = folder / f"kiemphieu-manual-{language}.pdf"
    page.pdf(path=path, format="A4", margin={"top": "16mm", "bottom": "16mm", "left": "18mm", "right": "18mm"})
    camera.close()
    printed, installed = (pypdfium2.PdfDocument(p) for p in (path, PICTURES / path.name))
    assert 10 <= len(printed) <= 40
    assert len(words(printed)) > 1500
    assert words(printed) == words(installed), "the installed PDF is older than the chapters; run 'make manual'"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_manual_is_accessible_and_fits(
    screen_of: Screens,
    serving: Serving,
    language: str,
    pictures: Path,  # noqa: F811
) -> None:
    page = screen_of("an", "reviewer", path="/manual", language=language)
    assert page.locator(".chapters [aria-current]").get_attribute("href") == "/manual/reviewer"
    for chapter in CHAPTERS:
        page.goto(f"/manual/{chapter}")
        check(page, f"manual-{chapter}-{language}", pictures)
        shown = page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert shown, f"a picture of {chapter} is not there"
    page.locator("h1").click()
    page.keyboard.press("1")
    page.wait_for_url("**/manual/start")
    page.keyboard.press("Shift+?")
    page.wait_for_url("**/manual")


def test_the_chapter_is_that_of_the_role_and_the_print_is_served(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in("uyban", "committee")
    assert 'id="committee"' in browser.client.get("/manual").text
    answer = browser.client.get("/manual.pdf")
    assert answer.content[:5] == b"%PDF-"
    assert browser.client.get("/manual/print").text.count('class="chapter"') == len(CHAPTERS)
    assert browser.client.get("/manual/nothing").status_code == 422
