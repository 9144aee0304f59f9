"""The map from millimetres of a form to pixels of a picture: affine, then a smooth local correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.geometry import Size
from pipeline.scan.features import Floats, Matrix
from pipeline.scan.page import Points
from pipeline.scan.view import applied, chained

STEP_MM = 6.0
"""Between lattice points of the correction, which bends over no less than BEND_MM."""
BEND_MM = 20.0
"""Feed rollers wobble over some centimetres; shorter bends would follow single wrong anchors."""
WOBBLE_MM, LOCAL_MM, NOISE_MM = 0.5, 0.15, 0.06
"""Prior size of a shift common to a line across the feed, of one that is not, and of an anchor's own error."""
OUTLIER_MM = 0.45
"""An anchor that its neighbours, without it, expect so far away sits on pen ink or on a wrong letter."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalMap:
    """``matrix`` (mm to pixels, whole numbers are pixel centres) after a shift in mm read off a lattice.

    Costs about 2 µs and 60 ns a point; for a window map its corners or a coarse grid, not every pixel.
    """

    matrix: Matrix
    shifts: Floats | None = None
    """(rows, columns, 2) mm, the first lattice point at (-STEP_MM, -STEP_MM)."""

    def to_pixels(self, points_mm: Points) -> Points:
        points = np.asarray(points_mm, np.float64).reshape(-1, 2)
        return applied(self.matrix, points if self.shifts is None else self.shifted(points))

    def shifted(self, points: Points) -> Points:
        """Where the paper would show these points (mm) if ``matrix`` were all that happened to it."""
        shifts = self.shifts
        assert shifts is not None
        rows, columns = shifts.shape[:2]
        x = np.clip(points[:, 0] / STEP_MM + 1, 0, columns - 1.001)
        y = np.clip(points[:, 1] / STEP_MM + 1, 0, rows - 1.001)
        i, j = y.astype(np.intp), x.astype(np.intp)
        fy, fx = (y - i)[:, None], (x - j)[:, None]
        upper = shifts[i, j] * (1 - fx) + shifts[i, j + 1] * fx
        lower = shifts[i + 1, j] * (1 - fx) + shifts[i + 1, j + 1] * fx
        return np.asarray(points + upper * (1 - fy) + lower * fy, np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A fitted map, the anchors that agree with it and by how much each misses (mm)."""

    map: LocalMap
    kept: NDArray[np.bool_]
    misfit_mm: NDArray[np.float64]


def affine_of(source: Points, target: Points, weights: NDArray[np.float64]) -> Matrix:
    """Weighted least squares; (n, 2) to (n, 2), n >= 3."""
    squares = weights**2
    about = (squares @ source) / squares.sum()  # near the middle the normal equations are well conditioned
    design = np.empty((len(source), 3))
    design[:, :2], design[:, 2] = source - about, 1.0
    weighted = design.T * squares
    try:
        solution = np.linalg.solve(weighted @ design, weighted @ target).T
    except np.linalg.LinAlgError:  # all on one line: the smallest of the many solutions
        solution = np.linalg.lstsq(weighted @ design, weighted @ target, rcond=None)[0].T
    solution[:, 2] -= solution[:, :2] @ about
    return np.asarray(solution, np.float64)


def robust_affine(source: Points, target: Points, scale_mm: float) -> Matrix:
    """Affine by reweighted least squares; misfits far above ``scale_mm`` lose their say."""
    weights = np.ones(len(source))
    matrix = affine_of(source, target, weights)
    for _ in range(5):
        misfit = np.linalg.norm(applied(matrix, source) - target, axis=1)
        width = max(scale_mm, 1.5 * float(np.median(misfit)))
        weights = 1 / (1 + (misfit / width) ** 2)
        matrix = affine_of(source, target, weights)
    return matrix


def fitted(pose: Matrix, centres: Points, offsets: Points, size: Size) -> Fit:
    """A map from a rough ``pose`` and where anchors were found: ``offsets`` mm from where it expects them."""
    bend = robust_affine(centres, centres + offsets, 0.2)
    rest = centres + offsets - applied(bend, centres)
    kept, inverse = _consistent(centres, rest)
    weights = inverse @ rest[kept]
    misfit = np.full(len(centres), np.inf)
    misfit[:] = np.linalg.norm(rest - _kernel(centres, centres[kept]) @ weights, axis=1)
    shifts = _lattice_shifts(size, centres[kept], weights)
    # the shift comes before the matrix, so it is brought back through the small affine change
    back = np.linalg.inv(bend[:, :2])
    return Fit(LocalMap(chained(pose, bend), (shifts @ back.T).astype(np.float32)), kept, misfit)


def _consistent(centres: Points, rest: Points) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Anchors whose place the others foretell, and the inverse covariance of these."""
    kept = np.linalg.norm(rest, axis=1) < 1.2
    if kept.sum() < 3:
        kept[:] = True
    covariance = _kernel(centres, centres) + NOISE_MM**2 * np.eye(len(centres))
    for _ in range(4):
        inverse = np.linalg.inv(covariance[np.ix_(kept, kept)])
        without = np.linalg.norm(inverse @ rest[kept], axis=1) / np.diag(inverse)
        worst = without > max(OUTLIER_MM, 0.6 * float(without.max()))
        if not worst.any() or kept.sum() - worst.sum() < 3:
            break
        kept[np.flatnonzero(kept)[worst]] = False
    return kept, np.asarray(np.linalg.inv(covariance[np.ix_(kept, kept)]))


def _kernel(a: Points, b: Points) -> NDArray[np.float64]:
    """Prior covariance of shifts: common to a line across either feed direction, plus a little anywhere."""
    return _kernel_of(_nearness(a[:, 0], b[:, 0]), _nearness(a[:, 1], b[:, 1]))


def _kernel_of(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(WOBBLE_MM**2 / 2 * (x**4 + y**4) + LOCAL_MM**2 * (x * y))


def _nearness(a: NDArray[np.floating[Any]], b: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """How near places along one axis are over twice BEND_MM; its fourth power is the same over BEND_MM."""
    return np.asarray(np.exp((a[:, None] - b[None, :]) ** 2 / (-8 * BEND_MM**2)))


def _lattice_shifts(size: Size, centres: Points, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The kernel from ``centres`` to all points of the lattice times ``weights``: (rows, columns, 2), axis by axis."""
    columns, rows = int(np.ceil(size.w / STEP_MM)) + 3, int(np.ceil(size.h / STEP_MM)) + 3
    x = _nearness((np.arange(columns) - 1.0) * STEP_MM, centres[:, 0])
    y = _nearness((np.arange(rows) - 1.0) * STEP_MM, centres[:, 1])
    lines = (x**4 @ weights)[None] + (y**4 @ weights)[:, None]
    local = np.stack([y @ (w[:, None] * x.T) for w in weights.T], axis=-1)
    return np.asarray(WOBBLE_MM**2 / 2 * lines + LOCAL_MM**2 * local)


def pixels_per_mm_of(matrix: Matrix) -> float:
    """Linear density of a map."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def rotation_of(matrix: Matrix) -> float:
    """Clockwise turn in degrees, in (-180, 180]."""
    turn = float(np.degrees(np.arctan2(matrix[1, 0] - matrix[0, 1], matrix[0, 0] + matrix[1, 1])))
    return 180.0 if turn <= -180.0 else turn
