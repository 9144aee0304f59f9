"""What programs may send: ids, pages of a list, moments, files."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import StringConstraints

from pipeline.errors import refuse

Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""An id of the definition: of a contest, an area."""
Offset = Annotated[int, Query(ge=0, le=1_000_000)]
Limit = Annotated[int, Query(ge=1, le=500)]
Found = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]
"""What is looked for, letter by letter; empty: everything."""
Moment = Annotated[
    str | None, Query(max_length=40, json_schema_extra={"format": "date-time"}, description="RFC 3339, with its zone")
]

MULTIPART: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {"type": "array", "minItems": 1, "items": {"type": "string", "format": "binary"}}
                    },
                }
            }
        },
    }
}


def moment(text: str | None) -> datetime | None:
    """The moment in UTC. Refused (``time``) where it is none, or has no zone."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            raise ValueError(text)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise refuse(
            "time", text, "'{value}' is no moment; write day, time and zone: 2026-03-15T20:00:00+07:00", value=text
        ) from error
