"""The prescribed sentences of Mẫu 18/HĐBC-QH and Mẫu 23/HĐBC-HĐND, with the figures where the forms have dots.

Word for word and mark for mark from Nghị quyết 40/NQ-HĐBCQG (29/9/2025), with its differences between the two forms
("được gửi đến" and "gửi đến", "Ban thường trực" and "Ban Thường trực") and its slips of the pen. Footnote marks are
set high. All text is the markup of :mod:`pipeline.reports.paper`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.reports import words
from pipeline.reports.blocks import witnesses
from pipeline.reports.fields import LEADER, SECRETARY, MinutesData, Person
from pipeline.reports.words import DOTS, FIRM, SIGN, capital, clock, day_text, figure, put, share, shares

MEMBER_LINES = (LEADER, SECRETARY, "Ủy viên", "Ủy viên")
FORM_LINES = len(MEMBER_LINES) + 1
"""Numbered lines for members on the prescribed form; behind the last number it has dots: and so on."""


def mark(given: MinutesData, assembly: int, council: int) -> str:
    """The mark of a footnote, by its number in Mẫu 18 and in Mẫu 23."""
    return words.mark(assembly if given.assembly else council)


def elected_body(given: MinutesData) -> str:
    """Whom the ballots elect, as the two forms word it, with note (1) where Mẫu 23 has it."""
    council = f"đại biểu Hội đồng nhân dân {mark(given, 0, 1)} {put(given.body)}"
    return "đại biểu Quốc hội" if given.assembly else council


def head(given: MinutesData) -> tuple[str, str]:
    return f"Tỉnh/Thành phố: {put(given.province)}", f"Xã/Phường/Đặc khu: {put(given.commune)}"


def title(given: MinutesData) -> tuple[str, ...]:
    term = put(given.body_term)
    if given.assembly:
        return ("BIÊN BẢN KẾT QUẢ KIỂM PHIẾU BẦU CỬ", f"ĐẠI BIỂU QUỐC HỘI KHÓA{FIRM}{term}", "CỦA TỔ BẦU CỬ")
    return (
        "BIÊN BẢN KẾT QUẢ KIỂM PHIẾU",
        f"BẦU CỬ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN {mark(given, 0, 1)} {put(given.body.upper())} KHÓA{FIRM}{term}",
        f"NHIỆM KỲ {put(given.years)} CỦA TỔ BẦU CỬ",
    )


def opening(given: MinutesData, member_lines: int = FORM_LINES) -> list[str]:
    """From the place to the members of the team; ``member_lines``: numbered lines to write them on, where nobody is
    known."""
    return [
        f"Khu vực bỏ phiếu số: {put(given.area)} xã/phường/đặc khu: {put(given.commune)}",
        f"Đơn vị bầu cử {elected_body(given)} số: {put(given.unit)}",
        f"Gồm {mark(given, 1, 2)} {put(given.scope)}",
        f"{capital(day_text(given.day, given.day.year))}, Tổ bầu cử gồm có:",
        *_members(given.members, member_lines),
    ]


def _members(people: Sequence[Person], lines: int) -> list[str]:
    """Tổ trưởng and Thư ký first, as the form lists them; its empty lines where nobody is known."""
    if not people:
        empty = [f"{n}. Ông/Bà {DOTS}, {role}" for n, role in enumerate(MEMBER_LINES, start=1)]
        return [*empty, *(f"{n}. {DOTS}" for n in range(FORM_LINES, lines + 1))]
    order = {LEADER.casefold(): 0, SECRETARY.casefold(): 1}
    ranked = sorted(people, key=lambda p: order.get(p.detail.strip().casefold(), 2))
    return [f"{n}. Ông/Bà {put(p.name)}, {put(p.detail)}" for n, p in enumerate(ranked, start=1)]


def course(given: MinutesData) -> list[str]:
    """From the meeting to the inventory of unused ballots."""
    colon = ":" if given.assembly else ""
    body, year = elected_body(given), given.day.year
    term = f"khóa{FIRM}{put(given.body_term)}" + ("" if given.assembly else f" nhiệm kỳ{FIRM}{put(given.years)}")
    seal = "khóa và niêm phong hòm phiếu lại" if given.assembly else "khóa và niêm phong hòm phiếu"
    plain = "đại biểu Quốc hội" if given.assembly else "đại biểu Hội đồng nhân dân"
    return [
        f"Đã họp tại phòng bỏ phiếu của khu vực bỏ phiếu số {put(given.area)} xã/phường/đặc khu{colon} "
        f"{put(given.commune)} thuộc đơn vị bầu cử {body} số {put(given.unit)} để tiến hành việc kiểm phiếu bầu cử "
        f"{body} {term}.",
        f"Đúng {clock(given.opened)}{mark(given, 2, 3)}, {day_text(given.opened, year)}, trước khi thực hiện việc bỏ "
        "phiếu, đại diện Tổ bầu cử đã kiểm tra hòm phiếu với sự chứng kiến của hai cử tri là:",
        *witnesses(given.opening_witnesses, colon),
        f"Sau đó, Tổ bầu cử đã {seal}, mời cử tri bắt đầu bỏ phiếu.",
        f"Đúng {clock(given.closed)}{mark(given, 3, 4)}, {day_text(given.closed, year)}, Tổ trưởng Tổ bầu cử tuyên bố "
        "kết thúc cuộc bầu cử và tiến hành kiểm phiếu ngay tại phòng bỏ phiếu.",
        "Trước khi mở hòm phiếu, Tổ trưởng Tổ bầu cử đã mời hai cử tri không phải là người ứng cử chứng kiến việc "
        "kiểm phiếu gồm:",
        *witnesses(given.closing_witnesses, colon),
        f"Trước khi mở hòm phiếu, Tổ bầu cử đã tiến hành kiểm kê và lập biên bản về việc sử dụng phiếu bầu cử {plain}.",
    ]


def figures(given: MinutesData) -> list[str]:
    """ "Kết quả cuộc bầu cử như sau", up to the line that opens the list of candidates."""
    body = "Quốc hội" if given.assembly else "Hội đồng nhân dân"
    seats, turnout = ("", ":") if given.assembly else (":", "")
    votes = f"như sau{mark(given, 5, 6)}:" if given.assembly else f"như sau: {mark(given, 5, 6)}"
    valid, invalid = shares(given.valid, given.invalid, given.collected)
    of = "Tỷ lệ so với tổng số phiếu thu vào:"
    return [
        "Kết quả cuộc bầu cử như sau:",
        f"- Số đại biểu {body} được ấn định cho đơn vị bầu cử{seats} {figure(given.seats, 'người')}",
        f"- Số người ứng cử: {figure(len(given.candidates) or None, 'người')}",
        f"- Tổng số cử tri của khu vực bỏ phiếu: {figure(given.voters, 'người')}{mark(given, 4, 5)}",
        f"- Số cử tri đã tham gia bỏ phiếu: {figure(given.voted, 'người')}",
        f"- Tỷ lệ cử tri đã tham gia bỏ phiếu so với tổng số cử tri{turnout} {share(given.voted, given.voters)}{FIRM}%",
        f"- Số phiếu phát ra: {figure(given.issued, 'phiếu')}",
        f"- Số phiếu thu vào: {figure(given.collected, 'phiếu')}",
        f"- Số phiếu hợp lệ: {figure(given.valid, 'phiếu')}. {of} {valid}{FIRM}%",
        f"- Số phiếu không hợp lệ: {figure(given.invalid, 'phiếu')}. {of} {invalid}{FIRM}%",
        f"- Số phiếu bầu cho mỗi người ứng cử {votes}",
    ]


def votes(given: MinutesData) -> list[str]:
    """One line a candidate, in the order of the ballot."""
    of = figure(given.valid, "phiếu hợp lệ")
    return [
        f"{n}. {c.title} {put(c.name)} được {figure(c.votes, 'phiếu')}/{of}"
        for n, c in enumerate(given.candidates, start=1)
    ] or [f"1. Ông/Bà {DOTS} được {DOTS}{FIRM}phiếu/{of}"]


def incidents(given: MinutesData) -> tuple[tuple[str, str], tuple[str, str]]:
    """The two sentences that ask for incidents and complaints, each with what the team wrote, or nothing."""
    return (
        (
            f"Trong ngày bầu cử và thời gian kiểm phiếu, đã xảy ra sự việc hoặc khiếu nại, tố cáo sau đây:{FIRM}"
            f"{mark(given, 6, 7)}",
            given.incidents.strip() and put(given.incidents),
        ),
        (
            "Những vấn đề hoặc khiếu nại, tố cáo mà Tổ bầu cử chưa giải quyết được và kiến nghị:"
            f"{FIRM}{mark(given, 7, 8)}",
            given.complaints.strip() and put(given.complaints),
        ),
    )


def ending(given: MinutesData) -> str:
    """The last sentence: when it was finished and to whom it goes (Art. 76.3)."""
    front = "Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã."
    sent = (
        f"được gửi đến Ban bầu cử {elected_body(given)}, Ủy ban nhân dân, Ban thường trực {front}"
        if given.assembly
        else f"gửi đến Ban bầu cử {elected_body(given)}, Ủy ban nhân dân, Ban Thường trực {front}"
    )
    return (
        f"Biên bản này được hoàn thành vào hồi {clock(given.finished)}{mark(given, 8, 9)}, "
        f"{day_text(given.finished, given.day.year)}, được lập thành 03 bản và {sent}{mark(given, 9, 10)}"
    )


LEADER_SIGNS = ("TM. TỔ BẦU CỬ", "TỔ TRƯỞNG", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Tổ bầu cử)")
SECRETARY_SIGNS = ("THƯ KÝ", "TỔ BẦU CỬ", SIGN)
SECOND_SIGNS = ("CỬ TRI THỨ HAI", "CHỨNG KIẾN", "VIỆC KIỂM PHIẾU", SIGN)


def first_signs(given: MinutesData) -> tuple[str, ...]:
    """The first witness; Mẫu 23 breaks this line elsewhere than Mẫu 18."""
    lines = ("CHỨNG KIẾN", "VIỆC KIỂM PHIẾU") if given.assembly else ("CHỨNG KIẾN VIỆC", "KIỂM PHIẾU")
    return ("CỬ TRI THỨ NHẤT", *lines, SIGN)


_SEALED = "Số phiếu bầu sau khi đã được kiểm được tiến hành niêm phong và quản lý theo hướng dẫn của Bộ Nội vụ."
NOTES_18 = (
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
NOTES_23 = (
    "(1) Ghi tên đơn vị hành chính cấp tổ chức bầu cử đại biểu Hội đồng nhân dân (Ví dụ tỉnh A, xã D, phường B, đặc "
    "khu X...).",
    "(2) Ghi tên các đơn vị hành chính cấp xã hoặc thôn, tổ dân phố trong phạm vi đơn vị bầu cử đại biểu Hội đồng "
    "nhân dân tương ứng ở cấp xã, cấp tỉnh.",
    "(3) Ghi thời điểm bắt đầu việc bỏ phiếu. (4) Ghi thời điểm kết thúc việc bỏ phiếu.",
    "(5) Số cử tri trong danh sách cử tri tại khu vực bỏ phiếu (cập nhật đến thời điểm bắt bầu bỏ phiếu).",
    "(6) Ghi theo danh sách trên phiếu bầu cử đại biểu Hội đồng nhân dân ở cấp tương ứng.",
    "(7) Tóm tắt những sự việc xảy ra hoặc khiếu nại, tố cáo và cách giải quyết của Tổ bầu cử. (8) Ghi rõ vấn đề, "
    "khiếu nại, tố cáo chưa được giải quyết và kiến nghị.",
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


def notes(given: MinutesData) -> tuple[str, ...]:
    return NOTES_18 if given.assembly else NOTES_23
