"""Figures of the tally sheets of one box added up, bundle by bundle, and laid beside what else says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Figures = Mapping[str, int | None]
"""Figure by field of its form; None where it does not stand yet."""

OF_WHOLE = {"ballots": "collected"}
"""Fields of a tally sheet that the sheet of figures calls otherwise."""


@dataclass(frozen=True, slots=True)
class BundleSum:
    """One figure. ``added``: over all bundles, None while it does not stand on each; ``written``: on the sheet of
    figures, ``scanned``: counted from scanned ballots; None where there is none or it does not stand yet."""

    field: str
    added: int | None
    written: int | None
    scanned: int | None

    @property
    def differs(self) -> bool:
        """Two of the figures that are there say otherwise."""
        return len({v for v in (self.added, self.written, self.scanned) if v is not None}) > 1


@dataclass(frozen=True, slots=True)
class BundleSums:
    """All figures that tally sheets have. ``twice``: numbers of bundles that stand on two sheets; ``missing``: those
    between 1 and the largest that stand on none; ``unknown``: sheets whose bundle's number does not stand yet."""

    sheets: int
    twice: tuple[int, ...]
    missing: tuple[int, ...]
    unknown: int
    sums: tuple[BundleSum, ...]

    @property
    def whole(self) -> bool:
        """Every bundle is there once, so that the sums can be taken for the box."""
        return bool(self.sheets) and not (self.twice or self.missing or self.unknown)

    @property
    def differing(self) -> tuple[BundleSum, ...]:
        """The figures that disagree; without all bundles their sum is none of the box."""
        return tuple(s for s in self.sums if s.differs)


def added_up(bundles: Sequence[Figures], written: Figures, scanned: Figures) -> BundleSums:
    """The tally sheets ``bundles`` of one contest in one area beside the sheet of figures and the scanned count."""
    numbers = [b.get("bundle") for b in bundles]
    known = Counter(n for n in numbers if n is not None)
    twice = tuple(sorted(n for n, times in known.items() if times > 1))
    missing = tuple(n for n in range(1, max(known, default=0) + 1) if n not in known)
    unknown = sum(n is None for n in numbers)
    whole = bool(bundles) and not (twice or missing or unknown)
    names = [f for f in (bundles[0] if bundles else {}) if f != "bundle" and not f.startswith("tally_")]
    sums = []
    for name in names:
        of = OF_WHOLE.get(name, name)
        added = _sum([b.get(name) for b in bundles]) if whole else None
        sums.append(BundleSum(of, added, written.get(of), scanned.get(of)))
    return BundleSums(len(bundles), twice, missing, unknown, tuple(sums))


def _sum(values: Sequence[int | None]) -> int | None:
    known = [v for v in values if v is not None]
    return sum(known) if len(known) == len(values) else None
