"""Dates and whole numbers as people write them into a cell."""

from __future__ import annotations

import re
from datetime import date, datetime

_WHOLE = re.compile(r"[0-9]+|[1-9][0-9]{0,2}(?:\.[0-9]{3})+|[1-9][0-9]{0,2}(?: [0-9]{3})+")


def parse_date(text: str) -> date | None:
    """A date written 1975-09-30, 30/9/1975 or 30-9-1975 (day first, as in Vietnam); ``None`` otherwise."""
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def parse_whole(text: str) -> int | None:
    """A whole number, thousands set apart by points or spaces as in Vietnam; ``None`` for anything else.

    "3.0" and "1,228" are none: the point parts thousands here and the comma fractions, elsewhere the other way
    round, so that who wrote them is asked. A cell of Excel that holds the number 3 is never "3.0".
    """
    return int(re.sub(r"[ .]", "", text)) if _WHOLE.fullmatch(text) else None
