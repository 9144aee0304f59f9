"""Our own count forms of the example election, printed once, filled in by a drawn hand and scanned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.digits.filled_form import filled
from pipeline.access.roles import Actor, Role
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.count_forms import CountForm, figures_form, tally_form
from pipeline.forms.printing import write_form
from pipeline.forms.template import Form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.numbers import NumbersDecided, decide_numbers
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageSource, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, grey_of, prepare_form
from pipeline.storage import accounts
from pipeline.usecases.blank_minutes import blank_minutes_of
from pipeline.usecases.workspace import Workspace, create_workspace

Picture = NDArray[np.uint8]

FIGURES = {
    "voters": 1090, "voted": 1043, "turnout": 9569, "received": 1200, "issued": 1050, "spoiled": 7, "left_over": 143,
    "collected": 1040, "valid": 1021, "valid_percent": 9817, "invalid": 19, "invalid_percent": 183, "left_1": 10,
    "left_2": 20, "left_3": 91, "left_4": 300, "left_5": 600, "votes_sum": 4523, "votes_1": 900, "votes_2": 800,
    "votes_3": 700, "votes_4": 650, "votes_5": 600, "votes_6": 500, "votes_7": 250, "votes_8": 123,
}  # fmt: skip
"""Figures of the commune contest in voting area 1 that keep every rule."""
STROKES = (30, 28, 40, 22, 11, 7, 9, 13)
BUNDLE = {
    "bundle": 3, "ballots": 50, "valid": 48, "invalid": 2, "left_1": 0, "left_2": 5, "left_3": 22, "left_4": 21,
    "left_5": 0, "votes_sum": 160,
    **{f"votes_{i}": n for i, n in enumerate(STROKES, 1)}, **{f"tally_{i}": n for i, n in enumerate(STROKES, 1)},
}  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """A form as printed: the document's folder, what reads it, its blank picture."""

    folder: Path
    form: Form
    prepared: PreparedForm
    blank: Picture

    def filled(self, values: Mapping[str, int | str], seed: int = 1, **more: str) -> Picture:
        texts = {name: str(value) for name, value in values.items()} | more
        return filled(np.random.default_rng(seed), self.blank, self.form, texts)

    def read(self, page: Picture, *others: Printed) -> PageReading | Rejection:
        raw = RawPage(PageSource("scan.png", "0" * 64, 1), page, None)
        return read_raw(raw, [self.prepared, *(other.prepared for other in others)])

    def decided(self, page: Picture) -> NumbersDecided:
        reading = self.read(page)
        assert isinstance(reading, PageReading), reading
        return decide_numbers(reading.written, self.form, default_profile().numbers)


def printed(of: CountForm, folder: Path, *, tally: bool = False) -> Printed:
    return as_printed(tally_form(of) if tally else figures_form(of, issued_includes_spoiled=False), folder)


def as_printed(layout: BallotLayout, folder: Path) -> Printed:
    path = write_form(layout, folder)
    blank = cv2.imread(str(path.with_suffix(".png")), cv2.IMREAD_GRAYSCALE)
    assert blank is not None
    return Printed(folder, layout.form, prepare_form(layout.form, folder), np.asarray(blank, np.uint8))


def printed_minutes(election: Election, contest: str, area: str, *, trial: bool) -> tuple[Form, list[Picture]]:
    """The blank minutes of a place: their form and how their pages look."""
    content, form = blank_minutes_of(election, contest, area, trial=trial)
    pages = [grey_of(page) for page in decode_pages(content, form.id, "") if isinstance(page, RawPage)]
    return form, [np.asarray(page, np.uint8) for page in pages]


def example() -> Election:
    return load_election(Path(str(files("kiemphieu") / "example")))


@pytest.fixture(scope="session")
def commune() -> tuple[CountForm, CountForm]:
    """The commune contest in voting areas 1 and 2."""
    election = example()
    contest = election.contest("xa")
    one, two = [a for a in election.areas if "xa" in a.units][:2]
    return CountForm(election, one, contest), CountForm(election, two, contest)


@pytest.fixture(scope="session")
def figures(commune: tuple[CountForm, CountForm], tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return printed(commune[0], tmp_path_factory.mktemp("figures"))


@pytest.fixture(scope="session")
def other_area(commune: tuple[CountForm, CountForm], tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return printed(commune[1], tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="session")
def tally(commune: tuple[CountForm, CountForm], tmp_path_factory: pytest.TempPathFactory) -> Printed:
    return printed(commune[0], tmp_path_factory.mktemp("tally"), tally=True)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """The example election with the people who type and their leader."""
    made = with_accounts(tmp_path / "w", example())
    yield made
    made.close()


def with_accounts(folder: Path, election: Election) -> Workspace:
    """A workspace of an election with three operators and a team leader."""
    made = create_workspace(folder, election)
    with made.database.write() as db:
        people: dict[str, Role] = {"mot": "operator", "hai": "operator", "ba": "operator", "truong": "team_leader"}
        for key, role in people.items():
            accounts.put(db, Actor(key, key.title(), frozenset({role})))
    return made
