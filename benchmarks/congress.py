"""A congress of full size from its definition to its minutes, on simulated paper: what was asked, what was wrong.

    python benchmarks/congress.py [--delegates 187] [--seed 7] [--out FOLDER]

Three congresses: names crossed out (9 of 12, the ballot with surplus), the table (7 of 7, without surplus), and 55
names on three sheets a ballot. Ballots are printed, marked and scanned by the simulation; what the machine asks is
answered with the truth by two simulated people, and a simulated board rules on what lies before it. Everything that
then stands (votes for and against, valid, invalid, the elected) is compared with the truth. The minutes are written as
PDF and DOCX below ``--out``, where it is given.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Connection

from calibration.simulate.congress import Marked, simulate_congress
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.forms.ballots import ballot_of
from pipeline.review.states import TeamVote
from pipeline.storage import accounts, ballots, items, pages, readings, slips
from pipeline.storage.items import StoredItem
from pipeline.tally.agree import AGREE
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.official_forms import log_head, official_forms, print_form
from pipeline.usecases.review import before_team, enter, queue, team_decides
from pipeline.usecases.totals import UnitTotals, totals
from pipeline.usecases.workspace import Workspace, create_workspace

AT = datetime(2025, 6, 15, 10, 0, tzinfo=UTC)
PEOPLE = [Actor(n, f"Người soát {n}", frozenset({"reviewer"}), simulated=True) for n in ("an", "ba")]
LEADER = Actor("leader", "Trưởng ban", frozenset({"team_leader"}), simulated=True)
MEMBERS = [f"Thành viên {n}" for n in range(1, 6)]


def example(name: str) -> Election:
    return load_election(Path(str(files(f"kiemphieu.{name}"))))


def long_list() -> Election:
    """55 names for 48 seats: three sheets a ballot."""
    short = example("example_congress")
    one = short.candidates[0]
    names = [f"{a} {b}" for a in ("Bình", "Cường", "Dũng", "Hà", "Khánh") for b in "ABCDEGHIKLM"]
    people = tuple(replace(one, id=f"bch-{n:02d}", order=n, given=name) for n, name in enumerate(names, start=1))
    return replace(short, candidates=people, units=tuple(replace(u, seats=48) for u in short.units))


CASES = {
    "with surplus, 9 of 12": lambda: example("example_congress"),
    "without surplus, 7 of 7": lambda: example("example_congress_table"),
    "55 names, three sheets": long_list,
}


@dataclass
class Truth:
    """What the simulated delegates left on their ballots, by the file of a sheet."""

    marked: tuple[Marked, ...]
    seats: int
    table: bool
    by_file: Mapping[str, Marked] = field(init=False)

    def __post_init__(self) -> None:
        self.by_file = {name: one for one in self.marked for name in one.files}

    def side(self, one: Marked, pair: tuple[str, str]) -> set[str]:
        """On a table the people whose boxes agree and disagree are marked as in ``pair``."""
        rows = {f.split(":")[0] for f in one.values if f.endswith(f":{AGREE}")}
        return {r for r in rows if (one.values[f"{r}:agree"], one.values[f"{r}:disagree"]) == pair}

    def chosen(self, one: Marked) -> set[str]:
        if self.table:
            return self.side(one, ("marked", "unmarked"))
        return {f for f, value in one.values.items() if value == "clear"}

    def verdict(self, one: Marked) -> str:
        chosen = self.chosen(one)
        if not one.stamped:
            return "invalid:b"
        if not self.table and not 0 < len(chosen) <= self.seats:
            return "invalid:c" if chosen else "invalid:d"
        return "valid:" + ",".join(sorted(chosen))

    def figures(self) -> dict[str, int]:
        """Valid ballots, votes and votes against, by the names that :func:`figures_of` gives."""
        valid = [m for m in self.marked if self.verdict(m).startswith("valid")]
        found: Counter[str] = Counter({"valid": len(valid), "invalid": len(self.marked) - len(valid)})
        for one in valid:
            found.update(f"votes:{name}" for name in self.chosen(one))
            if self.table:
                found.update(f"against:{name}" for name in self.side(one, ("unmarked", "marked")))
        return {name: n for name, n in found.items() if n}


def figures_of(unit: UnitTotals) -> dict[str, int]:
    result = unit.result
    found = {"valid": result.valid, "invalid": result.invalid_total}
    found |= {f"votes:{c}": n for c, n in result.votes.items()}
    found |= {f"against:{c}": n for c, n in result.against.items()}
    return {name: n for name, n in found.items() if n}


def settle(workspace: Workspace, truth: Truth) -> tuple[int, int]:
    """Two people answer what is asked, the board rules; how many answers and rulings.

    A sheet that fits no form is typed from the paper (a ballot of one sheet; of several, all its sheets were seen).
    """

    def of_page(db: Connection, page: str) -> Marked:
        place = pages.place_in_pile(db, page)
        assert place is not None
        return truth.by_file[place[0]]

    def of_item(db: Connection, item: StoredItem) -> Marked:
        if item.page is not None:
            return of_page(db, item.page)
        key = item.ballot or item.subject.of
        ballot, slip = ballots.get(db, key), slips.get(db, key)
        page = slip.page if slip is not None else ballot.page if ballot is not None else None
        assert page is not None
        return of_page(db, page)

    answers = 0
    stands_for: dict[int, str] = {}
    while True:
        before = answers
        for person in PEOPLE:
            with workspace.database.read() as db:
                waiting = [(item, of_item(db, item)) for item in queue(db, person)]
            for item, one in waiting:
                right = one.values.get(item.subject.field, "absent")
                if item.subject.kind == "page":  # one of the sheets stands for the ballot, which is typed as a whole
                    right = (
                        "by_hand" if stands_for.setdefault(one.number, item.id) == item.id else "set_aside:duplicate"
                    )
                with workspace.database.write() as db:
                    enter(db, workspace.count, person, item.id, right, AT)
                answers += 1
        if answers == before:
            break
    with workspace.database.read() as db:
        cases = [(item, truth.verdict(of_item(db, item))) for item in before_team(db, LEADER)]
    for item, verdict in cases:
        with workspace.database.write() as db:
            team_decides(db, workspace.count, LEADER, [item.id], MEMBERS, [TeamVote(m, verdict) for m in MEMBERS], AT)
    return answers, len(cases)


def read_wrong(workspace: Workspace, batch: str, truth: Truth) -> tuple[int, int, int]:
    """(accepted readings, those that are wrong, places asked)."""
    accepted = wrong = asked = 0
    with workspace.database.read() as db:
        for page in pages.of_batch(db, batch):
            place = pages.place_in_pile(db, page.id)
            assert place is not None
            if page.form is None:
                continue
            sides = workspace.forms[page.form].sides
            own = {f.id for side in sides if side.name == page.side for f in side.fields}
            for reading in readings.of_page(db, page.id):
                if reading.accepted and reading.field in own:  # those of later sheets stand beside the first, too
                    accepted += 1
                    wrong += reading.value != truth.by_file[place[0]].values.get(reading.field, "absent")
        asked = sum(i.subject.kind == "field" for i in items.of_batch(db, batch))
    return accepted, wrong, asked


def run(title: str, election: Election, delegates: int, seed: int, folder: Path, out: Path | None) -> dict[str, object]:
    (contest,), (area,) = election.contests, election.areas
    unit = next(u for u in election.units if u.seats)
    layout = ballot_of(election, unit.id)
    made = simulate_congress(election, {unit.id: layout}, folder, seed, delegates)
    batch = f"{area.id}-{contest.id}"
    truth = Truth(made.marked[batch], unit.seats, contest.id == "doan")
    workspace = create_workspace(folder / "count", election)
    with workspace.database.write() as db:
        for person in (*PEOPLE, LEADER):
            accounts.put(db, person)
        keep_figures(db, SYSTEM, load_figures(made.figures, election), "", AT)
    open_batch(workspace, SYSTEM, batch, area.id, contest.id, delegates, "simplex")
    started = time.perf_counter()
    done = ingest_batch(workspace, SYSTEM, batch, sorted((folder / "scans" / batch).iterdir()))
    took = time.perf_counter() - started
    accepted, wrong, asked = read_wrong(workspace, batch, truth)
    answers, rulings = settle(workspace, truth)
    close_batch(workspace, SYSTEM, batch)
    with workspace.database.read() as db:
        (of_unit,) = totals(db, workspace.count, SYSTEM).units
    right, found = truth.figures(), figures_of(of_unit)
    off = sorted(name for name in right.keys() | found.keys() if right.get(name, 0) != found.get(name, 0))
    (minutes,) = official_forms(workspace, SYSTEM)
    for kind in ("pdf", "docx") if out is not None else ():
        assert out is not None
        (out / f"{seed}-{contest.id}-{len(layout.sheets)}-{minutes.file(kind)}").write_bytes(
            print_form(minutes, log_head(workspace), kind, trial=True, draft=True)
        )
    workspace.close()
    outcome = of_unit.outcome
    return {
        "congress": title, "ballots": delegates, "sheets": done.read + sum(done.rejected.values()),
        "rejected": dict(done.rejected), "pages_per_second": round(done.read / took, 1), "accepted": accepted,
        "accepted_wrong": wrong, "asked": asked, "asked_share": round(asked / (accepted + asked), 4),
        "answers": answers, "rulings": rulings, "valid": found.get("valid", 0), "invalid": found.get("invalid", 0),
        "figures": len(right), "figures_off": off, "minutes_final": minutes.final,
        "elected": len(outcome.elected) if outcome else None, "seats": unit.seats,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--delegates", type=int, default=187)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--only", default="", help="Only congresses whose title has this in it.")
    given = parser.parse_args()
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
    for title, make in CASES.items():
        if given.only not in title:
            continue
        with tempfile.TemporaryDirectory() as folder:
            told = run(title, make(), given.delegates, given.seed, Path(folder), given.out)
        print(json.dumps(told, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
