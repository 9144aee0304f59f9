"""All official forms in one archive, as a committee downloads them. Over closed batches only."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

from pipeline.access.roles import Actor, require
from pipeline.audit.chain import AuditEvent
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.storage import log
from pipeline.usecases.official_data import Result, Source
from pipeline.usecases.official_forms import Kind, OfficialForm, forms_of, later_results, print_form
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.standing import as_totals, standing
from pipeline.usecases.workspace import Workspace

KINDS: tuple[Kind, ...] = ("pdf", "docx")
EPOCH = (1980, 1, 1, 0, 0, 0)


def official_archive(workspace: Workspace, actor: Actor, *, draft: bool) -> tuple[str, bytes]:
    """File name and ZIP of every form that is final, as PDF and DOCX; with ``draft`` of all, the others as drafts.

    Refused (``form-incomplete``) where no form is final and no draft is asked for.
    """
    require(actor, "export")
    forms = _forms(workspace, actor)
    chosen = [f for f in forms if draft or f.final]
    if not chosen:
        raise refuse(
            "form-incomplete",
            workspace.election.id,
            "no official form is final yet; finish the count, or take them as drafts",
        )
    with workspace.database.write() as db:
        head = log.head(db)
        content = _archive(chosen, head.digest if head else "", workspace.trial)
        detail = {"forms": len(chosen), "drafts": sum(not f.final for f in chosen)}
        log.append(
            db, AuditEvent(actor.id, "official_forms_printed", workspace.election.id, detail), workspace.clock()
        )  # fmt: skip
    return f"bieu-mau-{workspace.election.id}.zip", content


def _forms(workspace: Workspace, actor: Actor) -> list[OfficialForm]:
    """Every form; none is final while a batch is open somewhere, since its sheets are in no sum here."""
    every = [standing(workspace, actor, c.id) for c in workspace.election.contests]
    waiting = sorted({a.totals.area for s in every for a in s.areas if not a.closed})
    with workspace.database.read() as db:
        given = particulars_of(db, actor)
        later = later_results(db, workspace.election)
    forms = forms_of(Source(Result(workspace.election, as_totals(workspace.election, every)), given, later))
    if not waiting:
        return list(forms)
    why = message(
        "not every batch of {count} areas is closed ({areas}); close them",
        count=len(waiting),
        areas=", ".join(waiting[:8]) + (" …" if len(waiting) > 8 else ""),
    )
    return [replace(f, why=(why, *f.why)) for f in forms]


def _archive(forms: list[OfficialForm], head: str, trial: bool) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for form in forms:
            for kind in KINDS:
                content = print_form(form, head, kind, trial=trial, draft=True)
                archive.writestr(zipfile.ZipInfo(form.file(kind), EPOCH), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
