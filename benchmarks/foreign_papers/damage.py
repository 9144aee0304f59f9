"""What printers, feeders and scanners do to a page, with the true way from its millimetres into the picture."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.foreign_papers.blank import Place
from benchmarks.foreign_papers.draw import Draw, Points
from benchmarks.foreign_papers.voters import Aimed

Mode = Literal["grey", "colour", "bitonal"]
Tone = Literal["pale", "bold", "even"]
Pixels = NDArray[np.float32]
Matrix = NDArray[np.float64]

MODES: tuple[Mode, ...] = ("grey", "colour", "bitonal")
TONES: tuple[Tone, ...] = ("pale", "bold", "even")
LIDS = ((244, 255), (5, 40), (90, 170))
"""Greys of a white, a black and a grey lid."""
BGR_TO_GREY = np.array([0.114, 0.587, 0.299], np.float32)


@dataclass(frozen=True, slots=True)
class Damage:
    """One print and one scan of it; lengths in mm, angles in degrees, ``blur`` in pixels at 200 dpi.

    ``jpeg`` is the quality, 0 for a file without loss; ``light`` the share lost in the darkest corner.
    """

    dpi: int
    mode: Mode
    skew: float = 0.0
    upside_down: bool = False
    stretch: float = 0.0
    blur: float = 0.5
    jpeg: int = 0
    dust: int = 0
    streaks: int = 0
    fold: bool = False
    light: float = 0.0
    print_scale: float = 1.0
    tone: Tone = "even"
    noise: float = 0.0
    lid: float = 250.0


def draw_damage(draw: Draw, aimed: Aimed) -> Damage:
    """An ordinary day's damage, or more of what is aimed at the targets."""
    chance, between = draw.chance, draw.between
    mode = draw.one_of(MODES, (42, 40, 18))
    damage = Damage(
        dpi=300 if chance(0.15) else 200,
        mode=mode,
        skew=float(np.clip(draw.about(0, 1), -3, 3)) if chance(0.8) else between(-3, 3),
        upside_down=chance(0.12),
        stretch=between(-0.003, 0.003) if chance(0.5) else 0.0,
        blur=between(0.3, 0.8) if chance(0.7) else between(0.8, 1.5),
        jpeg=draw.whole(50, 91) if mode != "bitonal" and chance(0.85) else 0,
        dust=draw.whole(10, 160) if chance(0.35) else 0,
        streaks=draw.whole(1, 3) if chance(0.15) else 0,
        fold=chance(0.18),
        light=between(0.12, 0.35) if mode != "bitonal" and chance(0.3) else 0.0,
        print_scale=0.98 if chance(0.12) else 1.0,
        tone=draw.one_of(TONES, (12, 12, 76)),
        noise=between(1, 5),
        lid=between(*draw.one_of(LIDS, (70, 18, 12))),
    )
    return damage if aimed == "nothing" else _aimed(draw, damage, aimed)


def _aimed(draw: Draw, damage: Damage, aimed: Aimed) -> Damage:
    if aimed == "all":
        return replace(
            damage,
            streaks=draw.whole(1, 3) if draw.chance(0.5) else 0,
            fold=draw.chance(0.5),
            dust=draw.whole(50, 300) if draw.chance(0.5) else damage.dust,
        )
    mode = draw.one_of(MODES, (4, 4, 2))
    return replace(
        damage,
        mode=mode,
        jpeg=0 if mode == "bitonal" else damage.jpeg,
        streaks=int(aimed == "streaks"),
        fold=aimed == "folds",
        dust=draw.whole(60, 160) if aimed == "dust" else 0,
        light=0.0,
        print_scale=1.0,
        tone="even",
    )


def printed(
    draw: Draw, picture: NDArray[np.uint8], places: Sequence[Place], damage: Damage
) -> tuple[NDArray[np.uint8], list[Place]]:
    """The blank as this printer leaves it, and where its targets lie then."""
    scale, (h, w), per_mm = damage.print_scale, picture.shape[:2], damage.dpi / 25.4
    if scale != 1:
        matrix = np.array([[scale, 0, (1 - scale) * w / 2], [0, scale, (1 - scale) * h / 2]])
        shrunk = cv2.warpAffine(picture, matrix, (w, h), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
        picture, middle = np.asarray(shrunk, np.uint8), (w / 2 / per_mm, h / 2 / per_mm)
        places = [place.resized(scale, middle) for place in places]
    return _toned(draw, picture, damage), list(places)


def _toned(draw: Draw, picture: NDArray[np.uint8], damage: Damage) -> NDArray[np.uint8]:
    if damage.tone == "even":
        return picture
    values = picture.astype(np.float32)
    if damage.tone == "pale":
        return _byte(255 - (255 - values) * draw.between(0.55, 0.8))
    share = draw.between(0.4, 0.9)
    shape = cv2.MORPH_RECT if damage.dpi == 300 else cv2.MORPH_CROSS
    thicker = cv2.erode(np.ascontiguousarray(picture), cv2.getStructuringElement(shape, (3, 3)))
    return _byte(values * (1 - share) + thicker.astype(np.float32) * share)


@dataclass(frozen=True, slots=True)
class Scan:
    """A picture and the affine way into it from pixels of the sheet at the same dpi."""

    pixels: NDArray[np.uint8]
    matrix: Matrix
    per_mm: float

    def at(self, points: Points) -> Points:
        """Points in mm of the sheet, (n, 2), in pixels of the picture; whole numbers are corners of pixels."""
        return points * self.per_mm @ self.matrix[:2, :2].T + self.matrix[:2, 2]


def scanned(draw: Draw, sheet: Pixels, places: Sequence[Place], damage: Damage, aimed: Aimed) -> Scan:
    """The sheet, BGR, on a scanner; folds, dust and streaks that are aimed go through one of ``places``."""
    h, w = sheet.shape[:2]
    per_mm = damage.dpi / 25.4
    sheet = np.clip(sheet, 0, 255)
    targets = places if aimed != "nothing" else ()
    if damage.fold:
        sheet = _folded(draw, sheet, targets, per_mm)
    matrix, size = _laid_down(draw, (w, h), damage)
    lid = (damage.lid,) * 3
    moved = cv2.warpPerspective(_byte(sheet), _between_centres(matrix), size, flags=cv2.INTER_LINEAR, borderValue=lid)
    glass = _Glass(draw, moved.astype(np.float32), matrix, per_mm, targets)
    glass.dust(damage.dust, 0.1 if aimed == "dust" else 0.3)
    glass.streaks(damage.streaks, only_dark=aimed == "streaks")
    return Scan(_exposed(draw, np.clip(glass.pixels, 0, 255), damage), matrix, per_mm)


def _folded(draw: Draw, sheet: Pixels, targets: Sequence[Place], per_mm: float) -> Pixels:
    h, w = sheet.shape[:2]
    level, at, tilt = draw.chance(0.7), draw.between(0.25, 0.75), draw.between(-0.01, 0.01)
    if targets:
        place, share, tilt = draw.one_of(targets), draw.between(0.1, 0.9), tilt / 5
        at = (place.y + place.h * share) * per_mm / h if level else (place.x + place.w * share) * per_mm / w
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    off = y - at * h - tilt * x if level else x - at * w - tilt * y
    dark = draw.between(15, 70) * np.exp(-((off / (draw.between(0.15, 0.5) * per_mm)) ** 2))
    shade = draw.between(0, 14) * np.exp(-np.clip(off, 0, None) / (4 * per_mm)) * (off > 0)
    shine = draw.between(0, 10) * np.exp(np.clip(off, None, 0) / (4 * per_mm)) * (off < 0)
    return np.asarray(np.clip(sheet + (shine - dark - shade)[..., None], 0, 255), np.float32)


def _laid_down(draw: Draw, size: tuple[int, int], damage: Damage) -> tuple[Matrix, tuple[int, int]]:
    """The way from pixel corners of the sheet to those of the picture, and the picture's width and height."""
    w, h = size
    angle = math.radians(damage.skew) + (math.pi if damage.upside_down else 0)
    turn = np.array([[math.cos(angle), -math.sin(angle), 0], [math.sin(angle), math.cos(angle), 0], [0, 0, 1.0]])
    centred = np.array([[1, 0, -w / 2], [0, 1, -h / 2], [0, 0, 1.0]])
    matrix = np.diag([1, 1 + damage.stretch, 1]) @ turn @ centred
    corners = (matrix @ np.array([[0, w, w, 0], [0, 0, h, h], [1, 1, 1, 1]]))[:2]
    room = [draw.between(0, 4) * damage.dpi / 25.4 for _ in range(4)]
    matrix[:2, 2] += np.array([room[0], room[2]]) - corners.min(1)
    wide, high = np.ptp(corners, axis=1)
    return matrix, (int(wide + room[0] + room[1]), int(high + room[2] + room[3]))


def _between_centres(matrix: Matrix) -> Matrix:
    """As OpenCV counts: whole numbers are the centres of pixels."""
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
    return np.asarray(np.linalg.inv(half) @ matrix @ half, np.float64)


@dataclass
class _Glass:
    """A picture while dirt of the scanner comes onto it; ``targets`` are hit, where there are any."""

    draw: Draw
    pixels: Pixels
    matrix: Matrix
    per_mm: float
    targets: Sequence[Place]

    def dust(self, count: int, at_targets: float) -> None:
        h, w = self.pixels.shape[:2]
        for _ in range(count):
            radius = min(abs(self.draw.about(0, 0.13)) + 0.05, 0.4) * self.per_mm
            x, y = self.draw.between(0, w), self.draw.between(0, h)
            if self.targets and self.draw.chance(at_targets):
                x, y = self._in_a_target()
            axes = (2 * radius * self.draw.between(0.6, 1.8), 2 * radius)
            grey = (self.draw.between(20, 140),) * 3
            cv2.ellipse(self.pixels, ((x, y), axes, self.draw.between(0, 180)), grey, -1, cv2.LINE_AA)

    def streaks(self, count: int, only_dark: bool) -> None:
        w = self.pixels.shape[1]
        for _ in range(count):
            x = self._in_a_target()[0] if self.targets else self.draw.between(0.08, 0.92) * w
            wide = self.draw.between(0.1, 0.3) * self.per_mm
            depth = self.draw.between(30, 150) * (1 if only_dark else self.draw.one_of((1, 1, -1)))
            streak = depth * np.exp(-(((np.arange(w) - x) / wide) ** 2))
            self.pixels -= streak.astype(np.float32)[None, :, None]

    def _in_a_target(self) -> tuple[float, float]:
        place = self.draw.one_of(self.targets)
        x, y = place.x + place.w * self.draw.between(0, 1), place.y + place.h * self.draw.between(0, 1)
        at = self.matrix @ np.array([x * self.per_mm, y * self.per_mm, 1])
        return float(at[0]), float(at[1])


def _exposed(draw: Draw, pixels: Pixels, damage: Damage) -> NDArray[np.uint8]:
    """Light, lens and sensor."""
    h, w = pixels.shape[:2]
    if damage.light:
        way = draw.between(0, 2 * math.pi)
        y, x = np.mgrid[0:h, 0:w].astype(np.float32)
        far = np.clip((x / w - 0.5) * math.cos(way) + (y / h - 0.5) * math.sin(way) + 0.5, 0, 1)
        pixels = (pixels * (1 - damage.light * far)[..., None]).astype(np.float32)
    seen: NDArray[Any] = cv2.GaussianBlur(pixels, (0, 0), damage.blur * damage.dpi / 200)
    if damage.mode != "colour":
        seen = seen @ BGR_TO_GREY
    seen = _byte(seen + damage.noise * draw.noise(seen.shape))
    if damage.mode == "bitonal":
        level = int(float(np.median(seen)) * draw.between(0.55, 0.78))
        return np.where(seen > level, 255, 0).astype(np.uint8)
    return seen


def _byte(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def encoded(pixels: NDArray[np.uint8], damage: Damage) -> tuple[str, bytes]:
    """The file's ending and its content: a fax TIFF, a JPEG or a PNG."""
    picture, file = Image.fromarray(pixels[..., ::-1].copy() if pixels.ndim == 3 else pixels), io.BytesIO()
    dpi = (damage.dpi, damage.dpi)
    if damage.mode == "bitonal":
        picture.convert("1").save(file, "TIFF", compression="group4", dpi=dpi)
        return "tif", file.getvalue()
    if damage.jpeg:
        picture.save(file, "JPEG", quality=damage.jpeg, dpi=dpi)
        return "jpg", file.getvalue()
    picture.save(file, "PNG", dpi=dpi)
    return "png", file.getvalue()
