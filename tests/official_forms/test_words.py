"""A blank print of every official form is the prescribed form, word for word, as PDF and as DOCX."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import blank
import pytest
from prescribed import assert_same_words, docx_text, pdf_text, prescribed

from pipeline.reports.official.elected import elected_paper
from pipeline.reports.official.inventory import inventory_paper
from pipeline.reports.official.report import report_paper
from pipeline.reports.official.statistics import statistics_paper
from pipeline.reports.official.summary import summary_paper
from pipeline.reports.official.unit import unit_paper
from pipeline.reports.paper import Imprint, Paper
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf

IMPRINT = Imprint("a" * 64, "b" * 64, trial=False)
CASES: dict[str, tuple[Paper, Mapping[str, str], frozenset[str]]] = {
    "Mẫu số 19/HĐBC-QH": (unit_paper(blank.unit(True)), {}, frozenset({"5"})),
    "Mẫu số 24/HĐBC-HĐND": (unit_paper(blank.unit(False)), {}, frozenset({"7"})),
    "Mẫu số 20/HĐBC-QH": (
        summary_paper(blank.summary(True)),
        {"Ghi tên các xã, phường, đặc khu thuộc đơn vị bầu cử\n": "\n"},
        frozenset(),
    ),
    "Mẫu số 25/HĐBC-HĐND": (
        summary_paper(blank.summary(False)),
        {"Ghi tên các xã, phường, đặc khu thuộc đơn vị bầu cử đại biểu HĐND\n": "\n"},
        frozenset(),
    ),
    "Mẫu số 21/HĐBC-QH": (elected_paper(blank.elected(True)), {}, frozenset()),
    "Mẫu số 26/HĐBC-HĐND": (elected_paper(blank.elected(False)), {}, frozenset()),
    "Mẫu số 27/HĐBC": (report_paper(blank.report(False)), {}, frozenset()),
    "Mẫu số 29/HĐBC": (report_paper(blank.report(True)), {}, frozenset()),
    "Mẫu số 28/HĐBC": (statistics_paper(blank.statistics(False)), {}, frozenset()),
    "Mẫu số 30/HĐBC": (
        statistics_paper(blank.statistics(True)),
        {"BIỂU THỐNG KÊ CHÍNH THỨC KẾT\n": "", "\nQUẢ CUỘC": "\nBIỂU THỐNG KÊ CHÍNH THỨC KẾT QUẢ CUỘC"},
        frozenset(),
    ),
    "Mẫu số 32/HĐBC": (inventory_paper(blank.inventory()), {}, frozenset()),
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
