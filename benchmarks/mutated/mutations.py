"""Files that a scanner never wrote: scans cut off, flipped, mixed up, made enormous, folded into bombs, locked."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
import pikepdf
from PIL import Image

Mutation = Callable[[np.random.Generator, Mapping[str, Sequence[bytes]]], bytes]
KINDS = ("jpeg", "png", "tiff", "pdf", "drawn pdf")


def scans_as(kind: str, jpeg: bytes, drawn: bytes) -> bytes:
    """One scan as a file of ``kind``; ``drawn`` is a PDF without pictures."""
    if kind == "jpeg":
        return jpeg
    if kind == "drawn pdf":
        return drawn
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    stream = io.BytesIO()
    picture = Image.fromarray(np.ascontiguousarray(pixels[:, :, ::-1]))
    if kind == "png":
        picture.save(stream, "PNG", compress_level=1)
    elif kind == "tiff":
        picture.save(stream, "TIFF", compression="tiff_lzw", save_all=True, append_images=[picture.convert("1")])
    else:
        picture.save(stream, "PDF", resolution=200, quality=85)
    return stream.getvalue()


def _any(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    kind = KINDS[rng.integers(len(KINDS))]
    return files[kind][rng.integers(len(files[kind]))]


def _one(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]], kind: str) -> bytes:
    return files[kind][rng.integers(len(files[kind]))]


def truncated(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    content = _any(rng, files)
    return content[: rng.integers(len(content))]


def flipped(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    content = bytearray(_any(rng, files))
    for place in rng.integers(len(content), size=int(2 ** rng.uniform(0, 9))):
        content[place] ^= 1 << int(rng.integers(8))
    return bytes(content)


def flipped_head(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    content = bytearray(_any(rng, files))
    for place in rng.integers(min(len(content), 1024), size=int(rng.integers(1, 12))):
        content[place] = int(rng.integers(256))
    return bytes(content)


def holed(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    """A stretch of zeros, as a card with a lost sector gives."""
    content = bytearray(_any(rng, files))
    first = int(rng.integers(len(content)))
    last = min(len(content), first + int(rng.integers(1, 65536)))
    content[first:last] = bytes(last - first)
    return bytes(content)


def shuffled(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    """Blocks of 4 kB in another order, or two files in one."""
    content, other = _any(rng, files), _any(rng, files)
    if rng.random() < 0.5:
        cut = int(rng.integers(len(content)))
        return content[:cut] + other[int(rng.integers(len(other))) :]
    blocks = [content[i : i + 4096] for i in range(0, len(content), 4096)]
    a, b = rng.integers(len(blocks), size=2)
    blocks[a], blocks[b] = blocks[b], blocks[a]
    return b"".join(blocks)


def wrong_type(rng: np.random.Generator, _: Mapping[str, Sequence[bytes]]) -> bytes:
    magics = (
        b"\xff\xd8\xff\xe0",
        b"\x89PNG\r\n\x1a\n",
        b"II*\0",
        b"MM\0*",
        b"%PDF-1.7\n",
        b"GIF89a",
        b"PK\x03\x04",
        b"",
    )
    magic = magics[rng.integers(len(magics))]
    return magic + rng.bytes(int(2 ** rng.uniform(0, 16)))


def nothing(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    content = _any(rng, files)
    return content[: int(rng.integers(0, 16))]


def enormous(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    """A header that claims far more than the file holds."""
    width, height = (int(2 ** rng.uniform(12, 16)) - 1 for _ in range(2))
    which = rng.integers(4)
    if which == 0:
        content = bytearray(_one(rng, files, "jpeg"))
        place = 2
        while place + 9 < len(content) and content[place] == 0xFF:
            marker, length = content[place + 1], int.from_bytes(content[place + 2 : place + 4], "big")
            if 0xC0 <= marker <= 0xC2:
                content[place + 5 : place + 9] = struct.pack(">HH", height, width)
                break
            place += 2 + length
        return bytes(content)
    if which == 1:
        body = struct.pack(">IIBBBBB", width << 8, height << 8, 8, 2, 0, 0, 0)
        return _png(body, zlib.compress(b""))
    if which == 2:
        content = bytearray(_one(rng, files, "tiff"))
        first = struct.unpack("<I", content[4:8])[0]
        for entry in range(struct.unpack("<H", content[first : first + 2])[0]):
            place = first + 2 + 12 * entry
            tag = struct.unpack("<H", content[place : place + 2])[0]
            if tag in (256, 257):
                content[place + 2 : place + 12] = struct.pack("<HII", 4, 1, (width, height)[tag - 256] << 6)
        return bytes(content)
    return _pdf_page(b"0 0 1 rg 0 0 100 100 re f", (min(14_400, width), min(14_400, height)))


def _png(header: bytes, pixels: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _pdf_page(content: bytes, size: tuple[int, int] = (420, 595), filters: int = 1) -> bytes:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=size)
    for _ in range(filters):
        content = zlib.compress(content, 9)
    stream = pikepdf.Stream(pdf, content)
    stream.Filter = pikepdf.Array([pikepdf.Name.FlateDecode] * filters)
    page.obj.Contents = pdf.make_indirect(stream)
    out = io.BytesIO()
    pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return out.getvalue()


def zeros_folded() -> dict[str, list[bytes]]:
    """Deflated zeros: a quarter, one and two gigabytes, and two gigabytes deflated twice. Takes some seconds."""
    sizes = {"zeros 256": 256, "zeros 1024": 1024, "zeros 2048": 2048}
    found = {name: [_deflated_zeros(megabytes)] for name, megabytes in sizes.items()}
    return found | {"zeros twice": [zlib.compress(found["zeros 2048"][0], 9)]}


def _deflated_zeros(megabytes: int) -> bytes:
    packer, mega = zlib.compressobj(6), bytes(2**20)
    return b"".join([*(packer.compress(mega) for _ in range(megabytes)), packer.flush()])


def bomb(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    """Small files that unfold into gigabytes."""
    which = rng.integers(6)
    if which == 5:  # a picture of a page that is far larger than it says
        return _raw_pdf(
            b"/Type /XObject /Subtype /Image /Width 1240 /Height 1754 /ColorSpace /DeviceGray "
            b"/BitsPerComponent 8 /Filter /FlateDecode",
            _one(rng, files, "zeros 2048"),
            "image",
        )
    if which == 0:  # a PNG within the limit of pixels, its data endless
        side = int(rng.integers(1000, 9900))
        return _png(struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0), _one(rng, files, "zeros 2048"))
    if which == 1:
        side = int(rng.integers(11_000, 40_000))
        return _png(struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0), _one(rng, files, "zeros 256"))
    if which == 2:  # the content of a page
        return _raw_pdf(b"/Filter /FlateDecode", _one(rng, files, "zeros 2048"), "content")
    if which == 3:  # folded twice
        return _raw_pdf(b"/Filter [/FlateDecode /FlateDecode]", _one(rng, files, "zeros twice"), "content")
    side = int(rng.integers(9_000, 30_000))
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 " % (
        side,
        side,
    )
    return _raw_pdf(head + b"/Filter /FlateDecode", _one(rng, files, "zeros 1024"), "image")


def _raw_pdf(dictionary: bytes, stream: bytes, use: str) -> bytes:
    drawn = b"q 420 0 0 595 0 0 cm /X Do Q"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents %d 0 R "
        b"/Resources << /XObject << /X 5 0 R >> >> >>" % (5 if use == "content" else 4),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< %s /Length %d >>\nstream\n%s\nendstream" % (dictionary, len(stream), stream),
    ]
    return _assembled(objects)


def _assembled(objects: Sequence[bytes]) -> bytes:
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def locked(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    with pikepdf.open(io.BytesIO(_one(rng, files, "pdf"))) as pdf:
        out = io.BytesIO()
        strength = int(rng.choice([2, 3, 4, 6]))
        keys = pikepdf.Encryption(owner="owner", user="user", R=strength, metadata=strength >= 4, aes=strength >= 4)
        pdf.save(out, encryption=keys)
    return out.getvalue()


def malformed_pdf(rng: np.random.Generator, files: Mapping[str, Sequence[bytes]]) -> bytes:
    """Page trees that are circles, that claim a million pages, deep nests, and streams of the wrong length."""
    which = rng.integers(6)
    catalog, page = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] >>"
    if which == 0:
        return _assembled([catalog, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])
    if which == 1:
        return _assembled([catalog, b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", page])
    if which == 2:
        return _assembled([catalog, b"<< /Type /Pages /Kids [%s] /Count 20000 >>" % (b"3 0 R " * 20000), page])
    if which == 3:
        depth = int(rng.integers(100, 100_000))
        return _assembled([catalog, b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"[" * depth + b"]" * depth])
    if which == 4:
        page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R >>"
        length = int(rng.integers(0, 2**31))
        return _assembled(
            [
                catalog,
                b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                page,
                b"<< /Length %d >>\nstream\nq Q\nendstream" % length,
            ]
        )
    content = bytearray(_one(rng, files, "drawn pdf"))
    for place in rng.integers(len(content), size=3):
        content[place : place + 4] = rng.bytes(4)
    return bytes(content)


MUTATIONS: Mapping[str, tuple[float, Mutation]] = {
    "truncated": (0.18, truncated),
    "flipped": (0.24, flipped),
    "flipped head": (0.12, flipped_head),
    "holed": (0.12, holed),
    "shuffled": (0.10, shuffled),
    "wrong type": (0.08, wrong_type),
    "nothing": (0.02, nothing),
    "enormous": (0.05, enormous),
    "bomb": (0.02, bomb),
    "locked": (0.02, locked),
    "malformed pdf": (0.05, malformed_pdf),
}


def mutated(seed: int, files: Mapping[str, Sequence[bytes]]) -> tuple[str, bytes]:
    """The kind of damage and the file; the same for the same seed and files."""
    rng = np.random.default_rng([seed, 77])
    names = list(MUTATIONS)
    chosen = names[rng.choice(len(names), p=[MUTATIONS[name][0] for name in names])]
    return chosen, MUTATIONS[chosen][1](rng, files)
