"""Scans in files as office scanners write them: JPEG, PNG, multi-page TIFF, PDF of JPEG pages."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal

import cv2
import pikepdf
from PIL import Image

from calibration.simulate.ink import Pixels
from calibration.simulate.scanner import jpeg

FileKind = Literal["jpg", "png", "tif", "pdf"]


def _png(picture: Pixels) -> bytes:
    done, coded = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])
    assert done
    return coded.tobytes()


def _image(picture: Pixels) -> Image.Image:
    return Image.fromarray(picture if picture.ndim == 2 else picture[..., ::-1])


def _jpeg(picture: Pixels, quality: int, dpi: float) -> bytes:
    """A JPEG file whose header tells the resolution (JFIF, dots per inch)."""
    content = bytearray(jpeg(picture, quality))
    if content[6:11] == b"JFIF\x00":
        content[13] = 1
        content[14:18] = round(dpi).to_bytes(2, "big") * 2
    return bytes(content)


def _tiff(pictures: Sequence[Pixels], dpi: float) -> bytes:
    images = [_image(p) for p in pictures]
    out = io.BytesIO()
    images[0].save(out, "TIFF", save_all=True, append_images=images[1:], compression="tiff_lzw", dpi=(dpi, dpi))
    return out.getvalue()


def _pdf(pictures: Sequence[Pixels], qualities: Sequence[int], dpi: float) -> bytes:
    document = pikepdf.new()
    for picture, quality in zip(pictures, qualities, strict=True):
        h, w = picture.shape[:2]
        size = (w / dpi * 72, h / dpi * 72)
        page = document.add_blank_page(page_size=size)
        picture_object = pikepdf.Stream(document, jpeg(picture, quality))
        picture_object["/Type"], picture_object["/Subtype"] = pikepdf.Name.XObject, pikepdf.Name.Image
        picture_object["/Width"], picture_object["/Height"], picture_object["/BitsPerComponent"] = w, h, 8
        picture_object["/ColorSpace"] = pikepdf.Name.DeviceGray if picture.ndim == 2 else pikepdf.Name.DeviceRGB
        picture_object["/Filter"] = pikepdf.Name.DCTDecode
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=picture_object))
        drawing = f"q {size[0]:.4f} 0 0 {size[1]:.4f} 0 0 cm /Im0 Do Q".encode()
        page.Contents = pikepdf.Stream(document, drawing)
    out = io.BytesIO()
    document.save(out, deterministic_id=True)
    return out.getvalue()


def encode(kind: FileKind, pictures: Sequence[Pixels], qualities: Sequence[int], dpi: float) -> list[bytes]:
    """The files that hold ``pictures``: one each for JPEG and PNG, one for all for TIFF and PDF."""
    match kind:
        case "jpg":
            return [_jpeg(p, q, dpi) for p, q in zip(pictures, qualities, strict=True)]
        case "png":
            return [_png(p) for p in pictures]
        case "tif":
            return [_tiff(pictures, dpi)]
        case "pdf":
            return [_pdf(pictures, qualities, dpi)]
