"""What the anchors that were found allow to be said of where a page's fields lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ballots
import numpy as np
import pytest

from pipeline.forms.template import ByContent, FieldKind, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.scan import by_content
from pipeline.scan.by_content import Anchored, anchored, candidate
from pipeline.scan.local_map import fitted
from pipeline.scan.matching import Matches
from pipeline.scan.page import PageSource, RawPage
from pipeline.scan.view import PageView

POSE = np.array([[8.0, 0.0, 0.0], [0.0, 8.0, 0.0]])
A4 = Size(210.0, 297.0)


class _Patches:
    def __init__(self, centres: np.ndarray[Any, Any]) -> None:
        self.centres, self.size, self.fine = centres, A4, self


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Which anchors are found just where they are expected; the others are not seen."""
    found: list[bool] = []

    def told(*_: object) -> Matches:
        mask = np.array(found)
        return Matches(np.zeros((len(mask), 2)), np.where(mask, 0.9, 0.0))

    monkeypatch.setattr(by_content, "matched", told)
    yield found


def view() -> PageView:
    return PageView(RawPage(PageSource("page.png", "", 1), np.full((400, 300), 255, np.uint8), None))


@pytest.mark.parametrize("bend", [0.0, 0.4])
def test_anchors_in_one_line_tell_nothing(seen: list[bool], bend: float) -> None:
    line = [[50.0 + bend * (i % 2), 20.0 + 30 * i] for i in range(8)]
    seen += [True] * 8
    assert anchored(view(), _Patches(np.array(line)), POSE) is None  # type: ignore[arg-type]


def test_anchors_over_the_page_do(seen: list[bool]) -> None:
    places = np.array([[30.0 + 75 * (i % 3), 20.0 + 60 * (i // 3)] for i in range(12)])
    seen += [True] * 12
    found = anchored(view(), _Patches(places), POSE)  # type: ignore[arg-type]
    assert found is not None
    assert found.found.all()


def unseen(kind: FieldKind, found: int, misfit: float = 0.0) -> float:
    """How far a field lies from what was found: 40 anchors, one of them in the field, 30 mm beyond the next."""
    places = np.array([[20.0 + 30 * (i % 6), 20.0 + 28 * (i // 6)] for i in range(39)] + [[190.0, 195.0]])
    mask = np.array([i < found for i in range(39)] + [False])
    rng = np.random.default_rng(3)
    fit = fitted(POSE, places[mask], rng.normal(0, misfit, (int(mask.sum()), 2)), A4)
    field = FormField("a", kind, Box(186.0, 191.0, 8.0, 8.0))
    side = FormSide("front", A4, ByContent(), (field,))
    features = _Patches(places)
    return candidate("f", side, features, Anchored(fit, mask, mask * 0.9)).unseen_mm  # type: ignore[arg-type]


def test_a_target_may_lie_farther_from_the_next_anchor_on_a_flat_sheet() -> None:
    """A cross in a large box hides the only anchor there; the box's own outline still says where it lies."""
    name, target, fewer = unseen("strike", 39), unseen("box", 39), unseen("box", 33)
    assert 30 < name < 60
    assert target == pytest.approx(name - by_content.ALL_MM)
    assert fewer - unseen("strike", 33) == pytest.approx(-by_content.OUTLINES_MM)
    assert unseen("box", 20) == unseen("strike", 20)  # too few to call it flat
    assert unseen("box", 39, misfit=0.25) == unseen("strike", 39, misfit=0.25)  # bent


def test_a_page_of_another_form_ends_in_a_rejection() -> None:
    """Six lines of print below each other were once all that another form's page seemed to share."""
    picture = np.full((1500, 1200), 245, np.uint8)
    for i in range(6):
        picture[100 + 200 * i : 112 + 200 * i, 500:700] = 20
    found = ballots.registered(picture, [ballots.form("tinh-4")], dpi=200)
    assert getattr(found, "reason", "read") in {"no_form_fits", "poor_registration"}
