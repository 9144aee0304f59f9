"""The official forms of all levels in one archive, from the Totals screen."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from visitors import Browser

from pipeline.storage import log
from pipeline.usecases.workspace import Workspace


def test_forms_that_lack_something_are_taken_as_drafts_only_and_by_those_who_may(
    signed_in_at: Callable[..., Browser], count: Workspace
) -> None:
    uyban, witness = signed_in_at(count, "uyban", "committee"), signed_in_at(count, "ck", "witness")
    assert witness.client.get("/downloads/official-forms.zip?draft=true").status_code == 403
    assert uyban.client.get("/downloads/official-forms.zip").status_code == 409
    answer = uyban.client.get("/downloads/official-forms.zip?draft=true")
    assert answer.status_code == 200
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert len(names) == 2 * (9 + 3 + 4 + 1 + 3 + 2 + 2 + 2)
    assert all("-ban-nhap." in name for name in names), "a batch is open somewhere, so no form is final"
    assert {name.rsplit(".", 1)[1] for name in names} == {"pdf", "docx"}
    with count.database.read() as db:
        last = log.head(db)
    assert last is not None
    assert last.event.act == "official_forms_printed"
    assert 'href="/downloads/official-forms.zip"' in uyban.client.get("/totals").text
