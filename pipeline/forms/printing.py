"""Layouts to paper: PDF for the printer, a raster of the blank for reading, and the form document."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import assert_never

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from reportlab.pdfgen.canvas import Canvas

from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout
from pipeline.forms.document import dump_form
from pipeline.forms.drawing import Line, Mark, Outline, OvalOutline, Solid, Text
from pipeline.forms.fonts import MM_PER_POINT, font_name
from pipeline.forms.template import Form


def print_ballots(layout: BallotLayout, copies: int, background: str | None = None) -> bytes:
    """A PDF of ``copies`` equal ballots, sheet after sheet, always the same bytes; ``background`` (``#rrggbb``)
    tints it.

    The paper's colour is bought, not printed; a background is for looking at a trial on screen.
    """
    stream = io.BytesIO()
    size = (layout.size.w / MM_PER_POINT, layout.size.h / MM_PER_POINT)
    canvas = Canvas(stream, pagesize=size, invariant=1, pageCompression=1)
    canvas.setTitle(layout.form.title)
    names = ["ballot", *(f"ballot-{n}" for n in range(2, len(layout.sheets) + 1))]
    for name, marks in zip(names, layout.sheets, strict=True):
        canvas.beginForm(name)
        if background:
            canvas.setFillColor(background)
            canvas.rect(0, 0, *size, stroke=0, fill=1)
        for mark in marks:
            _draw(canvas, mark, layout.size.h)
        canvas.endForm()
    for _ in range(copies):
        for name in names:
            canvas.doForm(name)
            canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _draw(canvas: Canvas, mark: Mark, height: float) -> None:
    def point(mm: float) -> float:
        return mm / MM_PER_POINT

    canvas.setFillGray(0)
    canvas.setStrokeGray(0)
    match mark:
        case Text():
            canvas.setFont(font_name(mark.face), mark.points)
            canvas.drawString(point(mark.x), point(height - mark.baseline), mark.text)
        case Line():
            canvas.setLineWidth(point(mark.width))
            canvas.line(point(mark.x1), point(height - mark.y1), point(mark.x2), point(height - mark.y2))
        case Outline(box=box):
            canvas.setLineWidth(point(mark.width))
            canvas.rect(point(box.x), point(height - box.bottom), point(box.w), point(box.h), fill=0)
        case Solid(box=box):
            canvas.rect(point(box.x), point(height - box.bottom), point(box.w), point(box.h), 0, 1)
        case OvalOutline(box=box):
            canvas.setLineWidth(point(mark.width))
            left, bottom = point(box.x), point(height - box.bottom)
            canvas.ellipse(left, bottom, left + point(box.w), bottom + point(box.h), fill=0)
        case _:
            assert_never(mark)


def render_blank(layout: BallotLayout, dpi: float, sheet: int = 0) -> NDArray[np.uint8]:
    """An unmarked sheet as grey pixels (h, w) at ``dpi``, covering the page exactly."""
    document = pypdfium2.PdfDocument(print_ballots(layout, 1))
    try:
        bitmap = document[sheet].render(scale=dpi / 72, grayscale=True)
        pixels: NDArray[np.uint8] = bitmap.to_numpy().copy()
    finally:
        document.close()
    return pixels.reshape(pixels.shape[0], pixels.shape[1])


def write_form(layout: BallotLayout, folder: Path) -> Path:
    """Write ``ID.json``, its references (``ID.png``) and a printable ``ID.pdf``; returns the form document."""
    folder.mkdir(parents=True, exist_ok=True)
    name = layout.form.id
    for sheet, side in enumerate(layout.form.sides):
        assert side.reference is not None
        done, png = cv2.imencode(".png", render_blank(layout, REFERENCE_DPI, sheet))
        assert done
        (folder / side.reference.files[0]).write_bytes(png.tobytes())
    (folder / f"{name}.pdf").write_bytes(print_ballots(layout, 1))
    return _write_document(layout.form, folder)


def write_printed(content: bytes, form: Form, folder: Path) -> Path:
    """Write a PDF that is its form's own reference as ``ID.pdf``, and ``ID.json`` beside it; returns the PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{form.id}.pdf"
    path.write_bytes(content)
    _write_document(form, folder)
    return path


def _write_document(form: Form, folder: Path) -> Path:
    path = folder / f"{form.id}.json"
    path.write_text(json.dumps(dump_form(form), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path
