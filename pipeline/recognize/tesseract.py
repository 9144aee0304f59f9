"""Tesseract, the one external program that reads print."""

from __future__ import annotations

import os

import pytesseract

from pipeline.errors import refuse
from pipeline.scan.page import Pixels

SECONDS = 30
"""Of the clock, after which the program is ended; a page took 2 s at most. Its text tells a person what a sheet that
fits no form seems to be, and nothing is counted by it."""


def printed_text(pixels: Pixels, language: str = "vie") -> str:
    """The text of an upright page, lines as printed; empty where nothing is recognised, or not in SECONDS.

    Refused (``tesseract-missing``) where the program or its Vietnamese model is not installed.
    """
    # One thread: on a page of a few lines Tesseract's threads cost more than they give.
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    try:
        return str(pytesseract.image_to_string(pixels, lang=language, config="--psm 6", timeout=SECONDS))
    except pytesseract.TesseractNotFoundError as error:
        raise refuse(
            "tesseract-missing", "tesseract", "the program tesseract is not installed; install tesseract-ocr"
        ) from error
    except pytesseract.TesseractError as error:
        if "Failed loading language" in str(error):
            raise refuse(
                "tesseract-language",
                "tesseract",
                "the Vietnamese model of tesseract is not installed; install tesseract-ocr-vie",
            ) from error
        return ""
    except RuntimeError:  # how pytesseract says that the time was up
        return ""
