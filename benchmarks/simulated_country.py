"""An invented country of any size: places, units, areas, candidates, and figures of every area that agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from zlib import crc32

from pipeline.election.definition import Area, Candidate, Contest, Election, Place, Unit
from pipeline.tally.levels import COUNTED, LEAVING, VOTES

ASSEMBLY, PROVINCE, COMMUNE = "qh", "tinh", "xa"
FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
GIVEN = ("An", "Bình", "Chi", "Dũng", "Hà", "Lan", "Minh", "Phương", "Sơn", "Thảo")


@dataclass(frozen=True, slots=True)
class Size:
    """How large; the defaults are those of 2026."""

    provinces: int = 34
    communes: int = 3_321
    areas: int = 72_000
    assembly_units: int = 182
    communes_a_council_unit: int = 4
    units_a_commune: int = 7


def country(size: Size) -> Election:
    """The definition; every second commune has one army area without a commune contest where it has many areas."""
    places = [Place("vn", "country", "Cả nước", None)]
    units: list[Unit] = [Unit("qh", ASSEMBLY, "", "Cả nước", None, 0)]
    candidates: list[Candidate] = []
    areas: list[Area] = []
    random = Random(2026)

    def stand(unit: str, number: int) -> None:
        for n in range(1, number + 1):
            names = random.choice(FAMILIES), random.choice(("Văn", "Thị", "Minh", "Đức")), random.choice(GIVEN)
            candidates.append(Candidate(f"{unit}-{n}", unit, n, "male", *names, date(1970, 1, 1 + n)))

    for p in range(size.provinces):
        province = f"t{p:02d}"
        places.append(Place(province, "province", f"Tỉnh {p + 1}", "vn"))
        units.append(Unit(f"qh-{province}", ASSEMBLY, "", f"Ủy ban bầu cử tỉnh {p + 1}", "qh", 0))
        units.append(Unit(f"hd-{province}", PROVINCE, "", f"Hội đồng nhân dân tỉnh {p + 1}", None, 0))
        communes = range(p * size.communes // size.provinces, (p + 1) * size.communes // size.provinces)
        first, last = (i * size.assembly_units // size.provinces for i in (p, p + 1))
        number = max(1, last - first)
        for u in range(number):
            units.append(Unit(f"qh-{province}-{u + 1}", ASSEMBLY, str(u + 1), f"Đơn vị {u + 1}", f"qh-{province}", 3))
            stand(f"qh-{province}-{u + 1}", 5)
        council = max(1, len(communes) // size.communes_a_council_unit)
        for u in range(council):
            units.append(Unit(f"hd-{province}-{u + 1}", PROVINCE, str(u + 1), f"Đơn vị {u + 1}", f"hd-{province}", 4))
            stand(f"hd-{province}-{u + 1}", 6)
        for i, c in enumerate(communes):
            commune = f"x{c:04d}"
            places.append(Place(commune, "commune", f"Xã {c + 1}", province))
            units.append(Unit(f"hx-{commune}", COMMUNE, "", f"Hội đồng nhân dân xã {c + 1}", None, 0))
            for u in range(size.units_a_commune):
                units.append(Unit(f"hx-{commune}-{u + 1}", COMMUNE, str(u + 1), f"Đơn vị {u + 1}", f"hx-{commune}", 3))
                stand(f"hx-{commune}-{u + 1}", 5)
            assembly = f"qh-{province}-{i * number // len(communes) + 1}"
            provincial = f"hd-{province}-{i * council // len(communes) + 1}"
            inside = range(c * size.areas // size.communes, (c + 1) * size.areas // size.communes)
            for k, a in enumerate(inside):
                held = {ASSEMBLY: assembly, PROVINCE: provincial}
                if not (c % 2 == 0 and k == len(inside) - 1 and k >= size.units_a_commune):
                    held[COMMUNE] = f"hx-{commune}-{k * size.units_a_commune // len(inside) + 1}"
                areas.append(Area(f"k{a:05d}", str(k + 1), commune, f"Khu vực bỏ phiếu số {k + 1}", held))
    contests = (
        Contest(ASSEMBLY, "assembly", "mau-13", "Quốc hội", "XVI", "2026-2031"),
        Contest(PROVINCE, "province", "mau-14", "tỉnh", "", "2026-2031"),
        Contest(COMMUNE, "commune", "mau-15", "xã", "", "2026-2031"),
    )
    return Election(
        "country-2026", "Cuộc bầu cử mô phỏng", date(2026, 3, 15), "state-2026",
        tuple(places), contests, tuple(units), tuple(areas), tuple(candidates),
    )  # fmt: skip


def area_figures(election: Election, contest: str, seed: int = 1) -> Iterator[tuple[str, dict[str, int]]]:
    """(area, figures) of every area that holds a contest; all rules hold."""
    seats = {u.id: u.seats for u in election.units}
    standing: dict[str, list[str]] = {}
    for candidate in election.candidates:
        standing.setdefault(candidate.unit, []).append(candidate.id)
    random = Random(f"{seed}/{contest}")
    for area in election.areas:
        if contest in area.units:
            unit = area.units[contest]
            # the same people for every contest (R13)
            yield (
                area.id,
                figures(random, standing[unit], seats[unit], 600 + crc32(f"{seed}/{area.id}".encode()) % 1_000),
            )


def figures(random: Random, candidates: list[str], seats: int, voters: int) -> dict[str, int]:
    """Figures of one area that agree: each candidate's votes come from whole groups of alike ballots."""
    voted = voters - random.randrange(0, 12)
    issued = voted + random.randrange(0, 3)
    received = issued + random.randrange(10, 60)
    invalid = random.randrange(0, 15)
    valid = voted - invalid
    found = {
        "voters": voters, "voted": voted, "received": received, "issued": issued, "left_over": received - issued,
        "collected": voted, "by_hand": voted, "valid": valid, "invalid": invalid, "ground:c": invalid,
    }  # fmt: skip
    left = valid
    for k in range(1, seats + 1):
        ballots = left if k == seats else random.randrange(0, left // 4 + 1)
        left -= ballots
        if ballots:
            found[f"{LEAVING}{k}"] = ballots
        start = random.randrange(len(candidates))
        for group in range(len(candidates)):
            part = (ballots * (group + 1)) // len(candidates) - (ballots * group) // len(candidates)
            for j in range(k):
                name = VOTES + candidates[(start + group + j) % len(candidates)]
                found[name] = found.get(name, 0) + part
    assert found["valid"] + found["invalid"] == found["collected"]
    assert set(found) & set(COUNTED)
    return {name: n for name, n in found.items() if n}
