"""The benchmark of lines along names: damage lies where it is aimed, and follows from the page alone."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lines_along_names import DAMAGES

PAGE = np.full((600, 400), 240, np.uint8)
NAME = np.array([(80.0, 300.0), (200.0, 300.0), (200.0, 330.0), (80.0, 330.0)])
ANYWHERE = {"crumpled", "ink set off", "edge of a shadow"}
"""What falls anywhere on the page, or covers half of it."""


@pytest.mark.parametrize("name", list(DAMAGES))
def test_the_same_chance_gives_the_same_damage(name: str) -> None:
    first, again = (DAMAGES[name](PAGE, NAME, np.random.default_rng(7)) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.shape == PAGE.shape
    assert (first == again).all()


@pytest.mark.parametrize("name", [name for name in DAMAGES if name not in ANYWHERE])
def test_damage_lies_on_the_name_in_grey_and_in_colour(name: str) -> None:
    for page in (PAGE, in_colour(PAGE)):
        changed = (DAMAGES[name](page, NAME, np.random.default_rng(7)) != page).reshape(600, 400, -1).any(axis=2)
        assert changed[290:340, 70:210].any()
        assert not changed[:100].all()


def in_colour(page: np.ndarray) -> np.ndarray:
    return np.repeat(page[..., None], 3, axis=2)


def test_a_streak_is_level_and_goes_from_edge_to_edge() -> None:
    changed = DAMAGES["dark streak"](PAGE, NAME, np.random.default_rng(7)) != PAGE
    rows = changed.any(axis=1)
    assert changed[rows].all()
    assert 1 < rows.sum() < 16
