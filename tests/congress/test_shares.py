"""A meeting that votes by shares: from its register to its minutes; what would tell how somebody voted is refused."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import docx
import pytest
from starlette.testclient import TestClient

from kiemphieu.__main__ import main
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.codec import digest, from_json, to_json
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.election.share_classes import ShareClass, with_classes
from pipeline.election.write import write_election
from pipeline.errors import Refusal
from pipeline.forms.ballots import ballot_of
from pipeline.review.states import TeamVote
from pipeline.rla.comparison import Discrepancies, p_value
from pipeline.rla.sampler import by_shares
from pipeline.storage import accounts
from pipeline.tally.ballots import ValidVote
from pipeline.usecases import passwords
from pipeline.usecases.batches import close_batch
from pipeline.usecases.cast_records import some
from pipeline.usecases.complete_ballots import raise_ballot_items
from pipeline.usecases.downloads import area_minutes, totals_file
from pipeline.usecases.exports import levels_export, results_export, write_cvr
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.official_forms import log_head, official_forms, print_form
from pipeline.usecases.programs import create_token
from pipeline.usecases.result_audit import draw, evaluate, open_audit
from pipeline.usecases.result_audit_report import forms, manifest_file
from pipeline.usecases.result_audit_sheets import find, places_drawn, write_down, write_down_pile
from pipeline.usecases.review import before_team, team_decides
from pipeline.usecases.shares import share_totals
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace, create_workspace
from review_ui.app import create_app
from tests.congress.test_whole_way import LEADER
from tests.review_ui.visitors import PASSWORD, person
from tests.usecases import nist
from tests.usecases.conftest import AT, Pile, figures_for

CLASSES = (ShareClass(1000, 4, 3), ShareClass(1, 9, 5))
CAST = {1000: ["bch-01", "bch-01", "bch-02", ""], 1: ["bch-02"] * 7 + ["bch-03", "bch-01"]}


def by_head() -> Election:
    election = load_election(Path(str(files("kiemphieu.example_congress"))))
    return replace(election, id="dhcd", title="Đại hội cổ đông", rule_set="shareholders", rules=())


@pytest.fixture
def meeting(tmp_path: Path) -> Iterator[Workspace]:
    """Four ballots of 1000 shares (one without any name) and nine of one share, counted and closed."""
    yield from fill(tmp_path, with_classes(by_head(), CLASSES))


def cast_into(workspace: Workspace) -> None:
    """The ballots of CAST, read without a doubt, in a box of each class, with the figures of the paper."""
    for size, cast in CAST.items():
        area, key = f"hoi-truong-{size}", f"hop-{size}"
        open_batch(workspace, SYSTEM, key, area, "bch", len(cast), "simplex")
        with workspace.database.write() as db:
            pile = Pile(db, workspace.count, area, "bch", key)
            for name in cast:
                pile.read(pile.vote(*([f"{name}-{size}"] if name else [f"bch-{n:02d}-{size}" for n in range(1, 13)])))
            keep_figures(db, SYSTEM, [board(area, len(cast))], "test", AT)


def fill(tmp_path: Path, election: Election) -> Iterator[Workspace]:
    workspace = create_workspace(tmp_path / "count", election)
    cast_into(workspace)
    yield workspace
    workspace.close()


def board(area: str, ballots: int):  # type: ignore[no-untyped-def]
    given = figures_for(
        area, "bch", ballots, voters=ballots, voted=ballots, received=ballots, issued=ballots, left_over=0
    )
    members = tuple(replace(m, role=m.role.replace("Tổ trưởng", "Trưởng ban")) for m in given.members)
    return replace(given, members=members)


def refused(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refusal) as found:
        act()
    return {p.code for p in found.value.problems}


def test_every_class_has_its_ballot_with_its_weight_and_its_code(tmp_path: Path) -> None:
    election = with_classes(by_head(), CLASSES)
    write_election(tmp_path / "out", election)
    assert load_election(tmp_path / "out") == election
    assert from_json(to_json(election)) == election
    forms = {u.shares: ballot_of(election, u.id) for u in election.units if u.seats}
    for size, layout in forms.items():
        said = " ".join(getattr(mark, "text", "") for mark in layout.marks)
        assert f"PHIẾU {size:,} CỔ PHẦN".replace(",", ".") in said
    assert len({layout.form.id for layout in forms.values()}) == 2


def test_definitions_from_before_have_the_digest_that_they_had() -> None:
    assert "shares" not in str(to_json(by_head())["units"])
    assert digest(by_head()) == digest(from_json(to_json(by_head())))


def test_shares_of_all_classes_elect_and_no_class_does(meeting: Workspace) -> None:
    vote_invalid(meeting)
    with meeting.database.read() as db:
        found = totals(db, meeting.count, SYSTEM)
    assert all(unit.outcome is None for unit in found.units)
    (one,) = share_totals(meeting.election, found)
    assert one.result.votes == {"bch-01": 2001, "bch-02": 1007, "bch-03": 1}
    assert one.result.ballots.votes_for("bch-02") == 8
    assert (one.result.valid, one.result.invalid, one.entitled) == (3009, 1000, 4009)
    assert one.outcome is not None
    assert one.outcome.elected == ("bch-01", "bch-02", "bch-03")  # of nine seats; who got nothing is not elected
    assert one.outcome.missing == 6


def vote_invalid(workspace: Workspace) -> None:
    """The board holds the untouched ballot of 1000 shares to be invalid; then both boxes are closed."""
    with workspace.database.write() as db:
        accounts.put(db, LEADER)
        for key in ("hop-1000", "hop-1"):
            raise_ballot_items(db, workspace.count, key, AT)
        members = [f"Thành viên {n}" for n in range(1, 6)]
        for item in before_team(db, LEADER):
            votes = [TeamVote(m, "invalid:c") for m in members]
            team_decides(db, workspace.count, LEADER, [item.id], members, votes, AT)
    for key in ("hop-1000", "hop-1"):
        close_batch(workspace, SYSTEM, key)


def test_the_minutes_have_shares_and_ballots_and_tell_no_class(meeting: Workspace) -> None:
    vote_invalid(meeting)
    (minutes,) = official_forms(meeting, SYSTEM)
    assert minutes.why == ()
    word = print_form(minutes, log_head(meeting), "docx", trial=True, draft=False)
    document = docx.Document(io.BytesIO(word))
    rows = [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]
    assert ["1.000", "4", "4", "3", "1", "3.000"] in rows
    assert ["1", "9", "9", "9", "0", "9"] in rows
    (first,) = [row for row in rows if row[0] == "1" and "Chi" in row[1]]
    assert first[2:] == ["2.001", "66,50"]  # ballots beside shares would tell how each class voted
    said = " ".join(p.text for p in document.paragraphs).replace("\u00a0", " ")
    assert "4.009 cổ phần" in said
    assert "nhiều cổ phần hơn" in said
    assert print_form(minutes, log_head(meeting), "pdf", trial=True, draft=False).startswith(b"%PDF")


def test_screens_of_results_show_shares_and_no_class(meeting: Workspace) -> None:
    vote_invalid(meeting)
    person(meeting, passwords.hashed(PASSWORD), "quan", "committee")
    client = TestClient(create_app(meeting), follow_redirects=False)
    assert client.post("/sign-in", data={"name": "quan", "password": PASSWORD}).status_code == 303
    page = client.get("/totals?contest=bch").text
    assert "2.001" in page
    assert page.count("Nguyễn Hữu Chi") == 1  # once, all classes together
    area = client.get("/totals/bch/hoi-truong-1000").text
    assert "Nguyễn Hữu Chi" not in area
    hall = client.get("/result").text
    assert "2.001" in hall
    assert hall.count("Nguyễn Hữu Chi") == 1


# Files that go out -----------------------------------------------------------------------------------------

VOTES = {"bch-01": 2001, "bch-02": 1007, "bch-03": 1}


def told_by_class(text: str) -> bool:
    """Whether somebody's votes stand there for one class of ballots."""
    return any(f"bch-{n:02d}-{size}" in text for n in range(1, 13) for size in CAST)


def test_totals_tell_votes_in_shares_and_of_no_class(meeting: Workspace) -> None:
    vote_invalid(meeting)
    _, content = totals_file(meeting, SYSTEM, "json")
    document = json.loads(content)
    (one,) = document["shares"]
    assert {v["candidate"]: v["votes"] for v in one["votes"] if v["votes"]} == VOTES
    assert (one["unit"], one["entitled"], one["collected"], one["valid"], one["invalid"]) == (
        "bch-1", 4009, 4009, 3009, 1000,
    )  # fmt: skip
    assert [(c["shares"], c["ballots_valid"]) for c in one["classes"]] == [(1000, 3), (1, 9)]
    assert one["elected"] == ["bch-01", "bch-02", "bch-03"]
    assert not told_by_class(content.decode())
    rows = list(csv.DictReader(io.StringIO(totals_file(meeting, SYSTEM, "csv")[1].decode("utf-8-sig"))))
    assert {r["candidate"]: int(r["value"]) for r in rows if r["candidate"] and int(r["value"])} == VOTES
    assert {r["figure"] for r in rows if r["candidate"]} == {"shares_votes"}
    assert [r["value"] for r in rows if r["figure"] == "shares_entitled"] == ["4009"]


def test_levels_have_a_row_in_shares(meeting: Workspace) -> None:
    vote_invalid(meeting)
    name, content = levels_export(meeting, SYSTEM, "json")
    assert name == "levels.json"
    levels = json.loads(content)["levels"]
    (shares,) = [row for row in levels if row["level"] == "shares"]
    assert (shares["id"], shares["votes"], shares["valid"], shares["voters"]) == ("bch-1", VOTES, 3009, 4009)
    assert all(not row["votes"] for row in levels if row["level"] != "shares")
    assert sum(row["valid"] for row in levels if row["level"] == "area") == 12  # ballots
    rows = list(csv.DictReader(io.StringIO(levels_export(meeting, SYSTEM, "csv")[1].decode("utf-8-sig"))))
    assert {(r["candidate"], r["candidate_name"]) for r in rows if r["candidate"] == "bch-01"} == {
        ("bch-01", "Nguyễn Hữu Chi")
    }
    assert not told_by_class(content.decode() + str(rows))


def test_election_results_of_a_meeting_are_shares(meeting: Workspace) -> None:
    vote_invalid(meeting)
    _, content = results_export(meeting, SYSTEM, "json")
    document = nist.valid_json("results", content)
    assert nist.valid_xml("results", results_export(meeting, SYSTEM, "xml")[1]) is not None
    (election,) = document["Election"]
    (contest,) = election["Contest"]
    counts = {s["@id"]: [v["Count"] for v in s["VoteCounts"]] for s in contest["ContestSelection"]}
    assert {key.removeprefix("selection-"): n for key, (n,) in counts.items() if n} == VOTES
    assert (contest["VoteVariation"], contest["NumberElected"]) == ("other", 9)
    (ballots,) = election["BallotCounts"]
    assert (ballots["BallotsCast"], ballots["BallotsRejected"]) == (13, 1)
    winners = {c["@id"] for c in election["Candidate"] if c["PostElectionStatus"] == "winner"}
    assert winners == {f"candidate-{p}" for p in VOTES}
    assert not told_by_class(content.decode())
    assert "hoi-truong-1000" not in content.decode()


def test_cast_vote_records_of_all_classes_add_up_to_the_shares(meeting: Workspace, tmp_path: Path) -> None:
    vote_invalid(meeting)
    assert write_cvr(meeting, SYSTEM, tmp_path / "cvr.json", "json") == 13
    assert write_cvr(meeting, SYSTEM, tmp_path / "cvr.xml", "xml") == 13
    document = nist.valid_json("cvr", (tmp_path / "cvr.json").read_bytes())
    nist.valid_xml("cvr", (tmp_path / "cvr.xml").read_bytes())
    ((contest,),) = [e["Contest"] for e in document["Election"]]
    assert (contest["@id"], len(contest["ContestSelection"])) == ("contest-bch-1", 12)
    sums: dict[str, int] = {}
    for record in document["CVR"]:
        current = next(s for s in record["CVRSnapshot"] if s["@id"] == record["CurrentSnapshotId"])
        for one in current["CVRContest"][0]["CVRContestSelection"]:
            person = one["ContestSelectionId"].removeprefix("selection-")
            sums[person] = sums.get(person, 0) + one["TotalNumberVotes"]
    assert {p: n for p, n in sums.items() if n} == VOTES


def test_programs_are_told_shares_and_of_no_class(meeting: Workspace) -> None:
    vote_invalid(meeting)
    _, secret = create_token(meeting, SYSTEM, "Màn hình", ["totals:read"], 1)
    program = TestClient(create_app(meeting), headers={"Authorization": f"Bearer {secret}"})
    (unit,) = program.get("/api/v1/results/bch").json()["units"]
    assert (unit["unit"], unit["official"]) == ("bch-1", True)
    assert {c["id"]: c["votes"] for c in unit["candidates"] if c["votes"]} == VOTES
    assert [c["id"] for c in unit["candidates"] if c["elected"]] == list(VOTES)
    totals_ = program.get("/api/v1/totals/bch")
    assert totals_.json()["result"]["valid"] == 12
    area = program.get("/api/v1/totals/bch/hoi-truong-1000")
    assert area.json()["result"]["votes"] == {}
    assert not told_by_class(totals_.text + area.text)


def test_a_class_has_no_minutes_of_its_own(meeting: Workspace) -> None:
    vote_invalid(meeting)
    assert refused(lambda: area_minutes(meeting, SYSTEM, "bch", "hoi-truong-1000", draft=False)) == {"minutes-class"}


# Audits ----------------------------------------------------------------------------------------------------

SEED = "31415926535897932384"
AUDITOR = Actor("giam-sat", "Giám sát", frozenset({"auditor"}))


@pytest.fixture
def one_seat(tmp_path: Path) -> Iterator[Workspace]:
    """As the meeting, with one seat: 2001 shares for the first, 1007 for the second."""
    election = by_head()
    units = tuple(replace(u, seats=1) if u.seats else u for u in election.units)
    yield from fill(tmp_path, with_classes(replace(election, units=units), CLASSES))


def seen_as_counted(workspace: Workspace, place: str) -> str:
    ballot = find(workspace, AUDITOR, place)[2].ballot
    with workspace.database.read() as db:
        (record,) = some(db, workspace.count, [ballot])
    if not isinstance(record.vote, ValidVote):
        return "c"
    order = [c.id for c in workspace.election.candidates_of(record.unit)]
    return " ".join(str(order.index(c) + 1) for c in record.vote.names)


def test_an_audit_of_shares_draws_by_shares_and_reckons_in_them(one_seat: Workspace) -> None:
    vote_invalid(one_seat)
    refused_code = refused(lambda: open_audit(one_seat, AUDITOR, "bch", "bch-1-1000", "ballots", 0.4))
    assert refused_code == {"audit-class"}
    audit = open_audit(one_seat, AUDITOR, "bch", "bch-1", "ballots", 0.4)
    margins = {(a["winner"], a["loser"]): a["margin"] for a in audit.assertions}
    assert margins["bch-01", "bch-02"] == 2001 - 1007
    drawn = draw(one_seat, AUDITOR, audit.id, SEED)
    _, places = places_drawn(one_seat, AUDITOR, audit.id)
    # Of 4,009 shares 4,000 lie in four sheets: all draws of this seed fall on them.
    assert {p.batch for p in places} == {"hop-1000"}
    assert {p.place for p in places} == {
        by_shares(SEED, n, [("hop-1000", 4, 1000), ("hop-1", 9, 1)]) for n in range(1, drawn.draws + 1)
    }
    for place in places:
        write_down(one_seat, AUDITOR, audit.id, place.place, seen_as_counted(one_seat, place.place), "A, B")
    found = evaluate(one_seat, AUDITOR, audit.id)
    assert found.differing == ()
    assert found.risk == pytest.approx(p_value(drawn.draws, Discrepancies(), 994 / 4009))
    manifest = manifest_file(one_seat, AUDITOR, drawn).decode("utf-8-sig")
    assert "hop-1000,hoi-truong-1000,4,1000" in manifest
    assert forms(one_seat, AUDITOR, audit.id, "vi").startswith(b"%PDF")


def test_a_large_ballot_that_was_counted_for_the_wrong_person_is_found(one_seat: Workspace) -> None:
    vote_invalid(one_seat)
    audit = open_audit(one_seat, AUDITOR, "bch", "bch-1", "ballots", 0.4)
    draw(one_seat, AUDITOR, audit.id, SEED, 60)
    for place in places_drawn(one_seat, AUDITOR, audit.id)[1]:
        counted = seen_as_counted(one_seat, place.place)
        write_down(one_seat, AUDITOR, audit.id, place.place, "2" if counted == "1" else counted, "A, B")
    found = evaluate(one_seat, AUDITOR, audit.id)
    assert found.state != "confirmed"
    assert {d.over for d in found.differing} == {2}


def test_whole_piles_of_classes_are_audited_in_shares(one_seat: Workspace) -> None:
    vote_invalid(one_seat)
    audit = open_audit(one_seat, AUDITOR, "bch", "bch-1", "piles", 0.4)
    draw(one_seat, AUDITOR, audit.id, SEED, 3)
    for place in places_drawn(one_seat, AUDITOR, audit.id)[1]:
        size, cast = (1000, (4, 3)) if place.batch == "hop-1000" else (1, (9, 9))
        votes = {f"bch-{n:02d}-{size}": CAST[size].count(f"bch-{n:02d}") for n in range(1, 13)}
        write_down_pile(one_seat, AUDITOR, audit.id, place.place, (*cast, votes), "A, B")
    found = evaluate(one_seat, AUDITOR, audit.id)
    assert found.differing == ()
    assert 0 < found.risk < 1


def test_seats_that_any_vote_would_fill_cannot_be_confirmed_by_a_sample(meeting: Workspace) -> None:
    vote_invalid(meeting)
    assert refused(lambda: open_audit(meeting, AUDITOR, "bch", "bch-1", "ballots", 0.1)) == {"audit-open"}


# The register --------------------------------------------------------------------------------------------


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as ended:
        main([str(a) for a in arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def head_folder(tmp_path: Path) -> Path:
    write_election(tmp_path / "by-head", by_head())
    return tmp_path / "by-head"


def register(tmp_path: Path, *holdings: object) -> Path:
    path = tmp_path / "so-co-dong.csv"
    lines = [f"Cổ đông {n},{h}" for n, h in enumerate(holdings, start=1)]
    path.write_text("họ tên,cổ phần\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_the_command_makes_classes_and_keeps_no_name(
    head_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = register(tmp_path, 2345, 1100, "3.000", 1000)
    assert run("shares", head_folder, given, "--classes", "1000,1", "--out", tmp_path / "out") == 1  # 1 has two holders
    assert "1 cổ phần" in capsys.readouterr().err
    given = register(tmp_path, 2345, 1100, "3.000", 1001, 7)
    assert run("shares", head_folder, given, "--classes", "1000,1", "--out", tmp_path / "out") == 0
    assert "453" in capsys.readouterr().out  # ballots of one share: 345 + 100 + 1 + 7
    election = load_election(tmp_path / "out")
    assert sorted(u.shares for u in election.units if u.seats) == [1, 1000]
    assert "Cổ đông" not in "".join(p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("holdings", "classes", "told"),
    [
        ((1000, 1000, 1005), "1000", "1005"),
        ((1000, 1000, "viele"), "1000,1", "viele"),
        ((1000, 1000, 1000), "1000,zehn", "zehn"),
        ((1000, 1000, 1000), "1000,1000", "1000,1000"),
        ((5000, 1000, 1000, 1, 1, 1), "5000,1000,1", "5000"),
    ],
)
def test_what_does_not_go_in_or_would_tell_a_vote_is_refused(
    head_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], holdings: tuple[object, ...], classes: str,
    told: str,
) -> None:  # fmt: skip
    code = run("shares", head_folder, register(tmp_path, *holdings), "--classes", classes, "--out", tmp_path / "out")
    assert code == 1
    assert told in capsys.readouterr().err.replace("\n", " ")
    assert not (tmp_path / "out").exists()


def test_classes_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    election = with_classes(by_head(), CLASSES)
    assert refused(lambda: with_classes(election, CLASSES)) == {"shares-definition"}
    write_election(tmp_path / "a", replace(election, rule_set="shareholders"))
    assert refused(lambda: load_election(tmp_path / "a")) == {"unit-shares"}
    units = tuple(replace(u, seats=8) if u.shares == 1 else u for u in election.units)
    write_election(tmp_path / "b", replace(election, units=units))
    assert refused(lambda: load_election(tmp_path / "b")) == {"unit-shares"}
    people = tuple(c for c in election.candidates if c.id != "bch-12-1")
    write_election(tmp_path / "c", replace(election, candidates=people))
    assert refused(lambda: load_election(tmp_path / "c")) == {"unit-shares"}
