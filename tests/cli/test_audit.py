"""The commands of an audit, of exports and of anomalies as users give them, and one line for what cannot be."""

from __future__ import annotations

import csv
import shutil
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from ran import Command

from pipeline.access.roles import Actor
from pipeline.election.load import load_election
from pipeline.usecases.workspace import create_workspace, open_workspace

for room in ("ingest", "review_ui"):
    sys.path.insert(0, str(Path(__file__).parents[1] / room))

import counted  # noqa: E402
from visitors import Clock  # noqa: E402

LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
SEED = "3141 5926 5358 9793 2384"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A unit of twelve ballots whose result is official."""
    folder = tmp_path_factory.mktemp("audit")
    create_workspace(folder / "empty", load_election(Path(str(files("kiemphieu.example"))))).close()
    counted.scanned(folder / "empty", folder / "count")
    opened = open_workspace(folder / "count", Clock())
    with opened.database.write() as db:
        counted.accounts.put(db, LEADER)
    counted.closed(opened, LEADER, "invalid:c")
    counted.nobody_in_the_other_areas(opened)
    opened.close()
    return folder / "count"


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "count")
    return tmp_path / "count"


def test_an_audit_from_beginning_to_end(workspace: Path, tmp_path: Path, kiemphieu: Command) -> None:
    opened = kiemphieu("audit", "open", workspace, "--contest", "qh", "--unit", "qh-1", "--risk", "0.3")
    assert opened.code == 0
    assert "digest" in opened.out
    assert kiemphieu("audit", "draw", workspace, 1, "--seed", SEED).code == 0
    assert kiemphieu("audit", "sheets", workspace, 1, "--out", tmp_path / "forms").code == 0
    with (tmp_path / "forms" / "audit-1-seen.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row["seen"] = "missing"
    with (tmp_path / "filled.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["place", "seen"])
        writer.writeheader()
        writer.writerows(rows)
    entered = kiemphieu("audit", "enter", workspace, 1, "--file", tmp_path / "filled.csv", "--by", "An, Ba")
    assert entered.code == 0, entered.err
    assert f"{len(rows)} places written down" in entered.out
    told = kiemphieu("audit", "result", workspace, 1)
    assert "count all ballots of the unit by hand" in " ".join(told.out.split())
    assert "confirms who is elected" not in told.out
    assert "31415926535897932384" in kiemphieu("audit", "list", workspace).out
    found = kiemphieu("audit", "find", workspace, "kv1-qh/2")
    assert "scan-001.jpg" in found.out


def test_good_rows_of_a_list_are_kept_and_bad_ones_told(workspace: Path, tmp_path: Path, kiemphieu: Command) -> None:
    kiemphieu("audit", "open", workspace, "--contest", "qh", "--unit", "qh-1", "--risk", "0.3")
    kiemphieu("audit", "draw", workspace, 1, "--seed", SEED)
    kiemphieu("audit", "sheets", workspace, 1, "--out", tmp_path / "forms")
    with (tmp_path / "forms" / "audit-1-seen.csv").open(encoding="utf-8-sig", newline="") as stream:
        place = next(csv.DictReader(stream))["place"]
    (tmp_path / "some.csv").write_text(f"place,seen\n{place},1 2\nkv9/1,1\n{place},\n", encoding="utf-8")
    entered = kiemphieu("audit", "enter", workspace, 1, "--file", tmp_path / "some.csv", "--by", "An")
    assert entered.code == 1
    assert "1 places written down" in entered.out
    assert entered.err.count("\n") == 1
    assert entered.err.startswith("kv9/1: ")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (
            ("open", "{w}", "--contest", "qh", "--unit", "nothing"),
            1,
            "nothing: the unit 'nothing' is not in this contest",
        ),
        (
            ("open", "{w}", "--contest", "tinh", "--unit", "tinh-4"),
            1,
            "tinh-4: the result of this unit is not official",
        ),
        (("open", "{w}", "--contest", "qh", "--unit", "qh-1", "--risk", "5"), 1, "write a number between 0 and 1"),
        (("draw", "{w}", "7", "--seed", SEED), 1, "7: there is no audit of that number"),
        (("result", "{w}", "7"), 1, "7: there is no audit of that number"),
        (("find", "{w}", "kv1-qh/99"), 1, "kv1-qh/99: there is no ballot 'kv1-qh/99'"),
        (("enter", "{w}", "7", "--by", "An"), 2, "give PLACE and SEEN, or --file"),
        (("enter", "{w}", "7", "--by", "An", "--file", "{bad}"), 1, "bad.csv: this is no CSV in UTF-8"),
        (("enter", "{w}", "7", "--by", "An", "--file", "{other}"), 1, "other.csv: the list needs the columns"),
    ],
)
def test_what_cannot_be_is_one_line(
    workspace: Path, tmp_path: Path, kiemphieu: Command, arguments: tuple[str, ...], code: int, told: str
) -> None:
    (tmp_path / "bad.csv").write_bytes(b"place,seen\n\xff\xfe,1\n")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    given = {"{w}": workspace, "{bad}": tmp_path / "bad.csv", "{other}": tmp_path / "other.csv"}
    ran = kiemphieu("audit", *(given.get(a, a) for a in arguments))
    assert (ran.code, ran.err.count("\n")) == (code, 1)
    assert told in ran.err


def test_exports_are_written_once_and_never_replaced(workspace: Path, tmp_path: Path, kiemphieu: Command) -> None:
    ran = kiemphieu("export", workspace, "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    names = {f.name for f in (tmp_path / "out").iterdir()}
    assert {"totals-tam-tinh.csv", "totals-tam-tinh.json", "cvr.json", "cvr.xml", "readings.csv"} <= names
    assert {f"levels-tam-tinh.{k}" for k in ("csv", "xlsx", "json")} <= names
    assert {"results-tam-tinh.json", "results-tam-tinh.xml"} <= names
    again = kiemphieu("export", workspace, "--out", tmp_path / "out", "--only", "cvr")
    assert again.code == 1
    assert "cvr.json: the file exists" in again.err


def test_strange_things_are_listed_with_pictures(workspace: Path, tmp_path: Path, kiemphieu: Command) -> None:
    ran = kiemphieu("anomalies", workspace, "--contest", "qh", "--pictures", tmp_path / "pictures")
    assert ran.code == 0, ran.err
    assert "scanned twice" in " ".join(ran.out.split())
    assert len(list((tmp_path / "pictures").rglob("*.jpg"))) >= 2
    assert kiemphieu("anomalies", workspace, "--contest", "nothing").code == 1
