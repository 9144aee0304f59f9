"""Percentages as the minutes print them: two decimals, half up, in integers all the way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Percentage:
    """A share in hundredths of a per cent: 5000 is 50.00 %."""

    hundredths: int

    def __str__(self) -> str:
        return f"{self.hundredths // 100}.{self.hundredths % 100:02d}"


WHOLE = Percentage(10_000)


def percentage(part: int, whole: int) -> Percentage | None:
    """``part`` of ``whole``, half up to two decimals; ``None`` where ``whole`` is 0 (nothing is printed)."""
    return Percentage((20_000 * part + whole) // (2 * whole)) if whole > 0 else None


def valid_and_invalid(valid: int, collected: int) -> tuple[Percentage, Percentage] | None:
    """% valid and % invalid, which total 100.00: invalid % = 100 − valid %. ``None``: nothing collected."""
    share = percentage(valid, collected)
    return (share, Percentage(WHOLE.hundredths - share.hundredths)) if share is not None else None
