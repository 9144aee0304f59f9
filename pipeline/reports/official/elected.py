"""Lists of the elected, word for word: Mẫu 21/HĐBC-QH (a unit, Assembly) and Mẫu 26/HĐBC-HĐND (a council)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipeline.messages import Message, message
from pipeline.reports.blocks import national_head, sign
from pipeline.reports.official.fields import lacking
from pipeline.reports.paper import Block, Cell, Columns, Paper, Ruled, Space, Text, Together
from pipeline.reports.words import FIRM, bare, day_text, mark, number, put, put_or


@dataclass(frozen=True, slots=True)
class Dossier:
    """Somebody elected, as the lists print it: every field is text, ``""`` where it is not known.

    Fields that the form marks "(nếu có)" may stay empty; of the others, "Không" says that there is nothing.
    """

    name: str
    unit: str
    born: date | None
    gender: str
    nationality: str
    ethnicity: str
    religion: str
    home: str
    residence: str
    schooling: str
    profession: str
    degree: str
    theory: str
    languages: str
    work: str
    workplace: str
    party_since: str
    assembly_member: str
    council_member: str
    note: str = ""


MAY_BE_EMPTY = frozenset({"party_since", "assembly_member", "council_member", "note"})
LABELS = {
    "unit": message("electoral unit"),
    "born": message("date of birth"),
    "gender": message("gender"),
    "nationality": message("nationality"),
    "ethnicity": message("ethnicity"),
    "religion": message("religion"),
    "home": message("home town"),
    "residence": message("place of residence"),
    "schooling": message("general education"),
    "profession": message("professional education"),
    "degree": message("academic title"),
    "theory": message("political theory"),
    "languages": message("foreign languages"),
    "work": message("occupation"),
    "workplace": message("place of work"),
}


@dataclass(frozen=True, slots=True)
class ElectedList:
    """The fields of Mẫu 21 or 26; ``people`` by the alphabet of names."""

    assembly: bool
    province: str
    unit: str
    """Assembly only."""
    body: str
    """Council only."""
    body_term: str
    years: str
    day: date | None
    """Of the election (Mẫu 21)."""
    year: int
    people: tuple[Dossier, ...]
    seats: int | None
    place: str
    """Where it is signed (Mẫu 26: the council's own place, note 1)."""
    signed: date | None
    objections: tuple[Message, ...] = ()

    @property
    def number(self) -> str:
        return "Mẫu số 21/HĐBC-QH" if self.assembly else "Mẫu số 26/HĐBC-HĐND"


def elected_faults(given: ElectedList) -> tuple[Message, ...]:
    """Everything that keeps the list from being signed; empty where it is final."""
    return (*given.objections, *_missing(given))


def _missing(given: ElectedList) -> Iterator[Message]:
    yield from lacking(
        (given.place, message("the place of signing")),
        (given.signed, message("the day of signing")),
    )
    for person in given.people:
        without = [name for name in LABELS if not getattr(person, name)]
        if set(without) == set(LABELS) - {"unit", "born", "gender"}:
            yield message(
                "{name}: the dossier is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu "
                "particulars'",
                name=person.name,
            )
            continue
        for name in without:
            yield message(
                "{name}: {field} is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu particulars'",
                name=person.name,
                field=LABELS[name],
            )


def elected_paper(given: ElectedList) -> Paper:
    """The whole form, with empty cells for what is not known."""
    whose = f"Đơn vị bầu cử số {given.unit}" if given.assembly else f"HĐND {given.body}"
    return Paper(
        number=given.number,
        title="Danh sách những người trúng cử",
        blocks=(
            Text(given.number, "number"),
            _head(given),
            Space(2),
            *(Text(line, "title") for line in _title(given)),
            Space(1),
            _table(given),
            *(_ending_21(given) if given.assembly else _ending_26(given)),
        ),
        feet=(given.number, whose),
        landscape=True,
    )


def _head(given: ElectedList) -> Columns:
    left = (
        (f"Tỉnh/Thành phố {put(bare(given.province))}", f"Đơn vị bầu cử số {put(given.unit)}")
        if given.assembly
        else ("ỦY BAN BẦU CỬ", f"{mark(1)} {put(given.body.upper())}")
    )
    return national_head((*(Text(line, "head") for line in left), Text("-------", "rule")))


def _title(given: ElectedList) -> tuple[str, ...]:
    if given.assembly:
        return (
            "BÁO CÁO VỀ DANH SÁCH",
            f"NHỮNG NGƯỜI TRÚNG CỬ ĐẠI BIỂU QUỐC HỘI KHÓA{FIRM}{put(given.body_term)}",
            f"(Bầu cử {day_text(given.day, given.year)})",
        )
    return (
        "DANH SÁCH NHỮNG NGƯỜI TRÚNG CỬ",
        f"ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {mark(1)} {put(given.body.upper())} KHÓA{FIRM}{put(given.body_term)}",
        f"NHIỆM KỲ {put(given.years)}",
    )


EDUCATION = (
    "Giáo dục phổ thông", "Chuyên môn, nghiệp vụ", "Học hàm, học vị", "Lý luận chính trị", "Ngoại ngữ"
)  # fmt: skip


WIDE = {
    "STT": 0.5,
    "Quê quán": 1.8,
    "Nơi ở hiện nay": 1.8,
    "Nơi công tác": 1.5,
    "Họ và tên (*)": 2.0,
    f"Họ và tên {mark(2)}": 2.0,
}
"""Columns that hold addresses and names, beside those of single words."""


def _top(text: str, across: int = 1, down: int = 1) -> Cell:
    return Cell(text, across, down, "centre", bold=True)


def _table(given: ElectedList) -> Ruled:
    council = "Là đại biểu HĐND (nếu có)"
    member = ("Là đại biểu QH (nếu có)", council) if given.assembly else (council,)
    name = ("Họ và tên (*)",) if given.assembly else (f"Họ và tên {mark(2)}", f"Đơn vị bầu cử {mark(3)}")
    work = "Nghề nghiệp, chức vụ" if given.assembly else "Nghề nghiệp , chức vụ"
    before = ("STT", *name, "Ngày tháng năm sinh", "Giới tính", "Quốc tịch", "Dân tộc", "Tôn giáo", "Quê quán")
    before = (*before, "Nơi ở hiện nay")
    after = (work, "Nơi công tác", "Ngày vào Đảng (nếu có)", *member, "Ghi chú")
    head = (
        (
            *(_top(text, down=2) for text in before),
            _top("Trình độ", across=len(EDUCATION)),
            *(_top(text, down=2) for text in after),
        ),
        tuple(_top(text) for text in EDUCATION),
    )
    width = len(before) + len(EDUCATION) + len(after)
    rows = [_row(given, n, person) for n, person in enumerate(given.people, start=1)]
    rows = rows or [(Cell(n), *([Cell()] * (width - 1))) for n in ("1", "2", "...")]
    shares = tuple(WIDE.get(text, 1.0) for text in (*before, *EDUCATION, *after))
    return Ruled(head, tuple(rows), shares, 8)


def _row(given: ElectedList, count: int, person: Dossier) -> tuple[Cell, ...]:
    unit = () if given.assembly else (person.unit,)
    members = (person.assembly_member, person.council_member) if given.assembly else (person.council_member,)
    texts = (
        person.name, *unit, f"{person.born:%d/%m/%Y}" if person.born else "", person.gender, person.nationality,
        person.ethnicity, person.religion, person.home, person.residence, person.schooling, person.profession,
        person.degree, person.theory, person.languages, person.work, person.workplace, person.party_since, *members,
        person.note,
    )  # fmt: skip
    return (Cell(str(count), align="centre"), *(Cell(put_or(text, "")) for text in texts))


def _ending_21(given: ElectedList) -> Iterator[Block]:
    chair = ("TRƯỞNG BAN BẦU CỬ", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Ban bầu cử)")
    place = Text(f"{put(bare(given.place))}, {day_text(given.signed, given.year)}", "place")
    yield Together((Columns(((), (place, *sign(chair))), (0.5, 0.5)), Space(20)))
    yield Text("(*) Ghi đầy đủ họ và tên người trúng cử tại đơn vị bầu cử, xếp tên theo vần chữ cái A, B, C.", "note")


def _ending_26(given: ElectedList) -> Iterator[Block]:
    chair = ("TM. ỦY BAN BẦU CỬ", "CHỦ TỊCH", "(Ký, ghi rõ họ và tên, đóng dấu của Ủy ban bầu cử)")
    place = Text(f"{mark(1)} {put(bare(given.place))} {day_text(given.signed, given.year)}", "place")
    people = len(given.people) or None
    seats = f"Số đại biểu được bầu của HĐND: {mark(1)} {put(given.body)} {number(given.seats)}{FIRM}đại biểu."
    sums = f"Tổng số người trúng cử trong danh sách này là: {number(people)}{FIRM}người."
    signed = Columns(((), (place, *sign(chair))), (0.5, 0.5))
    yield Together((Text(seats, "entry"), Text(sums, "entry"), signed, Space(20)))
    yield Text("Ghi chú:", "note-head", keep=True)
    yield Text("(1) Ghi tên đơn vị hành chính tổ chức bầu cử.", "note", keep=True)
    yield Text("(2) Ghi đầy đủ họ và tên người trúng cử, xếp tên theo vần chữ cái A, B, C.", "note", keep=True)
    yield Text("(3) Ghi số đơn vị bầu cử mà người trúng cử đã ứng cử.", "note")
