"""What one act of reviewing costs the database: statements, those of them while all others wait, and processor time.

    python benchmarks/answer_cost.py [BALLOTS] [--postgresql] [--acts 200] [--keep FOLDER]

A count as ``benchmarks/million.py`` makes it; an answer kept and the next place lent, places lent, a sheet of a grid
shown and confirmed, by the use cases that the screens call, one after the other in this process. Processor time is this
process's (the whole of it on SQLite); ``held`` is the time from the right to write until the commit is done.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import review_pace
from own_postgresql import own_postgresql
from sqlalchemy import event

from pipeline.access.roles import Actor
from pipeline.storage import accounts
from pipeline.usecases.grid import Choice, confirm, sheet
from pipeline.usecases.reviewing import Wanted, answer, next_questions
from pipeline.usecases.workspace import ADDRESS, Workspace, open_workspace


class Meter:
    """Statements of an engine, and how long transactions that write held everybody up."""

    def __init__(self, engine: Any) -> None:
        self.statements = self.within = 0
        self.held: list[float] = []
        self._begun: float | None = None
        event.listen(engine, "after_cursor_execute", self._executed)
        event.listen(engine, "checkin", lambda *_: self._ended())

    def _executed(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements += 1
        if connection.get_execution_options().get("writing"):
            self.within += 1
            if self._begun is None and ("advisory" in statement or statement.startswith("BEGIN")):
                self._begun = time.perf_counter()

    def _ended(self) -> None:
        if self._begun is not None:
            self.held.append(1000 * (time.perf_counter() - self._begun))
            self._begun = None


def main(given: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = given.keep or Path(temporary)
        review_pace.prepare(folder, given.ballots, [f"r{n:02}" for n in range(20)], given.postgresql)
        with own_postgresql(folder / "pg") if given.postgresql else nullcontext() as address:
            if address is not None:
                (folder / "count" / ADDRESS).write_text(json.dumps({"database": address}) + "\n", encoding="utf-8")
            workspace = open_workspace(folder / "count")
            measured(workspace, given.acts)
            workspace.close()


def measured(workspace: Workspace, acts: int) -> None:
    meter = Meter(workspace.database.engine)
    with workspace.database.read() as db:
        people = [a for a in accounts.every(db) if a.id.startswith("r") and a.id != "r00"]
    _answers(workspace, meter, people, acts)
    grids = (("accepted", True), ("asked", False))
    for name, accepted in grids:
        _grids(workspace, meter, people, max(4, acts // 20), name, Choice("strike", "clear", accepted))


def _answers(workspace: Workspace, meter: Meter, people: list[Actor], acts: int) -> None:
    kinds: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    held: dict[str, list[str]] = defaultdict(list)
    for n in range(acts):
        who = people[n % len(people)]
        wanted = Wanted(kind="field")
        if not held[who.id]:
            with _counted(meter, kinds["three places lent"]):
                found = next_questions(workspace, who, wanted, 3)
            held[who.id] = [q.item for q in found]
        item = held[who.id].pop(0)
        with _counted(meter, kinds["an answer kept, the next place lent"]):
            _, found = answer(workspace, who, item, "clear", wanted, 1, held[who.id])
        held[who.id] += [q.item for q in found]
    for name, figures in kinds.items():
        _tell(name, figures)


def _grids(workspace: Workspace, meter: Meter, people: list[Actor], sheets: int, name: str, choice: Choice) -> None:
    shown: list[tuple[float, ...]] = []
    confirmed: list[tuple[float, ...]] = []
    for n in range(sheets):
        who = people[n % len(people)]
        with _counted(meter, shown):
            crops = sheet(workspace, who, choice).crops
        with _counted(meter, confirmed):
            confirm(workspace, who, [c.key for c in crops], [crops[3].key] if crops else [])
    _tell(f"a sheet of a grid shown, {name}", shown)
    _tell(f"a sheet confirmed, one of it odd, {name}", confirmed)


@contextmanager
def _counted(meter: Meter, kept: list[tuple[float, ...]]) -> Iterator[None]:
    meter.statements, meter.within, meter.held = 0, 0, []
    used, begun = time.process_time(), time.perf_counter()
    yield
    wall, busy = time.perf_counter() - begun, time.process_time() - used
    kept.append((meter.statements, meter.within, 1000 * busy, 1000 * wall, sum(meter.held)))


def _tell(name: str, figures: list[tuple[float, ...]]) -> None:
    middle: Callable[[int], float] = lambda n: statistics.median(f[n] for f in figures)  # noqa: E731
    most = max(f[1] for f in figures)
    print(
        f"{name}: {middle(0):.0f} statements, {middle(1):.0f} of them while others wait (at most {most}), processor "
        f"{middle(2):.1f} ms, wall {middle(3):.1f} ms, others held up {middle(4):.1f} ms ({len(figures)} seen)"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("ballots", type=int, nargs="?", default=20_000)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--acts", type=int, default=200)
    parser.add_argument("--keep", type=Path, help="folder of the count, as of benchmarks/review_pace.py")
    main(parser.parse_args())
