"""A counting team as tests play it: scans on disk, a reader that knows what is on them, a batch to hand them to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from serving import Serving, serve_app
from typed_paper import Sheet, reader_of, scans_of

from pipeline.access.roles import SYSTEM
from pipeline.usecases.background import BackgroundReader
from pipeline.usecases.execution import Outcome, Task
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.workspace import Workspace
from review_ui.app import create_app
from review_ui.state import Limits

PLAIN = Sheet(("clear", "clear", "clear", "struck", "struck"))


class Scans:
    """Files of ballots of the first area's first contest, and the reader for them."""

    def __init__(self, workspace: Workspace, folder: Path, sheets: list[Sheet]) -> None:
        self.workspace = workspace
        self.files = scans_of(workspace, folder, sheets)
        known = {hashlib.sha256(f.read_bytes()).hexdigest(): s for f, s in zip(self.files, sheets, strict=True)}
        self.read: Callable[[Task], list[Outcome]] = reader_of(workspace, known)

    def read_as(self, task: Task, sheet: Sheet) -> list[Outcome]:
        """As if ``sheet`` were on every page."""
        return reader_of(self.workspace, {page.sha256: sheet for page in task.pages})(task)


def scans(workspace: Workspace, folder: Path, sheets: list[Sheet]) -> Scans:
    return Scans(workspace, folder, sheets)


@contextmanager
def counting(
    workspace: Workspace, read: Callable[[Task], list[Outcome]], declared: int | None = None, upload_mb: int = 500
) -> Iterator[tuple[Serving, BackgroundReader]]:
    """The application with an open batch ``kv1-qh``; it reads in its own thread, with ``read``."""
    open_batch(workspace, SYSTEM, "kv1-qh", "kv1", "qh", declared, "simplex")
    reader = BackgroundReader(workspace, 0, read)
    reader.folder.mkdir(exist_ok=True)
    app = create_app(workspace, limits=Limits(sign_in=1000, upload_mb=upload_mb), reader=reader)
    with serve_app(app, workspace) as running:
        yield running, reader
    reader.stop()
