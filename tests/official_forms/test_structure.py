"""How the forms are set: the same words as PDF and as DOCX, tables that fill their page, no word parted."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import blank
import counted_forms as counted
import docx
import pytest
from docx.oxml.ns import qn
from prescribed import docx_text, pdf_text, squash

from pipeline.messages import message
from pipeline.reports.official.elected import elected_paper
from pipeline.reports.official.inventory import inventory_paper
from pipeline.reports.official.report import report_paper
from pipeline.reports.official.statistics import statistics_paper
from pipeline.reports.official.summary import summary_paper
from pipeline.reports.official.unit import unit_paper
from pipeline.reports.paper import DRAFT, Block, Cell, Imprint, Paper, Ruled, Text, Together, grid
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.reports.paper_widths import SMALLEST, room, table_widths
from pipeline.usecases.official_forms import forms_of

IMPRINT = Imprint("a" * 64, "b" * 64, trial=False)
BLANKS = {
    "19": unit_paper(blank.unit(True)),
    "20": summary_paper(blank.summary(True)),
    "21": elected_paper(blank.elected(True)),
    "24": unit_paper(blank.unit(False)),
    "25": summary_paper(blank.summary(False)),
    "26": elected_paper(blank.elected(False)),
    "27": report_paper(blank.report(False)),
    "29": report_paper(blank.report(True)),
    "28": statistics_paper(blank.statistics(False)),
    "30": statistics_paper(blank.statistics(True)),
    "32": inventory_paper(blank.inventory()),
}
FILLED = {f"{f.number} {f.key}": f.paper for f in forms_of(counted.source(counted.election()))}
EVERY = {**{f"blank {n}": p for n, p in BLANKS.items()}, **FILLED}


def tables(blocks: tuple[Block, ...]) -> Iterator[Ruled]:
    for block in blocks:
        if isinstance(block, Ruled):
            yield block
        elif isinstance(block, Together):
            yield from tables(block.blocks)


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize(
    "name",
    [
        "blank 19",
        "blank 25",
        "blank 30",
        "19 qh-1",
        "20 qh",
        "21 qh-1",
        "26 xa",
        "32 kv1",
        "blank 27",
        "27 an-phu-2026",
    ],
)
def test_pdf_and_docx_say_the_same(name: str, tmp_path: Path) -> None:
    paper = EVERY[name]
    printed = squash(pdf_text(paper_pdf(paper, IMPRINT), tmp_path))
    # The head of a table that goes over a page stands twice in the PDF and once in the DOCX.
    written = squash(docx_text(paper_docx(paper, IMPRINT)))
    assert written == printed or len(printed) > len(written) > 0.8 * len(printed)
    if len(printed) == len(written):
        assert printed == written


@pytest.mark.parametrize("name", EVERY)
def test_columns_fill_the_page_and_hold_their_longest_word(name: str) -> None:
    for table in tables(EVERY[name].blocks):
        width = room(EVERY[name])
        size, widths = table_widths(table, width)
        assert sum(widths) == pytest.approx(width)
        assert SMALLEST < size <= table.size
        assert grid(table)


@pytest.mark.parametrize(("number", "columns"), [("19", 8), ("20", 3), ("21", 20), ("26", 20), ("28", 21), ("30", 22)])
def test_the_first_table_has_the_columns_of_the_form(number: str, columns: int) -> None:
    first = next(tables(BLANKS[number].blocks))
    assert len(first.shares) == columns


@pytest.mark.parametrize(("number", "count"), [("20", 8), ("25", 8), ("28", 4), ("30", 4), ("19", 1), ("24", 0)])
def test_a_form_has_all_its_tables(number: str, count: int) -> None:
    assert len(list(tables(BLANKS[number].blocks))) == count


def test_head_rows_are_repeated_and_no_row_is_parted() -> None:
    word = docx.Document(io.BytesIO(paper_docx(FILLED["21 qh-1"], IMPRINT)))
    table = word.tables[1]
    rows = [row._tr.trPr for row in table.rows]
    assert all(r is not None and r.find(qn("w:cantSplit")) is not None for r in rows)
    assert [r.find(qn("w:tblHeader")) is not None for r in rows] == [True, True, *[False] * (len(rows) - 2)]


def test_numbers_of_a_country_shrink_the_type_before_they_are_parted() -> None:
    given = blank.statistics(True)
    large = replace(given.assembly, **dict.fromkeys(given.assembly.__slots__, 76188970))
    paper = statistics_paper(replace(given, assembly=large, provincial=large, communal=large))
    first = next(tables(paper.blocks))
    size, widths = table_widths(first, room(paper))
    assert SMALLEST < size < first.size
    assert sum(widths) == pytest.approx(room(paper))


def test_a_table_with_a_hole_is_a_bug() -> None:
    broken = Ruled((), ((Cell("a"),),), (0.5, 0.5))
    with pytest.raises(ValueError, match="row 0 of the table does not fill its 2 columns"):
        grid(broken)


def test_a_draft_says_so_above_every_page_and_why_at_its_head() -> None:
    why = (message("12 sheets wait"),)
    word = docx.Document(io.BytesIO(paper_docx(BLANKS["19"], IMPRINT, why)))
    assert DRAFT in word.sections[0].header.paragraphs[0].text
    assert "12 sheets wait" in word.tables[0].cell(0, 0).text
    final = docx.Document(io.BytesIO(paper_docx(BLANKS["19"], IMPRINT)))
    assert final.sections[0].header.paragraphs[0].text == ""


def test_what_people_wrote_is_text_and_never_markup() -> None:
    given = replace(blank.unit(False), incidents="Mất điện <b>20</b> giờ & báo Ban.\nĐã ghi lại.")
    said = docx_text(paper_docx(unit_paper(given), IMPRINT))
    assert "Mất điện <b>20</b> giờ & báo Ban. Đã ghi lại." in said


def test_a_long_list_of_elected_goes_over_several_pages(tmp_path: Path) -> None:
    source = counted.source(counted.election())
    (of_xa,) = [f for f in forms_of(source) if (f.number, f.key) == ("26", "xa")]
    table = next(tables(of_xa.paper.blocks))
    many = replace(table, rows=table.rows * 12)
    blocks = tuple(many if b is table else b for b in of_xa.paper.blocks)
    paper: Paper = replace(of_xa.paper, blocks=blocks)
    content = paper_pdf(paper, IMPRINT)
    assert content.count(b"/Type /Page\n") >= 5


def pages_of(lines: int, *, form: str = "") -> int:
    paper = Paper("0", "", tuple(Text("Ghi chú: Ể", "note") for _ in range(lines)), ("", ""))
    return paper_pdf(paper, IMPRINT, form=form).count(b"/Type /Page\n")


def test_a_few_lines_are_not_left_on_a_page_of_their_own_unless_there_is_to_be_room_to_write() -> None:
    fit = next(n for n in range(30, 100) if pages_of(n + 1, form="bien-ban-xa-kv1") == 2)
    assert [pages_of(n) for n in (fit, fit + 1, fit + 2)] == [1, 1, 1]
    assert pages_of(fit * 3 // 2) == 2
    assert pages_of(fit + 2, form="bien-ban-xa-kv1") == 2
