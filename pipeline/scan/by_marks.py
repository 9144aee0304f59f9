"""Where a side with printed timing marks or corner marks lies in a picture.

The way from fast to sure: dark components of the size of a bar at 4 pixels per mm, first against one
threshold for the page, then against the paper around; their spacing gives scale and skew, a vote the place,
and from there the match grows from mark to mark along the edges, so that paper which was stretched by more
than half a spacing is still followed. Every answer is checked by the printed outlines of the targets before
it is believed, which also tells top from bottom where the marks alone do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import ByCornerMarks, ByTimingMarks, FieldKind, FormField, FormSide
from pipeline.geometry import Box, Size
from pipeline.scan.bars import Match
from pipeline.scan.candidate import Candidate
from pipeline.scan.corner_marks import corner_matches
from pipeline.scan.edge_map import EdgeMap, fitted_edges
from pipeline.scan.page import Pixels, Points, RawPage
from pipeline.scan.prepare import PreparedSide
from pipeline.scan.timing_marks import SURELY_FOUND, timing_matches
from pipeline.scan.view import PageView

Floats = NDArray[np.float64]

MAX_RESIDUAL_MM = 0.8
"""Above this the marks do not lie on smooth edges, so something else than bars was matched."""
TIE = 0.1
"""Two ways to turn a page whose scores differ by less are not told apart by marks and outlines."""
MIN_OUTLINES = 0.7
"""Share of the targets whose outline must be where the fit says; a wrong face shows a third by chance."""
PARTS, PART_LEAST = 3, 4
"""In so many parts a page is looked at across and down, and how many targets of a part say anything about it."""
OUTLINE_POINTS = 28
OUTLINE_SHARE = 0.7
"""Share of an outline's points at which something must be printed; text gives about half."""
HAIRLINE = 0.035
"""Least contrast of a printed hairline, as a share of the paper; of a pale scan a twenty-eighth is left."""
ABOVE_GRAIN = 1.8
"""How many times the contrast that the page has anywhere an outline must have: grain looks printed everywhere."""
SMOOTHED_MM = 0.15
"""How far along an outline neighbouring points are averaged, to both sides."""
GRAIN_PLACES = (14, 18)
"""Where across and down a page its grain is looked at; less than half of them lie on print."""


def register_by_marks(raw: RawPage, side: PreparedSide, view: PageView | None = None) -> Candidate | None:
    """Where ``side`` lies on ``raw``, or None where its marks and outlines do not fit.

    ``found`` is the share of the marks that were found, ``score`` that of marks and target outlines
    together, so that of two faces with the same frame of marks the right one is ahead.
    """
    view = view or PageView(raw)
    marks = _marks_of(side.side)
    for level in (0, 1):
        candidates: list[Candidate] = []
        plain = False
        for match in _matches(view, side.side, level):
            plain = plain or match.found > SURELY_FOUND
            candidate = _verified(raw, side, marks, match)
            if candidate is not None:
                candidates.append(candidate)
                if not _looks_turned(side.side):
                    break
        if candidates:
            return _told_apart(raw, side, candidates)
        if plain:
            return None
    return None


def _marks_of(side: FormSide) -> tuple[Box, ...]:
    registration = side.registration
    return registration.marks if isinstance(registration, ByTimingMarks | ByCornerMarks) else ()


def _matches(view: PageView, side: FormSide, level: int) -> Iterator[Match]:
    match side.registration:
        case ByTimingMarks(marks=marks):
            yield from timing_matches(view, side, marks, level)
        case ByCornerMarks(marks=corners):
            yield from corner_matches(view, side, corners, level)


@lru_cache(maxsize=256)
def outlined_of(side: FormSide) -> list[FormField]:
    """The printed outlines that must be there: ovals, boxes, and the digit boxes of numbers, as boxes."""
    digits = [FormField(f.id, "box", box) for f in side.fields for box in f.boxes]
    return [*(f for f in side.fields if f.kind in ("oval", "box")), *digits]


@lru_cache(maxsize=256)
def _looks_turned(side: FormSide) -> bool:
    """Whether marks and targets of a side turned by 180 degrees would pass for the side itself."""
    outlined = outlined_of(side)
    if not outlined:
        return True
    targets = np.array([f.box.centre for f in outlined])
    centres = np.array([m.centre for m in _marks_of(side)])
    turned = centres.min(axis=0) + centres.max(axis=0) - targets
    nearest = np.linalg.norm(turned[:, None] - targets[None], axis=2).min(axis=1)
    # half of what would do to be believed: outlines are also seen where there are none
    return float((nearest < 2.0).mean()) > MIN_OUTLINES / 2


@lru_cache(maxsize=1024)
def could_pass(seen: FormSide, other: FormSide) -> bool:
    """Whether a page on which the targets of ``seen`` were found might be ``other``, either way up."""
    mine, theirs = ([f.box.centre for f in outlined_of(s)] for s in (seen, other))
    if not mine or not theirs:
        return True
    a, b = np.array(mine), np.array(theirs)
    upright = np.linalg.norm(b[:, None] - a[None], axis=2).min(axis=1)
    turned = np.linalg.norm((other.size.w, other.size.h) - b[:, None] - a[None], axis=2).min(axis=1)
    # another face's frame may be printed some millimetres off, so near is not very near
    return max(float((d < 4.0).mean()) for d in (upright, turned)) > MIN_OUTLINES / 2


def _told_apart(raw: RawPage, side: PreparedSide, candidates: list[Candidate]) -> Candidate | None:
    """The best candidate; where two ways to turn the page fit alike, the reference decides, or nobody."""
    candidates.sort(key=lambda c: -c.score)
    rivals = [c for c in candidates if c.score > candidates[0].score - TIE]
    if len(rivals) == 1:
        return rivals[0]
    if side.reference is None:
        return None
    alike = sorted(((_likeness(raw, side, c), i) for i, c in enumerate(rivals)), reverse=True)
    return rivals[alike[0][1]] if alike[0][0] > alike[1][0] + 0.1 else None


def _likeness(raw: RawPage, side: PreparedSide, candidate: Candidate) -> float:
    """Correlation of the page with the reference at places 1.5 mm apart, both blurred by as much."""
    assert side.reference is not None
    size = side.side.size
    x, y = np.meshgrid(np.arange(5, size.w - 5, 1.5), np.arange(5, size.h - 5, 1.5))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    grey = raw.pixels if raw.pixels.ndim == 2 else cv2.cvtColor(raw.pixels, cv2.COLOR_BGR2GRAY)
    seen = _sampled(np.asarray(grey, np.uint8), candidate.map.to_pixels(points), candidate.pixels_per_mm)
    blank = _sampled(side.reference, side.to_pixels(points), side.pixels_per_mm)
    return float(np.corrcoef(seen, blank)[0, 1])


def _sampled(picture: Pixels, places: Points, ppm: float) -> Floats:
    k = round(1.5 * ppm) | 1
    smooth = cv2.blur(picture, (k, k))
    at = places.round().astype(np.int64)
    h, w = smooth.shape
    return np.asarray(smooth[np.clip(at[:, 1], 0, h - 1), np.clip(at[:, 0], 0, w - 1)], np.float64)


def _verified(raw: RawPage, side: PreparedSide, marks: tuple[Box, ...], found: Match) -> Candidate | None:
    """The candidate of a match, or None where marks or outlines contradict it."""
    centres = np.array([m.centre for m in marks])
    have = found.bar >= 0
    source, target = centres[have], found.places[found.bar[have]]
    if _on_one_line(source, 1.0) or _on_one_line(target, found.ppm):
        return None
    page_map, errors = fitted_edges(source, target, found.ppm)
    residual = float(np.percentile(errors, 90)) / found.ppm
    if residual > MAX_RESIDUAL_MM:
        return None
    seen = outlines_seen(raw.pixels, page_map, side.side) if outlined_of(side.side) else None
    outlines = None if seen is None else float(seen.found.mean()) if seen.found.size else 0.0
    if outlines is not None and outlines < MIN_OUTLINES:
        return None
    score = found.found if outlines is None else (found.found + outlines) / 2
    return Candidate(
        form=side.form,
        side=side.side.name,
        map=page_map,
        rotation_deg=_rotation_deg(page_map, side.side),
        residual_mm=residual,
        found=found.found,
        score=score,
        pixels_per_mm=found.ppm,
        worst_part=1.0 if seen is None else seen.worst_part,
    )


def _on_one_line(places: Points, per_mm: float) -> bool:
    """Whether marks lie within 3 mm of a straight line, which does not tell how wide the page is."""
    spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(spread[-1] < 3.0 * per_mm * np.sqrt(len(places)))


def _rotation_deg(page_map: EdgeMap, side: FormSide) -> float:
    """Clockwise turn of the form's upper edge in the picture, in (-180, 180]."""
    w, h = side.size.w, side.size.h
    a, b = page_map.to_pixels(np.array([[0.1 * w, h / 2], [0.9 * w, h / 2]]))
    angle = float(np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0])))
    return 180.0 if angle <= -180 else angle


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Round which of the targets in a picture something is printed where their outline should be."""

    middles: Points
    """(n, 2), mm."""
    found: NDArray[np.bool_]
    """(n,)"""

    @property
    def worst_part(self) -> float:
        """The least share found in any ninth of where targets lie; a ninth with few of them says nothing."""
        low, span = self.middles.min(axis=0), np.maximum(np.ptp(self.middles, axis=0), 1e-6)
        column, row = np.minimum((self.middles - low) / span * PARTS, PARTS - 1).astype(np.intp).T
        part = row * PARTS + column
        of = np.bincount(part, minlength=PARTS**2)
        told = of >= PART_LEAST
        shares = np.bincount(part, self.found, minlength=PARTS**2)[told] / of[told]
        return float(shares.min()) if shares.size else 1.0


def outlines_seen(pixels: Pixels, page_map: EdgeMap, side: FormSide) -> Outlines:
    """The targets of ``side`` within the picture, if most of them are, and which of them show their outline.

    None otherwise: what is cut off is told as that, not as another form.
    """
    fields = outlined_of(side)
    h, w = pixels.shape[:2]
    middles = np.array([f.box.centre for f in fields])
    places = page_map.to_pixels(middles)
    within = np.asarray(((places >= 0) & (places < (w, h))).all(axis=1))
    if within.mean() < 0.5:
        return Outlines(np.zeros((0, 2)), np.zeros(0, np.bool_))
    profiles = [outline_profile(f.kind, f.box.w, f.box.h) for f, shown in zip(fields, within, strict=True) if shown]
    grey = _along(pixels, page_map, middles[within], np.stack(profiles))
    light = np.percentile(grey, 80, axis=(1, 2))[:, None]
    grain = float(np.median(_contrast(_along(pixels, page_map, *_grain_profile(side.size)))))
    printed = _contrast(grey) > np.maximum(HAIRLINE * np.maximum(light, 60), ABOVE_GRAIN * grain)
    return Outlines(middles[within], np.asarray(printed.mean(axis=1) >= OUTLINE_SHARE, np.bool_))


def _along(pixels: Pixels, page_map: EdgeMap, middles: Points, profiles: Points) -> Floats:
    """Grey at ``profiles`` (n, …, voices, 2) in mm from each of the ``middles`` (n, 2), the mean over voices.

    White beyond the picture. Round each middle the map is taken as affine: paper bends over longer ways.
    """
    first, right, down = (page_map.to_pixels(middles + step) for step in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)))
    linear = np.stack([right - first, down - first], axis=1)
    flat = np.rint(profiles.reshape(len(middles), -1, 2) @ linear + first[:, None]).astype(np.int64)
    x, y = flat[..., 0], flat[..., 1]
    h, w = pixels.shape[:2]
    values = pixels[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)]
    # channel by channel: numpy's mean over an axis of three takes eight times as long
    grey = values.astype(np.float64) if values.ndim == 2 else _sum_of_channels(values) / 3
    if x.min() < 0 or y.min() < 0 or x.max() >= w or y.max() >= h:
        grey[(x < 0) | (x >= w) | (y < 0) | (y >= h)] = 255
    return np.asarray(grey.reshape(profiles.shape[:-1]).mean(axis=-1))


def _sum_of_channels(values: Pixels) -> Floats:
    return np.asarray(values[..., 0].astype(np.float64) + values[..., 1] + values[..., 2])


def _contrast(lines: Floats) -> Floats:
    return np.asarray(lines.max(axis=-1) - lines.min(axis=-1))


@lru_cache(maxsize=64)
def _grain_profile(size: Size) -> tuple[Points, Points]:
    """Places all over a page (n, 2), and a line of every direction through each as those across outlines."""
    across, down = GRAIN_PLACES
    x, y = np.meshgrid((np.arange(across) + 0.5) * size.w / across, (np.arange(down) + 0.5) * size.h / down)
    # the golden angle: no two neighbours look the same way, so neither rules nor lines of text are favoured
    angle = np.arange(x.size) * 2.399963
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.stack([x.ravel(), y.ravel()], axis=1), _smoothed(_REACH[:, None] * direction[:, None], direction)


_REACH = np.linspace(-0.7, 0.7, 9)


def _smoothed(places: Points, direction: Points) -> Points:
    """Each place of lines (n, 9, 2) with its neighbours at right angles to the line's direction (n, 2)."""
    beside = np.stack([-direction[:, 1], direction[:, 0]], axis=1)
    voices = np.array([-SMOOTHED_MM, 0.0, SMOOTHED_MM])
    return np.asarray(places[:, :, None] + voices[:, None] * beside[:, None, None])


@lru_cache(maxsize=4096)
def outline_profile(kind: FieldKind, w: float, h: float) -> Points:
    """Points on short lines across a target's outline, mm from its middle: (points, 9, 3, 2), 0.7 mm to both sides."""
    angle = (np.arange(OUTLINE_POINTS) + 0.5) * 2 * np.pi / OUTLINE_POINTS
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    if kind == "oval":
        # between an ellipse and a round-ended oval, which differ by less than the lines are long
        p = 2.6
        radius = (np.abs(2 * direction / (w, h)) ** p).sum(axis=1) ** (-1 / p)
    else:
        radius = 1 / np.abs(2 * direction / (w, h)).max(axis=1)
    return _smoothed((radius[:, None] + _REACH)[..., None] * direction[:, None], direction)
