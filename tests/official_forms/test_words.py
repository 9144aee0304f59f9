"""A blank print of every official form is the prescribed form, word for word, as PDF and as DOCX."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import blank
import pytest
from prescribed import assert_same_words, docx_text, pdf_text, prescribed

from pipeline.reports.official.unit import unit_paper
from pipeline.reports.paper import Imprint, Paper
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf

IMPRINT = Imprint("a" * 64, "b" * 64, trial=False)
CASES: dict[str, tuple[Paper, Mapping[str, str], frozenset[str]]] = {
    "Mẫu số 19/HĐBC-QH": (unit_paper(blank.unit(True)), {}, frozenset({"5"})),
    "Mẫu số 24/HĐBC-HĐND": (unit_paper(blank.unit(False)), {}, frozenset({"7"})),
}


@pytest.mark.parametrize("number", CASES)
def test_a_blank_docx_is_the_prescribed_form_word_for_word(number: str, shared: Path) -> None:
    paper, changes, known = CASES[number]
    assert_same_words(docx_text(paper_docx(paper, IMPRINT)), prescribed(shared, number, changes), known)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("number", CASES)
def test_a_blank_pdf_is_the_prescribed_form_word_for_word(number: str, shared: Path, tmp_path: Path) -> None:
    paper, changes, known = CASES[number]
    assert_same_words(pdf_text(paper_pdf(paper, IMPRINT), tmp_path), prescribed(shared, number, changes), known)
