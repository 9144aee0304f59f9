"""Times as people read them."""

from __future__ import annotations

from datetime import datetime

from pipeline.errors import refuse


def shown(at: datetime) -> str:
    """Day and time of the machine's own zone, in the order that is usual in Vietnam."""
    return f"{at.astimezone():%d/%m/%Y %H:%M:%S}"


def moment(text: str) -> datetime | None:
    """What a field for day and time gives (``2026-03-15T20:00``), in the machine's own zone; ``None`` where empty.

    Refused (``time``) where it is no time.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise refuse("time", text, "'{value}' is no day and time; write it as 2026-03-15T20:00", value=text) from error
