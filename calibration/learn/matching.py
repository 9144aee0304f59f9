"""Printed texts matched with the names of candidates, each name once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from calibration.learn.spelling import folded
from pipeline.election.definition import Election
from pipeline.election.load import load_election
from pipeline.errors import refuse

LIKE = 75.0
"""Of 100, below which a text is not taken for a name: other persons of the same family and middle name reach 72."""
SURE = 90.0
MARGIN = 6.0
"""By which the next name must be less alike, or the match is doubted."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name to be found; ``id`` names the field."""

    id: str
    name: str
    other: str = ""
    unit: str = ""

    @property
    def spellings(self) -> tuple[str, ...]:
        more = (f"{self.name} {self.other}",) if self.other else ()
        return (self.name, *more)


@dataclass(frozen=True, slots=True)
class Match:
    """A candidate found in a text; ``alike`` of 100, ``margin`` by which the next candidate is less alike."""

    candidate: Candidate
    alike: float
    margin: float

    @property
    def sure(self) -> bool:
        return self.alike >= SURE and self.margin >= MARGIN


def candidates_of(election: Path | None, names: Path | None, unit: str | None) -> list[Candidate]:
    """The names of an election definition (of one unit where it is given) or of a list, one a line."""
    if election is not None:
        return _of_election(load_election(election), election, unit)
    return _of_list(names) if names is not None else []


def _of_election(election: Election, path: Path, unit: str | None) -> list[Candidate]:
    units = [u.id for u in election.units if u.seats]
    if unit is not None and unit not in units:
        raise refuse(
            "unit-unknown", str(path), "'{unit}' is no unit with seats; write one of {units}", unit=unit,
            units=", ".join(units),
        )  # fmt: skip
    wanted = [unit] if unit else units
    return [Candidate(c.id, c.full_name, c.other_name, c.unit) for u in wanted for c in election.candidates_of(u)]


def _of_list(path: Path) -> list[Candidate]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse("names-not-text", str(path), "is no UTF-8 text; write one name a line") from error
    except OSError as error:
        raise refuse(
            "names-unreadable", str(path), "cannot be read ({why}); check the path", why=error.strerror or ""
        ) from error
    names = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    if not names:
        raise refuse("names-empty", str(path), "holds no name; write one name a line")
    return [Candidate("", name) for name in names]


def matched(texts: Sequence[str], candidates: Sequence[Candidate]) -> Mapping[int, Match]:
    """Which candidate each text is, by index of the text; a candidate is given once, to the likest text.

    Of an election's units only the one whose candidates are found best is looked at.
    """
    best: dict[int, Match] = {}
    for unit in sorted({c.unit for c in candidates}):
        found = _matched([c for c in candidates if c.unit == unit], texts)
        if sum(m.alike for m in found.values()) > sum(m.alike for m in best.values()):
            best = found
    return best


def _matched(candidates: Sequence[Candidate], texts: Sequence[str]) -> dict[int, Match]:
    if not texts or not candidates:
        return {}
    plain = [folded(text) for text in texts]
    alike = np.zeros((len(texts), len(candidates)))
    for j, candidate in enumerate(candidates):
        tables = [process.cdist(plain, [folded(s)], scorer=fuzz.ratio)[:, 0] for s in candidate.spellings]
        # accents decide between names that are else alike
        accented = [
            process.cdist([t.casefold() for t in texts], [s.casefold()], scorer=fuzz.ratio)[:, 0]
            for s in candidate.spellings
        ]
        alike[:, j] = np.max(tables, axis=0) * 0.9 + np.max(accented, axis=0) * 0.1
    found: dict[int, Match] = {}
    left = alike.copy()
    while left.size and left.max() >= LIKE:
        i, j = (int(v) for v in np.unravel_index(int(left.argmax()), left.shape))
        others = np.delete(alike[i], j)
        margin = float(alike[i, j] - others.max()) if others.size else 100.0
        found[i] = Match(candidates[j], float(alike[i, j]), margin)
        left[i, :] = 0
        left[:, j] = 0
    return found
