"""An office scanner: how it turns, stretches, blurs, tints, dirties and compresses a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from calibration.simulate.geometry import ScanGeometry, Wave
from calibration.simulate.grain import with_grain
from calibration.simulate.ink import PAPER_PPMM, Pixels
from pipeline.geometry import Size

Glass = Literal["cropped", "white", "dark"]
"""``cropped``: the driver cuts the picture to the paper; else the paper lies on a larger white or dark glass."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """What stays the same while one stack of sheets is scanned."""

    dpi: int
    colour: bool
    quality: int
    blur: float
    """Standard deviation in pixels."""
    gamma: float
    black: int
    white: int
    """Grey levels that pure black and pure white become."""
    noise: float
    glass: Glass
    streaks: tuple[tuple[float, int, int], ...]
    """Place across the picture (share), width in pixels, change of level."""
    uneven: float
    """Loss of light towards the dark corner, a share."""
    feed_bias: float
    bleed: float
    """How much of the sheet below shows through, a share of its contrast."""


def draw_scanner(rng: np.random.Generator, dpi: int = 200) -> Scanner:
    """A machine and its settings as offices leave them."""
    streaks = tuple(
        (
            float(rng.random()),
            int(rng.integers(1, 4)),
            int(rng.choice([-1, 1], p=[0.6, 0.4]) * rng.integers(12, 60)),
        )
        for _ in range(rng.choice([0, 1, 2, 3], p=[0.72, 0.14, 0.09, 0.05]))
    )
    glasses: tuple[Glass, ...] = ("cropped", "white", "dark")
    return Scanner(
        dpi=dpi,
        colour=bool(rng.random() < 0.65),
        quality=int(rng.integers(60, 96)),
        blur=float(rng.uniform(0.3, 0.95)),
        gamma=float(rng.uniform(0.8, 1.3)),
        black=int(rng.integers(0, 35)),
        white=int(rng.integers(236, 256)),
        noise=float(rng.gamma(2.0, 1.3)),
        glass=glasses[int(rng.choice(3, p=[0.86, 0.08, 0.06]))],
        streaks=streaks,
        uneven=float(rng.uniform(0.03, 0.12) if rng.random() < 0.25 else 0),
        feed_bias=float(rng.normal(0, 0.004)),
        bleed=float(rng.uniform(0.015, 0.06) if rng.random() < 0.2 else 0),
    )


def _waves(rng: np.random.Generator, largest: float) -> tuple[Wave, ...]:
    """A smooth random drift that never exceeds ``largest`` mm."""
    count = int(rng.integers(1, 4))
    parts = rng.dirichlet(np.ones(count)) * largest * rng.beta(1.2, 2.5)
    return tuple((float(a), float(rng.uniform(0.5, 4.0)), float(rng.uniform(0, 2 * np.pi))) for a in parts)


def draw_geometry(
    rng: np.random.Generator, scanner: Scanner, size: Size, upside_down: float, sideways: float
) -> ScanGeometry:
    """How one sheet passes: skewed, shifted, perhaps the wrong way up, fed at an uneven speed."""
    base = 0.0
    draw = rng.random()
    if draw < sideways:
        base = 90.0 if rng.random() < 0.5 else -90.0
    elif draw < sideways + upside_down:
        base = 180.0
    skew = float(np.clip(rng.normal(0, 0.8), -3, 3)) if rng.random() < 0.9 else float(rng.uniform(-3, 3))
    w, h = (size.h, size.w) if abs(base) == 90 else (size.w, size.h)
    ppmm = scanner.dpi / 25.4
    if scanner.glass == "cropped":
        wide, high = w + rng.uniform(-1.0, 3.0), h + rng.uniform(-1.0, 3.5)
        at = (wide / 2 + rng.normal(0, 0.5), high / 2 + rng.normal(0, 0.5))
    else:
        wide, high = max(210.0, w + 8), max(h + 20, 250.0 if rng.random() < 0.5 else 297.0)
        at = (w / 2 + rng.uniform(2, wide - w - 2), h / 2 + rng.uniform(2, 12))
    stretch = 1 + float(np.clip(scanner.feed_bias + rng.normal(0, 0.002), -0.01, 0.01))
    return ScanGeometry(
        width=round(wide * ppmm),
        height=round(high * ppmm),
        pixels_per_mm=ppmm,
        centre_mm=(size.w / 2, size.h / 2),
        centre_at=(float(at[0]), float(at[1])),
        rotation_deg=base + skew,
        feed_stretch=stretch,
        cross_stretch=1 + float(rng.normal(0, 0.0012)),
        feed_waves=_waves(rng, 0.5),
        cross_waves=_waves(rng, 0.2),
    )


@lru_cache(maxsize=1)
def _noise() -> NDArray[np.int8]:
    """Grain of a sensor, standard deviation 32 of int8, larger than any page so that pages take windows of it."""
    rng = np.random.default_rng(7)
    return np.clip(rng.normal(0, 32, (1024, 1500, 3)), -127, 127).astype(np.int8)


@lru_cache(maxsize=4)
def _noise_tile(level: int, channels: int) -> tuple[Pixels, Pixels]:
    """The grain at ``level`` quarters of a grey level, as what to add and what to take away."""
    grain = _noise()[..., :channels].astype(np.float32) * (level / 4 / 32)
    plus = np.rint(np.clip(grain, 0, None)).astype(np.uint8)
    minus = np.rint(np.clip(-grain, 0, None)).astype(np.uint8)
    return (plus[..., 0], minus[..., 0]) if channels == 1 else (plus, minus)


def _grainy(rng: np.random.Generator, picture: Pixels, sigma: float) -> Pixels:
    level = round(sigma * 4)
    if level < 2:
        return picture
    at = int(rng.integers(0, 400)), int(rng.integers(0, 500))
    return with_grain(picture, _noise_tile(level, 1 if picture.ndim == 2 else 3), at)


def _uneven(rng: np.random.Generator, picture: Pixels, loss: float) -> Pixels:
    h, w = picture.shape[:2]
    corner = rng.uniform(0, 1, (3, 3)).astype(np.float32)
    field = 255 * (1 - loss * corner)
    big = np.asarray(cv2.resize(field, (w, h), interpolation=cv2.INTER_CUBIC), np.float32)
    level = np.clip(big, 0, 255).astype(np.uint8)
    if picture.ndim == 3:
        level = np.asarray(cv2.merge([level, level, level]), np.uint8)
    return np.asarray(cv2.multiply(picture, level, scale=1 / 255), np.uint8)


def _streaky(rng: np.random.Generator, picture: Pixels, scanner: Scanner) -> None:
    for place, width, change in scanner.streaks:
        if rng.random() < 0.2:  # the dirt moves on after a while
            continue
        x = int(place * (picture.shape[1] - width))
        strip = picture[:, x : x + width].astype(np.int16) + int(change * rng.uniform(0.7, 1.1))
        top = 0 if rng.random() < 0.8 else int(rng.uniform(0, 0.5) * picture.shape[0])
        picture[top:, x : x + width] = np.clip(strip, 0, 255).astype(np.uint8)[top:]


def _dusty(rng: np.random.Generator, picture: Pixels, specks: int) -> None:
    h, w = picture.shape[:2]
    for _ in range(specks):
        at = (int(rng.integers(w)), int(rng.integers(h)))
        level = int(rng.integers(40, 190))
        colour = (level, level, level)
        if rng.random() < 0.08:  # a hair
            ends = (at[0] + int(rng.normal(0, 12)), at[1] + int(rng.normal(0, 12)))
            cv2.line(picture, at, ends, (170, 170, 170), 1, cv2.LINE_AA)
        else:
            cv2.circle(picture, at, int(rng.choice([0, 1, 1, 2], p=[0.4, 0.3, 0.2, 0.1])), colour, -1, cv2.LINE_AA)


def fold(rng: np.random.Generator, page: Pixels) -> None:
    """A crease of the folded ballot across the paper: a dark and a light side, changed in place."""
    across = rng.random() < 0.7
    length = page.shape[0] if across else page.shape[1]
    at = int(length * rng.uniform(0.45, 0.55))
    reach = int(rng.uniform(1.0, 3.5) * PAPER_PPMM)
    distance = np.arange(-reach, reach + 1) / reach
    shade = 1 - rng.uniform(0.03, 0.10) * np.exp(-((distance * 2.2) ** 2)) * np.where(distance < 0, 1.0, 0.45)
    crease = np.abs(distance) * reach < rng.uniform(0.5, 1.6)
    shade[crease] -= rng.uniform(0.0, 0.15)
    band = slice(at - reach, at + reach + 1)
    shape = (-1, 1) if across else (1, -1)
    factor = shade.reshape(shape + (1,) * (page.ndim - 2)).astype(np.float32)
    window = page[band] if across else page[:, band]
    window[:] = (window * factor).astype(np.uint8)


def _tones(scanner: Scanner, rng: np.random.Generator) -> Pixels:
    gamma = scanner.gamma * float(rng.normal(1, 0.02))
    levels = (np.arange(256) / 255.0) ** gamma
    return (scanner.black + levels * (scanner.white - scanner.black)).astype(np.uint8)


def scan(rng: np.random.Generator, page: Pixels, scanner: Scanner, geometry: ScanGeometry) -> Pixels:
    """The picture that ``scanner`` makes of ``page`` (BGR or grey at 300 dpi; BGR only if it scans colour)."""
    map_x, map_y = geometry.sampling(PAPER_PPMM)
    glass = {"cropped": 247, "white": 250, "dark": int(rng.integers(18, 70))}[scanner.glass]
    around = (glass, glass, glass)
    picture = np.asarray(
        cv2.remap(page, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=around),
        np.uint8,
    )
    return developed(rng, picture, scanner)


def developed(rng: np.random.Generator, picture: Pixels, scanner: Scanner) -> Pixels:
    """What ``scanner``'s lens, sensor, light and dirt make of the sharp ``picture``, which may be changed in place."""
    sigma = max(0.2, scanner.blur * float(rng.normal(1, 0.1)))
    side = 3 if sigma < 0.6 else 5
    picture = np.asarray(cv2.GaussianBlur(picture, (side, side), sigma), np.uint8)
    picture = np.asarray(cv2.LUT(picture, _tones(scanner, rng)), np.uint8)
    if scanner.uneven:
        picture = _uneven(rng, picture, scanner.uneven)
    _dusty(rng, picture, int(rng.gamma(0.7, 14)))
    _streaky(rng, picture, scanner)
    return _grainy(rng, picture, scanner.noise)


def jpeg(picture: Pixels, quality: int) -> bytes:
    """The picture as a scanner writes it: JPEG, colour at half resolution."""
    if picture.ndim == 2:
        grey = np.ascontiguousarray(picture[..., None])
        return bytes(simplejpeg.encode_jpeg(grey, quality, "GRAY", "gray"))
    return bytes(simplejpeg.encode_jpeg(np.ascontiguousarray(picture), quality, "BGR", "420"))


def tinted(blank: Pixels, paper_bgr: tuple[int, int, int], toner: float, colour: bool) -> Pixels:
    """The grey print on paper of a colour; ``toner`` 1 is full black, less is a pale print."""
    ink = 255 * (1 - toner)
    levels = np.arange(256)[:, None] / 255.0
    table = ink + levels * (np.array(paper_bgr)[None, :] - ink)
    if not colour:
        grey = (table @ np.array([0.114, 0.587, 0.299])).clip(0, 255).astype(np.uint8)
        return np.asarray(cv2.LUT(blank, grey), np.uint8)
    table3 = table.clip(0, 255).astype(np.uint8).reshape(256, 1, 3)
    return np.asarray(cv2.LUT(cv2.cvtColor(blank, cv2.COLOR_GRAY2BGR), table3), np.uint8)


def shown_through(page: Pixels, neighbour: Pixels, strength: float, shift: tuple[int, int]) -> Pixels:
    """``page`` with a faint, blurred trace of the grey sheet that lies below it."""
    small = cv2.resize(neighbour, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    faint = 255 - (255 - np.roll(small, shift, axis=(0, 1)).astype(np.float32)) * strength
    big = cv2.resize(faint.astype(np.uint8), (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    if page.ndim == 3:
        big = cv2.merge([big, big, big])
    return np.asarray(cv2.multiply(page, big, scale=1 / 255), np.uint8)
