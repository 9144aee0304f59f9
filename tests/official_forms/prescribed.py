"""The words of a print, and of the prescribed forms, so that they can be compared."""

from __future__ import annotations

import io
import re
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

FORMS = (
    "Mẫu số 18/HĐBC-QH", "Mẫu số 19/HĐBC-QH", "Mẫu số 20/HĐBC-QH", "Mẫu số 21/HĐBC-QH", "Mẫu số 22/HĐBC-HĐND",
    "Mẫu số 23/HĐBC-HĐND", "Mẫu số 24/HĐBC-HĐND", "Mẫu số 25/HĐBC-HĐND", "Mẫu số 26/HĐBC-HĐND", "Mẫu số 27/HĐBC",
    "Mẫu số 28/HĐBC", "Mẫu số 29/HĐBC", "Mẫu số 30/HĐBC", "Mẫu số 31/HĐBC", "Mẫu số 32/HĐBC", "Mẫu số 33/HĐBC-QH",
)  # fmt: skip


def pdf_text(pdf: bytes, folder: Path) -> str:
    """All pages in the order of printing, without the lines of the margin."""
    path = folder / "form.pdf"
    path.write_bytes(pdf)
    out = subprocess.run(["pdftotext", "-raw", str(path), "-"], check=True, capture_output=True).stdout.decode()
    pages = [re.sub(r"\A.*?nhật ký \w*\n", "", page, flags=re.DOTALL) for page in out.split("\f")[:-1]]
    return re.sub(r"\s+", " ", " ".join(pages))


def docx_text(content: bytes) -> str:
    """The whole body in order, every merged cell once."""
    word = docx.Document(io.BytesIO(content))
    return re.sub(r"\s+", " ", " ".join(_pieces(word)))


def _pieces(word: object) -> Iterator[str]:
    for block in word.iter_inner_content():  # type: ignore[attr-defined]
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Table):
            seen: list[object] = []
            for row in block.rows:
                for cell in row.cells:
                    if cell._tc not in seen:
                        seen.append(cell._tc)
                        yield cell.text


def squash(text: str) -> str:
    """Without spaces, dots and bars, which differ with the line breaks and table marks of the source."""
    return re.sub(r"[\s.…¦]+", "", unicodedata.normalize("NFC", text))


def prescribed(shared: Path, first: str, changes: Mapping[str, str]) -> list[str]:
    """What a form prints between its blanks, in order. ``changes``: slips of the source's table extraction."""
    text = unicodedata.normalize("NFC", (shared / "forms" / "nq40.txt").read_text(encoding="utf-8"))
    after = FORMS[FORMS.index(first) + 1]
    start = text.index(f"\n{first}\n") + 1
    form = text[start : text.index(f"\n{after}\n", start)]
    for was, becomes in changes.items():
        assert was in form, f"the source does not hold {was!r}"
        form = form.replace(was, becomes)
    return [piece for part in re.split(r"\.{2,}|…", form) if (piece := squash(part))]


def assert_same_words(printed: str, pieces: list[str], known: frozenset[str] = frozenset()) -> None:
    """Every piece of the form in its order, and nothing between them but ``known`` values."""
    text = squash(printed)
    at = text.index(pieces[0])
    for piece in pieces:
        found = text.find(piece, at)
        assert found >= 0, f"not printed after {text[max(0, at - 80) : at]!r}: {piece!r}, but {text[at : at + 120]!r}"
        assert text[at:found] in known | {""}, f"before {piece!r}: {text[at:found]!r} is not in the form"
        at = found + len(piece)
    assert text[at:] == "", f"printed below the form: {text[at:]!r}"
