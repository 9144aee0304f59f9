"""What official forms ask for and no count tells: boards, committees, and who the candidates are.

Four sheets, one row a unit, a committee, a candidate, a report. A cell may stay empty: the form that needs it
then says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Literal

from pipeline.election.definition import Election
from pipeline.election.figures import Member

SheetName = Literal["boards", "committees", "dossiers", "reports"]


@dataclass(frozen=True, slots=True)
class Board:
    """What the board of a unit (Ban bầu cử) adds for Mẫu 19, 21, 24."""

    unit: str
    met_at: datetime | None = None
    met_place: str = ""
    members: tuple[Member, ...] = ()
    seats_resolution: str = ""
    """The number before "/NQ-HĐBCQG" or "/NQ-UBBC"."""
    seats_resolution_day: date | None = None
    candidates_resolution: str = ""
    candidates_resolution_day: date | None = None
    incidents: str = ""
    team_complaints: str = ""
    board_complaints: str = ""
    forwarded: str = ""
    papers: tuple[str, ...] = ()
    signed_place: str = ""
    signed_day: date | None = None

    @property
    def key(self) -> str:
        return self.unit


@dataclass(frozen=True, slots=True)
class Committee:
    """What an election committee (Ủy ban bầu cử) adds for Mẫu 20, 25, 26, 28, 30: one row a contest."""

    contest: str
    met_at: datetime | None = None
    met_place: str = ""
    members: tuple[Member, ...] = ()
    seats_resolution: str = ""
    seats_resolution_day: date | None = None
    candidates_resolution: str = ""
    candidates_resolution_day: date | None = None
    events: str = ""
    lower_complaints: str = ""
    committee_complaints: str = ""
    forwarded: str = ""
    papers: tuple[str, ...] = ()
    signed_place: str = ""
    signed_day: date | None = None

    @property
    def key(self) -> str:
        return self.contest


@dataclass(frozen=True, slots=True)
class Dossier:
    """Who a candidate is, for Mẫu 21, 26 and the statistics of Mẫu 28, 30."""

    candidate: str
    nationality: str = ""
    ethnicity: str = ""
    religion: str = ""
    home: str = ""
    residence: str = ""
    schooling: str = ""
    profession: str = ""
    degree: str = ""
    theory: str = ""
    languages: str = ""
    work: str = ""
    workplace: str = ""
    party_since: date | None = None
    assembly_member: str = ""
    council_member: str = ""
    note: str = ""
    sector: str = ""
    """One of ``SECTORS``."""
    study: str = ""
    """One of ``STUDIES``."""
    theory_level: str = ""
    """One of ``THEORIES``; "none" is no level."""
    self_nominated: bool | None = None
    reelected: bool | None = None

    @property
    def key(self) -> str:
        return self.candidate


@dataclass(frozen=True, slots=True)
class Letter:
    """What the province's committee writes in its reports to the National Election Council (Mẫu 27, 29)."""

    report: str
    """"27" or "29"."""
    letter: str = ""
    """The number before "/BC-UBBC"."""
    signed_place: str = ""
    signed_day: date | None = None
    recipients: tuple[str, ...] = ()
    """Beside those that the form prints."""
    i_1: str = ""
    i_2: str = ""
    i_3: str = ""
    i_4: str = ""
    i_5: str = ""
    i_6: str = ""
    i_7: str = ""
    i_8: str = ""
    """Only Mẫu 29 has it, and parts III and IV."""
    iii_1: str = ""
    iii_2: str = ""
    iv_1: str = ""
    iv_2: str = ""

    @property
    def key(self) -> str:
        return self.report

    @property
    def parts(self) -> Mapping[str, str]:
        """ "I.1" -> what is written there."""
        return {header.removeprefix("mục "): getattr(self, name) for name, header in PARTS.items()}


REPORTS: Mapping[str, str] = {
    "27": "Báo cáo tình hình và kết quả sơ bộ",
    "29": "Báo cáo tổng kết",
}
PARTS: Mapping[str, str] = {
    **{f"i_{n}": f"mục I.{n}" for n in range(1, 9)},
    **{f"{part}_{n}": f"mục {part.upper()}.{n}" for part in ("iii", "iv") for n in (1, 2)},
}
"""Column -> its header."""

Particular = Board | Committee | Dossier | Letter
KINDS: Mapping[SheetName, type[Board] | type[Committee] | type[Dossier] | type[Letter]] = {
    "boards": Board,
    "committees": Committee,
    "dossiers": Dossier,
    "reports": Letter,
}

SECTORS: Mapping[str, str] = {
    "cơ quan đảng": "party", "chính quyền": "government", "mặt trận": "front", "tòa án": "court",
    "viện kiểm sát": "procuracy", "quân đội, công an": "forces", "khác": "other",
}  # fmt: skip
"""Word of the sheet -> the column of Mẫu 28 and 30."""
STUDIES: Mapping[str, str] = {
    "dưới đại học": "below_university", "đại học": "university", "sau đại học": "postgraduate",
}  # fmt: skip
THEORIES: Mapping[str, str] = {
    "trung cấp": "intermediate", "cao cấp": "advanced", "cử nhân": "bachelor", "không": "none",
}  # fmt: skip
YES_NO: Mapping[str, bool] = {"có": True, "không": False}

HEADERS: Mapping[str, str] = {
    "unit": "đơn vị", "contest": "cuộc bầu", "candidate": "mã người ứng cử", "met_at": "họp lúc",
    "met_place": "họp tại", "members": "thành phần", "seats_resolution": "số nghị quyết số đại biểu",
    "seats_resolution_day": "ngày nghị quyết số đại biểu",
    "candidates_resolution": "số nghị quyết danh sách", "candidates_resolution_day": "ngày nghị quyết danh sách",
    "incidents": "việc xảy ra", "team_complaints": "khiếu nại tổ giải quyết",
    "board_complaints": "khiếu nại ban giải quyết", "forwarded": "khiếu nại chuyển lên",
    "papers": "tài liệu kèm theo", "signed_place": "nơi ký", "signed_day": "ngày ký", "events": "việc quan trọng",
    "lower_complaints": "khiếu nại tổ và ban giải quyết", "committee_complaints": "khiếu nại ủy ban giải quyết",
    "nationality": "quốc tịch", "ethnicity": "dân tộc", "religion": "tôn giáo", "home": "quê quán",
    "residence": "nơi ở", "schooling": "giáo dục phổ thông", "profession": "chuyên môn", "degree": "học hàm, học vị",
    "theory": "lý luận chính trị", "languages": "ngoại ngữ", "work": "nghề nghiệp", "workplace": "nơi công tác",
    "party_since": "ngày vào Đảng", "assembly_member": "là đại biểu QH", "council_member": "là đại biểu HĐND",
    "note": "ghi chú", "sector": "khối", "study": "trình độ", "theory_level": "trình độ lý luận",
    "self_nominated": "tự ứng cử", "reelected": "tái cử", "name": "tên",
    "report": "mẫu báo cáo", "letter": "số", "recipients": "nơi nhận thêm", **PARTS,
}  # fmt: skip
"""Column -> its header in the sheets that people fill in; the English name is understood as well."""
SEVERAL_LINES = (
    "incidents", "team_complaints", "board_complaints", "forwarded", "papers", "events", "lower_complaints",
    "committee_complaints", "recipients", *PARTS,
)  # fmt: skip


def columns(sheet: SheetName) -> tuple[str, ...]:
    return tuple(f.name for f in fields(KINDS[sheet]))


def expected(sheet: SheetName, election: Election) -> tuple[tuple[str, str], ...]:
    """(key, what it is called) of every row that the sheet should have; units of several contests have like names."""
    bodies = {c.id: c.body for c in election.contests}
    match sheet:
        case "boards":
            return tuple((u.id, f"{bodies[u.contest]}, {u.name}") for u in election.units if u.seats)
        case "committees":
            return tuple((c.id, c.body) for c in election.contests)
        case "dossiers":
            units = {u.id: f"{bodies[u.contest]}, {u.name}" for u in election.units}
            return tuple((c.id, f"{c.full_name} ({units[c.unit]})") for c in election.candidates)
        case "reports":
            return tuple(REPORTS.items())


def to_json(given: Particular) -> dict[str, Any]:
    """Plain JSON; :func:`from_json` gives an equal record back."""
    document: dict[str, Any] = {}
    for f in fields(given):
        value = getattr(given, f.name)
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = [[m.name, m.role] if isinstance(m, Member) else m for m in value]
        document[f.name] = value
    return document


def from_json(sheet: SheetName, document: Mapping[str, Any]) -> Particular:
    """The record that :func:`to_json` wrote."""
    values = dict(document)
    for name in ("seats_resolution_day", "candidates_resolution_day", "signed_day", "party_since"):
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    if values.get("met_at"):
        values["met_at"] = datetime.fromisoformat(values["met_at"])
    if "members" in values:
        values["members"] = tuple(Member(name, role) for name, role in values["members"])
    for name in ("papers", "recipients"):
        if name in values:
            values[name] = tuple(values[name])
    return KINDS[sheet](**values)
