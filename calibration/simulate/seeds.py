"""One random generator per thing, from the run's seed and the thing's name: the same whoever works on it."""

from __future__ import annotations

import hashlib

import numpy as np


def rng_for(seed: int, *names: object) -> np.random.Generator:
    """A generator that depends on ``seed`` and ``names`` alone, not on what was drawn before."""
    digest = hashlib.sha256("\x1f".join([str(seed), *map(str, names)]).encode()).digest()
    return np.random.default_rng(np.frombuffer(digest[:16], np.uint32))
