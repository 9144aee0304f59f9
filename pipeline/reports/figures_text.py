"""How figures are written in Vietnamese papers: thousands with points, percentages with two decimals."""

from __future__ import annotations

from pipeline.tally.percentages import Percentage, percentage, valid_and_invalid

__all__ = ["percent_text", "share_text", "valid_shares", "whole"]


def whole(number: int) -> str:
    """1234567 as ``1.234.567``."""
    return f"{number:,}".replace(",", ".")


def percent_text(share: Percentage | None) -> str:
    """``97,04``; nothing where there is nothing to divide."""
    return str(share).replace(".", ",") if share is not None else ""


def share_text(part: int, of: int) -> str:
    return percent_text(percentage(part, of))


def valid_shares(valid: int, invalid: int) -> tuple[str, str]:
    """Valid and invalid per cent of the collected ballots, which together are 100,00."""
    shares = valid_and_invalid(valid, valid + invalid)
    return (percent_text(shares[0]), percent_text(shares[1])) if shares else ("", "")
