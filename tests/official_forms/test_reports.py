"""The province's reports: Mẫu 27 while the count goes on, Mẫu 29 when all is settled."""

from __future__ import annotations

from dataclasses import replace

import counted_forms as counted
import pytest
from prescribed import docx_text

from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures
from pipeline.tally.totals import NOTHING
from pipeline.usecases.official_data import Source
from pipeline.usecases.official_forms import OfficialForm, forms_of, print_form
from pipeline.usecases.totals import AreaTotals


@pytest.fixture(scope="module")
def election() -> Election:
    return counted.election()


def text(of: OfficialForm) -> str:
    return docx_text(print_form(of, "b" * 64, "docx", trial=False, draft=True)).replace("\u00a0", " ")


def form(source: Source, number: str) -> OfficialForm:
    (found,) = forms_of(source, number)
    return found


def not_counted(election: Election, area: str, contest: str, figures: bool) -> AreaTotals:
    """An area whose ballots are not taken in; its voters may be told already."""
    whole = counted.area(election, area, contest)
    return replace(whole, result=NOTHING, open_items=1, figures=whole.figures if figures else None)


def test_both_reports_tell_the_result_of_every_level(election: Election) -> None:
    for number in ("27", "29"):
        said = text(form(counted.source(election), number))
        for words in (
            "tổng số cử tri trong danh sách 360, đã tham gia bỏ phiếu 330, đạt 91,67 %.",
            "Số đại biểu được ấn định 3; trúng cử: 3 người. Cơ cấu: nữ 1 (33,33 %)",
            "Đại biểu Hội đồng nhân dân cấp xã: bầu cử lại 0 đơn vị bầu cử, 0 khu vực bỏ phiếu; bầu cử thêm 0 đơn vị",
            "Đại biểu Quốc hội: 0 đơn vị bầu cử, 0 khu vực bỏ phiếu.",
            "- Thường trực Tỉnh ủy;",
        ):
            assert words in said, (number, words)


def test_the_preliminary_report_is_final_while_areas_are_still_counted_and_says_of_how_many_it_tells(
    election: Election,
) -> None:
    waiting = [not_counted(election, "kv3", c.id, figures=False) for c in election.contests]
    source = counted.source(election, counted.totals(election, waiting))
    early = form(source, "27")
    assert early.why == ()
    said = text(early)
    assert (
        "Đến thời điểm báo cáo (số liệu tạm tính của 2/3 khu vực bỏ phiếu đã báo cáo): tổng số cử tri trong danh sách "
        "240, đã tham gia bỏ phiếu 220, đạt 91,67 %." in said
    )
    assert "Chưa có đơn vị bầu cử nào xác định xong kết quả." in said
    assert "Đại biểu Quốc hội: chưa xác định, đang kiểm phiếu." in said
    # The commune's first unit has all of its areas.
    assert "trúng cử (tạm tính, 1/2 đơn vị bầu cử đã có kết quả): 5 người" in said
    assert not form(source, "29").final


def test_turnout_is_told_before_a_single_ballot_is_counted(election: Election) -> None:
    waiting = [not_counted(election, a.id, c.id, figures=True) for c in election.contests for a in election.areas]
    early = form(counted.source(election, counted.totals(election, waiting)), "27")
    assert early.why == ()
    assert "Đến thời điểm báo cáo: tổng số cử tri trong danh sách 360, đã tham gia bỏ phiếu 330" in text(early)


def test_a_report_names_every_section_and_figure_that_it_lacks(election: Election) -> None:
    waiting = [not_counted(election, a.id, c.id, figures=False) for c in election.contests for a in election.areas]
    given = replace(counted.particulars(election), reports={})
    bare = form(counted.source(election, counted.totals(election, waiting), given), "27")
    told = [str(m) for m in bare.why]
    assert "no voting area has reported yet; enter the figures of the first" in told
    assert any(t.startswith("the number of the report is missing; enter it on the screen 'Data of the") for t in told)
    sections = [t for t in told if t.startswith("section")]
    assert [t.split()[1] for t in sections] == [f"I.{n}" for n in range(1, 7)]  # I.7 only where there is something


def test_more_who_voted_than_are_listed_hold_the_preliminary_report_back(election: Election) -> None:
    area = counted.area(election, "kv2", "qh")
    assert isinstance(area.figures, AreaFigures)
    wrong = replace(area, figures=replace(area.figures, voted=121))
    early = form(counted.source(election, counted.totals(election, [wrong])), "27")
    assert [str(m) for m in early.why] == [
        "area kv2, contest qh: 121 voted of 120 on the list (R1); correct the figures"
    ]
