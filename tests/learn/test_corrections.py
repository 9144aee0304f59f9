"""A person corrects the small spreadsheet, and it is put back into the form with all faults told at once."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Command
from drawn_forms import FORMS, saved, scanned

Rows = list[dict[str, str]]


@pytest.fixture
def form(kiemphieu: Command, tmp_path: Path) -> Path:
    blank = saved(scanned(FORMS["centred_names"]().pixels), tmp_path / "b.png")
    assert kiemphieu("learn", blank, "--out", tmp_path / "f.json").code == 0
    return tmp_path / "f.json"


def change(form: Path, edit: Callable[[Rows], Rows]) -> Path:
    path = form.with_suffix(".csv")
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    changed = edit(rows)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(changed)
    return path


def fields(form: Path) -> dict[str, dict[str, object]]:
    return {f["id"]: f for f in json.loads(form.read_text("utf-8"))["sides"][0]["fields"]}


def test_an_unchanged_sheet_gives_the_same_fields(form: Path, kiemphieu: Command) -> None:
    before = fields(form)
    assert kiemphieu("learn", "--apply", form.with_suffix(".csv"), "--out", form).code == 0
    assert fields(form) == before


def test_corrections_are_put_in_and_the_form_before_is_kept(form: Path, kiemphieu: Command) -> None:
    before = form.read_text("utf-8")

    def edit(rows: Rows) -> Rows:
        rows[0] |= {"label": "Hoàng Văn Thụ", "id": "thu", "w": "50,25", "contest": "qh"}
        return [r for r in rows if r["kind"] != "stray"]

    ran = kiemphieu("learn", "--apply", change(form, edit), "--out", form)
    assert ran.code == 0, ran.err
    after = fields(form)
    assert after["thu"]["label"] == "Hoàng Văn Thụ"
    assert after["thu"]["group"] == "qh"
    assert after["thu"]["box"][2] == 50.25  # type: ignore[index]
    assert "stray" not in after
    assert form.with_name("f.json.before").read_text("utf-8") == before
    two = next(f for f in after.values() if f.get("lines"))
    assert len(two["lines"]) == 2  # type: ignore[arg-type]


def test_all_faults_are_told_at_once_and_nothing_is_changed(form: Path, kiemphieu: Command) -> None:
    before = form.read_text("utf-8")

    def edit(rows: Rows) -> Rows:
        rows[0]["kind"] = "ovall"
        rows[1]["x"] = "twelve"
        rows[2]["w"] = "-3"
        rows[-1]["id"] = rows[-2]["id"]
        return rows

    ran = kiemphieu("learn", "--apply", change(form, edit), "--out", form)
    assert ran.code == 1
    for word in ("ovall", "twelve", "-3", "already"):
        assert word in ran.err
    assert len(ran.err.splitlines()) >= 4
    assert form.read_text("utf-8") == before


def test_a_box_off_the_page_is_refused(form: Path, kiemphieu: Command) -> None:
    def edit(rows: Rows) -> Rows:
        rows[0]["x"] = "500"
        return rows

    ran = kiemphieu("learn", "--apply", change(form, edit), "--out", form)
    assert ran.code == 1
    assert "beyond the page" in ran.err


def test_a_row_taken_out_by_its_kind_is_no_field(form: Path, kiemphieu: Command) -> None:
    def edit(rows: Rows) -> Rows:
        rows[0]["kind"] = "-"
        return rows

    gone = next(iter(fields(form)))
    assert kiemphieu("learn", "--apply", change(form, edit), "--out", form).code == 0
    assert gone not in fields(form)


def test_a_place_outside_the_page_is_told_in_its_row(form: Path, kiemphieu: Command) -> None:
    def edit(rows: Rows) -> Rows:
        rows[0] |= {"x": "900"}
        return rows

    ran = kiemphieu("learn", "--apply", change(form, edit), "--out", form)
    assert ran.code != 0
    assert "f.csv, row 2, column x" in " ".join(ran.err.split())
