"""Simulated paper read with its truth beside it: folders as ``kiemphieu simulate`` writes them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path

from calibration.risk.labelled import Labelled, Tally
from calibration.simulate.truth import PageTruth, read_truth
from pipeline.errors import refuse
from pipeline.recognize.pages import read_stored
from pipeline.scan.page import PageSource, Rejection
from pipeline.usecases.form_sets import form_set_of

Progress = Callable[[int, int], None]
PAGES_A_TASK = 8


@dataclass(frozen=True, slots=True)
class _Task:
    """A few pages of one paper with their truth."""

    source: str
    forms: str
    form_set: str
    pages: tuple[tuple[str, PageTruth], ...]
    """(path of the scan, truth)."""


def read_paper(folder: Path, executor: Executor, progress: Progress | None = None) -> tuple[list[Labelled], Tally]:
    """Every reading of every whole ballot in ``folder``, in the order of the truth, with what the ink is.

    Each ballot is read with its own form, the others standing beside it. Refused where no truth lies there.
    """
    tasks, name = _tasks(folder)
    found: list[Labelled] = []
    rejected = sheets = done = 0
    whole = sum(len(t.pages) for t in tasks)
    for task, (readings, refused) in zip(tasks, executor.map(_read, tasks), strict=True):
        found += readings
        rejected += refused
        sheets += len(task.pages) - refused
        done += len(task.pages)
        if progress:
            progress(done, whole)
    return found, Tally(name, sheets, rejected, len(found))


def _tasks(folder: Path) -> tuple[list[_Task], str]:
    try:
        truth = read_truth(folder / "truth")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise refuse(
            "paper-truth",
            str(folder),
            "no truth of simulated paper lies here ({why}); give a folder that 'kiemphieu simulate' wrote",
            why=str(error),
        ) from error
    name = f"{truth.simulator} seed {truth.seed}"
    folders = {b.batch: folder / b.folder for b in truth.batches}
    pages = [(str(folders[p.batch] / p.file), p) for p in truth.pages if p.kind == "ballot"]
    forms = folder / "forms"
    form_set = form_set_of(forms)
    starts = range(0, len(pages), PAGES_A_TASK)
    return [_Task(name, str(forms), form_set, tuple(pages[i : i + PAGES_A_TASK])) for i in starts], name


def _read(task: _Task) -> tuple[list[Labelled], int]:
    """The worker's side: the readings of a task's pages and how many were rejected."""
    import cv2  # noqa: PLC0415  (workers only; its own threads would fight over the cores)

    cv2.setNumThreads(1)
    found: list[Labelled] = []
    rejected = 0
    contents: dict[str, bytes] = {}
    for path, truth in task.pages:
        if path not in contents:
            contents = {path: Path(path).read_bytes()}
        one = _labelled(task, path, contents[path], truth)
        found += one
        rejected += not one
    return found, rejected


def _labelled(task: _Task, path: str, content: bytes, truth: PageTruth) -> Sequence[Labelled]:
    assert truth.ballot is not None
    sha256 = hashlib.sha256(content).hexdigest()
    source = PageSource(path, sha256, truth.page)
    outcome = read_stored(content, source, Path(task.forms), task.form_set, (truth.ballot.form,))
    if isinstance(outcome, Rejection):
        return ()
    marks = truth.ballot.marks()
    sheet = f"{sha256}-{truth.page}"
    return [
        Labelled(task.source, sheet, outcome.form, outcome.engine, path, truth.page, reading, marks[reading.field])
        for reading in outcome.fields
    ]
