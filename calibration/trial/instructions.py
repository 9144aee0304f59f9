"""The sheet that goes with a test deck: what it is, and for a deck marked by hand what to do to every ballot."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from calibration.simulate.voters import Intent, NameAct, Way
from calibration.trial.deck import Sheet
from calibration.trial.report import HEAD, LINE
from pipeline.forms.fonts import font_name
from pipeline.forms.template import Form
from pipeline.messages import Language, Message, message, render

WAYS: Mapping[Way, Message] = {
    "horizontal": message("level line"),
    "double": message("two level lines"),
    "oblique": message("slanting line"),
    "wavy": message("wavy line"),
    "x": message("cross (X)"),
    "verticals": message("upright strokes along the whole name"),
    "zigzag": message("zigzag"),
    "scribble": message("scribble over the whole name"),
}
STEPS = (
    message("These ballots are for a trial. They are no ballots of the election; destroy them when it is signed."),
    message("Keep the sheets in their order. Number them on the back in pencil before anything else."),
    message("Scan all of them once, in their order, as on the election night; upside down is allowed."),
    message("Then run 'kiemphieu trial read' with the answers file of this deck."),
)
BY_HAND = (
    message("Mark each sheet as the table says, with ordinary pens of several colours, by several people."),
    message("A crossed name is crossed from its first to its last letter; all other names stay untouched."),
)


def instructions_pdf(
    title: str, forms: Mapping[str, Form], sheets: Sequence[tuple[Sheet, Intent | None]], lang: Language
) -> bytes:
    """A4 pages; ``Intent`` is what a person is to do to the sheet, ``None`` where the program marked it."""
    stream = io.BytesIO()
    heading = render(message("Test deck: instructions"), lang)
    document = SimpleDocTemplate(
        stream, pagesize=A4, leftMargin=18 * mm, rightMargin=16 * mm, topMargin=16 * mm, bottomMargin=16 * mm,
        title=heading, invariant=1,
    )  # fmt: skip
    plain = ParagraphStyle("plain", fontName=font_name("regular"), fontSize=12, leading=16)
    head = ParagraphStyle("head", parent=plain, fontName=font_name("bold"), fontSize=17, leading=22)
    by_hand = any(intent is not None for _, intent in sheets)
    story: list[Flowable] = [Paragraph(escape(heading), head), Paragraph(escape(title), plain), Spacer(1, 4 * mm)]
    steps = (STEPS[0], STEPS[1], *(BY_HAND if by_hand else ()), *STEPS[2:])
    story += [Paragraph(f"{i}. {escape(render(step, lang))}", plain) for i, step in enumerate(steps, start=1)]
    story += [Spacer(1, 5 * mm), _table(forms, sheets, lang)]
    document.build(story)
    return stream.getvalue()


def _table(forms: Mapping[str, Form], sheets: Sequence[tuple[Sheet, Intent | None]], lang: Language) -> Table:
    small = ParagraphStyle("small", fontName=font_name("regular"), fontSize=10, leading=12.5)
    bold = ParagraphStyle("bold", parent=small, fontName=font_name("bold"))
    columns = (message("sheet"), message("form"), message("cross out"), message("stamp"), message("add writing"))
    rows = [[Paragraph(escape(render(c, lang)), bold) for c in columns]]
    yes, no = render(message("yes"), lang), render(message("no"), lang)
    for sheet, intent in sheets:
        stamp = yes if sheet.answers.get("stamp") == "present" else no
        added = yes if sheet.answers.get("stray") == "present" else no
        told = [_told(forms[sheet.form], act, lang) for act in intent.acts] if intent else [_struck(forms, sheet)]
        crossed = "<br/>".join(told) or "–"
        cells = [str(sheet.number), escape(sheet.form), crossed, stamp, added]
        rows.append([Paragraph(c, small) for c in cells])
    style: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("BACKGROUND", (0, 0), (-1, 0), HEAD),
    ]  # fmt: skip
    return Table(rows, [14 * mm, 24 * mm, 96 * mm, 18 * mm, 22 * mm], style=style, repeatRows=1)


def _told(form: Form, act: NameAct, lang: Language) -> str:
    names = _names(form)
    return "<br/>".join(f"{escape(names[n][1])}: {escape(render(WAYS[act.way], lang))}" for n in act.names)


def _struck(forms: Mapping[str, Form], sheet: Sheet) -> str:
    names = [label for key, label in _names(forms[sheet.form]) if sheet.answers[key] == "struck"]
    return escape(", ".join(names)) or "–"


def _names(form: Form) -> list[tuple[str, str]]:
    """(field id, label) of the names, top to bottom."""
    side = next(s for s in form.sides if not s.blank)
    fields = sorted((f for f in side.fields if f.kind == "strike"), key=lambda f: (f.box.y, f.box.x))
    return [(f.id, f.label or f.id) for f in fields]
