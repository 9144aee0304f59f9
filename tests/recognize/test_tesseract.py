"""Tesseract is ended where it takes too long, and the page that it was to help with is not lost."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.simulate.lettering import text_raster
from pipeline.recognize import tesseract


def test_text_that_takes_too_long_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    line = text_raster("PHIẾU BẦU CỬ", "LiberationSerif-Regular.ttf", 60)
    page = np.pad(255 - line, 80, constant_values=255)
    assert tesseract.printed_text(page).strip()
    monkeypatch.setattr(tesseract, "SECONDS", 0.01)
    assert tesseract.printed_text(page) == ""
