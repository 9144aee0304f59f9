"""What cannot be decoded whole is a rejection, never half a page and never an exception."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pikepdf
import pytest
from PIL import Image

from pipeline.scan.decode import decode_pages, unreadable
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


# --- what scanners and office programs write ---

SIZE = (200, 300)


def gradient() -> np.ndarray:
    """Grey from 20 to 230 down the page, a white corner at the top left."""
    picture = np.linspace(20, 230, 300)[:, None].repeat(200, axis=1)
    picture[:30, :40] = 255
    return picture.astype(np.uint8)


def saved(picture: Image.Image, kind: str, **more: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **more)
    return stream.getvalue()


def grey() -> Image.Image:
    return Image.fromarray(gradient())


def big_endian_16() -> bytes:
    """A TIFF of Motorola order, 16 bits, as some book scanners write."""
    data = (gradient().astype(">u2") * 257).tobytes()
    entries = [(256, 3, 1, 200 << 16), (257, 3, 1, 300 << 16), (258, 3, 1, 16 << 16), (259, 3, 1, 1 << 16),
               (262, 3, 1, 1 << 16), (273, 4, 1, 8), (277, 3, 1, 1 << 16), (278, 3, 1, 300 << 16),
               (279, 4, 1, len(data))]  # fmt: skip
    table = struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *e) for e in entries) + b"\0" * 4
    return b"MM\0*" + struct.pack(">I", 8 + len(data)) + data + table


WRITTEN: dict[str, Callable[[], bytes]] = {
    "16 bit TIFF, Motorola order": big_endian_16,
    "16 bit PNG": lambda: saved(Image.fromarray(gradient().astype(np.uint16) * 257), "PNG"),
    "TIFF, deflated": lambda: saved(grey(), "TIFF", compression="tiff_adobe_deflate"),
    "TIFF, packed": lambda: saved(grey(), "TIFF", compression="packbits"),
    "TIFF, white is zero": lambda: saved(grey(), "TIFF", tiffinfo={262: 0}),  # Pillow inverts what it writes
    "TIFF to be shown turned by 90°": lambda: saved(grey(), "TIFF", tiffinfo={274: 6}),
    "TIFF to be shown turned by 180°": lambda: saved(grey(), "TIFF", tiffinfo={274: 3}),
    "TIFF to be shown turned by 270°": lambda: saved(grey(), "TIFF", tiffinfo={274: 8}),
    "palette PNG": lambda: saved(grey().convert("P"), "PNG"),
    "PNG, transparent where white": lambda: saved(
        Image.fromarray(np.dstack([gradient(), np.where(gradient() == 255, 0, 255).astype(np.uint8)]), "LA"), "PNG"
    ),
}


@pytest.mark.parametrize("name", list(WRITTEN))
def test_every_way_to_write_grey_gives_the_same_page(name: str) -> None:
    (page,) = decode_pages(WRITTEN[name](), "x", "0")
    assert isinstance(page, RawPage)
    pixels = page.pixels if page.pixels.ndim == 2 else page.pixels[:, :, 1]
    assert pixels.shape == (300, 200)
    assert np.abs(pixels.astype(int) - gradient()).max() <= 2


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr", "RGB"])
def test_colours_of_a_tiff_are_blue_green_red(mode: str) -> None:
    picture = Image.new("RGB", SIZE, (220, 30, 40)).convert(mode)
    (page,) = decode_pages(saved(picture, "TIFF"), "x", "0")
    assert isinstance(page, RawPage)
    blue, green, red = page.pixels[150, 100]
    assert red > 180
    assert max(blue, green) < 90


def locked_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    stream = io.BytesIO()
    pdf.save(stream, encryption=pikepdf.Encryption(owner="a", user="b"))
    return stream.getvalue()


def huge_png() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    rest = zlib.compress(b"\0")
    parts = [(chunk, len(header)), (b"IDAT" + rest, len(rest)), (b"IEND", 0)]
    body = b"".join(struct.pack(">I", n) + c + struct.pack(">I", zlib.crc32(c)) for c, n in parts)
    return b"\x89PNG\r\n\x1a\n" + body


def huge_pdf() -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(14_000, 14_000))
    stream = io.BytesIO()
    pdf.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(locked_pdf(), "encrypted"), (huge_png(), "too_large"), (huge_pdf(), "too_large")],
    ids=["locked PDF", "PNG that claims 3600 million pixels", "PDF of 5 x 5 m"],
)
def test_what_may_not_be_opened_says_why(content: bytes, reason: str) -> None:
    (page,) = decode_pages(content, "x", "0")
    assert isinstance(page, Rejection)
    assert page.reason == reason


def test_a_damaged_page_of_a_tiff_leaves_the_others() -> None:
    pages = [Image.fromarray(np.random.default_rng(i).integers(0, 255, (300, 200), dtype=np.uint8)) for i in range(3)]
    content = bytearray(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw"))
    with Image.open(io.BytesIO(bytes(content))) as picture:
        picture.seek(1)
        (start,), (length,) = (picture.tag_v2[tag] for tag in (273, 279))  # type: ignore[attr-defined]
    content[start : start + length] = b"\xff" * length
    found = list(decode_pages(bytes(content), "x", "0"))
    assert [page.source.page for page in found] == [1, 2, 3]
    assert isinstance(found[0], RawPage)
    assert isinstance(found[1], Rejection)
    assert isinstance(found[2], RawPage)
    assert np.array_equal(found[2].pixels, np.asarray(pages[2]))


def test_a_page_that_the_file_does_not_have_is_a_rejection() -> None:
    (page,) = decode_pages(encoded(".png"), "x", "0", only=2)
    assert isinstance(page, Rejection)
    assert (page.source.page, page.reason) == (2, "undecodable")


@pytest.mark.parametrize("dpi", [100, 200, 300, 400])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_the_resolution_of_a_file_is_known(kind: str, dpi: int) -> None:
    (page,) = decode_pages(saved(grey(), kind, dpi=(dpi, dpi)), "x", "0")
    assert isinstance(page, RawPage)
    assert page.dpi == pytest.approx(dpi, rel=0.002)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "PDF"])
def test_flipped_bytes_never_raise(kind: str, seed: int) -> None:
    content = bytearray(saved(grey(), kind))
    chance = np.random.default_rng(seed)
    for place in chance.integers(4, len(content), 1 + seed):
        content[place] = int(chance.integers(0, 256))
    pages = list(decode_pages(bytes(content), "x", "0"))
    assert pages
    assert all(isinstance(page, RawPage | Rejection) for page in pages)


def pdf_with(dictionary: bytes, stream: bytes) -> bytes:
    """One page whose content is this stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R >>",
        b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(stream), stream),
    ]
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


SPACES = b" " * 40_000_000
FLATE, TWICE = b"/Filter /FlateDecode", b"/Filter [/FlateDecode /FlateDecode]"


@pytest.mark.parametrize(
    ("dictionary", "stream"),
    [
        (FLATE, zlib.compress(SPACES)),
        (TWICE, zlib.compress(zlib.compress(SPACES))),
        (b"/Type /ObjStm /N 1 /First 4 " + FLATE, zlib.compress(SPACES)),
    ],
)
def test_a_pdf_that_unfolds_without_end_is_too_large(dictionary: bytes, stream: bytes) -> None:
    """Forty megabytes of a page's content in forty kilobytes: nothing of it may be unfolded to find that out."""
    content = pdf_with(dictionary, stream)
    assert [page.reason for page in decode_pages(content, "bomb.pdf", "") if isinstance(page, Rejection)] == [
        "too_large"
    ]
    assert unreadable(content) is not None


@pytest.mark.parametrize(("dictionary", "times"), [(FLATE, 1), (TWICE, 2)])
def test_a_folded_page_of_usual_size_is_drawn(dictionary: bytes, times: int) -> None:
    stream = b"0.2 g 100 100 200 200 re f " * 100
    for _ in range(times):
        stream = zlib.compress(stream)
    (page,) = decode_pages(pdf_with(dictionary, stream), "page.pdf", "")
    assert isinstance(page, RawPage)
    assert page.pixels.min() < 80
