"""The Vietnamese alphabet: in which order names stand on lists."""

from __future__ import annotations

import unicodedata
from datetime import date

_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_LETTERS, start=1)}
# Tones decide only between words of equal letters; the order is that of the Vietnamese locale of the
# Unicode CLDR and of dictionaries: level, huyền, hỏi, ngã, sắc, nặng.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

SortKey = tuple[tuple[int, ...], tuple[int, ...]]


def sort_key(text: str) -> SortKey:
    """Letters first, tones second, case never; other characters stand before letters."""
    letters: list[int] = []
    tones: list[int] = []
    for sign in unicodedata.normalize("NFC", text.strip().lower()):
        letter, tone = _parted(sign)
        letters.append(_RANK.get(letter, 0))
        tones.append(tone)
    return tuple(letters), tuple(tones)


def _parted(sign: str) -> tuple[str, int]:
    """A letter without its tone, and the tone's rank: 'ộ' -> ('ô', 5)."""
    parts = unicodedata.normalize("NFD", sign)
    tone = next((_TONES[p] for p in parts if p in _TONES), 0)
    return unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES)), tone


def name_key(given: str, family: str, middle: str, birth_date: date) -> tuple[SortKey, SortKey, SortKey, date]:
    """Order on a ballot: given name, family name, middle name, date of birth.

    Source: note (2) of Mẫu 13/HĐBC-QH, Nghị quyết 40/NQ-HĐBCQG.
    """
    return sort_key(given), sort_key(family), sort_key(middle), birth_date
