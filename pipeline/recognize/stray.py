"""Writing and signs that somebody added outside the fields: ink that belongs to no name and no stamp."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import FieldValue, FormField
from pipeline.geometry import Box
from pipeline.recognize.components import Labels, components
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.sheet_ink import DENSITY, SheetInk
from pipeline.recognize.windows import Bytes, quad_of
from pipeline.scan.page import RegisteredPage
from pipeline.scan.prepare import PreparedSide

INK = 26
"""Darkness of 255 above the blank's. Thin pen lines lose half their darkness at this density and still give 40."""
EDGE_MM = 3.0
"""The paper's edges show shadow and the scanner's lid; nobody can write there."""
JOIN_PX = 5
"""Pieces of writing lie nearer to each other than this (1.2 mm)."""
WRITING_MM2 = 1.5
"""Less ink away from the names is dust or a hair: a tick of 4 mm with a thin pen has 3 mm². Beside the names, where
a sign changes a vote, every 0.4 mm² counts (:mod:`pipeline.recognize.strikes`)."""
STROKE_MM = 2.5
"""Writing extends at least so far in one direction; a blot of dust does not."""
NAME_MM = 0.8
"""Ink that comes so near to a printed name is a mark on that name."""
_FIELD_MM = 1.5
TITLE_MM = 14.0
"""So far left of a name stands its title, "Ông" or "Bà"; a stroke that runs on over it is cut up by its letters."""
ENDS_LEFT_MM, ENDS_RIGHT_MM, ENDS_UP_MM = 22.0, 8.0, 1.5
"""So far do strokes run on beside the name that they cross: over its title and a little more."""
BEHIND_MM = 2.0
"""Ink behind a name that is taller may be a sign or word that a stroke runs into."""
SHADOW_MM = 9.0
"""Dirt and shadow of the sheet's edge reach so far in."""
SOLID_PX = 13
"""The lid's shadow is solid over 3 mm in both directions; a felt pen draws 2."""
FRAME_PX = 9
"""The printed frame cuts a shadow in two, 2 mm apart."""
RAGGED_PX = 17
"""Beyond its solid part a shadow is ragged for 2 mm."""
LID_MM = 25.0
"""No shadow of a lid reaches further in."""
SOFT = 30
"""Darkness gained over two pixels (0.5 mm) at a border below which it is soft. Thin pencil lines gain 40."""
CELL_PX = 8
HAIRLINE_PX, ALONG = 2, 0.8
"""Ink no broader than the first (0.5 mm), round a corner as well, of which this share lies along a printed line is the
line's own edge."""
TITLE_MM2 = 0.4
"""Faint ink on a name's title that may be a sign."""
TOUCH_MM2, SIGN_MM2 = 0.5, 3.0
"""A name with less ink than the first is not touched; more than the second beside such a name is a sign or a word."""
HANGING_MM = 3.0
"""A stroke that runs on below or above its name, or on to the next one, is a line: beside its own direction it
spreads less than this. What spreads more and only touches the name is a sign of its own."""


@lru_cache(maxsize=32)
def _zones(prepared: PreparedSide, height: int, width: int) -> tuple[Bytes, Bytes, Bytes]:
    """Sheet pixels that belong to a name or another field (1), those beside a name at its left where its title
    stands (1), and those where somebody can write (1)."""
    fields = np.zeros((height, width), np.uint8)
    titles = np.zeros((height, width), np.uint8)
    for field in prepared.side.fields:
        if field.kind in ("stray", "stamp"):
            continue
        for box in field.lines or (field.box,):
            grown = box.grown(NAME_MM if field.kind == "strike" else _FIELD_MM)
            x0, y0, x1, y1 = (round(v * DENSITY) for v in (grown.x, grown.y, grown.right, grown.bottom))
            fields[max(0, y0) : y1, max(0, x0) : x1] = 1
            if field.kind == "strike":
                titles[max(0, y0) : y1, max(0, x0 - round(TITLE_MM * DENSITY)) : max(0, x0)] = 1
    inside = np.zeros((height, width), np.uint8)
    edge = round(EDGE_MM * DENSITY)
    inside[edge : height - edge, edge : width - edge] = 1
    return fields, titles, inside


def read_stray(
    page: RegisteredPage,
    prepared: PreparedSide,
    sheet: SheetInk,
    field: FormField,
    stamp: Sequence[Bytes],
    names: Sequence[FieldReading] = (),
) -> tuple[FieldReading, tuple[Box, ...]]:
    """Present, absent or unclear, and where (mm) signs hang on names; ``stamp``: what the stamps take up of the
    sheet, ``names``: the strikes read.

    A sign that touches a name is a mark on that name here; where a name has ink beside it and is neither
    plainly struck nor plainly clear, that may be added content as well, so it is unclear.
    """
    height, width = sheet.excess.shape
    fields, titles, inside = _zones(prepared, height, width)
    signs = float(sum(_sign_at(name) for name in names))
    at_clear = max((n.measures["beside_mm2"] for n in names if _untouched(n)), default=0.0)
    ink = np.asarray(cv2.threshold(sheet.excess, INK, 1, cv2.THRESH_BINARY)[1], np.uint8)
    fields = _with_ends(fields, prepared, names)
    outside = cv2.min(cv2.subtract(ink, fields), inside)
    for taken in stamp:
        outside = cv2.subtract(outside, taken)
        ink = np.asarray(cv2.subtract(ink, taken), np.uint8)
    if not _may_be_writing(np.asarray(outside, np.uint8)):
        none = dict.fromkeys(_MEASURES, 0.0)
        return _reading(page, field, none | {"signs_at_names": signs, "at_clear_mm2": at_clear}), ()
    ink = np.asarray(cv2.min(cv2.subtract(ink, _shadow(ink)), inside), np.uint8)
    bridges = ((titles > 0) & (sheet.blank > 50)).astype(np.uint8)
    joined = cv2.bitwise_or(cv2.dilate(ink, np.ones((JOIN_PX, JOIN_PX), np.uint8)), bridges)
    labels, stats = components(joined)
    areas = np.bincount(labels[ink > 0], minlength=len(stats)).astype(np.float64) / DENSITY**2
    own = np.ones(len(stats), np.bool_)
    own[0] = False
    own[np.unique(labels[(fields > 0) & (ink > 0)])] = False
    extent = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) - JOIN_PX + 1
    own &= ~_at_edges(np.asarray(stats, np.int32), height, width)
    narrow = np.minimum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) - JOIN_PX + 1
    on_frame = np.bincount(labels[(ink > 0) & (sheet.frames > 0)], minlength=len(stats))
    thick = areas * DENSITY**2 / (stats[:, cv2.CC_STAT_WIDTH] + stats[:, cv2.CC_STAT_HEIGHT] - 2 * JOIN_PX + 2)
    own &= (np.minimum(narrow, thick) > HAIRLINE_PX) | (on_frame < ALONG * areas * DENSITY**2)
    suspect = own & (areas >= WRITING_MM2) & (extent >= STROKE_MM * DENSITY)
    for label in np.flatnonzero(suspect):
        suspect[label] = not _soft(sheet, labels, stats[label], int(label), ink)
    hanging = _hanging(np.asarray(cv2.subtract(ink, fields), np.uint8), fields)
    # what stands at both sides of a name may be a ring round it, a mark on the name
    ringed = {f.id for f in prepared.side.fields if f.kind == "strike" and _hang_on(f, hanging)}
    at_clear = max((n.measures["beside_mm2"] for n in names if _untouched(n) and n.field not in ringed), default=0.0)
    measures = {
        "across_mm": float(narrow[suspect].max()) / DENSITY if suspect.any() else 0.0,
        "ink_mm2": float(areas[suspect].sum()),
        "longest_mm": float(extent[suspect].max()) / DENSITY if suspect.any() else 0.0,
        "pieces": float(suspect.sum()),
        "signs_at_names": signs + len(hanging),
        "at_clear_mm2": at_clear,
    }
    return _reading(page, field, measures), hanging


def with_hanging(name: FieldReading, field: FormField, hanging: Sequence[Box]) -> FieldReading:
    """``hanging``: how many signs that hang on names touch the name of ``field``."""
    return replace(name, measures={**name.measures, "hanging": float(_hang_on(field, hanging))})


def _hang_on(field: FormField, hanging: Sequence[Box]) -> int:
    """How many of the signs touch the name of ``field``."""
    grown = [line.grown(ENDS_UP_MM + 1 / DENSITY) for line in field.lines or (field.box,)]
    return sum(any(_meet(line, sign) for line in grown) for sign in hanging)


def _meet(a: Box, b: Box) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom


_MEASURES = ("across_mm", "ink_mm2", "longest_mm", "pieces")


def _reading(page: RegisteredPage, field: FormField, measures: dict[str, float]) -> FieldReading:
    return FieldReading(field.id, "stray", _scores(measures), measures, quad_of(field.box, page.map))


def _hanging(ink: Bytes, fields: Bytes) -> tuple[Box, ...]:
    """Where (mm) pieces of ``ink`` touch a name but spread too far to both sides to be the end of a stroke."""
    labels, stats = components(np.asarray(cv2.dilate(ink, np.ones((3, 3), np.uint8)), np.uint8))
    areas = np.bincount(labels[ink > 0], minlength=len(stats)) / DENSITY**2
    found = []
    for label in np.flatnonzero(areas >= WRITING_MM2):
        left, top, wide, tall = (int(v) for v in stats[label, : cv2.CC_STAT_AREA])
        if label == 0 or min(wide, tall) < HANGING_MM * DENSITY:
            continue
        part = (slice(top, top + tall), slice(left, left + wide))
        mine = labels[part] == label
        near = cv2.dilate(mine.astype(np.uint8), np.ones((3, 3), np.uint8))
        if not cv2.countNonZero(cv2.min(near, fields[part])):
            continue
        _, (a, b), _ = cv2.minAreaRect(cv2.findNonZero((mine & (ink[part] > 0)).astype(np.uint8)))
        if min(a, b) >= HANGING_MM * DENSITY:
            found.append(Box(left / DENSITY, top / DENSITY, wide / DENSITY, tall / DENSITY))
    return tuple(found)


def _may_be_writing(outside: Bytes) -> bool:
    """Whether ink outside of the fields gathers anywhere to as much as writing has, told by cells of 2 mm."""
    height, width = (n // CELL_PX for n in outside.shape)
    part = outside[: height * CELL_PX, : width * CELL_PX] * np.uint8(255)
    cells = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    # not even one speck a cell is lost in rounding: a pixel is 4 of 255
    count, labels = cv2.connectedComponents((cells > 0).astype(np.uint8), connectivity=8)
    areas = np.bincount(labels.ravel(), weights=cells.ravel(), minlength=count)[1:] * CELL_PX**2 / 255
    return bool((areas >= 0.8 * WRITING_MM2 * DENSITY**2).any())


def _with_ends(fields: Bytes, prepared: PreparedSide, names: Sequence[FieldReading]) -> Bytes:
    """The fields, those of crossed names longer by the ends of their strokes: over the title and a little behind.

    A sign that stands apart there is found with the name (its measure ``signs_mm2``).
    """
    crossed = {n.field for n in names if _crossed(n)}
    if not crossed:
        return fields
    longer = fields.copy()
    for field in prepared.side.fields:
        if field.id in crossed:
            for line in field.lines or (field.box,):
                y0, y1 = round((line.y - ENDS_UP_MM) * DENSITY), round((line.bottom + ENDS_UP_MM) * DENSITY)
                x0, x1 = round((line.x - ENDS_LEFT_MM) * DENSITY), round((line.right + ENDS_RIGHT_MM) * DENSITY)
                longer[max(0, y0) : y1, max(0, x0) : x1] = 1
    return longer


def _crossed(name: FieldReading) -> bool:
    """Whether strokes cross most of a name; if not plainly all of it, a person looks at the name and its line."""
    m = name.measures
    return m["span"] >= 0.7 and m["core"] >= 0.4 and m["heart"] >= 0.25


def _sign_at(name: FieldReading) -> bool:
    """Whether a mark on a name may be a sign or word beside it."""
    m = name.measures
    # What runs on beside a crossed name is its stroke's own end, unless it stands up like a letter.
    if m["taller_mm"] > BEHIND_MM:
        return True
    return m["signs_mm2"] > 0.4 or (m["ink_mm2"] < 1.0 and (m["beside_mm2"] > 0.3 or m["title_mm2"] > TITLE_MM2))


def _untouched(name: FieldReading) -> bool:
    """Whether no stroke crosses the name, so that ink beside it is no stroke's end."""
    return name.measures["ink_mm2"] <= TOUCH_MM2 and name.measures["span"] <= 0.05


def _soft(sheet: SheetInk, labels: Labels, box: NDArray[np.int32], label: int, ink: Bytes) -> bool:
    """Whether a component fades out at its border, as shadows and stains do and no pen does."""
    left, top, wide, tall = (int(v) for v in box[: cv2.CC_STAT_AREA])
    part = (slice(top, top + tall), slice(left, left + wide))
    piece = ((labels[part] == label) & (ink[part] > 0)).astype(np.uint8)
    border = (piece > 0) & (cv2.erode(piece, np.ones((3, 3), np.uint8), borderValue=0) == 0)
    border &= cv2.dilate(sheet.blank[part], np.ones((3, 3), np.uint8)) < 20  # what print cuts off ends sharply
    if not border.any():
        return False
    slope = cv2.morphologyEx(sheet.excess[part], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    return float(np.median(slope[border])) < SOFT


def _shadow(ink: Bytes) -> Bytes:
    """Where the lid's shadow lies: solid, wider than any pen draws, and reaching the sheet's edge (1)."""
    solid = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((SOLID_PX, SOLID_PX), np.uint8))
    if not cv2.countNonZero(solid):
        return np.zeros_like(ink)
    height, width = ink.shape
    deep = round(LID_MM * DENSITY)
    solid[deep : height - deep, deep : width - deep] = 0
    whole = cv2.dilate(solid, np.ones((FRAME_PX, FRAME_PX), np.uint8))
    labels, stats = components(whole)
    edge = round(EDGE_MM * DENSITY)
    left, top, wide, tall = stats[:, : cv2.CC_STAT_AREA].T
    outer = (left < edge) | (top < edge) | (left + wide > width - edge) | (top + tall > height - edge)
    outer[0] = False
    return np.asarray(cv2.dilate(outer.astype(np.uint8)[labels], np.ones((RAGGED_PX, RAGGED_PX), np.uint8)), np.uint8)


def _at_edges(stats: NDArray[np.int32], height: int, width: int) -> NDArray[np.bool_]:
    """Which components begin at the paper's edge and stay near it."""
    edge = round((EDGE_MM + 1) * DENSITY)
    left, top = stats[:, cv2.CC_STAT_LEFT], stats[:, cv2.CC_STAT_TOP]
    wide, tall = stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]
    across = (top < edge) | (top + tall > height - edge)
    along = (left < edge) | (left + wide > width - edge)
    return np.asarray((across & (tall < SHADOW_MM * DENSITY)) | (along & (wide < SHADOW_MM * DENSITY)), np.bool_)


def _scores(m: dict[str, float]) -> dict[FieldValue, float]:
    """Nothing suspect is absent; a sign or word beside an untouched name is present; all else is to be asked."""
    if m["at_clear_mm2"] >= SIGN_MM2:
        return {"present": 1.0, "absent": 0.0, "unclear": 0.0}
    if m["pieces"] == 0 and m["signs_at_names"]:
        return {"present": 0.4, "absent": 0.0, "unclear": 0.6}
    if m["pieces"] == 0:
        return {"present": 0.0, "absent": 1.0, "unclear": 0.0}
    present = min(0.8, m["ink_mm2"] / 6.0)
    return {"present": present, "absent": 0.0, "unclear": 1.0 - present}
