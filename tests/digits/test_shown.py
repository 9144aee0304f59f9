"""What the training shows: reproducible batches of labelled pictures, leftovers of forms, ways of writing."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.digits import leftovers
from calibration.digits.hands import barred, flagged
from calibration.digits.shown import BATCH, CHUNK, DIETS, Pool, batches
from calibration.digits.strokes import CLASSES, draw_digit, draw_sign

SIGNS = len(CLASSES)


def drawn_pool() -> Pool:
    rng = np.random.default_rng(1)
    labels = np.arange(60) % 10
    glyphs = np.stack([draw_digit(rng, int(digit)) for digit in labels])
    return {name: (glyphs, labels.astype(np.int64)) for name in ("mnist-train", "semeion")}


@pytest.mark.parametrize("network", list(DIETS))
def test_batches_are_the_same_for_the_same_seed_and_hold_every_class(network: str) -> None:
    one, other = (list(batches(drawn_pool(), DIETS[network], 3, 4, 0)) for _ in range(2))
    assert len(one) == 4
    for (ink, labels), (again, same) in zip(one, other, strict=True):
        assert ink.shape == (BATCH, 28, 28) and ink.dtype == np.uint8
        assert np.array_equal(ink, again) and np.array_equal(labels, same)
    assert set(np.concatenate([labels for _, labels in one]).tolist()) == set(range(SIGNS))


def test_a_run_taken_up_at_a_chunk_shows_what_it_would_have_shown_first_there() -> None:
    """New pictures depend on seed and place alone; what is shown again is collected anew."""
    diet = DIETS["second"]
    (ink, labels), *_ = batches(drawn_pool(), diet, 3, CHUNK + 1, CHUNK)
    (again, same), *_ = batches(drawn_pool(), diet, 3, CHUNK + 1, CHUNK)
    assert np.array_equal(ink, again) and np.array_equal(labels, same)
    (first, _), *_ = batches(drawn_pool(), diet, 3, 1, 0)
    assert not np.array_equal(ink, first)


def test_the_shares_of_a_diet_are_parts_of_a_whole_and_the_first_mostly_sees_plain_digits() -> None:
    for diet in DIETS.values():
        assert sum(diet.shares.values()) == pytest.approx(1.0)
    assert DIETS["first"].shares["plain"] > 0.5 > DIETS["second"].shares["plain"]


@pytest.mark.parametrize("make", [*dict.fromkeys(leftovers.PALE), *leftovers.RARE])
def test_a_leftover_darkens_some_box_and_never_fills_one_with_black(make: leftovers.Maker) -> None:
    rng = np.random.default_rng(2)
    made = [make(rng, 78, 62) for _ in range(20)]
    assert all(grey.shape == (78, 62) and grey.dtype == np.float32 for grey in made)
    assert max(float(grey.max()) for grey in made) > 10
    assert max(float(grey.max()) for grey in made) < 220


def test_the_end_of_a_neighbours_stroke_stays_at_the_rim() -> None:
    rng = np.random.default_rng(3)
    for _ in range(50):
        ink = np.zeros((80, 60), np.float32)
        leftovers.neighbour(rng, ink)
        assert not ink[25:-25, 20:-20].any()


def test_a_bar_and_a_flag_add_ink_and_take_none() -> None:
    rng = np.random.default_rng(4)
    for digit, way in ((7, barred), (1, flagged)):
        for _ in range(20):
            before = draw_digit(rng, digit)
            after = way(rng, before)
            assert (after >= before).all()


def test_a_blob_gets_no_flag() -> None:
    rng = np.random.default_rng(5)
    blob = draw_sign(rng, CLASSES.index("#"))
    assert np.array_equal(flagged(rng, blob), blob)
