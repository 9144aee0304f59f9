"""The filled rows of a file before anything is known of its columns, and the cells whose text may deceive."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message

MOST_BYTES = 128 * 1024 * 1024
"""The lists of a province take some megabytes, unpacked; more is a file made to fill the memory."""
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cell whose text may not be what people see; ``index`` counts from 0."""

    row: int
    index: int
    code: str
    text: Message
    rows: int = 1
    columns: int = 1
    """How many cells it covers, from that one down and to the right; none where their text is what it seems."""

    def covers(self, index: int) -> bool:
        return self.index <= index < self.index + self.columns


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of a file before anything is known of its columns."""

    rows: Sequence[tuple[int, Sequence[str]]]
    doubts: Sequence[Doubt]


def content_of(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise refuse(
            "sheet-unreadable",
            str(path),
            "the file cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error
    if len(content) > MOST_BYTES:
        raise too_large(path)
    return content


def too_large(path: Path) -> Refusal:
    return refuse(
        "sheet-too-large",
        str(path),
        "holds more than {limit} MB; delete what does not belong to the list",
        limit=MOST_BYTES // 1024**2,
    )


def doubts_of_text(number: int, index: int, text: str) -> Iterator[Doubt]:
    strange = next((c for c in text if c == "\ufffd" or (unicodedata.category(c) == "Cc" and not c.isspace())), None)
    if strange:
        yield Doubt(
            number,
            index,
            "cell-damaged",
            message("the cell holds the sign {sign} of a damaged text; write it anew", sign=f"U+{ord(strange):04X}"),
        )


def of_formula(text: str) -> Message:
    return message(
        "the cell holds a formula ({value}), whose result may be out of date; paste it as a value", value=text
    )


def tidy(text: str) -> str:
    """Text as people see it: NFC, single spaces for spaces and breaks, none at the ends, no invisible signs."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def letter(index: int) -> str:
    """The column as spreadsheet programs call it: 0 -> A, 26 -> AA."""
    letters = ""
    while index >= 0:
        letters = chr(ord("A") + index % 26) + letters
        index = index // 26 - 1
    return letters
