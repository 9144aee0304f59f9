"""``kiemphieu forms`` prints count forms beside the ballots, and ``read`` reads them with the documents beside."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pypdfium2
from ran import Command

from pipeline.forms.count_forms import TRIAL
from pipeline.forms.document import load_form

EXAMPLE = Path(__file__).parents[2] / "kiemphieu" / "example"


def test_count_forms_are_printed_for_every_area_and_contest_and_are_read_again(
    tmp_path: Path, kiemphieu: Command
) -> None:
    assert kiemphieu("new", tmp_path / "w", "--definition", EXAMPLE).code == 0
    assert kiemphieu("forms", tmp_path / "w", "--out", tmp_path / "paper", "--bundles", 3).code == 0
    count = tmp_path / "paper" / "count"
    forms = {path.stem: load_form(path) for path in count.glob("*.json")}
    assert len(forms) == 3 * 9 + 3  # an inventory for each area
    assert {len(pypdfium2.PdfDocument(count / f"{name}.pdf")) for name in forms if name.startswith("kiem-phieu-")} == {
        3
    }
    for name in ("so-lieu-xa-kv1", "kiem-phieu-xa-kv1", "bien-ban-xa-kv1", "kiem-ke-kv1"):
        for sheet in pypdfium2.PdfDocument(count / f"{name}.pdf"):
            assert TRIAL in unicodedata.normalize("NFC", sheet.get_textpage().get_text_range())
    ran = kiemphieu("read", "--form", count / "so-lieu-xa-kv1.json", count / "so-lieu-xa-kv1.pdf")
    (line,) = ran.lines
    assert (line["status"], line["form"]) == ("read", "so-lieu-xa-kv1")
    assert [q["code"] for q in line["questions"]] == ["form_empty", "R17", "R17", "R17", "R17"]
    assert [q["fields"] for q in line["questions"][1:]] == [
        ["sign_witness_1"], ["sign_witness_2"], ["sign_secretary"], ["sign_leader"]
    ]  # fmt: skip
    assert not any(f["accepted"] for f in line["fields"] if f["kind"] == "number")
    pages = kiemphieu("read", "--form", count / "bien-ban-qh-kv1.json", count / "bien-ban-qh-kv1.pdf").lines
    assert {(p["status"], p["form"]) for p in pages} == {("read", "bien-ban-qh-kv1")}
    told = {f["id"]: (f["value"], f["accepted"]) for p in pages for f in p["fields"] if f["kind"] == "number"}
    assert set(told.values()) == {(None, False)}
    assert [q["fields"] for p in pages for q in p.get("questions", []) if q["code"] == "R17"] == [
        ["sign_witness_1"], ["sign_leader"], ["sign_secretary"], ["sign_witness_2"]
    ]  # fmt: skip
    assert {"voters", "valid_percent", "votes_5", "of_valid_5"} <= told.keys()
    other = kiemphieu("read", "--form", count / "so-lieu-xa-kv1.json", count / "so-lieu-xa-kv2.pdf").lines[0]
    assert (other["status"], other["reason"]) == ("rejected", "other_form")
