"""``kiemphieu read``: any paper with a form document, one JSON line a page, no workspace."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from kiemphieu.language import language
from kiemphieu.parameters import profile_of
from pipeline.errors import Refusal, refuse
from pipeline.forms.document import load_form
from pipeline.forms.template import FieldKind, Form
from pipeline.geometry import Quad
from pipeline.messages import Language, message, render
from pipeline.recognize.pages import with_seems
from pipeline.recognize.read import ENGINE, read_raw
from pipeline.recognize.reading import PageReading, WrittenReading
from pipeline.review.decide import decide
from pipeline.review.number_words import Question, decimal_text, questions_of
from pipeline.review.numbers import NumbersDecided, decide_numbers
from pipeline.review.profile import Profile, default_profile
from pipeline.review.signatures import signature_places, signature_questions
from pipeline.review.words import ANSWERS
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form
from pipeline.usecases.scan_order import scan_order
from review_ui.wording_count import verdict

Outcome = PageReading | Rejection


@click.command()
@click.option(
    "--form",
    "forms",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    help="Form document (JSON); may be given several times.",
)
@click.option(
    "--profile",
    "profile_path",
    type=click.Path(path_type=Path),
    help="Calibration profile; the shipped default otherwise.",
)
@click.option(
    "--debug",
    "debug",
    type=click.Path(path_type=Path),
    help="Folder for pictures of the pages with their readings drawn on them.",
)
@click.argument("images", nargs=-1, required=True, type=click.Path(path_type=Path))
def read(forms: Sequence[Path], profile_path: Path | None, debug: Path | None, images: Sequence[Path]) -> None:
    """Read scanned IMAGES (JPEG, PNG, TIFF, PDF; folders are searched) and print one JSON line a page.

    Progress goes to standard error. Exit code 0 when every page has its line, rejected pages included.
    """
    profile = profile_of(profile_path) if profile_path else default_profile()
    profile.check_engine(ENGINE)
    prepared = [prepare_form(load_form(path), path.parent) for path in forms]
    _refuse_same_ids(prepared, forms)
    by_id = {one.form.id: one.form for one in prepared}
    paths = list(_files(images))
    if debug:
        debug.mkdir(parents=True, exist_ok=True)
    progress = sys.stderr.isatty()
    pages = 0
    for index, path in enumerate(paths, start=1):
        for page in decode_pages(*_content(path)):
            outcome = _told(page, read_raw(page, prepared)) if isinstance(page, RawPage) else page
            _print_line(page_line(outcome, profile, by_id, language()))
            pages += 1
            if debug and isinstance(page, RawPage):
                _draw(page, outcome, profile, by_id, debug)
        if progress:
            print(f"\r{_so_far(f'{index}/{len(paths)}', pages)}", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    else:
        print(_so_far(str(len(paths)), pages), file=sys.stderr)


def _told(page: RawPage, outcome: Outcome) -> Outcome:
    """A page that fits no form with what it seems to be, where Tesseract is there to tell."""
    if not isinstance(outcome, Rejection):
        return outcome
    try:
        return with_seems(outcome, page.pixels)
    except Refusal:  # nothing else needs the program here
        return outcome


def _so_far(files: str, pages: int) -> str:
    return render(message("{files} files, {pages} pages", files=files, pages=pages), language())


def _refuse_same_ids(prepared: Sequence[PreparedForm], paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for form, path in zip(prepared, paths, strict=True):
        if form.form.id in seen:
            raise refuse(
                "form-id-twice",
                str(path),
                "the form id {id!r} is already used by {other}; give each form its own id",
                id=form.form.id,
                other=str(seen[form.form.id]),
            )
        seen[form.form.id] = path


def _print_line(line: dict[str, Any]) -> None:
    """JSON is UTF-8 whatever the terminal is; bytes of a file name that are no text become JSON's own escapes."""
    text = json.dumps(line, ensure_ascii=False) + "\n"
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def _files(images: Sequence[Path]) -> Iterator[Path]:
    for path in images:
        if path.is_dir():
            found = [p for p in path.rglob("*") if p.is_file() and not p.name.startswith(".")]
            if not found:
                raise refuse("scans-missing", str(path), "there are no files here; check the folder")
            yield from sorted(found, key=scan_order)
        elif path.is_file():
            yield path
        else:
            raise refuse("file-missing", str(path), "there is no such file; check the path")


def _content(path: Path) -> tuple[bytes, str, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refuse(
            "file-unreadable",
            str(path),
            "cannot be read ({why}); check its permissions",
            why=error.strerror or str(error),
        ) from error
    return content, str(path), hashlib.sha256(content).hexdigest()


def page_line(outcome: Outcome, profile: Profile, forms: Mapping[str, Form], spoken: Language) -> dict[str, Any]:
    """The published record of one page (docs/form-format.md); ``quad`` in pixels of the original.

    ``forms``: by id, those that the page may be read with; their rules decide on numbers. ``spoken``: of sentences for
    people.
    """
    line: dict[str, Any] = {
        "file": outcome.source.file,
        "page": outcome.source.page,
        "status": "rejected" if isinstance(outcome, Rejection) else "read",
        "reason": None,
        "form": outcome.form,
        "side": outcome.side,
        "rotation_deg": None,
        "residual_mm": outcome.residual_mm,
        "profile": profile.digest,
        "fields": [],
    }
    if isinstance(outcome, Rejection):
        return line | {"reason": outcome.reason, "text": render(outcome.text, spoken), "seems": outcome.seems}
    form = forms[outcome.form]
    fields: list[dict[str, Any]] = []
    for reading in outcome.fields:
        decision = decide(reading, profile, outcome.engine, outcome.form)
        fields.append(
            {
                "id": reading.field,
                "kind": reading.kind,
                "value": decision.value,
                "accepted": decision.accepted,
                "score": round(decision.score, 4),
                "p_wrong": float(f"{decision.p_wrong:.3g}"),
                "quad": _quad(reading.quad),
            }
        )
    found = line | {"rotation_deg": round(outcome.rotation_deg, 2), "residual_mm": round(outcome.residual_mm, 3)}
    unsigned = signature_questions(signature_places(outcome.fields, form, profile))
    if not outcome.written:
        return found | {"fields": fields} | ({"questions": _questions(unsigned, spoken)} if unsigned else {})
    decided = decide_numbers(outcome.written, form, profile.numbers)
    order = {f.id: place for place, f in enumerate(f for side in form.sides for f in side.fields)}
    fields += _numbers(outcome.written, decided, form)
    return found | {
        "fields": sorted(fields, key=lambda one: order[one["id"]]),
        "questions": _questions((*questions_of(decided, form), *unsigned), spoken),
        "ask_first": list(decided.asked),
    }


def _questions(questions: Sequence[Question], spoken: Language) -> list[dict[str, Any]]:
    return [{"code": q.code, "fields": list(q.fields), "text": render(q.text, spoken)} for q in questions]


def _numbers(written: Sequence[WrittenReading], decided: NumbersDecided, form: Form) -> list[dict[str, Any]]:
    return [
        {
            "id": reading.field,
            "kind": reading.kind,
            "value": None if number.value is None else decimal_text(number.value, form.field(reading.field).decimals),
            "accepted": number.accepted,
            "score": round(number.score, 4),
            "p_wrong": float(f"{number.p_wrong:.3g}"),
            "quad": _quad(reading.quad),
            "why": list(number.why),
            "by": list(number.by),
        }
        for reading, number in zip(written, decided.numbers, strict=True)
    ]


def _quad(quad: Quad) -> list[list[float]]:
    return [[round(x, 1), round(y, 1)] for x, y in quad]


def _draw(page: RawPage, outcome: Outcome, profile: Profile, forms: Mapping[str, Form], folder: Path) -> None:
    from pipeline.recognize import draw  # noqa: PLC0415  (debugging only)

    path = folder / f"{Path(outcome.source.file).stem}-{outcome.source.sha256[:8]}-{outcome.source.page}.png"
    if isinstance(outcome, Rejection):
        draw.write_picture(draw.drawn_rejected(page, render(outcome.text, language())), path)
        return
    form = forms[outcome.form]
    decisions: dict[str, draw.Decided] = {
        r.field: decide(r, profile, outcome.engine, outcome.form) for r in outcome.fields
    }
    numbers = decide_numbers(outcome.written, form, profile.numbers).numbers
    decisions |= {
        n.field: draw.ShownNumber(decimal_text(n.value, form.field(n.field).decimals), n.accepted) for n in numbers
    }
    draw.write_picture(draw.drawn(page, outcome, decisions, _called), path)


def _called(kind: FieldKind, value: str) -> str:
    """What a value of a kind of field is called, in the user's language; a figure as it is."""
    words = ANSWERS.get(kind, {})
    return render(words[value] if value in words else verdict(value, {}), language())
