"""One stored page to its outcome, with the forms of a folder prepared once per process."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.recognize.seems import what_it_seems
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import PageSource, Pixels, RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form

_prepared: dict[str, dict[str, PreparedForm]] = {}


def prepared_forms(folder: Path, form_set: str) -> dict[str, PreparedForm]:
    """The forms of a folder by id; kept by ``form_set`` digest, so they are prepared once a process."""
    if form_set not in _prepared:
        _prepared.clear()
        forms = [prepare_form(load_form(path), folder) for path in sorted(folder.glob("*.json"))]
        _prepared[form_set] = {form.form.id: form for form in forms}
    return _prepared[form_set]


def read_stored(
    content: bytes, source: PageSource, forms_folder: Path, form_set: str, expected: Sequence[str]
) -> PageReading | Rejection:
    """Decode, register and read one page; a page that fits no form is also read by OCR for what it seems."""
    forms = prepared_forms(forms_folder, form_set)
    wanted = [forms[key] for key in expected]
    others = [form for key, form in forms.items() if key not in expected]
    raw = next(iter(decode_pages(content, source.file, source.sha256, only=source.page)))
    if not isinstance(raw, RawPage):
        return raw
    outcome = read_raw(raw, wanted, others)
    return with_seems(outcome, raw.pixels) if isinstance(outcome, Rejection) else outcome


def with_seems(rejected: Rejection, pixels: Pixels) -> Rejection:
    """A page that fits no form with what OCR takes it to be; any other rejection as it is.

    Refused (``tesseract-missing``, ``tesseract-language``) where the program is not there.
    """
    if rejected.reason not in ("no_form_fits", "poor_registration"):
        return rejected
    return replace(rejected, seems=what_it_seems(pixels))
