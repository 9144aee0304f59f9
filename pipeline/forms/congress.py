"""Ballots of congresses and meetings, designed here since no text prescribes them: A4 sheets made to be read back.

Names to cross out, or a table with boxes to mark; as many sheets as the list needs, each with its own place for the
stamp, four corner marks and a code that says which sheet of which ballot it is. The code is the same on every ballot,
so it tells nothing about a voter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.election.definition import Candidate, Contest, Election, Unit
from pipeline.election.rule_type import RuleSet
from pipeline.election.rules import rules_of
from pipeline.election.share_classes import whole
from pipeline.errors import refuse
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout, centred
from pipeline.forms.drawing import Line, Mark, Outline, Solid, Text
from pipeline.forms.fonts import ink_box, width_mm
from pipeline.forms.number_rows import broken, code_marks
from pipeline.forms.sheet import A4, SQUARE, STROKE, corner_marks
from pipeline.forms.template import ByContent, Form, FormField, FormSide, Reference
from pipeline.geometry import Box

LEFT, RIGHT = 20.0, 190.0
MIDDLE, LEFT_CENTRE, RIGHT_CENTRE = 105.0, 58.0, 150.0
CODE = Box(171.0, 28.0, 21.0, 21.0)
"""The QR code, below the corner mark and clear of the head; of 16 mm one in eight could not be read off poor scans."""
STAMP = Box(36.0, 40.0, 44.0, 34.0)
LATER_STAMP = Box(24.0, 18.0, 44.0, 34.0)
NAMES_BOTTOM = 277.0
LATER_TOP = 66.0
"""Where the names of a second sheet begin, below its stamp."""
LARGEST_STEP, SMALLEST_STEP = 12.0, 7.5
"""mm from name to name: below 7.5 a long list has more lines that run into the next name than sheets saved."""
LARGEST_TYPE, SMALLEST_TYPE = 14.0, 9.0
MOST_SHEETS = 9
NUMBER_COLUMN, MARK_COLUMN, HEAD_ROW = 12.0, 28.0, 11.0
LINE = 0.25

MOTTOES = {
    "party": ("ĐẢNG CỘNG SẢN VIỆT NAM", ""),
    "union": ("CÔNG ĐOÀN VIỆT NAM", ""),
    "youth": ("ĐOÀN TNCS HỒ CHÍ MINH", ""),
    "": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
}
"""First word of the rule set's name -> what stands at the top right."""
COLUMNS = {"agree_table": (("agree", "Đồng ý"), ("disagree", "Không đồng ý")), "marks": (("", "Chọn"),)}
"""Kind of ballot -> (end of the field's id, head of the column) of its boxes."""
HINTS = {
    "strike_out": "Gạch ngang cả họ và tên những người không bầu.",
    "agree_table": "Đánh dấu X vào một trong hai ô ở mỗi dòng.",
    "marks": "Đánh dấu X vào ô bên cạnh những người được chọn.",
}


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    candidate: Candidate
    name: str


@dataclass(frozen=True, slots=True)
class _Ballot:
    election: Election
    unit: Unit
    contest: Contest
    rules: RuleSet

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        return COLUMNS.get(self.rules.ballot, ())

    @property
    def names_left(self) -> float:
        return LEFT + NUMBER_COLUMN + (2.0 if self.columns else 6.0)

    @property
    def names_right(self) -> float:
        return RIGHT - MARK_COLUMN * len(self.columns) - 2.0


def congress_ballot(election: Election, unit_id: str) -> BallotLayout:
    """The ballot of a congress or meeting; the form's id is the unit's, each sheet is a side of it.

    Fields: ``CANDIDATE`` (crossed out, or the box to mark), ``CANDIDATE:agree`` and ``CANDIDATE:disagree`` on a table;
    ``stamp`` and ``stray`` of the first sheet, ``stamp:2`` and ``stray:2`` of the second ... Refused where a name
    does not fit its line, or the list more than nine sheets.
    """
    unit = election.unit(unit_id)
    of = _Ballot(election, unit, election.contest(unit.contest), rules_of(election))
    people = election.candidates_of(unit_id)
    rows = [_Row(n, c, _printed(c, people)) for n, c in enumerate(people, start=1)]
    head, top = _head(of, len(rows))
    step, parts = _parts(rows, top, of)
    points = _points(rows, step, of)
    sides, sheets = [], []
    for place, part in enumerate(parts, start=1):
        marks, first = (head, top) if place == 1 else (_later_head(of, place, len(parts)), LATER_TOP)
        printed, fields = _names(of, part, first, step, points)
        side, own = _side(of, place, fields)
        numbered = [_sheet_number(place, len(parts))] if len(parts) > 1 else []
        sides.append(side)
        sheets.append((*marks, *printed, *own, *numbered))
    form = Form(unit_id, f"Phiếu bầu {of.contest.body}", tuple(sides))
    return BallotLayout(form, A4, sheets[0], tuple(sheets[1:]))


def _printed(candidate: Candidate, people: Sequence[Candidate]) -> str:
    name = candidate.full_name.upper()
    if sum(c.full_name == candidate.full_name for c in people) > 1:
        name += f" ({candidate.birth_date:%d/%m/%Y})"
    return f"{name} ({candidate.other_name.upper()})" if candidate.other_name else name


def _side(of: _Ballot, place: int, fields: Sequence[FormField]) -> tuple[FormSide, list[Mark]]:
    """One sheet as it is read, and the marks by which it is found."""
    name, file = ("front", f"{of.unit.id}.png") if place == 1 else (f"sheet-{place}", f"{of.unit.id}+{place}.png")
    behind = "" if place == 1 else f":{place}"
    stamp = FormField(f"stamp{behind}", "stamp", STAMP if place == 1 else LATER_STAMP, "Dấu theo quy định")
    stray = FormField(f"stray{behind}", "stray", Box(0.0, 0.0, A4.w, A4.h), "Nội dung ghi thêm")
    # By all of its print: four corners alone leave names half a millimetre off where a sheet was fed unevenly.
    side = FormSide(name, A4, ByContent(), (*fields, stamp, stray), Reference((file,), REFERENCE_DPI), code=CODE)
    return side, [*(Solid(box) for box in corner_marks(A4).marks), *code_marks(f"{of.unit.id}|{name}", CODE)]


def _sheet_number(place: int, sheets: int) -> Mark:
    return centred(f"Tờ {place}/{sheets}", MIDDLE, 286.0, "italic", 10.0)


def _head(of: _Ballot, names: int) -> tuple[list[Mark], float]:
    """Who meets, the stamp, the title, and the mm at which the names begin."""
    marks: list[Mark] = []
    for i, line in enumerate(broken(of.election.title.upper(), "bold", 10.5, 76.0)[:3]):
        marks.append(centred(line, LEFT_CENTRE, 22.0 + 5.0 * i, "bold", 10.5))
    first, second = MOTTOES.get(of.rules.name.split("-")[0], MOTTOES[""])
    marks.append(centred(first, RIGHT_CENTRE - 10.0, 22.0, "bold", 10.5))
    if second:
        marks.append(centred(second, RIGHT_CENTRE - 10.0, 27.0, "bold", 10.5))
    day = of.election.day
    written = f"Ngày {day:%d} tháng {day:%m} năm {day:%Y}"
    marks.append(centred(written, RIGHT_CENTRE - 16.0, 34.0, "italic", 11.0))
    middle = STAMP.centre[0]
    marks.append(centred("(Dấu theo quy định", middle, STAMP.y + 15.0, "italic", 10.0))
    marks.append(centred("của đại hội)", middle, STAMP.y + 20.0, "italic", 10.0))
    baseline = 84.0
    marks.append(centred("PHIẾU BẦU CỬ", MIDDLE, baseline, "bold", 16.0))
    for text in _titles(of):
        for line in broken(text, "bold", 13.0, RIGHT - LEFT):
            baseline += 6.4
            marks.append(centred(line, MIDDLE, baseline, "bold", 13.0))
    if of.unit.shares:
        baseline += 7.0
        marks.append(centred(f"PHIẾU {whole(of.unit.shares)} CỔ PHẦN", MIDDLE, baseline, "bold", 13.0))
    for text in (f"Danh sách {names:02d} người, bầu {of.unit.seats:02d} người", HINTS[of.rules.ballot]):
        baseline += 6.0
        marks.append(centred(text, MIDDLE, baseline, "italic", 11.5))
    return marks, baseline + 6.0


def _titles(of: _Ballot) -> tuple[str, ...]:
    term = ", ".join(
        text for text in (f"KHÓA {of.contest.body_term}" if of.contest.body_term else "",
                          f"NHIỆM KỲ {of.contest.years}" if of.contest.years else "") if text
    )  # fmt: skip
    return tuple(filter(None, (of.contest.body.upper(), term)))


def _later_head(of: _Ballot, place: int, sheets: int) -> list[Mark]:
    middle = LATER_STAMP.centre[0]
    marks: list[Mark] = [
        centred("(Dấu theo quy định", middle, LATER_STAMP.y + 15.0, "italic", 10.0),
        centred("của đại hội)", middle, LATER_STAMP.y + 20.0, "italic", 10.0),
        centred("PHIẾU BẦU CỬ", 122.0, 28.0, "bold", 14.0),
    ]
    lines = broken(of.contest.body.upper(), "bold", 11.0, 90.0)[:3]
    marks += [centred(line, 122.0, 34.5 + 5.2 * i, "bold", 11.0) for i, line in enumerate(lines)]
    weight = f", {whole(of.unit.shares)} cổ phần" if of.unit.shares else ""
    marks.append(centred(f"(tờ {place} trong {sheets} tờ của một phiếu{weight})", 122.0, 56.0, "italic", 11.0))
    return marks


def _parts(rows: Sequence[_Row], top: float, of: _Ballot) -> tuple[float, list[Sequence[_Row]]]:
    """mm from name to name, and the names of each sheet: as few sheets as can be, then the widest step."""
    extra = HEAD_ROW if of.columns else 0.0
    first, later = NAMES_BOTTOM - top - extra, NAMES_BOTTOM - LATER_TOP - extra
    for sheets in range(1, MOST_SHEETS + 1):
        step = LARGEST_STEP
        while step >= SMALLEST_STEP:
            room = [int(first / step), *[int(later / step)] * (sheets - 1)]
            if sum(room) >= len(rows):
                return step, _dealt(rows, room)
            step -= 0.25
    raise refuse(
        "ballot-full",
        of.unit.id,
        "{count} names do not fit {sheets} sheets; split the list over several ballots",
        count=len(rows),
        sheets=MOST_SHEETS,
    )


def _dealt(rows: Sequence[_Row], room: Sequence[int]) -> list[Sequence[_Row]]:
    parts, start = [], 0
    for names in room:
        parts.append(rows[start : start + names])
        start += names
    return parts


def _points(rows: Sequence[_Row], step: float, of: _Ballot) -> float:
    """Type size at which the longest name fits its line and lines do not touch."""
    widest = max((row.name for row in rows), key=lambda s: width_mm(s, "bold", 10.0))
    points = min(LARGEST_TYPE, (of.names_right - of.names_left) / width_mm(widest, "bold", 1.0), step / 12.0 * 18.0)
    if points < SMALLEST_TYPE:
        raise refuse(
            "name-too-long",
            of.unit.id,
            "'{name}' does not fit one line of the ballot at {smallest} points; shorten the name in brackets",
            name=widest,
            smallest=SMALLEST_TYPE,
        )
    return points


def _names(
    of: _Ballot, rows: Sequence[_Row], top: float, step: float, points: float
) -> tuple[list[Mark], list[FormField]]:
    if of.columns:
        return _table(of, rows, top, step, points)
    marks: list[Mark] = []
    fields: list[FormField] = []
    for i, row in enumerate(rows):
        baseline = top + (i + 0.5) * step + 0.12 * points
        number = f"{row.number}."
        marks.append(
            Text(of.names_left - 3.0 - width_mm(number, "regular", points), baseline, number, "regular", points)
        )
        marks.append(Text(of.names_left, baseline, row.name, "bold", points))
        box = ink_box(row.name, "bold", points, of.names_left, baseline)
        fields.append(FormField(row.candidate.id, "strike", box, row.name, "names", (box,)))
    return marks, fields


def _table(
    of: _Ballot, rows: Sequence[_Row], top: float, step: float, points: float
) -> tuple[list[Mark], list[FormField]]:
    """STT | Họ và tên | a box for each answer, in a ruled table with its head on every sheet."""
    edges = [LEFT, LEFT + NUMBER_COLUMN, *(RIGHT - MARK_COLUMN * n for n in range(len(of.columns), -1, -1))]
    bottom = top + HEAD_ROW + len(rows) * step
    across = [top, *(top + HEAD_ROW + n * step for n in range(len(rows) + 1))]
    marks: list[Mark] = [Line(x, top, x, bottom, LINE) for x in edges]
    marks += [Line(LEFT, y, RIGHT, y, LINE) for y in across]
    heads = ("STT", "Họ và tên", *(head for _, head in of.columns))
    for head, (left, right) in zip(heads, pairwise(edges), strict=True):
        marks.append(centred(head, (left + right) / 2, top + 6.8, "bold", 11.0))
    fields: list[FormField] = []
    for i, row in enumerate(rows):
        middle = top + HEAD_ROW + (i + 0.5) * step
        baseline = middle + 0.12 * points
        marks.append(centred(str(row.number), LEFT + NUMBER_COLUMN / 2, baseline, "regular", points))
        marks.append(Text(of.names_left, baseline, row.name, "bold", points))
        for n, (answer, head) in enumerate(of.columns):
            centre = edges[2 + n] + MARK_COLUMN / 2
            box = Box(round(centre - SQUARE.w / 2, 3), round(middle - SQUARE.h / 2, 3), SQUARE.w, SQUARE.h)
            marks.append(Outline(box, STROKE))
            name = f"{row.candidate.id}:{answer}" if answer else row.candidate.id
            fields.append(FormField(name, "box", box, f"{row.name}: {head}", "names"))
    return marks, fields
