"""What the strokes of one tally cell are read as: groups in reading order, each with its strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Place: TypeAlias = tuple[int, int, int, int]
"""x, y, width and height in pixels of the crop."""
Style = Literal["square", "gate"]
"""``square``: the Vietnamese square, its diagonal is the fifth; ``gate``: four upright bars, the fifth across."""
FULL = 5


@dataclass(frozen=True, slots=True)
class Group:
    """Strokes that belong together: where they lie, how many, how sure."""

    place: Place
    strokes: int
    sure: bool


@dataclass(frozen=True, slots=True)
class TallyReading:
    """All groups of a cell from left to right, row by row.

    ``sure``: every group is, and a square that is not full, or bars without a stroke across, stand at the end.
    """

    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(g.strokes for g in self.groups)

    @property
    def sure(self) -> bool:
        begun = [g for g in self.groups if g.strokes < FULL]
        last = self.groups[len(self.groups) - len(begun) :]
        return all(g.sure for g in self.groups) and list(last) == begun and sum(g.strokes for g in begun) < FULL


def in_reading_order(groups: Sequence[Group], pitch: float) -> tuple[Group, ...]:
    """Row by row, each from left to right; ``pitch``: usual height of a group, px."""
    rows: list[list[Group]] = []
    for group in sorted(groups, key=lambda g: g.place[1] + g.place[3] / 2):
        (_, y, _, h) = group.place
        if rows and y + h / 2 - (rows[-1][0].place[1] + rows[-1][0].place[3] / 2) < 0.6 * pitch:
            rows[-1].append(group)
        else:
            rows.append([group])
    return tuple(group for row in rows for group in sorted(row, key=lambda g: g.place))


def both(one: Place, other: Place) -> Place:
    """The place of two together."""
    x, y = min(one[0], other[0]), min(one[1], other[1])
    right, low = (max(one[k] + one[k + 2], other[k] + other[k + 2]) for k in (0, 1))
    return x, y, right - x, low - y


def gaps(one: Place, other: Place) -> tuple[int, int]:
    """Pixels between two places, sideways and down; below 0 by as much as they overlap."""
    across, down = (max(one[k], other[k]) - min(one[k] + one[k + 2], other[k] + other[k + 2]) for k in (0, 1))
    return across, down
