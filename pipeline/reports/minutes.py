"""The count minutes of a polling team, Mẫu 18/HĐBC-QH and Mẫu 23/HĐBC-HĐND, as PDF.

Text and order are those of Nghị quyết 40/NQ-HĐBCQG (29/9/2025), footnotes included; figures stand where the
form has dots. What identifies the print (digest, log, trial) stands in the margin, outside the prescribed text.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from pipeline.errors import Problem, Refusal
from pipeline.forms.fonts import font_name
from pipeline.messages import message
from pipeline.reports.figures_text import share_text, valid_shares, whole

DOTS = "......"


@dataclass(frozen=True, slots=True)
class Person:
    """``detail`` is the role in the team or the address of a witness."""

    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class CandidateVotes:
    """``title`` is Ông or Bà."""

    title: str
    name: str
    votes: int


@dataclass(frozen=True, slots=True)
class MinutesData:
    """The fields of Mẫu 18 or 23 in their order; ``None`` or empty where a figure is not there yet."""

    assembly: bool
    """Mẫu 18 (National Assembly), else Mẫu 23 (a people's council)."""
    province: str
    commune: str
    body: str
    """Council: "tỉnh Hà Đông Sơn" (note 1 of Mẫu 23); Assembly: unused."""
    body_term: str
    years: str
    area: str
    unit: str
    scope: str
    day: date
    members: tuple[Person, ...]
    opened: datetime | None
    opening_witnesses: tuple[Person, ...]
    closed: datetime | None
    closing_witnesses: tuple[Person, ...]
    seats: int
    voters: int | None
    voted: int | None
    issued: int | None
    collected: int | None
    valid: int | None
    invalid: int | None
    candidates: tuple[CandidateVotes, ...]
    incidents: str
    complaints: str
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class Imprint:
    """What identifies a print, in its footer: digest of the figures, head of the log, and whether a trial."""

    digest: str
    log_head: str
    trial: bool


def minutes_pdf(given: MinutesData, imprint: Imprint, *, draft: bool = False) -> bytes:
    """The minutes as PDF, always the same bytes for the same figures.

    Refused (``minutes-incomplete``) with every figure that is missing, unless a ``draft`` is asked for, which
    prints dots in its place.
    """
    lacking = missing(given)
    if lacking and not draft:
        place = f"{given.area}/{given.unit}"
        raise Refusal(
            [
                Problem("minutes-incomplete", place, message("the figure {name} is missing; enter it", name=name))
                for name in lacking
            ]
        )
    stream = io.BytesIO()
    number = "Mẫu số 18/HĐBC-QH" if given.assembly else "Mẫu số 23/HĐBC-HĐND"
    document = SimpleDocTemplate(
        stream,
        pagesize=A4,
        leftMargin=25 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=20 * mm,
        title=f"Biên bản kết quả kiểm phiếu, {number}",
        invariant=1,
    )
    margin = partial(_margin, imprint=imprint, draft=bool(lacking))
    document.build(_story(given, number), onFirstPage=margin, onLaterPages=margin)
    return stream.getvalue()


def missing(given: MinutesData) -> tuple[str, ...]:
    """The names of the figures and lists that the form needs and that are not there."""
    names = ("voters", "voted", "issued", "collected", "valid", "invalid", "opened", "closed", "finished")
    lacking = [name for name in names if getattr(given, name) is None]
    lists = ("members", "opening_witnesses", "closing_witnesses", "candidates")
    return (*lacking, *(name for name in lists if not getattr(given, name)))


def _margin(canvas: Canvas, document: SimpleDocTemplate, imprint: Imprint, draft: bool) -> None:
    """Outside the prescribed text: page number, digest, log head, and the words of a trial or draft."""
    canvas.saveState()
    canvas.setFont(font_name("regular"), 7)
    foot = f"Trang {document.page} · SHA-256 {imprint.digest[:32]} · nhật ký {imprint.log_head[:16]}"
    canvas.drawCentredString(A4[0] / 2, 9 * mm, foot)
    words = [w for w, yes in (("BẢN CHẠY THỬ / TRIAL", imprint.trial), ("BẢN NHÁP / DRAFT", draft)) if yes]
    if words:
        canvas.setFont(font_name("bold"), 9)
        canvas.drawCentredString(A4[0] / 2, A4[1] - 9 * mm, " · ".join(words))
    canvas.restoreState()


def _style(name: str, **options: Any) -> ParagraphStyle:
    plain: dict[str, Any] = {"fontName": font_name("regular"), "fontSize": 12, "leading": 15.5, "spaceAfter": 3}
    return ParagraphStyle(name, **{**plain, **options})


def _text(text: str) -> Paragraph:
    return Paragraph(text, _style("body", alignment=TA_JUSTIFY))


def _centred(text: str, size: float = 12.5) -> Paragraph:
    return Paragraph(text, _style("head", alignment=TA_CENTER, fontName=font_name("bold"), fontSize=size, leading=16))


def _put(value: object) -> str:
    """A value in the place of the form's dots."""
    return escape(str(value)) if value not in (None, "") else DOTS


def _number(value: int | None) -> str:
    return DOTS if value is None else whole(value)


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H} giờ {moment:%M} phút" if moment else f"{DOTS} giờ {DOTS} phút"


def _day(day: date | None) -> str:
    return f"ngày {day:%d} tháng {day:%m} năm {day:%Y}" if day else f"ngày {DOTS} tháng {DOTS} năm {DOTS}"


def _of(given: MinutesData) -> str:
    """Which body: as the two forms word it."""
    return "đại biểu Quốc hội" if given.assembly else f"đại biểu Hội đồng nhân dân {escape(given.body)}"


def _story(given: MinutesData, number: str) -> list[Flowable]:
    return [
        Paragraph(number, _style("number", alignment=TA_CENTER, fontName=font_name("bold"), fontSize=10)),
        _head(given),
        Spacer(1, 4 * mm),
        *_title(given),
        *_opening(given),
        *_result(given),
        *_closing(given),
        KeepTogether([_signatures()]),
        *_notes(given),
    ]


def _head(given: MinutesData) -> Table:
    left = [_centred(_put(given.province), 11), _centred(_put(given.commune), 11), _centred("-------", 9)]
    right = [
        _centred("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 11),
        _centred("Độc lập - Tự do - Hạnh phúc", 11),
        _centred("---------------", 9),
    ]
    return Table([[left, right]], colWidths=[65 * mm, 102 * mm])


def _title(given: MinutesData) -> list[Flowable]:
    if given.assembly:
        lines = [
            "BIÊN BẢN KẾT QUẢ KIỂM PHIẾU BẦU CỬ",
            f"ĐẠI BIỂU QUỐC HỘI KHÓA {escape(given.body_term)}",
            "CỦA TỔ BẦU CỬ",
        ]
    else:
        lines = [
            "BIÊN BẢN KẾT QUẢ KIỂM PHIẾU",
            f"BẦU CỬ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {escape(given.body.upper())} KHÓA {escape(given.body_term)}",
            f"NHIỆM KỲ {escape(given.years)} CỦA TỔ BẦU CỬ",
        ]
    return [_centred(line) for line in lines]


def _opening(given: MinutesData) -> list[Flowable]:
    commune, area, unit = _put(given.commune), _put(given.area), _put(given.unit)
    first, start, end = ("(1)", "(2)", "(3)") if given.assembly else ("(2)", "(3)", "(4)")
    term = f"khóa {escape(given.body_term)}" + ("" if given.assembly else f" nhiệm kỳ {escape(given.years)}")
    seal = "khóa và niêm phong hòm phiếu lại" if given.assembly else "khóa và niêm phong hòm phiếu"
    parts = [
        f"Khu vực bỏ phiếu số: {area} xã/phường/đặc khu: {commune}",
        f"Đơn vị bầu cử {_of(given)} số: {unit}",
        f"Gồm{first}: {_put(given.scope)}",
        f"{_day(given.day).capitalize()}, Tổ bầu cử gồm có:",
        *_people(given.members, lambda p: f"Ông/Bà {_put(p.name)}, {_put(p.detail)}"),
        f"Đã họp tại phòng bỏ phiếu của khu vực bỏ phiếu số {area} xã/phường/đặc khu: {commune} thuộc đơn vị "
        f"bầu cử {_of(given)} số {unit} để tiến hành việc kiểm phiếu bầu cử {_of(given)} {term}.",
        f"Đúng {_clock(given.opened)}{start}, {_day(given.opened)}, trước khi thực hiện việc bỏ phiếu, đại diện "
        "Tổ bầu cử đã kiểm tra hòm phiếu với sự chứng kiến của hai cử tri là:",
        *_witnesses(given.opening_witnesses),
        f"Sau đó, Tổ bầu cử đã {seal}, mời cử tri bắt đầu bỏ phiếu.",
        f"Đúng {_clock(given.closed)}{end}, {_day(given.closed)}, Tổ trưởng Tổ bầu cử tuyên bố kết thúc cuộc bầu "
        "cử và tiến hành kiểm phiếu ngay tại phòng bỏ phiếu.",
        "Trước khi mở hòm phiếu, Tổ trưởng Tổ bầu cử đã mời hai cử tri không phải là người ứng cử chứng kiến việc "
        "kiểm phiếu gồm:",
        *_witnesses(given.closing_witnesses),
        "Trước khi mở hòm phiếu, Tổ bầu cử đã tiến hành kiểm kê và lập biên bản về việc sử dụng phiếu bầu cử "
        f"{'đại biểu Quốc hội' if given.assembly else 'đại biểu Hội đồng nhân dân'}.",
    ]
    return [_text(part) for part in parts]


def _people(people: Sequence[Person], line: Callable[[Person], str]) -> list[str]:
    return [f"{number}. {line(person)}" for number, person in enumerate(people, start=1)]


def _witnesses(people: Sequence[Person]) -> list[str]:
    return _people(people, lambda p: f"Ông/Bà: {_put(p.name)} Nơi ở hiện nay: {_put(p.detail)}")


def _result(given: MinutesData) -> list[Flowable]:
    body = "Quốc hội" if given.assembly else "Hội đồng nhân dân"
    voters_note, votes_note = ("(4)", "(5)") if given.assembly else ("(5)", "(6)")
    turnout = share_text(given.voted or 0, given.voters or 0) or DOTS
    valid_share, invalid_share = valid_shares(given.valid or 0, given.invalid or 0)
    lines = [
        "Kết quả cuộc bầu cử như sau:",
        f"- Số đại biểu {body} được ấn định cho đơn vị bầu cử: {given.seats} người",
        f"- Số người ứng cử: {len(given.candidates)} người",
        f"- Tổng số cử tri của khu vực bỏ phiếu: {_number(given.voters)} người{voters_note}",
        f"- Số cử tri đã tham gia bỏ phiếu: {_number(given.voted)} người",
        f"- Tỷ lệ cử tri đã tham gia bỏ phiếu so với tổng số cử tri: {turnout} %",
        f"- Số phiếu phát ra: {_number(given.issued)} phiếu",
        f"- Số phiếu thu vào: {_number(given.collected)} phiếu",
        f"- Số phiếu hợp lệ: {_number(given.valid)} phiếu. Tỷ lệ so với tổng số phiếu thu vào: {valid_share or DOTS} %",
        f"- Số phiếu không hợp lệ: {_number(given.invalid)} phiếu. Tỷ lệ so với tổng số phiếu thu vào: "
        f"{invalid_share or DOTS} %",
        f"- Số phiếu bầu cho mỗi người ứng cử như sau:{votes_note}",
        *(
            f"{number}. {c.title} {escape(c.name)} được {whole(c.votes)} phiếu/{_number(given.valid)} phiếu hợp lệ"
            for number, c in enumerate(given.candidates, start=1)
        ),
    ]
    return [_text(line) for line in lines]


def _closing(given: MinutesData) -> list[Flowable]:
    incident, complaint, end, sent = ("(6)", "(7)", "(8)", "(9)") if given.assembly else ("(7)", "(8)", "(9)", "(10)")
    board = "Ban bầu cử đại biểu Quốc hội" if given.assembly else f"Ban bầu cử {_of(given)}"
    lines = [
        "Trong ngày bầu cử và thời gian kiểm phiếu, đã xảy ra sự việc hoặc khiếu nại, tố cáo sau đây: "
        f"{incident} {escape(given.incidents) or 'Không có'}",
        "Những vấn đề hoặc khiếu nại, tố cáo mà Tổ bầu cử chưa giải quyết được và kiến nghị: "
        f"{complaint} {escape(given.complaints) or 'Không có'}",
        f"Biên bản này được hoàn thành vào hồi {_clock(given.finished)}{end}, {_day(given.finished)}, được lập "
        f"thành 03 bản và được gửi đến {board}, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cấp "
        f"xã.{sent}",
    ]
    return [_text(line) for line in lines]


def _signatures() -> Table:
    def block(*lines: str) -> list[Flowable]:
        bold, note = lines[:-1], lines[-1]
        small = _style("note", alignment=TA_CENTER, fontName=font_name("italic"), fontSize=10.5, leading=12)
        return [*(_centred(line, 11) for line in bold), Paragraph(note, small)]

    sign = "(Ký, ghi rõ họ và tên)"
    first = block("CỬ TRI THỨ NHẤT", "CHỨNG KIẾN", "VIỆC KIỂM PHIẾU", sign)
    second = block("CỬ TRI THỨ HAI", "CHỨNG KIẾN", "VIỆC KIỂM PHIẾU", sign)
    leader = block("TM. TỔ BẦU CỬ", "TỔ TRƯỞNG", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Tổ bầu cử)")
    secretary = block("THƯ KÝ", "TỔ BẦU CỬ", sign)
    rows: list[list[Any]] = [[first, leader, secretary], ["", "", ""], [second, "", ""], ["", "", ""]]
    return Table(rows, colWidths=[55 * mm] * 3, rowHeights=[None, 24 * mm, None, 20 * mm])


def _notes(given: MinutesData) -> list[Flowable]:
    small = _style("notes", fontSize=9.5, leading=11.5, alignment=TA_JUSTIFY, spaceAfter=1)
    bold = f'<font name="{font_name("bold")}">Ghi chú: Nhất thiết không được tẩy xóa trên biên bản.</font>'
    return [Paragraph(bold, small), *(Paragraph(n, small) for n in (_NOTES_18 if given.assembly else _NOTES_23))]


_SEALED = "Số phiếu bầu sau khi đã được kiểm được tiến hành niêm phong và quản lý theo hướng dẫn của Bộ Nội vụ."
_NOTES_18 = (
    "(1) Ghi tên các đơn vị hành chính cấp xã trong phạm vi đơn vị bầu cử đại biểu Quốc hội.",
    "(2) Ghi thời điểm bắt đầu việc bỏ phiếu.",
    "(3) Ghi thời điểm kết thúc việc bỏ phiếu.",
    "(4) Số cử tri trong danh sách cử tri tại khu vực bỏ phiếu (cập nhật đến thời điểm bắt đầu bỏ phiếu).",
    "(5) Ghi theo danh sách trên phiếu bầu cử đại biểu Quốc hội.",
    "(6) Tóm tắt những sự việc xảy ra hoặc khiếu nại, tố cáo và cách giải quyết của Tổ bầu cử.",
    "(7) Ghi rõ vấn đề, khiếu nại, tố cáo chưa được giải quyết và kiến nghị.",
    "(8) Ghi thời điểm kết thúc việc kiểm phiếu.",
    "(9) Biên bản phải được gửi đến các cơ quan được nêu tên chậm nhất là 03 ngày sau ngày bầu cử.",
    _SEALED,
)
_NOTES_23 = (
    "(1) Ghi tên đơn vị hành chính cấp tổ chức bầu cử đại biểu Hội đồng nhân dân (Ví dụ tỉnh A, xã D, phường B, đặc "
    "khu X...).",
    "(2) Ghi tên các đơn vị hành chính cấp xã hoặc thôn, tổ dân phố trong phạm vi đơn vị bầu cử đại biểu Hội đồng "
    "nhân dân tương ứng ở cấp xã, cấp tỉnh.",
    "(3) Ghi thời điểm bắt đầu việc bỏ phiếu.",
    "(4) Ghi thời điểm kết thúc việc bỏ phiếu.",
    "(5) Số cử tri trong danh sách cử tri tại khu vực bỏ phiếu (cập nhật đến thời điểm bắt bầu bỏ phiếu).",
    "(6) Ghi theo danh sách trên phiếu bầu cử đại biểu Hội đồng nhân dân ở cấp tương ứng.",
    "(7) Tóm tắt những sự việc xảy ra hoặc khiếu nại, tố cáo và cách giải quyết của Tổ bầu cử.",
    "(8) Ghi rõ vấn đề, khiếu nại, tố cáo chưa được giải quyết và kiến nghị.",
    "(9) Ghi thời điểm kết thúc việc kiểm phiếu.",
    "(10) Tổ bầu cử lập 03 loại biên bản theo mẫu này để thể hiện kết quả kiểm phiếu bầu cử đại biểu Hội đồng nhân dân "
    "ở từng cấp, cụ thể như sau:",
    "- Biên bản kết quả kiểm phiếu bầu cử đại biểu Hội đồng nhân dân tỉnh, thành phố được gửi đến Ban bầu cử đại biểu "
    "Hội đồng nhân dân cấp tỉnh và Ủy ban nhân dân, Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã nơi có Tổ "
    "bầu cử;",
    "- Biên bản kết quả kiểm phiếu bầu cử đại biểu Hội đồng nhân dân cấp xã xã/phường/đặc khu được gửi đến Ban bầu cử "
    "đại biểu Hội đồng nhân dân cấp xã và Ủy ban nhân dân, Ban Thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã nơi "
    "có Tổ bầu cử.",
    "Các biên bản phải được gửi đến các cơ quan được nêu tên chậm nhất là 03 ngày sau ngày bầu cử.",
    _SEALED,
)
