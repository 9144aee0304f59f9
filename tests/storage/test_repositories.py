"""What goes into the tables comes out again, the same from SQLite and from PostgreSQL; writers take turns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from pipeline.access.roles import SYSTEM, Actor
from pipeline.audit.chain import AuditEvent, verify
from pipeline.errors import Refusal
from pipeline.messages import message
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.review.consensus import entered
from pipeline.review.decide import Decision
from pipeline.review.items import item_of_rejection, items_of_page
from pipeline.review.states import Disputed, EnteredOnce, Entry, Settled
from pipeline.scan.page import PageSource, Rejection
from pipeline.storage import accounts, ballots, batches, database, figures, items, log, pages, readings, settings
from pipeline.storage.ballots import Ballot
from pipeline.storage.batches import Batch
from pipeline.storage.database import Database, open_database
from pipeline.storage.migrations import upgrade
from pipeline.storage.settings import Settings
from pipeline.tally.ballots import FieldAnswer

AT = datetime(2026, 3, 15, 20, 0, 0, 123456, tzinfo=UTC)
QUAD = ((0.5, 1.25), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
AN = Actor("an", "Nguyễn Văn Ấn", frozenset({"reviewer", "operator"}))
BA = Actor("ba", "Trần Thị Ba", frozenset({"reviewer"}), simulated=True)
NAMES = ("a", "b", "c")


@pytest.fixture
def place(tmp_path: Path, address: str | None) -> str | Path:
    return address or tmp_path / "count.sqlite"


@pytest.fixture
def opened(place: str | Path) -> Iterator[Database]:
    found = open_database(place)
    upgrade(found)
    with found.write() as db:
        settings.keep_profile(db, "profile", "{}")
        for actor in (SYSTEM, AN, BA):
            accounts.put(db, actor)
        for number, key in enumerate(("z-first", "a-second"), start=1):
            added = batches.add(
                db, key=key, area=f"kv{number}", contest="qh", declared=None, sides="simplex",
                profile="profile", form_set="forms", at=AT,
            )  # fmt: skip
            assert added.seq == number
    yield found
    found.close()


def a_page(number: int, asked: str = "b") -> tuple[PageReading, list[tuple[FieldReading, Decision, float]]]:
    fields = tuple(FieldReading(f, "strike", {"clear": 0.75, "struck": 0.25}, {"ink_mm2": 1 / 3}, QUAD) for f in NAMES)
    reading = PageReading(PageSource(f"{number}.jpg", sha(number), 1), "form", "front", 180.0, 0.05, "test 1", fields)
    return reading, [(f, Decision("clear", f.field != asked, 0.75, 1e-7), 0.75) for f in fields]


def sha(number: int) -> str:
    return f"{number:064x}"


def put_page(opened: Database, number: int, batch: str = "z-first", asked: str = "b") -> tuple[str, str]:
    """A read page with its file, ballot and item; gives the ids of page and ballot."""
    reading, decided = a_page(number, asked)
    key = pages.page_id(batch, sha(number), 1)
    ballot = ballots.ballot_id(key)
    with opened.write() as db:
        pages.claim(db, sha(number), 9, batch)
        pages.add_file(db, batch, sha(number), f"{number}.jpg", 1)
        pages.add(db, batch, [reading])
        readings.add(db, key, decided)
        ballots.add(db, Ballot(ballot, batch, "scanned", key, "form"))
        items.add(db, batch, items_of_page(ballot, [(f.field, f.kind, d) for f, d, _ in decided]), key)
    return key, ballot


def test_accounts_keep_who_is_simulated(opened: Database) -> None:
    with opened.write() as db:
        accounts.put(db, Actor("ba", "Ba", frozenset(), simulated=False))
    with opened.read() as db:
        assert accounts.get(db, "an") == AN
        assert accounts.get(db, "ba") == Actor("ba", "Ba", frozenset(), simulated=True)
        assert accounts.get(db, "nobody") is None
        assert [actor.id for actor in accounts.every(db)] == ["an", "ba", "system"]


def test_batches_keep_their_order_and_count_by_hand(opened: Database) -> None:
    with opened.write() as db:
        batches.declare(db, "a-second", 0)
        batches.explain(db, "a-second", "one sheet is torn", "an")
        batches.set_state(db, "z-first", "void", "scanned twice")
    with opened.read() as db:
        assert [b.id for b in batches.every(db)] == ["a-second"]
        assert [b.id for b in batches.every(db, void=True)] == ["z-first", "a-second"]
        assert batches.every(db, area="kv1") == ()
        assert batches.get(db, "a-second") == Batch(
            "a-second", 2, "kv2", "qh", 0, "simplex", "open", "profile", "forms", AT, None, "one sheet is torn", "an"
        )
        voided = batches.get(db, "z-first")
        assert voided
        assert (voided.state, voided.void_reason, voided.declared) == ("void", "scanned twice", None)


def test_a_scan_is_held_by_one_batch_until_that_is_void(opened: Database) -> None:
    with opened.write() as db:
        assert pages.claim(db, sha(1), 9, "z-first") == "z-first"
        assert pages.claim(db, sha(1), 9, "z-first") == "z-first"
        assert pages.claim(db, sha(1), 9, "a-second") == "z-first"
        pages.release(db, "z-first")
        assert pages.claim(db, sha(1), 9, "a-second") == "a-second"


def test_pages_come_back_with_place_reason_and_fate(opened: Database) -> None:
    key, _ = put_page(opened, 1)
    why = message("The page fits no form ({best} mm).", best=0.25)
    with opened.write() as db:
        pages.claim(db, sha(2), 9, "z-first")
        pages.add_file(db, "z-first", sha(2), "tờ số 2.pdf", 3)
        pages.add(db, "z-first", [Rejection(PageSource("tờ số 2.pdf", sha(2), 3), "no_form_fits", why)])
        rejected = pages.page_id("z-first", sha(2), 3)
        items.add(db, "z-first", [item_of_rejection(rejected, "no_form_fits")], rejected)
        pages.set_fate(db, rejected, "by_hand")
    with opened.read() as db:
        read, other = pages.get(db, key), pages.get(db, rejected)
        assert read
        assert other
        assert (read.status, read.form, read.rotation_deg, read.residual_mm, read.engine) == (
            "read", "form", 180.0, 0.05, "test 1",
        )  # fmt: skip
        assert (other.status, other.reason, other.text, other.fate) == ("rejected", "no_form_fits", why, "by_hand")
        assert pages.place_in_pile(db, rejected) == ("tờ số 2.pdf", 2, 3)
        assert pages.numbers_done(db, "z-first") == {sha(1): {1}, sha(2): {3}}
        assert pages.numbers_done(db, "a-second") == {}
        assert [p.id for p in pages.of_batch(db, "z-first")] == sorted([key, rejected])


def test_a_page_that_is_void_takes_its_ballot_along(opened: Database) -> None:
    key, ballot = put_page(opened, 1)
    with opened.write() as db:
        pages.set_void(db, key, "moved")
    with opened.read() as db:
        found = ballots.get(db, ballot)
        assert found
        assert found.state == "void"
        assert ballots.of_batch(db, "z-first") == ()
        assert ballots.of_batch(db, "z-first", void=True) == (found,)
        assert ballots.of_page(db, key) == found
        assert ballots.answers(db, "z-first") == {}
        assert readings.of_batch(db, "z-first") == ()
        assert len(readings.of_page(db, key)) == len(NAMES)


def test_readings_come_back_to_the_last_bit(opened: Database) -> None:
    key, _ = put_page(opened, 1)
    with opened.read() as db:
        first = readings.of_page(db, key)[0]
    assert (first.field, first.value, first.accepted, first.score, first.p_wrong) == ("a", "clear", True, 0.75, 1e-7)
    assert (first.quad, first.scores, first.measures) == (QUAD, {"clear": 0.75, "struck": 0.25}, {"ink_mm2": 1 / 3})


def test_a_measure_that_is_no_number_is_not_kept(opened: Database) -> None:
    """JSON knows no NaN; PostgreSQL refuses it, and the page would stop the whole batch."""
    key, _ = put_page(opened, 1)
    odd = FieldReading("d", "strike", {"clear": 1.0}, {"span": float("nan"), "far": float("inf"), "ink": 2.0}, QUAD)
    with opened.write() as db:
        readings.add(db, key, [(odd, Decision("clear", False, 1.0, 1.0), 1.0)])
    with opened.read() as db:
        assert readings.of_page(db, key)[-1].measures == {"ink": 2.0}


def test_answers_are_readings_until_people_have_spoken(opened: Database) -> None:
    _, ballot = put_page(opened, 1)
    with opened.read() as db:
        (asked,) = items.of_batch(db, "z-first")
        assert ballots.answers(db, "z-first")[ballot] == tuple(FieldAnswer(f, "strike", "clear") for f in "ac")
        assert ballots.open_fields(db, "z-first") == {ballot: ("b",)}
    settled = Settled("struck", entered_twice(asked, "struck"))
    with opened.write() as db:
        items.save(db, asked, settled, AT)
    with opened.read() as db:
        assert ballots.answers(db, "z-first", ballot)[ballot][1] == FieldAnswer("b", "strike", "struck")
        assert ballots.open_fields(db, "z-first") == {}
        assert items.versions(db, asked.id) == (settled,)


def entered_twice(asked: items.StoredItem, value: str) -> object:
    state = entered(asked.state, Entry("an", value), asked.id)
    state = entered(state, Entry("ba", value, True), asked.id)
    assert isinstance(state, Settled)
    return state.evidence


def test_entries_keep_their_order_and_a_stale_answer_is_refused(opened: Database) -> None:
    put_page(opened, 1)
    with opened.read() as db:
        (seen,) = items.waiting_for(db, "an")
    once = entered(seen.state, Entry("ba", "struck", True), seen.id)
    with opened.write() as db:
        after = items.save(db, seen, once, AT)
    assert isinstance(once, EnteredOnce)
    with pytest.raises(Refusal, match="item-changed"), opened.write() as db:
        items.save(db, seen, entered(seen.state, Entry("an", "clear"), seen.id), AT)
    disputed = entered(after.state, Entry("an", "clear"), seen.id)
    assert isinstance(disputed, Disputed)
    with opened.write() as db:
        items.save(db, after, disputed, AT - timedelta(days=1))
    with opened.read() as db:
        assert items.entries(db, seen.id) == (Entry("ba", "struck", True), Entry("an", "clear"))
        assert items.waiting_for(db, "an") == items.waiting_for(db, "ba") == ()
        (left,) = items.waiting_for(db, "chi")
        assert (left.state, left.version) == (disputed, 3)
        assert items.counts(db) == {("field", "disputed"): 1}


def test_nobody_answers_an_item_twice_and_nobody_unknown(opened: Database) -> None:
    put_page(opened, 1)
    with opened.read() as db:
        (seen,) = items.of_batch(db, "z-first")
    with pytest.raises(IntegrityError), opened.write() as db:
        items.save(db, seen, entered(seen.state, Entry("nobody", "clear"), seen.id), AT)
    with opened.read() as db:
        assert items.get(db, seen.id) == seen
    insert = "INSERT INTO entry (item, account, value, round, simulated, at) VALUES (:i, 'an', 'clear', 1, false, :at)"
    with pytest.raises(IntegrityError), opened.write() as db:
        for _ in range(2):
            db.execute(text(insert), {"i": seen.id, "at": "2026-03-15 20:00:00"})
    with opened.read() as db:
        assert items.entries(db, seen.id) == ()


def test_nobody_is_asked_about_a_voided_batch(opened: Database) -> None:
    put_page(opened, 1)
    put_page(opened, 2, "a-second")
    with opened.write() as db:
        batches.set_state(db, "z-first", "void", "scanned twice")
    with opened.read() as db:
        assert [i.batch for i in items.waiting_for(db, "an")] == ["a-second"]


def test_figures_are_kept_in_versions(opened: Database) -> None:
    for voters in (100, 101):
        with opened.write() as db:
            figures.add(db, "kv1", "qh", {"voters": voters, "tên": "Ấn"}, author="an", reason="gõ nhầm", at=AT)
    with opened.read() as db:
        last = figures.latest(db, "kv1", "qh")
        assert last
        assert (last.version, last.document, last.at) == (2, {"voters": 101, "tên": "Ấn"}, AT)
        assert [f.version for f in figures.versions(db, "kv1", "qh")] == [1, 2]
        assert figures.latest(db, "kv2", "qh") is None


def test_there_is_one_election_and_profiles_are_never_changed(opened: Database) -> None:
    new = Settings("e", "trial", {"id": "e", "n": 1.5}, "digest", "profile", "forms", AT)
    with opened.write() as db:
        settings.create(db, new, "other text")
    with pytest.raises(IntegrityError), opened.write() as db:
        settings.create(db, new, "{}")
    with opened.write() as db:
        settings.keep_profile(db, "second", "{2}")
        settings.set_profile(db, "second")
        settings.set_form_set(db, "forms-2")
    with opened.read() as db:
        found = settings.get(db)
        assert found
        assert (found.profile, found.form_set, found.election, found.created) == (
            "second", "forms-2", {"id": "e", "n": 1.5}, AT,
        )  # fmt: skip
        assert settings.profile_document(db, "profile") == "{}"


def test_the_log_verifies_whatever_zone_a_time_came_in(opened: Database) -> None:
    hanoi = timezone(timedelta(hours=7))
    moments = (AT, AT.astimezone(hanoi), AT.replace(tzinfo=None), AT - timedelta(days=400))
    with opened.write() as db:
        for n, at in enumerate(moments):
            log.append(db, AuditEvent("an", "test", "phiếu", {"n": n, "half": 0.1, "text": "Ấn\u2028x"}), at)
    with opened.read() as db:
        lines = list(log.lines(db))
        assert verify(lines) is None
        assert [line.at for line in lines] == [AT, AT, AT, AT - timedelta(days=400)]
        assert [line.seq for line in log.lines(db, since=2)] == [3, 4]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET actor = 'ba' WHERE seq = 2",
        "UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 2",
    ],
)
def test_a_changed_log_shows(opened: Database, change: str) -> None:
    with opened.write() as db:
        for n in range(4):
            log.append(db, AuditEvent("an", "test", str(n)), AT + timedelta(seconds=n))
        db.execute(text(change))
    with opened.read() as db:
        assert verify(log.lines(db)) in (2, 3)


def test_a_step_that_fails_leaves_nothing(opened: Database) -> None:
    with pytest.raises(ZeroDivisionError), opened.write() as db:
        log.append(db, AuditEvent("an", "test", "x"), AT)
        batches.declare(db, "z-first", 7)
        raise ZeroDivisionError
    with opened.read() as db:
        assert list(log.lines(db)) == []
        found = batches.get(db, "z-first")
        assert found
        assert found.declared is None


def test_a_reader_sees_one_moment(opened: Database, place: str | Path) -> None:
    other = open_database(place)
    with other.read() as db:
        assert list(log.lines(db)) == []
        with opened.write() as writing:
            log.append(writing, AuditEvent("an", "test", "x"), AT)
        assert list(log.lines(db)) == []
    with other.read() as db:
        assert len(list(log.lines(db))) == 1


def test_many_writers_make_one_chain(opened: Database, place: str | Path) -> None:
    def write(name: str) -> None:
        mine = open_database(place)
        for n in range(10):
            with mine.write() as db:
                log.append(db, AuditEvent(name, "test", str(n)), AT)
        mine.close()

    threads = [threading.Thread(target=write, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with opened.read() as db:
        lines = list(log.lines(db))
    assert verify(lines) is None
    for name in ("w0", "w1", "w2", "w3"):
        assert [line.event.subject for line in lines if line.event.actor == name] == [str(n) for n in range(10)]


def test_a_writer_that_holds_on_is_named_and_not_waited_for_without_end(
    opened: Database, place: str | Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    impatient = open_database(place)
    with opened.write(), pytest.raises(Refusal, match="database-busy"), impatient.write():
        raise AssertionError("two wrote at once")
    with impatient.write() as db:
        log.append(db, AuditEvent("an", "test", "x"), AT)
    with impatient.write(), pytest.raises(Refusal, match="database-busy"), impatient.write():  # of one program, too
        raise AssertionError("two wrote at once")
    with impatient.write() as db:
        log.append(db, AuditEvent("an", "test", "y"), AT)


def test_writers_of_one_program_queue_without_taking_connections(opened: Database) -> None:
    waiting = [threading.Thread(target=_one_line, args=(opened, n)) for n in range(30)]
    with opened.write():
        for thread in waiting:
            thread.start()
        assert opened.engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        with opened.read() as db:
            assert log.head(db) is None
    for thread in waiting:
        thread.join(60)
    with opened.read() as db:
        assert [line.seq for line in log.lines(db)] == list(range(1, 31))


def _one_line(opened: Database, number: int) -> None:
    with opened.write() as db:
        log.append(db, AuditEvent("an", "test", str(number)), AT)


ACKNOWLEDGED = """
import sys
from datetime import datetime, UTC
from pathlib import Path
from pipeline.audit.chain import AuditEvent
from pipeline.storage import log
from pipeline.storage.database import open_database
mine = open_database(sys.argv[1] if "://" in sys.argv[1] else Path(sys.argv[1]))
for n in range(10_000):
    with mine.write() as db:
        log.append(db, AuditEvent("an", "test", str(n)), datetime.now(UTC))
    print(n, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(opened: Database, place: str | Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", ACKNOWLEDGED, str(place)], stdout=subprocess.PIPE, env=os.environ)
    assert child.stdout is not None
    for _ in range(20):
        child.stdout.readline()
    child.send_signal(signal.SIGKILL)
    told = 20 + len(child.stdout.readlines())
    child.wait(60)
    with opened.write() as db:  # the right to write has come back
        lines = list(log.lines(db))
    assert verify(lines) is None
    assert told <= len(lines) <= told + 1


def test_no_table_of_ballots_has_a_hidden_row_number(tmp_path: Path) -> None:
    """Secrecy: on SQLite a rowid would tell the order in which sheets were read."""
    found = open_database(tmp_path / "count.sqlite")
    upgrade(found)
    with found.read() as db:
        for table in ("page", "ballot", "field_reading", "item"):
            made = str(db.scalar(text(f"SELECT sql FROM sqlite_master WHERE name = '{table}'")))
            assert made.rstrip().endswith("WITHOUT ROWID"), table


@pytest.mark.parametrize(
    ("address_given", "code"),
    [
        ("mysql://u@h/d", "database-address"),
        ("://", "database-address"),
        ("postgresql://u:secret@127.0.0.1:1/d", "database-refused"),
    ],
)
def test_an_address_that_does_not_answer_is_refused_without_its_password(address_given: str, code: str) -> None:
    with pytest.raises(Refusal, match=code) as caught:
        open_database(address_given)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_bytes(b"a letter, not a database" * 100)
    with pytest.raises(Refusal, match="database-refused"):
        open_database(tmp_path / "x.sqlite")
    with pytest.raises(Refusal, match="database-refused"):
        open_database(tmp_path / "nowhere" / "x.sqlite")
