"""A meeting that votes by shares on simulated paper: register, ballots, scans, questions, shares, minutes; 0 wrong."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

import docx
import pytest

from calibration.simulate.congress import Marked, simulate_congress
from kiemphieu.__main__ import main
from pipeline.access.roles import SYSTEM
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.election.write import write_election
from pipeline.forms.ballots import ballot_of
from pipeline.storage import accounts
from pipeline.tally.shares import person_of
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.official_forms import log_head, official_forms, print_form
from pipeline.usecases.shares import share_totals
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace, create_workspace
from tests.congress.test_whole_way import AT, LEADER, PEOPLE, Told, chosen_by, nothing_wrong, settle

CLASSES, BALLOTS = (100, 1), 8


@dataclass
class Paper:
    """A workspace of the meeting and its simulated ballots, class by class."""

    workspace: Workspace
    folder: Path
    marked: dict[int, tuple[Marked, ...]]

    def scans(self, size: int) -> list[Path]:
        return sorted((self.folder / "scans" / f"hoi-truong-{size}-bch").iterdir())


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    head = load_election(Path(str(files("kiemphieu.example_congress"))))
    write_election(tmp_path / "head", replace(head, id="dhcd", rule_set="shareholders", rules=()))
    register = tmp_path / "so-co-dong.csv"
    register.write_text("họ tên,cổ phần\nA,203\nB,301\nC,102\nD,201\nE,1\n", encoding="utf-8")
    told = ["shares", str(tmp_path / "head"), str(register), "--classes", "100,1", "--out", str(tmp_path / "classes")]
    with pytest.raises(SystemExit) as ended:
        main(told)
    assert ended.value.code == 0
    election = load_election(tmp_path / "classes")
    layouts = {u.id: ballot_of(election, u.id) for u in election.units if u.seats}
    made = simulate_congress(election, layouts, tmp_path, 7, BALLOTS)
    workspace = create_workspace(tmp_path / "count", election)
    with workspace.database.write() as db:
        for person in (*PEOPLE, LEADER):
            accounts.put(db, person)
        keep_figures(db, SYSTEM, load_figures(made.figures, election), "", AT)
    yield Paper(workspace, tmp_path, {size: made.marked[f"hoi-truong-{size}-bch"] for size in CLASSES})
    workspace.close()


def test_shares_are_counted_from_the_register_to_the_minutes(paper: Paper) -> None:
    workspace = paper.workspace
    valid, votes = 0, dict[str, int]()
    for size in CLASSES:
        batch, marked = f"hop-{size}", paper.marked[size]
        told = Told(workspace, marked, 9, table=False)
        open_batch(workspace, SYSTEM, batch, f"hoi-truong-{size}", "bch", BALLOTS, "simplex")
        done = ingest_batch(workspace, SYSTEM, batch, paper.scans(size))
        assert (done.read, dict(done.rejected)) == (BALLOTS, {})
        nothing_wrong(workspace, batch, told)
        settle(workspace, told)
        close_batch(workspace, SYSTEM, batch)
        for one in (m for m in marked if told.verdict(m).startswith("valid")):
            valid += size
            for name in chosen_by(one, table=False):
                votes[person_of(name, size)] = votes.get(person_of(name, size), 0) + size
    with workspace.database.read() as db:
        (found,) = share_totals(workspace.election, totals(db, workspace.count, SYSTEM))
    assert found.result.valid == valid
    assert {p: n for p, n in found.result.votes.items() if n} == votes
    assert found.outcome is not None
    best = sorted(votes.values(), reverse=True)[8]
    assert set(found.outcome.elected) == {p for p, n in votes.items() if n >= best} - set(found.outcome.undecided)
    assert len(found.outcome.elected) + found.outcome.open_seats == 9
    (minutes,) = official_forms(workspace, SYSTEM)
    assert minutes.why == ()
    word = print_form(minutes, log_head(workspace), "docx", trial=True, draft=False)
    rows = [[c.text for c in row.cells] for t in docx.Document(io.BytesIO(word)).tables for row in t.rows]
    names = {person_of(c.id, 100): c.full_name for c in workspace.election.candidates if c.id.endswith("-100")}
    printed = {row[1]: row[2] for row in rows if len(row) == 4 and row[0].isdecimal()}
    assert printed == {name: f"{votes.get(person, 0):,}".replace(",", ".") for person, name in names.items()}
    assert print_form(minutes, log_head(workspace), "pdf", trial=True, draft=False).startswith(b"%PDF")
    assert not any(c.id in "".join(map(str, rows)) for c in workspace.election.candidates)


def test_a_ballot_in_the_pile_of_another_class_is_no_ballot_there(paper: Paper) -> None:
    workspace = paper.workspace
    open_batch(workspace, SYSTEM, "hop-1", "hoi-truong-1", "bch", BALLOTS, "simplex")
    mixed = [*paper.scans(1)[: BALLOTS - 1], paper.scans(100)[0]]
    renamed = []
    for n, scan in enumerate(mixed):
        renamed.append(paper.folder / f"{n:03d}.jpg")
        renamed[-1].write_bytes(scan.read_bytes())
    done = ingest_batch(workspace, SYSTEM, "hop-1", renamed)
    assert (done.read, dict(done.rejected)) == (BALLOTS - 1, {"other_form": 1})
