"""A form made ready for reading: its references loaded, averaged and searched for features, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import Refusal, refuse
from pipeline.forms.template import Form, FormSide
from pipeline.geometry import MM_PER_INCH, Size
from pipeline.scan.by_content import find_side
from pipeline.scan.decode import decode_pages, file_type
from pipeline.scan.features import ContentFeatures, Grey, content_features, resampled
from pipeline.scan.local_map import LocalMap
from pipeline.scan.page import PageSource, Points, RawPage, Rejection
from pipeline.scan.view import PageView

KEPT_PIXELS_PER_MM = 200 / MM_PER_INCH
"""Denser references are reduced to this: nothing that is read is finer, and a form stays within a few MB."""
FEATURES_VERSION = "1"
_NO_MAP = np.empty(0, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class PreparedSide:
    """A face of a form with its blank picture.

    ``reference``: grey, upright, covers the side exactly; None where the form gives no picture.
    ``pixels_per_mm``: of that reference. Places in it, as in every picture here, count pixel centres as
    whole numbers (as ``cv2.remap`` does): use :meth:`to_pixels`, never ``mm * pixels_per_mm``.
    """

    form: str
    side: FormSide
    reference: NDArray[np.uint8] | None
    pixels_per_mm: float
    features: ContentFeatures | None

    def to_pixels(self, points_mm: Points) -> Points:
        """Pixels of the reference for points in mm of the upright side, both (n, 2)."""
        return points_mm * self.pixels_per_mm - 0.5


@dataclass(frozen=True, slots=True, eq=False)
class PreparedForm:
    """A form and its prepared sides, in the same order; ``digest`` changes with anything that is read."""

    form: Form
    sides: tuple[PreparedSide, ...]
    digest: str

    def side(self, name: str) -> PreparedSide:
        """The side of that name; KeyError where there is none."""
        for side in self.sides:
            if side.side.name == name:
                return side
        raise KeyError(name)


def prepare_form(form: Form, folder: Path) -> PreparedForm:
    """``form`` with its references, whose files are relative to ``folder``.

    Refused where a reference is missing, cannot be decoded, or is needed and not given; and where a further
    picture of the blank side cannot be laid onto the first.
    """
    digest = sha256(f"{FEATURES_VERSION}\n{form!r}".encode())
    sides = []
    for side in form.sides:
        pictures = [] if side.reference is None else _pictures(form, side, folder)
        for picture, _ in pictures:
            digest.update(picture.tobytes())
        sides.append(prepared_side(form.id, side, pictures))
    return PreparedForm(form, tuple(sides), digest.hexdigest())


def prepared_side(form: str, side: FormSide, pictures: Sequence[tuple[Grey, float]]) -> PreparedSide:
    """A side from pictures of the blank paper in memory: grey, each with its pixels per mm."""
    if not pictures:
        if side.registration.kind in ("content", "box") and not side.blank:
            raise refuse(
                "reference-missing",
                f"{form}, {side.name}",
                "A side registered by {kind} needs a picture of the blank paper; name one under 'reference'.",
                kind=side.registration.kind,
            )
        return PreparedSide(form, side, None, KEPT_PIXELS_PER_MM, None)
    first, density = covering(*pictures[0], side.size)
    features = content_features(first, density, side.size)
    if len(pictures) > 1:
        laid = [_laid_onto(form, side, features, picture, ppm, density) for picture, ppm in pictures[1:]]
        first = np.asarray(np.mean([first, *laid], axis=0).round(), np.uint8)
        features = content_features(first, density, side.size)
    return PreparedSide(form, side, first, density, features)


def form_set_digest(forms: Sequence[PreparedForm]) -> str:
    """One digest for a set of forms, in whatever order."""
    return sha256("\n".join(sorted(form.digest for form in forms)).encode()).hexdigest()


def covering(picture: Grey, pixels_per_mm: float, size: Size) -> tuple[Grey, float]:
    """The picture cut or filled to cover ``size`` exactly, and reduced where it is denser than needed."""
    density = min(pixels_per_mm, KEPT_PIXELS_PER_MM)
    if pixels_per_mm > KEPT_PIXELS_PER_MM * 1.02:
        return resampled(picture, pixels_per_mm, density, size), density
    width, height = round(size.w * pixels_per_mm), round(size.h * pixels_per_mm)
    paper = int(np.percentile(picture[::8, ::8], 90))
    canvas = np.full((height, width), paper, np.uint8)
    inside = picture[:height, :width]
    canvas[: inside.shape[0], : inside.shape[1]] = inside
    return canvas, pixels_per_mm


def _pictures(form: Form, side: FormSide, folder: Path) -> list[tuple[Grey, float]]:
    reference = side.reference
    assert reference is not None
    pictures = []
    for name in reference.files:
        path = folder / name
        place = f"{form.id}, {side.name}, {path}"
        try:
            content = path.read_bytes()
        except OSError as error:
            raise refuse(
                "reference-unreadable", place, "The reference cannot be read ({why}).", why=error.strerror
            ) from error
        page = next(decode_pages(content, name, "", only=reference.page))
        if isinstance(page, Rejection):
            raise refuse("reference-unreadable", place, "The reference: {why}", why=page.text)
        # a PDF knows its millimetres; of a picture the form document tells
        drawn = file_type(content) == "pdf" and page.dpi
        pictures.append((grey_of(page), (page.dpi if drawn and page.dpi else reference.dpi) / MM_PER_INCH))
    return pictures


def grey_of(raw: RawPage) -> Grey:
    pixels = raw.pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.ndim == 3 else pixels


def _laid_onto(form: str, side: FormSide, features: ContentFeatures, picture: Grey, ppm: float, density: float) -> Grey:
    """A further blank sheet resampled to lie exactly on the first."""
    raw = RawPage(PageSource(f"{form}/{side.name}", "", 1), picture, ppm * MM_PER_INCH)
    seen = find_side(PageView(raw), features)
    if seen is None:
        raise _not_alike(form, side)
    return warped(picture, seen.fit.map, side.size, density)


def _not_alike(form: str, side: FormSide) -> Refusal:
    return refuse(
        "reference-differs",
        f"{form}, {side.name}",
        "A further picture of the blank side does not fit the first; scan blank sheets of one form only.",
    )


def warped(picture: Grey, map_: LocalMap, size: Size, density: float) -> Grey:
    """The whole side upright at ``density``; for preparing and looking, not for reading."""
    width, height = round(size.w * density), round(size.h * density)
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    points = (np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float64) + 0.5) / density
    places = map_.to_pixels(points).astype(np.float32).reshape(height, width, 2)
    return np.asarray(
        cv2.remap(picture, places, _NO_MAP, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
