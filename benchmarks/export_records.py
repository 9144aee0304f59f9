"""Memory and time of cast vote records by the number of ballots: one pile of a finished demo, its ballots multiplied.

python -m benchmarks.export_records out/demo/workspace --ballots 30000
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import shutil
import sqlite3
import tempfile
import time
from pathlib import Path

from pipeline.access.roles import SYSTEM
from pipeline.usecases.exports import write_cvr
from pipeline.usecases.workspace import DATABASE, open_workspace


def multiply(database: Path, batch: str, ballots: int) -> None:
    """Copy pages, readings and ballots of a batch under new ids until it has so many."""
    db = sqlite3.connect(database)
    names = {t: [r[1] for r in db.execute(f"pragma table_info({t})")] for t in ("page", "field_reading", "ballot")}
    of_batch = "select ballot.* from ballot where batch = ? and state = 'counted' and page is not null"
    ballot_rows = [dict(zip(names["ballot"], r, strict=True)) for r in db.execute(of_batch, (batch,))]

    def add(table: str, row: dict[str, object]) -> None:
        db.execute(f"insert into {table} values ({', '.join('?' * len(row))})", [row[n] for n in names[table]])

    made, turn = len(ballot_rows), 0
    while made < ballots:
        turn += 1
        for row in ballot_rows[: ballots - made]:
            old = row["page"]
            page, key = (hashlib.sha256(f"{of}{turn}".encode()).hexdigest()[:24] for of in (old, row["id"]))
            (stored,) = db.execute("select * from page where id = ?", (old,)).fetchall()
            values = dict(zip(names["page"], stored, strict=True))
            add("page", {**values, "id": page, "number": values["number"] + 100_000 * turn})
            for reading in db.execute("select * from field_reading where page = ?", (old,)).fetchall():
                copied = dict(zip(names["field_reading"], reading, strict=True))
                add("field_reading", {**copied, "page": page, "accepted": 1})
            add("ballot", {**row, "id": key, "page": page})
            made += 1
    db.commit()
    db.close()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--ballots", type=int, default=30_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "workspace"
        shutil.copytree(given.workspace, copy)
        multiply(copy / DATABASE, "kv1-qh", given.ballots)
        opened = open_workspace(copy)
        for spelling in ("json", "xml"):
            file, before = copy / f"cvr.{spelling}", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            started = time.process_time()
            number = write_cvr(opened, SYSTEM, file, spelling, contest="qh", area="kv1")  # type: ignore[arg-type]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            seconds, size = time.process_time() - started, file.stat().st_size >> 20
            print(f"{spelling}: {number} ballots, {seconds:.1f} s of CPU, {before} -> {peak} MiB, file {size} MiB")
        opened.close()


if __name__ == "__main__":
    main()
