"""The forms for those who look at drawn sheets: where each lies, room for what is on it, never what was counted."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color
from reportlab.lib.enums import TA_CENTER, TA_LEFT
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from pipeline.forms.fonts import font_name
from pipeline.messages import Language, Message, message, render
from pipeline.rla.manifest import BUNDLE

MARGIN = 12 * mm
WIDTH = landscape(A4)[0] - 2 * MARGIN
_LINE = Color(0.3, 0.3, 0.3)


@dataclass(frozen=True, slots=True)
class DrawnSheet:
    """One line of the form; ``slip`` of a ballot that was typed from the paper."""

    number: int
    place: str
    area: str
    bundle: int
    in_bundle: int
    slip: int | None
    file: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What the form is of. ``digest``: of the manifest and the count as they were fixed before the seed was drawn."""

    audit: int
    election: str
    body: str
    unit: str
    seed: str
    digest: str
    trial: bool


def how(bundle: int) -> Message:
    """What those who look are to do."""
    return message(
        "Two people look at each sheet together. Find it in its pile: count from the top in the order of scanning, "
        "bundles of {bundle}. Cross the numbers of the names that are LEFT. Where the ballot is invalid, write the "
        "ground (a, b, c, d, đ). Where the sheet is not there, cross the last column. Put the sheet back in its place.",
        bundle=bundle,
    )


def sheets_pdf(heading: Heading, candidates: Sequence[str], drawn: Sequence[DrawnSheet], language: Language) -> bytes:
    """The form as PDF, A4 across, always the same bytes for the same draw."""

    def t(text: Message) -> str:
        return render(text, language)

    story: list[Flowable] = [
        Paragraph(escape(t(message("Audit of the result: sheets to look at"))), _style(15, bold=True)),
        Paragraph(escape(f"{heading.election}. {heading.body}, {heading.unit}"), _style(11)),
        Spacer(0, 2 * mm),
        Paragraph(escape(t(how(BUNDLE))), _style(10)),
        Spacer(0, 1 * mm),
        Paragraph(
            escape(
                t(message("Names")) + ": " + "; ".join(f"{n}. {name}" for n, name in enumerate(candidates, start=1))
            ),
            _style(10),
        ),
        Spacer(0, 3 * mm),
        _table(candidates, drawn, t),
        Spacer(0, 8 * mm),
        KeepTogether([_signatures(t)]),
    ]
    numbers = {"audit": heading.audit, "seed": heading.seed, "digest": heading.digest[:32]}
    foot = t(message("Audit {audit}, seed {seed}, fixed before: {digest}", **numbers))
    if heading.trial:
        foot = f"{t(message('TRIAL'))} · {foot}"

    def margin(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont(font_name("regular"), 8)
        canvas.drawString(MARGIN, 7 * mm, foot)
        canvas.drawRightString(MARGIN + WIDTH, 7 * mm, str(document.page))

    stream = io.BytesIO()
    title = t(message("Audit of the result: sheets to look at"))
    document = SimpleDocTemplate(
        stream, pagesize=landscape(A4), leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=13 * mm,
        title=title, invariant=1,
    )  # fmt: skip
    document.build(story, onFirstPage=margin, onLaterPages=margin)
    return stream.getvalue()


def _style(size: float, *, bold: bool = False, centre: bool = False) -> ParagraphStyle:
    name = font_name("bold" if bold else "regular")
    return ParagraphStyle(
        f"{name}{size}{centre}",
        fontName=name,
        fontSize=size,
        leading=size * 1.25,
        alignment=TA_CENTER if centre else TA_LEFT,
    )


def _table(candidates: Sequence[str], drawn: Sequence[DrawnSheet], t: Callable[[Message], str]) -> Table:
    head = [
        t(message("No.")),
        t(message("Area, pile")),
        t(message("bundle")),
        t(message("sheet in it")),
        t(message("scan or slip")),
    ]
    small, plain = _style(8.5, bold=True, centre=True), _style(9)
    tail = [t(message("invalid: ground")), t(message("not there"))]
    numbers = [str(n) for n in range(1, len(candidates) + 1)]
    rows: list[list[Flowable | str]] = [[Paragraph(escape(c), small) for c in (*head, *numbers, *tail)]]
    for one in drawn:
        where = t(message("slip {number}", number=one.slip)) if one.slip is not None else one.file
        cells = [str(one.number), f"{one.area}, {one.place}", str(one.bundle), str(one.in_bundle), where]
        rows.append([*(Paragraph(escape(c), plain) for c in cells), *([""] * (len(numbers) + len(tail)))])
    fixed = [11 * mm, 62 * mm, 14 * mm, 15 * mm, 38 * mm]
    last = [26 * mm, 18 * mm]
    each = min(12 * mm, (WIDTH - sum(fixed) - sum(last)) / max(1, len(numbers)))
    table = Table(rows, colWidths=[*fixed, *[each] * len(numbers), *last], repeatRows=1, hAlign="LEFT")
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.5, _LINE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BACKGROUND", (0, 0), (-1, 0), Color(0.92, 0.92, 0.92)),
            ("BOX", (5, 1), (4 + len(numbers), -1), 1.2, _LINE),
            ("TOPPADDING", (0, 1), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 1), (-1, -1), 5),
        ]
    )
    return table


def _signatures(t: Callable[[Message], str]) -> Table:
    line = ". " * 30
    rows = [
        [
            t(message("First looker (name, signature)")),
            t(message("Second looker (name, signature)")),
            t(message("Day and time")),
        ],
        [line] * 3,
    ]
    cells = [[Paragraph(escape(c), _style(10)) for c in row] for row in rows]
    return Table(cells, colWidths=[WIDTH / 3] * 3, rowHeights=[8 * mm, 14 * mm])
