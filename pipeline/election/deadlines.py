"""By when each form is due, and the window in which results are reported: configuration, the law's days by default.

Law 85/2015/QH13: count minutes within 3 days after the election day (Art. 76.3), unit minutes 5 (Art. 77.3 and 4),
minutes of a committee 7 (Art. 83.3); the lists of the elected 10; the count itself within 24 hours of closing (R16).
The National Election Council may shift all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

from pipeline.errors import refuse
from pipeline.messages import Message, message

Step = Literal["count", "minutes_area", "minutes_unit", "minutes_committee", "publication"]
STEPS: tuple[Step, ...] = ("count", "minutes_area", "minutes_unit", "minutes_committee", "publication")
STEP_NAMES: Mapping[Step, Message] = {
    "count": message("the count of every area"),
    "minutes_area": message("count minutes of the polling teams (Mẫu 18, 23)"),
    "minutes_unit": message("minutes of the units (Mẫu 19, 24)"),
    "minutes_committee": message("summaries of the committees (Mẫu 20, 25)"),
    "publication": message("lists of the elected (Mẫu 21, 26)"),
}
DEFAULT: Mapping[Step, str] = {
    "count": "24h",
    "minutes_area": "3d",
    "minutes_unit": "5d",
    "minutes_committee": "7d",
    "publication": "10d",
}
_SPAN = re.compile(r"([1-9][0-9]{0,2})([hd])")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """``spans``: hours after closing (``24h``) or days after the election day, to their end (``3d``).

    ``closing``: when voting ends where an area has not told its own time. ``opens``, ``closes``: the window in which
    results are reported, local time; ``None``: no limit.
    """

    spans: Mapping[Step, str] = field(default_factory=lambda: dict(DEFAULT))
    closing: time = time(19, 0)
    opens: datetime | None = None
    closes: datetime | None = None

    def due(self, step: Step, day: date, closed: datetime | None = None) -> datetime:
        """When a step is due, local time without zone; ``closed``: when voting ended in the area."""
        found = _SPAN.fullmatch(self.spans[step])
        assert found is not None
        number, kind = int(found[1]), found[2]
        if kind == "h":
            return (closed or datetime.combine(day, self.closing)) + timedelta(hours=number)
        return datetime.combine(day + timedelta(days=number), time(23, 59))

    def window(self, at: datetime) -> Literal["early", "open", "late"]:
        """Where a moment (local time without zone) lies."""
        if self.opens is not None and at < self.opens:
            return "early"
        return "late" if self.closes is not None and at > self.closes else "open"


def to_json(given: Deadlines) -> dict[str, Any]:
    """Plain JSON; :func:`from_json` gives equal deadlines back."""
    return {
        "spans": dict(given.spans),
        "closing": f"{given.closing:%H:%M}",
        "opens": given.opens.isoformat() if given.opens else None,
        "closes": given.closes.isoformat() if given.closes else None,
    }


def from_json(document: Mapping[str, Any]) -> Deadlines:
    """The deadlines that :func:`to_json` wrote."""
    moments = {n: datetime.fromisoformat(document[n]) if document[n] else None for n in ("opens", "closes")}
    return Deadlines(dict(document["spans"]), time.fromisoformat(document["closing"]), **moments)


def changed(given: Deadlines, changes: Mapping[str, str]) -> Deadlines:
    """Deadlines with some parts set anew: a step to ``24h`` or ``3d``, ``closing`` to ``19:00``, ``opens`` and
    ``closes`` to ``22/05/2026 07:00`` (empty: no limit). Refused with the part, its value and how it is written.
    """
    new = given
    for name, text in changes.items():
        if name in STEPS:
            if not _SPAN.fullmatch(text):
                raise refuse("deadline", name, "'{value}' is no time to wait; write it as 24h or 3d", value=text)
            new = replace(new, spans={**new.spans, name: text})
        elif name == "closing":
            new = replace(new, closing=_clock(text))
        elif name == "opens":
            new = replace(new, opens=_moment(name, text))
        elif name == "closes":
            new = replace(new, closes=_moment(name, text))
        else:
            known = ", ".join((*STEPS, "closing", "opens", "closes"))
            raise refuse("deadline", name, "there is no such deadline; choose one of: {known}", known=known)
    if new.opens is not None and new.closes is not None and new.closes <= new.opens:
        raise refuse(
            "deadline", "closes", "the window ends {value}, before it begins; correct it", value=str(new.closes)
        )
    return new


def _clock(text: str) -> time:
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()
    except ValueError as error:
        raise refuse("deadline", "closing", "'{value}' is no time; write it as 19:00", value=text) from error


def _moment(name: str, text: str) -> datetime | None:
    if not text.strip():
        return None
    for form in ("%d/%m/%Y %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    raise refuse("deadline", name, "'{value}' is no date and time; write it as 15/03/2026 07:00", value=text)
