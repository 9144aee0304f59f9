"""The number columns of real result forms of 2014, the whole way: a form document, registration, digits, sums.

    python benchmarks/forms_2014.py [--pictures FOLDER]

The form document is written as a user would: the places of the printed lines, measured on the pictures (they lie alike
on all of them), and a blank drawn from these lines, as there is no blank form. Nothing is trained or tuned on them.
Pictures are of 84 dots an inch or so. With ``--pictures`` what was read is drawn there, for looking only.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import tempfile
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pipeline.forms.document import load_form
from pipeline.geometry import MM_PER_INCH
from pipeline.recognize.read import read_raw
from pipeline.review.numbers import NumberDecision, decide_numbers
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "forms" / "c1_2014"
WIDTH, HEIGHT = 164, 380
COLUMNS = (30.5, 64, 97, 130.5)
ROWS = (23, 78, 145, 213, 280, 347)
"""Middles of the printed lines, in pixels; the first row holds a heading."""
DPI = 84
ROW_NAMES = ("candidate1", "candidate2", "valid_total", "invalid")
RULES = [{"code": "sum", "kind": "sum", "parts": ["candidate1", "candidate2"], "whole": "valid_total"}]


def form_document() -> dict[str, Any]:
    fields = []
    for name, (top, bottom) in zip(ROW_NAMES, pairwise(ROWS[1:]), strict=True):
        boxes = [_mm(left, top, right, bottom) for left, right in pairwise(COLUMNS)]
        whole = _mm(COLUMNS[0], top, COLUMNS[-1], bottom)
        fields.append({"id": name, "kind": "number", "box": whole, "boxes": boxes, "most": 999})
    side = {
        "name": "front", "size_mm": [WIDTH / DPI * MM_PER_INCH, HEIGHT / DPI * MM_PER_INCH],
        "reference": {"files": ["blank.png"], "dpi": DPI},
        "registration": {"kind": "box", "outline": _mm(COLUMNS[0], ROWS[0], COLUMNS[-1], ROWS[-1])}, "fields": fields,
    }  # fmt: skip
    return {"format": "kiemphieu-form/1", "id": "c1-2014", "sides": [side], "rules": RULES}


def _mm(left: float, top: float, right: float, bottom: float) -> list[float]:
    """Pixels of the pictures, middles of lines, as a box in millimetres."""
    return [(v + o) / DPI * MM_PER_INCH for v, o in ((left, 0.5), (top, 0.5), (right - left, 0), (bottom - top, 0))]


def blank() -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The grid's lines and its heading's print, four times as large as the pictures and made smaller again."""
    large = np.full((4 * HEIGHT, 4 * WIDTH), 255, np.uint8)
    ends = [((x, ROWS[1]), (x, ROWS[-1])) for x in COLUMNS[1:-1]]
    ends += [((COLUMNS[0], y), (COLUMNS[-1], y)) for y in ROWS]
    ends += [((x, ROWS[0]), (x, ROWS[-1])) for x in (COLUMNS[0], COLUMNS[-1])]
    for start, end in ends:
        (x, y), (u, v) = ((round(4 * a + 2), round(4 * b + 2)) for a, b in (start, end))
        cv2.line(large, (x, y), (u, v), 60, 5)
    cv2.putText(large, "JUMLAH", (4 * 59, 4 * 54), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 90, 4, cv2.LINE_AA)
    return np.asarray(cv2.resize(large, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def prepared() -> PreparedForm:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cv2.imwrite(str(folder / "blank.png"), blank())
        (folder / "c1-2014.json").write_text(json.dumps(form_document()), "utf-8")
        return prepare_form(load_form(folder / "c1-2014.json"), folder)


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    given = parser.parse_args()
    form = prepared()
    totals = dict.fromkeys(("fields", "accepted", "wrong", "read right", "rejected"), 0)
    for label in json.loads((FOLDER / "labels.json").read_text("utf-8")):
        truth = dict(zip(label["rows"], label["values"], strict=True))
        content = (FOLDER / label["file"]).read_bytes()
        (page,) = decode_pages(content, label["file"], sha256(content).hexdigest())
        if isinstance(page, Rejection):
            raise SystemExit(f"{label['file']}: {page.reason}")
        reading = read_raw(page, [form])
        print(label["file"], label["note"], [truth[name] for name in ROW_NAMES])
        if isinstance(reading, Rejection):
            print(f"  rejected: {reading.reason}")
            totals["rejected"] += 1
            continue
        decided = decide_numbers(reading.written, form.form, default_profile().numbers)
        for number in decided.numbers:
            right = (number.value or 0) == (truth[number.field] or 0)
            totals["fields"] += 1
            totals["accepted"] += number.accepted
            totals["wrong"] += number.accepted and not right
            totals["read right"] += right
            print(f"  {number.field}: {number.value} ({number.score:.3f}) {_said(number)}")
        print(f"  broken {[(b.code, b.off) for b in decided.broken]}, ask first {decided.asked[:1]}")
        if given.pictures is not None:
            _draw(page, reading.written, given.pictures / label["file"])
    print(totals)


def _said(number: NumberDecision) -> str:
    return f"accepted by {', '.join(number.by)}" if number.accepted else f"asked: {', '.join(number.why)}"


def _draw(page: RawPage, written: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = page.pixels if page.pixels.ndim == 3 else cv2.cvtColor(page.pixels, cv2.COLOR_GRAY2BGR)
    picture = cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    for reading in written:
        for quad in reading.quads:
            cv2.polylines(picture, [np.round((np.array(quad) + 0.5) * 3).astype(np.int32)], True, (0, 0, 255), 1)
        x, y = (int(v * 3) for v in reading.quad[0])
        cv2.putText(picture, str(reading.values[0][0]), (max(0, x - 85), y + 60), 0, 0.8, (255, 0, 0), 2)
    cv2.imwrite(str(path), picture)


if __name__ == "__main__":
    main()
