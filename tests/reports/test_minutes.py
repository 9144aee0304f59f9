"""The printed minutes against the prescribed forms: every word, every figure, and nothing that is not known."""

from __future__ import annotations

import re
import shutil
import subprocess
import unicodedata
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.errors import Problem, Refusal, together
from pipeline.messages import message, render
from pipeline.reports.fields import CandidateVotes, MinutesData, Person, faults
from pipeline.reports.minutes import DRAFT, TRIAL, Imprint, minutes_pdf
from pipeline.reports.minutes_form import blank_minutes

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")

IMPRINT = Imprint("a" * 64, "b" * 64, trial=False)
DAY = date(2026, 3, 15)
OPENING = (Person("Lê Thị Cường", "thôn Đông"), Person("Bùi Minh Sơn", "thôn Đoài"))
CLOSING = (Person("Vũ Đức Sơn", "thôn Trung"), Person("Lê Minh Hà", "thôn Đông"))
WHOLE = MinutesData(
    assembly=True,
    province="Tỉnh Hà Đông Sơn",
    commune="Xã An Phú",
    body="Quốc hội",
    body_term="XVI",
    years="",
    area="7",
    unit="2",
    scope="xã An Phú, xã Bình Lâm",
    day=DAY,
    members=(
        Person("Đinh Hồng Hải", "Ủy viên"),
        Person("Bùi Thị Nam", "Thư ký"),
        Person("Nguyễn Thị Tâm", "Tổ trưởng"),
    ),
    opened=datetime(2026, 3, 15, 7, 0),
    opening_witnesses=OPENING,
    closed=datetime(2026, 3, 15, 19, 5),
    closing_witnesses=CLOSING,
    seats=3,
    voters=1270,
    voted=1234,
    issued=1233,
    collected=1230,
    valid=1201,
    invalid=29,
    candidates=(
        CandidateVotes("Ông", "Lê Hữu Bằng", 1100),
        CandidateVotes("Bà", "Phạm Thị Thu Dung (02/09/1975)", 1024),
        CandidateVotes("Bà", "Vi Thị Khuyên (Thích Nữ Diệu Hạnh)", 0),
    ),
    incidents="",
    complaints="",
    finished=datetime(2026, 3, 16, 1, 30),
)
COUNCIL = replace(WHOLE, assembly=False, body="tỉnh Hà Đông Sơn", body_term="XIX", years="2026-2031")
BLANK = replace(
    WHOLE, province="", commune="", area="", unit="", scope="", members=(), opened=None, opening_witnesses=(),
    closed=None, closing_witnesses=(), voters=None, voted=None, issued=None, collected=None, valid=None, invalid=None,
    candidates=(), finished=None,
)  # fmt: skip


def pages_of(pdf: bytes, folder: Path) -> list[str]:
    """The text of each page in the order of printing, without the lines of the margin."""
    path = folder / "minutes.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True).stdout.decode()
    return [re.sub(r"\A.*?nhật ký \w*\n", "", page, flags=re.DOTALL) for page in out.split("\f")[:-1]]


def words(pdf: bytes, folder: Path) -> str:
    """The text on one line, with single spaces."""
    return re.sub(r"\s+", " ", " ".join(pages_of(pdf, folder)))


def squash(text: str) -> str:
    """Without spaces, single dots and bars, which differ with the line breaks of the source."""
    return re.sub(r"[\s.¦]+", "", unicodedata.normalize("NFC", text))


def prescribed(shared: Path, first: str, after: str) -> list[str]:
    """What the form prints between its blanks, in order."""
    text = (shared / "forms" / "nq40.txt").read_text(encoding="utf-8")
    start = text.index(f"\n{first}\n") + 1
    form = text[start : text.index(f"\n{after}\n", start)]
    return [piece for part in re.split(r"\.{2,}", form) if (piece := squash(part))]


def unknown_candidates(number: int) -> tuple[CandidateVotes, ...]:
    return (CandidateVotes("Ông/Bà", "", None),) * number


AS_PRESCRIBED = pytest.mark.parametrize(
    ("first", "after", "given"),
    [
        ("Mẫu số 18/HĐBC-QH", "Mẫu số 19/HĐBC-QH", replace(BLANK, candidates=unknown_candidates(5))),
        (
            "Mẫu số 23/HĐBC-HĐND",
            "Mẫu số 24/HĐBC-HĐND",
            replace(BLANK, assembly=False, body="", body_term="", years="2026-2031", candidates=unknown_candidates(3)),
        ),
    ],
    ids=["mau-18", "mau-23"],
)


@AS_PRESCRIBED
def test_a_blank_print_is_the_prescribed_form_word_for_word(
    first: str, after: str, given: MinutesData, shared: Path, tmp_path: Path
) -> None:
    pages = pages_of(minutes_pdf(given, IMPRINT, draft=True), tmp_path)
    printed = squash("".join(page.removeprefix(DRAFT) for page in pages))
    printed = printed[printed.index(squash(first) + squash("Tỉnh/Thành phố")) :]
    assert_prescribed(printed, prescribed(shared, first, after), given)


@AS_PRESCRIBED
def test_the_minutes_to_be_filled_in_by_hand_are_the_prescribed_form_but_for_more_numbers_of_members(
    first: str, after: str, given: MinutesData, shared: Path, tmp_path: Path
) -> None:
    pdf, _ = blank_minutes(given, "form", IMPRINT)
    printed = squash("".join(pages_of(pdf, tmp_path)))
    printed = printed[printed.index(squash(first) + squash("Tỉnh/Thành phố")) :]
    members = "".join(str(number) for number in range(5, 22))
    assert printed.count(members) == 1
    assert_prescribed(printed.replace(members, "5"), prescribed(shared, first, after), given)


def assert_prescribed(printed: str, pieces: list[str], given: MinutesData) -> None:
    # What a blank print fills in: the day, the seats and the number of candidates; the rest is the form.
    known = {"", "15", "3", str(len(given.candidates))}
    at = 0
    for piece in pieces:
        found = printed.find(piece, at)
        assert found >= 0, f"not printed after {printed[max(0, at - 60) : at]!r}: {piece!r}"
        assert printed[at:found] in known, f"before {piece!r}: {printed[at:found]!r} is not in the form"
        at = found + len(piece)
    assert printed[at:] == ""


def test_mau_18_says_every_figure_in_its_sentence(tmp_path: Path) -> None:
    text = words(minutes_pdf(WHOLE, IMPRINT), tmp_path)
    for sentence in (
        "Tỉnh/Thành phố: Tỉnh Hà Đông Sơn Xã/Phường/Đặc khu: Xã An Phú",
        "BIÊN BẢN KẾT QUẢ KIỂM PHIẾU BẦU CỬ ĐẠI BIỂU QUỐC HỘI KHÓA XVI CỦA TỔ BẦU CỬ",
        "Khu vực bỏ phiếu số: 7 xã/phường/đặc khu: Xã An Phú Đơn vị bầu cử đại biểu Quốc hội số: 2",
        "Gồm (1) xã An Phú, xã Bình Lâm Ngày 15 tháng 3 năm 2026, Tổ bầu cử gồm có:",
        "1. Ông/Bà Nguyễn Thị Tâm, Tổ trưởng 2. Ông/Bà Bùi Thị Nam, Thư ký 3. Ông/Bà Đinh Hồng Hải, Ủy viên",
        "Đúng 07 giờ 00 phút(2), ngày 15 tháng 3 năm 2026, trước khi thực hiện việc bỏ phiếu",
        "hai cử tri là: 1. Ông/Bà: Lê Thị Cường Nơi ở hiện nay: thôn Đông 2. Ông/Bà: Bùi Minh Sơn Nơi ở hiện nay: "
        "thôn Đoài Sau đó, Tổ bầu cử đã khóa và niêm phong hòm phiếu lại, mời cử tri bắt đầu bỏ phiếu.",
        "Đúng 19 giờ 05 phút(3), ngày 15 tháng 3 năm 2026, Tổ trưởng Tổ bầu cử tuyên bố kết thúc cuộc bầu cử",
        "- Số đại biểu Quốc hội được ấn định cho đơn vị bầu cử 3 người - Số người ứng cử: 3 người",
        "- Tổng số cử tri của khu vực bỏ phiếu: 1.270 người(4)",
        "- Số cử tri đã tham gia bỏ phiếu: 1.234 người",
        "so với tổng số cử tri: 97,17 %",
        "- Số phiếu phát ra: 1.233 phiếu - Số phiếu thu vào: 1.230 phiếu",
        "- Số phiếu hợp lệ: 1.201 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 97,64 %",
        "- Số phiếu không hợp lệ: 29 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 2,36 %",
        "như sau(5): 1. Ông Lê Hữu Bằng được 1.100 phiếu/1.201 phiếu hợp lệ",
        "2. Bà Phạm Thị Thu Dung (02/09/1975) được 1.024 phiếu/1.201 phiếu hợp lệ",
        "3. Bà Vi Thị Khuyên (Thích Nữ Diệu Hạnh) được 0 phiếu/1.201 phiếu hợp lệ",
        "hoàn thành vào hồi 01 giờ 30 phút(8), ngày 16 tháng 3 năm 2026, được lập thành 03 bản và được gửi đến Ban "
        "bầu cử đại biểu Quốc hội, Ủy ban nhân dân, Ban thường trực Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã.(9)",
    ):
        assert sentence in text, sentence


def test_mau_23_has_its_own_words_and_footnote_marks(tmp_path: Path) -> None:
    text = words(minutes_pdf(COUNCIL, IMPRINT), tmp_path)
    for sentence in (
        "BẦU CỬ ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN (1) TỈNH HÀ ĐÔNG SƠN KHÓA XIX NHIỆM KỲ 2026-2031 CỦA TỔ BẦU CỬ",
        "Đơn vị bầu cử đại biểu Hội đồng nhân dân (1) tỉnh Hà Đông Sơn số: 2 Gồm (2) xã An Phú",
        "thuộc đơn vị bầu cử đại biểu Hội đồng nhân dân (1) tỉnh Hà Đông Sơn số 2 để tiến hành việc kiểm phiếu bầu cử "
        "đại biểu Hội đồng nhân dân (1) tỉnh Hà Đông Sơn khóa XIX nhiệm kỳ 2026-2031.",
        "1. Ông/Bà Lê Thị Cường Nơi ở hiện nay: thôn Đông",
        "đã khóa và niêm phong hòm phiếu, mời cử tri",
        "cho đơn vị bầu cử: 3 người",
        "so với tổng số cử tri 97,17 %",
        "như sau: (6) 1. Ông Lê Hữu Bằng được",
        "03 bản và gửi đến Ban bầu cử đại biểu Hội đồng nhân dân (1) tỉnh Hà Đông Sơn, Ủy ban nhân dân, Ban Thường "
        "trực Ủy ban Mặt trận Tổ quốc Việt Nam cấp xã.(10)",
    ):
        assert sentence in text, sentence
    assert "và được gửi đến Ban bầu cử đại biểu Hội đồng nhân dân (1)" not in text
    assert "Ban thường trực" not in text


@pytest.mark.parametrize(
    ("unknown", "line"),
    [
        ({"voters": None}, "khu vực bỏ phiếu: ...... người"),
        ({"voters": None}, "so với tổng số cử tri: ...... %"),
        ({"voted": None}, "đã tham gia bỏ phiếu: ...... người"),
        ({"voted": None}, "so với tổng số cử tri: ...... %"),
        ({"issued": None}, "phát ra: ...... phiếu"),
        ({"collected": None}, "thu vào: ...... phiếu"),
        ({"collected": None}, "hợp lệ: 1.201 phiếu. Tỷ lệ so với tổng số phiếu thu vào: ...... %"),
        ({"valid": None}, "Số phiếu hợp lệ: ...... phiếu. Tỷ lệ so với tổng số phiếu thu vào: ...... %"),
        ({"valid": None}, "được 1.100 phiếu/...... phiếu hợp lệ"),
        ({"invalid": None}, "không hợp lệ: ...... phiếu. Tỷ lệ so với tổng số phiếu thu vào: ...... %"),
        ({"invalid": 28}, "không hợp lệ: 28 phiếu. Tỷ lệ so với tổng số phiếu thu vào: ...... %"),
        ({"candidates": (CandidateVotes("Ông", "Lê Hữu Bằng", None),)}, "Lê Hữu Bằng được ...... phiếu/1.201 phiếu"),
        ({"opened": None}, "Đúng ...... giờ ...... phút(2), ngày ...... tháng ...... năm 2026"),
        (
            {"opening_witnesses": ()},
            "1. Ông/Bà: ...... Nơi ở hiện nay: ...... 2. Ông/Bà: ...... Nơi ở hiện nay: ......",
        ),
    ],
)
def test_what_is_not_known_is_dots_and_never_a_zero(unknown: dict[str, object], line: str, tmp_path: Path) -> None:
    given = replace(WHOLE, **unknown)  # type: ignore[arg-type]
    text = words(minutes_pdf(given, IMPRINT, draft=True), tmp_path)
    assert line in text
    assert "0,00 %" not in text


def test_a_true_zero_is_printed_as_zero(tmp_path: Path) -> None:
    text = words(minutes_pdf(replace(WHOLE, valid=1230, invalid=0), IMPRINT), tmp_path)
    assert "không hợp lệ: 0 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 0,00 %" in text
    assert "phiếu hợp lệ: 1.230 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 100,00 %" in text


def test_a_share_of_nothing_is_neither_zero_nor_dots_to_fill_in(tmp_path: Path) -> None:
    none = replace(WHOLE, voted=0, issued=0, collected=0, valid=0, invalid=0)
    none = replace(none, candidates=tuple(replace(c, votes=0) for c in WHOLE.candidates))
    text = words(minutes_pdf(none, IMPRINT), tmp_path)
    assert "hợp lệ: 0 phiếu. Tỷ lệ so với tổng số phiếu thu vào: – %" in text


THREE = (*OPENING, Person("Đỗ Thị Lan", "thôn Trung"))
FAULTS = [
    ({"opening_witnesses": ()}, "exactly two witnesses at the opening, 0 are written"),
    ({"opening_witnesses": OPENING[:1]}, "exactly two witnesses at the opening, 1 are written"),
    ({"opening_witnesses": THREE}, "exactly two witnesses at the opening, 3 are written"),
    ({"closing_witnesses": CLOSING[:1]}, "exactly two witnesses at the count, 1 are written"),
    ({"closing_witnesses": THREE}, "exactly two witnesses at the count, 3 are written"),
    ({"closing_witnesses": CLOSING[:1] * 2}, "same witness 'Vũ Đức Sơn' at the count stands twice"),
    ({"closing_witnesses": (CLOSING[0], Person("Lê Hà", " "))}, "witness 'Lê Hà' at the count lacks a name or address"),
    ({"members": WHOLE.members[:2]}, "0 times the role 'Tổ trưởng'"),
    ({"members": (*WHOLE.members, Person("Vũ An", "thư ký"))}, "2 times the role 'Thư ký'"),
    ({"closed": datetime(2026, 3, 15, 6, 0)}, "15/03/2026 06:00 is not after 15/03/2026 07:00"),
    ({"finished": datetime(2026, 3, 15, 19, 0)}, "15/03/2026 19:00 is not after 15/03/2026 19:05"),
    ({"candidates": WHOLE.candidates[:1] * 2}, "2 candidates are printed as 'Lê Hữu Bằng'"),
    ({"valid": None}, "the figure valid ballots is not settled yet"),
    ({"voters": None}, "the figure voters on the list is missing"),
    ({"candidates": (CandidateVotes("Ông", "Lê An", None),)}, "the votes for Lê An are not settled yet"),
    ({"objections": (message("12 sheets wait"),)}, "12 sheets wait"),
]


@pytest.mark.parametrize(("fault", "sentence"), FAULTS)
def test_final_minutes_with_a_fault_are_refused_and_name_it(fault: dict[str, object], sentence: str) -> None:
    with pytest.raises(Refusal) as refused:
        minutes_pdf(replace(WHOLE, **fault), IMPRINT)  # type: ignore[arg-type]
    assert [p.code for p in refused.value.problems] == ["minutes-incomplete"]
    assert sentence in str(refused.value)


@pytest.mark.parametrize("fault", [fault for fault, _ in FAULTS])
def test_a_draft_says_on_every_page_that_it_is_none_to_sign_and_why(fault: dict[str, object], tmp_path: Path) -> None:
    given = replace(WHOLE, **fault)  # type: ignore[arg-type]
    pdf = minutes_pdf(given, IMPRINT, draft=True)
    pages = pages_of(pdf, tmp_path)
    assert all(page.startswith(DRAFT) for page in pages)
    (why,) = faults(given)
    assert squash(render(why, "vi")) in squash(pages[0])


def test_every_field_that_the_form_asks_for_holds_the_final_minutes_back() -> None:
    needed = [f.name for f in fields(MinutesData) if getattr(BLANK, f.name) in (None, ())]
    for name in needed:
        if name != "objections":
            assert faults(replace(WHOLE, **{name: getattr(BLANK, name)})), name


def test_final_minutes_do_not_say_draft_and_a_trial_says_so(tmp_path: Path) -> None:
    assert faults(WHOLE) == ()
    final = pages_of(minutes_pdf(WHOLE, IMPRINT, draft=True), tmp_path)
    assert DRAFT not in "".join(final)
    trial = pages_of(minutes_pdf(WHOLE, replace(IMPRINT, trial=True)), tmp_path)
    assert all(page.startswith(TRIAL) for page in trial)


def test_nobody_declares_for_the_team_that_nothing_happened(tmp_path: Path) -> None:
    text = words(minutes_pdf(WHOLE, IMPRINT), tmp_path)
    assert "Không có" not in text
    assert "tố cáo sau đây: (6) Những vấn đề" in text
    declared = replace(WHOLE, incidents="Không có", complaints="Mất điện lúc 20 giờ.\nĐã báo <Ban> & ghi lại.")
    text = words(minutes_pdf(declared, IMPRINT), tmp_path)
    assert "tố cáo sau đây: (6) Không có Những vấn đề" in text
    assert "và kiến nghị: (7) Mất điện lúc 20 giờ. Đã báo <Ban> & ghi lại. Biên bản này" in text


def test_letters_that_came_decomposed_are_printed_composed(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Thị Ngọc Ước")
    given = replace(WHOLE, candidates=(CandidateVotes("Bà", name, 5),))
    assert "1. Bà Nguyễn Thị Ngọc Ước được 5 phiếu" in words(minutes_pdf(given, IMPRINT), tmp_path)


def many(number: int, name: str = "Nguyễn Văn An {n}") -> MinutesData:
    votes = tuple(CandidateVotes("Ông", name.format(n=n), n) for n in range(1, number + 1))
    return replace(COUNCIL, candidates=votes)


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 18, 25, 60])
def test_pages_are_numbered_and_no_heading_or_signature_stands_alone(number: int, tmp_path: Path) -> None:
    pdf = minutes_pdf(many(number), IMPRINT)
    path = tmp_path / "whole.pdf"
    path.write_bytes(pdf)
    raw = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True).stdout.decode()
    whole = raw.split("\f")[:-1]
    for n, page in enumerate(whole, start=1):
        assert "Mẫu số 23/HĐBC-HĐND · HĐND tỉnh Hà Đông Sơn · Đơn vị bầu cử số 2\n" in page
        assert f"Xã An Phú · Khu vực bỏ phiếu số 7 · Trang {n}/{len(whole)}\n" in page
    pages = [page.strip() for page in pages_of(pdf, tmp_path)]
    for page in pages[:-1]:
        assert not page.endswith((":", "(6)", "Không có"))
    (signed,) = [page for page in pages if "TM. TỔ BẦU CỬ" in page]
    assert "Biên bản này được hoàn thành" in signed
    assert "CỬ TRI THỨ HAI" in signed
    lists = [page for page in pages if re.search(r"^\d+\. Ông Nguyễn Văn An", page, re.MULTILINE)]
    for page in lists:
        assert len(re.findall(r"^\d+\. Ông Nguyễn Văn An \d+ được", page, re.MULTILINE)) >= min(number, 2)
    assert sum(page.count(". Ông Nguyễn Văn An ") for page in pages) == number


@pytest.mark.parametrize("name", ["Công Tằng Tôn Nữ Thị Ngọc Phương Thanh " * 6 + "{n}", "H" * 180 + "{n}"])
def test_the_longest_names_stay_between_the_margins(name: str, tmp_path: Path) -> None:
    given = replace(many(3, name), province="Tỉnh " + name, commune="Xã " + name, body="xã " + name, scope=name * 4)
    given = replace(given, opening_witnesses=(Person(name, name), OPENING[1]))
    path = tmp_path / "long.pdf"
    path.write_bytes(minutes_pdf(given, IMPRINT))
    out = subprocess.run(["pdftotext", "-bbox", str(path), "-"], check=True, capture_output=True).stdout.decode()
    boxes = [(float(a), float(b)) for a, b in re.findall(r'<word xMin="([\d.]+)".*?xMax="([\d.]+)"', out)]
    assert len(boxes) > 300
    assert min(left for left, _ in boxes) > 70
    assert max(right for _, right in boxes) < 595.3 - 45


def test_the_same_figures_give_the_same_bytes() -> None:
    assert minutes_pdf(COUNCIL, IMPRINT) == minutes_pdf(COUNCIL, IMPRINT)


def test_an_open_count_is_told_in_one_sentence_and_the_figures_of_the_paper_in_another() -> None:
    told = [str(m) for m in faults(replace(BLANK, candidates=WHOLE.candidates, objections=(message("12 wait"),)))]
    assert told[0] == "12 wait"
    assert len(told) == 2
    assert "voters on the list, voters who voted" in told[1]
    assert "time of opening" in render(faults(BLANK)[0], "en")
    assert "giờ" in render(faults(BLANK)[0], "vi").casefold()  # every label in the reader's language


def test_the_same_fault_of_many_minutes_is_told_once_with_its_places() -> None:
    def at(place: str, what: str) -> Problem:
        return Problem("minutes-incomplete", place, message("{what} is missing", what=what))

    found = together([at("A", "x"), at("A", "y"), at("B", "x"), at("B", "x")])
    assert [(p.place, str(p.text)) for p in found] == [("A; B", "x is missing"), ("A", "y is missing")]
    (many,) = together([at(str(n), "x") for n in range(25)])
    assert many.place.endswith("19; … (+5)")
