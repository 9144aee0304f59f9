"""Keys of buttons, pressed for real: each does what its button does; rows are chosen with the arrow keys."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from keyed import wrong_keys
from playwright.sync_api import Page
from serving import Serving
from test_every_screen import SCREENS, settle, to_be_typed

Screens = Callable[..., Page]
# Nothing that is clicked here happens: it is only noted which control it was.
WATCH = """() => {
  for (const one of document.querySelectorAll("main details")) one.open = true;
  document.querySelectorAll("[data-key], [data-row-key]").forEach((one, n) => { one.dataset.number = n; });
  window.clicked = [];
  window.addEventListener("click", (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    window.clicked.push(event.target.closest("[data-number]")?.dataset.number);
  }, true);
}"""
OF_THE_PAGE = """() => [...document.querySelectorAll("[data-key]")]
  .filter((one) => !one.disabled && (one.getClientRects().length || one.closest("header details")))
  .map((one) => [one.dataset.number, one.dataset.key, one.textContent.trim()])"""
OF_ROWS = """() => [...document.querySelectorAll(".chosen [data-row-key]")].filter((one) => one.getClientRects().length)
  .map((one) => [one.dataset.number, one.dataset.rowKey, one.textContent.trim()])"""
REST = "() => { document.activeElement?.blur(); window.clicked.length = 0; }"


def does_what_it_shows(page: Page, name: str) -> list[str]:
    """Presses the key of every button of the page, and those of the chosen row; what does not fit, as sentences."""
    page.evaluate(WATCH)
    amiss = []
    for number, key, text in [*page.evaluate(OF_THE_PAGE), *page.evaluate(OF_ROWS)]:
        page.evaluate(REST)
        page.keyboard.press(key)
        hit = page.evaluate("window.clicked")
        if hit != [number]:
            amiss.append(f"{name}: {key} should press '{text}' and pressed {hit}")
    return amiss


def test_every_key_presses_its_button(screen_of: Screens, serving: Serving) -> None:
    typed = to_be_typed(serving.workspace)
    pages: dict[str, Page] = {}
    amiss = []
    for name, (path, role) in SCREENS.items():
        if role not in pages:
            pages[role] = screen_of(role.replace("_", "-"), role)
        page = pages[role]
        page.goto(path.replace("{typed}", typed))
        settle(page)
        amiss += [f"{name}: {one}" for one in wrong_keys(page.content())]
        amiss += does_what_it_shows(page, name)
    assert not amiss, "\n".join(amiss)


def test_arrow_keys_choose_a_row_and_its_keys_act_there_alone(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("giang", "operator", path="/figures")
    settle(page)
    rows = page.locator("[data-rows] tbody tr")
    hint = page.locator("#rows-hint")
    assert hint.is_visible()
    assert rows.nth(0).get_attribute("class") == "chosen"
    assert [rows.nth(n).locator("kbd").is_visible() for n in (0, 1)] == [True, False]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert [rows.nth(n).locator("kbd").is_visible() for n in (0, 1, 2)] == [False, True, False]
    address = rows.nth(1).get_by_role("link").get_attribute("href") or ""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith(address)
    with page.expect_navigation():
        page.keyboard.press("Backspace")
    assert page.url.endswith("/figures")


def test_a_row_stays_chosen_when_the_list_is_fetched_anew(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("giang", "operator", path="/batches")
    settle(page)
    shown = page.evaluate(
        """async () => {
          const part = document.querySelector("[data-live]");
          const row = part.querySelector("tbody tr");
          const before = row.querySelector("a").href;
          const other = row.cloneNode(true);
          other.querySelector("a").href = "/batches/another";
          part.innerHTML = part.innerHTML;
          for (const one of [other, ...part.querySelectorAll(".chosen")]) one.classList.remove("chosen");
          part.querySelector("tbody").prepend(other);
          await new Promise(requestAnimationFrame);
          return [before, document.querySelector(".chosen a").href, document.querySelectorAll(".chosen").length];
        }"""
    )
    assert shown[0] == shown[1]
    assert shown[2] == 1


def test_in_the_list_of_people_no_key_acts_before_a_row_is_chosen(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("minh", "administrator", path="/people")
    settle(page)
    assert page.locator(".chosen").count() == 0
    page.evaluate(WATCH)
    page.keyboard.press("d")
    assert page.evaluate("window.clicked") == []
    page.keyboard.press("ArrowDown")
    assert page.locator(".chosen").count() == 1
    assert not does_what_it_shows(page, "people")


def test_escape_leaves_a_field_and_the_keys_work_again(screen_of: Screens, serving: Serving) -> None:
    page = screen_of("giang", "operator", path="/figures")
    page.locator("[name=wanted]").click()
    page.keyboard.type("a")
    assert page.locator("[name=wanted]").input_value() == "a"
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert page.url.endswith("/figures")


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("<button>Go</button>", "'Go' has no key"),
        ('<button data-key="G">Go</button>', "'Go' has the key G and shows []"),
        ('<button data-key="G">Go <kbd>H</kbd></button>', "'Go' has the key G and shows ['H']"),
        ('<a class="button" href="/">Go</a>', "'Go' has no key"),
        ("<details><summary>More</summary></details>", "'More' has no key"),
        ('<a data-row-key="G" href="/">Go <kbd>G</kbd></a>', "'Go' has the key of a row and stands in none"),
        ('<p><a data-key="G">a <kbd>G</kbd></a><a data-key="G">b <kbd>G</kbd></a></p>', "G is the key of 2 things"),
        ('<button data-key="Shift+P">Print <kbd>⇧P</kbd></button>', None),
        ('<ul data-rows><li><a data-row-key="Enter">a <kbd>Enter</kbd></a></li></ul>', None),
        ('<section hidden><button>Go</button></section><p><a href="/">running text</a></p>', None),
    ],
)
def test_a_button_without_its_key_is_told(html: str, told: str | None) -> None:
    assert wrong_keys(html) == ([told] if told else [])
