"""The prescribed ballots: what they say, where the names stand, and that one layout prints and reads."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from pipeline.election.definition import Election, Place
from pipeline.errors import Refusal
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.drawing import Text
from pipeline.forms.printing import print_ballots, render_blank

UNITS = ("qh-1", "tinh-4", "xa-2")


@pytest.mark.parametrize("unit", UNITS)
def test_the_same_ballot_prints_the_same_bytes(election: Election, unit: str) -> None:
    layout = ballot_layout(election, unit)
    assert print_ballots(layout, 3) == print_ballots(layout, 3)


@pytest.mark.parametrize("unit", UNITS)
def test_every_name_and_the_prescribed_words_are_printed(election: Election, unit: str) -> None:
    pdf = pypdfium2.PdfDocument(print_ballots(ballot_layout(election, unit), 2))
    assert len(pdf) == 2
    text = " ".join(pdf[1].get_textpage().get_text_range().split())
    assert tuple(round(v / 72 * 25.4) for v in pdf[1].get_size()) == (148, 210)
    for words in ("PHIẾU BẦU CỬ", "ĐẠI BIỂU", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Vị trí đóng dấu"):
        assert words in text
    for candidate in election.candidates_of(unit):
        assert candidate.full_name.upper() in text
    assert f"Được bầu {election.unit(unit).seats:02d} đại biểu" in text


@pytest.mark.parametrize("unit", UNITS)
def test_the_lines_of_a_name_hold_its_ink_and_nothing_lies_beside_them(election: Election, unit: str) -> None:
    layout = ballot_layout(election, unit)
    dpi = 300
    pixels = render_blank(layout, dpi)
    scale = dpi / 25.4
    for field in layout.form.sides[0].fields:
        for line in field.lines:
            box = line.grown(0.15)
            x0, x1 = int(box.x * scale), int(box.right * scale) + 1
            y0, y1 = int(box.y * scale), int(box.bottom * scale) + 1
            dark = pixels[y0:y1, x0:x1] < 200
            columns = np.flatnonzero(dark.any(axis=0))
            rows = np.flatnonzero(dark.any(axis=1))
            # Thin serifs fade in the raster by up to 0.4 mm; a box that is a letter off would fail.
            assert abs(columns[0] / scale - 0.15) < 0.4
            assert abs(columns[-1] / scale - (box.w - 0.15)) < 0.4
            assert abs(rows[0] / scale - 0.15) < 0.4
            # To the right of the name the paper is white.
            assert pixels[y0:y1, x1 + 2 : x1 + 30].min() > 200


def test_a_second_name_stands_on_its_own_line_where_the_list_says_so(election: Election) -> None:
    fields = {f.id: f for f in ballot_layout(election, "qh-1").form.sides[0].fields}
    assert len(fields["qh-1-2"].lines) == 2
    assert len(fields["qh-1-1"].lines) == 1
    tinh = {f.id: f for f in ballot_layout(election, "tinh-4").form.sides[0].fields}
    assert "(BẢY BÌNH)" in tinh["tinh-4-2"].label
    assert len(tinh["tinh-4-2"].lines) == 1


def test_equal_names_carry_their_dates_of_birth(election: Election) -> None:
    people = list(election.candidates)
    people[2] = replace(people[2], family="Trần", middle="Văn", given="An")
    labels = [f.label for f in ballot_layout(replace(election, candidates=tuple(people)), "qh-1").form.sides[0].fields]
    assert "Ông TRẦN VĂN AN (04/03/1971)" in labels
    assert "Ông TRẦN VĂN AN (04/03/1973)" in labels


def test_too_many_names_are_refused(election: Election) -> None:
    first = election.candidates_of("qh-1")[0]
    many = tuple(replace(first, id=f"c{i}", order=i, given=f"An{i}") for i in range(1, 40))
    with pytest.raises(Refusal, match="39 names do not fit"):
        ballot_layout(replace(election, candidates=many), "qh-1")


def test_a_ballot_names_the_place_of_its_unit(election: Election) -> None:
    for unit, place, other in (("qh-1", "Tỉnh Hòa Bình", "Xã"), ("xa-2", "Xã An Phú", "Tỉnh")):
        words = [mark.text for mark in ballot_layout(election, unit).marks if isinstance(mark, Text)]
        assert place in words
        assert not [w for w in words if w.startswith(other)]


def test_a_ballot_whose_place_is_not_known_is_not_printed(election: Election) -> None:
    with pytest.raises(Refusal, match="no voting area belongs to this unit"):
        ballot_layout(replace(election, areas=()), "qh-1")
    orphan = (Place("ap", "commune", "Xã An Phú", None),)
    with pytest.raises(Refusal, match="kv1 lie in no province"):
        ballot_layout(replace(election, places=orphan), "tinh-4")
    assert ballot_layout(replace(election, places=orphan), "xa-2")


def test_a_unit_of_two_communes_has_no_commune_ballot(election: Election) -> None:
    places = (*election.places, Place("bd", "commune", "Xã Bình Đông", "hb"))
    areas = (*election.areas, replace(election.areas[0], id="kv2", place="bd"))
    both = replace(election, places=places, areas=areas)
    with pytest.raises(Refusal, match=r"several places \(Xã An Phú, Xã Bình Đông\)"):
        ballot_layout(both, "xa-2")
    assert ballot_layout(both, "qh-1")
