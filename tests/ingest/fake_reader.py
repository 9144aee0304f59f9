"""A reader that costs nothing: the file's text says what is on the ballot (``struck,clear,...``)."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from pathlib import Path

from pipeline.messages import message
from pipeline.recognize.read import ENGINE
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.scan.page import PageSource, Rejection
from pipeline.usecases.execution import Outcome, Task, read_task

QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
STRUCK = {
    "span": 1.0, "open": 0.0, "core": 1.0, "heart": 1.0, "middle": 1.0, "ring": 0.0, "hanging": 0.0,
}  # fmt: skip
NOTHING = dict.fromkeys(
    (
        "span",
        "open",
        "core",
        "ink_mm2",
        "faint_mm2",
        "beside_mm2",
        "title_mm2",
        "signs_mm2",
        "taller_mm",
        "far_mm2",
        "streaked",
        "runs_on",
        "crease",
        "creased",
        "lined",
        "patchy",
        "traces",
        "hanging",
    ),
    0.0,
)


def read(task: Task) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for page in task.pages:
        text = Path(page.path).read_text(encoding="utf-8").split("#")[0]
        if text == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if text == "foreign":
            outcomes.append(Rejection(page.source, "no_form_fits", message("The page fits no form.")))
            continue
        outcomes.append(ballot(page.source, task.expected[0], text))
    return outcomes


def ballot(source: PageSource, unit: str, text: str) -> PageReading:
    """A ballot that says ``text``."""
    fields = [_strike(f"{unit}-{n}", value) for n, value in enumerate(text.split(","), start=1)]
    fields.append(FieldReading("stamp", "stamp", {"present": 1.0}, {"area_mm2": 99.0}, QUAD))
    fields.append(FieldReading("stray", "stray", {"absent": 1.0}, {}, QUAD))
    return PageReading(source, unit, "front", 0.0, 0.05, ENGINE, tuple(fields))


def slow_read(task: Task) -> list[Outcome]:
    """Long enough for the test to kill somebody meanwhile."""
    time.sleep(0.2)
    return read(task)


def read_with_other_forms(task: Task) -> list[Outcome]:
    """The true reader on a worker that has an older copy of the workspace (its forms lie in ``forms-old``)."""
    return read_task(replace(task, forms_folder=task.forms_folder + "-old"))


def read_other_bytes(task: Task) -> list[Outcome]:
    """The true reader on a worker that has other scans under the same names (in ``images-old``)."""
    pages = tuple(replace(page, path=page.path.replace("/images/", "/images-old/")) for page in task.pages)
    return read_task(replace(task, pages=pages))


def _strike(field: str, value: str) -> FieldReading:
    measures = {**NOTHING, **(STRUCK if value == "struck" else {})}
    return FieldReading(field, "strike", {value: 1.0}, measures, QUAD)  # type: ignore[dict-item]
