"""The count minutes of a polling team, Mẫu 18/HĐBC-QH and Mẫu 23/HĐBC-HĐND, set as PDF.

What identifies the print (page of pages, area, digest, log, trial or draft) stands in the margin or, for a draft, in
a box above the prescribed text.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, HRFlowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from pipeline.errors import Problem, Refusal
from pipeline.forms.fonts import font_name
from pipeline.messages import Message, render
from pipeline.reports import wording
from pipeline.reports.fields import MinutesData, faults

LEFT, RIGHT, TOP, BOTTOM = 28 * mm, 18 * mm, 20 * mm, 22 * mm
WIDTH = A4[0] - LEFT - RIGHT
LONGEST = 38
"""Letters of a name in the footer: more would leave the page at 9 points beside the numbers."""
DRAFT = "BẢN NHÁP – CHƯA DÙNG ĐỂ KÝ"
TRIAL = "BẢN CHẠY THỬ / TRIAL"


@dataclass(frozen=True, slots=True)
class Imprint:
    """What identifies a print, in its footer: digest of the figures, head of the log, and whether a trial."""

    digest: str
    log_head: str
    trial: bool


def minutes_pdf(given: MinutesData, imprint: Imprint, *, draft: bool = False) -> bytes:
    """The minutes as PDF, always the same bytes for the same figures.

    Refused (``minutes-incomplete``) with everything that keeps them from being signed, unless a ``draft`` is asked
    for: it prints dots for what is not known, and says on every page that it is none to sign, and why.
    """
    why = faults(given)
    if why and not draft:
        place = ", ".join((given.number, _body(given), given.commune, f"{given.area}/{given.unit}"))
        raise Refusal([Problem("minutes-incomplete", place, text) for text in why])
    pages = _build(given, imprint, why, pages=0)[1]
    return _build(given, imprint, why, pages)[0]


def _build(given: MinutesData, imprint: Imprint, why: Sequence[Message], pages: int) -> tuple[bytes, int]:
    """The PDF and its number of pages, which the second time stands on each of them."""
    stream = io.BytesIO()
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        title=f"Biên bản kết quả kiểm phiếu, {given.number}" + (f" ({DRAFT})" if why else ""),
        invariant=1,
    )
    margin = partial(_margin, given=given, imprint=imprint, draft=bool(why), pages=pages)
    document.build(_story(given, why), onFirstPage=margin, onLaterPages=margin)
    return stream.getvalue(), document.page


def _margin(
    canvas: Canvas, document: SimpleDocTemplate, given: MinutesData, imprint: Imprint, draft: bool, pages: int
) -> None:
    """Outside the prescribed text: what these pages belong to, page of pages, digest, log head, trial, draft."""
    canvas.saveState()
    if draft:
        _watermark(canvas)
    feet = (
        (9, 15.5, f"{given.number} · {_body(given)} · Đơn vị bầu cử số {given.unit}"),
        (9, 11.5, f"{_short(given.commune)} · Khu vực bỏ phiếu số {given.area} · Trang {document.page}/{pages}"),
        (7, 8, f"SHA-256 {imprint.digest[:32]} · nhật ký {imprint.log_head[:16]}"),
    )
    for points, height, foot in feet:
        canvas.setFont(font_name("regular"), points)
        canvas.drawCentredString(A4[0] / 2, height * mm, foot)
    words = [w for w, yes in ((TRIAL, imprint.trial), (DRAFT, draft)) if yes]
    canvas.setFont(font_name("bold"), 11)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 11 * mm, " · ".join(words))
    canvas.restoreState()


def _body(given: MinutesData) -> str:
    """Which body, so that the pages of two councils are not mixed up: both are Mẫu 23 of the same area."""
    return "Quốc hội" if given.assembly else _short(f"HĐND {given.body}")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def _watermark(canvas: Canvas) -> None:
    canvas.saveState()
    canvas.setFillColor(Color(0.9, 0.9, 0.9))
    canvas.setFont(font_name("bold"), 100)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -30, "BẢN NHÁP")
    canvas.restoreState()


def _style(name: str, **options: Any) -> ParagraphStyle:
    plain: dict[str, Any] = {
        "fontName": font_name("regular"),
        "fontSize": 13,
        "leading": 16.5,
        "spaceAfter": 2.5,
        "allowWidows": 0,
        "allowOrphans": 0,
    }
    return ParagraphStyle(name, **{**plain, **options})


def _text(text: str, **options: Any) -> Paragraph:
    """A sentence of the form; left-aligned where a list would be torn apart by justification."""
    return Paragraph(text, _style("body", alignment=TA_JUSTIFY, **options))


def _entry(text: str, **options: Any) -> Paragraph:
    return Paragraph(text, _style("entry", alignment=TA_LEFT, **options))


def _centred(text: str, size: float = 13, **options: Any) -> Paragraph:
    style = _style("head", alignment=TA_CENTER, fontName=font_name("bold"), fontSize=size, leading=size + 4, **options)
    return Paragraph(text, style)


def _story(given: MinutesData, why: Sequence[Message]) -> list[Flowable]:
    return [
        *([_draft_box(why), Spacer(1, 3 * mm)] if why else []),
        _centred(given.number, 10.5),
        _head(given),
        Spacer(1, 3 * mm),
        *(_centred(line) for line in wording.title(given)),
        Spacer(1, 2 * mm),
        *_lines(wording.opening(given)),
        *_lines(wording.course(given)),
        *_result(given),
        *_incidents(given),
        KeepTogether([_text(wording.ending(given)), Spacer(1, 4 * mm), _signatures(given)]),
        Spacer(1, 4 * mm),
        *_notes(given),
    ]


def _draft_box(why: Sequence[Message]) -> Table:
    """Says that this is no paper to sign, and everything that is still to do."""
    small = _style("why", fontSize=10, leading=12.5, spaceAfter=1)
    rows = [[_centred(DRAFT, 12)]]
    rows += [[Paragraph(f"• {escape(render(text, 'vi'))}", small)] for text in why]
    return Table(rows, colWidths=[WIDTH], style=[("BOX", (0, 0), (-1, -1), 1, "black"), *_tight()])


def _tight() -> list[tuple[Any, ...]]:
    return [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]


def _head(given: MinutesData) -> Table:
    left = [_centred(line, 11) for line in wording.head(given)] + [_centred("-------", 9)]
    right = [
        _centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 11),
        _centred("Độc lập - Tự do - Hạnh phúc", 11.5),
        _centred("---------------", 9),
    ]
    sides = [0.4 * WIDTH, 0.6 * WIDTH]
    return Table([[left, right]], colWidths=sides, style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight()])


def _lines(texts: Sequence[str]) -> list[Flowable]:
    """Sentences justified, entries of lists not; what opens a list stays with its first two entries."""
    found: list[Flowable] = []
    for text in texts:
        entry = text[0].isdigit() or text[0] == "-"
        opens = text.endswith(":") or text.startswith("1. ")
        found.append((_entry if entry else _text)(text, keepWithNext=int(opens)))
    return found


def _result(given: MinutesData) -> list[Flowable]:
    """The list of candidates begins and ends with at least two of them on a page."""
    *before, opens = wording.figures(given)
    entries: list[Flowable] = [_entry(text) for text in wording.votes(given)]
    first, between, last = entries[:2], entries[2:-2], entries[2:][-2:]
    return [*_lines(before), KeepTogether([_entry(opens), *first]), *between, KeepTogether(last)]


def _incidents(given: MinutesData) -> list[Flowable]:
    """What the team declared; where it declared nothing, lines to write on: that nothing happened is theirs to say."""
    found: list[Flowable] = []
    for asks, written in wording.incidents(given):
        if written:
            found.append(_text(f"{asks} {written}"))
        else:
            found.append(KeepTogether([_text(asks), _dotted(), _dotted(), Spacer(1, 2 * mm)]))
    return found


def _dotted() -> Flowable:
    return HRFlowable(width="100%", thickness=0.7, dash=(0.7, 2), spaceBefore=15, spaceAfter=4, color="black")


def _signatures(given: MinutesData) -> Table:
    def block(*lines: str) -> list[Flowable]:
        bold, note = lines[:-1], lines[-1]
        small = _style("note", alignment=TA_CENTER, fontName=font_name("italic"), fontSize=11, leading=13)
        return [*(_centred(line, 11.5, spaceAfter=0) for line in bold), Paragraph(note, small)]

    first = block(*wording.first_signs(given))
    leader, secretary = block(*wording.LEADER_SIGNS), block(*wording.SECRETARY_SIGNS)
    second = block(*wording.SECOND_SIGNS)
    rows: list[list[Any]] = [[first, leader, secretary], ["", "", ""], [second, "", ""], ["", "", ""]]
    return Table(
        rows,
        colWidths=[WIDTH / 3] * 3,
        rowHeights=[None, 21 * mm, None, 19 * mm],
        style=[("VALIGN", (0, 0), (-1, -1), "TOP"), *_tight()],
    )


def _notes(given: MinutesData) -> list[Flowable]:
    small = _style("notes", fontSize=10, leading=12, alignment=TA_JUSTIFY, spaceAfter=1)
    bold = _style("notes-head", fontSize=10, leading=12, fontName=font_name("bold"), spaceAfter=1)
    first, *others = [Paragraph(text, small) for text in wording.notes(given)]
    return [KeepTogether([Paragraph(wording.NO_ERASURE, bold), first]), *others]
