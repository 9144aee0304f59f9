"""A page that stalls the reader is given up by the work that it makes, not by the clock."""

from __future__ import annotations

import time

import pytest

from pipeline.usecases.execution import deadline


def test_a_page_that_computes_without_end_is_given_up() -> None:
    with pytest.raises(TimeoutError), deadline(0.05):
        while True:
            sum(range(1000))


def test_a_page_that_waits_for_a_processor_is_not() -> None:
    """The machine gives it none for longer than the limit, and then it is read."""
    with deadline(0.2):
        time.sleep(0.5)
        read = sum(range(1000))
    assert read == 499_500


def test_the_limit_ends_with_its_block() -> None:
    with deadline(0.05):
        pass
    began = time.process_time()
    while time.process_time() - began < 0.1:
        sum(range(1000))
