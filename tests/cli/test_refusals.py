"""Bad input of every command: one line on standard error with the thing, the value and the remedy; never a trace."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from ran import Command

EXAMPLE = str(files("kiemphieu.example"))
PLACE = ("--batch", "b1", "--area", "kv1", "--contest", "qh")
SHEET = "batch,area,contest,declared,sides,folder\n"
REFUSED, USAGE = 1, 2

CASES: dict[str, tuple[str, int, tuple[str, ...]]] = {
    # arguments, exit code, what the line says
    "new: definition missing": ("new W --definition nix", REFUSED, ("nix: ", "No such file", "check the path")),
    "new: definition is text": ("new W --definition text.txt", REFUSED, ("text.txt: ", "docs/election-files.md")),
    "new: definition is binary": ("new W --definition bytes.dat", REFUSED, ("bytes.dat: is no YAML", "mend")),
    "new: folder without one": ("new W --definition empty", REFUSED, ("empty/election.yaml: ", "check the path")),
    "new: stands already": (f"new ws --definition {EXAMPLE}", REFUSED, ("ws: ", "choose a new one")),
    "new: below a file": (f"new text.txt/W --definition {EXAMPLE}", REFUSED, ("text.txt/W", "check path")),
    "new: no definition": ("new W", USAGE, ("kiemphieu new: Missing option '--definition'", "--help")),
    "new: a path as database": (f"new W --definition {EXAMPLE} --database a.db", REFUSED, ("a.db: ", "postgresql://")),
    "forms: no workspace": ("forms nix --out P", REFUSED, ("nix: no workspace is here", "kiemphieu new")),
    "forms: a file as folder": ("forms ws --out text.txt", USAGE, ("'--out'", "'text.txt' is a file", "--help")),
    "forms: copies": ("forms ws --out P --copies many", USAGE, ("'--copies'", "'many'", "--help")),
    "figures: missing": ("figures ws nix.xlsx", REFUSED, ("nix.xlsx: ", "check the path")),
    "figures: no spreadsheet": ("figures ws text.txt", REFUSED, ("text.txt: is neither .xlsx nor .csv", "save it")),
    "figures: broken": ("figures ws bytes.xlsx", REFUSED, ("bytes.xlsx: ", "save it anew")),
    "figures: empty": ("figures ws empty.csv", REFUSED, ("empty.csv: the sheet is empty", "first row")),
    "figures: other columns": ("figures ws other.csv", REFUSED, ("other.csv, row 1: ", "must hold: area, contest")),
    "simulate: folder in use": ("simulate ws --out ws", REFUSED, ("ws: the folder is not empty", "choose a new one")),
    "simulate: ballots": ("simulate ws --out P --ballots 2", USAGE, ("'--ballots'", "2 is not in the range")),
    "ingest: nothing": ("ingest ws", REFUSED, ("ingest: give --batches SHEET",)),
    "ingest: file missing": ("ingest ws nix.png {place}", REFUSED, ("nix.png: there is no such file", "check")),
    "ingest: folder empty": ("ingest ws empty {place}", REFUSED, ("empty: there are no files here", "check")),
    "ingest: area": ("ingest ws text.txt --batch b1 --area kv9 --contest qh --workers 1", REFUSED,
                     ("b1: the area 'kv9' is not in the election", "correct it")),
    "ingest: contest": ("ingest ws text.txt --batch b1 --area kv1 --contest hd --workers 1", REFUSED,
                        ("b1: the contest 'hd' is not held in area kv1", "correct it")),
    "ingest: declared": ("ingest ws text.txt {place} --declared l2", USAGE, ("'--declared'", "'l2'")),
    "ingest: sheet missing": ("ingest ws --batches nix.csv", REFUSED, ("nix.csv: ", "check the path")),
    "ingest: sheet of other columns": ("ingest ws --batches other.csv", REFUSED, ("other.csv, row 1: ", "must hold")),
    "ingest: declared in the sheet": ("ingest ws --batches declared.csv", REFUSED,
                                      ("declared.csv, row 2, column declared: 'l2'", "write a whole number")),
    "ingest: sides in the sheet": ("ingest ws --batches sides.csv", REFUSED,
                                   ("sides.csv, row 2, column sides: '3'", "write 1 or 2")),
    "ingest: folder in the sheet": ("ingest ws --batches folder.csv", REFUSED, ("nix: there is no such file", "check")),
    "backup: no folder": ("backup ws nix/f.bak", REFUSED, ("nix/f.bak: ", "No such file", "check the folder")),
    "batches: close unknown": ("batches ws --close b9", REFUSED, ("b9: there is no such batch", "kiemphieu batches")),
    "batches: void without reason": ("batches ws --void b9", REFUSED, ("b9: a change needs a reason", "write why")),
    "totals: file stands": ("totals ws --csv text.txt", REFUSED, ("text.txt: the file exists", "choose a new name")),
    "totals: nowhere": ("totals ws --json nix/t.json", REFUSED, ("nix/t.json: ", "check path")),
    "minutes: area": ("minutes ws --out P --area kv9", REFUSED, ("kv9: the area 'kv9'", "correct it")),
    "export: a file as folder": ("export ws --out text.txt", USAGE, ("'--out'", "'text.txt' is a file")),
    "backup: file stands": ("backup ws text.txt", REFUSED, ("text.txt: the file exists", "choose a new name")),
    "restore: missing": ("restore nix.bak W", REFUSED, ("nix.bak: there is no such file", "check the path")),
    "restore: no backup": ("restore text.txt W", REFUSED, ("text.txt: this is no whole backup", "use another copy")),
    "restore: onto another": ("restore text.txt ws", REFUSED, ("ws: the folder is not empty", "choose a new one")),
    "review: name": ("review answer ws --name _", REFUSED, ("--name: ' ' is no name", "give the person's name")),
    "review: no members": ("review team ws --leader An", USAGE, ("Missing option '--members'", "--help")),
    "review: vote": ("review team ws --leader An --members An;Ba --item 9 --vote valid", REFUSED,
                     ("--vote: 'valid' is no vote", "write Name=answer")),
    "review: item": ("review team ws --leader An --members An;Ba --item 9 --vote An=valid", REFUSED,
                     ("9: there is no such item", "reload the list")),
    "review: command": ("review answers ws", USAGE, ("No such command 'answers'", "--help")),
    "demo: a file as folder": ("demo --out text.txt", REFUSED, ("text.txt: cannot be used", "check path")),
    "read: no form": ("read text.txt", USAGE, ("Missing option '--form'", "--help")),
    "read: form missing": ("read --form nix.json text.txt", REFUSED, ("nix.json: ", "check the path")),
    "read: form is a folder": ("read --form empty text.txt", REFUSED, ("empty: ", "check the path")),
    "read: form is binary": ("read --form bytes.dat text.txt", REFUSED, ("bytes.dat: is no UTF-8 text", "JSON")),
    "no such command": ("count", USAGE, ("kiemphieu: No such command 'count'", "--help")),
}  # fmt: skip
WITH_WORKSPACE = (
    "forms {w} --out P",
    "figures {w} other.csv",
    "simulate {w} --out P",
    "ingest {w} text.txt {place}",
    "batches {w}",
    "totals {w}",
    "minutes {w} --out P",
    "export {w} --out P",
    "backup {w} f.bak",
    "review list {w}",
    "review answer {w} --name An",
    "review team {w} --leader An --members An",
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of the example election and files that are good for nothing."""
    desk = tmp_path_factory.mktemp("desk")
    (desk / "empty").mkdir()
    (desk / "text.txt").write_text("text\n")
    (desk / "scans").mkdir()
    (desk / "scans" / "one.jpg").write_text("text\n")
    for name in ("bytes.dat", "bytes.xlsx"):
        (desk / name).write_bytes(b"\xff\xfe\x00\x01")
    (desk / "empty.csv").write_text("")
    (desk / "other.csv").write_text("a,b\n1,2\n")
    (desk / "declared.csv").write_text(SHEET + "b1,kv1,qh,l2,1,scans\n")
    (desk / "sides.csv").write_text(SHEET + "b1,kv1,qh,12,3,scans\n")
    (desk / "folder.csv").write_text(SHEET + "b1,kv1,qh,12,1,nix\n")
    made = subprocess.run(
        [sys.executable, "-m", "kiemphieu", "new", desk / "ws", "--definition", EXAMPLE], check=False, cwd=desk
    )
    assert made.returncode == 0
    return desk


def contents(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.suffix not in (".sqlite-wal", ".sqlite-shm")}


def run(kiemphieu: Command, line: str) -> tuple[int, str, str]:
    words = [" " if word == "_" else word for word in line.replace("{place}", " ".join(PLACE)).split()]
    ran = kiemphieu(*words)
    return ran.code, ran.out, ran.err


@pytest.mark.parametrize(("line", "code", "words"), CASES.values(), ids=CASES)
def test_bad_input_is_one_line_that_says_what_where_and_how_to_mend(
    line: str, code: int, words: tuple[str, ...], desk: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    ended, out, told = run(kiemphieu, line)
    assert (ended, out) == (code, ""), told
    assert told.count("\n") == 1, told
    assert "Traceback" not in told
    for part in words:
        assert part in told


@pytest.mark.parametrize("line", WITH_WORKSPACE)
@pytest.mark.parametrize("where", ["nix", "empty"])
def test_every_command_refuses_a_folder_that_is_no_workspace(
    line: str, where: str, desk: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    before = contents(desk)
    code, out, told = run(kiemphieu, line.replace("{w}", where))
    assert (code, out) == (REFUSED, "")
    assert (
        told == f"{where}: no workspace is here; make one with 'kiemphieu new' or check the path [workspace-missing]\n"
    )
    assert contents(desk) == before


def test_a_workspace_whose_database_is_damaged_is_refused(
    tmp_path: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert kiemphieu("new", "ws", "--definition", EXAMPLE).code == 0
    (database,) = [p for p in (tmp_path / "ws").iterdir() if p.suffix in (".db", ".sqlite", ".sqlite3")]
    database.write_bytes(b"no database" * 1000)
    code, out, told = run(kiemphieu, "totals ws")
    assert (code, out, told.count("\n")) == (REFUSED, "", 1), told
    assert "Traceback" not in told


def test_rows_of_batches_that_the_election_does_not_know_are_told_together_and_nothing_is_opened(
    desk: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)
    (desk / "rows.csv").write_text(
        SHEET + "b1,kv1,qh,12,1,scans\nb/2,kv1,qh,12,1,scans\nb3,kv9,qh,,3,scans\nb4,kv1,nix,1,1,scans\n"
    )
    code, out, told = run(kiemphieu, "ingest ws --batches rows.csv")
    assert (code, out) == (REFUSED, "")
    assert [line.split(": ")[0] for line in told.splitlines()] == [
        "rows.csv, row 3, column batch",
        "rows.csv, row 4, column sides",
        "rows.csv, row 4, column area",
        "rows.csv, row 5, column contest",
    ]
    assert "b1" not in kiemphieu("batches", "ws").out


def test_a_workspace_that_could_not_be_made_whole_leaves_nothing_behind(
    tmp_path: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr("pipeline.storage.settings.create", full)
        assert kiemphieu("new", "ws", "--definition", EXAMPLE).code == REFUSED
    assert not (tmp_path / "ws").exists()
    (tmp_path / "ws").mkdir()
    with monkeypatch.context() as disk:
        disk.setattr("pipeline.storage.settings.create", full)
        assert kiemphieu("new", "ws", "--definition", EXAMPLE).code == REFUSED
    assert list((tmp_path / "ws").iterdir()) == []
    assert kiemphieu("new", "ws", "--definition", EXAMPLE).code == 0


def test_a_backup_onto_a_disk_that_takes_nothing_names_the_file_that_was_asked_for(
    desk: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(desk)

    def refused(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))

    monkeypatch.setattr("tarfile.open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    code, _, told = run(kiemphieu, "backup ws copy.bak")
    assert code == REFUSED
    assert told.startswith("copy.bak: the backup cannot be written (Read-only file system)")


def test_place_and_reason_are_vietnamese_too(desk: Path, kiemphieu: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    monkeypatch.setenv("KIEMPHIEU_LANG", "vi")
    _, _, told = run(kiemphieu, "ingest ws --batches declared.csv")
    assert told.startswith("declared.csv, dòng 2, cột declared: ")
    _, _, told = run(kiemphieu, "figures ws nix.xlsx")
    assert "(không có tệp hay thư mục này)" in told


def test_refusals_are_vietnamese_unless_english_is_asked_for(tmp_path: Path) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "KIEMPHIEU_LANG"}
    command = [sys.executable, "-m", "kiemphieu", "totals", "nix"]
    ran = subprocess.run(command, capture_output=True, check=False, cwd=tmp_path, env=environment)
    assert ran.returncode == REFUSED
    assert ran.stderr.decode().startswith("nix: ")
    assert "không" in ran.stderr.decode()
