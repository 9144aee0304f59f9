"""Reading in the background of a server: what was delivered is read by worker processes, batch after batch.

What is still to be read stands in the database, so nothing is lost with this process: the next one goes on.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

import structlog

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.messages import Message, message
from pipeline.storage import batches, piles
from pipeline.storage.batches import Batch
from pipeline.usecases.batches import move_page, moves_waiting
from pipeline.usecases.delivery import FolderNews, take_folder
from pipeline.usecases.execution import Outcome, Reader, Task, process_pool, read_task, run
from pipeline.usecases.ingest import Workers, read_delivered
from pipeline.usecases.workspace import Workspace

LOOK_SECONDS = 2.0
"""Between two looks into watched folders; polled, since a scanner often writes over a network, which tells nobody."""
INBOX = "inbox"

Doing = Literal["nothing", "waits", "reads", "stopped"]
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class ReadingState:
    """What happens to a batch now; ``problem`` says why reading stopped."""

    doing: Doing
    problem: Message | None = None


@dataclass(slots=True, eq=False)
class BackgroundReader:
    """One for each server. ``workers``: processes, one a core where ``None``; 0 reads in the thread (tests).

    ``inbox``: the folder in which scanners leave files, ``WORKSPACE/inbox`` where ``None``.
    """

    workspace: Workspace
    workers: int | None = None
    read: Reader = read_task
    inbox: Path | None = None
    _queue: OrderedDict[str, Actor] = field(default_factory=OrderedDict)
    _now: str | None = None
    _problems: dict[str, Message] = field(default_factory=dict)
    _news: dict[tuple[str, str], FolderNews] = field(default_factory=dict)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _ending: threading.Event = field(default_factory=threading.Event)
    _reader: threading.Thread | None = None
    _pool: Executor | None = None

    @property
    def folder(self) -> Path:
        return self.inbox or self.workspace.folder / INBOX

    # What screens ask and say ------------------------------------------------------------------------

    def wake(self, batch: str, actor: Actor) -> None:
        """Something was delivered to ``batch``: read it as soon as those before are done."""
        with self._changed:
            self._problems.pop(batch, None)
            self._queue.setdefault(batch, actor)
            if self._reader is None and not self._ending.is_set():
                self._reader = threading.Thread(target=self._work, name="reader", daemon=True)
                self._reader.start()
            self._changed.notify_all()

    def state(self, batch: str) -> ReadingState:
        """What happens to ``batch`` now."""
        with self._changed:
            if batch in self._problems:
                return ReadingState("stopped", self._problems[batch])
            if self._now == batch:
                return ReadingState("reads")
            return ReadingState("waits" if batch in self._queue else "nothing")

    def news(self, batch: str, folder: str) -> FolderNews:
        """What was found in a folder since the server runs."""
        return self._news.setdefault((batch, folder), FolderNews())

    # Start and end -----------------------------------------------------------------------------------

    def start(self) -> None:
        """Go on with what an earlier process left unread, and look into folders from now on."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.workspace.database.read() as db:
            live = [b.id for b in batches.every(db) if b.state == "open"]
            left = [key for key, of in piles.numbers(db, live).items() if of.pages > of.done]
        for key in left:
            self.wake(key, SYSTEM)
        threading.Thread(target=self._watch, name="folders", daemon=True).start()

    def stop(self) -> None:
        """Begin nothing new; what is saved is saved, and the next start reads the rest."""
        self._ending.set()
        with self._changed:
            self._queue.clear()
            self._changed.notify_all()
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        if self._reader is not None:
            self._reader.join(timeout=10)

    # The two threads ---------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._queue and not self._ending.is_set():
                    self._changed.wait()
                if self._ending.is_set():
                    return
                batch, actor = self._queue.popitem(last=False)
                self._now = batch
            problem = self._tried(batch, partial(self._read, batch, actor))
            with self._changed:
                self._now = None
                if problem is not None:
                    self._problems[batch] = problem

    def _watch(self) -> None:
        while not self._ending.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """Once: deliver what is new in watched folders, and see to pages that people assigned to another batch."""
        with self.workspace.database.read() as db:
            watched = batches.watching(db)
            moving = {to for _, to in moves_waiting(db)}
        for batch in watched:
            self.news(batch.id, batch.folder or "").problem = self._tried(batch.id, partial(self._take, batch))
        for key in moving:
            if self.state(key).doing == "nothing":
                self.wake(key, SYSTEM)

    def _take(self, batch: Batch) -> None:
        if take_folder(self.workspace, SYSTEM, batch, self.folder, self.news(batch.id, batch.folder or "")):
            self.wake(batch.id, SYSTEM)

    def _tried(self, batch: str, act: Callable[[], object]) -> Message | None:
        """Do it; gives why it could not be done. This is the top of the thread: a bug is told, too, and logged."""
        try:
            act()
        except Refusal as refusal:
            return None if self._ending.is_set() else refusal.problems[0].text
        except Exception as error:  # shown at the batch, where people look; the thread lives on
            if self._ending.is_set():
                return None
            _log.error("reading stopped", batch=batch, error=repr(error))
            return message(
                "reading stopped by an error in the program ({error}); what was read is kept: press Go on reading",
                error=type(error).__name__,
            )
        return None

    # Reading -----------------------------------------------------------------------------------------

    def _read(self, batch: str, actor: Actor) -> None:
        pool = None if self.workers == 0 else self._pool or self._new_pool()
        read_delivered(self.workspace, actor, batch, Workers(pool, self.read, self._new_pool))
        with self.workspace.database.read() as db:
            moves = [page for page, to in moves_waiting(db) if to == batch]
        for page in moves:
            move_page(self.workspace, SYSTEM, page, batch, self._in_a_worker)

    def _in_a_worker(self, task: Task) -> list[Outcome]:
        """Never in this process, which a page that hangs would take with it."""
        pool = None if self.workers == 0 else self._pool or self._new_pool()
        (outcomes,) = run([task], pool, self.read, self._new_pool)
        return outcomes

    def _new_pool(self) -> Executor:
        self._pool = process_pool(self.workers)
        return self._pool
