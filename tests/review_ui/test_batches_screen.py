"""Batches in a real browser: opened, handed in, read while one looks on, closed; and what goes wrong with files."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from counting_team import PLAIN, counting, scans
from playwright.sync_api import Page, expect
from serving import command, free_port, kill
from typed_paper import Sheet
from visitors import Browser, person

from pipeline.access.roles import SYSTEM
from pipeline.audit.chain import verify
from pipeline.errors import Refusal
from pipeline.storage import batches, log, pages
from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.batches import batch_count, close_batch
from pipeline.usecases.delivery import FolderNews, deliver, take_folder, watch_folder
from pipeline.usecases.execution import Outcome, Task
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace, open_workspace

Screens = Callable[..., Page]
FOREIGN = Sheet(foreign=True)


def numbers(workspace: Workspace, key: str = "kv1-qh") -> tuple[int, int, int]:
    """Sheets scanned, pages unread, items open."""
    with workspace.database.read() as db:
        batch = batches.get(db, key)
        assert batch is not None
        found = batch_count(db, batch)
        assert verify(log.lines(db)) is None
    return found.scanned, found.unread, found.open_items


def until(condition: Callable[[], bool]) -> None:
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come about")


def test_a_batch_is_opened_handed_in_read_and_closed(workspace: Workspace, tmp_path: Path, screen_of: Screens) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 6)
    with counting(workspace, some.read, 1) as (serving, _):
        an = screen_of("an", "operator", path="/batches", at=serving)
        an.select_option("select[name=area]", "kv2")
        an.select_option("select[name=contest]", "qh")
        an.fill("[name=declared]", "6")
        with an.expect_navigation():
            an.press("[name=declared]", "Enter")
        assert an.url.endswith("/batches/kv2-qh")
        an.set_input_files("#files", some.files)
        an.evaluate("window.kept = 1")
        an.click("#upload button")
        expect(an.locator("#sent-text")).to_contain_text("Đã nộp đủ 6 tệp")
        expect(an.locator(".numbers .match")).to_be_visible()
        expect(an.locator("[data-live] .done")).to_be_visible()
        assert an.evaluate("window.kept") == 1  # the page was not loaded anew
        assert numbers(workspace, "kv2-qh") == (6, 0, 0)
        an.keyboard.press("Escape")
        an.locator("h1").click()
        with an.expect_navigation():
            an.keyboard.press("c")
        with workspace.database.read() as db:
            found = batches.get(db, "kv2-qh")
            assert found is not None
            assert found.state == "closed"


def test_progress_and_rejected_sheets_appear_while_it_is_read(
    workspace: Workspace, tmp_path: Path, screen_of: Screens
) -> None:
    some = scans(workspace, tmp_path / "scans", [*[PLAIN] * 20, FOREIGN, *[PLAIN] * 19])
    turn = threading.Semaphore(0)

    def read(task: Task) -> list[Outcome]:
        turn.acquire(timeout=30)
        return some.read(task)

    with counting(workspace, read, 40) as (serving, reader):
        for file in some.files:
            assert deliver(workspace, SYSTEM, "kv1-qh", file.name, file.read_bytes()).good
        reader.wake("kv1-qh", SYSTEM)
        an = screen_of("an", "operator", path="/batches/kv1-qh", at=serving)
        expect(an.locator(".numbers .wide dd")).to_contain_text("0 / 40")
        turn.release(3)  # three tasks of eight pages: one transaction
        expect(an.locator(".numbers .wide dd")).to_contain_text("24 / 40")
        expect(an.locator(".rejects li")).to_have_count(1)
        assert an.locator(".rejects img").evaluate("p => p.decode().then(() => p.naturalHeight)") == 240
        turn.release(9)
        expect(an.locator(".numbers .wide dd")).to_contain_text("40 / 40")
        expect(an.locator(".numbers .mismatch")).to_contain_text("-1")


def test_what_is_no_scan_is_told_and_not_kept(workspace: Workspace, tmp_path: Path, screen_of: Screens) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 2)
    (tmp_path / "notes.jpg").write_text("this is no picture", encoding="utf-8")
    (tmp_path / "empty.png").write_bytes(b"")
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "locked.pdf", encryption=pikepdf.Encryption(owner="o", user="u"))
    (tmp_path / "large.jpg").write_bytes(some.files[1].read_bytes() + b"\0" * 1_000_000)
    bad = [tmp_path / n for n in ("notes.jpg", "empty.png", "locked.pdf", "large.jpg")]
    with counting(workspace, some.read, upload_mb=1) as (serving, _):
        an = screen_of("an", "operator", path="/batches/kv1-qh", language="en", at=serving)
        an.set_input_files("#files", [*bad, some.files[0], some.files[0]])
        an.click("#upload button")
        expect(an.locator("#sent-text")).to_contain_text("2 of 6 files are handed in; see below")
        told = an.locator("#sent-bad").inner_text()
        assert [
            w for w in ("no JPEG, PNG, TIFF or PDF", "empty", "password", "larger than 1 MB") if w not in told
        ] == []
        until(lambda: numbers(workspace) == (1, 0, 0))
        assert len(workspace.images.digests()) == 1


def test_without_script_the_form_tells_the_same(
    workspace: Workspace, tmp_path: Path, signed_in: Callable[..., Browser]
) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN])
    an = signed_in("an", "operator")
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 1, "simplex")
    open_batch(workspace, SYSTEM, "kv2-qh", "kv2", "qh", 1, "simplex")
    deliver(workspace, SYSTEM, "kv2-qh", "a.jpg", some.files[0].read_bytes())
    files = [("files", ("../../etc/x.jpg", some.files[0].read_bytes())), ("files", ("b.txt", b"hello"))]
    answer = an.client.post("/batches/kv1-qh/files", data={"csrf": an.csrf}, files=files)
    assert answer.status_code == 200
    assert "kv2-qh" in answer.text
    assert "<strong>x.jpg</strong>" in answer.text
    assert numbers(workspace) == (0, 0, 0)
    assert an.client.post("/batches/kv1-qh/files", data={"csrf": "wrong"}, files=files).status_code == 403


def test_a_body_that_is_too_large_is_refused_whoever_sends_it(
    workspace: Workspace, signed_in: Callable[..., Browser]
) -> None:
    an = signed_in("an", "operator")
    answer = an.post("/batches", area="x" * 2_100_000)
    assert answer.status_code == 413
    chunks = (b"x" * 100_000 for _ in range(25))  # no length is told
    headers = {"X-CSRF-Token": an.csrf, "Content-Type": "application/x-www-form-urlencoded"}
    assert an.client.post("/batches", content=chunks, headers=headers).status_code >= 400
    assert numbers_of_batches(workspace) == 0


def numbers_of_batches(workspace: Workspace) -> int:
    with workspace.database.read() as db:
        return len(batches.every(db))


def test_nothing_is_closed_while_pages_are_unread(workspace: Workspace, tmp_path: Path) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 2)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 0, "simplex")
    deliver(workspace, SYSTEM, "kv1-qh", "a.jpg", some.files[0].read_bytes())
    with pytest.raises(Refusal) as refused:
        close_batch(workspace, SYSTEM, "kv1-qh")
    assert refused.value.problems[0].code == "batch-unread"


def test_reading_that_stopped_says_why_and_goes_on(workspace: Workspace, tmp_path: Path, screen_of: Screens) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 3)
    broken = [True]

    def read(task: Task) -> list[Outcome]:
        if broken:
            raise RuntimeError("a bug of the reader")
        return some.read(task)

    with counting(workspace, read, 3) as (serving, _):
        an = screen_of("an", "operator", path="/batches/kv1-qh", at=serving)
        an.set_input_files("#files", some.files)
        an.click("#upload button")
        expect(an.locator("[data-live] [role=alert]")).to_contain_text("RuntimeError")
        broken.clear()
        an.locator("h1").click()
        with an.expect_navigation():
            an.keyboard.press("g")
        expect(an.locator(".numbers .match")).to_be_visible()
        assert numbers(workspace) == (3, 0, 0)


def test_a_watched_folder_is_read_as_files_come(workspace: Workspace, tmp_path: Path, screen_of: Screens) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 4)
    with counting(workspace, some.read, 3) as (serving, reader):
        inbox = reader.folder / "scanner-1"
        inbox.mkdir()
        an = screen_of("an", "operator", path="/batches/kv1-qh", at=serving)
        an.select_option("select[name=folder]", "scanner-1")
        an.locator("h1").click()
        with an.expect_navigation():
            an.keyboard.press("o")
        for file in some.files[:2]:
            (inbox / file.name).write_bytes(file.read_bytes())
        (inbox / "Thumbs.db").write_bytes(b"no scan")
        half = some.files[2].read_bytes()
        (inbox / "half.jpg").write_bytes(half[:5000])
        reader.look()
        (inbox / "half.jpg").write_bytes(half)  # the scanner was still writing it
        reader.look()
        expect(an.locator(".numbers .wide dd")).to_contain_text("2 / 2")
        reader.look()
        expect(an.locator(".numbers .match")).to_be_visible()
        an.locator("details.told summary").click()
        expect(an.locator("details.told li")).to_contain_text("Thumbs.db")
        assert numbers(workspace) == (3, 0, 0)


def test_a_folder_goes_into_one_batch_only_and_nowhere_else_on_the_disk(workspace: Workspace, tmp_path: Path) -> None:
    for area in ("kv1", "kv2"):
        open_batch(workspace, SYSTEM, f"{area}-qh", area, "qh", None, "simplex")
    root = tmp_path / "inbox"
    (root / "a").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (root / "link").symlink_to(tmp_path / "secret" / "x.jpg")
    watch_folder(workspace, SYSTEM, "kv1-qh", root, "a")
    for folder, code in (("a", "folder-taken"), ("..", "folder-unknown"), ("../secret", "folder-unknown")):
        with pytest.raises(Refusal) as refused:
            watch_folder(workspace, SYSTEM, "kv2-qh", root, folder)
        assert refused.value.problems[0].code == code
    watch_folder(workspace, SYSTEM, "kv2-qh", root, ".")
    with workspace.database.read() as db:
        batch = batches.get(db, "kv2-qh")
    assert batch is not None
    news = FolderNews()
    assert [take_folder(workspace, SYSTEM, batch, root, news) for _ in range(3)] == [0, 0, 0]
    assert news.left == {}


def test_a_server_that_is_killed_while_it_reads_goes_on_when_it_starts_again(
    workspace: Workspace, tmp_path: Path, known_password: str
) -> None:
    """The command itself with its worker processes and the true reader."""
    folder = workspace.folder
    person(workspace, known_password, "an", "operator")
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 24, "simplex")
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 24)
    for file in some.files:
        deliver(workspace, SYSTEM, "kv1-qh", file.name, file.read_bytes())
    workspace.close()
    server = command(folder, free_port())
    try:
        again = open_workspace(folder)
        until(lambda: done(again) > 0)
        kill(server)
        left = done(again)
        server = command(folder, free_port())
        until(lambda: done(again) == 24)
        assert 0 < left <= 24
        with again.database.read() as db:
            assert verify(log.lines(db)) is None
            assert len({(p.sha256, p.number) for p in pages.of_batch(db, "kv1-qh")}) == 24
        again.close()
    finally:
        kill(server)


def done(workspace: Workspace) -> int:
    with workspace.database.read() as db:
        return len(pages.of_batch(db, "kv1-qh"))


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from pipeline.usecases.execution import process_pool\n"
        "if __name__ == '__main__':\n"
        "    pool = process_pool(2)\n"
        "    print(*{pool.submit(os.getpid).result() for _ in range(20)}, flush=True)\n"
        "    time.sleep(60)\n"
    )
    (tmp_path / "parent.py").write_text(script, encoding="utf-8")
    parent = subprocess.Popen([sys.executable, str(tmp_path / "parent.py")], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    workers = [int(pid) for pid in parent.stdout.readline().split()]
    assert workers
    kill(parent)
    until(lambda: not any(_runs(pid) for pid in workers))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[2] != "Z"
    except OSError:
        return False


def test_two_readers_of_the_same_pages_count_them_once(workspace: Workspace, tmp_path: Path) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 12)
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", 12, "simplex")
    for file in some.files:
        deliver(workspace, SYSTEM, "kv1-qh", file.name, file.read_bytes())
    meeting = threading.Barrier(2, timeout=20)

    def read(task: Task) -> list[Outcome]:
        if not meeting.broken:
            with contextlib.suppress(threading.BrokenBarrierError):
                meeting.wait()
        return some.read(task)

    readers = [BackgroundReader(workspace, 0, read) for _ in range(2)]
    for one in readers:
        one.wake("kv1-qh", SYSTEM)
    until(lambda: all(one.state("kv1-qh").doing == "nothing" for one in readers))
    assert numbers(workspace) == (12, 0, 0)
    for one in readers:
        one.stop()


def test_a_batch_is_taken_out_and_the_same_scans_counted_again(
    workspace: Workspace, tmp_path: Path, screen_of: Screens
) -> None:
    some = scans(workspace, tmp_path / "scans", [PLAIN] * 2)
    with counting(workspace, some.read, 2) as (serving, reader):
        for file in some.files:
            deliver(workspace, SYSTEM, "kv1-qh", file.name, file.read_bytes())
        reader.wake("kv1-qh", SYSTEM)
        until(lambda: numbers(workspace) == (2, 0, 0))
        an = screen_of("an", "operator", path="/batches/kv1-qh", at=serving)
        an.click("details.card summary")
        an.fill("details.card [name=reason]", "the wrong pile")
        with an.expect_navigation():
            an.click("details.card button")
        assert an.url.endswith("/batches/kv1-qh-2?instead=kv1-qh")
        expect(an.locator(".done").first).to_contain_text("Lô kv1-qh đã được đưa ra khỏi kết quả")
        an.set_input_files("#files", some.files)
        an.click("#upload button")
        expect(an.locator(".numbers .match")).to_be_visible()
        an.goto("/batches?state=void")
        expect(an.locator("table")).to_contain_text("kv1-qh")
        assert numbers(workspace, "kv1-qh-2") == (2, 0, 0)


def test_a_count_by_hand_is_changed_with_a_reason_only(workspace: Workspace, signed_in: Callable[..., Browser]) -> None:
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", None, "simplex")
    an = signed_in("an", "operator")
    assert an.post("/batches/kv1-qh/declared", declared="1.187").status_code == 303
    assert an.post("/batches/kv1-qh/declared", declared="1188").status_code == 409
    assert an.post("/batches/kv1-qh/declared", declared="12a").status_code == 409
    assert an.post("/batches/kv1-qh/declared", declared="1188", reason="counted again").status_code == 303
    with workspace.database.read() as db:
        batch = batches.get(db, "kv1-qh")
        assert batch is not None
        assert batch.declared == 1188


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"area": "kv9", "contest": "qh"}, "kv9"),
        ({"area": "kv1", "contest": "qh", "declared": "many"}, "many"),
        ({"area": "kv1", "contest": "qh", "key": "a/b"}, "a/b"),
        ({"area": "kv1", "contest": "qh", "key": "stands"}, "stands"),
    ],
)
def test_a_batch_that_cannot_be_opened_says_why_and_keeps_what_was_typed(
    workspace: Workspace, signed_in: Callable[..., Browser], form: dict[str, str], says: str
) -> None:
    open_batch(workspace, SYSTEM, "stands", "kv1", "qh", None, "simplex")
    answer = signed_in("an", "operator").post("/batches", **form)
    assert answer.status_code == 409
    assert says in answer.text
    assert numbers_of_batches(workspace) == 1


def test_a_reviewer_sees_no_batches(workspace: Workspace, signed_in: Callable[..., Browser]) -> None:
    reviewer = signed_in("ba", "reviewer")
    for path in ("/batches", "/batches/now", "/batches/kv1-qh", "/batches/kv1-qh/now"):
        assert reviewer.client.get(path).status_code == 403


def test_a_long_list_of_batches_comes_page_by_page(workspace: Workspace, signed_in: Callable[..., Browser]) -> None:
    for number in range(230):
        open_batch(workspace, SYSTEM, f"lo-{number:03d}", "kv1", "qh", 1, "simplex")
    browser = signed_in("giang", "operator")

    def shown(path: str) -> list[str]:
        return re.findall(r'href="/batches/(lo-\d+)"', browser.client.get(path).text)

    pages = [shown(f"/batches?page={n}") for n in (1, 2, 3)]
    assert [len(p) for p in pages] == [100, 100, 30]
    assert [key for p in pages for key in p] == [f"lo-{n:03d}" for n in reversed(range(230))]
    assert shown("/batches?page=9") == shown("/batches/now?page=3") == pages[2]
    first, last = browser.client.get("/batches").text, browser.client.get("/batches?page=3").text
    assert ("page=2" in first, 'data-key="ArrowLeft"' in first) == (True, False)
    assert ("page=2" in last, 'data-key="ArrowRight"' in last) == (True, False)
    assert browser.client.get("/batches?page=0").status_code == 422
