"""Convolutions on a picture taken apart into four channels give what they give on the whole picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from calibration.digits.four_channels import of_four_channels, of_four_times_the_channels

Numbers = NDArray[np.int64]


def convolved(picture: Numbers, weights: Numbers, stride: int, before: int, after: int) -> Numbers:
    """(channels, h, w) padded ``before`` above and to the left, ``after`` below and to the right."""
    padded = np.pad(picture, ((0, 0), (before, after), (before, after)))
    side = weights.shape[-1]
    windows = np.lib.stride_tricks.sliding_window_view(padded, (side, side), axis=(1, 2))[:, ::stride, ::stride]
    return np.asarray(np.einsum("chwij,ocij->ohw", windows, weights), np.int64)


def in_four(picture: Numbers) -> Numbers:
    return np.concatenate([picture[:, p::2, q::2] for p in (0, 1) for q in (0, 1)])


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(8)


@pytest.mark.parametrize("side", [3, 5])
def test_a_first_convolution_that_halves_the_side(rng: np.random.Generator, side: int) -> None:
    picture = rng.integers(0, 256, (1, 28, 28))
    weights = rng.integers(-64, 64, (6, 1, side, side)).astype(np.int8)
    made = convolved(in_four(picture), of_four_channels(weights, 2).astype(np.int64), 1, 1, 1)
    assert np.array_equal(made, convolved(picture, weights.astype(np.int64), 2, side // 2, side // 2))


def test_a_first_convolution_that_keeps_the_side_and_one_that_halves_it(rng: np.random.Generator) -> None:
    picture = rng.integers(0, 256, (1, 28, 28))
    first = rng.integers(-64, 64, (5, 1, 3, 3)).astype(np.int8)
    second = rng.integers(-64, 64, (7, 5, 3, 3)).astype(np.int8)
    whole = convolved(picture, first.astype(np.int64), 1, 1, 1)
    parts = convolved(in_four(picture), of_four_channels(first, 1).astype(np.int64), 1, 1, 1)
    assert np.array_equal(parts, in_four(whole))
    made = convolved(parts, of_four_times_the_channels(second).astype(np.int64), 1, 1, 0)
    assert np.array_equal(made, convolved(whole, second.astype(np.int64), 2, 1, 1))
