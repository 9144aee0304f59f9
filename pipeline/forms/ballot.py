"""The prescribed ballots, Mẫu 13, 14 and 15 of Nghị quyết 40/NQ-HĐBCQG: what stands where, and what is read.

A5 portrait with a thin box round the page, no code, number, checkbox or fiducial: the form may not be
altered. One layout gives both the print and the template, so what is read is what was printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.election.definition import Area, Candidate, Contest, Election, Place
from pipeline.errors import refuse
from pipeline.forms.drawing import Line, Mark, Outline, Text
from pipeline.forms.fonts import Face, ink_box, width_mm
from pipeline.forms.template import ByContent, Form, FormField, FormSide, Reference
from pipeline.geometry import Box, Size
from pipeline.messages import message

A5 = Size(148.0, 210.0)
REFERENCE_DPI = 200.0
FRAME = Box(7.0, 7.0, 134.0, 196.0)
FRAME_LINE = 0.3
LEFT_CENTRE, RIGHT_CENTRE, PAGE_CENTRE = 36.0, 100.0, 74.0
STAMP = Box(14.0, 24.0, 38.0, 34.0)
"""Where the stamp is expected ("Vị trí đóng dấu của Tổ bầu cử"), at the top left as Art. 74 demands."""
NAMES_LEFT = 24.0
NAMES_RIGHT = FRAME.right - 4.0
NAMES_BOTTOM = FRAME.bottom - 8.0
LARGEST_LEADING, SMALLEST_LEADING = 12.0, 6.0
"""mm from name to name. Below 6 mm a pen line through one name touches the next one's accents."""
LARGEST_TYPE, SMALLEST_TYPE = 14.0, 10.0
SECOND_LINE = 0.55
"""Leading between the two lines of one name, as a share of the leading between names."""


@dataclass(frozen=True, slots=True)
class BallotLayout:
    """A ballot to print and, in ``form``, to read; ``marks`` are all that is printed, in mm.

    ``more``: what stands on its further sheets, where one does not hold it.
    """

    form: Form
    size: Size
    marks: tuple[Mark, ...]
    more: tuple[tuple[Mark, ...], ...] = ()

    @property
    def sheets(self) -> tuple[tuple[Mark, ...], ...]:
        return (self.marks, *self.more)


@dataclass(frozen=True, slots=True)
class _Name:
    candidate: Candidate
    title: str
    lines: tuple[str, ...]


def ballot_layout(election: Election, unit_id: str) -> BallotLayout:
    """The ballot of one electoral unit; the form's id is the unit's, the field ids are the candidates'.

    A ``strike`` field's ``lines`` are the ink of the name without the title word "Ông" or "Bà" (voters often
    begin behind it), a second name in brackets included. Refused when the names do not fit the page.
    """
    unit = election.unit(unit_id)
    contest = election.contest(unit.contest)
    header, names_top = _header(election, contest, unit_id)
    names = [_name(c, election.candidates_of(unit_id)) for c in election.candidates_of(unit_id)]
    printed, fields = _names(names, names_top, unit_id)
    stamp = FormField("stamp", "stamp", STAMP, "Dấu của Tổ bầu cử")
    stray = FormField("stray", "stray", Box(0.0, 0.0, A5.w, A5.h), "Nội dung ghi thêm")
    side = FormSide("front", A5, ByContent(), (*fields, stamp, stray), Reference((f"{unit_id}.png",), REFERENCE_DPI))
    title = f"Phiếu bầu cử đại biểu {contest.body}, đơn vị bầu cử số {unit.number}"
    return BallotLayout(Form(unit_id, title, (side,)), A5, (*header, *printed))


def centred(text: str, centre: float, baseline: float, face: Face, points: float) -> Text:
    return Text(centre - width_mm(text, face, points) / 2, baseline, text, face, points)


def _header(election: Election, contest: Contest, unit_id: str) -> tuple[list[Mark], float]:
    """The printed head of the ballot and the mm at which the names may begin."""
    left = _left_column(election, contest, unit_id)
    marks: list[Mark] = [Outline(FRAME, FRAME_LINE)]
    marks += [centred(text, LEFT_CENTRE, 14.0 + 4.6 * i, "bold", 9.0) for i, text in enumerate(left)]
    marks.append(Line(LEFT_CENTRE - 7, 20.6, LEFT_CENTRE + 7, 20.6, 0.25))
    marks.append(centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", RIGHT_CENTRE, 14.0, "bold", 9.0))
    marks.append(centred("Độc lập - Tự do - Hạnh phúc", RIGHT_CENTRE, 18.6, "bold", 9.5))
    marks.append(Line(RIGHT_CENTRE - 20, 20.6, RIGHT_CENTRE + 20, 20.6, 0.25))
    middle = STAMP.centre[0]
    marks.append(centred("Vị trí đóng dấu", middle, 39.5, "italic", 10.0))
    marks.append(centred("của Tổ bầu cử", middle, 44.0, "italic", 10.0))
    baseline = 68.0
    for text, points in _title(contest):
        size = min(points, points * (FRAME.w - 6) / width_mm(text, "bold", points))
        marks.append(centred(text, PAGE_CENTRE, baseline, "bold", size))
        baseline += 6.6
    seats = f"Được bầu {election.unit(unit_id).seats:02d} đại biểu"
    marks.append(centred(seats, PAGE_CENTRE, baseline + 1.0, "bold", 12.0))
    return marks, baseline + 7.0


def _left_column(election: Election, contest: Contest, unit_id: str) -> tuple[str, str]:
    """Unit and place, in the order that each form prescribes (Mẫu 13 the unit first, 14 and 15 last)."""
    unit = f"Đơn vị bầu cử số: {election.unit(unit_id).number}"
    place = _place_name(election, contest, unit_id)
    return (unit, place) if contest.ballot_form == "mau-13" else (place, unit)


def _place_name(election: Election, contest: Contest, unit_id: str) -> str:
    """The province or commune that the form prescribes; refused where the definition does not tell one."""
    kind: Literal["commune", "province"] = "commune" if contest.ballot_form == "mau-15" else "province"
    areas = [area for area in election.areas if unit_id in area.units.values()]
    named = message("commune") if kind == "commune" else message("province")
    found = {(place.id, place.name) for area in areas if (place := _above(election, area, kind)) is not None}
    without = [area.id for area in areas if _above(election, area, kind) is None]
    if len(found) == 1 and not without:
        return found.pop()[1]
    if not areas:
        raise refuse(
            "ballot-place",
            unit_id,
            "no voting area belongs to this unit, so that the {kind} to print is not known; correct the areas",
            kind=named,
        )
    if without:
        raise refuse(
            "ballot-place",
            unit_id,
            "the voting areas {areas} lie in no {kind}, which the ballot must name; correct the places",
            areas=", ".join(without),
            kind=named,
        )
    raise refuse(
        "ballot-place",
        unit_id,
        "the voting areas of this unit lie in several places ({names}), but a ballot names one {kind}; split the unit",
        names=", ".join(sorted(name for _, name in found)),
        kind=named,
    )


def _above(election: Election, area: Area, kind: Literal["commune", "province"]) -> Place | None:
    place = election.place(area.place)
    while place.kind != kind and place.parent is not None:
        place = election.place(place.parent)
    return place if place.kind == kind else None


def _title(contest: Contest) -> list[tuple[str, float]]:
    term = f"KHÓA {contest.body_term}"
    match contest.ballot_form:
        case "mau-13":
            return [("PHIẾU BẦU CỬ", 15.0), (f"ĐẠI BIỂU {contest.body.upper()} {term}", 13.0)]
        case "mau-14":
            body = f"ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {contest.body.upper()}"
            return [("PHIẾU BẦU CỬ", 15.0), (body, 13.0), (f"{term} NHIỆM KỲ {contest.years}", 13.0)]
        case "mau-15":
            head = "PHIẾU BẦU CỬ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN"
            return [(head, 13.0), (contest.body.upper(), 13.0), (f"{term} NHIỆM KỲ {contest.years}", 13.0)]
        case "dai-hoi":
            raise ValueError("a congress ballot is laid out by pipeline.forms.congress")


def _name(candidate: Candidate, all_of_unit: Sequence[Candidate]) -> _Name:
    name = candidate.full_name.upper()
    same = [c for c in all_of_unit if c.full_name == candidate.full_name]
    if len(same) > 1:
        name += f" ({candidate.birth_date:%d/%m/%Y})"
    other = f"({candidate.other_name.upper()})" if candidate.other_name else ""
    title = "Ông" if candidate.gender == "male" else "Bà"
    if not other:
        return _Name(candidate, title, (name,))
    return _Name(candidate, title, (name, other) if candidate.two_lines else (f"{name} {other}",))


def _names(names: Sequence[_Name], top: float, unit_id: str) -> tuple[list[Mark], list[FormField]]:
    leading = _leading(names, top, unit_id)
    points = _points(names, leading, unit_id)
    title_width = width_mm("Ông  ", "regular", points)
    marks: list[Mark] = []
    fields: list[FormField] = []
    baseline = top + 0.5 * leading
    for name in names:
        marks.append(Text(NAMES_LEFT, baseline, name.title, "regular", points))
        lines = []
        for i, line in enumerate(name.lines):
            at = baseline + i * SECOND_LINE * leading
            marks.append(Text(NAMES_LEFT + title_width, at, line, "bold", points))
            lines.append(ink_box(line, "bold", points, NAMES_LEFT + title_width, at))
        fields.append(_field(name, tuple(lines)))
        baseline += leading * (1 + SECOND_LINE * (len(name.lines) - 1))
    return marks, fields


def _field(name: _Name, lines: tuple[Box, ...]) -> FormField:
    box = lines[0]
    for line in lines[1:]:
        box = box.union(line)
    return FormField(name.candidate.id, "strike", box, f"{name.title} {' '.join(name.lines)}", "names", lines)


def _leading(names: Sequence[_Name], top: float, unit_id: str) -> float:
    rows = sum(1 + SECOND_LINE * (len(n.lines) - 1) for n in names)
    leading = min(LARGEST_LEADING, (NAMES_BOTTOM - top) / rows)
    if leading < SMALLEST_LEADING:
        raise refuse(
            "ballot-full",
            unit_id,
            "{count} names do not fit an A5 ballot at {smallest} mm from name to name; split the list over "
            "several sheets or units",
            count=len(names),
            smallest=SMALLEST_LEADING,
        )
    return leading


def _points(names: Sequence[_Name], leading: float, unit_id: str) -> float:
    """Type size at which the longest name fits its line and two-line names do not touch."""
    room = NAMES_RIGHT - NAMES_LEFT
    widest = max((line for n in names for line in n.lines), key=lambda s: width_mm(s, "bold", 10.0))
    share = width_mm("Ông  ", "regular", 1.0) + width_mm(widest, "bold", 1.0)
    points = min(LARGEST_TYPE, room / share, leading / 12.0 * 18.0)
    if points < SMALLEST_TYPE:
        raise refuse(
            "name-too-long",
            unit_id,
            "'{name}' does not fit one line of the ballot at {smallest} points; put the second name on its own line",
            name=widest,
            smallest=SMALLEST_TYPE,
        )
    return points
