"""Foreign papers: the truth of marks by hand, pages that follow from their names, places that survive a scan."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks.foreign_papers import pages
from benchmarks.foreign_papers.blank import Place, Target
from benchmarks.foreign_papers.damage import Damage, encoded, scanned
from benchmarks.foreign_papers.draw import Draw
from benchmarks.foreign_papers.ink import InkedPage, Pen
from benchmarks.foreign_papers.learned import row as learned_row
from benchmarks.foreign_papers.learned import says_it
from benchmarks.foreign_papers.marks import Done, Hand, MarkKind, Truth, truths
from benchmarks.foreign_papers.papers import ALL_PAPERS, PAPERS
from benchmarks.foreign_papers.score import field_at, row
from benchmarks.foreign_papers.voters import Aimed
from pipeline.recognize.reading import FieldReading

DPI = 200
PER_MM = DPI / 25.4
SIZE = (60.0, 60.0)
TARGET = Place(27.5, 27.5, 5, 5)
BALL = Pen("black", 0.5, 1.0)


def blank(dpi: int = DPI) -> NDArray[np.uint8]:
    """A white sheet of 60 by 60 mm with one box."""
    k = dpi / 25.4
    sheet = np.full((round(SIZE[1] * k), round(SIZE[0] * k), 3), 255, np.uint8)
    (left, top), (right, bottom) = TARGET.corners[0], TARGET.corners[2]
    cv2.rectangle(sheet, (int(left * k), int(top * k)), (int(right * k), int(bottom * k)), (0, 0, 0), 2)
    return sheet


@pytest.fixture
def hand() -> Hand:
    return Hand(InkedPage(blank(), DPI), BALL, Draw("test", 1, 0))


def truth(hand: Hand, done: Done, bitonal: bool = False, names: bool = False) -> Truth:
    return truths(hand.page, [TARGET], done, hand.pen, bitonal, names)[0]


def test_an_untouched_target_is_unmarked(hand: Hand) -> None:
    assert truth(hand, Done()) == "unmarked"


@pytest.mark.parametrize("kind", ["filled", "x", "tick", "slash", "dash"])
def test_a_deliberate_mark_is_marked(hand: Hand, kind: MarkKind) -> None:
    hand.mark(TARGET, 0, kind)
    assert truth(hand, Done({0: kind})) == "marked"


def test_a_filled_target_is_covered(hand: Hand) -> None:
    hand.mark(TARGET, 0, "filled")
    inside = hand.page.ink[hand.page.window(28.5, 28.5, 31.5, 31.5)]
    assert (inside > 0.3).mean() > 0.7


def test_a_stroke_3_mm_away_leaves_the_target_unmarked(hand: Hand) -> None:
    hand.line([(24.2, 20), (24.2, 40)])
    assert truth(hand, Done(beside={0})) == "unmarked"


def test_a_stroke_beside_the_target_is_doubtful_where_it_is_close(hand: Hand) -> None:
    hand.line([(26.5, 20), (26.5, 40)])
    assert truth(hand, Done()) == "unmarked"
    assert truth(hand, Done(beside={0})) == "ambiguous"


def test_a_stray_stroke_through_the_rim_is_ambiguous(hand: Hand) -> None:
    hand.line([(20, 30), (28.2, 30)])
    assert truth(hand, Done()) == "ambiguous"


def test_a_circle_round_a_target_and_a_short_stroke_are_ambiguous(hand: Hand) -> None:
    hand.mark(TARGET, 0, "circle")
    assert truth(hand, Done({0: "circle"})) == "ambiguous"
    hand.line([(29, 30), (30, 30)], 0)
    assert truth(hand, Done({0: "x"})) == "ambiguous"


def test_a_pale_pencil_may_vanish_in_black_and_white(hand: Hand) -> None:
    hand.pen = Pen("pencil", 0.5, 0.6)
    hand.mark(TARGET, 0, "filled")
    assert truth(hand, Done({0: "filled"})) == "marked"
    assert truth(hand, Done({0: "filled"}), bitonal=True) == "ambiguous"


def test_of_a_name_only_a_line_through_it_is_a_mark(hand: Hand) -> None:
    hand.strike(TARGET, 0, "line")
    assert truth(hand, Done({0: "line"}), names=True) == "marked"
    assert truth(hand, Done({0: "underline"}, beside={0}), names=True) == "ambiguous"


def _page(monkeypatch: pytest.MonkeyPatch, seed: int, number: int, aimed: Aimed = "nothing") -> pages.MarkedPage:
    monkeypatch.setattr(pages, "picture", lambda _, dpi: blank(dpi))
    targets = [Target(f"t{i}", Place(10 + 15 * i, 27.5, 5, 5, i == 2)) for i in range(3)]
    return pages.marked_page(PAPERS["es"], Path(), targets, seed, number, aimed)


@pytest.mark.parametrize("aimed", ["nothing", "all", "thin"])
def test_a_page_follows_from_its_names(monkeypatch: pytest.MonkeyPatch, aimed: Aimed) -> None:
    first, again, other = (_page(monkeypatch, 3, number, aimed) for number in (5, 5, 6))
    assert first.content == again.content
    assert [t.truth for t in first.targets] == [t.truth for t in again.targets]
    assert other.content != first.content


def test_what_is_aimed_is_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(_page(monkeypatch, 1, n, "streaks").damage.streaks == 1 for n in range(4))
    assert all(_page(monkeypatch, 1, n, "folds").damage.fold for n in range(4))
    assert all(_page(monkeypatch, 1, n, "dust").damage.dust >= 60 for n in range(4))
    assert all(_page(monkeypatch, 1, n, "thin").pen.width <= 0.4 for n in range(4))


def test_a_kept_page_has_its_truth_beside_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = _page(monkeypatch, 1, 0)
    page.keep(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {page.file, f"{page.file}.json"}


@pytest.mark.parametrize("upside_down", [False, True])
@pytest.mark.parametrize(("skew", "stretch"), [(0.0, 0.0), (2.5, 0.003), (-3.0, -0.003)])
def test_true_places_survive_the_scan(skew: float, stretch: float, upside_down: bool) -> None:
    sheet = np.full((480, 470, 3), 255, np.float32)
    places = [Place(10, 12, 5, 5), Place(40, 45, 6, 4)]
    for place in places:
        at = [round(v * PER_MM * 16) - 8 for v in place.middle]
        cv2.circle(sheet, (at[0], at[1]), 4 * 16, (0, 0, 0), -1, cv2.LINE_AA, 4)
    damage = Damage(DPI, "grey", skew, upside_down, stretch)
    scan = scanned(Draw("test", 2, 0), sheet, places, damage, "nothing")
    for place in places:
        x, y = scan.at(np.array([place.middle]))[0]
        left, top = int(x) - 12, int(y) - 12
        dark = 255 - scan.pixels[top : top + 24, left : left + 24].astype(float)
        rows, columns = np.mgrid[0:24, 0:24] + 0.5
        found = (left + (dark * columns).sum() / dark.sum(), top + (dark * rows).sum() / dark.sum())
        assert found == pytest.approx((x, y), abs=1)
        assert dark.max() > 200


@pytest.mark.parametrize(("mode", "jpeg", "ending"), [("bitonal", 0, "tif"), ("grey", 80, "jpg"), ("colour", 0, "png")])
def test_a_scan_is_a_file_of_its_kind(mode: str, jpeg: int, ending: str) -> None:
    damage = Damage(DPI, mode, jpeg=jpeg)  # type: ignore[arg-type]
    scan = scanned(Draw("test", 3, 0), blank().astype(np.float32), [TARGET], damage, "nothing")
    name, content = encoded(scan.pixels, damage)
    assert name == ending
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert decoded is not None
    assert decoded.shape == scan.pixels.shape[:2]


def test_there_are_seventeen_papers_whose_targets_are_numbered() -> None:
    assert len(PAPERS) == 17
    for name, paper in PAPERS.items():
        html = paper.html()
        count = html.count("data-t=")
        assert paper.name == name
        assert all(f'data-t="t{i:03d}"' in html for i in range(1, count + 1))
    assert PAPERS["ph"].html().count("data-t=") == 136


def test_a_reading_belongs_to_the_target_that_holds_its_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    targets = _page(monkeypatch, 1, 0).targets
    corners = [(float(x) + 3, float(y) - 3) for x, y in targets[1].corners]
    reading = FieldReading("b", "box", {}, {}, (corners[0], corners[1], corners[2], corners[3]))
    assert [field_at(target, [reading]) is reading for target in targets] == [False, True, False]


def test_a_row_counts_what_is_asked_of_the_unambiguous_alone() -> None:
    sums = Counter({"pages": 3, "rejected: poor_registration": 1, "marked": 4, "unmarked": 6, "ambiguous": 5})
    sums.update({"accepted": 9, "marked accepted": 3, "unmarked accepted": 5, "ambiguous accepted": 1, "wrong": 1})
    assert row("uk", sums) == (
        "| uk | 3 | poor_registration 1 | 9 | 1 | 1 of 5 | 20.0 % (2 of 10) | 25.0 % (1 of 4) | 16.7 % (1 of 6) | 0 |"
    )


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Ada Byron", True),
        ("3. Ada Byron Independant", True),
        ("Ada", False),
        ("Ada Byron Grace Hopper", False),
        ("Byron Ada", False),
        ("", False),
    ],
)
def test_a_label_has_its_words_and_none_of_another(text: str, right: bool) -> None:
    assert says_it(text, "Ada Byron", "3 Independent", accents=False) is right


def test_accents_count_where_they_are_asked_for() -> None:
    assert says_it("Le Van Binh", "Lê Văn Bình", "", accents=False)
    assert not says_it("Le Van Binh", "Lê Văn Bình", "", accents=True)


def test_every_target_of_every_paper_says_what_is_printed_about_it() -> None:
    for paper in ALL_PAPERS.values():
        html = paper.html()
        assert html.count("data-t=") == html.count("data-l=") > 0


def test_a_row_of_what_was_learned_counts_labels_of_found_targets() -> None:
    counts = Counter({"targets": 9, "found": 8, "other": 1, "labels": 7, "contests": 6, "not said": 2, "doubted": 3})
    assert learned_row("uk", counts, 0.123, "box") == ("| uk | box | 8 of 9 | 1 | 0.12 | 7 of 8 | 6 of 8 | 2 | 3 |")
