"""Weight of three and more changes that keep the sums: counted modulo a number, so that none is missed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.arithmetic.changes import Light

RESIDUES = 693
"""What changes add to the sums is counted modulo this (a product of small primes, none of them of ten)."""
ROUNDING = 1e-13
"""More than the error of the transforms."""


def fitting(
    fields: NDArray[np.int64], residues: NDArray[np.int64], weights: NDArray[np.float64], count: int, residue: int
) -> tuple[Light, Light]:
    """Weight of at least three and of at least four changes whose residues add up to ``residue``: bounds on all, and on
    those that change a given field. ``fields``, ``residues`` and ``weights``: of each change; ``count``: of fields.

    Modulo RESIDUES the distribution over all values of all fields is one product of Fourier transforms. Changes that
    keep the sums are among those that keep them there, and one in RESIDUES of the others is counted with them. Fewer
    changes are taken out by their elementary symmetric polynomials.
    """
    spread = np.zeros((count, RESIDUES))
    np.add.at(spread, (fields, residues), weights)
    each = np.fft.rfft(spread)
    before = np.cumprod(np.vstack([np.ones_like(each[:1]), 1 + each]), axis=0)
    behind = np.cumprod(np.vstack([np.ones_like(each[:1]), 1 + each[::-1]]), axis=0)[::-1]
    one = each.sum(0)
    squares = (each * each).sum(0)
    two = (one * one - squares) / 2
    three = (one**3 - 3 * one * squares + 2 * (each**3).sum(0)) / 6
    one_other = one - each
    two_others = two - each * one_other
    others = before[:-1] * behind[1:] - 1 - one_other
    turn = np.exp(2j * np.pi * np.arange(each.shape[1]) * residue / RESIDUES) / RESIDUES
    turn[1:] *= 2  # RESIDUES is odd: every other frequency stands for its conjugate, too
    from_three = Light(_at(before[-1] - 1 - one - two, turn), _of_each(each * others, turn))
    return from_three, Light(
        _at(before[-1] - 1 - one - two - three, turn), _of_each(each * (others - two_others), turn)
    )


def _at(transform: NDArray[np.complex128], turn: NDArray[np.complex128]) -> float:
    return max(float((transform @ turn).real), 0.0) + ROUNDING


def _of_each(transform: NDArray[np.complex128], turn: NDArray[np.complex128]) -> NDArray[np.float64]:
    return np.asarray(np.maximum((transform @ turn).real, 0.0) + ROUNDING, np.float64)
