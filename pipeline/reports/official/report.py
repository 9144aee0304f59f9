"""The two reports of a province to the National Election Council, word for word: Mẫu 27/HĐBC and Mẫu 29/HĐBC.

Part II is filled from the count, the others with what the committee wrote. Both name the form of their attached
statistics wrongly (26 for 28, 31 for 30), as the resolution prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.reports.blocks import national_head, sign
from pipeline.reports.official.report_fields import Report
from pipeline.reports.official.report_text import annulled_text, extra_text, people_text, turnout_text
from pipeline.reports.paper import Blanks, Block, Columns, Paper, Space, Text, Together
from pipeline.reports.words import DOTS, bare, day_text, put

_COUNCILS = "đại biểu Hội đồng nhân dân các cấp"
_RESULTS = (
    "1. Kết quả bầu cử đại biểu Quốc hội về số lượng, cơ cấu, thành phần, trình độ của người trúng cử.",
    f"2. Kết quả bầu cử {_COUNCILS} về số lượng, cơ cấu, thành phần, trình độ của người trúng cử.",
    "3. Số đơn vị bầu cử, khu vực bỏ phiếu phải tổ chức bầu cử lại do có dưới 50% tổng số cử tri trong danh sách tham "
    "gia bỏ phiếu; số đơn vị bầu cử, khu vực bỏ phiếu phải tổ chức bầu cử thêm do bầu không đủ số lượng đại biểu được "
    "ấn định.",
    "4. Số đơn vị bầu cử, khu vực bỏ phiếu bị hủy kết quả bầu cử do vi phạm pháp luật nghiêm trọng.",
)
_PRELIMINARY = (
    "1. Việc tổ chức khai mạc bầu cử.",
    "2. Diễn biến cuộc bầu cử; tiến độ cử tri tham gia bỏ phiếu.",
    "3. Không khí ngày bầu cử, dư luận trong Nhân dân về cuộc bầu cử và những người ứng cử.",
    "4. Những thuận lợi, khó khăn về giao thông, thông tin liên lạc, thời tiết ảnh hưởng đến việc bầu cử.",
    "5. Tình hình an ninh chính trị và trật tự, an toàn xã hội trong quá trình diễn ra cuộc bầu cử.",
    "6. Các điều kiện cơ sở vật chất - kỹ thuật phục vụ cho cuộc bầu cử.",
    "7. Những tình huống phát sinh cần xin ý kiến chỉ đạo giải quyết (nếu có).",
)
_FINAL = (
    "1. Việc ban hành các văn bản chỉ đạo, hướng dẫn.",
    "2. Việc thành lập các tổ chức phụ trách bầu cử, xác định và ấn định số đơn vị bầu cử, số đại biểu được bầu ở mỗi "
    f"đơn vị bầu cử đại biểu Quốc hội và {_COUNCILS}.",
    "3. Việc tuyên truyền, vận động trong Nhân dân về cuộc bầu cử; thực hiện chế độ thông tin, báo cáo đối với cuộc "
    "bầu cử; công tác hiệp thương; việc tập huấn nghiệp vụ công tác tổ chức bầu cử cho các thành viên tổ chức phụ "
    "trách bầu cử.",
    "4. Việc lập và niêm yết danh sách cử tri, danh sách người ứng cử, tổ chức tiếp xúc cử tri, vận động bầu cử của "
    f"những người ứng cử đại biểu Quốc hội và {_COUNCILS}.",
    "5. Công tác giám sát, giải quyết khiếu nại, tố cáo có liên quan đến cuộc bầu cử.",
    "6. Công tác bảo đảm an ninh chính trị và trật tự, an toàn xã hội.",
    "7. Về kinh phí và cơ sở vật chất - kỹ thuật cho cuộc bầu cử.",
    "8. Những việc quan trọng xảy ra và kết quả giải quyết.",
)
_JUDGED = ("1. Ưu điểm và kết quả đạt được.", "2. Tồn tại, hạn chế và nguyên nhân.")
_ASKED = ("1. Đề xuất.", "2. Kiến nghị.")


def report_paper(given: Report) -> Paper:
    """The whole report, with dotted lines for what is not known."""
    return Paper(
        number=given.number,
        title="Báo cáo tổng kết cuộc bầu cử" if given.final else "Báo cáo tình hình và kết quả sơ bộ cuộc bầu cử",
        blocks=(
            Text(given.number, "number"),
            *_head(given),
            Space(3),
            *_title(given),
            Space(2),
            Text("Kính gửi: Hội đồng bầu cử quốc gia", "place"),
            Space(2),
            *(_final(given) if given.final else _preliminary(given)),
            *_ending(given),
        ),
        feet=(given.number, f"Ủy ban bầu cử {given.province}"),
    )


def _preliminary(given: Report) -> Iterator[Block]:
    yield from _part(given, "I", "KHÁI QUÁT TÌNH HÌNH THỰC HIỆN TRONG NGÀY BẦU CỬ", _PRELIMINARY)
    yield from _results(given, "II. KẾT QUẢ SƠ BỘ CUỘC BẦU CỬ")


def _final(given: Report) -> Iterator[Block]:
    yield from _part(given, "I", "TÌNH HÌNH TRIỂN KHAI VÀ TỔ CHỨC THỰC HIỆN", _FINAL)
    yield from _results(given, "II. KẾT QUẢ CUỘC BẦU CỬ")
    yield from _part(given, "III", "ĐÁNH GIÁ CHUNG", _JUDGED)
    yield from _part(given, "IV", "ĐỀ XUẤT, KIẾN NGHỊ", _ASKED)


def _head(given: Report) -> Iterator[Block]:
    name = f"TỈNH/{'' if given.final else ' '}THÀNH PHỐ {put(bare(given.province).upper())}"
    yield national_head((Text("ỦY BAN BẦU CỬ", "head"), Text(name, "head"), Text("-------", "rule")))
    number = Text(f"Số: {put(given.letter)}/BC-UBBC", "sign-note")
    place = Text(f"{put(bare(given.place))}, {day_text(given.signed, given.year)}", "place")
    yield Columns(((number,), (place,)), (0.4, 0.6))


def _title(given: Report) -> tuple[Text, ...]:
    years = put(given.years)
    head = Text("BÁO CÁO", "title", keep=True)
    if given.final:
        return (
            head,
            Text(f"Tổng kết cuộc bầu cử đại biểu Quốc hội khóa {put(given.term)}", "title", keep=True),
            Text(f"và {_COUNCILS} nhiệm kỳ {years}", "title"),
        )
    what = f"Tình hình và kết quả sơ bộ cuộc bầu cử đại biểu Quốc hội khóa {put(given.term)}"
    return (head, Text(f"{what} và {_COUNCILS} nhiệm kỳ {years}", "title"))


def _part(given: Report, number: str, title: str, items: tuple[str, ...]) -> Iterator[Block]:
    yield Text(f"{number}. {title}", "section", keep=True)
    for n, asks in enumerate(items, start=1):
        part = f"{number}.{n}"
        said = put(given.parts[part]) if given.parts.get(part, "").strip() else ""
        if asks.endswith("(nếu có).") and given.letter and not said:
            said = "–"
        figures = turnout_text(given) if part == "I.2" and not given.final else ""
        yield from _answered(asks, *filter(None, (said, figures)))


def _answered(asks: str, *said: str) -> tuple[Block, ...]:
    opens = Text(asks, "body", keep=True)
    return (opens, *(Text(text) for text in said)) if said else (Together((opens, Blanks(2))),)


def _results(given: Report, title: str) -> Iterator[Block]:
    said = (
        tuple(filter(None, (people_text(given, "assembly"),))),
        tuple(filter(None, (people_text(given, "provincial"), people_text(given, "communal")))),
        tuple(filter(None, (extra_text(given),))),
        tuple(filter(None, (annulled_text(given),))),
    )
    yield Text(title, "section", keep=True)
    for asks, texts in zip(_RESULTS, said, strict=True):
        yield from _answered(asks, *texts)


def _ending(given: Report) -> Iterator[Block]:
    term, years = put(given.term), put(given.years)
    province = f"Ủy ban bầu cử tỉnh/thành phố {put(bare(given.province))} trân trọng báo cáo Hội đồng bầu cử quốc gia."
    elections = f"đại biểu Quốc hội khóa {term} và {_COUNCILS} nhiệm kỳ {years}"
    if given.final:
        yield Text(
            f"Trên đây là Báo cáo tổng kết thực hiện công tác bầu cử {elections} (có kèm theo Biểu thống kê chính thức "
            f"kết quả bầu cử theo Mẫu số 31/HĐBC), {province}"
        )
    else:
        yield Text(
            f"Trên đây là Báo cáo tình hình và kết quả sơ bộ của cuộc bầu cử {elections} (có kèm theo Biểu thống kê sơ "
            f"bộ kết quả bầu cử theo Mẫu số 26/HĐBC), {province}"
        )
    more = given.recipients or (() if given.letter else ("",))
    to = (
        Text("<b>Nơi nhận:</b>", "note"),
        *(Text(line, "note") for line in ("- Như trên;", "- Văn phòng Hội đồng bầu cử quốc gia;", "- Bộ Nội vụ;")),
        *(Text(f"- {put(one)};" if one else f"-{DOTS};", "note") for one in more),
        Text("- Lưu: VT.", "note"),
    )
    chair = ("TM. ỦY BAN BẦU CỬ", "CHỦ TỊCH", "(Ký, ghi rõ họ và tên,<br/>đóng dấu của Ủy ban bầu cử)")
    yield Together((Space(3), Columns((to, sign(chair)), (0.5, 0.5)), Space(22)))
