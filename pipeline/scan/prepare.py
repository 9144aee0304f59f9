"""A form made ready for reading: its references loaded, averaged and searched for features, once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.forms.template import Form, FormSide
from pipeline.scan.features import ContentFeatures
from pipeline.scan.page import Points


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
    """``form`` with its references, whose files are relative to ``folder``."""
    raise NotImplementedError
