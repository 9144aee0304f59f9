"""Numbers written without boxes, digits touching or apart: cut where digits may part, read in all ways, weighed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components
from pipeline.recognize.digits.box import FAINT, PEN, darkness, strongest_ink
from pipeline.recognize.digits.normal_form import SIDE, Picture, normal_form
from pipeline.recognize.digits.reader import CLASSES, Reader, shipped
from pipeline.recognize.digits.single import single_digits

Mask: TypeAlias = NDArray[np.bool_]
CONTRAST = 30
"""Grey levels by which ink is darker than the paper at the least."""
RULED = 0.8
"""Share of a row that is dark, gaps of dots closed, where the line lies on which the number is written."""
LOW = 0.72
"""Ink that begins below this share of the writing's height is no digit of it: bits of the ruled line, commas."""
NARROW = 0.4
"""Width over the line's height up to which a piece of ink is not cut."""
WIDEST = 1.25
"""Width over the line's height that one digit does not exceed."""
TALL = 0.4
"""Share of the writing's height from which a pale piece of ink may be a digit."""
SPAN = 6
"""Pieces that one digit is made of, at the most."""
CUTS, DEEP = 4, 0.45
"""Cuts that are tried within one piece of ink, at the most; and ink in a column, over the line's height, through which
none is tried."""
KEPT = 40
"""Readings that are carried along the line."""


@dataclass(frozen=True, slots=True)
class StringReading:
    """Readings of a line of ink, likeliest first, with their share of all that were weighed; empty without any ink.

    ``left_out``: beside the ink that was read lies something as tall as a digit, which is too pale to be of its pen; or
    there is ink, and nothing can be made of it.
    """

    readings: tuple[tuple[str, float], ...]
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A connected piece of ink, or a part of one between two cuts."""

    mask: Mask
    left: int
    right: int
    top: int
    bottom: int

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def read_string(crop: Picture, reader: Reader | None = None) -> StringReading:
    """The number in a grey crop: one line of writing, perhaps on a ruled or dotted line, nothing else."""
    found = spans_of(crop)
    if not found.spans:
        return StringReading((), bool(found.pieces))
    chances = np.exp((reader or shipped()).read(found.forms))
    readings = _weighed(found, chances, single_digits(found.forms, found.shapes))
    pale = bool(readings) and _left_out(crop, np.logical_or.reduce([p.mask for p in found.pieces]))
    return StringReading(readings, pale or not readings)


@dataclass(frozen=True, slots=True)
class Spans:
    """All runs of neighbouring pieces of a line that may be one digit. ``masks``: their ink (n, h, w); ``forms``: in
    normal form; ``shapes`` (n, 2): logarithm of width over height, and height over the line's."""

    pieces: tuple[_Piece, ...]
    spans: tuple[tuple[int, int], ...]
    masks: Mask
    forms: Picture
    shapes: NDArray[np.float32]


def spans_of(crop: Picture) -> Spans:
    """A grey crop's ink in pieces, and what may be made of them."""
    ink = line_ink(crop)
    pieces = tuple(_pieces(ink))
    height = max((p.bottom for p in pieces), default=0) - min((p.top for p in pieces), default=0)
    spans = tuple(
        (i, j)
        for i in range(len(pieces))
        for j in range(i + 1, min(i + SPAN, len(pieces)) + 1)
        if j == i + 1 or max(p.right for p in pieces[i:j]) - min(p.left for p in pieces[i:j]) <= WIDEST * height
    )
    masks = np.zeros((len(spans), *ink.shape), np.bool_)
    forms = np.zeros((len(spans), SIDE, SIDE), np.uint8)
    shapes = np.zeros((len(spans), 2), np.float32)
    for k, (i, j) in enumerate(spans):
        run = pieces[i:j]
        masks[k] = np.logical_or.reduce([p.mask for p in run])
        forms[k] = normal_form(np.where(masks[k], ink, 0).astype(np.uint8), height)
        wide = max(p.right for p in run) - min(p.left for p in run)
        tall = max(p.bottom for p in run) - min(p.top for p in run)
        shapes[k] = math.log(wide / tall), tall / height
    return Spans(pieces, spans, masks, forms, shapes)


def line_ink(crop: Picture) -> Picture:
    """Ink without ruled and dotted lines and specks, bright on black."""
    dark = darkness(crop)
    if strongest_ink(dark) < CONTRAST:
        return np.zeros_like(crop)
    written = dark.copy()
    written[_level(dark)] = 0
    # black dots of the form must not hide a paler pen
    strongest = strongest_ink(written)
    if strongest < CONTRAST:
        return np.zeros_like(crop)
    _, mask = cv2.threshold(written, max(FAINT, PEN * strongest), 255, cv2.THRESH_BINARY)
    height, width = mask.shape
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((3, 1), np.uint8))
    labels, stats = components(mask)
    keep = np.zeros(len(stats), np.uint8)
    for k, (_, _, w, h, _) in enumerate(stats.tolist()):
        keep[k] = 255 if k and max(w, h) > 0.14 * height and w < 0.9 * width else 0
    return np.asarray(cv2.bitwise_and(dark, cv2.dilate(keep[labels], np.ones((3, 3), np.uint8))), np.uint8)


def _level(dark: Picture) -> Mask:
    """Rows of a ruled or dotted line."""
    _, mask = cv2.threshold(dark, max(FAINT, PEN * strongest_ink(dark)), 255, cv2.THRESH_BINARY)
    return np.asarray(cv2.dilate(mask, np.ones((3, 7), np.uint8)).mean(axis=1) > RULED * 255, np.bool_)


def _left_out(crop: Picture, read: Mask) -> bool:
    """Whether anything as tall as a digit, pale or not, lies beside the ink that was ``read``."""
    dark = darkness(crop)
    rows = np.flatnonzero(read.any(axis=1))
    tall = TALL * (int(rows[-1]) + 1 - int(rows[0]))
    dark[_level(dark)] = 0
    mask = cv2.threshold(cv2.blur(dark, (3, 3)), FAINT, 1, cv2.THRESH_BINARY)[1]
    labels, stats = components(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 1), np.uint8)))
    of_ink = set(np.unique(labels[cv2.dilate(read.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0]).tolist())
    return any(h > tall for k, (_, _, _, h, _) in enumerate(stats.tolist()) if k and k not in of_ink)


def _pieces(ink: Picture) -> list[_Piece]:
    """Connected pieces of ink from left to right; broad ones cut where their columns hold least."""
    strong = np.where(ink > 0.25 * max(int(ink.max()), 1), np.uint8(255), np.uint8(0))
    labels, stats = components(strong)
    rows = np.flatnonzero(strong.any(axis=1))
    if not len(rows):
        return []
    first, height = int(rows[0]), int(rows[-1]) + 1 - int(rows[0])
    whole = []
    for k, (x, y, w, h, _) in enumerate(stats.tolist()):
        if k and max(w, h) >= 3 and y < first + LOW * height:
            whole.append(_Piece(labels == k, x, x + w, y, y + h))
    out: list[_Piece] = []
    for piece in sorted(whole, key=lambda p: p.middle):
        out += _parted(piece, height)
    return out


def _parted(piece: _Piece, height: int) -> list[_Piece]:
    if piece.right - piece.left <= NARROW * height:
        return [piece]
    columns = piece.mask[:, piece.left : piece.right]
    edges = [piece.left, *(piece.left + c for c in _cuts(columns, height)), piece.right]
    out = []
    for a, b in pairwise(edges):
        mask = np.zeros_like(piece.mask)
        mask[:, a:b] = piece.mask[:, a:b]
        inked = np.flatnonzero(mask.any(axis=1))
        if len(inked):
            out.append(_Piece(mask, a, b, int(inked[0]), int(inked[-1]) + 1))
    return out


def _cuts(strong: Mask, height: int) -> list[int]:
    """Columns with least ink, a seventh of the line's height apart from each other and from the ends."""
    apart = max(2, round(0.14 * height))
    amount = cv2.blur(strong.sum(axis=0).astype(np.float32)[None], (3, 1))[0]
    chosen: list[int] = []
    for column in np.argsort(amount[apart:-apart], kind="stable") + apart:
        if len(chosen) == CUTS or amount[column] > DEEP * height:
            break
        if all(abs(int(column) - c) >= apart for c in chosen):
            chosen.append(int(column))
    return sorted(chosen)


def _weighed(found: Spans, chances: NDArray[np.float32], single: NDArray[np.float64]) -> tuple[tuple[str, float], ...]:
    """Sum over all ways of parting the line into single digits, the likeliest readings kept at each piece."""
    at: list[dict[str, float]] = [{"": 1.0}, *({} for _ in found.pieces)]
    for (i, j), row, weight in zip(found.spans, chances, single.tolist(), strict=True):
        letters = "0123456789" if i else "0123456789X-"
        likely = [(CLASSES[k], float(row[k]) * weight) for k in np.argsort(-row)[:4] if CLASSES[k] in letters]
        for before, so_far in sorted(at[i].items(), key=lambda pair: -pair[1])[:KEPT]:
            for letter, chance in likely:
                text = before + letter
                at[j][text] = at[j].get(text, 0.0) + so_far * chance
    ranked = sorted(at[-1].items(), key=lambda pair: -pair[1])[:KEPT]
    whole = sum(chance for _, chance in ranked)
    return tuple((text, chance / whole) for text, chance in ranked) if whole else ()
