"""Tesseract is ended where it takes too long, and the page that it was to help with is not lost."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.recognize import tesseract


def test_text_that_takes_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    page = np.full((300, 900), 255, np.uint8)
    cv2.putText(page, "HELLO PAPER", (60, 170), cv2.FONT_HERSHEY_SIMPLEX, 3, 0, 6)
    assert "PAPER" in tesseract.printed_text(page)
    monkeypatch.setattr(tesseract, "SECONDS", 0.01)
    assert tesseract.printed_text(page) == ""
