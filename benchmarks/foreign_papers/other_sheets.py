"""Papers that are no ballots of a state: a vote of shareholders, an examination, a survey, an association's ballot."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.foreign_papers.typesetting import Paper, Says, Typesetter, logo

RESOLUTIONS = (
    "Báo cáo của Hội đồng quản trị|Báo cáo tài chính đã kiểm toán|Phương án phân phối lợi nhuận|"
    "Kế hoạch kinh doanh năm tới|Thù lao Hội đồng quản trị|Lựa chọn công ty kiểm toán|Sửa đổi Điều lệ công ty|"
    "Phát hành cổ phiếu ESOP|Miễn nhiệm thành viên HĐQT|Bầu bổ sung Ban kiểm soát|Thay đổi trụ sở chính|Vấn đề khác"
)


SHAREHOLDERS_ANSWERS = ("Đồng ý", "Không đồng ý", "Không có ý kiến")


def shareholders() -> Paper:
    """A table of resolutions whose empty cells are marked."""
    page = Typesetter("sh")
    rows = "".join(
        f"<tr><td class=n>{i}</td><td class=q>{resolution}</td>"
        + "".join(f"<td class=a {page.next_id(Says(a, '', resolution, str(i)))}></td>" for a in SHAREHOLDERS_ANSWERS)
        + "</tr>"
        for i, resolution in enumerate(RESOLUTIONS.split("|"), 1)
    )
    style = """
        body{font-family:'Liberation Serif';padding:15mm 18mm}
        table{border-collapse:collapse;width:174mm;margin-top:5mm}
        td,th{border:.2mm solid #000;height:9mm;font-size:12pt;padding:0 2mm}
        th{background:#e6e6e6;font-size:11pt}.a{width:24mm}.n{text-align:center;width:10mm}"""
    body = (
        f"<div style='display:flex;gap:5mm;align-items:center'>{logo('#369', 16)}<div><b>CÔNG TY CỔ PHẦN SÔNG HỒNG</b>"
        "<br>Đại hội đồng cổ đông thường niên</div></div><h2 style='text-align:center'>PHIẾU BIỂU QUYẾT</h2>"
        "<p>Mã cổ đông: SH-00412 &nbsp; Số cổ phần: 12.500</p><table><tr><th>STT</th><th>Nội dung</th>"
        f"{''.join(f'<th>{answer}</th>' for answer in SHAREHOLDERS_ANSWERS)}</tr>{rows}</table>"
        "<p style='text-align:right;margin-top:8mm'>Chữ ký của cổ đông</p>"
    )
    return Paper("sh", (210, 297), style, body)


def examination() -> Paper:
    """Sixty questions with five circles each, a letter in every circle."""
    page = Typesetter("exam")

    def question(number: int) -> str:
        circles = "".join(page.target("o", Says(x, "", str(number)), x) for x in "ABCDE")
        return f"<div class=r><b>{number}</b>{circles}</div>"

    columns = "".join(
        "<div class=col>" + "".join(question(15 * column + i) for i in range(1, 16)) + "</div>" for column in range(4)
    )
    style = """
        body{font-family:'Liberation Sans';padding:14mm 12mm}
        .cols{display:flex;justify-content:space-between;border:.4mm solid #c2477f;padding:4mm}
        .r{display:flex;align-items:center;gap:1.6mm;height:9.6mm;font-size:9pt}
        .r b{width:7mm;text-align:right;margin-right:1mm}
        .o{width:4.8mm;height:4.8mm;border:.2mm solid #c2477f;color:#c2477f;border-radius:50%;font-size:7pt;
        text-align:center;line-height:4.6mm}"""
    dots = "." * 56
    body = (
        "<h2 style='margin:0'>ANSWER SHEET · Mathematics, Grade 12</h2><p style='font-size:9pt'>"
        f"Name: {dots} &nbsp; Class: .............. &nbsp; Date: ..............<br>Fill in one circle for each "
        f"question completely. Use a soft pencil.</p><div class=cols>{columns}</div>"
    )
    return Paper("exam", (210, 297), style, body)


SURVEY_STYLE = """
    body{font-family:'DejaVu Sans';font-size:9pt;padding:16mm 18mm;color:#222}
    .b{display:inline-block;width:3mm;height:3mm;border:.25mm solid #333;vertical-align:-.3mm;margin-right:1.5mm}
    .c{display:inline-block;width:3.4mm;height:3.4mm;border:.2mm solid #777;border-radius:50%}
    .os{display:grid;grid-template-columns:1fr 1fr;row-gap:2.6mm}.os .c{margin-right:1.5mm;vertical-align:-.4mm}
    table{border-collapse:collapse;margin-top:3mm;width:170mm}
    td,th{font-size:8pt;text-align:center;height:8mm;border-bottom:.15mm solid #aaa}td.q{text-align:left;width:80mm}
    tr:nth-child(even){background:#eee}.qq{margin:5mm 0 2mm}"""


DEGREES = ("fully", "rather", "partly", "hardly", "not")


def survey() -> Paper:
    """Small squares, small circles and a table of circles over striped rows."""
    page = Typesetter("survey")

    def question(text: str, answers: Sequence[str], shape: str) -> str:
        given = "".join(
            f"<label>{page.target(shape, Says(answer.rstrip(' .:'), '', text))} {answer}</label>" for answer in answers
        )
        return f"<p class=qq><b>{text}</b></p><div class=os>{given}</div>"

    lines = ("Line 1", "Line 2", "Line 3 (airport)", "Line 4", "Night bus", "Ferry", "Tram", "None of these")
    reasons = ("Work", "School", "Shopping", "Doctor", "Friends", "Other: ................")
    statements = (
        "The bus comes on time", "The driver is friendly", "The seats are clean", "The stop is near my home",
        "Tickets are cheap enough", "I feel safe at night",
    )  # fmt: skip
    questions = (
        question("1. How old are you?", ("under 18", "18 to 30", "31 to 45", "46 to 60", "61 to 75", "over 75"), "c")
        + question("2. Which lines do you use? (several answers)", lines, "b")
        + question("3. Why do you travel?", reasons, "b")
    )
    rows = "".join(
        f"<tr><td class=q>{statement}</td>"
        + "".join(
            f"<td>{page.target('c', Says(degree, '', statement, '4. How far do you agree?'))}</td>"
            for degree in DEGREES
        )
        + "</tr>"
        for statement in statements
    )
    body = (
        f"<div style='display:flex;justify-content:space-between'><h2 style='margin:0'>Passenger survey</h2>"
        f"{logo('#888', 12)}</div><p>Please tick what applies to you.</p>{questions}"
        "<p class=qq><b>4. How far do you agree?</b></p><table><tr><th></th>"
        f"{''.join(f'<th>{degree}</th>' for degree in DEGREES)}</tr>{rows}</table>"
        "<p class=qq><b>5. What would you like to tell us?</b></p>"
        "<div style='border:.2mm solid #888;height:35mm'></div>"
    )
    return Paper("survey", (210, 297), SURVEY_STYLE, body)


def association() -> Paper:
    """A Vietnamese association's ballot: two columns of names, of which some are struck out."""
    page = Typesetter("vn2")

    def name(number: int) -> str:
        title, called = page.one_of("Ông", "Bà"), page.vietnamese()
        says = Says(called, f"{number}. {title}")
        return f"<div class=r>{number}. <span {page.next_id(says)}>{title} {called}</span></div>"

    columns = [f"<div class=col>{''.join(name(9 * c + i) for i in range(1, 10))}</div>" for c in range(2)]
    style = """
        body{font-family:'Liberation Serif';padding:18mm 20mm;font-size:14pt}
        .cols{display:flex;gap:8mm;margin-top:8mm}.col{width:81mm}.r{height:14mm}
        .d{border:.2mm dashed #555;width:38mm;height:34mm;font-size:9pt;text-align:center;padding-top:3mm;
        position:absolute;left:20mm;top:40mm}"""
    body = (
        "<div style='display:flex;justify-content:space-between;text-align:center;font-size:12pt'><div>HỘI NÔNG DÂN"
        "<br><b>HUYỆN AN LẠC</b></div><div><b>ĐẠI HỘI LẦN THỨ XII</b><br>Ngày 12 tháng 5 năm 2026</div></div>"
        "<div class=d>Vị trí đóng dấu</div><div style='text-align:center;margin-top:22mm'><b style='font-size:18pt'>"
        "PHIẾU BẦU</b><br><b>BAN CHẤP HÀNH NHIỆM KỲ 2026 - 2031</b><br><i>Số lượng bầu: 13 người. Gạch ngang họ và "
        f"tên người không tín nhiệm.</i></div><div class=cols>{''.join(columns)}</div>"
        "<p style='position:absolute;left:20mm;top:262mm;font-size:11pt'>"
        "<i>Phiếu không có dấu là phiếu không hợp lệ.</i></p>"
    )
    return Paper("vn2", (210, 297), style, body, "strike", "PHIẾU BẦU BAN CHẤP HÀNH NHIỆM KỲ 2026 - 2031")
