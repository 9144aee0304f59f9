"""What stands on the count forms as they are printed: people as on the ballot, heads, the bundle, who counted."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.election.definition import Candidate, Election
from pipeline.election.load import load_election
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.count_forms import CountForm, figures_form, tally_form
from pipeline.forms.drawing import Line, Outline, Text
from pipeline.forms.fonts import ink_box
from pipeline.geometry import Box

OTHER = "Hòa thượng Thích Quảng Phước"
LONG = "Hòa thượng Thích Quảng Phước Thiện Tâm Minh Đức, pháp danh Nguyên Tánh"
FAR_TOO_LONG = f"{LONG}, trụ trì chùa Báo Ân"


def of_example(name: str = "example", contest: str = "xa") -> CountForm:
    election = load_election(Path(str(files("kiemphieu") / name)))
    place = next(c for c in election.contests if c.id == contest or name != "example")
    return CountForm(election, election.areas[0], place)


def with_people(of: CountForm, *people: Candidate) -> CountForm:
    others = tuple(c for c in of.election.candidates if c.unit != of.unit.id)
    election: Election = replace(of.election, candidates=(*others, *people))
    return replace(of, election=election)


def many(of: CountForm, count: int) -> CountForm:
    """As many people with names and other names that need more than a line."""
    one = of.candidates[0]
    return with_people(of, *(
        replace(one, id=f"c{n}", order=n, middle="Tôn Nữ Hồng Phương", given=f"Thảo {n}", other_name=OTHER)
        for n in range(1, count + 1)
    ))  # fmt: skip


def inks(layout: BallotLayout) -> list[tuple[str, Box]]:
    texts = [mark for mark in layout.marks if isinstance(mark, Text)]
    return [(t.text, ink_box(t.text, t.face, t.points, t.x, t.baseline)) for t in texts]


def beside(layout: BallotLayout, field: str) -> str:
    """What is printed to the left of a field's boxes, nearest to them, line by line."""
    box = layout.form.field(field).box
    level = [
        (at, text)
        for text, at in inks(layout)
        if at.right < box.x and box.x - at.x < 60 and box.y - 1.5 < at.centre[1] < box.bottom + 1.5
    ]
    return " ".join(text for _, text in sorted(level, key=lambda found: found[0].y))


def overlap(one: Box, other: Box) -> bool:
    return one.x < other.right and other.x < one.right and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("tally", [False, True])
def test_candidates_stand_with_their_number_title_and_other_name_and_are_called_so_on_the_screen(tally: bool) -> None:
    of = of_example()
    layout = tally_form(of) if tally else figures_form(of, issued_includes_spoiled=False)
    field = "tally_{}" if tally else "votes_{}"
    assert beside(layout, field.format(1)) == "1. Bà Bùi Thị An"
    assert beside(layout, field.format(7)) == "7. Ông Tạ Văn Nghĩa (Hai Nghĩa)"
    assert layout.form.field("votes_7").label == "Ông Tạ Văn Nghĩa (Hai Nghĩa)"


def test_equal_names_have_the_day_of_birth_before_the_other_name() -> None:
    of = of_example()
    one = of.candidates[0]
    twins = with_people(of, replace(one, other_name="Tư An"), replace(one, id="twin", order=2))
    layout = figures_form(twins, issued_includes_spoiled=False)
    born = f"({one.birth_date:%d/%m/%Y})"
    assert beside(layout, "votes_1") == f"1. Bà Bùi Thị An {born} (Tư An)"
    assert beside(layout, "votes_2") == f"2. Bà Bùi Thị An {born}"


def test_delegates_have_their_number_and_no_title() -> None:
    of = of_example("example_congress")
    for layout, field in ((tally_form(of), "tally_1"), (figures_form(of, issued_includes_spoiled=True), "votes_1")):
        assert beside(layout, field) == f"1. {of.candidates[0].full_name}"
        assert layout.form.field(field).label == of.candidates[0].full_name


def test_a_long_other_name_is_set_smaller_and_one_that_fits_in_no_size_is_left_out_on_paper_alone() -> None:
    of = of_example()
    one, two, *_ = of.candidates
    people = replace(one, other_name=LONG), replace(two, other_name=FAR_TOO_LONG)
    layout = figures_form(with_people(of, *people), issued_includes_spoiled=False)
    assert beside(layout, "votes_1") == f"1. Bà Bùi Thị An ({LONG})"
    assert beside(layout, "votes_2") == "2. Ông Cao Bá Chiến"
    assert layout.form.field("votes_2").label == f"Ông Cao Bá Chiến ({FAR_TOO_LONG})"


@pytest.mark.parametrize("count", [1, 10])
@pytest.mark.parametrize("tally", [False, True])
def test_ten_people_with_long_names_fit_and_no_print_lies_on_other_print_or_on_a_box(tally: bool, count: int) -> None:
    of = replace(many(of_example(), count), trial=True)
    layout = tally_form(of) if tally else figures_form(of, issued_includes_spoiled=False)
    boxes = [mark.box for mark in layout.marks if isinstance(mark, Outline)]
    found = [(text, at) for text, at in inks(layout) if text != ","]
    for i, (text, at) in enumerate(found):
        assert layout.size.w - 8 > at.right, text
        assert not [box for box in boxes if overlap(at, box)], text
        # accents of a line may reach between the letters of the line above
        assert not [other for other, box in found[i + 1 :] if overlap(at, box) and abs(box.y - at.y) < 1.5], text


@pytest.mark.parametrize("people", [8, 13])
def test_the_tally_sheet_has_heads_over_its_columns_and_lines_for_two_who_count(people: int) -> None:
    layout = tally_form(many(of_example(), people))
    cell, number = layout.form.field("tally_1").box, layout.form.field("votes_1").box
    heads = {text: at for text, at in inks(layout) if text.startswith(("Người ứng cử", "Gạch đếm", "Số phiếu"))}
    above = max(f.box.bottom for f in layout.form.sides[0].fields if f.box.bottom < cell.y)
    assert heads["Người ứng cử"].right < cell.x
    strokes = next(at for text, at in heads.items() if text.startswith("Gạch đếm"))
    assert cell.x < strokes.x < strokes.right < cell.right
    assert number.x - 2 < heads["Số phiếu"].x < heads["Số phiếu"].right < number.right + 2
    for head in (heads["Người ứng cử"], strokes, heads["Số phiếu"]):
        assert above < head.y < head.bottom < cell.y
    lines = [mark for mark in layout.marks if isinstance(mark, Line)]
    last = layout.form.field(f"tally_{people}").box.bottom
    assert len(lines) == 2
    for line in lines:
        assert line.x2 - line.x1 >= 60.0  # a name written by hand
        assert line.y1 - last >= 8.0
        assert line.y1 < 280.0
    assert [text for text, _ in inks(layout) if text.startswith("Người kiểm phiếu")] == [
        "Người kiểm phiếu thứ nhất (ghi rõ họ và tên)", "Người kiểm phiếu thứ hai (ghi rõ họ và tên)"
    ]  # fmt: skip


def test_the_number_of_the_bundle_stands_first_and_alone_on_its_line() -> None:
    layout = tally_form(of_example())
    bundle = layout.form.field("bundle").box
    others = [f.box for f in layout.form.sides[0].fields if f.id != "bundle"]
    assert all(bundle.bottom < box.y for box in others)
    assert beside(layout, "bundle") == "Tệp phiếu số"


def test_figures_and_tally_above_the_strokes_keep_clear_of_each_other_where_a_bundle_has_most_of_them() -> None:
    of = of_example()
    units = tuple(replace(u, seats=7) if u.id == of.unit.id else u for u in of.election.units)
    layout = tally_form(replace(of, election=replace(of.election, units=units)))
    figures = [f.box for f in layout.form.sides[0].fields if f.box.y < layout.form.field("tally_1").box.y]
    assert len(figures) == 12
    rows = sorted({box.y for box in figures})
    assert all(lower - upper >= figures[0].h + 1.5 for upper, lower in pairwise(rows))
    assert rows[-1] + figures[0].h + 2 < layout.form.field("tally_1").box.y
