"""docs/election-files.md tells the files as they are: its example loads, and it names every column and name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.election import figures, load, parse
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.election.rules import RULE_SETS, rules_of
from pipeline.election.unusual import warnings_of
from pipeline.tally.totals import NOTHING
from pipeline.usecases.checking import OVER_PAPER
from pipeline.usecases.totals import checked

DOCS = Path(__file__).parents[2] / "docs" / "election-files.md"


@pytest.fixture(scope="module")
def text() -> str:
    return DOCS.read_text(encoding="utf-8")


def section(text: str, title: str) -> str:
    return re.split(
        r"^##+ ",
        re.split(rf"^##+ {title}\b.*$", text, maxsplit=1, flags=re.MULTILINE)[1],
        maxsplit=1,
        flags=re.MULTILINE,
    )[0]


def columns(section: str) -> dict[str, tuple[bool, str]]:
    """Column -> (optional, Vietnamese), from the rows of a table."""
    rows = re.findall(r"^\| `(\w+)`( \(optional\))? \| ([^|]*) \|", section, flags=re.MULTILINE)
    return {name: (bool(optional), vietnamese.strip()) for name, optional, vietnamese in rows}


def test_the_files_of_the_page_are_an_election(text: str, tmp_path: Path) -> None:
    found = re.findall(r"^\*\*`(\S+)`\*\*\n\n```\w+\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    for name, content in found:
        (tmp_path / name).write_text(content, encoding="utf-8")
    election = load_election(tmp_path)
    assert warnings_of(election) == []
    assert (len(election.units), len(election.areas), len(election.candidates)) == (4, 2, 7)
    (row,) = load_figures(tmp_path / "figures.csv", election)
    assert (row.voters, row.left_over) == (1228, 83)
    unit = election.unit(election.ballot_form_id(row.area, row.contest))
    broken = {f.code for f in checked(row, NOTHING, unit, rules_of(election)) if f.number in OVER_PAPER}
    assert broken == set()


@pytest.mark.parametrize(
    ("title", "required", "optional", "aliases"),
    [
        ("units", load.UNIT_COLUMNS, load.UNIT_MORE, load.ALIASES),
        ("areas", parse.AREA_COLUMNS, (), load.ALIASES),
        ("candidates", load.CANDIDATE_COLUMNS, load.CANDIDATE_MORE, load.ALIASES),
        ("Figures", figures.REQUIRED, figures.OPTIONAL, figures.ALIASES),
    ],
)
def test_the_page_names_every_column_in_both_languages(
    text: str, title: str, required: tuple[str, ...], optional: tuple[str, ...], aliases: dict[str, str]
) -> None:
    vietnamese = {name: alias for alias, name in aliases.items()}
    expected = {name: (name in optional, vietnamese[name]) for name in (*required, *optional)}
    assert columns(section(text, title)) == expected


def test_the_page_names_everything_of_the_yaml_file(text: str) -> None:
    named = set(re.findall(r"`([\w-]+)`", section(text, "election.yaml")))
    assert {*load.TEXTS, *load.LISTS, *parse.PLACE_KEYS, *parse.CONTEST_KEYS, *RULE_SETS} <= named
