"""The menu: every screen has a key of its own, and a page stands in it once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
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
    links = tuple(Link(message("Totals"), p, "T", "see_totals") for p in ("/typing", "/typing/boxes"))
    assert where(links, path) == entry


def test_one_entry_of_the_menu_is_the_page_itself(signed_in: Callable[..., Browser]) -> None:
    page = signed_in("uyban", "committee").client.get("/totals").text
    assert page.count('aria-current="page"') == 2  # the entry of the menu and the contest on the page
    assert '<a href="/totals" data-key="Shift+T" aria-current="page">' in page
