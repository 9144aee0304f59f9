"""What the commands print: one console, progress bars, tables, and text in the user's language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kiemphieu.language import language
from pipeline.messages import Message, message, render
from pipeline.messages import number as written
from review_ui.sheet_words import REASONS

# What is printed is other people's text: in a fingerprint ":CD:" must not become a picture of a disc, and a
# name or a file in square brackets must not be taken for a colour.
console = Console(emoji=False, markup=False)
errors = Console(stderr=True, emoji=False, markup=False)


def text(msgid: str, **params: object) -> str:
    """A sentence in the user's language."""
    return render(message(msgid, **params), language())


def say(sentence: Message) -> None:
    """Print a sentence in the user's language."""
    console.print(render(sentence, language()), highlight=False)


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; the block calls it with (done, in all). Off a terminal only the end is told."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(title, total=None)

        def step(done: int, whole: int) -> None:
            progress.update(task, completed=done, total=whole)

        yield step


def why_rejected(numbers: Mapping[str, int]) -> str:
    """How many pages were rejected for which reason, in the user's words; 0 for none."""
    told = [f"{render(REASONS[reason], language())} ({number})" for reason, number in sorted(numbers.items())]
    return ", ".join(told) or "0"


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table; numbers to the right. What does not fit goes on below: an id that is cut off cannot be copied.

    On a screen that is too narrow even for the words, each row is told line by line: a word that is cut to pieces
    cannot be read.
    """
    if rows and _narrowest(columns, rows) > console.width:
        _told(title, columns, rows)
        return
    drawn = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        right = bool(rows) and all(isinstance(row[number], int | float) for row in rows)
        drawn.add_column(column, justify="right" if right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(_cell(c) for c in row))
    console.print(drawn)


LONGEST_WORD = 20
"""Longer words are ids and digests, which may go on below."""


def _narrowest(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> int:
    """How wide a table must be so that no word is cut."""
    words = ([w for line in (head, *(_cell(row[n]) for row in rows)) for w in line.split()]
             for n, head in enumerate(columns))  # fmt: skip
    return 1 + sum(3 + max((min(len(w), LONGEST_WORD) for w in of), default=0) for of in words)


def _told(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    console.print(title, style="bold", highlight=False)
    for row in rows:
        first, *rest = [(head, _cell(cell)) for head, cell in zip(columns, row, strict=True)]
        console.print(f"{first[0]}: {first[1]}".removeprefix(": "), style="bold", highlight=False)
        for head, cell in rest:
            if cell:
                console.print(f"  {head}: {cell}", highlight=False)


def _cell(value: object) -> str:
    return decimal(value, ",d") if isinstance(value, int) else str(value)


def decimal(number: float, form: str) -> str:
    """A number in a format such as ``.2f`` in the user's language."""
    return written(number, form, language())


def share(part: float, whole: float = 1.0) -> str:
    """As a percentage with two decimals; of nothing 0."""
    return f"{decimal(100 * part / whole if whole else 0.0, '.2f')} %"
