"""A small election whose ballots are printed and read."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.election.definition import Area, Candidate, Contest, Election, Place, Unit


def candidate(order: int, unit: str, name: str, **more: object) -> Candidate:
    family, *middle, given = name.split()
    return Candidate(
        id=f"{unit}-{order}",
        unit=unit,
        order=order,
        gender="female" if "Thị" in middle else "male",
        family=family,
        middle=" ".join(middle),
        given=given,
        birth_date=date(1970 + order, 3, 4),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture(scope="session")
def election() -> Election:
    contests = (
        Contest("qh", "assembly", "mau-13", "Quốc hội", "XVI", ""),
        Contest("tinh", "province", "mau-14", "tỉnh Hòa Bình", "XVIII", "2026-2031"),
        Contest("xa", "commune", "mau-15", "xã An Phú", "V", "2026-2031"),
    )
    units = (
        Unit("qh-1", "qh", "1", "Đơn vị 1", None, 3),
        Unit("tinh-4", "tinh", "4", "Đơn vị 4", None, 4),
        Unit("xa-2", "xa", "2", "Đơn vị 2", None, 5),
    )
    names = ["Trần Văn An", "Lê Thị Thu Bình", "Nguyễn Ngọc Quỳnh Châu", "Phạm Đức Dũng", "Vũ Thị Ễnh"]
    more = ["Đỗ Hữu Phước", "Bùi Thị Quế", "Hoàng Trọng Vỹ"]
    people = [candidate(i, "qh-1", n) for i, n in enumerate(names, 1)]
    people += [candidate(i, "tinh-4", n) for i, n in enumerate(names + more[:2], 1)]
    people += [candidate(i, "xa-2", n) for i, n in enumerate(names + more, 1)]
    people[1] = candidate(2, "qh-1", names[1], other_name="Thích Nữ Diệu Tâm", two_lines=True)
    people[6] = candidate(2, "tinh-4", names[1], other_name="Bảy Bình")
    return Election(
        id="thu",
        title="Bầu cử thử",
        day=date(2026, 3, 15),
        rule_set="state-2026",
        places=(Place("hb", "province", "Tỉnh Hòa Bình", None), Place("ap", "commune", "Xã An Phú", "hb")),
        contests=contests,
        units=units,
        areas=(Area("kv1", "1", "ap", "Khu vực 1", {"qh": "qh-1", "tinh": "tinh-4", "xa": "xa-2"}),),
        candidates=tuple(people),
    )
