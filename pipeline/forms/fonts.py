"""Which font files print the forms, and how wide and tall their ink is."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from pipeline.errors import refuse
from pipeline.geometry import MM_PER_INCH, Box

Face = Literal["regular", "bold", "italic", "bold-italic"]
MM_PER_POINT = MM_PER_INCH / 72

# Times-like, as official letters look. fonts-liberation 1.x lacks 92 Vietnamese letters, so only version 2.
FOLDERS = (Path("/usr/share/fonts/truetype/liberation2"), Path("/usr/share/fonts/truetype/liberation"))
FILES: dict[Face, str] = {
    "regular": "LiberationSerif-Regular.ttf",
    "bold": "LiberationSerif-Bold.ttf",
    "italic": "LiberationSerif-Italic.ttf",
    "bold-italic": "LiberationSerif-BoldItalic.ttf",
}
_PROBE = "ệỗứẫ"
_DESIGN = 1000


@lru_cache(maxsize=8)
def font_file(face: Face) -> Path:
    """The font file of a face; refused (``font-missing``) where none has the Vietnamese letters."""
    for folder in FOLDERS:
        path = folder / FILES[face]
        if path.is_file() and _has_vietnamese(path):
            return path
    raise refuse(
        "font-missing",
        FILES[face],
        "no font with all Vietnamese letters was found; install the package fonts-liberation2",
    )


def _has_vietnamese(path: Path) -> bool:
    face = TTFont(path.stem, str(path)).face
    return all(ord(letter) in face.charToGlyph for letter in _PROBE)


@lru_cache(maxsize=8)
def font_name(face: Face) -> str:
    """The name under which reportlab knows the face; registered at the first call."""
    name = f"Kiemphieu-{face}"
    pdfmetrics.registerFont(TTFont(name, str(font_file(face))))
    return name


def width_mm(text: str, face: Face, points: float) -> float:
    """Advance width of ``text`` set in ``points``."""
    return float(pdfmetrics.stringWidth(text, font_name(face), points)) * MM_PER_POINT


@lru_cache(maxsize=8)
def _design_font(face: Face) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file(face)), _DESIGN)


def ink_box(text: str, face: Face, points: float, x: float, baseline: float) -> Box:
    """The tight box (mm) of the ink of ``text`` that begins at ``x`` on ``baseline``, accents included."""
    font = _design_font(face)
    scale = points * MM_PER_POINT / _DESIGN
    _, top, _, bottom = font.getbbox(text, anchor="ls")
    left = font.getbbox(text[0], anchor="ls")[0] * scale
    # Widths as the printer sets them, without kerning: all letters but the last, then the last one's ink.
    right = width_mm(text[:-1], face, points) + font.getbbox(text[-1], anchor="ls")[2] * scale
    return Box(x + left, baseline + top * scale, right - left, (bottom - top) * scale)
