"""Whole numbers in Vietnamese words: one way to write each, every usual way to read it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MOST = 999_999_999
"""The largest number that is written or read."""
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SAME = {
    "lẻ": "linh", "lẽ": "linh", "ngàn": "nghìn", "nhăm": "lăm", "bẩy": "bảy", "mười": "mươi", "chục": "mươi",
    "hăm": "hai mươi", "băm": "ba mươi",
}  # fmt: skip
"""Words of regions, old spellings and contractions."""
_AFTER_TENS = {"mốt": 1, "tư": 4, "lăm": 5}
"""How 1, 4 and 5 are said behind tens; they also stand for it where "mươi" is swallowed ("hai mốt")."""
_UNITS = re.compile(r"\b(?:phiếu bầu|phiếu|cử tri|người|đại biểu|chẵn)\b")


def in_words(number: int) -> str:
    """``1021`` as "một nghìn không trăm hai mươi mốt"; lower case, NFC. ``number``: 0 to :data:`MOST`."""
    if not 0 <= number <= MOST:
        raise ValueError(f"{number} is not between 0 and {MOST}")
    if number == 0:
        return _DIGITS[0]
    said: list[str] = []
    for power, name in ((1_000_000, "triệu"), (1_000, "nghìn"), (1, "")):
        group = number // power % 1000
        if group:
            said += [*_group(group, leading=not said), *([name] if name else [])]
    return " ".join(said)


def _group(number: int, *, leading: bool) -> list[str]:
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    said = [] if leading and not hundreds else [_DIGITS[hundreds], "trăm"]
    if tens == 0:
        return said + ([*(["linh"] if said else []), _DIGITS[ones]] if ones else [])
    said += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones == 0:
        return said
    if ones == 5:
        return [*said, "lăm"]
    return [*said, {1: "mốt", 4: "tư"}.get(ones, _DIGITS[ones]) if tens > 1 else _DIGITS[ones]]


def from_words(text: str) -> int | None:
    """The number that words say; None where they say none or could say two ("một trăm hai": 102 or 120).

    Case, Unicode form, punctuation, hyphens and a unit behind ("phiếu", "cử tri") do not matter; regional words do not
    either: linh and lẻ, nghìn and ngàn, tư and bốn, lăm, nhăm and năm, mốt and một, mươi and chục, bảy and bẩy.
    """
    plain = _UNITS.sub(" ", unicodedata.normalize("NFC", text).casefold())
    words = re.sub(r"[\s.,;:()\-–_/]+", " ", plain).split()
    said = " ".join(_SAME.get(word, word) for word in words).split()
    if said == ["không"]:
        return 0
    total = 0
    for power, name in ((1_000_000, "triệu"), (1_000, "nghìn"), (1, None)):
        here, said = _upto(said, name)
        if here is None:
            continue
        group = _of_group(here, leading=not total)
        if group is None or (name and not group and not total):
            return None
        total += group * power
    return total if total and not said else None


def _upto(said: list[str], name: str | None) -> tuple[list[str] | None, list[str]]:
    """The words before ``name`` and those behind it; None where the group is not said."""
    if name is None:
        return (said or None), []
    if name not in said:
        return None, said
    place = said.index(name)
    return said[:place], said[place + 1 :]


def _of_group(said: Sequence[str], *, leading: bool) -> int | None:
    """Hundreds, tens and ones. ``leading``: nothing larger stands before; a lone digit behind more is ambiguous."""
    hundreds, words, bare = 0, list(said), not leading
    if "trăm" in words:
        if len(words) < 2 or words[1] != "trăm" or words[0] not in _DIGITS:
            return None
        hundreds, words, bare = _DIGITS.index(words[0]), words[2:], True
        if leading and not hundreds:
            return None
    if words[:1] == ["linh"]:
        if not bare or len(words) != 2 or (words[1] not in _DIGITS[1:] and words[1] not in _AFTER_TENS):
            return None
        return hundreds * 100 + (_AFTER_TENS.get(words[1]) or _DIGITS.index(words[1]))
    if bare and len(words) == 1 and words[0] != "mươi":
        return None
    rest = _below_hundred(words)
    return None if rest is None else hundreds * 100 + rest


def _below_hundred(words: list[str]) -> int | None:
    if not words:
        return 0
    if "mươi" in words:
        before, after = words[: words.index("mươi")], words[words.index("mươi") + 1 :]
        if len(before) > 1 or len(after) > 1 or any(w not in _DIGITS[1:] for w in before):
            return None
        ones = 0 if not after else _one(after[0])
        return None if ones is None else (_DIGITS.index(before[0]) if before else 1) * 10 + ones
    if len(words) == 2 and words[0] in _DIGITS[2:] and words[1] in _AFTER_TENS:
        return _DIGITS.index(words[0]) * 10 + _AFTER_TENS[words[1]]
    return _DIGITS.index(words[0]) if len(words) == 1 and words[0] in _DIGITS[1:] else None


def _one(word: str) -> int | None:
    """A digit behind tens, by either of its names."""
    if word in _AFTER_TENS:
        return _AFTER_TENS[word]
    return _DIGITS.index(word) if word in _DIGITS[1:] else None
