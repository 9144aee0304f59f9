"""Our own count forms, made to be read back: the sheet of figures of a count, and the tally sheet of one bundle.

One A4 side each, with corner marks, a code that names the form, a box for every digit; the form document holds what
must hold between the figures. They replace no prescribed form: the minutes (Mẫu 18, 23) stay the legal act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.election.definition import Area, Candidate, Contest, Election, Unit
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout, centred
from pipeline.forms.count_form_ids import figures_id, tally_id
from pipeline.forms.drawing import Mark, Outline, Solid, Text
from pipeline.forms.number_rows import (
    CODE,
    DIGIT,
    broken,
    code_marks,
    label_lines,
    number_row,
    number_width,
    signature_places,
)
from pipeline.forms.sheet import A4, corner_marks
from pipeline.forms.template import Form, FormField, FormRule, FormSide, Reference
from pipeline.geometry import Box

LEFT, RIGHT = 18.0, 192.0
MIDDLE, COLUMN_GAP = 105.0, 5.0
DIGITS = 5
"""Digit boxes of a figure: voting areas have at most some thousand voters, provinces fill their forms by program."""
TOP, LOWEST = 56.0, 238.0
STEP = 10.4
"""mm from row to row."""
ROWS = int((LOWEST - TOP - DIGIT.h) / STEP) + 1
SIGN_TOP, SIGN_HEIGHT = 246.0, 26.0
TALLY_TOP, TALLY_STEP = 96.0, 13.0
TALLY_LEFT, TALLY_WIDTH = 66.0, 100.0
GROUP = 5.0
"""mm of a square of four strokes as the sheet asks for it."""
BUNDLE = 50
"""Ballots of a bundle (tệp)."""
HINT = "Mỗi ô một chữ số, viết sát bên phải, ô thừa để trống. Không tẩy xóa; viết sai thì báo Tổ trưởng."
BOARD_HINT = HINT.replace("Tổ trưởng", "Trưởng ban kiểm phiếu")
BUNDLE_ROWS = 12
TALLY = "BẢNG KIỂM PHIẾU"
TRIAL = "BẢN CHẠY THỬ / TRIAL"
TRIAL_BASELINE = 288.5
"""mm: below every place to write, at most 280 down, and between the lower corner marks, so that a page reads alike
with it and without, whichever of the two its blank is."""


@dataclass(frozen=True, slots=True)
class CountForm:
    """For whom a form is printed; ``trial``: it says that it is of no real election."""

    election: Election
    area: Area
    contest: Contest
    trial: bool = False

    @property
    def unit(self) -> Unit:
        return self.election.unit(self.area.units[self.contest.id])

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        return self.election.candidates_of(self.unit.id)

    @property
    def names(self) -> tuple[str, ...]:
        """As the ballot tells people apart: equal names with the day of birth."""
        same = [c.full_name for c in self.candidates]
        return tuple(
            f"{c.full_name} ({c.birth_date:%d/%m/%Y})" if same.count(c.full_name) > 1 else c.full_name
            for c in self.candidates
        )

    @property
    def congress(self) -> bool:
        """Of a congress or meeting: delegates and a counting board, not voters and a polling team."""
        return self.contest.ballot_form == "dai-hoi"

    @property
    def table(self) -> bool:
        """Agree and disagree beside each name: a ballot may agree with nobody, and both columns are counted."""
        return rules_of(self.election).ballot == "agree_table"

    @property
    def counts(self) -> range:
        """How many names a valid ballot may leave."""
        return range(1, self.unit.seats + 1)


def figures_form(of: CountForm, *, issued_includes_spoiled: bool, keep: Sequence[str] = ()) -> BallotLayout:
    """The sheet of figures of one area and contest; its fields are named as in ``pipeline.arithmetic.minutes``.

    ``keep``: only these figures of the first column, where an election keeps fewer; all otherwise. Refused
    (``count-form-full``) where candidates or seats do not fit one side.
    """
    form = figures_id(of.contest.id, of.area.id)
    if of.congress:
        return _congress_figures(of, form, issued_includes_spoiled)
    column = MIDDLE - COLUMN_GAP / 2
    rows = [(n, t, d) for n, t, d in _FIGURES if not keep or n in keep]
    by_names = [(f"left_{k}", f"Số phiếu bầu {k} đại biểu", 0) for k in of.counts]
    by_names.append(("votes_sum", "Tổng số phiếu bầu của các ứng cử viên", 0))
    people = [(f"votes_{i}", name, 0) for i, name in enumerate(of.names, start=1)]
    first, second = (rows + by_names, people) if len(rows + by_names) <= ROWS else (rows, by_names + people)
    marks, fields = column_of_figures(first, LEFT, column, form)
    more, votes = column_of_figures(second, column + COLUMN_GAP, RIGHT, form)
    signed, places = signature_places(SIGN, SIGN_TOP, SIGN_HEIGHT, LEFT, RIGHT)
    rules = _figures_rules(of, {f.id for f in (*fields, *votes)}, issued_includes_spoiled)
    head = _head(of, "BẢNG SỐ LIỆU KIỂM PHIẾU")
    return laid(form, head[0].text, [*head, *marks, *more, *signed], [*fields, *votes, *places], rules, of.trial)


def _congress_figures(of: CountForm, form: str, issued_includes_spoiled: bool) -> BallotLayout:
    """The same of a congress: its figures, then those of the ballots, down both columns one after the other.

    On a table ``against_N`` is "không đồng ý" and, where there is room, ``neither_N`` a ballot with both boxes or none:
    the three are all valid ballots together.
    """
    by_names = [] if of.table else [(f"left_{k}", f"Số phiếu bầu {k} người", 0) for k in of.counts]
    rows = [*_CONGRESS, *by_names, ("votes_sum", "Tổng số phiếu đồng ý" if of.table else "Tổng số phiếu bầu", 0)]
    people = [_of_person(of, i, name) for i, name in enumerate(of.names, start=1)]
    if len(rows) + sum(map(len, people)) > 2 * ROWS:
        people = [one[:2] for one in people]
    every = [*rows, *(row for one in people for row in one)]
    first = max(ROWS, len(every) - ROWS) if len(every) > 2 * ROWS else min(ROWS, max(len(rows), -(-len(every) // 2)))
    column = MIDDLE - COLUMN_GAP / 2
    marks, fields = column_of_figures(every[:first], LEFT, column, form)
    more, others = column_of_figures(every[first:], column + COLUMN_GAP, RIGHT, form)
    signed, places = signature_places(_BOARD_SIGN, SIGN_TOP, SIGN_HEIGHT, LEFT, RIGHT)
    present = {f.id for f in (*fields, *others)}
    rules = _figures_rules(of, present, issued_includes_spoiled)
    for i in range(1, len(people) + 1):
        three = (f"votes_{i}", f"against_{i}", f"neither_{i}", "valid")
        rules += [FormRule("R7", "sum", three)] if present.issuperset(three) else []
        rules += [FormRule("R7", "at_most", (f"against_{i}", "valid"))] if f"against_{i}" in present else []
    head = _head(of, "BẢNG SỐ LIỆU KIỂM PHIẾU")
    return laid(form, head[0].text, [*head, *marks, *more, *signed], [*fields, *others, *places], rules, of.trial)


def _of_person(of: CountForm, number: int, name: str) -> list[tuple[str, str, int]]:
    if not of.table:
        return [(f"votes_{number}", name, 0)]
    said = (("votes", "đồng ý"), ("against", "không đồng ý"), ("neither", "không tính"))
    return [(f"{field}_{number}", f"{name}: {what}", 0) for field, what in said]


_CONGRESS = (
    ("voters", "Số đại biểu được triệu tập", 0),
    ("excused", "Số vắng mặt được trừ", 0),
    ("voted", "Số đại biểu đã bỏ phiếu", 0),
    ("received", "Số phiếu nhận về", 0),
    ("issued", "Số phiếu phát ra", 0),
    ("spoiled", "Số phiếu hỏng đã đổi", 0),
    ("left_over", "Số phiếu còn lại", 0),
    ("collected", "Số phiếu thu vào", 0),
    ("valid", "Số phiếu hợp lệ", 0),
    ("invalid", "Số phiếu không hợp lệ", 0),
)
_BOARD_SIGN = (
    ("sign_member_1", ("THÀNH VIÊN", "BAN KIỂM PHIẾU")),
    ("sign_member_2", ("THÀNH VIÊN", "BAN KIỂM PHIẾU")),
    ("sign_secretary", ("THƯ KÝ", "BAN KIỂM PHIẾU")),
    ("sign_leader", ("TRƯỞNG BAN", "(ký, ghi rõ họ tên)")),
)
_FIGURES = (
    ("voters", "Số cử tri trong danh sách", 0),
    ("voted", "Số cử tri đã bỏ phiếu", 0),
    ("turnout", "Tỷ lệ cử tri đã bỏ phiếu (%)", 2),
    ("received", "Số phiếu nhận về", 0),
    ("issued", "Số phiếu phát ra", 0),
    ("spoiled", "Số phiếu gạch hỏng đã đổi", 0),
    ("left_over", "Số phiếu còn lại", 0),
    ("collected", "Số phiếu thu vào", 0),
    ("valid", "Số phiếu hợp lệ", 0),
    ("valid_percent", "Tỷ lệ phiếu hợp lệ (%)", 2),
    ("invalid", "Số phiếu không hợp lệ", 0),
    ("invalid_percent", "Tỷ lệ phiếu không hợp lệ (%)", 2),
)
SIGN = (
    ("sign_witness_1", ("CỬ TRI THỨ NHẤT", "CHỨNG KIẾN")),
    ("sign_witness_2", ("CỬ TRI THỨ HAI", "CHỨNG KIẾN")),
    ("sign_secretary", ("THƯ KÝ", "TỔ BẦU CỬ")),
    ("sign_leader", ("TỔ TRƯỞNG", "(ký, đóng dấu)")),
)


def column_of_figures(
    rows: Sequence[tuple[str, str, int]], left: float, right: float, form: str
) -> tuple[list[Mark], list[FormField]]:
    """Rows of figures (field, label, decimals), one below the other from the top; refused where they do not fit."""
    if len(rows) > ROWS:
        raise refuse(
            "count-form-full",
            form,
            "{rows} figures do not fit one column of the sheet, which holds {most}; count this contest by scanning",
            rows=len(rows),
            most=ROWS,
        )
    marks: list[Mark] = []
    fields: list[FormField] = []
    for i, (name, label, decimals) in enumerate(rows):
        top = round(TOP + i * STEP, 3)
        most_value = 10_000 if decimals else None
        printed, field = number_row(name, label, right, top, DIGITS, decimals=decimals, most=most_value)
        marks += [*printed, *label_lines(label, left, field.box.x - 2.0, top, form)]
        fields.append(field)
    return marks, fields


def _figures_rules(of: CountForm, present: set[str], issued_includes_spoiled: bool) -> list[FormRule]:
    """R1 to R11 and R20, R22 as far as the sheet's figures go."""
    out = ("issued", "left_over") if issued_includes_spoiled else ("issued", "spoiled", "left_over")
    people = tuple(f"votes_{i}" for i in range(1, len(of.candidates) + 1))
    lefts = tuple(f"left_{k}" for k in of.counts)
    rules = [
        FormRule("R1", "at_most", ("voted", "voters")),
        FormRule("R3", "sum", (*out, "received")),
        FormRule("R4", "at_most", ("collected", "issued")),
        FormRule("R5", "at_most", ("collected", "voted")),
        FormRule("R6", "sum", ("valid", "invalid", "collected")),
        *(FormRule("R7", "at_most", (one, "valid")) for one in people),
        FormRule("R8", "sum", (*lefts, "valid")),
        FormRule("R9", "sum", (*lefts, "votes_sum"), tuple(of.counts)),
        FormRule("R9", "sum", (*people, "votes_sum")),
        FormRule("R20", "at_most", ("voted", "issued")),
        FormRule("R22", "percent", ("voted", "voters", "turnout")),
        FormRule("R11", "percent", ("valid", "collected", "valid_percent")),
        FormRule("R11", "percent", ("invalid", "collected", "invalid_percent")),
    ]
    return [rule for rule in rules if present.issuperset(rule.fields)]


def tally_form(of: CountForm) -> BallotLayout:
    """The tally sheet of one bundle: strokes and their number for each candidate, and how many names ballots leave.

    Fields: ``tally_N`` and ``votes_N`` by the candidate's place on the ballot, ``bundle``, ``ballots``, ``valid``,
    ``invalid``, ``left_K``, ``votes_sum``. Refused (``count-form-full``) where the candidates do not fit one side.
    """
    form = tally_id(of.contest.id, of.area.id)
    if TALLY_TOP + len(of.candidates) * TALLY_STEP > LOWEST + 30:
        raise refuse(
            "count-form-full",
            form,
            "{rows} figures do not fit one column of the sheet, which holds {most}; count this contest by scanning",
            rows=len(of.candidates),
            most=int((LOWEST + 30 - TALLY_TOP) / TALLY_STEP),
        )
    marks, fields = _bundle_figures(of, form)
    for i, name in enumerate(of.names, start=1):
        top = round(TALLY_TOP + (i - 1) * TALLY_STEP, 3)
        cell = Box(TALLY_LEFT, top, TALLY_WIDTH, DIGIT.h + 2.4)
        printed, number = number_row(f"votes_{i}", name, RIGHT, top + 1.2, 3, most=BUNDLE)
        marks += [Outline(cell, 0.3), *printed, *label_lines(name, LEFT, TALLY_LEFT - 2.0, top + 1.2, form)]
        fields += [FormField(f"tally_{i}", "tally", cell, name, style="square", pitch=GROUP), number]
    rules = _tally_rules(of, {f.id for f in fields})
    return laid(form, TALLY, [*_head(of, TALLY), *marks], fields, rules, of.trial)


def _bundle_figures(of: CountForm, form: str) -> tuple[list[Mark], list[FormField]]:
    """The figures of the bundle in two columns above the strokes."""
    rows = [
        ("bundle", "Tệp số", None), ("ballots", "Số phiếu trong tệp", BUNDLE), ("valid", "Số phiếu hợp lệ", BUNDLE),
        ("invalid", "Số phiếu không hợp lệ", BUNDLE),
        *((f"left_{k}", f"Phiếu bầu {k} {'người' if of.congress else 'đại biểu'}", BUNDLE) for k in of.counts),
        ("votes_sum", "Tổng số đồng ý" if of.table else "Tổng số phiếu bầu", BUNDLE * of.unit.seats),
    ]  # fmt: skip
    if of.table or (of.congress and len(rows) > BUNDLE_ROWS):  # a long list is held together by its sum alone
        rows = [row for row in rows if not row[0].startswith("left_")]
    columns, step = 3, (RIGHT - LEFT + 4.0) / 3
    if len(rows) > BUNDLE_ROWS:
        raise refuse(
            "count-form-full",
            form,
            "{rows} figures do not fit one column of the sheet, which holds {most}; count this contest by scanning",
            rows=len(rows),
            most=BUNDLE_ROWS,
        )
    marks: list[Mark] = []
    fields: list[FormField] = []
    for i, (name, label, most) in enumerate(rows):
        left = LEFT + (i % columns) * step
        top = round(50.0 + (i // columns) * 10.2, 3)
        printed, field = number_row(name, label, left + step - 4.0, top, 3, most=most)
        marks += [*printed, *label_lines(label, left, left + step - 6.0 - number_width(3), top, form)]
        fields.append(field)
    return marks, fields


def _tally_rules(of: CountForm, present: set[str]) -> list[FormRule]:
    people = tuple(f"votes_{i}" for i in range(1, len(of.candidates) + 1))
    lefts = tuple(f"left_{k}" for k in of.counts)
    told = (FormRule("R8", "sum", (*lefts, "valid")), FormRule("R9", "sum", (*lefts, "votes_sum"), tuple(of.counts)))
    return [
        *(FormRule("T1", "same", (f"tally_{i}", f"votes_{i}")) for i in range(1, len(people) + 1)),
        FormRule("R6", "sum", ("valid", "invalid", "ballots")),
        *(told if present.issuperset(lefts) else ()),
        FormRule("R9", "sum", (*people, "votes_sum")),
        *(FormRule("R7", "at_most", (one, "valid")) for one in people),
    ]


def _head(of: CountForm, title: str) -> list[Text]:
    body = f"Bầu cử đại biểu {of.contest.body}" if of.contest.level == "assembly" else (
        f"Bầu cử đại biểu Hội đồng nhân dân {of.contest.body}"
    )  # fmt: skip
    where = f"{of.area.name} (khu vực bỏ phiếu số {of.area.number}), đơn vị bầu cử số {of.unit.number}"
    if of.congress:
        body, where = f"Bầu {of.contest.body}" + (" (số đồng ý)" if of.table and title == TALLY else ""), of.area.name
    return head_of(title, body, (where, BOARD_HINT if of.congress else HINT))


def head_of(title: str, body: str, below: Sequence[str]) -> list[Text]:
    """The head of a sheet beside its code: title, what it is of, and texts below, broken where they meet the code."""
    lines = [centred(title, MIDDLE, 18.0, "bold", 14.0), centred(body, MIDDLE, 24.0, "bold", 11.0)]
    room = 2 * (CODE.x - 3.0 - MIDDLE)
    y = 29.5
    for text in below:
        for line in broken(text, "regular", 10.0, room):
            lines.append(centred(line, MIDDLE, y, "regular", 10.0))
            y += 4.4
    return lines


def laid(
    form: str,
    title: str,
    marks: Sequence[Mark],
    fields: Sequence[FormField],
    rules: Sequence[FormRule],
    trial: bool,
) -> BallotLayout:
    """One A4 side with corner marks and the code of its form; of a trial it says so at its foot."""
    registration = corner_marks(A4)
    side = FormSide(
        "front", A4, registration, tuple(fields), Reference((f"{form}.png",), REFERENCE_DPI), code=CODE
    )  # fmt: skip
    foot = [centred(TRIAL, MIDDLE, TRIAL_BASELINE, "bold", 12.0)] if trial else []
    printed = [*marks, *foot, *(Solid(mark) for mark in registration.marks), *code_marks(f"{form}|front")]
    return BallotLayout(Form(form, title, (side,), tuple(rules)), A4, tuple(printed))
