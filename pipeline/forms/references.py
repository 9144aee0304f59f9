"""Whether the reference pictures that a form names are there, whole, and as large as the side that they show."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from pipeline.errors import Problem
from pipeline.forms.template import Form, FormSide, Reference
from pipeline.geometry import MM_PER_INCH, Size
from pipeline.messages import message

SMALLEST = 0.9
"""Share of the side's width and height that a picture must cover: scans of blank sheets are cut by some
millimetres, a wrong resolution (150 for 200, 200 for 300) is off by a quarter and more."""
POINTS_PER_INCH = 72


class _Unfit(Exception):  # noqa: N818  (never leaves this module)
    """Why a file is no picture."""


def reference_problems(form: Form, folder: Path, place: str) -> Iterator[Problem]:
    """Every fault of the references, whose names are relative to ``folder``; ``place`` is the form document."""
    for number, side in enumerate(form.sides):
        if side.reference:
            for name in side.reference.files:
                where = f"{place}, sides[{number}] '{side.name}', reference"
                yield from _file_problems(folder / name, side, side.reference, where)


def _file_problems(path: Path, side: FormSide, reference: Reference, place: str) -> Iterator[Problem]:
    if not path.is_file():
        yield _problem(
            place, "the reference picture '{file}' is not beside the form document; put it there", file=path.name
        )
        return
    try:
        size = _size_mm(path, reference)
    except _Unfit as fault:
        yield _problem(
            place,
            "the reference picture '{file}' cannot be used ({why}); give a whole JPEG, PNG, TIFF or open PDF",
            file=path.name,
            why=str(fault),
        )
        return
    if size is None:
        yield _problem(
            place, "the reference '{file}' has no page {page}; correct 'page'", file=path.name, page=reference.page
        )
    elif size.w < SMALLEST * side.size.w or size.h < SMALLEST * side.size.h:
        yield _problem(
            place,
            "'{file}' at {dpi} dpi shows {w} x {h} mm, the side has {side_w} x {side_h} mm; correct 'dpi' or 'size_mm'",
            file=path.name,
            dpi=reference.dpi,
            w=round(size.w),
            h=round(size.h),
            side_w=side.size.w,
            side_h=side.size.h,
        )


def _size_mm(path: Path, reference: Reference) -> Size | None:
    """Millimetres that the picture shows; None where it lacks the page. The picture is decoded whole."""
    try:
        with path.open("rb") as stream:
            if b"%PDF-" in stream.read(1024):
                return _pdf_size_mm(path, reference.page)
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=["JPEG", "PNG", "TIFF"]) as picture:
            if reference.page > getattr(picture, "n_frames", 1):
                return None
            picture.seek(reference.page - 1)
            picture.load()
            return Size(*(pixels / reference.dpi * MM_PER_INCH for pixels in picture.size))
    except _Unfit:
        raise
    except Exception as error:  # Pillow raises whatever its decoders stumble over
        raise _Unfit(str(error).replace(str(path), path.name)[:200] or type(error).__name__) from error


def _pdf_size_mm(path: Path, page: int) -> Size | None:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise _Unfit(str(error)) from error
    try:
        if page > len(document):
            return None
        return Size(*(points / POINTS_PER_INCH * MM_PER_INCH for points in document[page - 1].get_size()))
    finally:
        document.close()


def _problem(place: str, msgid: str, **params: object) -> Problem:
    return Problem("form-reference", place, message(msgid, **params))
