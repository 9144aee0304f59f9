"""Files as they come from scanners, taken apart into pages of pixels; what cannot be decoded says why."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Literal

import cv2
import numpy as np
import pikepdf
import simplejpeg
from PIL import Image

from pipeline.errors import refuse
from pipeline.messages import Message, message
from pipeline.scan.bombs import is_bomb
from pipeline.scan.page import PageSource, Pixels, RawPage, Rejection, RejectionReason

PIXEL_LIMIT = 100_000_000
"""A3 at 600 dpi has 70 million pixels; a header that claims more than this is a mistake or an attack."""
PDF_DPI = 200
"""Resolution at which PDF pages are drawn that are not simply one JPEG."""
PDF_SECONDS = 9
"""A page that poppler has not drawn by then is given up."""
FULL_PAGE = 0.98
"""An embedded picture is the page if it covers this share of its width and height."""

TURNED_BACK = {3: 2, 6: 1, 8: 3}
"""Quarters, counter-clockwise, that undo the turn which Pillow gives a TIFF with such an orientation tag."""

FileType = Literal["jpeg", "png", "tiff", "pdf", "other"]
Page = RawPage | Rejection


class _Unreadable(Exception):  # noqa: N818  (never leaves this module)
    """Why a page cannot be decoded; becomes a :class:`Rejection`."""

    def __init__(self, reason: RejectionReason, text: Message) -> None:
        self.reason: RejectionReason = reason
        self.text = text
        super().__init__(str(text))


def decode_pages(content: bytes, file: str, sha256: str, only: int | None = None) -> Iterator[Page]:
    """Every page of a file in order, or just page ``only`` (from 1); pixels as stored, EXIF turns ignored.

    JPEG, PNG, TIFF (all its pages) and PDF, told apart by their content. Eight bits a channel; grey stays
    grey, colour is BGR. A page that cannot be decoded whole is a :class:`Rejection`; nothing is raised for it.
    """
    try:
        count = _count(content)
    except _Unreadable as fault:
        yield _rejected(PageSource(file, sha256, only or 1), fault)
        return
    for number in range(1, count + 1) if only is None else (only,):
        source = PageSource(file, sha256, number)
        try:
            if number > count:
                raise _Unreadable("undecodable", _no_such_page(number, count))
            pixels, dpi = _DECODERS[file_type(content)](content, number)
        except _Unreadable as fault:
            yield _rejected(source, fault)
        else:
            yield RawPage(source, pixels, dpi)


def page_count(content: bytes, file: str) -> int:  # noqa: ARG001  (the name is for messages of others)
    """Pages that :func:`decode_pages` yields: at least 1, since a broken file is one rejection."""
    try:
        return _count(content)
    except _Unreadable:
        return 1


def unreadable(content: bytes) -> Message | None:
    """Why nothing of a file can be read (no picture, empty, cut off, locked), or ``None``; pages are not looked at."""
    try:
        _count(content)
    except _Unreadable as fault:
        return fault.text
    return None


def file_type(content: bytes) -> FileType:
    """The type that the first bytes tell; the name of a file proves nothing."""
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    if b"%PDF-" in content[:1024]:
        return "pdf"
    return "other"


def _rejected(source: PageSource, fault: _Unreadable) -> Rejection:
    return Rejection(source, fault.reason, fault.text)


def _no_such_page(number: int, count: int) -> Message:
    return message("Page {page} was asked for, but the file has {count}; name another page.", page=number, count=count)


def _broken(kind: str, why: object) -> _Unreadable:
    return _Unreadable(
        "undecodable",
        message("The {kind} is damaged or cut off ({why}); scan the sheet again.", kind=kind, why=str(why)[:200]),
    )


def _check_size(width: int, height: int) -> None:
    if width * height > PIXEL_LIMIT:
        text = message(
            "The picture has {width} × {height} pixels, more than {limit} million; scan at 200 or 300 dpi.",
            width=width,
            height=height,
            limit=PIXEL_LIMIT // 1_000_000,
        )
        raise _Unreadable("too_large", text)
    if width < 1 or height < 1:
        raise _broken("picture", f"{width} × {height}")


def _count(content: bytes) -> int:
    if not content:
        raise _Unreadable("undecodable", message("The file is empty; copy or scan it again."))
    match file_type(content):
        case "jpeg" | "png":
            return 1
        case "tiff":
            with _open_tiff(content) as picture:
                try:
                    return int(getattr(picture, "n_frames", 1))
                except Exception as error:  # Pillow raises whatever its parser stumbles over
                    raise _broken("TIFF", error) from error
        case "pdf":
            with _open_pdf(content) as pdf:
                if not len(pdf.pages):
                    raise _broken("PDF", "0 pages")
                return len(pdf.pages)
        case _:
            text = message("This is no JPEG, PNG, TIFF or PDF; scan into one of these formats.")
            raise _Unreadable("undecodable", text)


# JPEG


def _jpeg(content: bytes, number: int) -> tuple[Pixels, float | None]:  # noqa: ARG001
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(content)
        _check_size(width, height)
        if colours in ("CMYK", "YCCK"):
            return _pillow(Image.open(io.BytesIO(content)), "JPEG"), jpeg_dpi(content)
        # Strict (the default): a warning of the library, as for a missing end, is an error.
        pixels = simplejpeg.decode_jpeg(content, "GRAY" if colours.upper() == "GRAY" else "BGR")
    except ValueError as error:
        raise _broken("JPEG", error) from error
    return pixels[:, :, 0] if pixels.shape[2] == 1 else pixels, jpeg_dpi(content)


def jpeg_dpi(content: bytes) -> float | None:
    """The resolution that a JFIF header claims."""
    if content[6:11] != b"JFIF\0" or len(content) < 18:
        return None
    unit, across, down = struct.unpack(">BHH", content[13:18])
    if unit == 0 or across == 0 or across != down:
        return None
    return float(across) if unit == 1 else across * 2.54


# PNG


def _png(content: bytes, number: int) -> tuple[Pixels, float | None]:  # noqa: ARG001
    chunks = dict(_png_chunks(content))
    header = chunks.get(b"IHDR", b"")
    if len(header) < 13:
        raise _broken("PNG", "no header")
    _check_size(*struct.unpack(">II", header[:8]))
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error as error:
        raise _broken("PNG", error.err) from error
    if pixels is None:
        raise _broken("PNG", "no picture")
    return _eight_bits(np.asarray(pixels)), _png_dpi(chunks.get(b"pHYs", b""))


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Chunks up to the end mark, checked; OpenCV alone takes a PNG that is cut off for a whole one."""
    place = 8
    while place + 12 <= len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, end = content[place + 4 : place + 8], place + 8 + length
        if end + 4 > len(content):
            break
        if zlib.crc32(content[place + 4 : end]) != int.from_bytes(content[end : end + 4], "big"):
            raise _broken("PNG", "checksum")
        if kind == b"IEND":
            return
        yield kind, content[place + 8 : end] if kind != b"IDAT" else b""
        place = end + 4
    raise _broken("PNG", "no end")


def _png_dpi(chunk: bytes) -> float | None:
    if len(chunk) < 9:
        return None
    across, down, unit = struct.unpack(">IIB", chunk[:9])
    return across * 0.0254 if unit == 1 and across == down and across else None


def _eight_bits(pixels: np.ndarray) -> Pixels:
    """8 bits, grey or BGR; transparency lies on white."""
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] in (2, 4):
        alpha = pixels[:, :, -1:].astype(np.uint16)
        colour = pixels[:, :, :-1].astype(np.uint16)
        pixels = ((colour * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    if pixels.ndim == 3 and pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    return np.ascontiguousarray(pixels, dtype=np.uint8)


# TIFF


def _open_tiff(content: bytes) -> Image.Image:
    try:
        return Image.open(io.BytesIO(content), formats=["TIFF"])
    except Image.DecompressionBombError as error:
        raise _Unreadable("too_large", message("The TIFF claims too many pixels; scan at 200 or 300 dpi.")) from error
    except Exception as error:  # Pillow raises whatever its parser stumbles over
        raise _broken("TIFF", error) from error


def _tiff(content: bytes, number: int) -> tuple[Pixels, float | None]:
    with _open_tiff(content) as picture:
        try:
            picture.seek(number - 1)
            tags = dict(getattr(picture, "tag_v2", {}))
        except Image.DecompressionBombError:
            tags = {}
            _check_size(PIXEL_LIMIT, PIXEL_LIMIT)
        except Exception as error:
            raise _broken("TIFF", error) from error
        _check_size(*picture.size)
        starts, lengths = (tags.get(a) or tags.get(b) or () for a, b in ((273, 324), (279, 325)))
        if any(s + n > len(content) for s, n in zip(starts, lengths, strict=False)):
            # libtiff fills what is missing with white and says nothing
            raise _broken("TIFF", "cut off")
        dpi = _tiff_dpi(tags)
        return np.ascontiguousarray(np.rot90(_pillow(picture, "TIFF"), TURNED_BACK.get(tags.get(274, 1), 0))), dpi


def _tiff_dpi(tags: dict[int, Any]) -> float | None:
    try:
        across, down = float(tags[282]), float(tags[283])
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if tags.get(296, 2) not in (2, 3) or across <= 0 or abs(across - down) > 0.01 * across:
        return None
    return across if tags.get(296, 2) == 2 else across * 2.54


def _pillow(picture: Image.Image, kind: str) -> Pixels:
    try:
        if picture.mode in ("1", "L"):
            return np.array(picture.convert("L"))
        if picture.mode.startswith("I;16"):
            return (np.array(picture).astype(np.uint16) >> 8).astype(np.uint8)
        if picture.mode in ("LA", "RGBA", "PA") or "transparency" in picture.info:
            return _eight_bits(np.array(picture.convert("RGBA"))[:, :, [2, 1, 0, 3]])
        return np.ascontiguousarray(np.array(picture.convert("RGB"))[:, :, ::-1])
    except Exception as error:  # Pillow raises whatever its decoder stumbles over
        raise _broken(kind, error) from error


# PDF


def _open_pdf(content: bytes) -> pikepdf.Pdf:
    if b"%%EOF" not in content[-2048:]:
        # qpdf would mend the file and lose pages without a word
        raise _broken("PDF", "no end")
    if is_bomb(content):
        raise _Unreadable("too_large", message("The PDF unfolds to far more than a page holds; scan the sheet again."))
    try:
        return pikepdf.open(io.BytesIO(content))
    except pikepdf.PasswordError as error:
        text = message("The PDF is locked with a password; save it without one.")
        raise _Unreadable("encrypted", text) from error
    except Exception as error:
        raise _broken("PDF", error) from error


def _pdf(content: bytes, number: int) -> tuple[Pixels, float | None]:
    with _open_pdf(content) as pdf:
        try:
            page = pdf.pages[number - 1]
            box = [float(v) for v in page.cropbox]
            image = _whole_page_image(page, box)
            whole = None if image is None else _as_jpeg(*image)
            two_levels = image is not None and _has_one_bit(image[0])
        except Exception as error:  # damaged objects raise many things
            raise _broken("PDF", error) from error
    if whole is not None:
        jpeg, inches = whole
        pixels, _ = _jpeg(jpeg, 1)
        return pixels, pixels.shape[1] / inches
    _check_size(*(int(abs(box[i + 2] - box[i]) * PDF_DPI / 72) for i in (0, 1)))
    drawn = _drawn(content, number)
    if two_levels:
        # drawn at another density the two levels look like grey that was never seen
        drawn = np.where(drawn < 128, 0, 255).astype(np.uint8)
    return drawn, float(PDF_DPI)


def _has_one_bit(image: pikepdf.Object) -> bool:
    return bool(image.get("/ImageMask", False)) or int(image.get("/BitsPerComponent", 8)) == 1


def _as_jpeg(image: pikepdf.Object, inches: float) -> tuple[bytes, float] | None:
    """The image's bytes where it is a plain JPEG, with its width in inches."""
    if str(image.get("/Filter")) != "/DCTDecode" or "/SMask" in image or "/Decode" in image:
        return None
    return bytes(image.read_raw_bytes()), inches


def _whole_page_image(page: pikepdf.Page, box: list[float]) -> tuple[pikepdf.Object, float] | None:
    """The one upright image that is the page, with its width in inches; None if the page is anything else."""
    placed: list[tuple[list[float], pikepdf.Object]] = []
    matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    images = page.get_images(recursive=False)
    for instruction in pikepdf.parse_content_stream(page):
        operands = list(instruction.operands)
        match str(instruction.operator):
            case "q" | "Q" | "gs" | "BT" | "ET" | "Tr" | "Tf" | "w":
                pass
            case "cm":
                matrix = _times([float(v) for v in operands], matrix)
            case "Do" if str(operands[0]) in images:
                placed.append((matrix, images[str(operands[0])]))
            case _:
                return None
    if len(placed) != 1:
        return None
    (a, b, c, d, e, f), image = placed[0]
    covers = (
        a >= FULL_PAGE * (box[2] - box[0])
        and d >= FULL_PAGE * (box[3] - box[1])
        and abs(e - box[0]) <= (1 - FULL_PAGE) * a
        and abs(f - box[1]) <= (1 - FULL_PAGE) * d
        and abs(b) + abs(c) < 1e-6
    )
    return (image, a / 72) if covers else None


def _times(m: list[float], n: list[float]) -> list[float]:
    """PDF matrices: first ``m``, then ``n``."""
    a, b, c, d, e, f = m
    return [
        a * n[0] + b * n[2],
        a * n[1] + b * n[3],
        c * n[0] + d * n[2],
        c * n[1] + d * n[3],
        e * n[0] + f * n[2] + n[4],
        e * n[1] + f * n[3] + n[5],
    ]


def _drawn(content: bytes, number: int) -> Pixels:
    from pdf2image import convert_from_bytes  # noqa: PLC0415  (slow to import, seldom used)
    from pdf2image.exceptions import PDFInfoNotInstalledError  # noqa: PLC0415

    try:
        pages = convert_from_bytes(
            content, dpi=PDF_DPI, first_page=number, last_page=number, timeout=PDF_SECONDS, thread_count=1
        )
    except PDFInfoNotInstalledError as error:
        raise refuse(
            "poppler-missing",
            "PDF",
            "Poppler, which draws PDF pages, is not installed; run: apt install poppler-utils",
        ) from error
    except Exception as error:
        raise _broken("PDF", error) from error
    if len(pages) != 1:
        raise _broken("PDF", "page not drawn")
    pixels = np.array(pages[0].convert("RGB"))
    if np.array_equal(pixels[:, :, 0], pixels[:, :, 1]) and np.array_equal(pixels[:, :, 0], pixels[:, :, 2]):
        return np.ascontiguousarray(pixels[:, :, 0])
    return np.ascontiguousarray(pixels[:, :, ::-1])


def _other(content: bytes, number: int) -> tuple[Pixels, float | None]:
    raise AssertionError((len(content), number))  # _count has refused it


_DECODERS: dict[FileType, Callable[[bytes, int], tuple[Pixels, float | None]]] = {
    "jpeg": _jpeg,
    "png": _png,
    "tiff": _tiff,
    "pdf": _pdf,
    "other": _other,
}
