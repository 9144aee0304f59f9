"""The count minutes of a congress or meeting (biên bản kiểm phiếu), set as PDF and DOCX.

No text prescribes them; these words are the usual ones and ours (docs/congress.md).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reports.blocks import answered, sign
from pipeline.reports.congress_fields import CongressMinutes
from pipeline.reports.fields import CandidateVotes
from pipeline.reports.paper import Block, Cell, Columns, Paper, Ruled, Space, Text, Together
from pipeline.reports.words import FIRM, capital, clock, day_text, figure, number, put, share

TITLE = "BIÊN BẢN KIỂM PHIẾU"


def congress_paper(given: CongressMinutes) -> Paper:
    """The whole minutes, with dots for what is not known."""
    return Paper(
        number="Biên bản kiểm phiếu",
        title=f"Biên bản kiểm phiếu bầu {given.body}",
        blocks=(
            Columns(
                (
                    (Text(put(given.title).upper(), "head"), Text("BAN KIỂM PHIẾU", "head"), Text("-------", "rule")),
                    (
                        *(Text(line, "head") for line in given.motto.split("\n")),
                        Text("---------------", "rule"),
                        Text(capital(day_text(given.day, None)), "place"),
                    ),
                ),
                (0.45, 0.55),
            ),
            Space(3),
            Text(TITLE, "title", keep=True),
            Text(_elects(given), "title"),
            Space(2),
            *_opening(given),
            *_figures(given),
            *_result(given),
            *_elected(given),
            *_ending(given),
        ),
        feet=(f"Biên bản kiểm phiếu · {given.body}", given.hall),
    )


def _elects(given: CongressMinutes) -> str:
    term = f" khóa {put(given.term)}" if given.term else ""
    years = f", nhiệm kỳ {put(given.years)}" if given.years else ""
    return f"Bầu {put(given.body)}{term}{years}"


def _who(given: CongressMinutes) -> str:
    return "cổ đông" if given.shareholders else "đại biểu"


def _opening(given: CongressMinutes) -> Iterator[Block]:
    day = given.opened.date() if given.opened else given.day
    yield Text(
        f"Hồi {clock(given.opened)}, {day_text(day, None)}, tại {put(given.hall)}, việc bỏ phiếu bắt đầu và kết thúc "
        f"lúc {clock(given.closed)}. Ban kiểm phiếu gồm:"
    )
    people = given.members or ()
    entries = [f"{n}. {put(p.name)}, {put(p.detail)}" for n, p in enumerate(people, start=1)]
    yield from (Text(line, "entry") for line in entries or ("1. ......", "2. ......"))
    yield Text(f"đã kiểm phiếu và lập biên bản này. Căn cứ: {put(given.basis)}.")


def _figures(given: CongressMinutes) -> Iterator[Block]:
    who = _who(given)
    rows = [
        f"- Số {who} được triệu tập: {figure(given.summoned, 'người')}.",
        f"- Số vắng mặt được trừ theo quy chế: {figure(given.excused, 'người')}.",
        f"- Số {who} đã bỏ phiếu: {figure(given.voted, 'người')}.",
        f"- Số lượng bầu: {figure(given.seats, 'người')}; danh sách bầu cử có {number(len(given.candidates))} người.",
        f"- Số phiếu phát ra: {figure(given.issued, 'phiếu')}; thu vào: {figure(given.collected, 'phiếu')}.",
        f"- Số phiếu hợp lệ: {figure(given.valid, 'phiếu')}; không hợp lệ: {figure(given.invalid, 'phiếu')}.",
        f"- {_majority(given)}",
    ]
    if given.shareholders:
        rows.pop(1)
    if given.classes:
        entitled = figure(given.summoned, "cổ phần")
        rows[:2] = [f"- Tổng số cổ phần có quyền biểu quyết theo số phiếu được cấp: {entitled}."]
        shares = figure(given.collected_shares, "cổ phần"), figure(given.valid_shares, "cổ phần")
        rows[-1:] = [f"- Số phiếu thu vào đại diện {shares[0]}; phiếu hợp lệ đại diện {shares[1]}.", rows[-1]]
    yield Together((Text("I. SỐ LIỆU", "section", keep=True), *(Text(line, "entry") for line in rows)))
    if given.classes:
        yield _classes(given)


def _classes(given: CongressMinutes) -> Block:
    """Ballots by class; how a class voted is told nowhere."""
    heads = ("Loại phiếu (cổ phần)", "Phát ra", "Thu vào", "Hợp lệ", "Không hợp lệ", "Cổ phần hợp lệ")
    rows = tuple(
        tuple(
            Cell(number(value), align="centre")
            for value in (
                one.shares, one.issued, one.collected, one.valid, one.invalid,
                None if one.valid is None else one.shares * one.valid,
            )
        )
        for one in given.classes
    )  # fmt: skip
    top = tuple(Cell(text, align="centre", bold=True) for text in heads)
    return Ruled((top,), rows, (0.2, 0.14, 0.14, 0.14, 0.16, 0.22), 12)


def _majority(given: CongressMinutes) -> str:
    """What somebody needs to be elected, and of which number."""
    of = {
        "summoned": f"số {_who(given)} được triệu tập trừ số vắng mặt được trừ",
        "collected": "số phiếu thu vào",
        "valid": "số phiếu hợp lệ",
    }.get(given.half_of)
    if given.classes and of is not None:
        of = {"summoned": "số cổ phần theo số phiếu được cấp", "collected": "số cổ phần thu vào"}.get(
            given.half_of, "số cổ phần của phiếu hợp lệ"
        )
    if of is None:
        more = "cổ phần" if given.classes else "phiếu"
        return f"Người trúng cử là người được nhiều {more} hơn, lấy từ cao xuống thấp cho đủ số lượng bầu."
    least = None if given.needed is None else given.needed // 2 + 1
    unit = "cổ phần" if given.classes else "phiếu"
    return (
        f"Người trúng cử phải được quá một nửa của {number(given.needed)} ({of}), tức là từ "
        f"{number(least)}{FIRM}{unit} trở lên."
    )


def _result(given: CongressMinutes) -> Iterator[Block]:
    yield Text("II. KẾT QUẢ KIỂM PHIẾU", "section", keep=True)
    of = given.valid if given.half_of == "none" else given.needed
    heads = ["STT", "Họ và tên", "Số phiếu bầu", "Tỷ lệ (%)"]
    widths: tuple[float, ...] = (0.08, 0.56, 0.2, 0.16)
    if given.table:
        heads[2:] = ["Đồng ý", "Tỷ lệ (%)", "Không đồng ý", "Tỷ lệ (%)", "Không tính"]
        widths = (0.07, 0.39, 0.1, 0.11, 0.12, 0.11, 0.1)
    if given.classes:
        of = given.valid_shares if given.half_of == "none" else given.needed
        heads[2:] = ["Số cổ phần", "Tỷ lệ (%)"]
    top = tuple(Cell(text, align="centre", bold=True) for text in heads)
    rows = tuple(
        (Cell(str(n), align="centre"), Cell(put(one.name)), *(Cell(t, align="centre") for t in _votes(given, one, of)))
        for n, one in enumerate(given.candidates, start=1)
    )
    yield Ruled((top,), rows, widths, 12)
    base = "số phiếu hợp lệ" if given.half_of == "none" else "con số nêu tại mục I"
    base = "số cổ phần của phiếu hợp lệ" if given.classes and given.half_of == "none" else base
    yield Text(f"Tỷ lệ tính trên {number(of)}, {base}.", "note")
    if given.table:
        yield Text(
            "Không tính: phiếu hợp lệ đánh dấu X ở cả hai ô hoặc không đánh dấu ô nào của người đó. Với mỗi người, "
            "đồng ý, không đồng ý và không tính cộng lại bằng số phiếu hợp lệ.",
            "note",
        )


def _votes(given: CongressMinutes, one: CandidateVotes, of: int | None) -> tuple[str, ...]:
    """What stands behind a name: for, and on a table against and neither, which are all valid ballots together.

    By shares: the shares alone. With two classes, ballots beside shares are two equations for two unknown numbers, and
    tell how each class voted (decision 15).
    """
    told = (number(one.votes), share(one.votes, of))
    if not given.table:
        return told
    known = given.valid is not None and one.votes is not None and one.against is not None
    neither = given.valid - one.votes - one.against if known else None  # type: ignore[operator]  # known
    return (*told, number(one.against), share(one.against, of), number(neither))


def _elected(given: CongressMinutes) -> Iterator[Block]:
    head = Text("III. NGƯỜI TRÚNG CỬ", "section", keep=True)
    if given.elected is None:
        yield Together((head, Text("Chưa xác định: ......", "entry")))
        return
    unit = "cổ phần" if given.classes else "phiếu"
    lines = [f"{n}. {put(one.name)}: {figure(one.votes, unit)}" for n, one in enumerate(given.elected, start=1)]
    opens = Text(f"Trúng cử {figure(len(given.elected), 'người')}, xếp theo số {unit} từ cao xuống thấp:", keep=True)
    yield Together((head, opens, *(Text(line, "entry") for line in lines[:2])))
    yield from (Text(line, "entry") for line in lines[2:])
    if given.tied:
        names = "; ".join(f"{put(t.name)} ({figure(t.votes, unit)})" for t in given.tied)
        yield Text(f"Bằng phiếu nhau ở cuối danh sách, đại hội quyết định có bầu lại hay không: {names}.")
    if given.missing:
        yield Text(f"Còn thiếu {figure(given.missing, 'người')} so với số lượng bầu; đại hội quyết định việc bầu tiếp.")


def _ending(given: CongressMinutes) -> Iterator[Block]:
    yield Text("IV. VIỆC XẢY RA, KIẾN NGHỊ", "section", keep=True)
    yield answered("Việc xảy ra trong khi bỏ phiếu và kiểm phiếu:", put(given.incidents) if given.incidents else "")
    yield answered("Kiến nghị:", put(given.complaints) if given.complaints else "")
    yield Together(
        (
            Text(f"Biên bản lập xong hồi {clock(given.finished)}, thành 02 bản và được công bố trước đại hội."),
            Space(4),
            Columns(
                (
                    sign(("THƯ KÝ", "(Ký, ghi rõ họ và tên)")),
                    sign(("TM. BAN KIỂM PHIẾU", "TRƯỞNG BAN", "(Ký, ghi rõ họ và tên)")),
                    sign(("XÁC NHẬN CỦA", "ĐOÀN CHỦ TỊCH", "(Ký, ghi rõ họ và tên)")),
                ),
                (1 / 3, 1 / 3, 1 / 3),
            ),
            Space(22),
        )
    )
