"""What a committee downloads beside the totals: all levels, election results and cast vote records in NIST formats."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from pipeline.reports.level_files import Kind
from pipeline.reports.nist.cdf import Spelling
from pipeline.usecases.exports import levels_export, results_export, write_cvr
from review_ui.guard import Needs
from review_ui.screens import Screen
from review_ui.visit import Visit

Exporter = Annotated[Visit, Depends(Needs("export"))]
router = APIRouter(prefix="/downloads")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xml": "application/xml",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get("/levels.{kind}")
def levels(kind: Kind, visit: Exporter) -> Response:
    """Totals at every level; the name of a file that is not official says so."""
    return _file(*levels_export(visit.state.workspace, visit.actor, kind))


@router.get("/results.{spelling}")
def results(spelling: Spelling, visit: Exporter) -> Response:
    """Election results as NIST SP 1500-100."""
    return _file(*results_export(visit.state.workspace, visit.actor, spelling))


@router.get("/cvr.{spelling}")
def records(spelling: Spelling, visit: Exporter) -> Response:
    """Cast vote records of closed batches as NIST SP 1500-103: written to disk first, so that none comes half."""
    folder = tempfile.TemporaryDirectory(prefix="kiemphieu-")
    file = Path(folder.name) / f"cvr.{spelling}"
    try:
        write_cvr(visit.state.workspace, visit.actor, file, spelling)
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(file, media_type=TYPES[spelling], filename=file.name, background=BackgroundTask(folder.cleanup))


def _file(name: str, content: bytes) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=TYPES[name.rpartition(".")[2]], headers=headers)


SCREEN = Screen(router)
