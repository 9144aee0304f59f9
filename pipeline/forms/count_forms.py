"""Our own count forms, made to be read back: the sheet of figures of a count, and the tally sheet of one bundle.

One A4 side each, with corner marks, a code that names the form, a box for every digit; the form document holds what
must hold between the figures. They replace no prescribed form: the minutes (Mẫu 18, 23) stay the legal act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.election.definition import Area, Candidate, Contest, Election, Unit
from pipeline.election.rules import rules_of
from pipeline.errors import refuse
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout, centred
from pipeline.forms.count_form_ids import figures_id, tally_id
from pipeline.forms.drawing import Line, Mark, Outline, Solid, Text
from pipeline.forms.fonts import Face
from pipeline.forms.number_rows import (
    CODE,
    DIGIT,
    FIRM,
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
BUNDLE_TOP, BUNDLE_STEP = 45.0, 10.0
TALLY_TOP, TALLY_STEP = 99.0, 13.0
TALLY_LEFT, TALLY_WIDTH = 66.0, 100.0
HEADS_ABOVE = 1.7
"""mm between the heads of the tally sheet's columns and their first row."""
COUNTED_BY, COUNTER_WIDE = 276.0, 80.0
"""The lines for the names of the two people who count: how far down, and how long, mm (a name takes some 60)."""
GROUP = 5.0
"""mm of a square of four strokes as the sheet asks for it."""
BUNDLE = 50
"""Ballots of a bundle (tệp)."""
HINT = "Mỗi ô một chữ số, viết sát bên phải, ô thừa để trống. Không tẩy xóa; viết sai thì báo Tổ trưởng."
BOARD_HINT = HINT.replace("Tổ trưởng", "Trưởng ban kiểm phiếu")
BUNDLE_ROWS = 12
"""Figures of a bundle: its number on a line of its own, the others three on a line."""
BUNDLE_HINT = f"(mỗi tệp tối đa {BUNDLE} phiếu, mỗi tệp một bảng)"
TALLY = "BẢNG KIỂM PHIẾU"
STROKES_HEAD = "Gạch đếm: mỗi phiếu một nét, đủ 5 phiếu thành một ô vuông có gạch chéo"
COUNTERS = ("Người kiểm phiếu thứ nhất (ghi rõ họ và tên)", "Người kiểm phiếu thứ hai (ghi rõ họ và tên)")
TITLES = {"male": "Ông", "female": "Bà"}
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
        """As the ballot names people: Ông or Bà (not at a congress), equal names with the day of birth, the other name
        in brackets."""
        return tuple(self._named(c, " ") + (f" ({c.other_name})" if c.other_name else "") for c in self.candidates)

    def printed(self, number: int, what: str = "") -> tuple[str, ...]:
        """The label of a candidate's figure by the place on the ballot (from 1), which it begins with, and what stands
        there where it is too long: the other name broken, then left out. ``what`` the figure counts, if several."""
        candidate = self.candidates[number - 1]
        name = f"{number}.{FIRM}{self._named(candidate, FIRM)}"
        other = f" ({candidate.other_name})" if candidate.other_name else ""
        behind = f": {what.replace(' ', FIRM)}" if what else ""
        texts = (f"{name} {other[1:].replace(' ', FIRM)}", f"{name}{other}") if other else ()
        return tuple(text + behind for text in (*texts, name))

    def _named(self, candidate: Candidate, space: str) -> str:
        equal = [c for c in self.candidates if c.full_name == candidate.full_name]
        title = "" if self.congress else TITLES[candidate.gender] + space
        born = f" ({candidate.birth_date:%d/%m/%Y})" if len(equal) > 1 else ""
        return f"{title}{candidate.full_name}{born}"

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
    by_names.append(("votes_sum", "Tổng số phiếu bầu của những người ứng cử", 0))
    people = [(f"votes_{i}", name, 0) for i, name in enumerate(of.names, start=1)]
    first, second = (rows + by_names, people) if len(rows + by_names) <= ROWS else (rows, by_names + people)
    printed = {f"votes_{i}": of.printed(i) for i in range(1, len(people) + 1)}
    marks, fields = column_of_figures(first, LEFT, column, form, printed)
    more, votes = column_of_figures(second, column + COLUMN_GAP, RIGHT, form, printed)
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
    numbered = range(1, len(people) + 1)
    said = _ANSWERS if of.table else (("votes", ""),)
    printed = {f"{field}_{i}": of.printed(i, what) for i in numbered for field, what in said}
    marks, fields = column_of_figures(every[:first], LEFT, column, form, printed)
    more, others = column_of_figures(every[first:], column + COLUMN_GAP, RIGHT, form, printed)
    signed, places = signature_places(_BOARD_SIGN, SIGN_TOP, SIGN_HEIGHT, LEFT, RIGHT)
    present = {f.id for f in (*fields, *others)}
    rules = _figures_rules(of, present, issued_includes_spoiled)
    for i in numbered:
        three = (f"votes_{i}", f"against_{i}", f"neither_{i}", "valid")
        rules += [FormRule("R7", "sum", three)] if present.issuperset(three) else []
        rules += [FormRule("R7", "at_most", (f"against_{i}", "valid"))] if f"against_{i}" in present else []
    head = _head(of, "BẢNG SỐ LIỆU KIỂM PHIẾU")
    return laid(form, head[0].text, [*head, *marks, *more, *signed], [*fields, *others, *places], rules, of.trial)


def _of_person(of: CountForm, number: int, name: str) -> list[tuple[str, str, int]]:
    if not of.table:
        return [(f"votes_{number}", name, 0)]
    return [(f"{field}_{number}", f"{name}: {what}", 0) for field, what in _ANSWERS]


_ANSWERS = (("votes", "đồng ý"), ("against", "không đồng ý"), ("neither", "không tính"))
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
    rows: Sequence[tuple[str, str, int]],
    left: float,
    right: float,
    form: str,
    printed: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[list[Mark], list[FormField]]:
    """Rows of figures (field, label, decimals), one below the other from the top; refused where they do not fit.

    ``printed``: of fields whose label on the paper is another than on the screen, that label and shorter ones.
    """
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
        boxes, field = number_row(name, label, right, top, DIGITS, decimals=decimals, most=most_value)
        text, *shorter = printed.get(name, (label,))
        marks += [*boxes, *label_lines(text, left, field.box.x - 2.0, top, form, otherwise=shorter)]
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
        boxes, number = number_row(f"votes_{i}", name, RIGHT, top + 1.2, 3, most=BUNDLE)
        text, *shorter = of.printed(i)
        label = label_lines(text, LEFT, TALLY_LEFT - 2.0, top + 1.2, form, otherwise=shorter)
        marks += [Outline(cell, 0.3), *boxes, *label]
        fields += [FormField(f"tally_{i}", "tally", cell, name, style="square", pitch=GROUP), number]
    rules = _tally_rules(of, {f.id for f in fields})
    printed = [*_head(of, TALLY), *_tally_heads(of), *marks, *_counted_by()]
    return laid(form, TALLY, printed, fields, rules, of.trial)


def _tally_heads(of: CountForm) -> list[Text]:
    """What stands in the three columns below."""
    boxes = RIGHT - number_width(3) / 2
    baseline = TALLY_TOP - HEADS_ABOVE
    return [
        Text(LEFT, baseline, "Họ và tên" if of.congress else "Người ứng cử", "bold", 9.0),
        centred(STROKES_HEAD, TALLY_LEFT + TALLY_WIDTH / 2, baseline, "bold", 8.0),
        centred("Số đồng ý" if of.table else "Số phiếu", boxes, baseline, "bold", 9.0),
    ]


def _counted_by() -> list[Mark]:
    """Two lines at the foot for the names of who counted the bundle. They are not read back: no law asks for them."""
    marks: list[Mark] = []
    for left, text in zip((LEFT, RIGHT - COUNTER_WIDE), COUNTERS, strict=True):
        marks.append(Line(left, COUNTED_BY, left + COUNTER_WIDE, COUNTED_BY, 0.2))
        marks.append(centred(text, left + COUNTER_WIDE / 2, COUNTED_BY + 4.0, "italic", 9.0))
    return marks


def _bundle_figures(of: CountForm, form: str) -> tuple[list[Mark], list[FormField]]:
    """The figures of the bundle above the strokes: its number first, the others in three columns below."""
    rows = [
        ("bundle", "Tệp phiếu số", None), ("ballots", "Số phiếu trong tệp", BUNDLE),
        ("valid", "Số phiếu hợp lệ", BUNDLE), ("invalid", "Số phiếu không hợp lệ", BUNDLE),
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
    for i, (name, label, most) in enumerate(rows, start=columns - 1):  # the number alone ends the first line
        left = LEFT if name == "bundle" else LEFT + (i % columns) * step
        top = round(BUNDLE_TOP + (i // columns) * BUNDLE_STEP, 3)
        boxes, field = number_row(name, label, left + step - 4.0, top, 3, most=most)
        face: Face = "bold" if name == "bundle" else "regular"
        marks += [*boxes, *label_lines(label, left, left + step - 6.0 - number_width(3), top, form, face)]
        fields.append(field)
    marks.append(Text(LEFT + step, BUNDLE_TOP + DIGIT.h / 2 + 1.2, BUNDLE_HINT, "italic", 10.0))
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
