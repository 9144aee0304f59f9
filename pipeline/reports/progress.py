"""The count-progress report of a level: a table for each contest, the clocks of the forms, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.reports.figures_text import share_text, whole
from pipeline.reports.paper import Block, Cell, Paper, Ruled, Space, Text, Together
from pipeline.reports.words import put

HEAD = (
    "Đơn vị", "Khu vực", "Đã có kết quả", "Đã hoàn thành", "Đã ký biên bản", "Cử tri", "Đã bỏ phiếu", "Tỷ lệ %",
    "Phiếu thu vào", "Hợp lệ", "Không hợp lệ", "Trạng thái",
)  # fmt: skip
CLOCKS = ("Biểu mẫu, công việc", "Hạn", "Đã có", "Phải có", "Tình trạng", "Còn thiếu")


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One level: how many areas lie in it and how far they are, and its sums."""

    name: str
    areas: int
    reported: int
    done: int
    signed: int
    voters: int
    voted: int
    collected: int
    valid: int
    invalid: int
    state: str


@dataclass(frozen=True, slots=True)
class ClockRow:
    """One form that is due; ``missing`` names some of those that are not there."""

    name: str
    due: datetime
    done: int
    whole: int
    state: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContestTable:
    """One contest; the last row is the level itself."""

    title: str
    rows: tuple[ProgressRow, ...]
    clocks: tuple[ClockRow, ...]


def progress_paper(title: str, place: str, at: datetime, contests: Sequence[ContestTable], window: str) -> Paper:
    """The report; ``at`` is the moment that its figures are of (local time)."""
    moment = f"{at:%H} giờ {at:%M} phút, ngày {at:%d/%m/%Y}"
    blocks: list[Block] = [
        Text("BÁO CÁO TIẾN ĐỘ KIỂM PHIẾU", "title"),
        Text(put(title), "title"),
        Text(f"{put(place)} – số liệu đến {moment}", "place"),
        Text(put(window), "sign-note"),
        Space(2),
    ]
    for contest in contests:
        blocks += [Text(put(contest.title), "section", keep=True), _table(contest.rows), Space(2)]
        if contest.clocks:
            blocks += [_clocks(contest.clocks), Space(4)]
    ending = "Số liệu tạm tính cho đến khi biên bản được ký; không thay thế biên bản."
    blocks.append(Together((Text(ending, "note"),)))
    foot = (f"Tiến độ kiểm phiếu · {place}", moment)
    return Paper("Tiến độ", "Báo cáo tiến độ kiểm phiếu", tuple(blocks), foot, landscape=True)


def _table(rows: Sequence[ProgressRow]) -> Ruled:
    head = (tuple(Cell(text, align="centre", bold=True) for text in HEAD),)
    last = len(rows) - 1
    shares = (2.4, *(1.0,) * (len(HEAD) - 2), 1.5)
    return Ruled(head, tuple(_row(row, bold=n == last) for n, row in enumerate(rows)), shares, 9)


def _row(row: ProgressRow, *, bold: bool) -> tuple[Cell, ...]:
    before = (row.areas, row.reported, row.done, row.signed, row.voters, row.voted)
    after = (row.collected, row.valid, row.invalid)
    texts = (*(whole(n) for n in before), share_text(row.voted, row.voters), *(whole(n) for n in after))
    numbers = tuple(Cell(text, align="right", bold=bold) for text in texts)
    return (Cell(put(row.name), bold=bold), *numbers, Cell(put(row.state), bold=bold))


def _clocks(clocks: Sequence[ClockRow]) -> Ruled:
    head = (tuple(Cell(text, align="centre", bold=True) for text in CLOCKS),)
    rows = tuple(
        (
            Cell(put(c.name)),
            Cell(f"{c.due:%H:%M %d/%m/%Y}", align="centre"),
            Cell(whole(c.done), align="right"),
            Cell(whole(c.whole), align="right"),
            Cell(put(c.state), bold=True),
            Cell(put("; ".join(c.missing) or "không")),
        )
        for c in clocks
    )  # fmt: skip
    return Ruled(head, rows, (3, 1.4, 0.8, 0.8, 1.2, 4), 9)
