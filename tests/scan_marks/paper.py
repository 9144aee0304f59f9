"""A clean sheet with marks and targets as a raster, pens that mark it, and named ways to damage it."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import (
    ByCornerMarks,
    ByTimingMarks,
    FieldKind,
    Form,
    FormField,
    FormSide,
    Registration,
)
from pipeline.geometry import Box, Size

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]
PPM = 200 / 25.4
SIZE = Size(160.0, 220.0)
PAPER, PRINT = 235, 28


def corner_marks() -> ByCornerMarks:
    x, y = SIZE.w - 18, SIZE.h - 18
    return ByCornerMarks((Box(12, 12, 6, 6), Box(x, 12, 6, 6), Box(x, y, 6, 6), Box(12, y, 6, 6)))


def timing_marks() -> ByTimingMarks:
    top = [Box(6 + 6 * i, 10, 4.0, 1.5) for i in range(25)]
    sides = [Box(x, 10 + 6 * i, 4.0, 1.5) for i in range(1, 33) for x in (6, 150)]
    bottom = [Box(6 + 6 * i, 208, 4.0, 1.5) for i in (1, 2, 5, 9, 11)]
    return ByTimingMarks((*top, *sides, *bottom))


def form(registration: Registration, kind: FieldKind = "oval") -> Form:
    """Three columns of targets, which a sheet upside down does not have in the same places."""
    w, h = (5.0, 3.2) if kind == "oval" else (4.0, 4.0)
    places = [(40 + 36 * column, 40 + 11 * row) for column in range(3) for row in range(12 - 3 * column)]
    fields = tuple(FormField(f"f{i}", kind, Box(x, y, w, h)) for i, (x, y) in enumerate(places))
    return Form("sheet", "Sheet", (FormSide("front", SIZE, registration, fields),))


def point(x: float, y: float) -> tuple[int, int]:
    """Millimetres as OpenCV wants them: pixels, shifted by four bits."""
    return round((x * PPM - 0.5) * 16), round((y * PPM - 0.5) * 16)


def line(picture: Picture, a: tuple[float, float], b: tuple[float, float], mm: float, grey: int) -> None:
    cv2.line(picture, point(*a), point(*b), grey, max(1, round(mm * PPM)), cv2.LINE_AA, 4)


def printed(sheet: Form) -> Picture:
    """The blank sheet at 200 dpi."""
    side = sheet.sides[0]
    picture = np.full((round(SIZE.h * PPM), round(SIZE.w * PPM)), PAPER, np.uint8)
    assert isinstance(side.registration, ByTimingMarks | ByCornerMarks)
    for mark in side.registration.marks:
        cv2.rectangle(picture, point(mark.x, mark.y), point(mark.right, mark.bottom), PRINT, -1, cv2.LINE_AA, 4)
    for i, field in enumerate(side.fields):
        _target(picture, field)
        place = (round((field.box.x - 26) * PPM), round((field.box.bottom - 0.6) * PPM))
        cv2.putText(picture, f"Choice {i:02d}", place, cv2.FONT_HERSHEY_SIMPLEX, 0.8, PRINT, 2, cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 0.7)


def _target(picture: Picture, field: FormField) -> None:
    b = field.box
    if field.kind == "box":
        cv2.rectangle(picture, point(b.x, b.y), point(b.right, b.bottom), PRINT, 2, cv2.LINE_AA, 4)
        return
    r = b.h / 2
    for y in (b.y, b.bottom):
        cv2.line(picture, point(b.x + r, y), point(b.right - r, y), PRINT, 2, cv2.LINE_AA, 4)
    for x, start in ((b.x + r, 90), (b.right - r, -90)):
        centre, axes = point(x, b.y + r), (round(r * PPM * 16),) * 2
        cv2.ellipse(picture, centre, axes, 0, start, start + 180, PRINT, 2, cv2.LINE_AA, 4)


# --- pens ---


def filled(picture: Picture, b: Box) -> None:
    for i in range(6):
        y = b.y + (i + 0.5) * b.h / 6
        line(picture, (b.x + 0.3, y), (b.right - 0.3, y + 0.2), 0.6, 50)


def crossed(picture: Picture, b: Box) -> None:
    line(picture, (b.x - 0.5, b.y - 0.5), (b.right + 0.5, b.bottom + 0.5), 0.5, 60)
    line(picture, (b.right + 0.5, b.y - 0.5), (b.x - 0.5, b.bottom + 0.5), 0.5, 60)


def ticked(picture: Picture, b: Box) -> None:
    x, y = b.x + 0.35 * b.w, b.bottom - 0.5
    line(picture, (b.x + 0.5, b.y + 0.8), (x, y), 0.6, 60)
    line(picture, (x, y), (b.right, b.y - 0.8), 0.6, 60)


def slashed(picture: Picture, b: Box) -> None:
    line(picture, (b.x - 0.5, b.bottom + 0.5), (b.right + 0.5, b.y - 0.5), 0.9, 60)


def slashed_thinly(picture: Picture, b: Box) -> None:
    line(picture, (b.x - 0.2, b.bottom + 0.2), (b.right + 0.2, b.y - 0.2), 0.2, 110)


def dotted(picture: Picture, b: Box) -> None:
    cv2.circle(picture, point(*b.centre), round(0.5 * PPM * 16), 60, -1, cv2.LINE_AA, 4)


def hairline(picture: Picture, b: Box) -> None:
    line(picture, (b.x + 0.8, b.bottom - 0.8), b.centre, 0.2, 90)


def skipped(picture: Picture, b: Box) -> None:
    """A slash whose pen gave ink at its two ends alone, on and beside the printed line."""
    left, right = b.centre[0] - 0.9, b.centre[0] + 0.9
    line(picture, (left - 0.2, b.bottom + 0.4), (left + 0.2, b.bottom - 0.2), 0.5, 80)
    line(picture, (right - 0.2, b.y + 0.2), (right + 0.2, b.y - 0.4), 0.5, 80)


def short_and_faint(picture: Picture, b: Box) -> None:
    x, y = b.centre
    line(picture, (x + 0.4, y - 0.4), (x + 0.45, y + 0.4), 0.25, 212)


def faint_pencil(picture: Picture, b: Box) -> None:
    for i in range(4):
        y = b.y + (i + 0.5) * b.h / 4
        line(picture, (b.x + 0.5, y), (b.right - 0.5, y), 0.4, 208)


def circled(picture: Picture, b: Box) -> None:
    axes = (round((b.w / 2 + 0.65) * PPM * 16), round((b.h / 2 + 0.65) * PPM * 16))
    cv2.ellipse(picture, point(*b.centre), axes, 0, 0, 360, 60, 3, cv2.LINE_AA, 4)


def circled_faintly(picture: Picture, b: Box) -> None:
    axes = (round((b.w / 2 + 0.7) * PPM * 16), round((b.h / 2 + 0.7) * PPM * 16))
    cv2.ellipse(picture, point(*b.centre), axes, 0, 0, 360, 212, 3, cv2.LINE_AA, 4)


def punched(picture: Picture, b: Box) -> None:
    cv2.circle(picture, point(*b.centre), round(3.0 * PPM * 16), 0, -1, cv2.LINE_AA, 4)


def punched_within(picture: Picture, b: Box) -> None:
    cv2.circle(picture, point(*b.centre), round(1.5 * PPM * 16), 0, -1, cv2.LINE_AA, 4)


def torn_off(picture: Picture, b: Box) -> None:
    """The paper is gone and the lid behind is white."""
    big = b.grown(1.5)
    cv2.rectangle(picture, point(big.x, big.y), point(big.right, big.bottom), 246, -1, cv2.LINE_AA, 4)


def torn_half(picture: Picture, b: Box) -> None:
    """Half of the target is gone, and the lid behind is black."""
    big = b.grown(3.0)
    cv2.rectangle(picture, point(b.centre[0], big.y), point(big.right, big.bottom), 0, -1, cv2.LINE_AA, 4)


def stamped_over(picture: Picture, b: Box) -> None:
    big = b.grown(2.5)
    cv2.rectangle(picture, point(big.x, big.y), point(big.right, big.bottom), 90, -1, cv2.LINE_AA, 4)


# --- damage: picture -> picture and where each pixel's place went (x, y of the clean sheet -> of the scan) ---

Places = NDArray[np.float64]
Damage = Callable[[Picture], tuple[Picture, Callable[[Places], Places]]]


def untouched(picture: Picture) -> tuple[Picture, Callable[[Places], Places]]:
    return picture, lambda p: p


def moved(matrix: Matrix, size: tuple[int, int], border: int) -> Damage:
    def damage(picture: Picture) -> tuple[Picture, Callable[[Places], Places]]:
        found = cv2.warpAffine(
            picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=border
        )
        return np.asarray(found, np.uint8), lambda p: p @ matrix[:, :2].T + matrix[:, 2]

    return damage


def turned(degrees: float, border: int = PAPER, margin: int = 40, scale: float = 1.0) -> Damage:
    w, h = round(SIZE.w * PPM), round(SIZE.h * PPM)
    matrix = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -degrees, scale)
    lying = abs(round(degrees / 90)) % 2 == 1
    size = (h, w) if lying else (w, h)
    size = (round(size[0] * scale) + 2 * margin, round(size[1] * scale) + 2 * margin)
    matrix[:, 2] += (size[0] - w) / 2, (size[1] - h) / 2
    return moved(np.asarray(matrix, np.float64), size, border)


def stretched(mm: float, where: float) -> Damage:
    """The feed stalls: the paper from ``where`` (share of the height) on lies ``mm`` lower, over 40 mm."""

    def damage(picture: Picture) -> tuple[Picture, Callable[[Places], Places]]:
        h, w = picture.shape
        extra = mm * PPM
        old = np.arange(h, dtype=np.float64)
        new = old + extra * np.clip((old - where * h) / (40 * PPM), 0, 1)
        rows = np.interp(np.arange(round(h + extra)), new, old).astype(np.float32)
        x, y = np.meshgrid(np.arange(w, dtype=np.float32), rows)
        found = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.uint8), lambda p: np.stack([p[:, 0], np.interp(p[:, 1], old, new)], axis=1)

    return damage


def same_place(change: Callable[[Picture], Picture]) -> Damage:
    return lambda picture: (change(picture.copy()), lambda p: p)


def _noisy(picture: Picture) -> Picture:
    random = np.random.default_rng(5)
    picture = np.clip(picture + random.normal(0, 10, picture.shape), 0, 255).astype(np.uint8)
    picture[random.random(picture.shape) < 0.005] = 0
    return picture


def _holed(picture: Picture) -> Picture:
    for y in (22, 70, 142):
        cv2.circle(picture, point(8, y), round(1.0 * PPM * 16), PAPER, -1, cv2.LINE_AA, 4)
    return picture


def _torn(picture: Picture) -> Picture:
    corner = np.array([point(0, 0), point(55, 0), point(0, 60)])
    cv2.fillPoly(picture, [corner], 0, cv2.LINE_AA, 4)
    return picture


def _overprinted(picture: Picture) -> Picture:
    cv2.putText(picture, "COPY", (200, 110), cv2.FONT_HERSHEY_SIMPLEX, 4, 60, 12, cv2.LINE_AA)
    line(picture, (8, 60), (8, 90), 1.0, 60)
    return picture


def _lit_from_one_side(picture: Picture) -> Picture:
    return np.asarray(picture * np.linspace(0.45, 1.0, picture.shape[1]), np.uint8)


def halftone(picture: Picture) -> Picture:
    """Black and white alone, grey as dots in a pattern of 4 by 4 (Bayer 1973), as some scanners deliver it."""
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8
    down, across = (side // 4 + 1 for side in picture.shape)
    pattern = np.tile(order, (down, across))[: picture.shape[0], : picture.shape[1]]
    return np.asarray((picture > pattern) * 255, np.uint8)


def _cropped(picture: Picture) -> tuple[Picture, Callable[[Places], Places]]:
    cut = round(8.2 * PPM)
    return picture[:, cut:].copy(), lambda p: p - (cut, 0)


DAMAGES: dict[str, Damage] = {
    "nothing": untouched,
    "skewed by 3 degrees": turned(3),
    "skewed the other way": turned(-2.5),
    "upside down": turned(180),
    "upside down and skewed on a black lid": turned(178.5, border=0),
    "lying": turned(90),
    "lying the other way": turned(-91),
    "on a black lid": turned(1, border=0),
    "scanned at 300 dpi": turned(0.4, scale=1.5),
    "blurred": same_place(lambda p: np.asarray(cv2.GaussianBlur(p, (0, 0), 1.3), np.uint8)),
    "noisy": same_place(_noisy),
    "overprinted": same_place(_overprinted),
    "lit from one side": same_place(_lit_from_one_side),
}
TIMING_DAMAGES: dict[str, Damage] = {
    "holes in marks": same_place(_holed),
    "a corner torn off": same_place(_torn),
    "half of a column cut off": _cropped,
    "stretched in the middle": stretched(5.0, 0.4),
    "stretched at the end": stretched(4.0, 0.75),
}
