"""Programs hand in scans: batches opened, files given, how far they are. Closing is an act of people."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from pipeline.errors import refuse
from pipeline.usecases.batches import batch_page, free_id, one_batch
from pipeline.usecases.counting import every_id
from pipeline.usecases.delivery import deliver
from pipeline.usecases.ingest import open_batch
from review_ui.api.answers import BatchAnswer, Batches, BatchState, FileAnswer, Files, NewBatch
from review_ui.api.guard import Call, ReadsBatches, WritesBatches
from review_ui.api.shapes import MULTIPART, Key, Limit, Offset

router = APIRouter(prefix="/api/v1/batches", tags=["batches"])
BatchKey = Annotated[str, Path(pattern=r'^[^/\\?#"<>\x00-\x1f]{1,80}$')]


@router.get("")
def listed(
    call: ReadsBatches,
    state: BatchState = "open",
    area: Annotated[Key | None, Query()] = None,
    contest: Annotated[Key | None, Query()] = None,
    offset: Offset = 0,
    limit: Limit = 100,
) -> Batches:
    """Batches in one state, the last opened first."""
    total, found = batch_page(call.workspace, call.actor, state, area=area, contest=contest, offset=offset, limit=limit)
    return Batches(total=total, offset=offset, batches=[BatchAnswer.of(b) for b in found])


@router.post("", status_code=201)
def opened(call: WritesBatches, new: NewBatch, response: Response) -> BatchAnswer:
    """Open a batch. An id that is taken is refused, so a request that is sent again opens no second one."""
    workspace = call.workspace
    taken = every_id(workspace)
    key = new.id or free_id(new.area, new.contest, taken)
    if key in taken:
        raise refuse("batch-stands", key, "a batch of this id stands already; choose another id")
    open_batch(workspace, call.actor, key, new.area, new.contest, new.declared, new.sides)
    response.headers["Location"] = f"/api/v1/batches/{quote(key)}"
    return BatchAnswer.of(one_batch(workspace, call.actor, key))


@router.get("/{batch}")
def one(call: ReadsBatches, batch: BatchKey) -> BatchAnswer:
    """How far one batch is."""
    return BatchAnswer.of(one_batch(call.workspace, call.actor, batch))


@router.post("/{batch}/files", openapi_extra=MULTIPART)
async def take_files(call: WritesBatches, batch: BatchKey) -> Files:
    """Hand in files (JPEG, PNG, TIFF, PDF) in fields named ``files``; they are read in the background.

    Each answer tells what became of a file. The same file again changes nothing.
    """
    form = await call.request.form()  # only now: the body is taken from somebody who may send it
    try:
        return await run_in_threadpool(_taken, call, batch, form)
    finally:
        await form.close()


def _taken(call: Call, batch: str, form: FormData) -> Files:
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if not files:
        raise refuse("files-missing", batch, "no file was sent; send scans in multipart fields named 'files'")
    told = [deliver(call.workspace, call.actor, batch, f.filename or "", f.file.read()) for f in files]
    if any(one.good for one in told):
        call.state.reader.wake(batch, call.actor)
    return Files(files=[FileAnswer(name=d.name, taken=d.good, text=call.say(d.text)) for d in told])
