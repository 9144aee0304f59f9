"""A congress from its definition to its minutes: printed, marked, scanned, read, settled, totalled; 0 wrong."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest

from benchmarks.congress import example, long_list
from calibration.simulate.congress import Marked, simulate_congress
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.figures import load_figures
from pipeline.forms.ballots import ballot_of
from pipeline.review.states import TeamVote
from pipeline.storage import accounts, ballots, items, pages, readings
from pipeline.storage.items import StoredItem
from pipeline.tally.agree import AGREE
from pipeline.usecases.batches import close_batch
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import ingest_batch, open_batch
from pipeline.usecases.official_forms import log_head, official_forms, print_form
from pipeline.usecases.review import before_team, enter, queue, team_decides
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace, create_workspace

AT = datetime(2025, 6, 15, 10, 0, tzinfo=UTC)
PEOPLE = [Actor(n, f"Người soát {n}", frozenset({"reviewer"})) for n in ("an", "ba")]
LEADER = Actor("leader", "Trưởng ban", frozenset({"team_leader"}))


class Told:
    """What is true of the simulated paper, by the file of a sheet."""

    def __init__(self, workspace: Workspace, marked: tuple[Marked, ...], seats: int, *, table: bool) -> None:
        self.workspace, self.seats, self.table = workspace, seats, table
        self.by_file = {name: one for one in marked for name in one.files}

    def of(self, page: str) -> Marked:
        with self.workspace.database.read() as db:
            place = pages.place_in_pile(db, page)
        assert place is not None
        return self.by_file[place[0]]

    def verdict(self, one: Marked) -> str:
        chosen = chosen_by(one, table=self.table)
        if not one.stamped:
            return "invalid:b"
        if not self.table and len(chosen) > self.seats:
            return "invalid:c"
        if not self.table and not chosen:
            return "invalid:d"
        return "valid:" + ",".join(sorted(chosen))


def chosen_by(one: Marked, *, table: bool) -> set[str]:
    if not table:
        return {f for f, value in one.values.items() if value == "clear"}
    rows = {f.split(":")[0] for f in one.values if f.endswith(f":{AGREE}")}
    return {r for r in rows if (one.values[f"{r}:agree"], one.values[f"{r}:disagree"]) == ("marked", "unmarked")}


def nothing_wrong(workspace: Workspace, batch: str, told: Told) -> None:
    """Every reading of the pile that the machine accepted is what was drawn."""
    with workspace.database.read() as db:
        for page in pages.of_batch(db, batch):
            for reading in readings.of_page(db, page.id):
                right = told.of(page.id).values.get(reading.field, "absent")
                assert not reading.accepted or reading.value == right, (reading.field, reading.value, right)


def settle(workspace: Workspace, told: Told) -> None:
    """Two careful people answer what is asked, the counting board rules on what lies before it."""

    def page_of(item: StoredItem) -> str:
        if item.page is not None:
            return item.page
        with workspace.database.read() as db:
            ballot = ballots.get(db, item.subject.of)
        assert ballot is not None
        assert ballot.page is not None
        return ballot.page

    for person in PEOPLE:
        with workspace.database.read() as db:
            waiting = queue(db, person)
        for item in waiting:
            assert item.subject.kind == "field", item
            right = told.of(page_of(item)).values.get(item.subject.field, "absent")
            with workspace.database.write() as db:
                enter(db, workspace.count, person, item.id, right, AT)
    with workspace.database.read() as db:
        before = before_team(db, LEADER)
    members = [f"Thành viên {n}" for n in range(1, 6)]
    for item in before:
        verdict = told.verdict(told.of(page_of(item)))
        with workspace.database.write() as db:
            team_decides(db, workspace.count, LEADER, [item.id], members, [TeamVote(m, verdict) for m in members], AT)


def expected(marked: tuple[Marked, ...], told: Told) -> tuple[int, Mapping[str, int]]:
    """Valid ballots and votes by candidate."""
    valid = [m for m in marked if told.verdict(m).startswith("valid")]
    votes: dict[str, int] = {}
    for one in valid:
        for name in chosen_by(one, table=told.table):
            votes[name] = votes.get(name, 0) + 1
    return len(valid), votes


def against_by(marked: tuple[Marked, ...], told: Told) -> Mapping[str, int]:
    """Votes against by candidate, on valid ballots of a table."""
    found: dict[str, int] = {}
    for one in marked:
        rows = {f.split(":")[0] for f in one.values if f.endswith(f":{AGREE}")}
        for row in rows if told.verdict(one).startswith("valid") else ():
            if (one.values[f"{row}:agree"], one.values[f"{row}:disagree"]) == ("unmarked", "marked"):
                found[row] = found.get(row, 0) + 1
    return found


CASES = {
    "names crossed out": (lambda: example("example_congress"), "bch", 10),
    "a table": (lambda: example("example_congress_table"), "doan", 8),
    "55 names on three sheets": (long_list, "bch", 4),
}


@pytest.mark.parametrize("case", CASES)
def test_a_congress_is_counted_from_its_definition_to_its_minutes(case: str, tmp_path: Path) -> None:
    make, contest, delegates = CASES[case]
    election = make()
    unit = election.unit(f"{contest}-1")
    layout = ballot_of(election, unit.id)
    sheets = len(layout.sheets)
    made = simulate_congress(election, {unit.id: layout}, tmp_path, 7, delegates)
    batch = f"hoi-truong-{contest}"
    marked = made.marked[batch]
    workspace = create_workspace(tmp_path / "count", election)
    told = Told(workspace, marked, unit.seats, table=contest == "doan")
    with workspace.database.write() as db:
        for person in (*PEOPLE, LEADER):
            accounts.put(db, person)
        keep_figures(db, SYSTEM, load_figures(made.figures, election), "", AT)
    assert next(csv.DictReader(made.batches.open(encoding="utf-8")))["batch"] == batch
    open_batch(workspace, SYSTEM, batch, "hoi-truong", contest, delegates, "simplex")
    done = ingest_batch(workspace, SYSTEM, batch, sorted((tmp_path / "scans" / batch).iterdir()))
    assert (done.read, dict(done.rejected)) == (delegates * sheets, {})
    nothing_wrong(workspace, batch, told)
    settle(workspace, told)
    close_batch(workspace, SYSTEM, batch)
    with workspace.database.read() as db:
        found = totals(db, workspace.count, SYSTEM)
    valid, votes = expected(marked, told)
    (of_unit,) = found.units
    assert (of_unit.result.valid, of_unit.result.collected) == (valid, delegates)
    assert {c.id: of_unit.result.votes_for(c.id) for c in election.candidates} == {
        c.id: votes.get(c.id, 0) for c in election.candidates
    }
    if contest == "doan":
        disagree, said = (
            against_by(marked, told),
            {c.id: of_unit.result.against.get(c.id, 0) for c in election.candidates},
        )
        assert said == {c.id: disagree.get(c.id, 0) for c in election.candidates}
        assert sum(said.values()) > 0
    # Four more than voted were summoned, two of the absences are taken off.
    needed = delegates + 4 - 2
    able = [c for c in votes if 2 * votes[c] > needed]
    assert of_unit.outcome is not None
    assert able, "nobody is elected in this simulation, so it shows nothing"
    elected = {*of_unit.outcome.elected, *of_unit.outcome.undecided}
    assert elected <= set(able)
    assert len(of_unit.outcome.elected) + of_unit.outcome.open_seats == min(len(able), unit.seats)
    (minutes,) = official_forms(workspace, SYSTEM)
    assert minutes.why == ()
    assert minutes.file("pdf") == f"bien-ban-kiem-phieu-hoi-truong-{contest}.pdf"
    word = print_form(minutes, log_head(workspace), "docx", trial=True, draft=False)
    said = " ".join(p.text for p in docx.Document(io.BytesIO(word)).paragraphs).replace("\u00a0", " ")
    assert f"Người trúng cử phải được quá một nửa của {needed}" in said
    for place, key in enumerate(of_unit.outcome.elected, start=1):
        name = next(c.full_name for c in election.candidates if c.id == key)
        assert f"{place}. {name}: {votes[key]} phiếu" in said
    assert print_form(minutes, log_head(workspace), "pdf", trial=True, draft=False).startswith(b"%PDF")
    workspace.close()


def test_a_sheet_that_is_missing_leaves_its_others_alone_and_joins_no_two_ballots(tmp_path: Path) -> None:
    election = long_list()
    layout = ballot_of(election, "bch-1")
    made = simulate_congress(election, {"bch-1": layout}, tmp_path, 7, 3)
    scans = sorted((tmp_path / "scans" / "hoi-truong-bch").iterdir())
    (missing,) = [path for path in scans if path.name == "phieu-0002-2.jpg"]
    workspace = create_workspace(tmp_path / "count", election)
    open_batch(workspace, SYSTEM, "b", "hoi-truong", "bch", 3, "simplex")
    ingest_batch(workspace, SYSTEM, "b", [path for path in scans if path != missing])
    told = Told(workspace, made.marked["hoi-truong-bch"], 48, table=False)
    with workspace.database.read() as db:
        assert {told.of(b.page or "").number for b in ballots.of_batch(db, "b")} == {1, 3}
        alone = [p for p in pages.of_batch(db, "b") if p.status == "rejected"]
        assert sorted(p.reason or "" for p in alone) == ["sheet_alone", "sheet_alone"]
        asked = {i.page for i in items.of_batch(db, "b", "page")}
    assert {told.of(p.id).number for p in alone} == {2}
    assert asked == {p.id for p in alone}
    # The same sheets again, with the one that was missing: the ballot is whole now.
    again = [tmp_path / f"again-{n}.jpg" for n in range(1, 4)]
    whole = [path for path in scans if path.name.startswith("phieu-0002")]
    for path, copy in zip(whole, again, strict=True):
        copy.write_bytes(path.read_bytes() + b"\0")  # another scan has other bytes
    ingest_batch(workspace, SYSTEM, "b", again)
    with workspace.database.read() as db:
        assert len(ballots.of_batch(db, "b")) == 3
    workspace.close()
