"""From totals and particulars to the forms of every level: what they say, and what holds them back."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import counted_forms as counted
import pytest
from prescribed import docx_text

from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.messages import render
from pipeline.reports.official.fields import UnitCount, lacking_count
from pipeline.reports.paper import DRAFT, TRIAL
from pipeline.usecases.official_data import Source
from pipeline.usecases.official_forms import CONGRESS, NUMBERS, OfficialForm, forms_of, print_form
from pipeline.usecases.particulars import Particulars


@pytest.fixture(scope="module")
def election() -> Election:
    return counted.election()


def form(source: Source, number: str, key: str) -> OfficialForm:
    (found,) = [f for f in forms_of(source) if (f.number, f.key) == (number, key)]
    return found


def text(of: OfficialForm, *, draft: bool = False, trial: bool = False) -> str:
    return docx_text(print_form(of, "b" * 64, "docx", trial=trial, draft=draft)).replace("\u00a0", " ")


def why(of: OfficialForm) -> str:
    return "\n".join(str(m) for m in of.why)


def test_a_whole_count_fills_every_form_and_all_are_final(election: Election) -> None:
    forms = forms_of(counted.source(election))
    assert [f"{f.number} {f.key}: {why(f)}" for f in forms if f.why] == []
    assert list(dict.fromkeys(f.number for f in forms)) == [n for n in NUMBERS if n != CONGRESS]
    assert len(forms) == 9 + 3 + 4 + 1 + 3 + 2 + 2 + 2
    assert len({f.file("pdf") for f in forms}) == len(forms)


def test_mau_19_adds_its_areas_by_communes_and_names_the_elected_by_votes(election: Election) -> None:
    said = text(form(counted.source(election), "19", "qh-1"))
    for words in (
        "Theo Nghị quyết số: 1890/NQ-HĐBCQG ngày 28 tháng 11 năm 2025 của Hội đồng bầu cử quốc gia",
        "- Tổng số cử tri của đơn vị bầu cử: 360 người.",
        "- Số cử tri đã tham gia bỏ phiếu: 330 người.",
        "đơn vị bầu cử: 91,67 %",
        "- Số phiếu phát ra: 330 phiếu. - Số phiếu thu vào: 315 phiếu.",
        "- Số phiếu hợp lệ: 300 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 95,24 %",
        "- Số phiếu không hợp lệ: 15 phiếu. Tỷ lệ so với tổng số phiếu thu vào: 4,76 %",
        "Xã An Phú 3 270 267 264 60 60",
        "Tổng cộng: 3 270 267 264 60 60",
        "90,00 % 89,00 % 88,00 % 20,00 % 20,00 %",
        "1. Ông Lê Hữu Bằng số phiếu: 270 đạt: 90,00 % so với tổng số phiếu hợp lệ.",
        "là 3 đại biểu, nay đã bầu được 3 đại biểu, còn thiếu 0 đại biểu. (7) –",
    ):
        assert words in said, words


def test_mau_32_adds_the_ballots_of_all_levels(election: Election) -> None:
    said = text(form(counted.source(election), "32", "kv1"))
    for words in (
        "Vào hồi 19 giờ 00, ngày 15 tháng 3 năm 2026",
        "1. Số phiếu Tổ bầu cử đã nhận về là: 450 phiếu Trong đó: Phiếu bầu cử đại biểu Quốc hội là: 150 phiếu",
        "2. Số phiếu phát ra là: 330 phiếu",
        "3. Số phiếu cử tri đổi do gạch hỏng là: 6 phiếu",
        "4. Số phiếu còn lại không sử dụng đến là: 114 phiếu",
    ):
        assert words in said, words


def test_lists_of_the_elected_stand_by_the_alphabet_and_summaries_by_votes(election: Election) -> None:
    source = counted.source(election)
    of_unit, of_list = text(form(source, "24", "xa-1")), text(form(source, "26", "xa"))
    by_votes = ["Bùi Thị An", "Cao Bá Chiến", "Dương Văn Đạt", "Hà Thị Hồng Gấm", "Ngô Quốc Hưng"]
    assert [of_unit.rindex(f"{n}. {t} {name} số phiếu") > 0 for n, (t, name) in enumerate(
        zip(("Bà", "Ông", "Ông", "Bà", "Ông"), by_votes, strict=True), start=1
    )] == [True] * 5  # fmt: skip
    by_letter = ["Bùi Thị An", "Cao Bá Chiến", "Dương Văn Đạt", "Hà Thị Hồng Gấm", "Bạch Văn Hải", "Bạch Văn Hảo",
                 "Ngô Quốc Hưng", "Đinh Thị Lan"]  # fmt: skip
    places = [of_list.index(name) for name in by_letter]
    assert places == sorted(places)
    assert "Tổng số người trúng cử trong danh sách này là: 8 người." in of_list


def test_statistics_count_people_by_what_their_dossiers_tell(election: Election) -> None:
    said = text(form(counted.source(election), "30", election.id))
    assert "I ĐẠI BIỂU QUỐC HỘI 360 330 91,67 1 0 0 0 0 0 0 3 0 0 0 0 330 315 95,45 300 95,24" in said
    given = counted.particulars(election)
    missing = {k: d for k, d in given.dossiers.items() if k != "qh-1-1"}
    held = form(counted.source(election, given=replace(given, dossiers=missing)), "30", election.id)
    assert why(held) == (
        "Lê Hữu Bằng: the dossier is missing; enter it on the screen 'Data of the forms' or by 'kiemphieu "
        "particulars'\n"
        "National Assembly: who was elected is not described; enter the dossiers"
    )


def test_an_open_area_holds_back_every_form_above_it_and_nothing_else(election: Election) -> None:
    waiting = replace(counted.area(election, "kv3", "xa"), open_items=2)
    forms = forms_of(counted.source(election, counted.totals(election, [waiting])))
    held = {(f.number, f.key) for f in forms if f.why}
    assert held == {
        ("23", "kv3-xa"), ("24", "xa-2"), ("25", "xa"), ("26", "xa"), ("28", election.id), ("29", election.id),
        ("30", election.id),
    }  # fmt: skip
    (unit,) = [f for f in forms if (f.number, f.key) == ("24", "xa-2")]
    assert "the count minutes of 1 areas are not final (kv3); finish them" in why(unit)
    said = text(unit, draft=True)
    assert DRAFT in said
    assert "- Số phiếu thu vào: ...... phiếu" in said


def test_without_particulars_a_form_names_everything_that_it_lacks(election: Election) -> None:
    held = form(counted.source(election, given=Particulars()), "19", "qh-1")
    with pytest.raises(Refusal) as refused:
        print_form(held, "", "pdf", trial=False, draft=False)
    assert {p.code for p in refused.value.problems} == {"form-incomplete"}
    for words in (
        "time of the meeting",
        "members at the meeting",
        "the resolution that sets the seats",
        "the incidents",
    ):
        assert any(words in str(p) for p in refused.value.problems), words


def test_a_council_with_too_few_elected_waits_for_the_extra_election(election: Election) -> None:
    source = counted.source(election, counted.totals(election, winners={"tinh": 2}))
    held = form(source, "25", "tinh")
    assert why(held).startswith("unit 4 votes again or elects more; take in its file of results, or give its count")
    said = text(held, draft=True)
    assert "phải tổ chức bầu cử thêm gồm (9): Đơn vị bầu cử số 4" in said
    unit = text(form(source, "24", "tinh-4"))
    assert "nay đã bầu được 2 đại biểu, còn thiếu 2 đại biểu. (7) Vì số người trúng cử đại biểu Hội đồng" in unit
    enough = counted.source(election, counted.totals(election, winners={"tinh": 3}))
    assert form(enough, "25", "tinh").final


def test_a_unit_without_turnout_says_that_its_election_is_void(election: Election) -> None:
    areas = [counted.area(election, a.id, "tinh") for a in election.areas]
    low = [replace(a, figures=replace(a.figures, voters=300)) for a in areas]  # type: ignore[type-var]
    source = counted.source(election, counted.totals(election, low))
    said = text(form(source, "24", "tinh-4"))
    assert "(5) Vì số cử tri đi bỏ phiếu chưa đạt quá một nửa tổng số cử tri" in said
    assert (
        "đã trúng cử đại biểu Hội đồng nhân dân (1) tỉnh Hà Đông Sơn khóa XIX, nhiệm kỳ 2026-2031(6): Không có." in said
    )
    assert "phải tổ chức bầu cử lại gồm (5): Đơn vị bầu cử số 4" in text(form(source, "25", "tinh"), draft=True)


def test_every_page_carries_digest_log_and_trial_and_the_digest_changes_with_a_figure(election: Election) -> None:
    source = counted.source(election)
    one = form(source, "20", "qh")
    parts = zipfile.ZipFile(io.BytesIO(print_form(one, "b" * 64, "docx", trial=True, draft=False)))
    feet = "".join(parts.read(n).decode() for n in parts.namelist() if "footer" in n or "header" in n)
    assert f"SHA-256 {one.digest[:32]}" in feet
    assert f"nhật ký {'b' * 16}" in feet
    assert TRIAL in feet
    more = counted.area(election, "kv1", "qh")
    assert more.figures is not None
    changed = replace(more, figures=replace(more.figures, voted=111))
    assert form(counted.source(election, counted.totals(election, [changed])), "20", "qh").digest != one.digest


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_the_same_figures_give_the_same_bytes(kind: str, election: Election) -> None:
    one, again = (form(counted.source(election), "25", "xa") for _ in range(2))
    first = print_form(one, "b" * 64, kind, trial=False, draft=False)  # type: ignore[arg-type]
    assert first == print_form(again, "b" * 64, kind, trial=False, draft=False)  # type: ignore[arg-type]


def test_a_form_that_the_count_does_not_fill_is_refused(election: Election) -> None:
    source = counted.source(election)
    assert {f.number for f in forms_of(source, "24")} == {"24"}
    with pytest.raises(Refusal, match="this count fills no form '22'; leave --form out"):
        forms_of(source, "22")


def test_everything_that_is_lacking_is_told_in_vietnamese(election: Election) -> None:
    for one in forms_of(counted.source(election, given=Particulars())):
        for reason in one.why:
            assert "{" not in render(reason, "vi")
            assert render(reason, "vi") != render(reason, "en"), reason


def test_figures_that_do_not_add_up_are_never_final() -> None:
    def told(**changed: int) -> list[str]:
        whole = UnitCount(voters=12, voted=11, issued=11, collected=10, valid=8, invalid=2)
        return [str(m) for m in lacking_count(replace(whole, **changed))]

    assert told() == []
    assert told(invalid=0) == ["rule R6 does not hold: 8 valid + 0 invalid ballots are not the 10 collected"]
