"""The log is a chain: any line changed, lost, doubled or moved shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipeline.audit.chain import GENESIS, AuditEvent, AuditLine, canonical, chained, next_line, verify

START = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)


def log(length: int) -> list[AuditLine]:
    lines: list[AuditLine] = []
    for i in range(length):
        event = AuditEvent("Trần Thị Bình", "enter", f"item {i}", {"value": "clear", "n": i})
        lines.append(next_line(lines[-1] if lines else None, event, START + timedelta(seconds=i)))
    return lines


def test_an_untouched_log_holds() -> None:
    assert verify(log(5)) is None
    assert verify([]) is None


@pytest.mark.parametrize("spoil", ["detail", "actor", "at", "lost", "moved", "doubled"])
def test_a_changed_log_breaks_where_it_was_changed(spoil: str) -> None:
    lines = log(5)
    line = lines[2]
    match spoil:
        case "detail":
            lines[2] = replace(line, event=replace(line.event, detail={"value": "struck", "n": 2}))
        case "actor":
            lines[2] = replace(line, event=replace(line.event, actor="somebody else"))
        case "at":
            lines[2] = replace(line, at=line.at + timedelta(microseconds=1))
        case "lost":
            del lines[2]
        case "moved":
            lines[2], lines[3] = lines[3], lines[2]
        case "doubled":
            lines.insert(2, lines[1])
    assert verify(lines) == 3


def test_a_line_that_is_rewritten_with_its_own_digest_breaks_the_next() -> None:
    lines = log(5)
    event = AuditEvent("x", "enter", "item 2", {})
    lines[2] = AuditLine(3, START, event, lines[1].digest, chained(lines[1].digest, event, START, 3))
    assert verify(lines) == 4


def test_one_line_has_one_spelling_whatever_the_zone_and_the_order_of_its_details() -> None:
    hanoi = timezone(timedelta(hours=7))
    one = canonical(AuditEvent("a", "b", "c", {"x": 1, "y": 2}), START, 1)
    assert one == canonical(AuditEvent("a", "b", "c", {"y": 2, "x": 1}), START.astimezone(hanoi), 1)
    assert one == canonical(AuditEvent("a", "b", "c", {"x": 1, "y": 2}), START.replace(tzinfo=None), 1)


def test_the_first_line_stands_on_the_genesis_digest() -> None:
    assert log(1)[0].previous == GENESIS
