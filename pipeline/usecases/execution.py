"""How pages are read by many processes: tasks, the worker's side, and what happens when a worker dies.

A task names stored files by path and digest; a worker keeps the prepared forms of a form set; back come readings
and rejections, never pixels. Any ``concurrent.futures.Executor`` will do, Dask's too.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import Protocol, runtime_checkable

from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.recognize.reading import PageReading
from pipeline.scan.page import PageSource, Rejection
from pipeline.storage.images import ImageStore
from pipeline.usecases.form_sets import check_form_set

PAGES_A_TASK = 8
"""A task of 8 pages takes about 0.2 s: long enough to hide the hand-over, short enough for the progress bar."""
LOOK_SECONDS = 5.0
"""How often an executor that can lose all its workers without telling (a cluster) is looked at."""
SECONDS_A_PAGE = 30
"""Of processor time: the slowest good page (a rejected one with OCR) took 2 s; a page beyond this stalls its worker."""
STALLED_SECONDS = 600
"""Of the clock, for a worker that waits for something that never comes. On a machine that is too busy to give it a
processor, a good page may take a minute; by the clock alone 518 of 1,021 were once given up so."""

Outcome = PageReading | Rejection


@dataclass(frozen=True, slots=True)
class PageTask:
    """One page to read: the stored file, its name as given, and its number from 1."""

    path: str
    file: str
    sha256: str
    page: int

    @property
    def source(self) -> PageSource:
        return PageSource(self.file, self.sha256, self.page)


@dataclass(frozen=True, slots=True)
class Task:
    """A few pages to be read by one worker with the forms of ``forms_folder`` (digest ``form_set``)."""

    pages: tuple[PageTask, ...]
    forms_folder: str
    form_set: str
    expected: tuple[str, ...]


Reader = Callable[[Task], list[Outcome]]


@runtime_checkable
class Watched(Protocol):
    """An executor that is asked now and then whether it can still work."""

    def check(self) -> None:
        """Refused where waiting has become useless."""


def read_task(task: Task) -> list[Outcome]:
    """The worker's side: every page of the task gets its outcome, whatever happens to it.

    Refused (for the whole ingest) where the worker sees other forms or other bytes than the parent stored: a
    worker of a cluster may have an old copy of the workspace under the same path.
    """
    with _READING:
        _one_thread()
        check_form_set(task.forms_folder, task.form_set)
        outcomes: list[Outcome] = []
        for (path, sha256), pages in groupby(task.pages, lambda page: (page.path, page.sha256)):
            with _watchdog():
                content = ImageStore(Path(path).parents[1]).load(sha256)
            outcomes += [_read_page(task, page, content) for page in pages]
        return outcomes


_READING = Lock()
"""Dask's workers have several threads by default, and pdfium must not be called by two at once."""


def _one_thread() -> None:
    """Processes share the cores; OpenCV's own threads make one read step ten times slower."""
    import cv2  # noqa: PLC0415  (workers only)

    if cv2.getNumThreads() != 1:
        cv2.setNumThreads(1)


def _read_page(task: Task, page: PageTask, content: bytes) -> Outcome:
    from pipeline.recognize.pages import read_stored  # noqa: PLC0415  (workers only)

    try:
        with _watchdog(), deadline(SECONDS_A_PAGE):
            return read_stored(content, page.source, Path(task.forms_folder), task.form_set, task.expected)
    except (TimeoutError, MemoryError) as error:
        return crashed(page, type(error).__name__)


@contextmanager
def _watchdog() -> Iterator[None]:
    """End a worker that stalls where the deadline cannot reach: in a library, or in a thread of Dask's.

    The parent then tries its pages again, one by one. In the parent itself nothing is ended.
    """
    if multiprocessing.parent_process() is None and threading.current_thread() is threading.main_thread():
        yield
        return
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        faulthandler.dump_traceback_later(STALLED_SECONDS, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def crashed(page: PageTask, why: str) -> Rejection:
    """A page that stalls or kills its worker: a person looks at the paper."""
    text = message("the page could not be read by the program ({why}); enter the ballot from the paper", why=why)
    return Rejection(page.source, "reader_crashed", text)


@contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise ``TimeoutError`` after so much processor time in the block, where the platform and thread allow it."""

    def ring(*_: object) -> None:
        raise TimeoutError

    try:
        previous = signal.signal(signal.SIGPROF, ring)
    except (ValueError, AttributeError):  # not the main thread (Dask), or no such signal
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, previous)


def process_pool(workers: int | None = None) -> ProcessPoolExecutor:
    """Processes on this machine, spawned afresh so that no lock or connection of the parent is shared."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
        os.environ.setdefault(name, "1")
    return ProcessPoolExecutor(
        workers or os.cpu_count() or 1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_worker,
    )


def _begin_worker() -> None:
    """Deaf to Ctrl-C, which reaches the whole group: the parent alone says so. Gone when the parent is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_parent() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)  # nobody waits for a result any more

    threading.Thread(target=end_with_parent, daemon=True).start()


def run(
    tasks: Sequence[Task], executor: Executor | None, read: Reader, renew: Callable[[], Executor] | None = None
) -> Iterator[list[Outcome]]:
    """Outcomes as they come, in any order; every page of every task exactly once.

    Without executor the tasks run here. When the executor breaks (a worker was killed) it is replaced by
    ``renew``; pages of broken tasks are tried once more one by one, and a page that breaks a worker again is
    the rejection ``reader_crashed``.
    """
    if executor is None:
        for task in tasks:
            yield read(task)
        return
    suspects: list[Task] = []
    waiting = list(tasks)
    while waiting:
        broken: list[Task] = []
        yield from _round(waiting, executor, read, broken)
        suspects += [_alone(task, page) for task in broken for page in task.pages]
        waiting = []
        if broken and renew is not None:
            executor.shutdown(wait=False, cancel_futures=True)
            executor = renew()
    yield from _suspects(suspects, executor, read, renew)


def _suspects(
    suspects: Sequence[Task], executor: Executor, read: Reader, renew: Callable[[], Executor] | None
) -> Iterator[list[Outcome]]:
    """One page at a time, so that only the page that kills is lost to the reader."""
    for task in suspects:
        broken: list[Task] = []
        yield from _round([task], executor, read, broken)
        if broken:
            yield [crashed(task.pages[0], "worker died")]
            if renew is not None:
                executor.shutdown(wait=False, cancel_futures=True)
                executor = renew()


def _alone(task: Task, page: PageTask) -> Task:
    return Task((page,), task.forms_folder, task.form_set, task.expected)


def _round(tasks: Sequence[Task], executor: Executor, read: Reader, broken: list[Task]) -> Iterator[list[Outcome]]:
    """One try of every task; those whose worker was lost are added to ``broken``."""
    futures: dict[Future[list[Outcome]], Task] = {}
    try:
        try:
            for task in tasks:
                futures[executor.submit(read, task)] = task
        except BrokenExecutor:
            broken += tasks[len(futures) :]
        pending = set(futures)
        while pending:
            done, pending = wait(pending, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            if isinstance(executor, Watched):
                executor.check()
            for future in done:
                yield from _result(future, futures[future], broken)
    finally:
        # Where the parent stops in the middle (a full disk), nobody waits for pages that were not begun.
        for future in futures:
            future.cancel()


def _result(future: Future[list[Outcome]], task: Task, broken: list[Task]) -> Iterator[list[Outcome]]:
    try:
        outcomes = future.result()
    except CancelledError as error:
        raise refuse(
            "workers-lost",
            "workers",
            "the connection to the workers is lost; what was read is kept: give the same command again",
        ) from error
    except (BrokenExecutor, OSError):
        broken.append(task)
        return
    except Exception as error:
        # A cluster reports a lost worker by an error of its own; a bug of the reader shows again alone.
        if type(error).__module__.split(".")[0] != "distributed":
            raise
        broken.append(task)
        return
    if [outcome.source for outcome in outcomes] != [page.source for page in task.pages]:
        raise AssertionError(f"a worker answered for other pages than {task.pages[0].file} and those after it")
    yield outcomes
