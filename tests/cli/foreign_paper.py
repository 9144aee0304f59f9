"""A sheet that somebody else designed, drawn with a picture library only, and the form document for it.

Written from docs/form-format.md alone: names to cross out, ovals and boxes to fill, and a place for a stamp,
with corner squares, timing bars, a printed box or nothing but its text to be found by.
"""

from __future__ import annotations

import io
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from PIL import Image, ImageDraw, ImageFilter, ImageFont

DPI = 200
SIZE = (148.0, 210.0)
Box = list[float]
CORNERS: list[Box] = [[8, 8, 5, 5], [135, 8, 5, 5], [135, 197, 5, 5], [8, 197, 5, 5]]
TOP: list[Box] = [[8 + 8 * i, 8, 4, 1.5] for i in range(17)]
SIDES: list[Box] = [[x, 16 + 8 * i, 4, 1.5] for i in range(23) for x in (8, 136)]
BOTTOM: list[Box] = [[8 + 8 * i, 200, 4, 1.5] for i in (1, 2, 5, 11)]
OUTLINE: Box = [8, 8, 132, 194]
REGISTRATIONS: dict[str, dict[str, Any]] = {
    "content": {"kind": "content"},
    "box": {"kind": "box", "outline": OUTLINE},
    "timing_marks": {"kind": "timing_marks", "marks": [*TOP, *SIDES, *BOTTOM]},
    "corner_marks": {"kind": "corner_marks", "marks": CORNERS},
}
NAMES = {"ana": "ANA MARIA LOPEZ", "bruno": "BRUNO DIAZ PENA", "clara": "CLARA RUIZ ORTEGA"}
TYPE = 32
OVALS: dict[str, Box] = {f"barrio-{i}": [30.0, 112.0 + 9 * i, 6.0, 3.6] for i in range(5)}
BOXES: dict[str, Box] = {"si": [90.0, 112.0, 5.0, 5.0], "no": [90.0, 124.0, 5.0, 5.0]}
STAMP: Box = [96.0, 52.0, 34.0, 30.0]
STRUCK, MARKED = ("bruno",), ("barrio-1", "no")
ANSWERS = {
    **{name: "struck" if name in STRUCK else "clear" for name in NAMES},
    **{name: "marked" if name in MARKED else "unmarked" for name in (*OVALS, *BOXES)},
    "sello": "present",
}
Picture = Image.Image


def px(mm: float) -> float:
    return mm * DPI / 25.4


def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def _name_box(name: str) -> Box:
    """The ink of a printed name, in mm."""
    x, y = 30.0, 58.0 + 12 * list(NAMES).index(name)
    left, top, right, bottom = _font(TYPE).getbbox(NAMES[name])
    mm = 25.4 / DPI
    return [round(v, 2) for v in (x + left * mm, y + top * mm, (right - left) * mm, (bottom - top) * mm)]


def boxes() -> dict[str, Box]:
    """Every field's box in mm, in the order of the form."""
    return {**{name: _name_box(name) for name in NAMES}, **OVALS, **BOXES, "sello": STAMP}


def kind_of(name: str) -> str:
    return "strike" if name in NAMES else "oval" if name in OVALS else "box" if name in BOXES else "stamp"


def document(registration: str, reference: bool = True, **more: Any) -> dict[str, Any]:
    """The form document."""
    side: dict[str, Any] = {
        "name": "front",
        "size_mm": list(SIZE),
        "registration": REGISTRATIONS[registration],
        "fields": [{"id": name, "kind": kind_of(name), "box": box} for name, box in boxes().items()],
    }
    if reference:
        side["reference"] = {"files": [f"{registration}.png"], "dpi": DPI}
    return {"format": "kiemphieu-form/1", "id": "consulta", "title": "Consulta vecinal", "sides": [side], **more}


def write(folder: Path, registration: str, reference: bool = True, **more: Any) -> Path:
    """The form document on disk, with its blank reference beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn(registration, struck=(), marked=(), stamped=False).save(folder / f"{registration}.png")
    path = folder / f"{more.get('id', 'consulta')}.json"
    path.write_text(json.dumps(document(registration, reference, **more)), encoding="utf-8")
    return path


# --- the sheet ---


def _corners(box: Box) -> list[float]:
    x, y, w, h = box
    return [px(x), px(y), px(x + w), px(y + h)]


def drawn(
    registration: str,
    struck: Collection[str] = STRUCK,
    marked: Collection[str] = MARKED,
    stamped: bool = True,
) -> Picture:
    """The sheet at 200 dpi, grey, with a pen on the names ``struck`` and in the targets ``marked``."""
    page = Image.new("L", (round(px(SIZE[0])), round(px(SIZE[1]))), 240)
    pen = ImageDraw.Draw(page)
    _print_frame(pen, registration)
    _print_text(pen)
    for name in struck:
        x, y, w, h = _name_box(name)
        pen.line([px(x - 2), px(y + 0.6 * h), px(x + w + 3), px(y + 0.4 * h)], fill=60, width=5)
    for name in marked:
        _fill(pen, (OVALS | BOXES)[name])
    if stamped:
        ring = [98, 53, 28, 28]
        pen.ellipse(_corners(ring), outline=95, width=8)
        pen.ellipse(_corners([103, 58, 18, 18]), outline=95, width=6)
        pen.text((px(106), px(64)), "SELLO", fill=95, font=_font(34))
    return page.filter(ImageFilter.GaussianBlur(0.7))


def _print_frame(pen: ImageDraw.ImageDraw, registration: str) -> None:
    match registration:
        case "box":
            pen.rectangle(_corners(OUTLINE), outline=25, width=3)
        case "timing_marks" | "corner_marks":
            for mark in REGISTRATIONS[registration]["marks"]:
                pen.rectangle(_corners(mark), fill=20)


def _print_text(pen: ImageDraw.ImageDraw) -> None:
    pen.text((px(34), px(22)), "CONSULTA VECINAL DE AGUA CLARA", fill=25, font=_font(38))
    pen.text((px(30), px(34)), "Tache los nombres que no quiere elegir.", fill=25, font=_font(28))
    pen.text((px(30), px(41)), "Rellene los barrios que deben tener agua primero.", fill=25, font=_font(28))
    for name, text in NAMES.items():
        pen.text((px(30), px(58 + 12 * list(NAMES).index(name))), text, fill=25, font=_font(TYPE))
    pen.text((px(30), px(103)), "Barrios", fill=25, font=_font(30))
    for i, box in enumerate(OVALS.values()):
        pen.rounded_rectangle(_corners(box), radius=px(box[3] / 2), outline=25, width=2)
        pen.text((px(box[0] + 9), px(box[1])), f"Barrio numero {i + 1}", fill=25, font=_font(28))
    for name, box in BOXES.items():
        pen.rectangle(_corners(box), outline=25, width=2)
        pen.text((px(box[0] + 9), px(box[1])), f"{name.upper()}, de acuerdo", fill=25, font=_font(28))
    pen.text((px(30), px(172)), "Deposite esta hoja en la urna de su barrio. Muchas gracias.", fill=25, font=_font(26))


def _fill(pen: ImageDraw.ImageDraw, box: Box) -> None:
    """Five strokes of a pen inside the target."""
    x, y, w, h = box
    for i in range(5):
        at = y + 0.6 + i * (h - 1.2) / 4
        pen.line([px(x + 0.8), px(at), px(x + w - 0.8), px(at + 0.3)], fill=70, width=5)


# --- files ---


def saved(page: Picture, kind: str, **more: Any) -> bytes:
    """The page as a file of ``kind``."""
    stream = io.BytesIO()
    page.save(stream, kind, **more)
    return stream.getvalue()


def sixteen_bits(page: Picture) -> Picture:
    return Image.fromarray(np.asarray(page.convert("L"), np.uint16) * 257)


def pdf_of_jpegs(*pages: Picture, turn: int = 0) -> bytes:
    """As scanners write it: every page one JPEG over the whole page; ``turn`` is the page's /Rotate."""
    pdf = pikepdf.new()
    for page in pages:
        size = tuple(v / DPI * 72 for v in page.size)
        sheet = pdf.add_blank_page(page_size=size)
        picture = pikepdf.Stream(pdf, saved(page, "JPEG", quality=90))
        picture["/Type"], picture["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        picture["/Width"], picture["/Height"], picture["/BitsPerComponent"] = *page.size, 8
        picture["/ColorSpace"] = pikepdf.Name.DeviceGray
        picture["/Filter"] = pikepdf.Name.DCTDecode
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture))
        sheet.Contents = pikepdf.Stream(pdf, f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Im0 Do Q".encode())
        if turn:
            sheet.Rotate = turn
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()
