"""The minutes of a unit's result, word for word: Mẫu 19/HĐBC-QH (Assembly) and Mẫu 24/HĐBC-HĐND (a council).

The differences between the two forms, slips of the pen included, are the forms' own.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reports.blocks import answered, lines, listed, national_head, notes, people, sign
from pipeline.reports.official.unit_fields import UnitMinutes
from pipeline.reports.official.unit_notes import NOTES_19, NOTES_24
from pipeline.reports.paper import Block, Cell, Columns, Paper, Ruled, Space, Text, Together
from pipeline.reports.words import (
    DOTS,
    FIRM,
    NOTHING_TO_DIVIDE,
    SIGN,
    bare,
    clock,
    day_text,
    figure,
    mark,
    number,
    put,
    share,
    shares,
    total,
)

OFFICES_19 = ("Trưởng ban", "Phó Trưởng ban", "Phó Trưởng ban", "Ủy viên")
OFFICES_24 = ("Trưởng Ban", "Phó Trưởng ban", "Phó Trưởng ban", "Ủy viên")


def unit_paper(given: UnitMinutes) -> Paper:
    """The whole form, with dots for what is not known."""
    body = "Quốc hội" if given.assembly else f"HĐND {given.body}"
    return Paper(
        number=given.number,
        title="Biên bản xác định kết quả bầu cử",
        blocks=(
            Text(given.number, "number"),
            _head(given),
            Space(3),
            *(Text(line, "title") for line in _title(given)),
            Space(2),
            *lines(_opening(given)),
            *lines(_figures(given)),
            *(_table(given) if given.assembly else _list(given)),
            *_conclusion(given),
            *_elected(given),
            *_after(given),
            *notes(NOTES_19 if given.assembly else NOTES_24),
        ),
        feet=(f"{given.number} · {body}", f"Đơn vị bầu cử số {given.unit}"),
    )


def _council(given: UnitMinutes) -> str:
    """ "đại biểu Hội đồng nhân dân (1) tỉnh A" as Mẫu 24 has it, "đại biểu Quốc hội" in Mẫu 19."""
    if given.assembly:
        return "đại biểu Quốc hội"
    return f"đại biểu Hội đồng nhân dân {mark(1)} {put(given.body)}"


def _head(given: UnitMinutes) -> Columns:
    if given.assembly:
        found: tuple[str, ...] = ("BAN BẦU CỬ", "ĐẠI BIỂU QUỐC HỘI", f"ĐƠN VỊ BẦU CỬ SỐ {put(given.unit)}")
    else:
        place = f"{mark(1)} {put(given.body.upper())}"
        found = ("BAN BẦU CỬ ĐẠI BIỂU", "HỘI ĐỒNG NHÂN DÂN", place, f"ĐƠN VỊ BẦU CỬ SỐ {put(given.unit)}")
    return national_head((*(Text(line, "head") for line in found), Text("-------", "rule")))


def _title(given: UnitMinutes) -> tuple[str, ...]:
    if given.assembly:
        return (
            "BIÊN BẢN",
            f"XÁC ĐỊNH KẾT QUẢ BẦU CỬ ĐẠI BIỂU QUỐC HỘI KHÓA{FIRM}{put(given.body_term)}",
            f"Ở ĐƠN VỊ BẦU CỬ SỐ {put(given.unit)}",
        )
    return (
        "BIÊN BẢN XÁC ĐỊNH KẾT QUẢ BẦU CỬ",
        f"ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {mark(1)} {put(given.body.upper())}",
        f"Ở ĐƠN VỊ BẦU CỬ SỐ {put(given.unit)}",
    )


def _opening(given: UnitMinutes) -> list[str]:
    """From the communes of the unit to the two resolutions."""
    at = given.meeting.at
    scope = f"Gồm {mark(1 if given.assembly else 2)} {put(given.scope)}"
    board = f"Ban bầu cử {_council(given)} gồm có:"
    offices = OFFICES_19 if given.assembly else OFFICES_24
    return [
        scope,
        f"Vào hồi {clock(at)}, {day_text(at, given.year)}, {board}",
        *people(given.meeting.people, offices),
        _met_19(given) if given.assembly else _met_24(given),
        *(_resolutions_19(given) if given.assembly else _resolutions_24(given)),
    ]


def _met_19(given: UnitMinutes) -> str:
    return (
        f"Đã họp tại {put(given.meeting.place)} để lập biên bản xác định kết quả bầu cử đại biểu Quốc hội khóa{FIRM}"
        f"{put(given.body_term)} tại các khu vực bỏ phiếu của đơn vị bầu cử đại biểu Quốc hội số: {put(given.unit)} "
        f"gồm {mark(1)} {put(given.scope)} thuộc tỉnh/thành phố {put(bare(given.province))}."
    )


def _met_24(given: UnitMinutes) -> str:
    return (
        f"Đã họp tại {put(given.meeting.place)} để lập biên bản xác định kết quả bầu cử {_council(given)} khóa{FIRM}"
        f"{put(given.body_term)}, nhiệm kỳ{FIRM}{put(given.years)} tại các khu vực bỏ phiếu của đơn vị bầu cử đại biểu "
        f"Hội đồng nhân dân số {put(given.unit)} gồm {mark(2)} {put(given.scope)}."
    )


def _resolutions_19(given: UnitMinutes) -> tuple[str, str]:
    seats, names = given.seats_by, given.candidates_by
    return (
        f"Theo Nghị quyết số: {put(seats.number)}/NQ-HĐBCQG {day_text(seats.day, given.year - 1)} của Hội đồng bầu cử "
        f"quốc gia, thì đơn vị bầu cử số: {put(given.unit)} được bầu {mark(2)} {number(given.seats)} đại biểu Quốc "
        "hội.",
        f"Theo Nghị quyết số {put(names.number)}/NQ-HĐBCQG {day_text(names.day, given.year)} của Hội đồng bầu cử quốc "
        f"gia, thì đơn vị bầu cử đại biểu Quốc hội số {put(given.unit)} có {mark(3)} "
        f"{number(len(given.candidates) or None)} người ứng cử đại biểu Quốc hội.",
    )


def _resolutions_24(given: UnitMinutes) -> tuple[str, str]:
    seats, names = given.seats_by, given.candidates_by
    committee = f"Ủy ban bầu cử {mark(1)} {put(given.body)}"
    return (
        f"Theo Nghị quyết số {put(seats.number)}/NQ-UBBC {day_text(seats.day, None)} của {committee} thì đơn vị bầu cử "
        f"số {put(given.unit)} được bầu {mark(3)} {number(given.seats)} đại biểu Hội đồng nhân dân.",
        f"Theo Nghị quyết số {put(names.number)}/NQ-UBBC {day_text(names.day, given.year)} của {committee} thì đơn vị "
        f"bầu cử số {put(given.unit)} có {mark(4)} {number(len(given.candidates) or None)} người ứng cử đại biểu Hội "
        "đồng nhân dân.",
    )


def _figures(given: UnitMinutes) -> list[str]:
    """From the check of the teams' minutes to the share of invalid ballots."""
    count = given.count
    valid, invalid = shares(count.valid, count.invalid, count.collected)
    of, stop = "Tỷ lệ so với tổng số phiếu thu vào:", "." if given.assembly else ""
    unit = "đại biểu Quốc hội ở đơn vị bầu cử" if given.assembly else f"{_council(given)} ở đơn vị bầu cử"
    minutes = "Biên bản kết quả kiểm phiếu" + ("" if given.assembly else " bầu cử")
    return [
        f"Sau khi kiểm tra và tổng hợp kết quả từ {minutes} do các Tổ bầu cử chuyển đến, kết quả bầu cử {unit} số "
        f"{put(given.unit)} như sau:",
        f"- Tổng số cử tri của đơn vị bầu cử: {figure(count.voters, 'người')}{stop}",
        f"- Số cử tri đã tham gia bỏ phiếu: {figure(count.voted, 'người')}{stop}",
        "- Tỷ lệ cử tri đã tham gia bỏ phiếu so với tổng số cử tri của đơn vị bầu cử: "
        f"{share(count.voted, count.voters)}{FIRM}%",
        f"- Số phiếu phát ra: {figure(count.issued, 'phiếu')}{stop}",
        f"- Số phiếu thu vào: {figure(count.collected, 'phiếu')}{stop}",
        f"- Số phiếu hợp lệ: {figure(count.valid, 'phiếu')}. {of} {valid}{FIRM}%",
        f"- Số phiếu không hợp lệ: {figure(count.invalid, 'phiếu')}. {of} {invalid}{FIRM}%",
    ]


def _list(given: UnitMinutes) -> Iterator[Block]:
    of = figure(given.count.valid, "phiếu hợp lệ")
    entries = [
        f"{n}. {c.title} {put(c.name)} được {figure(c.votes, 'phiếu')}/{of}"
        for n, c in enumerate(given.candidates, start=1)
    ] or [f"1. Ông/Bà {DOTS} được {DOTS}{FIRM}phiếu/{of}"]
    yield from listed(Text("- Số phiếu bầu cho mỗi người ứng cử như sau:", "entry"), entries)


def _table(given: UnitMinutes) -> Iterator[Block]:
    """Votes by communes, candidates from left to right in the order of the official list (note 4)."""
    wide = len(given.candidates)
    valid = given.count.valid
    top = (
        Cell("Tên xã, phường, đặc khu trong phạm vi đơn vị bầu cử", align="centre", bold=True),
        Cell("Số khu vực bỏ phiếu", align="centre", bold=True),
        *(Cell(f"Số phiếu bầu cho Ông (Bà) {put(c.name)}", align="centre", bold=True) for c in given.candidates),
        Cell("Ghi chú", align="centre", bold=True),
    )
    rows = [
        (
            Cell(put(c.name)),
            Cell(number(c.areas), align="centre"),
            *(Cell(number(v), align="centre") for v in c.votes),
            Cell(c.note and put(c.note)),
        )
        for c in given.communes
    ] or [tuple(Cell() for _ in top)] * 3
    areas = total(c.areas for c in given.communes) if given.communes else None
    sums = (
        Cell("Tổng cộng:", bold=True),
        Cell(number(areas), align="centre", bold=True),
        *(Cell(number(c.votes), align="centre", bold=True) for c in given.candidates),
        Cell(),
    )
    part = (
        Cell("Tỷ lệ % so với tổng số phiếu hợp lệ"),
        Cell(),
        *(Cell(f"{share(c.votes, valid)}{FIRM}%", align="centre") for c in given.candidates),
        Cell(),
    )
    yield Text(f"SỐ PHIẾU BẦU CHO MỖI NGƯỜI ỨNG CỬ {mark(4)}", "title", keep=True)
    yield Ruled((top,), (*rows, sums, part), (3.0, 1.2, *([1.6] * wide), 1.2), size=11)


def _conclusion(given: UnitMinutes) -> Iterator[Block]:
    yield Text(f"Căn cứ vào kết quả ghi trên đây, Ban bầu cử {_council(given)} kết luận:", keep=True)
    turnout = share(given.count.voted, given.count.voters)
    yield Text(
        f"a) Số cử tri đã tham gia bỏ phiếu đạt {turnout}{FIRM}% so với tổng số cử tri của đơn vị bầu cử.", keep=True
    )
    yield Text(f"{mark(5)} {_no_turnout(given)}")


def _no_turnout(given: UnitMinutes) -> str:
    """The sentence of note 5, where turnout was not over half; a dash where nothing is to be written."""
    if given.recognised is None:
        return DOTS
    if given.recognised:
        return NOTHING_TO_DIVIDE
    if given.assembly:
        return (
            "Vì số cử tri đi bỏ phiếu chưa đạt quá nửa tổng số cử tri của đơn vị bầu cử, nên cuộc bầu cử đại biểu Quốc "
            f"hội tại đơn vị bầu cử đại biểu Quốc hội số {put(given.unit)} không có giá trị. Đề nghị Ủy ban bầu cử "
            f"tỉnh/thành phố {put(bare(given.province))} báo cáo Hội đồng bầu cử quốc gia xem xét, quyết định việc bầu "
            "cử lại tại đơn vị bầu cử."
        )
    return (
        "Vì số cử tri đi bỏ phiếu chưa đạt quá một nửa tổng số cử tri của đơn vị bầu cử, nên cuộc bầu cử đại biểu Hội "
        f"đồng nhân dân {put(given.body)} tại đơn vị bầu cử số {put(given.unit)} không có giá trị. Đề nghị Ủy ban bầu "
        f"cử {put(given.body)} xem xét, quyết định việc bầu cử lại tại đơn vị bầu cử."
    )


def _elected(given: UnitMinutes) -> Iterator[Block]:
    who = "Các Ông/Bà" if given.assembly else "Các ông/bà"
    term = f"khóa{FIRM}{put(given.body_term)}"
    term += mark(6) if given.assembly else f", nhiệm kỳ{FIRM}{put(given.years)}{mark(6)}"
    opens = (
        f"b) {who} có tên sau đây nhận được quá nửa tổng số phiếu hợp lệ và có nhiều phiếu hơn, đã trúng cử "
        f"{_council(given)} {term}:"
    )
    valid = given.count.valid
    entries = [
        f"{n}. {e.title} {put(e.name)} số phiếu: {number(e.votes)} đạt: {share(e.votes, valid)}{FIRM}% so với tổng số "
        "phiếu hợp lệ."
        for n, e in enumerate(given.elected, start=1)
    ]
    if not entries and given.missing is not None:
        entries = ["Không có."]
    unknown = range(1, 4 if given.assembly else 5)
    dots = [
        f"{n}. Ông/Bà {DOTS} số phiếu: {DOTS} đạt: {DOTS}{FIRM}% so với tổng số phiếu hợp lệ." for n in unknown
    ]  # fmt: skip
    yield from listed(Text(opens), entries or dots)


def _after(given: UnitMinutes) -> Iterator[Block]:
    """From the seats that are still missing to the signatures, which no page holds alone."""
    yield Text(_seats(given), keep=True)
    yield Text(f"{mark(7)} {_shortage(given)}")
    last = "Ủy ban bầu cử ở tỉnh/thành phố, Hội đồng bầu cử quốc gia" if given.assembly else "Ủy ban bầu cử"
    for asks, written in (
        (f"d) Tóm tắt những việc xảy ra {mark(8)}:", given.incidents),
        (
            f"đ) Những khiếu nại, tố cáo trong quá trình bầu cử do các Tổ bầu cử đã giải quyết {mark(9)}:",
            given.team_complaints,
        ),
        (
            "e) Những khiếu nại, tố cáo trong quá trình bầu cử do Ban bầu cử đã giải quyết, cách giải quyết "
            f"{mark(10)}:",
            given.board_complaints,
        ),
        (f"g) Những khiếu nại, tố cáo chuyển đến {last} {mark(11)}:", given.forwarded),
    ):
        yield answered(asks, written.strip() and put(written))
    yield Text(_copies(given))
    papers = [f"{n}. {put(p)}" for n, p in enumerate(given.papers or ("", ""), start=1)]
    opens = f"Các tài liệu kèm theo gồm {mark(13)}:" if given.assembly else f"Các tài liệu kèm theo {mark(13)}:"
    signed = (Space(4), _signatures(given), Space(24))
    yield Together((Text(opens), *(Text(text, "entry") for text in papers), *signed))


def _seats(given: UnitMinutes) -> str:
    got = number(len(given.elected) if given.missing is not None else None)
    missing = number(given.missing)
    if given.assembly:
        return (
            "c) Theo ấn định của Hội đồng bầu cử quốc gia thì số đại biểu Quốc hội được bầu ở đơn vị bầu cử số "
            f"{put(given.unit)} là {number(given.seats)} đại biểu, nay đã bầu được {got} đại biểu, còn thiếu {missing} "
            "đại biểu."
        )
    return (
        f"c) Theo ấn định của Ủy ban bầu cử {mark(1)} {put(given.body)}, thì số {_council(given)} được bầu ở đơn vị "
        f"bầu cử số {put(given.unit)} là {number(given.seats)} đại biểu, nay đã bầu được {got} đại biểu, còn thiếu "
        f"{missing} đại biểu."
    )


def _shortage(given: UnitMinutes) -> str:
    """The sentence of note 7, where a recognised election filled too few seats; a dash where none is missing."""
    if given.missing is None:
        return DOTS
    if not given.missing or not given.recognised:
        return NOTHING_TO_DIVIDE
    if given.assembly:
        return (
            "Vì số người trúng cử đại biểu Quốc hội chưa đủ số lượng đại biểu được bầu đã ấn định cho đơn vị bầu cử "
            f"nên đề nghị Ủy ban bầu cử tỉnh/thành phố {put(bare(given.province))} báo cáo Hội đồng bầu cử quốc gia để "
            "xem xét, quyết định việc bầu cử thêm tại đơn vị bầu cử."
        )
    return (
        "Vì số người trúng cử đại biểu Hội đồng nhân dân chưa đủ số lượng đại biểu được bầu đã ấn định cho đơn vị bầu "
        f"cử nên đề nghị Ủy ban bầu cử {put(given.body)} xem xét, quyết định việc bầu cử thêm tại đơn vị bầu cử."
    )


def _copies(given: UnitMinutes) -> str:
    if given.assembly:
        return (
            f"Biên bản xác định kết quả bầu cử đại biểu Quốc hội khóa{FIRM}{put(given.body_term)} ở đơn vị bầu cử số "
            f"{put(given.unit)} được lập thành 03 bản và được gửi đến Hội đồng bầu cử quốc gia, Ủy ban bầu cử "
            f"tỉnh/thành phố, Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh, thành phố.{mark(12)}"
        )
    return (
        f"Biên bản xác định kết quả bầu cử {_council(given)} ở đơn vị bầu cử số {put(given.unit)} được lập thành 04 "
        "bản và được gửi đến Ủy ban bầu cử, Thường trực Hội đồng nhân dân, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt "
        f"trận Tổ quốc Việt Nam {mark(1)} {put(given.body)} {mark(12)}."
    )


def _signatures(given: UnitMinutes) -> Columns:
    deputies = ("CÁC PHÓ TRƯỞNG BAN", "BẦU CỬ", SIGN) if given.assembly else ("CÁC PHÓ TRƯỞNG BAN", SIGN)
    chair = ("TM. BAN BẦU CỬ", "TRƯỞNG BAN", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Ban bầu cử)")
    return Columns((sign(chair), sign(deputies)), (0.5, 0.5))
