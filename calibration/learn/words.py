"""Printed words with their places and how sure tesseract is of them, and which way up a page lies."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pytesseract

from pipeline.errors import Refusal, refuse
from pipeline.geometry import Box
from pipeline.scan.features import Grey

READ_DPI = 300
"""Small print is read better at this than at 200."""
SURE_TURN = 1.0
"""Tesseract's confidence below which its word about the way up is checked by reading."""
_SIGNS = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Word:
    """``box`` in mm as tesseract gives it; ``sure`` from 0 to 100."""

    text: str
    box: Box
    sure: float


def words_of(picture: Grey, density: float, language: str, layout: int = 11) -> list[Word]:
    """Words of an upright picture; ``layout`` is tesseract's page segmentation mode (11: text anywhere)."""
    scale = max(1.0, READ_DPI / 25.4 / density)
    large = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC) if scale > 1 else picture
    found = _tesseract(np.asarray(large, np.uint8), language, f"--psm {layout} --dpi {READ_DPI}")
    per_mm = density * scale
    words = []
    for i, seen in enumerate(map(str, found["text"])):
        # rules are painted white before, so an upright stroke is a letter
        text = "I" if seen.strip() == "|" else seen
        if float(found["conf"][i]) < 0 or not _SIGNS.search(text):
            continue
        place = (float(found[key][i]) / per_mm for key in ("left", "top", "width", "height"))
        words.append(Word(text.strip(), Box(*place), float(found["conf"][i])))
    return words


def words_in(picture: Grey, density: float, language: str, box: Box, turn: int = 0) -> list[Word]:
    """Words of one line in ``box``, in its millimetres; ``turn``: quarters by which it is turned first, clockwise.

    Boxes of words that were turned lie within ``box`` only roughly.
    """
    y0, y1, x0, x1 = (max(0, round(v * density)) for v in (box.y, box.bottom, box.x, box.right))
    part = picture[y0:y1, x0:x1]
    if not part.size:
        return []
    paper = int(np.percentile(part, 90))
    room = np.pad(np.ascontiguousarray(np.rot90(part, -turn)), round(2 * density), constant_values=paper)
    found = words_of(np.asarray(room, np.uint8), density, language, 7)
    if turn:
        return [Word(w.text, box, w.sure) for w in found]
    left, top = x0 / density - round(2 * density) / density, y0 / density - round(2 * density) / density
    return [Word(w.text, Box(w.box.x + left, w.box.y + top, w.box.w, w.box.h), w.sure) for w in found]


def sign_of(picture: Grey) -> tuple[str, float]:
    """The single letter or digit on a picture, and how sure it is, 0 to 100."""
    found = _tesseract(picture, "eng", f"--psm 10 --dpi {READ_DPI}")
    seen = [(float(c), str(t).strip()) for c, t in zip(found["conf"], found["text"], strict=True)]
    signs = [(c, t) for c, t in seen if c >= 0 and len(t) == 1 and t.isalnum()]
    sure, text = max(signs, default=(0.0, ""))
    return text, sure


def upright_turn(grey: Grey, language: str) -> int:
    """Quarters clockwise (0, 90, 180, 270) that bring the print upright; 0 where no print tells."""
    shrink = min(1.0, 2200 / max(grey.shape))
    small = cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    try:
        told: dict[str, Any] = pytesseract.image_to_osd(small, output_type=pytesseract.Output.DICT)
    except pytesseract.TesseractNotFoundError as error:
        raise _missing() from error
    except pytesseract.TesseractError:
        told = {"rotate": 0, "orientation_conf": 0.0}
    turn = int(told["rotate"])
    if turn == 0 or float(told["orientation_conf"]) >= 2 * SURE_TURN:
        return turn
    # an unsure word is believed only where the page so turned reads better
    grades = {t: _grade(np.asarray(np.rot90(small, -(t // 90)), np.uint8), language) for t in (0, turn)}
    return turn if grades[turn] > 1.3 * grades[0] else 0


def _grade(grey: Grey, language: str) -> float:
    found = _tesseract(np.ascontiguousarray(grey), language, "--psm 11")
    sure = zip(found["conf"], found["text"], strict=True)
    return sum(float(c) for c, t in sure if float(c) > 60 and len(t.strip()) > 2)


def _tesseract(picture: Grey, language: str, config: str) -> dict[str, Sequence[Any]]:
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        found: dict[str, Sequence[Any]] = pytesseract.image_to_data(
            picture, lang=language, config=config, output_type=pytesseract.Output.DICT
        )
    except pytesseract.TesseractNotFoundError as error:
        raise _missing() from error
    except pytesseract.TesseractError as error:
        raise refuse(
            "tesseract-language",
            "tesseract",
            "tesseract cannot read with the models '{language}'; install them, for instance tesseract-ocr-vie",
            language=language,
        ) from error
    return found


def _missing() -> Refusal:
    return refuse("tesseract-missing", "tesseract", "the program tesseract is not installed; install tesseract-ocr")
