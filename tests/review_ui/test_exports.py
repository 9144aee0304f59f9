"""Files for others: every level, election results, ballots; official schemas, closed batches only, nothing half."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import counted
import pytest
from openpyxl import load_workbook

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.storage import log
from pipeline.usecases import exports
from pipeline.usecases.exports import levels_export, results_export, write_cvr, write_readings
from pipeline.usecases.workspace import Workspace

sys.path.insert(0, str(Path(__file__).parents[1] / "usecases"))

import nist

LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
COMMITTEE = Actor("ban", "Ban bầu cử", frozenset({"committee"}))


@pytest.fixture
def closed(mixed_count: Workspace) -> Workspace:
    """Twelve ballots of one area, settled and closed: 7 valid, 5 invalid (3 c, 1 d, 1 held invalid)."""
    with mixed_count.database.write() as db:
        counted.accounts.put(db, LEADER)
    counted.closed(mixed_count, LEADER, "invalid:c")
    return mixed_count


def test_the_official_schemas_accept_results_that_are_partial(closed: Workspace) -> None:
    document = nist.valid_json("results", results_export(closed, COMMITTEE, "json")[1])
    name, xml = results_export(closed, COMMITTEE, "xml")
    nist.valid_xml("results", xml)
    assert (name, document["Status"], document["IsTest"]) == ("results-tam-tinh.xml", "unofficial-partial", True)


def test_results_have_the_votes_of_the_area_and_of_its_unit(closed: Workspace) -> None:
    document = json.loads(results_export(closed, COMMITTEE, "json")[1])
    levels = json.loads(levels_export(closed, COMMITTEE, "json")[1])
    area = next(r for r in levels["levels"] if r["level"] == "area" and r["contest"] == "qh" and r["id"] == "kv1")
    assembly = document["Election"][0]
    told = {
        s["CandidateIds"][0].removeprefix("candidate-"): {c["GpUnitId"]: c["Count"] for c in s["VoteCounts"]}
        for c in assembly["Contest"]
        for s in c["ContestSelection"]
    }
    assert {c: v["area-qh-kv1"] for c, v in told.items() if v["area-qh-kv1"]} == area["votes"]
    assert all(len(set(v.values())) == 1 for v in told.values())  # one closed area: the unit has the same
    assert assembly["BallotCounts"][0]["BallotsCast"] == 12
    assert assembly["BallotCounts"][0]["BallotsRejected"] == area["invalid"]


def test_every_level_is_the_sum_of_the_areas_below_it(closed: Workspace) -> None:
    rows = json.loads(levels_export(closed, COMMITTEE, "json")[1])["levels"]
    of = {(r["contest"], r["level"]): r for r in rows if r["contest"] == "qh" and r["level"] != "area"}
    areas = [r for r in rows if r["contest"] == "qh" and r["level"] == "area"]
    for level in ("contest", "province", "commune"):
        for figure in ("areas_closed", "voters", "voted", "collected", "valid", "invalid"):
            assert of["qh", level][figure] == sum(a[figure] for a in areas), (level, figure)
    assert of["qh", "contest"]["collected"] == 12
    assert not of["qh", "contest"]["official"]


def test_csv_and_spreadsheet_have_the_figures_of_the_json(closed: Workspace) -> None:
    rows = json.loads(levels_export(closed, COMMITTEE, "json")[1])["levels"]
    name, text = levels_export(closed, COMMITTEE, "csv")
    assert name == "levels-tam-tinh.csv"
    lines = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"))))
    told = {(x["contest"], x["level"], x["id"], x["figure"], x["candidate"]): int(x["value"]) for x in lines}
    book = load_workbook(io.BytesIO(levels_export(closed, COMMITTEE, "xlsx")[1]))
    assert book.sheetnames == ["levels tam-tinh", "votes tam-tinh"]
    head, *body = book["levels tam-tinh"].iter_rows(values_only=True)
    sheet = {row[:3]: dict(zip(head, row, strict=True)) for row in body}
    for row in rows:
        key = (row["contest"], row["level"], row["id"])
        assert told[(*key, "valid", "")] == sheet[key]["valid"] == row["valid"]
        assert {c: told[(*key, "votes", c)] for c in row["votes"]} == row["votes"]


def test_ballots_of_open_batches_are_not_given_out(mixed_count: Workspace, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no batch of this is closed") as refused:
        write_cvr(mixed_count, COMMITTEE, tmp_path / "cvr.json", "json")
    assert refused.value.problems[0].code == "nothing-closed"
    assert write_readings(mixed_count, COMMITTEE, tmp_path / "readings.csv") == 0
    assert [f.name for f in tmp_path.glob("cvr*")] == []


def test_a_file_that_fails_half_way_leaves_nothing(
    closed: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> object:
        yield from ()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exports, "cast_ballots", fails)
    with pytest.raises(OSError, match="No space"):
        write_cvr(closed, COMMITTEE, tmp_path / "cvr.json", "json")
    assert list(tmp_path.glob("cvr*")) == []


def test_a_committee_downloads_them_and_the_log_tells_it(
    closed: Workspace, signed_in_at: Callable[..., object]
) -> None:
    browser = signed_in_at(closed, "ban", "committee")
    for path in ("levels.csv", "levels.xlsx", "levels.json", "results.json", "results.xml", "cvr.json", "cvr.xml"):
        answer = browser.client.get(f"/downloads/{path}")  # type: ignore[attr-defined]
        assert answer.status_code == 200, path
        assert "attachment" in answer.headers["Content-Disposition"]
    nist.valid_xml("cvr", answer.content)
    with closed.database.read() as db:
        acts = [line.event.act for line in log.lines(db)]
    assert [acts.count(f"{a}_exported") for a in ("levels", "results", "cvr")] == [3, 2, 2]


def test_witnesses_and_reviewers_download_nothing(closed: Workspace, signed_in_at: Callable[..., object]) -> None:
    browser = signed_in_at(closed, "an", "witness", "reviewer")
    for path in ("levels.csv", "results.xml", "cvr.json"):
        assert browser.client.get(f"/downloads/{path}").status_code == 403  # type: ignore[attr-defined]


def test_readings_are_those_of_closed_batches(closed: Workspace, tmp_path: Path) -> None:
    number = write_readings(closed, SYSTEM, tmp_path / "readings.csv")
    lines = list(csv.DictReader((tmp_path / "readings.csv").open(encoding="utf-8-sig")))
    assert len(lines) == number == 12 * 7
    assert {"batch", "ballot", "value", "accepted"} <= set(lines[0])
