"""The minutes that are printed before anything is counted say of no log that they are of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pypdfium2
import pytest

from pipeline.election.codec import digest
from pipeline.election.load import load_election
from pipeline.usecases.blank_minutes import blank_minutes_of


@pytest.mark.parametrize("contest", ["qh", "tinh"])
def test_the_foot_has_the_digest_of_the_definition_alone(contest: str) -> None:
    election = load_election(Path(str(files("kiemphieu.example"))))
    pdf, _ = blank_minutes_of(election, contest, "kv1", trial=True)
    for page in pypdfium2.PdfDocument(pdf):
        foot = [line for line in page.get_textpage().get_text_range().splitlines() if line.startswith("SHA-256")]
        assert foot == [f"SHA-256 {digest(election)[:32]}"]
