"""The benchmark of photographs: what is compared is what was drawn, and nothing of another reader is added up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import photo_sheets, photos
from benchmarks.photo_sheets import Case, Kind, case, corner_errors, forms, judged
from calibration.simulate.camera import draw_conditions, photographed
from calibration.simulate.ink import PAPER_PPMM
from calibration.simulate.scanner import jpeg
from calibration.simulate.seeds import rng_for
from pipeline.review.profile import default_profile

HEAD = {"reader": "r", "paper": "p", "profile": "f"}


@pytest.fixture(scope="module")
def unmarked() -> Case:
    """A blank form, photographed with 3 megapixels and nothing over it."""
    pixels, form = forms()[0]
    taken = replace(draw_conditions(rng_for(1)), sensor=(1536, 2048), crop="none", cover="none", background="wood")
    photo = photographed(rng_for(2), pixels, PAPER_PPMM, conditions=taken)
    return Case(photo, form, (), dict.fromkeys((f.id for f in form.sides[0].side.fields), "unmarked"))


@pytest.fixture
def flat() -> Iterator[bytes]:
    """The same form as a scanner would have it."""
    yield jpeg(forms()[0][0], 95)


@pytest.mark.parametrize("kind", photo_sheets.KINDS)
def test_a_case_is_the_same_whoever_draws_it(kind: Kind) -> None:
    first, again = (case(kind, 5, 2) for _ in range(2))
    assert first.photo.jpeg() == again.photo.jpeg()
    assert first.truth == again.truth
    assert {f.id for f in first.fields} == set(first.truth)


def test_the_error_is_the_distance_from_the_true_place(unmarked: Case) -> None:
    exact = {f.id: unmarked.photo.geometry.true_pixels(np.array(f.box.corners)) for f in unmarked.fields}
    assert max(corner_errors(unmarked, exact)) == 0
    moved = exact | {"3-3": exact["3-3"] + (3.0, 4.0)}
    errors = corner_errors(unmarked, moved)
    assert max(errors) == pytest.approx(5 / unmarked.photo.geometry.pixels_per_mm())
    assert sum(e > 0 for e in errors) == 1


@pytest.mark.parametrize(
    ("covered", "right", "fault"), [(0.0, "unmarked", True), (0.1, "unmarked", False), (1.0, "ambiguous", False)]
)
def test_of_a_hidden_field_no_value_may_be_accepted(unmarked: Case, covered: float, right: str, fault: bool) -> None:
    field = unmarked.fields[30]
    b = field.box
    over = np.array(
        [
            (b.x - 2, b.y - 2),
            (b.x + covered * b.w, b.y - 2),
            (b.x + covered * b.w, b.bottom + 2),
            (b.x - 2, b.bottom + 2),
        ]
    )
    fingers = () if covered == 0 else (over,)
    assert judged(replace(unmarked, photo=replace(unmarked.photo, fingers=fingers)), field) == (right, fault)


def test_a_file_that_shows_the_sheet_elsewhere_is_told_by_its_places(unmarked: Case, flat: bytes) -> None:
    line = photos.photo_line(unmarked, flat, default_profile())
    assert line["fate"] == "read"
    assert line["readings"] == len(unmarked.fields)
    assert line["wrong"] == []
    assert min(line["off_mm"]) > photos.FAR_MM


def test_a_value_that_is_not_the_truth_is_counted_wrong(unmarked: Case, flat: bytes) -> None:
    marked = replace(unmarked, truth=dict(unmarked.truth) | {"4-2": "marked", "7-1": "ambiguous", "8-1": "not marked"})
    line = photos.photo_line(marked, flat, default_profile())
    assert [w["field"] for w in line["wrong"]] == ["4-2", "7-1"]
    assert line["unambiguous"] == len(unmarked.fields) - 2


def test_a_photograph_of_nothing_is_a_rejection(unmarked: Case) -> None:
    line = photos.photo_line(unmarked, jpeg(np.full((2048, 1536, 3), 200, np.uint8), 90), default_profile())
    assert line["fate"] not in ("read", "reader_crashed")
    assert "wrong" not in line


def test_a_stopped_run_goes_on_and_another_readers_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    assert photos.lines_of(path, HEAD) == []
    lines = [{"kind": "ballot", "seed": 1, "sheet": n, **HEAD} for n in (0, 1)]
    lines += [{"kind": "ballot", "seed": 1, "sheet": 2, **HEAD, "reader": "another"}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    kept = photos.lines_of(path, HEAD)
    assert [line["sheet"] for line in kept] == [0, 1]
    assert photos.missing(kept, ["ballot"], 1, 4) == [("ballot", 2), ("ballot", 3)]
    assert photos.missing(kept, ["ballot"], 9, 1) == [("ballot", 0)]


def test_the_table_sums_photographs_and_readings_by_class(unmarked: Case) -> None:
    common = photos.conditions_of(unmarked.photo) | {"form": "f", "seconds": 1.0}
    read = common | {
        "fate": "read", "unambiguous": 10, "asked_unambiguous": 1, "wrong": [{}, {}], "off_mm": [0.1, 0.1, 2.0],
    }  # fmt: skip
    rows = photos.table([read, read, common | {"fate": "no_form_fits"}]).splitlines()
    assert rows[1].split() == ["all", "3", "2", "4", "10.00", "0.100", "2.000", "2", "1.00", "no_form_fits", "1"]
    assert any(row.startswith(f"light: {unmarked.photo.conditions.light} ") for row in rows)


def test_a_corner_whose_marks_are_lost_on_a_page_askew_is_found_flat() -> None:
    """As a scan this photograph fits but for its lower right: 32 targets were looked for 1 to 5 mm off."""
    line = photos.photo_line(case("form", 304, 52), case("form", 304, 52).photo.jpeg(), default_profile())
    assert line["fate"] == "read"
    assert not line["wrong"]
    assert max(line["off_mm"]) < 0.5
    assert line["accepted"] > 0.9 * line["readings"]
