"""The statistics of an election, word for word: Mẫu 28/HĐBC (preliminary) and Mẫu 30/HĐBC (official).

"Tổng cộng" adds the rows above it, as the form is ruled: whoever votes at three levels counts three times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from pipeline.reports.blocks import national_head, sign
from pipeline.reports.figures_text import whole
from pipeline.reports.official.statistics_fields import (
    SECTORS,
    TRAITS,
    Composition,
    LevelFigures,
    Statistics,
)
from pipeline.reports.paper import Block, Cell, Columns, Paper, Ruled, Space, Text, Together
from pipeline.reports.words import bare, day_text, put, share, total

TRAIT_WORDS = (
    "Nữ", "Dân tộc thiểu số", "Trẻ tuổi (dưới 40 tuổi)", "Ngoài Đảng", "Tái cử", "Tôn giáo", "Tự ứng cử"
)  # fmt: skip
STUDY = ("Dưới đại học", "Đại học", "Sau đại học")
THEORY = ("Trung cấp", "Cao cấp", "Cử nhân")
AREA_NOTE = (
    "(*) Đơn vị bầu thiếu là đơn vị bầu cử đại biểu Quốc hội có số người trúng cử chưa đủ số lượng đại biểu Quốc hội "
    "được bầu ấn định cho đơn vị bầu cử đó hoặc đơn vị bầu cử đại biểu Hội đồng nhân dân có số người trúng cử chưa đủ "
    "2/3 số lượng đại biểu Hội đồng nhân dân được bầu ấn định cho đơn vị bầu cử đó."
)


def statistics_paper(given: Statistics) -> Paper:
    """The whole form, with empty cells for what is not known."""
    kind = "CHÍNH THỨC" if given.official else "SƠ BỘ"
    councils = "NGƯỜI TRÚNG CỬ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN"
    return Paper(
        number=given.number,
        title="Biểu thống kê kết quả cuộc bầu cử",
        blocks=(
            Text(given.number, "number"),
            _head(given),
            Space(3),
            Text(
                f"BIỂU THỐNG KÊ {kind} KẾT QUẢ CUỘC BẦU CỬ ĐẠI BIỂU QUỐC HỘI KHÓA {put(given.term)},",
                "title",
                keep=True,
            ),
            Text(f"ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN CÁC CẤP NHIỆM KỲ {put(given.years)}", "title"),
            _section("I. KẾT QUẢ CUỘC BẦU CỬ ĐẠI BIỂU QUỐC HỘI, ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN"),
            _results(given),
            Together(
                (
                    _section("II. CƠ CẤU, THÀNH PHẦN NGƯỜI TRÚNG CỬ ĐẠI BIỂU QUỐC HỘI"),
                    _assembly_people(given),
                )
            ),
            Together((_section(f"III. CƠ CẤU {councils}"), _council_traits(given))),
            Together((_section(f"IV. THÀNH PHẦN {councils}"), _council_sectors(given))),
            *_ending(given),
        ),
        feet=(given.number, f"Ủy ban bầu cử {given.province}"),
        landscape=True,
    )


def _section(text: str) -> Text:
    return Text(text, "section", keep=True)


def _head(given: Statistics) -> Columns:
    name = f"TỈNH/THÀNH PHỐ {put(bare(given.province).upper())}"
    left = (Text("ỦY BAN BẦU CỬ", "head"), Text(name, "head"), Text("-------", "rule"))
    head = national_head(left)
    place = Text(f"{put(bare(given.place))}, {day_text(given.signed, given.year)}", "place")
    return Columns((head.cells[0], (*head.cells[1], place)), head.shares)


def _top(text: str, across: int = 1, down: int = 1) -> Cell:
    return Cell(text, across, down, "centre", bold=True)


def _figure(value: int | None, bold: bool = False) -> Cell:
    return Cell("" if value is None else whole(value), align="centre", bold=bold)


def _share(part: int | None, of: int | None, bold: bool = False) -> Cell:
    text = "" if part is None or of is None else share(part, of)
    return Cell(text, align="centre", bold=bold)


def _results(given: Statistics) -> Ruled:
    took = "đã tham gia" if given.official else "tham gia"
    went = "đi" if given.official else "tham gia"
    slash = "/ " if given.official else "/"
    short = ("Số đơn vị bầu thiếu đại biểu (*)",) if given.official else ()
    voters = (
        "Tổng số cử tri (trong danh sách)", "Số cử tri đã tham gia bỏ phiếu", "Tỷ lệ cử tri đã tham gia bỏ phiếu (%)",
    )  # fmt: skip
    units = (
        "Tổng số đơn vị bầu cử",
        "Số đơn vị chỉ có 01 khu vực bỏ phiếu",
        f"Số đơn vị có dưới 50% tổng số cử tri {took} bỏ phiếu",
        "Số đơn vị bị hủy kết quả bầu cử",
        "Số đơn vị phải bầu cử lại",
        "Số đơn vị phải bầu cử thêm",
        *short,
    )
    areas = (
        "Tổng số khu vực bỏ phiếu",
        f"Số khu vực có dưới 50% tổng số cử tri {went} bỏ phiếu",
        "Số khu vực bị hủy kết quả bầu cử",
        "Số khu vực phải bầu cử lại",
        "Số khu vực phải bầu cử thêm",
    )
    ballots = (
        "Số phiếu phát ra",
        "Số phiếu thu vào",
        "Tỷ lệ phiếu thu vào/ phát ra (%)",
        "Số phiếu hợp lệ",
        f"Tỷ lệ phiếu hợp lệ{slash}thu vào (%)",
    )
    groups = (("Cử tri", voters), ("Đơn vị bầu cử", units), ("Khu vực bỏ phiếu", areas), ("Phiếu bầu cử", ballots))
    head = (
        (_top("STT", down=2), _top("Cấp bầu cử", down=2), *(_top(name, across=len(of)) for name, of in groups)),
        tuple(_top(text) for _, of in groups for text in of),
    )
    wide = sum(len(of) for _, of in groups)
    sums = _sum(given.assembly, given.provincial, given.communal)
    rows = (
        (_top("I"), Cell("ĐẠI BIỂU QUỐC HỘI", bold=True), *_figures(given, given.assembly)),
        (_top("II"), Cell("ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN", across=wide + 1, bold=True)),
        (Cell("1", align="centre"), Cell("Cấp tỉnh"), *_figures(given, given.provincial)),
        (Cell("2", align="centre"), Cell("Cấp xã"), *_figures(given, given.communal)),
        (Cell(), Cell("Tổng cộng", bold=True), *_figures(given, sums, bold=True)),
    )
    return Ruled(head, rows, (0.5, 1.6, *([1.0] * wide)), 8)


def _sum(*levels: LevelFigures) -> LevelFigures:
    names = [f.name for f in fields(LevelFigures)]
    return LevelFigures(**{n: total(getattr(level, n) for level in levels) for n in names})


def _figures(given: Statistics, of: LevelFigures, bold: bool = False) -> tuple[Cell, ...]:
    short = (of.units_short,) if given.official else ()
    places = (
        of.units, of.units_of_one_area, of.units_under_half, of.units_annulled, of.units_revote, of.units_extra,
        *short, of.areas, of.areas_under_half, of.areas_annulled, of.areas_revote, of.areas_extra, of.issued,
        of.collected,
    )  # fmt: skip
    return (
        _figure(of.voters, bold),
        _figure(of.voted, bold),
        _share(of.voted, of.voters, bold),
        *(_figure(value, bold) for value in places),
        _share(of.collected, of.issued, bold),
        _figure(of.valid, bold),
        _share(of.valid, of.collected, bold),
    )


def _sector_words(party: str, front: str) -> tuple[str, ...]:
    return (
        party, "Chính quyền", f"{front} và tổ chức thành viên", "Tòa án nhân dân", "Viện kiểm sát nhân dân",
        "Quân đội, Công an", "Cơ quan, đơn vị khác",
    )  # fmt: skip


def _study(of: Composition) -> tuple[int, ...]:
    levels = (of.below_university, of.university, of.postgraduate)
    return (*levels, of.theory_intermediate, of.theory_advanced, of.theory_bachelor)


def _assembly_people(given: Statistics) -> Ruled:
    first = ("Số đại biểu được ấn định", "Số đại biểu trúng cử", *TRAIT_WORDS)
    sectors = _sector_words("Cơ quan đảng", "UBMTTQVN")
    head = (
        (
            *(_top(text, down=2) for text in first),
            _top("Trình độ chuyên môn", across=3),
            _top("Trình độ lý luận chính trị", across=3),
            *(_top(text, down=2) for text in sectors),
        ),
        tuple(_top(text) for text in (*STUDY, *THEORY)),
    )
    wide = len(first) + 6 + len(sectors)
    people = given.assembly_people
    row = (Cell(),) * wide
    if people is not None:
        traits, sector = (people.traits[t] for t in TRAITS), (people.sectors[s] for s in SECTORS)
        row = tuple(_figure(n) for n in (people.seats, people.elected, *traits, *_study(people), *sector))
    return Ruled(head, (row,), (1.0,) * wide, 8)


def _pair(part: int, of: int) -> tuple[Cell, Cell]:
    return _figure(part), _share(part, of)


def _council_traits(given: Statistics) -> Ruled:
    """People and their share of the elected; for studies the share alone, as the form asks."""
    words = ["Tái cử (tỷ lệ so với số người trúng cử)" if w == "Tái cử" else w for w in TRAIT_WORDS]
    before = ("STT", "Cấp bầu cử", "Số đại biểu được bầu", "Số đại biểu trúng cử")
    head = (
        (
            *(_top(text, down=2) for text in before),
            *(_top(text, across=2) for text in words),
            _top("Trình độ chuyên môn (tỷ lệ %)", across=3),
            _top("Trình độ lý luận chính trị (tỷ lệ %)", across=3),
        ),
        (*((_top("Số người"), _top("Tỷ lệ (%)")) * len(words)), *(_top(text) for text in (*STUDY, *THEORY))),
    )
    wide = len(before) + 2 * len(words) + 6
    rows = []
    for place, name, people in _councils(given):
        cells: tuple[Cell, ...] = (Cell(),) * (wide - 2)
        if people is not None:
            traits = (cell for t in TRAITS for cell in _pair(people.traits[t], people.elected))
            study = (_share(n, people.elected) for n in _study(people))
            cells = (_figure(people.seats), _figure(people.elected), *traits, *study)
        rows.append((Cell(place, align="centre"), Cell(name), *cells))
    return Ruled(head, tuple(rows), (0.5, 1.3, *([1.0] * (wide - 2))), 8)


def _council_sectors(given: Statistics) -> Ruled:
    sectors = _sector_words("Cơ quan đảng", "UBMTTQVN") if given.official else _sector_words("Cơ quan Đảng", "UBMTQVN")
    before = ("STT", "Cấp bầu cử", "Số ĐB trúng cử" if given.official else "Số đại biểu trúng cử")
    head = (
        (*(_top(text, down=2) for text in before), *(_top(text, across=2) for text in sectors)),
        (_top("Số người"), _top("Tỷ lệ (%)")) * len(sectors),
    )
    wide = len(before) + 2 * len(sectors)
    rows = []
    for place, name, people in _councils(given):
        cells: tuple[Cell, ...] = (Cell(),) * (wide - 2)
        if people is not None:
            pairs = (cell for s in SECTORS for cell in _pair(people.sectors[s], people.elected))
            cells = (_figure(people.elected), *pairs)
        rows.append((Cell(place, align="centre"), Cell(name), *cells))
    return Ruled(head, tuple(rows), (0.5, 1.3, *([1.0] * (wide - 2))), 8)


def _councils(given: Statistics) -> tuple[tuple[str, str, Composition | None], ...]:
    return (("1", "Cấp tỉnh", given.provincial_people), ("2", "Cấp xã", given.communal_people))


def _ending(given: Statistics) -> Iterator[Block]:
    chair = ("TM. ỦY BAN BẦU CỬ", "CHỦ TỊCH", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Ủy ban bầu cử)")
    yield Together((Space(3), Columns(((), sign(chair)), (0.5, 0.5)), Space(22)))
    if given.official:
        yield Text("Ghi chú:", "note-head", keep=True)
        yield Text(AREA_NOTE, "note")
