"""Reviewing one by one in a real browser: keys, leases, what goes wrong on an election night."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect
from serving import Serving, answers, command, free_port, kill
from typed_paper import ASKED
from visitors import PASSWORD, Clock

from pipeline.review.states import DEFER, ByEntries, Settled
from pipeline.storage import items, log
from pipeline.usecases.reviewing import LEASE
from pipeline.usecases.sign_in import IDLE
from pipeline.usecases.workspace import Workspace, open_workspace

Screens = Callable[..., Page]


def shown(page: Page) -> str:
    page.wait_for_selector("#desk:not([hidden])")
    return str(page.get_attribute("#review", "data-item"))


def press(page: Page, key: str) -> None:
    """One key, and what the server says to it."""
    page.wait_for_timeout(300)  # a place must have been in sight for a moment
    with page.expect_response("**/review/answer"):
        page.keyboard.press(key)


def entries(workspace: Workspace) -> dict[str, list[tuple[str, str]]]:
    with workspace.database.read() as db:
        found = {i.id: items.entries(db, i.id) for i in items.of_batch(db, "kv1-qh")}
    return {key: [(e.by, e.value) for e in given] for key, given in found.items() if given}


def stored(workspace: Workspace, key: str) -> items.StoredItem:
    with workspace.database.read() as db:
        found = items.get(db, key)
    assert found is not None
    return found


def test_two_people_settle_a_place_with_one_key_each(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    expect(an.locator("#place img")).to_have_js_property("complete", True)
    assert an.locator("#place img").evaluate("picture => picture.naturalWidth") > 400
    for _ in range(3):
        press(an, "3")
    expect(an.locator("#empty")).to_be_visible()
    ba = screen_of("ba", "reviewer", path="/review?kind=field")
    for _ in range(3):
        press(ba, "3")
    assert all(given == [("an", "clear"), ("ba", "clear")] for given in entries(serving.workspace).values())
    state = stored(serving.workspace, first).state
    assert isinstance(state, Settled)
    assert state.value == "clear"
    assert isinstance(state.evidence, ByEntries)


def test_the_next_place_is_loaded_before_it_is_asked_for(screen_of: Screens) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    an.wait_for_load_state("networkidle")
    asked: list[str] = []
    an.on("request", lambda request: asked.append(request.url))
    an.wait_for_timeout(300)
    an.keyboard.press("1")
    an.wait_for_function("first => document.getElementById('review').dataset.item !== first", arg=first)
    second = shown(an)
    assert an.locator("#place img").evaluate("picture => picture.complete && picture.naturalWidth > 0")
    assert not [url for url in asked if second in url]


def test_nothing_that_the_browser_gets_tells_what_the_machine_read(screen_of: Screens) -> None:
    an = screen_of("an", "reviewer")
    with an.expect_response("**/review/next") as got:
        an.goto("/review?kind=field")
    for question in got.value.json()["questions"]:
        assert set(question) == {
            "item", "kind", "title", "label", "where", "why", "sheet", "page", "place", "answers",
        }  # fmt: skip
        assert [a["value"] for a in question["answers"]] == [
            "struck",
            "partial",
            "clear",
            "unclear",
            "circle",
            "one_line",
        ]
    assert ASKED not in got.value.text()


def test_nobody_gets_what_somebody_else_is_looking_at(screen_of: Screens) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    ba = screen_of("ba", "reviewer", path="/review")
    shown(an)
    expect(ba.locator("#title")).to_have_text("Tờ này là gì?")  # the three places are all on An's screen
    press(ba, "D")
    expect(ba.locator("#empty")).to_be_visible()


def test_a_closed_tab_gives_its_places_back(screen_of: Screens) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    held = shown(an)
    an.goto("about:blank")
    ba = screen_of("ba", "reviewer", path="/review?kind=field")
    assert shown(ba) == held


def test_a_browser_that_vanishes_loses_its_places_after_a_minute(
    screen_of: Screens, serving: Serving, clock: Clock
) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    held = shown(an)
    an.context.set_offline(True)
    clock.forward(seconds=LEASE.total_seconds() + 1)
    ba = screen_of("ba", "reviewer", path="/review?kind=field")
    assert shown(ba) == held
    an.context.set_offline(False)
    an.wait_for_timeout(300)
    with an.expect_response("**/review/answer") as refused:
        an.keyboard.press("1")
    assert refused.value.status == 409
    expect(an.locator("#trouble")).to_contain_text("chuyển cho người khác")
    assert entries(serving.workspace) == {}


def test_a_double_click_counts_once(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    an.wait_for_timeout(300)
    with an.expect_response("**/review/answer"):
        an.locator(".answer").first.dblclick()
    an.wait_for_load_state("networkidle")
    assert entries(serving.workspace) == {first: [("an", "struck")]}
    assert shown(an) != first


def test_two_tabs_of_one_person_count_once(screen_of: Screens, serving: Serving) -> None:
    one = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(one)
    other = one.context.new_page()
    other.goto("/review?kind=field")
    assert shown(other) == first
    press(one, "1")
    other.wait_for_timeout(300)
    with other.expect_response("**/review/answer") as answered:
        other.keyboard.press("3")
    assert answered.value.status == 409
    expect(other.locator("#trouble")).to_contain_text("ở cửa sổ khác")
    assert entries(serving.workspace) == {first: [("an", "struck")]}


def test_the_back_button_asks_nothing_twice(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    press(an, "1")
    an.goto("/")
    an.go_back()
    assert shown(an) != first
    assert entries(serving.workspace) == {first: [("an", "struck")]}


def test_an_answer_after_the_session_ended_is_kept_after_signing_in(
    screen_of: Screens, serving: Serving, clock: Clock
) -> None:
    an = screen_of("an", "reviewer", path="/review")
    first = shown(an)
    clock.forward(seconds=IDLE.total_seconds() + 60)
    press(an, "1")
    expect(an.locator("#trouble")).to_contain_text("Phiên làm việc đã kết thúc")
    assert entries(serving.workspace) == {}
    an.keyboard.press("Enter")
    an.wait_for_url("**/sign-in**")
    an.fill("[name=name]", "an")
    an.fill("[name=password]", PASSWORD)
    an.keyboard.press("Enter")
    expect(an.locator("#news")).to_contain_text("đã được gửi")
    assert list(entries(serving.workspace)) == [first]


def test_the_last_answer_is_taken_back_with_a_line_in_the_log(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    press(an, "1")
    an.wait_for_function("first => document.getElementById('review').dataset.item !== first", arg=first)
    with an.expect_response("**/review/undo"):
        an.keyboard.press("z")
    expect(an.locator("#news")).to_contain_text("rút lại")
    expect(an.locator("#review")).to_have_attribute("data-item", first)
    assert entries(serving.workspace) == {}
    press(an, "3")
    assert entries(serving.workspace) == {first: [("an", "clear")]}
    with serving.workspace.database.read() as db:
        taken = [line.event for line in log.lines(db) if line.event.act == "entry_withdrawn"]
    assert [(e.actor, e.subject, e.detail["value"]) for e in taken] == [("an", first, "struck")]


def test_put_off_and_cannot_tell(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    first = shown(an)
    with an.expect_response("**/review/give-back"):
        an.keyboard.press("n")
    second = shown(an)
    assert second != first
    press(an, "d")
    assert entries(serving.workspace) == {second: [("an", DEFER)]}


def test_the_page_is_enlarged_and_moved_with_keys(screen_of: Screens) -> None:
    an = screen_of("an", "reviewer", path="/review?kind=field")
    shown(an)
    picture = an.locator("#paper img")
    an.keyboard.press("+")
    assert "scale(1.4)" in str(picture.get_attribute("style"))
    before = str(picture.get_attribute("style"))
    an.keyboard.press("ArrowDown")
    assert picture.get_attribute("style") != before
    an.keyboard.press("0")
    assert "scale(1)" in str(picture.get_attribute("style"))


def test_keys_rest_when_they_are_turned_off(screen_of: Screens, serving: Serving) -> None:
    an = screen_of("an", "reviewer")
    an.click("#keys-switch")
    an.goto("/review?kind=field")
    shown(an)
    an.keyboard.press("1")
    an.wait_for_load_state("networkidle")
    assert entries(serving.workspace) == {}
    an.wait_for_timeout(300)
    with an.expect_response("**/review/answer"):
        an.locator(".answer").first.click()
    assert len(entries(serving.workspace)) == 1


def test_a_server_that_is_killed_during_an_answer_loses_nothing_and_counts_nothing_twice(
    screen_of: Screens, serving: Serving
) -> None:
    """The first kill falls before the answer is written, the second after it, before the browser hears of it."""
    folder, port = serving.workspace.folder, free_port()
    an = screen_of("an", "reviewer")
    context: BrowserContext = an.context
    cookies = context.cookies(serving.address)
    running = command(folder, port)
    try:
        context.add_cookies([{**c, "url": f"http://127.0.0.1:{port}"} for c in _portable(cookies)])
        an.goto(f"http://127.0.0.1:{port}/sign-in?next=/review?kind=field")
        an.fill("[name=name]", "an")
        an.fill("[name=password]", PASSWORD)
        an.keyboard.press("Enter")
        an.wait_for_url("**/review**")
        first = shown(an)
        kill(running)
        an.wait_for_timeout(300)
        an.keyboard.press("1")
        expect(an.locator("#trouble")).to_contain_text("chưa được lưu")
        assert entries(serving.workspace) == {}
        running = command(folder, port)
        expect(an.locator("#news")).to_contain_text("đã được lưu", timeout=60_000)
        assert entries(serving.workspace) == {first: [("an", "struck")]}

        second = shown(an)

        def cut(route) -> None:  # type: ignore[no-untyped-def]
            route.fetch()  # the server writes the answer
            kill(running)
            route.abort("connectionreset")

        an.wait_for_timeout(300)
        an.route("**/review/answer", cut, times=1)
        an.keyboard.press("3")
        expect(an.locator("#trouble")).to_contain_text("chưa được lưu")
        running = command(folder, port)
        expect(an.locator("#news")).to_contain_text("đã được lưu", timeout=60_000)
        assert entries(serving.workspace) == {first: [("an", "struck")], second: [("an", "clear")]}
    finally:
        kill(running)
    answers(f"{serving.address}/sign-in")
    again = open_workspace(folder)
    assert sum(map(len, entries(again).values())) == 2
    again.close()


def _portable(cookies):  # type: ignore[no-untyped-def]
    return [{"name": c["name"], "value": c["value"]} for c in cookies if c["name"] == "kiemphieu_language"]
