"""What becomes of a scanned page: pixels, then pixels with a place on a form, or a rejection with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.messages import Message

Pixels = NDArray[np.uint8]
"""(h, w) grey or (h, w, 3) BGR, as scanned: colour is kept where it was scanned."""
Points = NDArray[np.float64]
"""(n, 2): x, y."""

RejectionReason = Literal[
    "undecodable",  # truncated, not a picture, wrong type
    "encrypted",
    "too_large",
    "blank",  # nothing printed and nothing written: a blank back or an empty sheet
    "other_form",  # fits a form of the workspace that this batch does not expect
    "no_form_fits",
    "forms_too_close",  # fits two forms and nothing tells which
    "poor_registration",  # fits a form, but the residual is above the limit
    "cut_off",  # fits a form, but fields lie outside the picture
    "two_sheets",  # print lies beside the sheet
    "code_unreadable",  # fits a form with a printed code, and the code cannot be read
    "reader_crashed",
    "sheet_alone",  # a sheet of a ballot that has several, without the others beside it
]


@dataclass(frozen=True, slots=True)
class PageSource:
    """Where a page came from: file name as given, SHA-256 of the file's bytes, page counted from 1."""

    file: str
    sha256: str
    page: int


@dataclass(frozen=True, slots=True, eq=False)
class RawPage:
    """A decoded page as it lay on the glass: any rotation. ``dpi`` is what the file claims, if anything."""

    source: PageSource
    pixels: Pixels
    dpi: float | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """A page that no reader may read; a person looks. ``seems`` is what OCR takes the paper to be."""

    source: PageSource
    reason: RejectionReason
    text: Message
    form: str | None = None
    """The form that fits or almost fits, where one does."""
    side: str | None = None
    residual_mm: float | None = None
    seems: str | None = None


class PageMap(Protocol):
    """Where the paper's millimetres lie in the picture, local stretch included."""

    def to_pixels(self, points_mm: Points) -> Points:
        """Pixels of the original for points in mm of the upright form side, both (n, 2)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class RegisteredPage:
    """A page whose place on a form side is known.

    ``residual_mm``: 90th percentile over the anchors of the distance between expected and found place.
    ``rotation_deg``: clockwise turn of the form in the picture as scanned, in (-180, 180].
    """

    raw: RawPage
    form: str
    side: str
    map: PageMap
    rotation_deg: float
    residual_mm: float
    pixels_per_mm: float
    """Of this picture, as measured from the paper."""
    photo: NDArray[np.float64] | None = None
    """Where ``raw`` is a flat page made of a photograph: (3, 3), from its pixels to those of the photograph."""
