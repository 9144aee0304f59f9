"""A sheet that somebody else designed, drawn with a picture library only, and the form document for it.

Written from docs/form-format.md alone: four corner squares, six ovals, two boxes, two of the ovals filled.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFilter, ImageFont

DPI = 200
SIZE = (210.0, 297.0)
CORNERS = [[12, 12, 6, 6], [192, 12, 6, 6], [192, 279, 6, 6], [12, 279, 6, 6]]
OVALS = {name: [30.0, 70.0 + 14 * i, 6.0, 3.6] for i, name in enumerate(("norte", "sur", "este", "oeste", "centro"))}
BOXES = {"si": [120.0, 200.0, 5.0, 5.0], "no": [120.0, 214.0, 5.0, 5.0]}
MARKED = ("sur", "no")
Picture = Image.Image


def document(**more: Any) -> dict[str, Any]:
    """The form document."""
    fields = [{"id": name, "kind": "oval", "box": box, "group": "barrio"} for name, box in OVALS.items()]
    fields += [{"id": name, "kind": "box", "box": box, "group": "agua"} for name, box in BOXES.items()]
    front = {
        "name": "front",
        "size_mm": list(SIZE),
        "registration": {"kind": "corner_marks", "marks": CORNERS},
        "fields": fields,
    }
    return {"format": "kiemphieu-form/1", "id": "consulta", "title": "Consulta vecinal", "sides": [front], **more}


def px(mm: float) -> float:
    return mm * DPI / 25.4


def _corners(box: list[float]) -> list[float]:
    x, y, w, h = box
    return [px(x), px(y), px(x + w), px(y + h)]


def drawn(marked: Collection[str] = MARKED) -> Picture:
    """The printed sheet at 200 dpi with pen in the targets ``marked``."""
    page = Image.new("L", (round(px(SIZE[0])), round(px(SIZE[1]))), 238)
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(26)
    pen.text((px(70), px(30)), "CONSULTA VECINAL DE AGUA CLARA", fill=25, font=font)
    for corner in CORNERS:
        pen.rectangle(_corners(corner), fill=20)
    for name, box in OVALS.items():
        pen.rounded_rectangle(_corners(box), radius=px(box[3] / 2), outline=25, width=2)
        pen.text((px(box[0] + 9), px(box[1])), f"Barrio {name}", fill=25, font=font)
    for name, box in BOXES.items():
        pen.rectangle(_corners(box), outline=25, width=2)
        pen.text((px(box[0] + 9), px(box[1])), name.upper(), fill=25, font=font)
    for name in marked:
        _mark(pen, (OVALS | BOXES)[name])
    return page.filter(ImageFilter.GaussianBlur(0.7))


def _mark(pen: ImageDraw.ImageDraw, box: list[float]) -> None:
    """Five strokes of a pen inside the target."""
    x, y, w, h = box
    for i in range(5):
        at = y + 0.6 + i * (h - 1.2) / 4
        pen.line([px(x + 0.8), px(at), px(x + w - 0.8), px(at + 0.3)], fill=70, width=5)


def write(folder: Path, **more: Any) -> Path:
    """The form document on disk."""
    path = folder / f"{more.get('id', 'consulta')}.json"
    path.write_text(json.dumps(document(**more)), encoding="utf-8")
    return path
