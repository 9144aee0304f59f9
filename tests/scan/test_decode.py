"""What cannot be decoded whole is a rejection, never half a page and never an exception."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection

NOISE = np.random.default_rng(1).integers(0, 255, (300, 200), dtype=np.uint8)


def encoded(kind: str) -> bytes:
    return cv2.imencode(kind, NOISE)[1].tobytes()


@pytest.mark.parametrize("kind", [".jpg", ".png", ".tif"])
def test_a_whole_grey_picture_stays_grey_and_keeps_its_size(kind: str) -> None:
    (page,) = decode_pages(encoded(kind), "x", "0")
    assert isinstance(page, RawPage)
    assert page.pixels.shape == (300, 200)


@pytest.mark.parametrize("kind", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
def test_a_truncated_picture_is_rejected(kind: str, share: float) -> None:
    content = encoded(kind)
    (page,) = decode_pages(content[: int(share * len(content))], "x", "0")
    assert isinstance(page, Rejection)
    assert page.reason == "undecodable"


@pytest.mark.parametrize("content", [b"", b"hello", b"%PDF-1.4 nothing"])
def test_empty_and_foreign_bytes_are_rejected(content: bytes) -> None:
    (page,) = decode_pages(content, "x.jpg", "0")
    assert isinstance(page, Rejection)
    assert page.reason == "undecodable"
