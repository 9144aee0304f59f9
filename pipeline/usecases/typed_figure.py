"""What a person typed for one figure of a form: digits, Vietnamese words, or both."""

from __future__ import annotations

import re

from pipeline.errors import Refusal, refuse
from pipeline.in_words import from_words, in_words

LARGEST = 10**12
WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:[. \u00a0][0-9]{3})+")
"""Digits, or thousands parted by points or spaces."""


def typed_figure(text: str, decimals: int) -> int | None:
    """The figure in units of its last decimal; None where nothing is typed.

    "1.021", "một nghìn không trăm hai mươi mốt", or both: "1021 (một nghìn không trăm hai mươi mốt)". Refused: what is
    no number (``figure-number``); digits and words that are not the same (``figure-words``).
    """
    digits, words = _parts(text)
    if not digits and not words:
        return None
    said = from_words(words) if words and not decimals else None
    if words and said is None:
        raise _no_number(text)
    typed = _of_digits(digits, text, decimals) if digits else said
    if said is not None and typed != said:
        raise refuse(
            "figure-words", "value",
            "the digits say {digits}, the words say {said}: {words}; look at the paper and type what stands there",
            digits=typed, said=said, words=in_words(said),
        )  # fmt: skip
    return typed


def _parts(text: str) -> tuple[str, str]:
    """What stands before the first letter, and the rest."""
    start = next((k for k, letter in enumerate(text) if letter.isalpha()), len(text))
    digits = text[:start].strip()
    return (digits.rstrip("(:; ") if start < len(text) else digits), text[start:]


def _of_digits(typed: str, text: str, decimals: int) -> int:
    """Points and spaces part thousands only: *84.60* typed for a number of ballots is a slip, not 8460."""
    whole, rest = typed, ""
    parted = re.fullmatch(rf"(.*[0-9])[.,]([0-9]{{1,{decimals}}})", typed) if decimals else None
    if parted is not None:
        whole, rest = parted[1], parted[2]
    if not WHOLE.fullmatch(whole) or (decimals and not rest and not whole.isdigit()):
        raise _no_number(text)
    value = int(re.sub(r"\D", "", whole) + rest.ljust(decimals, "0"))
    if value > LARGEST:
        raise refuse("figure-number", "value", "'{value}' is too large; type the digits that stand on the paper",
                     value=text[:40])  # fmt: skip
    return value


def _no_number(text: str) -> Refusal:
    return refuse(
        "figure-number", "value", "'{value}' is no number; type the digits that stand on the paper", value=text[:40]
    )
