"""Unions, the youth, shareholders, N of M: the same definition, ballot, majority and minutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest

from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures, Member
from pipeline.election.load import load_election
from pipeline.forms.ballots import ballot_of
from pipeline.forms.document import dump_form, parse_form
from pipeline.reports.congress import congress_paper
from pipeline.reports.congress_fields import congress_faults
from pipeline.reports.paper import Imprint
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.tally.totals import AreaResult
from pipeline.usecases.congress_minutes import congress_of
from pipeline.usecases.totals import AreaTotals

VOTES = {"bch-01": 95, "bch-02": 93, "bch-03": 92, "bch-04": 60}


def meeting(rules: str, seats: int = 3) -> Election:
    """The example's first four names, under other rules."""
    one = load_election(Path(str(files("kiemphieu.example_congress"))))
    people = tuple(c for c in one.candidates if c.order <= (seats if rules == "party-no-surplus" else 4))
    return replace(one, rule_set=rules, candidates=people, units=tuple(replace(u, seats=seats) for u in one.units))


def counted(election: Election) -> AreaTotals:
    """187 summoned, 2 excused, 180 ballots collected, 170 of them valid."""
    names = {c.id for c in election.candidates}
    votes = {c: n for c, n in VOTES.items() if c in names}
    result = AreaResult(collected=180, scanned=180, valid=170, invalid={"b": 10}, votes=votes, leaving={2: 170})
    figures = AreaFigures(
        "hoi-truong", "bch", voters=187, voted=180, received=187, issued=180, left_over=7, spoiled=0,
        opened=datetime(2025, 6, 15, 9), closed=datetime(2025, 6, 15, 10), finished=datetime(2025, 6, 15, 12),
        members=(Member("A", "Trưởng ban"), Member("B", "Thư ký")), opening_witnesses=(), closing_witnesses=(),
        incidents="Không có", complaints="Không có", excused=2,
    )  # fmt: skip
    return AreaTotals("hoi-truong", "bch", "bch-1", result, figures, (), 0)


@pytest.mark.parametrize(
    ("rules", "needed", "elected"),
    [
        ("party-surplus", 185, ["bch-01", "bch-02"]),  # 92 of 185 is not more than half, though of 180 it is
        ("party-no-surplus", 185, ["bch-01", "bch-02"]),
        ("union", 180, ["bch-01", "bch-02", "bch-03"]),
        ("youth", 180, ["bch-01", "bch-02", "bch-03"]),
        ("shareholders", None, ["bch-01", "bch-02", "bch-03"]),
        ("n-of-m", None, ["bch-01", "bch-02", "bch-03"]),
    ],
)
def test_every_meeting_has_its_ballot_its_majority_and_its_minutes(
    rules: str, needed: int | None, elected: list[str]
) -> None:
    election = meeting(rules)
    form = ballot_of(election, "bch-1").form
    read_with = parse_form(dump_form(form), "form.json")
    assert [f.id for f in read_with.fields] == [f.id for f in form.fields]
    given = congress_of(election, counted(election))
    assert congress_faults(given) == ()
    assert given.needed == needed
    assert given.elected is not None
    names = {c.id: c.full_name for c in election.candidates}
    assert [one.name for one in given.elected] == [names[c] for c in elected]
    assert given.missing == 3 - len(elected)
    paper, imprint = congress_paper(given), Imprint("a" * 64, "b" * 64, trial=True)
    assert paper_pdf(paper, imprint).startswith(b"%PDF")
    assert paper_docx(paper, imprint).startswith(b"PK")


def test_minutes_that_lack_the_figures_say_so() -> None:
    election = meeting("party-surplus")
    bare = replace(counted(election), figures=None)
    told = [str(m) for m in congress_faults(congress_of(election, bare))]
    (one,) = [t for t in told if "missing" in t]
    assert "delegates summoned" in one
    assert "members of the counting board" in one
