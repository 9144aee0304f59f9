"""The ballot manifest: how many sheets lie in each pile, and how a sheet of it is named."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from pipeline.errors import refuse

BUNDLE = 50
"""Sheets in a bundle (tệp), as teams tie them."""


def places(manifest: Iterable[tuple[str, int]]) -> Iterator[str]:
    """``batch/number`` of every sheet, numbers from 1: the ids that are drawn from."""
    for batch, sheets in manifest:
        for number in range(1, sheets + 1):
            yield f"{batch}/{number}"


def sheets_in(manifest: Iterable[tuple[str, int]]) -> int:
    return sum(n for _, n in manifest)


def place_of(text: str) -> tuple[str, int]:
    """(batch, number) of ``batch/number``. Refused (``place-unknown``) where it is none."""
    batch, slash, number = text.strip().rpartition("/")
    if not slash or not number.isascii() or not number.isdecimal() or int(number) < 1:
        raise refuse("place-unknown", text, "'{value}' names no sheet; write it as batch/17", value=text)
    return batch, int(number)


def bundle(number: int) -> tuple[int, int]:
    """(bundle, sheet in it), both from 1, where the pile is tied in bundles of :data:`BUNDLE` in its order."""
    return (number - 1) // BUNDLE + 1, (number - 1) % BUNDLE + 1


def manifest_csv(manifest: Sequence[tuple[str, int]], areas: Sequence[str], shares: Sequence[int] = ()) -> bytes:
    """One line a pile; ``areas``: that of each; ``shares`` of a sheet of each, where a meeting votes by shares.

    UTF-8 with a mark, for Excel.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["batch", "area", "sheets", *(["shares"] if shares else [])])
    for n, ((batch, sheets), area) in enumerate(zip(manifest, areas, strict=True)):
        writer.writerow([batch, area, sheets, *shares[n : n + 1]])
    return stream.getvalue().encode("utf-8-sig")
