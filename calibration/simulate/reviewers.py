"""Simulated reviewers, who exist in trials only: they answer the truth and slip now and then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

SLIP = 0.02
"""Share of answers that are wrong, by the task of the trial; studies of double entry find 0.5 to 4 %."""


def simulated_answer(truth: str, options: Sequence[str], rng: np.random.Generator, slip: float = SLIP) -> str:
    """What a simulated reviewer answers: ``truth``, or with probability ``slip`` another of ``options``."""
    others = [o for o in options if o != truth]
    if others and rng.random() < slip:
        return others[int(rng.integers(len(others)))]
    return truth
