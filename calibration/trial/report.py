"""The accuracy report of a trial run, for the approval dossier: JSON, and PDF in Vietnamese and English."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from calibration.trial.deck import Sheet
from calibration.trial.read import Outcome
from pipeline.forms.fonts import font_name
from pipeline.messages import Language, Message, catalogue, message, render
from pipeline.messages import number as written
from pipeline.review.bounds import readings_needed
from pipeline.review.profile import Limits, Profile
from pipeline.review.words import KINDS, value_at

REPORT = "kiemphieu-trial-1"
LINE = HexColor("#999999")
HEAD = HexColor("#eef1f5")


@dataclass(frozen=True, slots=True)
class About:
    """What the trial was made with."""

    title: str
    """Of the election."""
    day: str
    """Date of the trial, ISO."""
    simulated: bool
    marked_by: str
    """``program`` or ``hand``."""
    program: str
    build: str
    """SHA-256 of the program's files."""
    form_set: str
    forms: Mapping[str, str]
    """Form id -> SHA-256 of its document."""
    deck: str
    """SHA-256 of the answers file."""
    seed: int
    confidence: float
    needed_risk: float
    """The risk that the dossier aims at; the report says how many positions it would take to show it."""


def report_json(outcome: Outcome, sheets: Sequence[Sheet], profile: Profile, about: About) -> dict[str, Any]:
    """All figures of the report; numbers as numbers."""
    kinds = sorted(outcome.positions)
    return {
        "version": REPORT,
        **asdict(about),
        "engine": outcome.engine,
        "profile": profile.digest,
        "profile_made": profile.made,
        "sheets": outcome.sheets,
        "sheets_read": outcome.read,
        "sheets_rejected": {str(n): render(why, "en") for n, why in outcome.rejected.items()},
        "positions": outcome.positions.total(),
        "accepted": outcome.accepted.total(),
        "asked": outcome.positions.total() - outcome.accepted.total(),
        "plain": outcome.plain.total(),
        "plain_asked": outcome.asked.total(),
        "wrong": [asdict(w) for w in outcome.wrong],
        "bound": float(f"{outcome.bound(about.confidence):.4g}"),
        "positions_needed": readings_needed(about.needed_risk, about.confidence),
        "kinds": {
            kind: {
                "positions": outcome.positions[kind],
                "accepted": outcome.accepted[kind],
                "wrong": outcome.wrong_by_kind[kind],
                "bound": float(f"{outcome.bound(about.confidence, kind):.4g}"),
                "plain_asked_share": round(outcome.asked_share(kind), 5),
            }
            for kind in kinds
        },
        "shown_on": {told: sum(s.told == told for s in sheets) for told in sorted({s.told for s in sheets})},
        "thresholds": {
            kind: {value: _limits(limits) for value, limits in values.items()}
            for kind, values in profile.limits.items()
            if kind in outcome.positions
        },
    }


def _limits(limits: Limits) -> dict[str, Any]:
    bounds = {name: [None if abs(b) == float("inf") else b for b in pair] for name, pair in limits.measures.items()}
    return {"min_score": limits.min_score, "min_margin": limits.min_margin, "measures": bounds}


def report_pdf(report: Mapping[str, Any], rejected: Mapping[int, Message], lang: Language) -> bytes:
    """The report as PDF, always the same bytes for the same figures."""
    return ReportPages(report, rejected, lang).pdf()


class ReportPages:
    """One report in one language."""

    def __init__(self, report: Mapping[str, Any], rejected: Mapping[int, Message], lang: Language) -> None:
        self.report, self.rejected, self.lang = report, rejected, lang
        self.plain = ParagraphStyle("plain", fontName=font_name("regular"), fontSize=11, leading=14.5)
        self.small = ParagraphStyle("small", parent=self.plain, fontSize=9, leading=11.5, splitLongWords=1)
        self.bold = ParagraphStyle("bold", parent=self.small, fontName=font_name("bold"))
        self.head = ParagraphStyle(
            "head", parent=self.plain, fontName=font_name("bold"), fontSize=13, leading=17, spaceBefore=10, spaceAfter=4
        )
        self.title = ParagraphStyle("title", parent=self.head, fontSize=17, leading=21, alignment=1)

    def t(self, sentence: Message) -> str:
        return render(sentence, self.lang)

    def fixed(self, sentence: str) -> str:
        """A sentence of a file that ships with the program, such as the profile's; another stays as it is."""
        return catalogue(self.lang).get(sentence, sentence)

    def n(self, number: float, form: str = ",d") -> str:
        return written(number, form, self.lang)

    def day(self) -> str:
        day = date.fromisoformat(self.report["day"])
        return f"{day:%d/%m/%Y}" if self.lang == "vi" else day.isoformat()

    def pdf(self) -> bytes:
        stream = io.BytesIO()
        document = SimpleDocTemplate(
            stream, pagesize=A4, leftMargin=22 * mm, rightMargin=18 * mm, topMargin=20 * mm, bottomMargin=20 * mm,
            title=self.t(message("Report of the trial run")), invariant=1,
        )  # fmt: skip
        document.build(self._story(), onFirstPage=self._foot, onLaterPages=self._foot)
        return stream.getvalue()

    def _foot(self, canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.saveState()
        canvas.setFont(font_name("regular"), 8.5)
        profile, deck = self.report["profile"][:16], self.report["deck"][:16]
        foot = message("Page {page} · deck {deck} · profile {profile}", page=document.page, deck=deck, profile=profile)
        canvas.drawCentredString(A4[0] / 2, 11 * mm, self.t(foot))
        if self.report["simulated"]:
            canvas.setFont(font_name("bold"), 10)
            canvas.drawCentredString(
                A4[0] / 2, A4[1] - 12 * mm, self.t(message("SIMULATED SCANS: no proof of a real scanner"))
            )
        canvas.restoreState()

    def _story(self) -> list[Flowable]:
        return [
            Paragraph(escape(self.t(message("Report of the trial run"))), self.title),
            Paragraph(escape(self.report["title"]), self.title),
            Spacer(1, 4 * mm),
            *self._section(message("Result"), [self._result(), Spacer(1, 2 * mm), self._kinds()]),
            *self._section(message("Wrong readings and rejected sheets"), self._faults()),
            *self._section(message("The deck"), [self._deck()]),
            *self._section(message("What was tested"), [self._identity()]),
            *self._section(message("Thresholds"), [self._thresholds()]),
            KeepTogether(self._signatures()),
        ]

    def _section(self, title: Message, flowables: Sequence[Flowable]) -> list[Flowable]:
        return [KeepTogether([Paragraph(escape(self.t(title)), self.head), flowables[0]]), *flowables[1:]]

    def _table(self, rows: Sequence[Sequence[object]], widths: Sequence[float], head: bool = True) -> Table:
        cells = [
            [Paragraph(escape(str(c)), self.bold if head and not i else self.small) for c in row]
            for i, row in enumerate(rows)
        ]
        style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.4, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        if head:
            style.append(("BACKGROUND", (0, 0), (-1, 0), HEAD))
        return Table(cells, [w * mm for w in widths], style=style, repeatRows=int(head))

    def _result(self) -> Table:
        r = self.report
        n = self.n
        sure = f"{n(100 * r['confidence'], 'g')} %"
        share = n(100 * r["plain_asked"] / max(1, r["plain"]), ".2f")
        asked = f"{n(r['plain_asked'])} / {n(r['plain'])} ({share} %)"
        sheets = ", ".join(n(k) for k in (r["sheets"], r["sheets_read"], len(r["sheets_rejected"])))
        rows: list[tuple[Message, object]] = [
            (message("sheets, read, rejected"), sheets),
            (message("positions read"), n(r["positions"])),
            (message("accepted by the machine"), n(r["accepted"])),
            (message("wrong among the accepted"), n(len(r["wrong"]))),
            (message("error among the accepted, at most (exact, {sure} sure)", sure=sure), n(r["bound"], ".2g")),
            (message("plain positions that people are asked about"), asked),
            (
                message("accepted positions without error that would show {risk}", risk=n(r["needed_risk"], "g")),
                n(r["positions_needed"]),
            ),
            (
                message("an error of at most {risk} is shown by this trial", risk=n(r["needed_risk"], "g")),
                self.t(message("yes") if r["bound"] <= r["needed_risk"] else message("no")),
            ),
        ]
        return self._table([(self.t(name), value) for name, value in rows], (105, 65), head=False)

    def _kinds(self) -> Table:
        columns = (
            message("kind"), message("positions"), message("accepted"), message("wrong"), message("bound"),
            message("plain ones asked"),
        )  # fmt: skip
        rows: list[Sequence[object]] = [[self.t(c) for c in columns]]
        for kind, k in self.report["kinds"].items():
            share = f"{self.n(100 * k['plain_asked_share'], '.2f')} %"
            counted = [self.n(k[name]) for name in ("positions", "accepted", "wrong")]
            rows.append([self.t(KINDS[kind]), *counted, self.n(k["bound"], ".2g"), share])
        return self._table(rows, (45, 25, 25, 20, 25, 30))

    def _faults(self) -> list[Flowable]:
        lines = [
            message(
                "Sheet {sheet}, {form}, {field}: read {read}, right is {truth}", sheet=w["sheet"], form=w["form"],
                field=w["field"], read=w["read"], truth=w["truth"],
            )
            for w in self.report["wrong"]
        ]  # fmt: skip
        lines += [
            message("Sheet {sheet} was rejected: {why}", sheet=n, why=why) for n, why in sorted(self.rejected.items())
        ]
        return [Paragraph(escape(self.t(line)), self.plain) for line in lines or [message("None.")]]

    def _deck(self) -> Table:
        by = message("the program") if self.report["marked_by"] == "program" else message("hand")
        rows: list[Sequence[object]] = [(self.t(message("marked by {who}", who=by)), self.t(message("sheets")))]
        rows += [(self.t(SHOWS[told]), number) for told, number in self.report["shown_on"].items()]
        return self._table(rows, (130, 40))

    def _identity(self) -> Table:
        r = self.report
        rows: list[tuple[str, object]] = [
            (self.t(message("date of the trial")), self.day()),
            (self.t(message("program, reader")), f"kiemphieu {r['program']}, {r['engine']}"),
            (self.t(message("files of the program (SHA-256)")), r["build"]),
            (self.t(message("profile (SHA-256)")), r["profile"]),
            (self.t(message("how the profile was made")), self.fixed(r["profile_made"])),
            (self.t(message("answers of the deck (SHA-256)")), r["deck"]),
            (self.t(message("set of forms (SHA-256)")), r["form_set"]),
        ]
        rows += [(self.t(message("form {form} (SHA-256)", form=key)), digest) for key, digest in r["forms"].items()]
        return self._table(rows, (50, 120), head=False)

    def _thresholds(self) -> Table:
        columns = (message("value"), message("least score"), message("least margin"), message("bounds"))
        rows: list[Sequence[object]] = [[self.t(c) for c in columns]]
        for kind, values in self.report["thresholds"].items():
            for value, limits in values.items():
                bounds = ", ".join(self._bound(name, *pair) for name, pair in limits["measures"].items()) or "–"
                margin = "–" if limits["min_margin"] is None else self.n(limits["min_margin"], "g")
                rows.append((self.t(value_at(kind, value)), self.n(limits["min_score"], "g"), margin, bounds))
        return self._table(rows, (32, 20, 20, 98))

    def _bound(self, name: str, low: float | None, high: float | None) -> str:
        least, most = ("" if end is None else self.n(end, "g") for end in (low, high))
        if least and most:
            return f"{least} ≤ {name} ≤ {most}"
        return f"{name} ≥ {least}" if least else f"{name} ≤ {most}"

    def _signatures(self) -> list[Flowable]:
        places = (
            message("for the election committee"), message("for the polling team"),
            message("for the operators of the program"),
        )  # fmt: skip
        below = escape(self.t(message("(signature, full name)")))
        cells: list[list[Any]] = [
            [Paragraph(f"<b>{escape(self.t(p))}</b><br/>{below}", self.small) for p in places],
            [""] * 3,
        ]
        place = Paragraph(escape(self.t(message("Place, date: {dots}", dots="." * 60))), self.plain)
        return [Spacer(1, 8 * mm), place, Spacer(1, 4 * mm), Table(cells, [57 * mm] * 3, [12 * mm, 26 * mm])]


SHOWS: Mapping[str, Message] = {
    "valid": message("valid, every name struck and left, every way of crossing out"),
    "fewer": message("valid, fewer names left than seats"),
    "untouched": message("untouched"),
    "all_crossed": message("every name crossed out"),
    "too_many": message("more names left than seats"),
    "no_stamp": message("without stamp"),
    "added": message("with something added"),
}
