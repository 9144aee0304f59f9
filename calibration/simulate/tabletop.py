"""What lies under and beside a photographed sheet: tables, cloth, other sheets, a pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.simulate.ink import PAPER_PPMM, Pixels

Background = Literal["wood", "cloth", "dark desk", "white desk", "other sheets"]
BACKGROUNDS: tuple[Background, ...] = ("wood", "cloth", "dark desk", "white desk", "other sheets")
SHARES = (0.32, 0.14, 0.2, 0.16, 0.18)
TEXTURE = 1400
"""Pixels along a side of a table's picture."""
SHEETS_TEXTURE = 3000
"""The same where print on other sheets is to be seen."""
Shade = NDArray[np.float32]
Colour = tuple[int, int, int]

WOODS: tuple[Colour, ...] = (
    (70, 105, 150), (52, 78, 118), (38, 55, 88), (95, 140, 185), (110, 150, 180), (45, 60, 100),
)  # fmt: skip
CLOTHS: tuple[Colour, ...] = (
    (60, 50, 160), (120, 70, 40), (70, 110, 60), (170, 190, 205), (60, 60, 65), (150, 175, 120),
)  # fmt: skip
PENS: tuple[Colour, ...] = ((120, 50, 20), (30, 30, 32), (40, 35, 170), (225, 225, 225), (60, 150, 230))


@dataclass(frozen=True, slots=True, eq=False)
class Tabletop:
    """A table seen from above, BGR; its middle is the sheet's centre. Beyond its edge it goes on mirrored."""

    pixels: Pixels
    pixels_per_mm: float

    def seen(self, table_mm: NDArray[np.float64], shape: tuple[int, int]) -> Pixels:
        """The table at places (h * w, 2), as a picture of ``shape`` (h, w)."""
        at = (table_mm * self.pixels_per_mm + len(self.pixels) / 2 - 0.5).astype(np.float32).reshape(*shape, 2)
        picture = cv2.remap(self.pixels, at, np.empty(0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(picture, np.uint8)


def tabletop(rng: np.random.Generator, kind: Background, reach_mm: float, beside: Pixels | None = None) -> Tabletop:
    """A table that reaches ``reach_mm`` in every direction; as ``other sheets``, ``beside`` (300 dpi) lies on it."""
    under = BACKGROUNDS[int(rng.choice(4, p=[0.4, 0.15, 0.3, 0.15]))] if kind == "other sheets" else kind
    side = SHEETS_TEXTURE if kind == "other sheets" else TEXTURE
    per_mm = side / (2 * reach_mm)
    picture = _bare(rng, under, side, per_mm)
    if kind == "other sheets":
        for _ in range(int(rng.integers(1, 4))):
            _lay(rng, picture, per_mm, _written(rng) if beside is None else beside)
    if rng.random() < 0.25:
        _pen(rng, picture, per_mm)
    return Tabletop(picture, per_mm)


def _bare(rng: np.random.Generator, kind: Background, side: int, per_mm: float) -> Pixels:
    match kind:
        case "cloth":
            shade, colour = _cloth(rng, side, per_mm), CLOTHS[int(rng.integers(len(CLOTHS)))]
        case "dark desk":
            level = int(rng.integers(24, 72))
            shade, colour = _plain(rng, side, 0.08), (level + 4, level + 2, level)
        case "white desk":
            level = int(rng.integers(196, 246))
            shade, colour = _plain(rng, side, 0.015), (level - 3, level, level)
        case _:
            shade, colour = _wood(rng, side, per_mm), WOODS[int(rng.integers(len(WOODS)))]
    tint = np.array(colour, np.float32) * rng.normal(1, 0.05, 3).astype(np.float32)
    return np.ascontiguousarray(np.clip(shade[..., None] * tint, 0, 255).astype(np.uint8))


def _drift(rng: np.random.Generator, side: int, cells: tuple[int, int]) -> Shade:
    """Smooth noise of standard deviation about 1 with so many cells down and across."""
    coarse = rng.normal(0, 1, (cells[0] + 2, cells[1] + 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)


def _wood(rng: np.random.Generator, side: int, per_mm: float) -> Shade:
    """Planks with the wood's lines along them."""
    span = side / per_mm
    rows = np.arange(side, dtype=np.float32)[:, None] / per_mm
    plank = float(rng.uniform(60, 140))
    which = np.floor(rows / plank).astype(int)
    own = rng.normal(0, 1, (int(which.max()) + 1, 2)).astype(np.float32)
    bow = 9 * _drift(rng, side, (4, 2)) + 60 * own[which[:, 0], 0][:, None]
    rings = np.sin((rows + bow) * (2 * np.pi / rng.uniform(5, 14)))
    pores = _drift(rng, side, (int(min(side, span * 1.5)), max(2, int(span / 40))))
    shade = 1 + 0.07 * own[which[:, 0], 1][:, None] + 0.06 * rings + 0.05 * pores
    seam = np.abs(rows % plank) < 0.8
    turned = np.where(seam, 0.55 * shade, shade).astype(np.float32)
    return np.asarray(turned.T if rng.random() < 0.5 else turned, np.float32)


def _cloth(rng: np.random.Generator, side: int, per_mm: float) -> Shade:
    """A weave with soft wrinkles; half of them are checked."""
    mm = np.arange(side, dtype=np.float32) / per_mm
    thread = 2 * np.pi / max(1.1, 2.2 / per_mm)
    shade = 1 + 0.04 * np.sin(mm * thread)[:, None] * np.sin(mm * thread + 1)[None, :]
    if rng.random() < 0.5:
        check = float(rng.uniform(8, 30))
        light = (mm // check % 2).astype(np.float32)
        shade = shade * (1 + 0.45 * (light[:, None] + light[None, :]) / 2)
    return np.asarray(shade + 0.06 * _drift(rng, side, (7, 7)), np.float32)


def _plain(rng: np.random.Generator, side: int, unrest: float) -> Shade:
    """A lacquered or laminated board with scratches."""
    shade = 1 + unrest * (0.5 * _drift(rng, side, (12, 12)) + 0.5 * _drift(rng, side, (side // 3, side // 3)))
    for _ in range(int(rng.integers(0, 12))):
        ends = rng.integers(0, side, 2), rng.normal(0, 0.15 * side, 2)
        a, b = ends[0], (ends[0] + ends[1]).astype(int)
        cv2.line(shade, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1 + 2 * unrest, 1, cv2.LINE_AA)
    return np.asarray(shade, np.float32)


def _lay(rng: np.random.Generator, table: Pixels, per_mm: float, sheet: Pixels) -> None:
    """Put a sheet of 300 dpi on the table: under the photographed one, moved a little, or beside it."""
    h, w = sheet.shape[0] / PAPER_PPMM, sheet.shape[1] / PAPER_PPMM
    if rng.random() < 0.6:
        turn, away = rng.normal(0, 5), rng.uniform(6, 45)
        where = rng.uniform(0, 2 * np.pi)
        shift = np.array([np.cos(where), np.sin(where)]) * away
    else:
        turn, side = rng.normal(0, 12), int(rng.integers(4))
        reach = (w if side % 2 else h) + rng.uniform(-8, 25)
        shift = reach * np.array([(0, -1), (1, 0), (0, 1), (-1, 0)][side]) + rng.normal(0, 15, 2)
    scale = per_mm / PAPER_PPMM
    small = cv2.resize(_colour(sheet), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    centre = ((small.shape[1] - 1) / 2, (small.shape[0] - 1) / 2)
    matrix = cv2.getRotationMatrix2D(centre, -float(turn), 1.0)
    matrix[:, 2] += len(table) / 2 + shift * per_mm - np.array(centre)
    size = (table.shape[1], table.shape[0])
    mask = cv2.warpAffine(np.full(small.shape[:2], 255, np.uint8), matrix, size)
    shadow = cv2.GaussianBlur(mask, (0, 0), 1.2 * per_mm).astype(np.float32)[..., None] / 255
    table[:] = (table * (1 - 0.35 * shadow)).astype(np.uint8)
    laid = cv2.warpAffine(small, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    table[mask > 127] = laid[mask > 127]


def _colour(page: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8) if page.ndim == 2 else page


def _written(rng: np.random.Generator) -> Pixels:
    """A sheet with lines of print as any paper on the table has them."""
    page = np.full((round(210 * PAPER_PPMM), round(148 * PAPER_PPMM)), int(rng.integers(220, 250)), np.uint8)
    for y in np.arange(18, 195, rng.uniform(6, 11)):
        x = 18.0
        while x < rng.uniform(70, 130):
            word = float(rng.uniform(4, 16))
            corner = (round(x * PAPER_PPMM), round(float(y) * PAPER_PPMM))
            cv2.rectangle(page, corner, (round((x + word) * PAPER_PPMM), corner[1] + 18), 70, -1)
            x += word + 2.5
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 4), np.uint8)


def _pen(rng: np.random.Generator, table: Pixels, per_mm: float) -> None:
    """A pen lies somewhere; where it would lie on the sheet, the sheet hides it."""
    turn = rng.uniform(0, 2 * np.pi)
    a = len(table) / 2 + rng.uniform(85, 150) * per_mm * np.array([np.cos(turn), np.sin(turn)])
    lie = rng.uniform(0, 2 * np.pi)
    b = a + 140 * per_mm * np.array([np.cos(lie), np.sin(lie)])
    colour = PENS[int(rng.integers(len(PENS)))]
    start, end = (int(a[0]), int(a[1])), (int(b[0]), int(b[1]))
    below, wide = ((start[0] + 4, start[1] + 6), (end[0] + 4, end[1] + 6)), round(9 * per_mm)
    cv2.line(table, *below, (25, 25, 25), wide, cv2.LINE_AA)
    cv2.line(table, start, end, colour, wide, cv2.LINE_AA)
    bright = tuple(min(255, c + 60) for c in colour)
    cv2.line(table, start, end, bright, max(1, round(2 * per_mm)), cv2.LINE_AA)
