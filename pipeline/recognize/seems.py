"""What a page that fits no form seems to be, by its printed words."""

from __future__ import annotations

import cv2
import numpy as np
from rapidfuzz import fuzz

from pipeline.recognize.tesseract import printed_text
from pipeline.scan.page import Pixels

# Phrases that the prescribed papers carry in capitals or bold, from the most telling to the least.
_PHRASES = (
    ("minutes", "BIÊN BẢN KẾT QUẢ KIỂM PHIẾU"),
    ("inventory", "KIỂM KÊ VIỆC SỬ DỤNG PHIẾU BẦU CỬ"),
    ("ballot_assembly", "ĐẠI BIỂU QUỐC HỘI KHÓA"),
    ("ballot_council", "ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN"),
    ("ballot", "PHIẾU BẦU CỬ"),
)
LIKE_ENOUGH = 80.0
"""Of 100: OCR slips on a few accents give 85 to 95, other texts stay below 65."""
_LONG_SIDE = 1700
"""Pixels: an A5 page at 200 dpi; more costs time and gives nothing (docs: CER as good as at 300 dpi)."""


def what_it_seems(pixels: Pixels) -> str:
    """A code and the first words read: ``minutes: BIÊN BẢN ...``, ``not_a_ballot: ...`` or ``no_text``.

    Upside-down pages are turned where that gives more words.
    """
    grey = pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    scale = min(1.0, _LONG_SIDE / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
    texts = (printed_text(small), printed_text(np.ascontiguousarray(small[::-1, ::-1])))
    words = max((_words(text) for text in texts), key=len)
    if len(words) < 3:
        return "no_text"
    text = " ".join(words)
    return f"{_kind(text)}: {text[:80]}"


def _words(text: str) -> list[str]:
    """What looks like words: two letters or more, since noise is read as single signs."""
    return [word for word in text.split() if sum(sign.isalpha() for sign in word) >= 2]


def _kind(text: str) -> str:
    for kind, phrase in _PHRASES:
        if fuzz.partial_ratio(phrase, text.upper()) >= LIKE_ENOUGH:
            return kind
    return "not_a_ballot"
