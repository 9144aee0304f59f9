"""``kiemphieu sheets``: scanned sheets of figures and tally sheets without the browser."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest
from ran import Command

from calibration.digits.filled_form import laid_askew
from pipeline.access.roles import Actor
from pipeline.election.load import load_election
from pipeline.storage import accounts
from pipeline.tally.bundles import added_up
from pipeline.usecases.count_sheets import confirm_sheet, sheet_view, void_sheet
from pipeline.usecases.workspace import create_workspace, open_workspace
from tests.count_forms.conftest import BUNDLE, FIGURES, Printed, commune, figures, other_area, tally
from tests.count_forms.handing_in import ONE, TWO, typed_by_two, without_code

__all__ = ["commune", "figures", "other_area", "tally"]
PLACE = ("--area", "kv1", "--contest", "xa")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = create_workspace(tmp_path / "count", load_election(Path(str(files("kiemphieu") / "example"))))
    with made.database.write() as db:
        for actor in (ONE, TWO):
            accounts.put(db, actor)
    made.close()
    return tmp_path / "count"


def scan(folder: Path, name: str, page: np.ndarray) -> Path:
    path = folder / name
    assert cv2.imwrite(str(path), page)
    return path


def settle(workspace: Path, sheet: str, truth: Mapping[str, int]) -> None:
    """Two people type all that is asked of them."""
    opened = open_workspace(workspace)
    assert typed_by_two(opened, sheet, truth).ready
    opened.close()


def test_a_sheet_is_read_and_its_document_tells_what_stands_and_why_the_rest_is_asked(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    page = scan(tmp_path, "one.png", figures.filled({k: v for k, v in FIGURES.items() if k != "valid"}, 22))
    ran = kiemphieu("sheets", workspace, page, *PLACE, "--out", tmp_path / "sheets.json")
    assert ran.code == 0, ran.err
    document = json.loads((tmp_path / "sheets.json").read_text("utf-8"))
    assert document["format"] == "kiemphieu-sheets/1"
    (sheet,) = document["sheets"]
    of = {f["field"]: f for f in sheet["figures"]}
    assert (of["valid"]["state"], of["valid"]["value"]) == ("open", None)
    assert "empty" in [why["code"] for why in of["valid"]["why"]]
    assert sheet["ask_first"][0] == "valid"
    assert "nothing is written" in ran.out
    standing = {name: f["value"] for name, f in of.items() if f["state"] == "machine"}
    assert standing
    for name, value in standing.items():
        assert int(value.replace(".", "")) == FIGURES[name]
    asked = [f for f in of.values() if f["state"] == "open"]
    assert all(f["value"] is None and f["why"] for f in asked)
    opened = open_workspace(workspace)
    assert sheet_view(opened, ONE, sheet["sheet"]).asked[0] == "valid"
    opened.close()


def test_the_same_scan_again_changes_nothing_and_is_told(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    page = scan(tmp_path, "one.png", figures.filled(FIGURES, 21))
    assert kiemphieu("sheets", workspace, page, *PLACE).code == 0
    again = kiemphieu("sheets", workspace, page, *PLACE)
    assert again.code == 0
    assert "was here already" in again.out
    assert kiemphieu("sheets", workspace, *PLACE).out.count("figures that stand") == 1


def test_a_page_that_is_there_twice_and_a_leaders_exception_are_told(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    true = {**FIGURES, "issued": 1030, "received": 1180}
    page = figures.filled(true, 24)
    scans = [scan(tmp_path, "one.png", page), scan(tmp_path, "again.png", laid_askew(page, 0.7))]
    ran = kiemphieu("sheets", workspace, *scans, *PLACE, "--out", tmp_path / "1.json")
    assert ran.code == 1
    one, other = json.loads((tmp_path / "1.json").read_text("utf-8"))["sheets"]
    assert (one["same_page"], other["same_page"]) == ([other["sheet"]], [one["sheet"]])
    assert {one["file"], other["file"]} == {"one.png", "again.png"}
    assert " ".join(ran.out.split()).count("take all but one out") == 2
    settle(workspace, one["sheet"], true)
    opened = open_workspace(workspace)
    leader = Actor("truong", "Lê Văn Trưởng", frozenset({"team_leader"}))
    with opened.database.write() as db:
        accounts.put(db, leader)
    void_sheet(opened, ONE, other["sheet"], "scanned twice")
    confirm_sheet(opened, leader, one["sheet"], "ten ballots too many", "signed")
    opened.close()
    ran = kiemphieu("sheets", workspace, *PLACE, "--out", tmp_path / "2.json")
    (sheet,) = json.loads((tmp_path / "2.json").read_text("utf-8"))["sheets"]
    assert (sheet["confirmed"]["by"], set(sheet["confirmed"]["broken"])) == ("truong", {"R4", "R20"})
    assert "Lê Văn Trưởng against R4, R20: ten ballots too many" in " ".join(ran.out.split())


def test_a_page_whose_code_cannot_be_read_is_named_on_the_command_line(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    path = scan(tmp_path, "smeared.png", without_code(figures.filled(FIGURES, 21), figures.form.sides[0]))
    ran = kiemphieu("sheets", workspace, path, *PLACE)
    assert ran.code == 1
    assert "say which one it is" in " ".join(ran.out.split())
    refused = kiemphieu("sheets", workspace, path, *PLACE, "--named", "bien-ban-xa-kv1/9")
    assert refused.code == 1
    assert "bien-ban-xa-kv1/2" in " ".join(refused.err.split())
    assert kiemphieu("sheets", workspace, path, *PLACE, "--named", "so-lieu-xa-kv1").code == 0


def test_bundles_are_added_up_once_every_one_is_there(
    kiemphieu: Command, workspace: Path, figures: Printed, tally: Printed, tmp_path: Path
) -> None:
    first, second = {**BUNDLE, "bundle": 1}, {**BUNDLE, "bundle": 2}
    whole = {**FIGURES, "collected": 100, "valid": 96, "invalid": 4, "votes_sum": 321,
             **{f"left_{k}": 2 * BUNDLE[f"left_{k}"] for k in range(1, 6)},
             **{f"votes_{i}": 2 * BUNDLE[f"votes_{i}"] + (i == 1) for i in range(1, 9)}}  # fmt: skip
    scan(tmp_path, "a.png", tally.filled(first, 5))
    scan(tmp_path, "b.png", figures.filled(whole, 7))
    scans = [tmp_path / "a.png", tmp_path / "b.png"]
    kiemphieu("sheets", workspace, *scans, *PLACE, "--out", tmp_path / "1.json")
    before = json.loads((tmp_path / "1.json").read_text("utf-8"))
    assert all(s["bundles"] is None for s in before["bundles"]["sums"])
    for sheet in before["sheets"]:
        settle(workspace, sheet["sheet"], first if "kiem-phieu" in sheet["form"] else whole)
    third = scan(tmp_path, "c.png", tally.filled(second, 6))
    kiemphieu("sheets", workspace, third, *PLACE, "--out", tmp_path / "2.json")
    mine = json.loads((tmp_path / "2.json").read_text("utf-8"))["sheets"][-1]
    settle(workspace, mine["sheet"], second)
    ran = kiemphieu("sheets", workspace, *PLACE, "--out", tmp_path / "3.json")
    document = json.loads((tmp_path / "3.json").read_text("utf-8"))["bundles"]
    sums = {s["field"]: s for s in document["sums"]}
    assert (sums["collected"]["bundles"], sums["collected"]["figures"]) == (100, 100)
    assert [f for f, s in sums.items() if s["differs"]] == ["votes_sum", "votes_1"]
    assert ran.code == 1
    name = next(f.label for f in figures.form.sides[0].fields if f.id == "votes_1")
    assert f"{name}: all bundles 60, sheet of figures 61" in ran.out


def test_a_sheet_of_another_area_is_not_taken_and_told_with_its_name(
    kiemphieu: Command, workspace: Path, other_area: Printed, tmp_path: Path
) -> None:
    page = scan(tmp_path, "other.png", other_area.filled(FIGURES, 26))
    ran = kiemphieu("sheets", workspace, page, *PLACE)
    assert ran.code == 1
    assert "Trường tiểu học An Phú" in " ".join(ran.out.split())
    assert other_area.form.id not in ran.out.replace("\n", "")


def test_r17_a_place_where_no_signature_was_seen_is_printed_and_stands_in_the_document(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    signed = dict.fromkeys(("sign_witness_1", "sign_witness_2", "sign_secretary"), "x")
    page = scan(tmp_path, "one.png", figures.filled(FIGURES, 21, **signed))
    ran = kiemphieu("sheets", workspace, page, *PLACE, "--out", tmp_path / "sheets.json")
    assert ran.out.count("R17") == 1
    assert "R17: no signature was seen at TỔ TRƯỞNG" in " ".join(ran.out.split())
    (sheet,) = json.loads((tmp_path / "sheets.json").read_text("utf-8"))["sheets"]
    assert [(q["code"], q["fields"]) for q in sheet["questions"]] == [("R17", ["sign_leader"])]
    assert [s["state"] for s in sheet["signatures"]] == ["present", "present", "present", "absent"]
    assert sheet["paper"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--area", "kv99", "--contest", "xa"), "kv99"),
        (("--area", "kv1", "--contest", "nowhere"), "kv1"),
        (("nothing.png", *PLACE), "nothing.png"),
    ],
)
def test_what_is_not_there_is_refused_in_one_line(
    kiemphieu: Command, workspace: Path, arguments: tuple[str, ...], told: str
) -> None:
    ran = kiemphieu("sheets", workspace, *arguments)
    assert ran.code != 0
    assert told in ran.err
    assert "Traceback" not in ran.err


def test_a_document_that_stands_is_not_replaced_and_nothing_is_taken(
    kiemphieu: Command, workspace: Path, figures: Printed, tmp_path: Path
) -> None:
    (tmp_path / "old.json").write_text("{}")
    page = scan(tmp_path, "one.png", figures.blank)
    ran = kiemphieu("sheets", workspace, page, *PLACE, "--out", tmp_path / "old.json")
    assert ran.code != 0 and "old.json" in ran.err.replace("\n", "")
    assert (tmp_path / "old.json").read_text() == "{}"
    assert "figures that stand" not in kiemphieu("sheets", workspace, *PLACE).out


def test_bundles_that_are_missing_twice_or_open_are_never_added_up() -> None:
    one = {"bundle": 1, "ballots": 50, "votes_1": 20, "tally_1": 20}
    assert added_up([one, {**one, "bundle": 3}], {}, {}).missing == (2,)
    assert added_up([one, one], {}, {}).twice == (1,)
    assert added_up([one, {**one, "bundle": None}], {}, {}).unknown == 1
    for wrong in (3, 1, None):
        found = added_up([one, {**one, "bundle": wrong}], {"collected": 99}, {})
        assert not found.whole
        assert [s.added for s in found.sums] == [None, None]
        assert found.differing == ()
    found = added_up([one, {**one, "bundle": 2}], {"collected": 100, "votes_1": 40}, {"votes_1": 41})
    assert [(s.field, s.added, s.differs) for s in found.sums] == [("collected", 100, False), ("votes_1", 40, True)]
    assert added_up([one, {**one, "bundle": 2, "votes_1": None}], {}, {}).sums[1].added is None
    assert added_up([], {"collected": 5}, {}).sums == ()
