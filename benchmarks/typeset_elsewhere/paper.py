"""A ballot as another province's printer might set it: its own font, leading, width, box and header.

Drawn with Pillow, independent of :mod:`pipeline.forms`. Nothing of this drawing reaches the product but three
scans of the blank sheet and a form document with boxes in mm on the first of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from calibration.simulate.lettering import font
from pipeline.forms.template import ByContent, ByPrintedBox, FormField, FormSide
from pipeline.geometry import Box, Size

PPMM = 300 / 25.4
PAGE = Size(148.0, 210.0)


@dataclass(frozen=True, slots=True)
class Style:
    """The printer's choices; sizes and distances in mm."""

    id: str
    title: tuple[str, ...]
    header: tuple[str, str]
    names: tuple[tuple[str, ...], ...]
    """Per candidate one or two printed lines."""
    seats: int
    font: str
    bold: str
    size: float
    leading: float
    left: float
    """Where names start; 0 centres them."""
    first: float
    """Top of the first name."""
    frame: Literal["double", "round", "none"]
    register_by: Literal["content", "box"]


STYLES = (
    Style(
        "serif",
        ("PHIẾU BẦU CỬ", "ĐẠI BIỂU HỘI ĐỒNG NHÂN DÂN TỈNH HÒA BÌNH", "KHÓA XVII, NHIỆM KỲ 2026-2031"),
        ("ĐƠN VỊ BẦU CỬ SỐ 4", "TỈNH HÒA BÌNH"),
        (
            ("Ông Nguyễn Quốc Anh",),
            ("Bà Lò Thị Bích",),
            ("Ông Quách Công Định", "(Thượng tọa Thích Minh Đức)"),
            ("Bà Đinh Thị Hồng Hạnh",),
            ("Ông Bùi Văn Khánh",),
        ),
        3,
        "DejaVuSerif.ttf",
        "DejaVuSerif-Bold.ttf",
        4.4,
        11.5,
        0,
        98,
        "double",
        "box",
    ),
    Style(
        "sans",
        ("PHIẾU BẦU CỬ ĐẠI BIỂU", "HỘI ĐỒNG NHÂN DÂN XÃ TÂN LẬP", "NHIỆM KỲ 2026-2031"),
        ("XÃ TÂN LẬP", "Đơn vị bầu cử số 2"),
        (
            ("Ông TRẦN ĐÌNH ÂN",),
            ("Bà VŨ THỊ CÚC",),
            ("Ông LÊ HỮU DŨNG (Lê Văn Dũng)",),
            ("Bà NGÔ THÚY HẰNG",),
            ("Ông PHÙNG KHẮC LÂM",),
            ("Bà HÀ THỊ MINH NGUYỆT",),
            ("Ông ĐOÀN VĂN TÁM",),
        ),
        5,
        "DejaVuSans.ttf",
        "DejaVuSans-Bold.ttf",
        3.7,
        9.0,
        34,
        94,
        "none",
        "content",
    ),
)


def _face(name: str, size_mm: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return font(name, round(size_mm * PPMM))


class _Sheet:
    def __init__(self) -> None:
        self.image = Image.new("L", (round(PAGE.w * PPMM), round(PAGE.h * PPMM)), 255)
        self.draw = ImageDraw.Draw(self.image)

    def text(self, text: str, name: str, size: float, x: float, y: float, centred: bool = False) -> Box:
        """Print a line with its ink's top at ``y``; returns the tight box of its ink."""
        face = _face(name, size)
        left, top, right, bottom = face.getbbox(text)
        px = x * PPMM - (right - left) / 2 if centred else x * PPMM
        self.draw.text((px - left, y * PPMM - top), text, fill=18, font=face)
        return Box(px / PPMM, y, (right - left) / PPMM, (bottom - top) / PPMM)

    def rectangle(self, box: Box, width: float, radius: float = 0) -> None:
        corners = [box.x * PPMM, box.y * PPMM, box.right * PPMM, box.bottom * PPMM]
        self.draw.rounded_rectangle(corners, radius * PPMM, outline=18, width=max(1, round(width * PPMM)))


def _header(sheet: _Sheet, style: Style) -> Box:
    for i, line in enumerate(style.header):
        sheet.text(line, style.bold if i == 0 else style.font, 2.9, 38, 17 + 5 * i, centred=True)
    sheet.text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", style.bold, 2.4, 103, 17, centred=True)
    sheet.text("Độc lập - Tự do - Hạnh phúc", style.bold, 2.6, 103, 22, centred=True)
    sheet.draw.line([86 * PPMM, 27.5 * PPMM, 120 * PPMM, 27.5 * PPMM], fill=18, width=3)
    stamp = Box(17, 33, 42, 24)
    sheet.text("Vị trí đóng dấu", style.font, 2.5, 38, 42, centred=True)
    sheet.text("của Tổ bầu cử", style.font, 2.5, 38, 46, centred=True)
    return stamp


def _names(sheet: _Sheet, style: Style) -> list[FormField]:
    fields = []
    y = style.first
    for i, printed in enumerate(style.names):
        lines = []
        for line in printed:
            x = style.left or PAGE.w / 2
            lines.append(sheet.text(line, style.bold, style.size, x, y, centred=not style.left))
            y += style.size * 1.75
        y += style.leading - style.size * 1.75
        whole = lines[0].union(lines[-1])
        fields.append(FormField(f"{style.id}-{i + 1}", "strike", whole, " ".join(printed), "names", tuple(lines)))
    return fields


def draw_paper(style: Style) -> tuple[NDArray[np.uint8], FormSide]:
    """The printed sheet (grey, 300 dpi, (h, w)) and where its fields lie in mm of that sheet."""
    sheet = _Sheet()
    frame = Box(9, 9, PAGE.w - 18, PAGE.h - 18)
    if style.frame == "double":
        sheet.rectangle(frame, 0.7)
        sheet.rectangle(frame.grown(-1.4), 0.2)
    stamp = _header(sheet, style)
    y = 66.0
    for i, line in enumerate(style.title):
        sheet.text(line, style.bold, 4.2 if i == 0 else 3.1, PAGE.w / 2, y, centred=True)
        y += 7
    sheet.text(f"Được bầu {style.seats:02d} đại biểu", style.font, 3.2, PAGE.w / 2, y, centred=True)
    fields = [
        *_names(sheet, style),
        FormField("stamp", "stamp", stamp),
        FormField("stray", "stray", Box(4, 4, PAGE.w - 8, PAGE.h - 8)),
    ]
    by = ByPrintedBox(frame) if style.register_by == "box" else ByContent()
    return np.asarray(sheet.image, np.uint8).copy(), FormSide("front", PAGE, by, tuple(fields))
