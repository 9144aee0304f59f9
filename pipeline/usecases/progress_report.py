"""The count-progress report of a level as PDF, DOCX or CSV, in Vietnamese as it goes to the committee above."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Literal

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.election.deadlines import STEP_NAMES
from pipeline.messages import Message, message, render
from pipeline.reports.paper import Imprint
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.reports.progress import ClockRow, ContestTable, ProgressRow, progress_paper
from pipeline.spreadsheets import csv_for_excel
from pipeline.storage import log
from pipeline.usecases.level_view import LevelStanding, LevelState
from pipeline.usecases.progress import SIGNED, Clock, ContestProgress, Progress, progress
from pipeline.usecases.workspace import Workspace

ReportKind = Literal["pdf", "docx", "csv"]
STATES: dict[LevelState, Message] = {
    "missing": message("nothing yet"),
    "provisional": message("provisional"),
    "complete": message("complete"),
    "locked": message("locked"),
    "signed": message("signed"),
    "corrected": message("corrected"),
}
CLOCK_STATES: dict[str, Message] = {
    "done": message("done"),
    "running": message("{days} days {hours} hours left"),
    "overdue": message("overdue by {days} days {hours} hours"),
}
WINDOWS: dict[str, Message] = {
    "early": message("Results are not taken yet."),
    "open": message("Results are being taken."),
    "late": message("The time in which results are taken is over."),
}


def clock_state(clock: Clock) -> Message:
    """How a clock stands, in words."""
    hours = abs(clock.minutes_left) // 60
    return message(CLOCK_STATES[clock.state].msgid, days=hours // 24, hours=hours % 24)


def progress_file(workspace: Workspace, actor: Actor, kind: ReportKind, place: str = "") -> tuple[str, bytes]:
    """File name and content of the report of a place."""
    require(actor, "export")
    found = progress(workspace, actor, place)
    name = f"tien-do-{found.node.id}-{found.at:%Y%m%d-%H%M}.{kind}"
    with workspace.database.write() as db:
        event = AuditEvent(actor.id, "progress_printed", found.node.id, {"kind": kind})
        log.append(db, event, workspace.clock())
    if kind == "csv":
        return name, _csv(found)
    tables = tuple(_table(workspace, c) for c in found.contests)
    digest = hashlib.sha256(json.dumps([asdict(t) for t in tables], default=str, sort_keys=True).encode()).hexdigest()
    window = render(WINDOWS[found.window], "vi")
    paper = progress_paper(workspace.election.title, found.name, found.at, tables, window)
    imprint = Imprint(digest, found.log_head, workspace.trial)
    return name, (paper_pdf if kind == "pdf" else paper_docx)(paper, imprint)


def _table(workspace: Workspace, one: ContestProgress) -> ContestTable:
    contest = workspace.election.contest(one.contest)
    level = "Đại biểu Quốc hội" if contest.level == "assembly" else f"Đại biểu Hội đồng nhân dân {contest.body}"
    title = contest.body if contest.level == "other" else level
    rows = tuple(_row(standing) for standing in (*one.below, one.here))
    return ContestTable(title, rows, tuple(_clock(c) for c in one.clocks))


def _row(one: LevelStanding) -> ProgressRow:
    sums = {n: one.figures.get(n, 0) for n in ("voters", "voted", "collected", "valid", "invalid")}
    signed = sum(one.of_state(s) for s in SIGNED)
    state = render(STATES[one.state], "vi")
    return ProgressRow(one.name, one.areas, one.reported, one.done, signed, state=state, **sums)


def _clock(one: Clock) -> ClockRow:
    name, state = render(STEP_NAMES[one.step], "vi"), render(clock_state(one), "vi")
    return ClockRow(name, one.due, one.done, one.whole, state, one.missing)


def _csv(found: Progress) -> bytes:
    """One row a level and contest. UTF-8 with a mark, for Excel."""
    numbers = ("voters", "voted", "collected", "valid", "invalid")
    lines: list[Sequence[object]] = [
        ("contest", "level", "name", "areas", "reported", "done", "signed", *numbers, "state")
    ]
    for one in found.contests:
        for level in (*one.below, one.here):
            signed = sum(level.of_state(s) for s in SIGNED)
            sums = [level.figures.get(n, 0) for n in numbers]
            counts = [level.areas, level.reported, level.done, signed]
            lines.append((one.contest, level.node.id, level.name, *counts, *sums, level.state))
    return csv_for_excel(lines)
