"""Printed text as OCR gives it: folded for comparing, made into ids, and its titles and numbers told."""

from __future__ import annotations

import re
import unicodedata

TITLES = {"ong", "ba", "mr", "mrs", "ms", "dr", "co", "anh", "chi", "dong chi"}
NUMBER = re.compile(r"^\(?\d{1,3}[.)\]:]?$")


def folded(text: str) -> str:
    """Lower case without accents, single spaces: what OCR seldom gets wrong."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join(re.sub(r"[^a-z0-9 ]", " ", "".join(c for c in plain if not unicodedata.combining(c))).split())


def slug(text: str, longest: int = 40) -> str:
    """``nguyen-thi-bich`` of "Nguyễn Thị Bích": letters, digits and hyphens, cut at a word."""
    words, kept = folded(text).split(), ""
    for word in words:
        if len(kept) + len(word) + 1 > longest:
            break
        kept = f"{kept}-{word}" if kept else word
    return kept or "-".join(words)[:longest]


def opens_a_name(text: str) -> bool:
    """Whether a word is a title or a number, which stands apart from the name behind it."""
    return folded(text) in TITLES or bool(NUMBER.match(text))
