"""How a database is opened: SQLite on one machine, PostgreSQL for many, one writer at a time on both."""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, Table, create_engine, event, func, make_url, select, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from pipeline.errors import Refusal, refuse

BUSY_SECONDS = 30.0
"""A writer waits this long for another; the longest transaction (an upgrade, a batch of pages) took 2 s."""
WRITERS_LOCK = 0x6B69656D
"""Key of the PostgreSQL advisory lock that makes writers take turns ("kiem")."""
POOL: dict[str, Any] = {"pool_size": 20, "max_overflow": 20, "pool_use_lifo": True}
"""As many connections as the web server has threads. The one used last goes first, since its statements are planned and
its pages read; with five kept, every sixth reviewer at once had a new one made and thrown away (20 ms an answer).
"""
COMING_UP = ("is starting up", "in recovery mode", "not yet accepting connections")
"""What PostgreSQL says while it comes up; no code comes with it."""
POSTGRESQL_DISK_FULL, POSTGRESQL_LOCKED = "53100", "55P03"
DISK_FULL_WORDS = (os.strerror(errno.ENOSPC), "could not write init file")
"""What a server says that has no room left to begin a session; the second is PostgreSQL's cache of a connection."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database. All writes are serialised, since the log is one chain.

    Writers of this program queue here before they ask the database for the right to write: a waiting connection of
    PostgreSQL is missing elsewhere, and SQLite lets waiting writers sleep and look again, up to 100 ms at a time.
    """

    engine: Engine
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    @property
    def url(self) -> str:
        """The address without password."""
        return self.engine.url.render_as_string(hide_password=True)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that holds the one right to write; committed durably when the block ends.

        Raises :class:`Refusal` ``disk-full`` or ``database-busy``; nothing of the block is then kept.
        """
        with self._in_turn(), _refusing(self.url), self.engine.connect() as connection:
            connection.execution_options(writing=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS_LOCK})
                yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise _busy(self.url)
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A snapshot: everything read in the block is of one moment, whatever others write meanwhile."""
        with _refusing(self.url), self.engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def numbers_go_on(connection: Connection, table: Table) -> None:
    """Rows that were put in with their numbers: the next row's number stands behind them.

    SQLite counts on from the last row; PostgreSQL has a counter of its own that knows nothing of such rows.
    """
    column = table.autoincrement_column
    if column is None or connection.dialect.name != "postgresql":
        return
    counter = func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(select(func.setval(counter, func.coalesce(func.max(column), 0) + 1, False)))


def open_database(address: str | Path) -> Database:
    """Open a SQLite file (made if absent) or a PostgreSQL URL and try one statement on it.

    Raises :class:`Refusal` (``database-address``, ``database-refused``, ``disk-full``) that names the address
    without its password. SQLite: WAL, synchronous FULL (an acknowledged write survives loss of power), foreign keys on.
    """
    url = _url(address)
    place = url.render_as_string(hide_password=True)
    try:
        engine = _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (NoSuchModuleError, ImportError) as error:
        raise _bad_address(place) from error
    except DBAPIError as error:
        if _disk_full(error):
            raise _trouble(place, error, url.password) from error
        raise refuse(
            "database-refused",
            place,
            "the database cannot be opened ({why}); check the address, that the server runs and that the "
            "user may connect (the password is not shown here)",
            why=_first_line(error, url.password),
        ) from error
    return Database(engine)


def _url(address: str | Path) -> URL:
    if isinstance(address, Path) or "://" not in address:
        return URL.create("sqlite", database=str(address))
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise _bad_address(address.split("@")[-1]) from error
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise _bad_address(url.render_as_string(hide_password=True))
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _bad_address(place: str) -> Refusal:
    return refuse(
        "database-address",
        place,
        "this is no database address that is known here; give the path of an SQLite file or "
        "postgresql://user@host/name",
    )


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **POOL)

    @event.listens_for(engine, "connect")
    def _set_up(connection: sqlite3.Connection, _record: Any) -> None:
        # The driver's own transactions begin too late (at the first write) and never for DDL.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: URL) -> Engine:
    # Asked for even where the server's default was turned off: a commit waits for the disk. The limit is for the right
    # to write and for the locks of an upgrade: a reader that never ends would hold everybody up.
    settings = f"-c synchronous_commit=on -c timezone=UTC -c lock_timeout={int(BUSY_SECONDS * 1000)}"
    engine = create_engine(url, connect_args={"options": settings}, **POOL)

    @event.listens_for(engine, "do_connect")
    def _patiently(dialect: Dialect, _record: Any, arguments: Any, named: Any) -> Any:
        """A server that mends itself after a crash refuses everybody for some seconds, and then is as it was."""
        until = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return dialect.connect(*arguments, **named)
            except dialect.loaded_dbapi.OperationalError as error:
                if time.monotonic() > until or not any(words in str(error) for words in COMING_UP):
                    raise
            time.sleep(0.2)

    return engine


@contextmanager
def _refusing(place: str) -> Iterator[None]:
    """Turn the troubles of a machine (disk, lock, lost server) into refusals; all else passes through."""
    try:
        yield
    except OperationalError as error:
        if _sqlite_code(error) == sqlite3.SQLITE_ERROR:  # a wrong statement: a bug of ours, not trouble of the machine
            raise
        raise _trouble(place, error, None) from error


def _sqlite_code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0) or 0) & 0xFF


def _sqlstate(error: DBAPIError) -> str | None:
    found = getattr(error.orig, "sqlstate", None)
    return str(found) if found else None


def _disk_full(error: DBAPIError) -> bool:
    """What SQLite calls an error of reading or writing is nearly always a full disk, too."""
    # a server that cannot even begin a session gives no code
    if _sqlstate(error) == POSTGRESQL_DISK_FULL or any(words in str(error.orig) for words in DISK_FULL_WORDS):
        return True
    return _sqlite_code(error) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _trouble(place: str, error: DBAPIError, password: object) -> Refusal:
    why = _first_line(error, password)
    if _disk_full(error):
        return refuse(
            "disk-full",
            place,
            "the disk takes no more ({why}); nothing of this step was kept: free some space and give the "
            "same command again",
            why=why,
        )
    if _sqlite_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or _sqlstate(error) == POSTGRESQL_LOCKED:
        return _busy(place)
    return refuse(
        "database-lost",
        place,
        "the database does not answer ({why}); nothing of this step was kept: check it and give the same command again",
        why=why,
    )


def _busy(place: str) -> Refusal:
    return refuse(
        "database-busy",
        place,
        "another program has held the database for {seconds} seconds; wait until it is done and try again",
        seconds=int(BUSY_SECONDS),
    )


def _first_line(error: DBAPIError, password: object) -> str:
    line = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    return line.replace(str(password), "***") if password else line
