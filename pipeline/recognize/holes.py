"""What is too broad for a pen's mark: a punched hole or a torn edge through which the dark lid of a scanner shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.recognize.components import components

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

LEAST = 0.1
"""Share of the inside that is ink from which it is looked at: less is no mark."""


def widest(dark: Floats, inside: Bools, ink: float, density: float) -> Floats:
    """Per target (n,): diameter in mm of the widest disc of ink that hangs together with the ink ``inside``.

    ``dark`` (n, h, w) is 0 for paper and 1 for black. A filled target is as wide as its shorter side and a pen's
    overshooting more; a punched hole is 5.5 to 8 mm wide (ISO 838: 6), a tear as wide as the window shows.
    """
    found = np.zeros(len(dark), np.float32)
    for i, one in enumerate(dark):
        inked = (cv2.blur(one, (3, 3)) > ink).astype(np.uint8)
        if inked[inside].mean() < LEAST:
            continue
        labels, _ = components(inked)
        mark = np.isin(labels, np.unique(labels[inside & (inked > 0)])).astype(np.uint8)
        # the window's border is no edge of the ink
        whole = cv2.copyMakeBorder(mark, 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        found[i] = 2 * float(cv2.distanceTransform(whole, cv2.DIST_L2, 5).max()) / density
    return found
