"""One answer to "where does this side of a form lie in this picture", with the evidence that it does."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.scan.page import PageMap, RawPage, RegisteredPage


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A side of a form laid onto a picture; measured here, accepted or refused by ``register``.

    Whoever makes one has checked it by fit: nobody else can tell a page that is upside down.
    """

    form: str
    side: str
    map: PageMap
    rotation_deg: float
    """Clockwise turn of the form in the picture as scanned, in (-180, 180]."""
    residual_mm: float
    """90th percentile over the anchors (or marks) of the distance between expected and found place."""
    found: float
    """Share of the anchors (or marks) that were found where the fit expects them, 0 to 1."""
    score: float
    """How alike print and reference are where they were compared, 0 to 1; for marks, same as ``found``."""
    pixels_per_mm: float
    """Of this picture, as measured from the paper."""
    unseen_mm: float = 0.0
    """By how much the nearest found anchor lies farther from a field than the nearest of all, where that is most;
    0 with marks."""
    worst_part: float = 1.0
    """With marks, the share of the targets' outlines that were found in that ninth of the page which shows least."""

    def registered(self, raw: RawPage) -> RegisteredPage:
        """The page with this place; called only for an accepted candidate."""
        return RegisteredPage(
            raw, self.form, self.side, self.map, self.rotation_deg, self.residual_mm, self.pixels_per_mm
        )
