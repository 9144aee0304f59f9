"""How long the totals page takes with 3,000 voting areas, all of them closed with their figures given.

    python benchmarks/totals_page.py [AREAS] [REQUESTS]

Requests go through the whole application (session, database, template) in this process, without a network.
"""

from __future__ import annotations

import re
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Area, Election, Place
from pipeline.election.figures import AreaFigures, Member, Witness
from pipeline.election.load import load_election
from pipeline.storage import accounts, batches, credentials, figures, results
from pipeline.storage.credentials import Credential
from pipeline.usecases.figures import figures_to_json
from pipeline.usecases.passwords import hashed
from pipeline.usecases.workspace import Workspace, create_workspace
from review_ui.app import create_app

CONTEST, COMMUNES, BALLOTS = "qh", 120, 340
PASSWORD = "đêm nay kiểm phiếu"


def widened(election: Election, number: int) -> Election:
    """The example election with ``number`` areas in 120 communes of its province."""
    top = next(p.id for p in election.places if p.kind == "province")
    communes = tuple(Place(f"xa-{n}", "commune", f"Xã số {n}", top) for n in range(COMMUNES))
    unit = election.areas[0].units[CONTEST]
    areas = tuple(
        Area(f"a{n}", str(n // COMMUNES + 1), f"xa-{n % COMMUNES}", f"Nhà văn hóa {n}", {CONTEST: unit})
        for n in range(number)
    )
    return replace(election, places=(*[p for p in election.places if p.id == top], *communes), areas=areas)


def filled(workspace: Workspace) -> None:
    """A closed batch of 340 ballots and its figures in every area."""
    day = datetime(2026, 3, 15)
    names = [c.id for c in workspace.election.candidates_of(workspace.election.areas[0].units[CONTEST])]
    valid = BALLOTS - 5
    body = {
        "collected": BALLOTS,
        "scanned": BALLOTS,
        "by_hand": 0,
        "set_aside": 0,
        "valid": valid,
        "undecided": 0,
        "invalid": {"c": 5},
        "votes": dict.fromkeys(names[:3], valid),
        "leaving": {"3": valid},
        "shares": [7 * BALLOTS - 20, 20],
    }
    team = tuple(Member(f"Thành viên {n}", "Ủy viên") for n in range(11))
    seen = (Witness("A", "thôn Đông"), Witness("B", "thôn Đoài"))
    with workspace.database.write() as db:
        for n, area in enumerate(workspace.election.areas):
            batches.add(
                db,
                key=f"b{n}",
                area=area.id,
                contest=CONTEST,
                declared=BALLOTS,
                sides="simplex",
                profile=workspace.profile.digest,
                form_set=workspace.form_set,
                at=day,
            )
            batches.set_state(db, f"b{n}", "closed")
            results.keep(db, f"b{n}", body)
            given = AreaFigures(
                area.id, CONTEST, 400, BALLOTS, 400, BALLOTS, 60, 0, day.replace(hour=7), day.replace(hour=19),
                day.replace(hour=23), team, seen, seen, "Không có", "Không có",
            )  # fmt: skip
            figures.add(db, area.id, CONTEST, figures_to_json(given), author=SYSTEM.id, reason="", at=day)
        accounts.put(db, Actor("uyban", "Uyban", frozenset({"committee"})))
        credentials.put(db, Credential("uyban", hashed(PASSWORD), must_change=False))


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    requests = int(sys.argv[2]) if len(sys.argv) > 2 else 21
    election = load_election(Path(str(files("kiemphieu.example"))))
    with tempfile.TemporaryDirectory() as folder:
        workspace = replace(create_workspace(Path(folder) / "w", election), election=widened(election, number))
        filled(workspace)
        client = TestClient(create_app(workspace))
        client.post("/sign-in", data={"name": "uyban", "password": PASSWORD})
        for path in ("/totals", "/totals?place=xa-1", f"/totals/{CONTEST}/a1", "/result"):
            times, spent = [], []
            for _ in range(requests):
                begun, busy = time.perf_counter(), time.process_time()
                answer = client.get(path)
                times.append(1000 * (time.perf_counter() - begun))
                spent.append(1000 * (time.process_time() - busy))
                assert answer.status_code == 200
            first = spent.pop(0)
            times = sorted(times[1:])
            print(f"{path}: median {statistics.median(times):.0f} ms, slowest {times[-1]:.0f} ms; processor median "
                  f"{statistics.median(spent):.0f} ms, of the first request {first:.0f} ms")  # fmt: skip
            if path == "/totals":
                valid = f"{number * (BALLOTS - 5):,}".replace(",", ".")
                assert re.search(rf"<strong>{re.escape(valid)}</strong>", answer.text), "the sum is wrong"
        workspace.close()


if __name__ == "__main__":
    main()
