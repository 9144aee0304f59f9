"""A described form set as DOCX (Word 2007 and later): always the same bytes for the same description."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never
from xml.etree import ElementTree

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from pipeline.messages import Message
from pipeline.reports.paper import (
    DRAFT,
    STYLES,
    Align,
    Blanks,
    Block,
    Box,
    Cell,
    Columns,
    Imprint,
    Paper,
    Ruled,
    Space,
    Style,
    Text,
    Together,
    grid,
    warnings,
)
from pipeline.reports.paper_pdf import draft_box
from pipeline.reports.paper_widths import BOTTOM, page_size, room, sides, table_widths, top

if TYPE_CHECKING:
    from docx.document import Document as Word
    from docx.section import Section
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
"""On every office computer; where it is not, Liberation Serif has the same widths."""
EPOCH = (1980, 1, 1, 0, 0, 0)
ALIGNMENT: dict[Align, WD_ALIGN_PARAGRAPH] = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


def paper_docx(paper: Paper, imprint: Imprint, why: Sequence[Message] = ()) -> bytes:
    """The DOCX; with ``why`` (what keeps it from being signed) a draft, which says so on every page."""
    word = Document()
    _styles(word)
    _page(word.sections[0], paper)
    _margin(word.sections[0], paper, imprint, draft=bool(why))
    width = room(paper)
    for block in (*draft_box(why), *paper.blocks):
        _put(word, block, width, keep=False)
    properties = word.core_properties
    properties.title = f"{paper.title}, {paper.number}" + (f" ({DRAFT})" if why else "")
    properties.author = properties.last_modified_by = "kiemphieu"
    properties.comments = ""
    properties.created = properties.modified = datetime(2026, 1, 1)
    stream = io.BytesIO()
    word.save(stream)
    return _without_clock(stream.getvalue())


def _without_clock(content: bytes) -> bytes:
    """The same archive with one fixed time for every part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as fixed:
        for entry in given.infolist():
            part = zipfile.ZipInfo(entry.filename, EPOCH)
            part.compress_type = zipfile.ZIP_DEFLATED
            fixed.writestr(part, given.read(entry))
    return stream.getvalue()


def _styles(word: Word) -> None:
    for name, style in STYLES.items():
        made: Any = word.styles.add_style(f"Kiemphieu {name}", WD_STYLE_TYPE.PARAGRAPH)
        made.font.name = FONT
        for kind in ("w:eastAsia", "w:cs"):
            made.element.rPr.rFonts.set(qn(kind), FONT)
        made.font.size = Pt(style.size)
        made.font.bold, made.font.italic = style.bold, style.italic
        layout = made.paragraph_format
        layout.alignment = ALIGNMENT[style.align]
        layout.space_before, layout.space_after = Pt(0), Pt(style.after)
        layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.AT_LEAST, Pt(style.size * style.leading)
        layout.widow_control = True


def _page(section: Section, paper: Paper) -> None:
    across, high = page_size(paper)
    section.orientation = WD_ORIENT.LANDSCAPE if paper.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(across), Mm(high)
    left, right = sides(paper)
    section.left_margin, section.right_margin = Mm(left), Mm(right)
    section.top_margin, section.bottom_margin = Mm(top(paper)), Mm(BOTTOM)
    section.header_distance, section.footer_distance = Mm(8), Mm(7)


def _margin(section: Section, paper: Paper, imprint: Imprint, draft: bool) -> None:
    """Outside the prescribed text: what these pages belong to, page of pages, digest, log head, trial, draft."""
    _line(section.header.paragraphs[0], warnings(imprint, draft), 11, bold=True)
    first, second, third = (section.footer.paragraphs[0], *(section.footer.add_paragraph() for _ in range(2)))
    _line(first, paper.feet[0], 9)
    _line(second, f"{paper.feet[1]} · Trang ", 9)
    _field(second, "PAGE")
    _run(second, "/", 9)
    _field(second, "NUMPAGES")
    _line(third, imprint.foot, 7)


def _line(paragraph: Paragraph, text: str, points: float, bold: bool = False) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.space_after = Pt(0)
    _run(paragraph, text, points).bold = bold


def _run(paragraph: Paragraph, text: str, points: float) -> Any:
    run = paragraph.add_run(text)
    run.font.name, run.font.size = FONT, Pt(points)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:cs"), FONT)
    return run


def _field(paragraph: Paragraph, instruction: str) -> None:
    """A field that Word fills in: the number of the page, or of all pages."""
    for kind in ("begin", "", "end"):
        run = _run(paragraph, "", 9)
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.set(qn("xml:space"), "preserve")
            part.text = instruction
        run._element.append(part)


def _put(word: Word, block: Block, width: float, keep: bool) -> None:
    """``keep``: the block stays on the page of what follows it."""
    match block:
        case Text():
            _text(word.add_paragraph(), block, keep)
        case Space():
            _gap(word, block.mm, keep)
        case Blanks():
            for _ in range(block.lines):
                _dotted(word, width, keep)
        case Columns():
            _columns(word, block, width, keep)
        case Ruled():
            _ruled(word, block, width)
        case Box():
            _box(word, block, width)
        case Together():
            for number, inner in enumerate(block.blocks, start=1):
                _put(word, inner, width, keep or number < len(block.blocks))
        case _:
            assert_never(block)


def _text(paragraph: Paragraph, text: Text, keep: bool = False) -> None:
    paragraph.style = f"Kiemphieu {text.style}"
    if keep or text.keep:
        paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.keep_together = True
    _fill(paragraph, text.markup)


def _fill(paragraph: Paragraph, markup: str) -> None:
    for text, tags in _runs(ElementTree.fromstring(f"<t>{markup}</t>"), frozenset()):
        run = paragraph.add_run()
        if text is None:
            run.add_break()
            continue
        run.text = text
        if "b" in tags:
            run.bold = True
        if "i" in tags:
            run.italic = True
        if "sup" in tags:
            run.font.superscript = True


def _runs(element: ElementTree.Element, tags: frozenset[str]) -> Iterator[tuple[str | None, frozenset[str]]]:
    """Pieces of text with the tags round them; ``None`` is a line break."""
    if element.text:
        yield element.text, tags
    for inner in element:
        if inner.tag == "br":
            yield None, tags
        else:
            yield from _runs(inner, tags | {inner.tag})
        if inner.tail:
            yield inner.tail, tags


def _gap(word: Word, height: float, keep: bool) -> None:
    paragraph = word.add_paragraph()
    layout = paragraph.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Mm(height)
    layout.keep_with_next = keep


def _dotted(word: Word, width: float, keep: bool) -> None:
    paragraph = word.add_paragraph("\t", style="Kiemphieu entry")
    layout = paragraph.paragraph_format
    layout.tab_stops.add_tab_stop(Mm(width), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)
    layout.space_before, layout.keep_with_next = Pt(6), keep


def _columns(word: Word, block: Columns, width: float, keep: bool) -> None:
    table = _table(word, 1, [width * share for share in block.shares])
    for cell, texts in zip(table.rows[0].cells, block.cells, strict=True):
        _paragraphs(cell, texts, keep)
    _whole_row(table, 0)


def _paragraphs(cell: _Cell, texts: Sequence[Text], keep: bool = False) -> None:
    for number, text in enumerate(texts):
        _text(cell.paragraphs[0] if number == 0 else cell.add_paragraph(), text, keep)
    if keep:
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _table(word: Word, rows: int, widths: Sequence[float]) -> Table:
    table: Table = word.add_table(rows, len(widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    return table


def _whole_row(table: Table, row: int, repeated: bool = False) -> None:
    """A row that no page break tears apart; ``repeated``: at the head of every page."""
    properties = table.rows[row]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:cantSplit"))
    if repeated:
        properties.append(OxmlElement("w:tblHeader"))


def _box(word: Word, block: Box, width: float) -> None:
    table = _table(word, 1, [width])
    table.style = "Table Grid"
    _paragraphs(table.cell(0, 0), block.texts)


def _ruled(word: Word, block: Ruled, width: float) -> None:
    size, widths = table_widths(block, width)
    table = _table(word, len(block.head) + len(block.rows), widths)
    table.style = "Table Grid"
    _cell_margins(table)
    for placed in grid(block):
        row, column, cell = placed.row, placed.column, placed.cell
        target = table.cell(row, column)
        if cell.across > 1 or cell.down > 1:
            target = target.merge(table.cell(row + cell.down - 1, column + cell.across - 1))
        _cell(target, cell, size)
    for row in range(len(table.rows)):
        _whole_row(table, row, repeated=row < len(block.head))
    _gap(word, 2, keep=False)


def _cell(target: _Cell, cell: Cell, size: float) -> None:
    for surplus in target.paragraphs[1:]:  # merged cells bring their empty paragraphs
        surplus._element.getparent().remove(surplus._element)
    target.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = target.paragraphs[0]
    paragraph.style = "Kiemphieu entry"
    paragraph.alignment = ALIGNMENT[cell.align]
    layout = paragraph.paragraph_format
    style = Style(size)
    layout.space_after, layout.line_spacing_rule = Pt(1), WD_LINE_SPACING.AT_LEAST
    layout.line_spacing = Pt(style.size * 1.18)
    _fill(paragraph, cell.markup)
    for run in paragraph.runs:
        run.font.size = Pt(size)
        if cell.bold:
            run.bold = True


def _cell_margins(table: Table) -> None:
    """2 points at the sides, as in the PDF."""
    properties = table._tbl.tblPr
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        part = OxmlElement(f"w:{side}")
        part.set(qn("w:w"), "40")
        part.set(qn("w:type"), "dxa")
        margins.append(part)
    properties.append(margins)
