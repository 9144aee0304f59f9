"""The spreadsheet of batches: all of its faults in one run, and the headers that an official writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiemphieu.piles import Pile, piles_of, scans_in
from kiemphieu.screen import table
from pipeline.errors import Refusal


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b", "a"):
        (tmp_path / "scans" / "one").mkdir(parents=True, exist_ok=True)
        (tmp_path / "scans" / "one" / f"{name}.jpg").write_bytes(b"")
    (tmp_path / "scans" / "one" / ".hidden").write_bytes(b"")
    (tmp_path / "scans" / "none").mkdir()
    return tmp_path


def sheet(folder: Path, *lines: str, header: str = "batch,area,contest,declared,sides,folder") -> Path:
    path = folder / "batches.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return path


def test_piles_come_with_the_files_of_their_folder_in_order(folder: Path) -> None:
    one, two = piles_of(sheet(folder, "lo1,kv1,qh,120,2,scans/one", "lo2,kv1,xa,,1,scans/one"))
    files = (folder / "scans/one/a.jpg", folder / "scans/one/b.jpg")
    assert one == Pile("lo1", "kv1", "qh", 120, "duplex", files)
    assert two == Pile("lo2", "kv1", "xa", None, "simplex", files)


def test_files_lie_in_the_order_of_the_numbers_in_their_names(tmp_path: Path) -> None:
    """The place of a sheet in its pile follows from it, and with it which sheet of paper people look at."""
    names = ["Scan (1).jpg", "scan (2).jpg", "Scan (10).jpg", "Scan (010).jpg", "scan (11) 1.jpg", "scan (11) 3.jpg"]
    for name in sorted(names):
        (tmp_path / name).write_bytes(b"")
    found = [path.name for path in scans_in([tmp_path])]
    assert [*found[:2], *found[4:]] == [*names[:2], *names[4:]]
    assert set(found[2:4]) == set(names[2:4])


def test_vietnamese_headers_are_known(folder: Path) -> None:
    header = "Mã lô;Khu vực bỏ phiếu;Cuộc bầu;Số phiếu;Số mặt;Thư mục"
    (one,) = piles_of(sheet(folder, "lo1;kv1;qh;1.200;1;scans/one", header=header))
    assert (one.batch, one.area, one.contest, one.declared) == ("lo1", "kv1", "qh", 1200)


def test_all_faults_come_out_in_one_run(folder: Path) -> None:
    path = sheet(
        folder,
        "lo1,kv1,qh,12O,1,scans/one",
        "lo2,,qh,120,3,scans/none",
        "lo1,kv1,qh,120,1,scans/absent",
    )
    with pytest.raises(Refusal) as refused:
        piles_of(path)
    told = {(p.code, p.place.split(":")[0]) for p in refused.value.problems}
    assert told == {
        ("declared", "batches.csv, row 2, column declared"),
        ("cell-empty", "batches.csv, row 3, column area"),
        ("sides", "batches.csv, row 3, column sides"),
        ("scans-missing", "batches.csv, row 3, column folder"),
        ("id-twice", "batches.csv, row 4, column batch"),
        ("file-missing", "batches.csv, row 4, column folder"),
    }


def test_a_sheet_without_rows_is_refused(folder: Path) -> None:
    with pytest.raises(Refusal, match="no rows"):
        piles_of(sheet(folder))


def test_a_folder_of_piles_is_no_pile(folder: Path) -> None:
    """What lies in folders below would be passed over in silence."""
    (folder / "scans" / "loose.jpg").write_bytes(b"")
    with pytest.raises(Refusal, match=r"scans-below") as refused:
        scans_in([folder / "scans"])
    assert dict(refused.value.problems[0].text.params)["folders"] == "none, one"


def test_ids_of_a_list_are_shown_whole(capfd: pytest.CaptureFixture[str]) -> None:
    """Somebody copies them from there into the next command."""
    ids = tuple(f"{name}-truong-so-2-ban-chap-hanh" for name in ("hoi", "nha", "san"))
    table("Batches", ("batch", "area", "contest"), [ids])
    shown = "".join(capfd.readouterr().out.split())
    assert "…" not in shown
    assert shown.count("-hanh") == 3


@pytest.mark.parametrize(("language", "shown"), [("vi", "1.019"), ("en", "1,019")])
def test_thousands_are_parted_as_each_language_parts_them(
    language: str, shown: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", language)
    table("Batches", ("ballots",), [(1019,)])
    assert shown in capfd.readouterr().out
