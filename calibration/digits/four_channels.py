"""A picture taken apart into four channels of half the side, and convolutions written for these: the same sums.

Channel 2 p + q holds the rows 2 r + p and columns 2 c + q. Weights that are added are zero.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.int8]


def _split(place: int) -> tuple[int, int]:
    """A row of the whole picture relative to an even one: rows of half the side away, and which of the two."""
    return place // 2, place % 2


def of_four_channels(weights: Weights, stride: int) -> Weights:
    """The first convolution's weights (out, 1, side, side), padded by half its side, as (out or 4 × out, 4, 3, 3).

    ``stride`` 2: as many channels out, of half the side; 1: four times as many, of which each holds the pixels of every
    second row and column. Of sides up to 5 with stride 2, of 3 with stride 1.
    """
    out, _, side, _ = weights.shape
    starts = (0,) if stride == 2 else (0, 1)
    made = np.zeros((len(starts) ** 2, out, 4, 3, 3), np.int8)
    for n, (down, across) in enumerate(product(starts, starts)):
        for i, j in product(range(side), range(side)):
            (row, p), (column, q) = _split(down + i - side // 2), _split(across + j - side // 2)
            made[n, :, 2 * p + q, row + 1, column + 1] = weights[:, 0, i, j]
    return made.reshape(-1, 4, 3, 3)


def of_four_times_the_channels(weights: Weights) -> Weights:
    """Weights (out, in, 3, 3) of a convolution of stride 2, padded by one, as (out, 4 × in, 2, 2): for what
    :func:`of_four_channels` gives with stride 1; padded by one above and to the left."""
    out, channels, side, _ = weights.shape
    made = np.zeros((out, 4, channels, 2, 2), np.int8)
    for i, j in product(range(side), range(side)):
        (row, p), (column, q) = _split(i - 1), _split(j - 1)
        made[:, 2 * p + q, :, row + 1, column + 1] = weights[:, :, i, j]
    return made.reshape(out, 4 * channels, 2, 2)
