"""A simulated country: results of every area loaded, summed, corrected in 1,000 places, printed; one update timed.

    python benchmarks/country.py [--part 10] [--postgresql]

Each step is what users do: 34 files of results (one a province) taken in, R14 checked at every level from what is
stored, corrections by a decision with approval each in a transaction of its own with its line in the log, the
progress report of the country as PDF. ``--part 10`` makes a country a tenth as large, to see what grows. Wall time and
the program's own processor time are told beside each other: the machine is shared.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent))

from own_postgresql import own_postgresql
from simulated_country import ASSEMBLY, COMMUNE, PROVINCE, Size, area_figures, country
from sqlalchemy import event

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.storage import accounts
from pipeline.storage.levels import Entry, versions
from pipeline.tally.levels import Node
from pipeline.usecases.handing_up import levels_of
from pipeline.usecases.level_acts import correct_area
from pipeline.usecases.level_view import check_everything, level_view
from pipeline.usecases.progress_report import progress_file
from pipeline.usecases.results_file import results_json
from pipeline.usecases.take_in import take_in
from pipeline.usecases.workspace import Workspace, create_workspace, open_workspace

LAN, HUNG = (Actor(n, n.title(), frozenset({"committee"})) for n in ("lan", "hung"))
AT = datetime(2026, 3, 16, tzinfo=UTC)
TOP = {ASSEMBLY: Node("place", "vn"), PROVINCE: Node("place", "vn"), COMMUNE: Node("place", "vn")}
spent: dict[str, tuple[float, float]] = {}


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell how long a step took: wall and processor time in seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    spent[name] = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{name:42} {spent[name][0]:8.2f} s wall {spent[name][1]:8.2f} s processor", flush=True)


def write_files(election: Election, folder: Path) -> list[Path]:
    """One file of results a province, as an installation there would hand them over."""
    levels = levels_of(election)
    province = {p.id: p.parent for p in election.places}
    of: dict[str, list[Entry]] = {}
    for contest in levels.contests:
        for area, figures in area_figures(election, contest):
            signed = {"number": f"{area}/BB", "day": "2026-03-16", "signers": "Tổ trưởng, Thư ký"}
            entry = Entry(contest, 1, area, 1, "signed", "import", figures, signed, "", "x", None, AT)
            of.setdefault(str(province[levels.areas[area].place]), []).append(entry)
    files = []
    for name, entries in of.items():
        files.append(folder / f"{name}.json")
        files[-1].write_bytes(results_json(election, levels, entries, trial=True))
    return files


def changed(workspace: Workspace, contest: str, area: str) -> dict[str, int]:
    """Figures that are right, too: one voter more who voted, one invalid ballot more."""
    with workspace.database.read() as db:
        now = versions(db, contest, 1, area)[-1].figures
    names = ("voters", "voted", "issued", "received", "collected", "by_hand", "invalid", "ground:c")
    return {name: now.get(name, 0) + 1 for name in names}


def correct(workspace: Workspace, contest: str, area: str) -> None:
    correct_area(workspace, LAN, HUNG, contest, area, changed(workspace, contest, area), "đếm lại theo khiếu nại")


def one_update(workspace: Workspace, contest: str, area: str) -> tuple[float, float, int, int]:
    """Wall and processor time of one update until the country's total shows it; statements, rows of sums written."""
    figures = changed(workspace, contest, area)
    before = level_view(workspace, LAN, contest).here.figures["voted"]
    statements: list[str] = []
    rows: list[int] = []

    def note(_c: object, _cursor: object, statement: str, parameters: object, _x: object, many: bool) -> None:
        statements.append(statement)
        if "level_sum" in statement and not statement.startswith("SELECT"):
            rows.append(len(parameters) if many else 1)  # type: ignore[arg-type]

    event.listen(workspace.database.engine, "before_cursor_execute", note)
    wall, cpu = time.perf_counter(), time.process_time()
    correct_area(workspace, LAN, HUNG, contest, area, figures, "đếm lại")
    with workspace.database.read() as db:
        from pipeline.storage import levels as stored  # noqa: PLC0415

        after = stored.sums(db, contest, 1, [TOP[contest]])[TOP[contest]].figures["voted"]
    taken = time.perf_counter() - wall, time.process_time() - cpu
    event.remove(workspace.database.engine, "before_cursor_execute", note)
    assert after == before + 1
    return *taken, len(statements), sum(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--corrections", type=int, default=1_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--report", type=Path, help="Keep the printed report here.")
    given = parser.parse_args()
    size = Size()
    if given.part > 1:
        parts = {
            n: max(1, getattr(size, n) // given.part) for n in ("provinces", "communes", "areas", "assembly_units")
        }
        size = replace(size, **parts)
    print("load average", *os.getloadavg(), flush=True)
    with tempfile.TemporaryDirectory() as name, own_postgresql() if given.postgresql else nullcontext() as address:
        folder = Path(name)
        election = country(size)
        files = write_files(election, folder)
        print(f"{len(election.areas)} areas, {len(election.units)} units, {len(election.candidates)} candidates, "
              f"{len(files)} files, {sum(f.stat().st_size for f in files) / 1e6:.0f} MB")  # fmt: skip
        with step("workspace made (definition checked, stored)"):
            create_workspace(folder / "w", election, address, paper=False).close()
        with step("workspace opened, trees built"):
            workspace = open_workspace(folder / "w")
            levels_of(workspace.election)
        with workspace.database.write() as db:
            for actor in (SYSTEM, LAN, HUNG):
                accounts.put(db, actor)
        run(workspace, files, given)
        workspace.close()


def run(workspace: Workspace, files: list[Path], given: argparse.Namespace) -> None:
    random = Random(1)
    areas = [a for a in workspace.election.areas if COMMUNE in a.units]
    places = [(random.choice((ASSEMBLY, PROVINCE, COMMUNE)), a.id) for a in random.sample(areas, given.corrections)]
    with step("load: files taken in, summed, R14 on the way"):
        taken = sum(take_in(workspace, LAN, file).new for file in files)
    with step("sum: R14 at every level from what is stored"):
        checked = check_everything(workspace, LAN)
    with step(f"correct: {given.corrections} places, one transaction each"):
        for contest, area in places:
            correct(workspace, contest, area)
    with step("print: report of the country as PDF"):
        _, pdf = progress_file(workspace, SYSTEM, "pdf")
    whole = [sum(v[i] for n, v in spent.items() if not n.startswith("workspace")) for i in (0, 1)]
    print(f"load, sum, correct, print: {whole[0]:.1f} s wall, {whole[1]:.1f} s processor; "
          f"{taken} figures of areas, {checked} levels, PDF {len(pdf)} bytes")  # fmt: skip
    if given.report:
        given.report.write_bytes(pdf)
    seen = [one_update(workspace, c, a.id) for c in TOP for a in random.sample(areas, 40)]
    for contest, part in zip(TOP, (seen[:40], seen[40:80], seen[80:]), strict=True):
        wall, cpu = (sorted(s[i] for s in part) for i in (0, 1))
        median, most = ([round(times[n] * 1e3, 1) for times in (wall, cpu)] for n in (20, 37))
        print(f"one update to the country total, {contest}: wall median {median[0]} ms, 95 % {most[0]} ms; "
              f"processor median {median[1]} ms, 95 % {most[1]} ms; statements {max(s[2] for s in part)}, "
              f"sums written {max(s[3] for s in part)}")  # fmt: skip
    print("load average", *os.getloadavg(), flush=True)


if __name__ == "__main__":
    main()
