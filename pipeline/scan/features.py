"""What of a reference picture is looked for on a page: a coarse picture and local anchors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class ContentFeatures:
    """Computed once per side; see :mod:`pipeline.scan.by_content` for how they are used."""

    coarse: NDArray[np.float32]
