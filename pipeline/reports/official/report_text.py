"""Part II of Mẫu 27 and 29 in sentences: turnout, who was elected, what must be voted on again, what was annulled.

The resolution prescribes the headings alone; the sentences are ours, with the columns of Mẫu 28 and 30.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.reports.figures_text import whole
from pipeline.reports.official.report_fields import LevelReport, Report
from pipeline.reports.official.statistics_fields import SECTORS, TRAITS, Composition
from pipeline.reports.words import FIRM, share

NAMES: Mapping[str, str] = {
    "assembly": "Đại biểu Quốc hội",
    "provincial": "Đại biểu Hội đồng nhân dân cấp tỉnh",
    "communal": "Đại biểu Hội đồng nhân dân cấp xã",
}
_TRAITS = ("nữ", "dân tộc thiểu số", "trẻ tuổi (dưới 40 tuổi)", "ngoài Đảng", "tái cử", "tôn giáo", "tự ứng cử")
_SECTORS = (
    "cơ quan đảng", "chính quyền", "Mặt trận Tổ quốc và tổ chức thành viên", "Tòa án nhân dân",
    "Viện kiểm sát nhân dân", "Quân đội, Công an", "cơ quan, đơn vị khác",
)  # fmt: skip
_STUDY = ("dưới đại học", "đại học", "sau đại học")
_THEORY = ("trung cấp", "cao cấp", "cử nhân")


def _held(given: Report) -> Iterator[tuple[str, LevelReport]]:
    for name, level in given.levels.items():
        if level is not None and level.units:
            yield name, level


def _so_far(level: LevelReport) -> str:
    """What a provisional figure rests on; nothing where everything is in."""
    if level.reported == level.areas:
        return ""
    return f" (số liệu tạm tính của {whole(level.reported)}/{whole(level.areas)} khu vực bỏ phiếu đã báo cáo)"


def turnout_text(given: Report) -> str:
    """How many voted so far, by the level that most voters vote at; empty while no area has reported."""
    for _, level in _held(given):
        if level.reported:
            return f"Đến thời điểm báo cáo{_so_far(level)}: {_turnout(level)}."
    return ""


def _turnout(level: LevelReport) -> str:
    if level.voters is None or level.voted is None:
        return "chưa có số liệu cử tri"
    return (
        f"tổng số cử tri trong danh sách {whole(level.voters)}, đã tham gia bỏ phiếu {whole(level.voted)}, đạt "
        f"{share(level.voted, level.voters)}{FIRM}%"
    )


def people_text(given: Report, name: str) -> str:
    """One level: voters, seats, how many were elected and who they are; empty where the level is not held."""
    level = given.levels[name]
    if level is None:
        return ""
    if not level.units:
        return f"{NAMES[name]}: không tổ chức."
    if not level.reported:
        return f"{NAMES[name]}: chưa có khu vực bỏ phiếu nào báo cáo." if given.letter else ""
    head = f"{NAMES[name]}{_so_far(level)}: {_turnout(level)}."
    if not level.decided:
        return f"{head} Chưa có đơn vị bầu cử nào xác định xong kết quả."
    people = level.people
    part = "" if level.decided == level.units else (
        f" (tạm tính, {whole(level.decided)}/{whole(level.units)} đơn vị bầu cử đã có kết quả)"
    )  # fmt: skip
    elected = "chưa tổng hợp" if people is None else f"{whole(people.elected)} người"
    text = f"{head} Số đại biểu được ấn định {whole(level.seats)}; trúng cử{part}: {elected}."
    return text if people is None else f"{text} {_composition(people)}"


def _composition(people: Composition) -> str:
    def listed(words: tuple[str, ...], numbers: tuple[int, ...]) -> str:
        counted = zip(words, numbers, strict=True)
        return ", ".join(f"{word} {whole(n)} ({share(n, people.elected)}{FIRM}%)" for word, n in counted)

    traits = listed(_TRAITS, tuple(people.traits[t] for t in TRAITS))
    sectors = listed(_SECTORS, tuple(people.sectors[s] for s in SECTORS))
    study = listed(_STUDY, (people.below_university, people.university, people.postgraduate))
    theory = listed(_THEORY, (people.theory_intermediate, people.theory_advanced, people.theory_bachelor))
    return (
        f"Cơ cấu: {traits}. Thành phần: {sectors}. Trình độ chuyên môn: {study}. Trình độ lý luận chính trị: {theory}."
    )


def extra_text(given: Report) -> str:
    """Units and areas that vote again or elect more, level by level; empty while nothing is held."""
    return " ".join(f"{NAMES[name]}: {_again(given, level)}" for name, level in _held(given) if _any(level))


def annulled_text(given: Report) -> str:
    """Units and areas whose result was annulled."""
    texts = []
    for name, level in _held(given):
        if _any(level):
            units, areas = _known(level.figures.units_annulled), _known(level.figures.areas_annulled)
            texts.append(f"{NAMES[name]}: {units} đơn vị bầu cử, {areas} khu vực bỏ phiếu.")
    return " ".join(texts)


def _any(level: LevelReport) -> bool:
    return bool(level.reported)


def _again(given: Report, level: LevelReport) -> str:
    of = level.figures
    if not given.final and None in (of.units_revote, of.units_extra):
        return "chưa xác định, đang kiểm phiếu."
    return (
        f"bầu cử lại {_known(of.units_revote)} đơn vị bầu cử, {_known(of.areas_revote)} khu vực bỏ phiếu; bầu cử thêm "
        f"{_known(of.units_extra)} đơn vị bầu cử, {_known(of.areas_extra)} khu vực bỏ phiếu."
    )


def _known(value: int | None) -> str:
    return "chưa xác định" if value is None else whole(value)
