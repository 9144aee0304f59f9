"""The minutes of a committee, word for word: Mẫu 20/HĐBC-QH (a province) and Mẫu 25/HĐBC-HĐND (a council).

The differences between the two forms, slips of the pen included (two sections 10, no section 9), are the forms' own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.reports.blocks import answered, lines, national_head, notes, people, sign
from pipeline.reports.official.summary_fields import Summary, UnitResult
from pipeline.reports.official.summary_notes import NOTES_20, NOTES_25
from pipeline.reports.official.summary_tables import (
    NOT_FILLED,
    UNKNOWN,
    figures_table,
    people_table,
    unit_table,
)
from pipeline.reports.paper import Block, Columns, Paper, Space, Text, Together
from pipeline.reports.words import DOTS, FIRM, SIGN, bare, clock, day_text, mark, number, put, put_or, total

OFFICES = ("Chủ tịch", "Phó Chủ tịch", "Phó Chủ tịch", "Ủy viên")


def summary_paper(given: Summary) -> Paper:
    """The whole form, with dots for what is not known."""
    body = given.province if given.assembly else f"HĐND {given.body}"
    return Paper(
        number=given.number,
        title="Biên bản xác định kết quả bầu cử" if given.assembly else "Biên bản tổng kết cuộc bầu cử",
        blocks=(
            Text(given.number, "number"),
            _head(given),
            Space(3),
            *(Text(line, "title") for line in _title(given)),
            Space(2),
            *lines(_opening(given)),
            *_first_round(given),
            *_revotes(given),
            *_people(given),
            *_extras(given),
            *(_rest_20(given) if given.assembly else _rest_25(given)),
            *notes(NOTES_20 if given.assembly else NOTES_25),
        ),
        feet=(given.number, f"Ủy ban bầu cử {body}"),
    )


def _council(given: Summary) -> str:
    return f"đại biểu Hội đồng nhân dân {mark(1)} {put(given.body)}"


def _term(given: Summary) -> str:
    return f"khóa{FIRM}{put(given.body_term)}, nhiệm kỳ{FIRM}{put(given.years)}"


def _place(given: Summary) -> str:
    return f"tỉnh/thành phố {put(bare(given.province))}"


def _head(given: Summary) -> Columns:
    if given.assembly:
        left: tuple[str, ...] = ("ỦY BAN BẦU CỬ", "TỈNH/THÀNH PHỐ", put(bare(given.province).upper()))
        return national_head(tuple(Text(line, "head") for line in left))
    left = ("ỦY BAN BẦU CỬ", f"{mark(1)} {put(given.body.upper())}")
    return national_head((*(Text(line, "head") for line in left), Text("-------", "rule")))


def _title(given: Summary) -> tuple[str, ...]:
    if given.assembly:
        return (
            "BIÊN BẢN",
            f"XÁC ĐỊNH KẾT QUẢ BẦU CỬ ĐẠI BIỂU QUỐC HỘI KHÓA{FIRM}{put(given.body_term)}",
            f"Ở TỈNH/THÀNH PHỐ {put(bare(given.province).upper())}",
        )
    return (
        "BIÊN BẢN TỔNG KẾT CUỘC BẦU CỬ",
        f"ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {mark(1)} {put(given.body.upper())}",
        f"KHÓA{FIRM}{put(given.body_term)}, NHIỆM KỲ {put(given.years)}",
    )


def _opening(given: Summary) -> list[str]:
    at = given.meeting.at
    committee = _place(given) + "," if given.assembly else f"{mark(1)} {put(given.body)}"
    return [
        f"Vào hồi {clock(at)}, {day_text(at, given.year)}, Ủy ban bầu cử {committee} gồm có:",
        *people(given.meeting.people, OFFICES),
        *(_met_20(given) if given.assembly else _met_25(given)),
    ]


def _met_20(given: Summary) -> Iterator[str]:
    seats, names, place = given.seats_by, given.candidates_by, _place(given)
    yield (
        f"Đã họp tại {put(given.meeting.place)} để lập biên bản xác định kết quả bầu cử đại biểu Quốc hội khóa{FIRM}"
        f"{put(given.body_term)} ở {place}."
    )
    yield (
        f"Theo Nghị quyết số {put(seats.number)}/NQ-HĐBCQG {day_text(seats.day, given.year - 1)} của Hội đồng bầu cử "
        f"quốc gia, thì {place} được bầu {mark(1)} {number(given.seats)} đại biểu Quốc hội."
    )
    yield (
        f"Theo Nghị quyết số {put(names.number)}/NQ-HĐBCQG {day_text(names.day, given.year)} của Hội đồng bầu cử quốc "
        f"gia, thì {place} có {mark(2)} {number(_candidates(given))} người ứng cử đại biểu Quốc hội."
    )
    yield (
        "Sau khi kiểm tra Biên bản xác định kết quả bầu cử đại biểu Quốc hội của các Ban bầu cử đại biểu Quốc hội và "
        "giải quyết khiếu nại, tố cáo (nếu có), Ủy ban bầu cử xác định kết quả bầu cử đại biểu Quốc hội ở "
        f"{place}, như sau:"
    )


def _met_25(given: Summary) -> Iterator[str]:
    names, body = given.candidates_by, f"{mark(1)} {put(given.body)}"
    yield (
        f"Đã họp tại {put(given.meeting.place)} để lập biên bản tổng kết cuộc bầu cử {_council(given)} {_term(given)}."
    )
    yield (
        f"Theo quy định của Luật Tổ chức chính quyền địa phương thì {body} được bầu {mark(2)} {number(given.seats)} "
        f"đại biểu Hội đồng nhân dân. Theo Nghị quyết số {put(names.number)}/NQ-UBBC {day_text(names.day, given.year)} "
        f"của Ủy ban bầu cử {body}, có tổng cộng {mark(3)} {number(_candidates(given))} người ứng cử {_council(given)} "
        f"{_term(given)}."
    )
    yield (
        "Sau khi kiểm tra Biên bản xác định kết quả bầu cử của các Ban bầu cử và giải quyết khiếu nại, tố cáo (nếu "
        f"có), Ủy ban bầu cử xác nhận kết quả bầu cử {_council(given)} {_term(given)} như sau:"
    )


def _candidates(given: Summary) -> int | None:
    return total(len(u.candidates) or None for u in given.units) if given.units else None


def _first_round(given: Summary) -> Iterator[Block]:
    join = "đã tham gia" if given.assembly else "tham gia"
    yield Text("1. Các đơn vị bầu cử", "entry", keep=True)
    yield unit_table(given.units)
    yield Text(
        f"2. Số lượng đơn vị bầu cử, tổng số cử tri, số cử tri {join} bỏ phiếu tại địa phương như sau:",
        "entry",
        keep=True,
    )
    yield figures_table(given.units or None, "Các đơn vị bầu cử", "Ghi chú", sums=True)


def _named(units: Sequence[UnitResult] | None) -> str:
    """Which units, "Không có" where there are none (notes 3, 5, 7, 9)."""
    if units is None:
        return DOTS
    return "; ".join(f"Đơn vị bầu cử số{FIRM}{put(u.number)}" for u in units) or "Không có"


def _revotes(given: Summary) -> Iterator[Block]:
    half, asks, first = (
        ("quá nửa", f"gồm: {mark(3)}", "Các đơn vị bầu cử")
        if given.assembly
        else ("quá một nửa", f"gồm {mark(5)}:", "Đơn vị bầu cử")
    )
    yield Text(
        f"3. Các đơn vị bầu cử có số cử tri đã tham gia bỏ phiếu chưa đạt {half} tổng số cử tri của đơn vị bầu cử hoặc "
        f"có vi phạm pháp luật nghiêm trọng, phải tổ chức bầu cử lại {asks} {_named(given.revotes)}"
    )
    yield Text("Kết quả cử tri tham gia bỏ phiếu bầu cử lại như sau:", keep=True)
    yield figures_table(given.revotes, first, "Ghi chú (ngày tổ chức bầu cử lại)", sums=given.assembly)


def _heads(given: Summary, later: bool) -> tuple[str, str]:
    """The heads of the columns of candidates and of elected; Mẫu 20 has other footnotes in its section 6."""
    if given.assembly:
        marks = (6, 7) if later else (5, 6)
        return (
            f"Họ và tên người ứng cử ĐBQH{FIRM}{mark(marks[0])}",
            f"Họ và tên người trúng cử ĐBQH{FIRM}{mark(marks[1])}",
        )
    return (
        f"Họ và tên người ứng cử đại biểu HĐND{FIRM}{mark(7)}",
        f"Họ và tên người trúng cử đại biểu HĐND{FIRM}{mark(8)}",
    )


def _people(given: Summary) -> Iterator[Block]:
    candidates, elected = _heads(given, later=False)
    again = {u.number: u for u in given.revotes or ()}
    units = tuple(again.get(u.number, u) for u in given.units) or None
    plain = "đại biểu Quốc hội" if given.assembly else "đại biểu Hội đồng nhân dân"
    whom = plain if given.assembly else f"{_council(given)} {_term(given)}"
    yield Text(
        f"4. Số phiếu bầu cho mỗi người ứng cử {plain} như sau: {mark(4 if given.assembly else 6)}", "entry", keep=True
    )
    yield people_table(units, candidates, elected=False)
    ending = ":" if given.assembly else " như sau:"
    yield Text(f"5. Danh sách những người trúng cử {whom} theo từng đơn vị bầu cử{ending}", "entry", keep=True)
    yield people_table(units, elected, elected=True)


def _extras(given: Summary) -> Iterator[Block]:
    candidates, elected = _heads(given, later=True)
    plain, by, again, asks = (
        ("Quốc hội", "Hội đồng bầu cử quốc gia", "lại", f"thêm, gồm {mark(7)}")
        if given.assembly
        else ("Hội đồng nhân dân", "Ủy ban bầu cử", "thêm", f"thêm gồm {mark(9)}:")
    )
    whom = "đại biểu Quốc hội" if given.assembly else f"{_council(given)} {_term(given)}"
    yield Text(
        f"6. Các đơn vị bầu cử có số người trúng cử ít hơn số đại biểu {plain} được bầu do {by} ấn định, phải tổ chức "
        f"bầu cử {asks} {_named(given.extras)}"
    )
    yield Text("Kết quả cử tri tham gia bỏ phiếu bầu cử thêm như sau:", keep=True)
    yield figures_table(given.extras, "Các đơn vị bầu cử", f"Ghi chú (ngày tổ chức bầu cử {again})", sums=True)
    yield Text("Kết quả bầu cử thêm như sau:", keep=True)
    yield people_table(given.extras, candidates, elected=False, blank=(UNKNOWN, NOT_FILLED))
    yield Text(f"Danh sách những người trúng cử {whom} sau khi bầu cử thêm như sau:", keep=True)
    yield people_table(given.extras, elected, elected=True)


def _told(asks: str, written: str) -> Block:
    return answered(asks, put_or(written, ""))


def _rest_20(given: Summary) -> Iterator[Block]:
    yield _told("7. Những khiếu nại, tố cáo do Tổ bầu cử, Ban bầu cử đã giải quyết:", given.lower_complaints)
    yield _told("8. Những việc quan trọng đã xảy ra và cách giải quyết:", given.events)
    yield _told("10. Những khiếu nại, tố cáo do Ủy ban bầu cử đã giải quyết:", given.committee_complaints)
    yield _told("10. Những khiếu nại, tố cáo và kiến nghị chuyển đến Hội đồng bầu cử quốc gia:", given.forwarded)
    yield Text(
        f"Biên bản xác định kết quả bầu cử đại biểu Quốc hội ở {_place(given)} được lập thành 04 bản và được gửi đến "
        "Hội đồng bầu cử quốc gia, Ủy ban Thường vụ Quốc hội, Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam và Ủy ban "
        f"Mặt trận Tổ quốc Việt Nam cùng cấp.{mark(8)}"
    )
    papers = [f"{n}. {put(p)}" for n, p in enumerate(given.papers or ("", ""), start=1)]
    opens = Text(f"Các tài liệu kèm theo gồm {mark(9)}:")
    yield Together((opens, *(Text(text, "entry") for text in papers), *_signed(given)))


def _signed(given: Summary) -> tuple[Block, ...]:
    return Space(4), _signatures(given), Space(24)


SENT_TO = {
    "commune": "Hội đồng nhân dân, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cùng cấp và tỉnh, "
    "thành phố",
    "province": "Hội đồng nhân dân, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cùng cấp, Ủy ban "
    "Thường vụ Quốc hội, Chính phủ, Ủy ban Trung ương Mặt trận Tổ quốc Việt Nam",
}
"""Note 10 of Mẫu 25."""


def _rest_25(given: Summary) -> Iterator[Block]:
    yield _told("7. Những việc quan trọng đã xảy ra và kết quả giải quyết:", given.events)
    yield _told("8. Những khiếu nại, tố cáo do Ủy ban bầu cử đã giải quyết:", given.committee_complaints)
    to = SENT_TO[given.level] if given.body else DOTS
    last = Text(
        f"Biên bản tổng kết cuộc bầu cử {_council(given)} {_term(given)} được lập thành 06 bản và được gửi đến {to}"
        f"{mark(10)}"
    )
    yield Together((last, *_signed(given)))


def _signatures(given: Summary) -> Columns:
    deputies = ("CÁC PHÓ CHỦ TỊCH", "ỦY BAN BẦU CỬ", SIGN) if given.assembly else ("CÁC PHÓ CHỦ TỊCH", SIGN)
    chair = ("TM. ỦY BAN BẦU CỬ", "CHỦ TỊCH", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Ủy ban bầu cử)")
    return Columns((sign(chair), sign(deputies)), (0.5, 0.5))
