"""The inventory of ballots of a polling team, Mẫu 32/HĐBC, word for word, and what keeps it from being final."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pipeline.messages import Message, message
from pipeline.reports.blocks import lines, national_head, notes, sign, witnesses
from pipeline.reports.fields import WITNESSES, Person
from pipeline.reports.official.fields import lacking
from pipeline.reports.paper import Block, Columns, Paper, Space, Text, Together
from pipeline.reports.words import DOTS, FIRM, NOTHING_TO_DIVIDE, SIGN, bare, day_text, figure, put, total

NUMBER = "Mẫu số 32/HĐBC"
Level = Literal["assembly", "province", "commune"]
LEVELS: tuple[Level, ...] = ("assembly", "province", "commune")


@dataclass(frozen=True, slots=True)
class BallotStock:
    """The ballots of one level: its unit and body, and where they went; ``held`` is false where it is not elected here.

    An army or detention area often has no commune contest; its figures are then a dash, which adds nothing.
    """

    level: Level
    unit: str
    body: str
    received: int | None
    issued: int | None
    spoiled: int | None
    left_over: int | None
    held: bool = True


@dataclass(frozen=True, slots=True)
class Inventory:
    """The fields of Mẫu 32 in their order; ``stocks``: one a level, in the order of ``LEVELS``."""

    area: str
    commune: str
    province: str
    term: str
    """Khóa of the National Assembly."""
    years: str
    year: int
    closed: datetime | None
    witnesses: tuple[Person, ...]
    stocks: tuple[BallotStock, BallotStock, BallotStock]
    day: date | None
    """On which it is signed."""
    objections: tuple[Message, ...] = ()


FIGURES = ("received", "issued", "spoiled", "left_over")
ROWS = {
    "received": "1. Số phiếu Tổ bầu cử đã nhận về là:",
    "issued": "2. Số phiếu phát ra là:",
    "spoiled": "3. Số phiếu cử tri đổi do gạch hỏng là:",
    "left_over": "4. Số phiếu còn lại không sử dụng đến là:",
}
KINDS: dict[Level, str] = {
    "assembly": "Phiếu bầu cử đại biểu Quốc hội là:",
    "province": "Phiếu bầu cử đại biểu HĐND cấp tỉnh là:",
    "commune": "Phiếu bầu cử đại biểu HĐND cấp xã là:",
}
LABELS = {
    "received": message("ballots received"),
    "issued": message("ballots issued"),
    "spoiled": message("ballots exchanged because they were spoiled"),
    "left_over": message("ballots left over"),
}


def inventory_faults(given: Inventory) -> tuple[Message, ...]:
    """Everything that keeps the form from being signed; empty where it is final."""
    return (*given.objections, *_missing(given))


def _missing(given: Inventory) -> Iterator[Message]:
    yield from lacking(
        (given.province, message("the province")),
        (given.commune, message("the commune")),
    )
    if given.closed is None:
        yield message("the figure {name} is missing; enter it", name=message("time of closing"))
    if len(given.witnesses) != WITNESSES:
        yield message(
            "the minutes need exactly two witnesses {when}, {count} are written; correct them",
            when=message("at the count"),
            count=len(given.witnesses),
        )
    for stock in given.stocks:
        for name in FIGURES:
            if stock.held and getattr(stock, name) is None:
                yield message("the figure {name} is missing; enter it", name=LABELS[name])


def inventory_paper(given: Inventory) -> Paper:
    """The whole form, with dots for what is not known."""
    return Paper(
        number=NUMBER,
        title="Biên bản kiểm kê việc sử dụng phiếu bầu cử",
        blocks=(
            Text(NUMBER, "number"),
            national_head((Text("TỔ BẦU CỬ", "head"), Text("-------", "rule"))),
            Space(3),
            Text("BIÊN BẢN KIỂM KÊ VIỆC SỬ DỤNG PHIẾU BẦU CỬ", "title"),
            Text(f"ĐẠI BIỂU QUỐC HỘI KHÓA {put(given.term)} VÀ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN", "title"),
            Text(f"CÁC CẤP NHIỆM KỲ {put(given.years)}", "title"),
            Space(2),
            *lines(_opening(given)),
            *_figures(given),
            *_ending(given),
            Together((_signed(given), Space(1), *_signatures())),
            Space(2),
            *notes(NOTES, "Lưu ý:"),
        ),
        feet=(NUMBER, f"{given.commune} · Khu vực bỏ phiếu số {given.area}"),
    )


def _opening(given: Inventory) -> Iterator[str]:
    hour, minute = (f"{given.closed:%H}", f"{given.closed:%M}") if given.closed else (DOTS, DOTS)
    yield f"Khu vực bỏ phiếu số: {put(given.area)}"
    yield f"Thuộc xã/phường/đặc khu: {put(given.commune)}"
    yield f"Tỉnh/thành phố: {put(given.province)}"
    yield (
        f"Vào hồi {hour}{FIRM}giờ {minute}, {day_text(given.closed, given.year)}, Tổ trưởng Tổ bầu cử tuyên bố kết "
        f"thúc cuộc bầu cử đại biểu Quốc hội khóa{FIRM}{put(given.term)} và đại biểu Hội đồng nhân dân các cấp nhiệm "
        f"kỳ{FIRM}{put(given.years)}."
    )
    yield (
        "Trước khi mở hòm phiếu, Tổ bầu cử đã tiến hành kiểm kê và lập biên bản về việc sử dụng phiếu bầu dưới sự "
        "chứng kiến của hai cử tri không phải là người ứng cử gồm:"
    )
    yield from witnesses(given.witnesses, "")


def _figures(given: Inventory) -> Iterator[Block]:
    """Each row is the sum of its kinds (R21)."""
    yield Text("Kết quả kiểm kê việc sử dụng phiếu bầu cử như sau:", keep=True)
    for name in FIGURES:
        held = [getattr(s, name) for s in given.stocks if s.held]
        texts = [f"{ROWS[name]} {figure(total(held), 'phiếu')}"]
        for stock in given.stocks:
            value = figure(getattr(stock, name), "phiếu") if stock.held else f"{NOTHING_TO_DIVIDE}{FIRM}phiếu"
            texts.append(f"{KINDS[stock.level]} {value}")
        texts[1] = f"Trong đó: {texts[1]}"
        yield Together(tuple(Text(text, "entry") for text in texts))


def _ending(given: Inventory) -> Iterator[Block]:
    assembly, province, commune = given.stocks
    yield Text(
        "Sau khi kiểm kê, Tổ bầu cử đã niêm phong toàn bộ số phiếu chưa sử dụng và số phiếu cử tri đổi do gạch hỏng."
    )
    yield Text("Biên bản kiểm kê việc sử dụng phiếu bầu được lập thành 05 bản và được gửi đến:", keep=True)
    yield Text(
        f"- Ban bầu cử đại biểu Quốc hội, đơn vị bầu cử số {put(assembly.unit)} (kèm theo số phiếu bầu cử đại biểu "
        "Quốc hội đã được niêm phong);"
    )
    yield Text(
        f"- Ban bầu cử đại biểu Hội đồng nhân dân tỉnh/thành phố {put(bare(province.body))}, đơn vị bầu cử số "
        f"{put(province.unit)} (kèm theo số phiếu bầu cử đại biểu Hội đồng nhân dân cấp tỉnh đã được niêm phong);"
    )
    yield Text(
        f"- Ban bầu cử đại biểu Hội đồng nhân dân xã/phường/đặc khu {put(bare(commune.body))}, đơn vị bầu cử số "
        f"{put(commune.unit)} (kèm theo số phiếu bầu cử đại biểu Hội đồng nhân dân cấp xã đã được niêm phong);"
    )
    yield Text("- Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cùng cấp.")


def _signed(given: Inventory) -> Columns:
    place = Text(f"{put(bare(given.commune))}, {day_text(given.day, given.year)}", "place")
    return Columns(((), (place,)), (0.45, 0.55))


def _signatures() -> tuple[Block, ...]:
    first = ("CỬ TRI THỨ NHẤT", "CHỨNG KIẾN", "VIỆC KIỂM PHIẾU", SIGN)
    leader = ("TM. TỔ BẦU CỬ", "TỔ TRƯỞNG", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Tổ bầu cử)")
    secretary = ("THƯ KÝ", "TỔ BẦU CỬ", SIGN)
    return (Columns((sign(first), sign(leader), sign(secretary)), (1 / 3, 1 / 3, 1 / 3)), Space(24))


NOTES = (
    "- Số phiếu bầu đại biểu Quốc hội, đại biểu Hội đồng nhân dân từng cấp chưa sử dụng hoặc cử tri đổi do gạch hỏng "
    "được xếp thành từng loại và niêm phong vào các bì riêng, bên ngoài ghi rõ thông tin về Tổ bầu cử, đơn vị hành "
    "chính cấp xã nơi có Tổ bầu cử và dòng chữ:",
    "- Phiếu bầu đại biểu Quốc hội chưa sử dụng hoặc gạch hỏng.",
    "- Phiếu bầu đại biểu Hội đồng nhân dân tỉnh/thành phố... chưa sử dụng hoặc gạch hỏng.",
    "- Phiếu bầu đại biểu Hội đồng nhân dân xã/phường/đặc khu...... chưa sử dụng hoặc gạch hỏng.",
    "Tổ bầu cử gửi bì niêm phong từng loại phiếu bầu kèm theo Biên bản này đến từng Ban bầu cử tương ứng.",
)
