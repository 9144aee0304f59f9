"""The batches of the counting team: opened, handed in, watched while they are read, closed or taken out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Query, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from pipeline.access.roles import Permission
from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.usecases.batch_words import BATCH_STATES
from pipeline.usecases.batches import close_batch, declare, free_id, open_again, void_batch
from pipeline.usecases.counting import BatchView, batch_view, every_id, rejected_sheets, views
from pipeline.usecases.delivery import Delivery, deliver, folders, watch_folder
from pipeline.usecases.ingest import open_batch
from pipeline.usecases.paper import next_slip, open_sheets
from review_ui.faults import status_of, wants_json
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.sheet_words import REASONS
from review_ui.visit import Visit
from review_ui.wording import KINDS

PERMISSION: Permission = "ingest"
Counter = Annotated[Visit, Depends(Needs(PERMISSION))]
Background = Annotated[Visit, Depends(Needs(PERMISSION, wakes=False))]
"""Requests that a page sends by itself."""
router = APIRouter(prefix="/batches")
STATES = ("open", "closed", "void")
NOTHING_TYPED = {"area": "", "contest": "", "declared": "", "sides": "simplex", "key": ""}
SHOWN = 12
"""Rejected sheets shown small beside the progress; all of them are on the screen of rejected sheets."""
TextField = Annotated[str, Form(max_length=2000)]
Page = Annotated[int, Query(ge=1, le=1_000_000)]


# The list ----------------------------------------------------------------------------------------------


def _list(
    visit: Visit, state: str, problem: Message | None = None, typed: Mapping[str, str] | None = None, page: int = 1
) -> Response:
    chosen = state if state in STATES else "open"
    election = visit.state.workspace.election
    values = {
        "batches": views(visit.state.workspace, visit.actor, chosen, page),  # type: ignore[arg-type]
        "reader": visit.state.reader,
        "state": chosen,
        "states": BATCH_STATES,
        "areas": election.areas,
        "contests": election.contests,
        "problem": problem,
        "typed": typed or NOTHING_TYPED,
    }
    return visit.page("batches.html", values, 409 if problem else 200)


@router.get("")
def listed(visit: Counter, state: str = "open", page: Page = 1) -> Response:
    """The batches in one state, page by page."""
    return _list(visit, state, page=page)


@router.get("/now")
def listed_now(visit: Background, state: str = "open", page: Page = 1) -> Response:
    """The table alone, as the page fetches it while it stands open."""
    chosen = state if state in STATES else "open"
    found = views(visit.state.workspace, visit.actor, chosen, page)  # type: ignore[arg-type]
    return visit.page("batches_now.html", {"batches": found, "reader": visit.state.reader, "state": chosen})


@router.post("")
def opened(
    visit: Counter,
    area: TextField = "",
    contest: TextField = "",
    declared: TextField = "",
    sides: TextField = "simplex",
    key: TextField = "",
) -> Response:
    """Open a batch; what was typed comes back where it is refused."""
    workspace = visit.state.workspace
    try:
        wanted = key.strip() or free_id(area, contest, every_id(workspace))
        if wanted in every_id(workspace):
            raise refuse("batch-stands", wanted, "a batch of this id stands already; choose another id")
        both = "duplex" if sides == "duplex" else "simplex"
        open_batch(workspace, visit.actor, wanted, area, contest, _whole(declared, wanted), both)  # type: ignore[arg-type]
    except Refusal as refusal:
        typed = {"area": area, "contest": contest, "declared": declared, "sides": sides, "key": key}
        return _list(visit, "open", refusal.problems[0].text, typed)
    return visit.go(f"/batches/{quote(wanted)}")


def _whole(text: str, place: str) -> int | None:
    """A count as people write it (``1.187`` as well as ``1187``); nothing: not counted yet."""
    plain = text.strip().replace(".", "").replace(" ", "")
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 8):
        raise refuse("declared", place, "'{value}' is no count of ballots; write a whole number", value=text.strip())
    return int(plain)


# One batch ---------------------------------------------------------------------------------------------


def _now(visit: Visit, view: BatchView) -> dict[str, object]:
    """What changes while it is read."""
    batch = view.batch
    left = [s for s in rejected_sheets(visit.state.workspace, visit.actor, batch.id) if s.mine is None]
    return {
        "view": view,
        "reading": visit.state.reader.state(batch.id),
        "news": visit.state.reader.news(batch.id, batch.folder) if batch.folder else None,
        "sheets": left[:SHOWN],
        "more": max(0, len(left) - SHOWN),
        "reasons": REASONS,
        "kinds": {**KINDS, "ballot": message("ballots before the team")},
    }


def _batch(
    visit: Visit,
    key: str,
    problem: Message | None = None,
    told: tuple[Delivery, ...] = (),
    status: int = 200,
    instead: str = "",
) -> Response:
    state = visit.state
    view = batch_view(state.workspace, visit.actor, key)
    values = {
        **_now(visit, view),
        "states": BATCH_STATES,
        "folders": folders(state.reader.folder),
        "root": state.reader.folder,
        "slip": next_slip(state.workspace, key),
        "limit": state.limits.upload_mb,
        "problem": problem,
        "told": told,
        "instead": instead,
    }
    return visit.page("batch.html", values, status)


@router.get("/{batch}")
def one(batch: str, visit: Counter, instead: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Everything of one batch; ``instead`` of which batch it was opened just now."""
    return _batch(visit, batch, instead=instead if instead in every_id(visit.state.workspace) else "")


@router.get("/{batch}/now")
def one_now(batch: str, visit: Background) -> Response:
    """Its progress alone, as the page fetches it while it stands open."""
    return visit.page("batch_now.html", _now(visit, batch_view(visit.state.workspace, visit.actor, batch)))


@router.post("/{batch}/files")
async def take_files(batch: str, visit: Counter) -> Response:
    """Hand in files; the answer tells of each what became of it. They are read in the background.

    Asynchronous, unlike other routes, since the body is taken only after it is known who sends it.
    """
    form = await visit.request.form()
    try:
        return await run_in_threadpool(_taken, visit, batch, form)
    finally:
        await form.close()


def _taken(visit: Visit, batch: str, form: FormData) -> Response:
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    told = [deliver(visit.state.workspace, visit.actor, batch, f.filename or "", f.file.read()) for f in files]
    if any(one.good for one in told):
        visit.state.reader.wake(batch, visit.actor)
    if wants_json(visit.request):
        return JSONResponse({"files": [{"name": d.name, "good": d.good, "text": visit.say(d.text)} for d in told]})
    return _batch(visit, batch, None if told else message("no file was chosen; choose the scans first"), tuple(told))


def _tried(visit: Visit, batch: str, act: object) -> Response:
    """Do it and show the batch again; a refusal is told on its page."""
    assert callable(act)
    try:
        act()
    except Refusal as refusal:
        if refusal.problems[0].code in ("batch-unknown", "not-permitted"):
            raise
        return _batch(visit, batch, refusal.problems[0].text, status=status_of(refusal.problems[0]))
    return visit.go(f"/batches/{quote(batch)}")


@router.post("/{batch}/read")
def go_on(batch: str, visit: Counter) -> Response:
    """Read on after reading has stopped."""
    batch_view(visit.state.workspace, visit.actor, batch)
    visit.state.reader.wake(batch, visit.actor)
    return visit.go(f"/batches/{quote(batch)}")


@router.post("/{batch}/folder")
def choose_folder(batch: str, visit: Counter, folder: TextField = "") -> Response:
    """Read a folder's files from now on, or none any more."""
    state = visit.state
    return _tried(
        visit, batch, lambda: watch_folder(state.workspace, visit.actor, batch, state.reader.folder, folder or None)
    )


@router.post("/{batch}/declared")
def give_count(batch: str, visit: Counter, declared: TextField = "", reason: TextField = "") -> Response:
    """The count by hand."""

    def act() -> None:
        number = _whole(declared, batch)
        if number is None:
            raise refuse("declared", batch, "'{value}' is no count of ballots; write a whole number", value=declared)
        declare(visit.state.workspace, visit.actor, batch, number, reason)

    return _tried(visit, batch, act)


@router.post("/{batch}/paper")
def from_paper(
    batch: str, visit: Counter, number: Annotated[int, Form()] = 0, first: Annotated[int, Form()] = 0
) -> Response:
    """So many ballots are typed from the paper."""
    return _tried(visit, batch, lambda: open_sheets(visit.state.workspace, visit.actor, batch, number, first))


@router.post("/{batch}/close")
def close(batch: str, visit: Counter, explanation: TextField = "") -> Response:
    """Close it."""
    return _tried(visit, batch, lambda: close_batch(visit.state.workspace, visit.actor, batch, explanation))


@router.post("/{batch}/void")
def take_out(batch: str, visit: Counter, reason: TextField = "", again: bool = Form(False)) -> Response:
    """Take it out of the count; with ``again`` a new batch is opened for scanning its sheets anew."""
    workspace = visit.state.workspace
    try:
        void_batch(workspace, visit.actor, batch, reason)
    except Refusal as refusal:
        return _batch(visit, batch, refusal.problems[0].text, status=status_of(refusal.problems[0]))
    if not again:
        return visit.go(f"/batches/{quote(batch)}")
    key = open_again(workspace, visit.actor, batch).id
    return visit.go(f"/batches/{quote(key)}?instead={quote(batch)}")


SCREEN = Screen(router, Link(message("Batches"), "/batches", "B", PERMISSION, "count"))
