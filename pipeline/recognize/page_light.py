"""How light the paper of a page is where its targets lie: a scan is even, a photograph or a book's page is not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.scan.page import Points

Floats = NDArray[np.float32]

PLANE, BOWL = 8, 24
"""From so many targets on light is fitted by a plane, and by a surface of second degree."""
ROUNDS = 5
APART = 0.04
"""Share of its light by which paper may differ from the surface before it ceases to say what the light is."""
SHARE = 60
"""Percentile of the light of few targets that is the page's; what is printed or drawn only darkens."""


def page_light(light: Floats, centres: Points) -> Floats:
    """The page's light at each of the places ``centres`` (n, 2) whose own paper is ``light`` (n,), same unit.

    A smooth surface through most of them, so that a target that is darker than its page all round stays known as that.
    """
    if len(light) < PLANE:
        return np.full_like(light, np.percentile(light, SHARE))
    x, y = ((centres - centres.mean(axis=0)) / max(1.0, float(np.ptp(centres)) / 2)).T
    powers = [np.ones_like(x), x, y] if len(light) < BOWL else [np.ones_like(x), x, y, x * x, x * y, y * y]
    terms = np.stack(powers, axis=1)
    seen = np.log(np.maximum(light, 1.0)).astype(np.float64)
    fitted = np.full_like(seen, np.percentile(seen, SHARE))
    weight = np.ones_like(seen)
    for _ in range(ROUNDS):
        root = np.sqrt(weight)
        fitted = terms @ np.linalg.lstsq(terms * root[:, None], seen * root, rcond=None)[0]
        weight = 1 / (1 + ((seen - fitted) / APART) ** 2) ** 2
    return np.exp(fitted).astype(np.float32)
