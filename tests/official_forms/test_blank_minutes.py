"""The minutes that are printed before anything is counted: of no log, with room to write, and in lines that hold
together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest

from pipeline.election.codec import digest
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.forms.document import dump_form, parse_form
from pipeline.forms.fonts import MM_PER_POINT
from pipeline.usecases.blank_minutes import blank_minutes_of

NAME = 60.0
"""mm that a Vietnamese name takes, written by hand."""
RIGHT_MARGIN = 210.0 - 18.0
DOT = 1.2
"""mm from dot to dot, rounded up: as near as dots come to the end of a line."""


@dataclass(frozen=True)
class Line:
    """A line of print and the runs of dots on it, (left, right) in mm."""

    text: str
    dots: tuple[tuple[float, float], ...]


def example() -> Election:
    return load_election(Path(str(files("kiemphieu.example"))))


def long_names(count: int) -> Election:
    """The example with ``count`` candidates for the commune's council whose names fill a line."""
    election = example()
    unit = election.area("kv1").units["xa"]
    one, *_ = election.candidates_of(unit)
    people = tuple(
        replace(one, id=f"c{n}", order=n, middle="Tôn Nữ Hồng"[: 3 * n], given=f"Thảo {n}", other_name="Thích Nữ Hạnh")
        for n in range(1, count + 1)
    )
    others = tuple(c for c in election.candidates if c.unit != unit)
    return replace(election, candidates=(*others, *people))


def lines_of(pdf: bytes) -> Iterator[Line]:
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        every, start = text.get_text_range(), 0
        for line in every.splitlines(keepends=True):
            runs: list[tuple[float, float]] = []
            for i, letter in enumerate(line):
                if letter == ".":
                    left, _, right, _ = text.get_charbox(start + i)
                    if i and line[i - 1] == ".":
                        runs[-1] = (runs[-1][0], right * MM_PER_POINT)
                    else:
                        runs.append((left * MM_PER_POINT, right * MM_PER_POINT))
            yield Line(line.strip(), tuple(run for run in runs if run[1] - run[0] > 2.0))
            start += len(line)


@pytest.mark.parametrize("contest", ["qh", "tinh"])
def test_the_foot_has_the_digest_of_the_definition_alone(contest: str) -> None:
    election = example()
    pdf, _ = blank_minutes_of(election, contest, "kv1", trial=True)
    for page in pypdfium2.PdfDocument(pdf):
        foot = [line for line in page.get_textpage().get_text_range().splitlines() if line.startswith("SHA-256")]
        assert foot == [f"SHA-256 {digest(election)[:32]}"]


@pytest.mark.parametrize("contest", ["qh", "xa"])
def test_names_and_addresses_have_room_to_be_written_by_hand(contest: str) -> None:
    pdf, _ = blank_minutes_of(example(), contest, "kv1", trial=False)
    lines = list(lines_of(pdf))
    addresses = [line for line in lines if line.text.startswith("Nơi ở hiện nay")]
    named = [line for line in lines if "Ông/Bà" in line.text]
    numbers = [f"{number}. ." for number in range(5, 22, 2)]
    further = [run for line in lines if line.text.startswith(tuple(numbers)) for run in line.dots]
    assert (len(addresses), len(named), len(further)) == (4, 8, 17)
    assert all(right - left >= NAME for line in (*addresses, *named) for left, right in line.dots)
    assert all(right - left >= NAME for left, right in further)
    for line in lines:
        assert all(right <= RIGHT_MARGIN for _, right in line.dots), line
    for line in addresses:
        assert line.dots[-1][1] > RIGHT_MARGIN - DOT - 0.5, line


@pytest.mark.parametrize("election", [example(), long_names(10), long_names(1)], ids=["example", "ten", "one"])
@pytest.mark.parametrize("contest", ["qh", "tinh", "xa"])
def test_no_line_breaks_between_a_figure_and_its_words(election: Election, contest: str) -> None:
    pdf, form = blank_minutes_of(election, contest, "kv1", trial=False)
    lines = [line.text for line in lines_of(pdf)]
    assert not [text for text in lines if text.startswith((".", "%", "/", "lệ", "hợp lệ", "giờ", "phút"))]
    assert all("Tỷ lệ" in text for text in lines if text.endswith("%"))
    votes = [text for text in lines if "phiếu/" in text]
    assert len(votes) == sum(f.id.startswith("votes_") for side in form.sides for f in side.fields)
    assert all("được" in text and text.endswith("phiếu hợp lệ") for text in votes)
    assert len(votes) == len(election.candidates_of(election.area("kv1").units[contest]))


@pytest.mark.parametrize("election", [example(), long_names(10), long_names(1)], ids=["example", "ten", "one"])
@pytest.mark.parametrize("contest", ["qh", "tinh", "xa"])
def test_the_places_of_figures_do_not_meet_and_lie_on_their_page(election: Election, contest: str) -> None:
    _, form = blank_minutes_of(election, contest, "kv1", trial=False)
    assert parse_form(dump_form(form), "form") == form
    people = [f.box for side in form.sides for f in side.fields if f.id.startswith(("votes_", "of_valid_"))]
    for votes, valid in zip(people[::2], people[1::2], strict=True):
        assert votes.y == valid.y
        assert votes.right < valid.x < valid.right < RIGHT_MARGIN
