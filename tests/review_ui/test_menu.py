"""The menu: every screen has a key of its own, and a page stands in it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from visitors import Browser

from pipeline.messages import message
from review_ui.app import SCREENS
from review_ui.screens import Link, where

FRAME = ("H", "L", "X", "?")
"""Keys with Shift that every page has: home, language, signing out, the manual."""


def test_no_two_screens_share_a_key_and_none_takes_one_of_the_frame() -> None:
    keys = Counter(s.link.key for s in SCREENS if s.link is not None)
    assert [k for k, number in keys.items() if number > 1 or k in FRAME] == []


@pytest.mark.parametrize(
    ("path", "entry"),
    [
        ("/typing", "/typing"),
        ("/typing/3", "/typing"),
        ("/typing/boxes", "/typing/boxes"),
        ("/typing/boxes/7", "/typing/boxes"),
        ("/typingly", ""),
        ("/", ""),
    ],
)
def test_a_page_belongs_to_the_longest_path_that_it_begins_with(path: str, entry: str) -> None:
    links = tuple(Link(message("Totals"), p, "T", "see_totals", "result") for p in ("/typing", "/typing/boxes"))
    assert where(links, path) == entry


def test_one_entry_of_the_menu_is_the_page_itself(signed_in: Callable[..., Browser]) -> None:
    page = signed_in("uyban", "committee").client.get("/totals").text
    assert page.count('aria-current="page"') == 2  # the entry of the menu and the contest on the page
    assert '<a href="/totals" data-key="Shift+T" aria-current="page">' in page


def test_what_does_not_fit_on_one_line_opens_together(signed_in: Callable[..., Browser]) -> None:
    leader = signed_in("hoa", "team_leader").client.get("/totals").text
    reviewer = signed_in("an", "reviewer").client.get("/review").text
    assert leader.count('<details class="menu">') == 3
    assert '<summary class="here">' in leader
    assert '<details class="menu">' not in reviewer
    for key in "BJSCDKTNVU":
        assert f'data-key="Shift+{key}"' in leader


def test_the_key_of_a_folded_entry_opens_it_and_escape_folds_the_menu(screen_of: Callable[..., Page]) -> None:
    page = screen_of("hoa", "team_leader")
    menu = page.locator("header details.menu").first
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    page.keyboard.press("Shift+T")
    page.wait_for_url("**/totals")
