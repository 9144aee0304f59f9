"""Programs fetch files and the log: totals as CSV, JSON or spreadsheet, minutes as PDF, every act."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Response

from pipeline.usecases.downloads import Kind, area_minutes, totals_file
from pipeline.usecases.the_log import Filter, the_log
from review_ui.api.answers import LineAnswer, LogAnswer
from review_ui.api.guard import ReadsExports, ReadsLog
from review_ui.api.shapes import Found, Key, Moment, moment

router = APIRouter(prefix="/api/v1")
TYPES: dict[Kind, str] = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _files(*types: str) -> dict[int | str, dict[str, Any]]:
    schema = {"schema": {"type": "string", "format": "binary"}}
    return {200: {"content": {t: {} if t == "application/json" else schema for t in types}}}


def _file(name: str, content: bytes, media_type: str) -> Response:
    kept = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=media_type, headers=kept)


@router.get("/exports/totals.{kind}", tags=["exports"], response_class=Response, responses=_files(*TYPES.values()))
def export(call: ReadsExports, kind: Kind) -> Response:
    """All totals of closed batches; the name of the file tells when they are provisional. Stands in the log."""
    name, content = totals_file(call.workspace, call.actor, kind)
    return _file(name, content, TYPES[kind])


@router.get(
    "/exports/minutes/{contest}/{area}.pdf",
    tags=["exports"],
    response_class=Response,
    responses=_files("application/pdf"),
)
def minutes(call: ReadsExports, contest: Key, area: Key, draft: bool = False) -> Response:
    """The minutes of one area; as a draft also before they can be signed. Stands in the log."""
    name, content = area_minutes(call.workspace, call.actor, contest, area, draft=draft)
    return _file(name, content, "application/pdf")


@router.get("/log", tags=["log"])
def log(
    call: ReadsLog,
    actor: Found = "",
    act: Found = "",
    subject: Found = "",
    since: Moment = None,
    until: Moment = None,
    before: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> LogAnswer:
    """Every act, newest first, 200 at a time; an answer to what still waits for blind answers is hidden."""
    wanted = Filter(actor or None, act or None, (subject,) if subject else (), moment(since), moment(until))
    found = the_log(call.workspace, call.actor, wanted, before)
    lines = [LineAnswer.of(line) for line in found.lines]
    return LogAnswer(total=found.number, lines=lines, before=found.more, head=found.chain.head)
