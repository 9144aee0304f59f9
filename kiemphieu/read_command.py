"""``kiemphieu read``: any paper with a form document, one JSON line a page, no workspace."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from pipeline.errors import refuse
from pipeline.forms.document import load_form
from pipeline.messages import render
from pipeline.recognize.read import ENGINE, read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile, default_profile, load_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form

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
    profile = load_profile(profile_path) if profile_path else default_profile()
    profile.check_engine(ENGINE)
    prepared = [prepare_form(load_form(path), path.parent) for path in forms]
    _refuse_same_ids(prepared, forms)
    paths = list(_files(images))
    if debug:
        debug.mkdir(parents=True, exist_ok=True)
    progress = sys.stderr.isatty()
    pages = 0
    for index, path in enumerate(paths, start=1):
        for page in decode_pages(*_content(path)):
            outcome = read_raw(page, prepared) if isinstance(page, RawPage) else page
            _print_line(page_line(outcome, profile))
            pages += 1
            if debug and isinstance(page, RawPage):
                _draw(page, outcome, profile, debug)
        if progress:
            print(f"\r{index}/{len(paths)} files, {pages} pages", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    else:
        print(f"{len(paths)} files, {pages} pages", file=sys.stderr)


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
            found = sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
            if not found:
                raise refuse("scans-missing", str(path), "there are no files here; check the folder")
            yield from found
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


def page_line(outcome: Outcome, profile: Profile) -> dict[str, Any]:
    """The published record of one page (README, ``kiemphieu read``); ``quad`` in pixels of the original."""
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
        return line | {"reason": outcome.reason, "text": render(outcome.text, "en"), "seems": outcome.seems}
    fields = []
    for reading in outcome.fields:
        decision = decide(reading, profile, outcome.engine)
        fields.append(
            {
                "id": reading.field,
                "kind": reading.kind,
                "value": decision.value,
                "accepted": decision.accepted,
                "score": round(decision.score, 4),
                "p_wrong": float(f"{decision.p_wrong:.3g}"),
                "quad": [[round(x, 1), round(y, 1)] for x, y in reading.quad],
            }
        )
    return line | {
        "rotation_deg": round(outcome.rotation_deg, 2),
        "residual_mm": round(outcome.residual_mm, 3),
        "fields": fields,
    }


def _draw(page: RawPage, outcome: Outcome, profile: Profile, folder: Path) -> None:
    if isinstance(outcome, Rejection):
        return
    from pipeline.recognize.draw import write_picture  # noqa: PLC0415  (debugging only)

    name = f"{Path(outcome.source.file).stem}-{outcome.source.sha256[:8]}-{outcome.source.page}.png"
    decisions = {reading.field: decide(reading, profile, outcome.engine) for reading in outcome.fields}
    write_picture(page, outcome, decisions, folder / name)
