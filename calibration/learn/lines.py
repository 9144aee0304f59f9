"""Printed words put together into lines, each with the tight box of its ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from calibration.learn.spelling import opens_a_name
from calibration.learn.strokes import Print, Rule
from calibration.learn.words import Word
from pipeline.geometry import Box

WORD_SPACE = 1.5
"""Of the letters' height: a wider gap parts two columns."""
AFTER_TITLE_MM = 12.0
"""How far a name may stand behind its title or number: they are often set as columns."""
OTHER_SIZE, OTHER_FOOT = 1.6, 0.6
"""A word so much larger that does not stand on the same line, as a row's large number, is another text."""
SAME_LINE = 0.5
"""Of the lower word's height that two words of a line share."""
REACH = 0.55
"""Of a line's height: accents over capitals stand so far above the box that tesseract gives."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """Words from left to right; ``box`` tight round their ink, mm."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join(w.text for w in self.words)

    @property
    def sure(self) -> float:
        """Of the least sure word of two letters or more, 0 to 100."""
        longer = [w.sure for w in self.words if len(w.text) > 1] or [w.sure for w in self.words]
        return min(longer)

    def from_word(self, index: int) -> TextLine:
        """The line without its first ``index`` words; the box must be measured anew."""
        return replace(self, words=self.words[index:])


def lines_of(page: Print, words: Sequence[Word], between: Sequence[Box]) -> list[TextLine]:
    """Lines of ``words``; rules and the boxes ``between`` (targets) part them."""
    left = sorted(words, key=lambda w: (w.box.x, w.box.y))
    rows: list[list[Word]] = []
    for word in left:
        row = next((r for r in rows if _follows(page, r, word, between)), None)
        if row is None:
            rows.append([word])
        else:
            row.append(word)
    lines = [TextLine(tuple(row), _union([w.box for w in row])) for row in rows]
    return sorted(_tight(page, lines), key=lambda line: (line.box.y, line.box.x))


def in_reading_order(lines: Sequence[TextLine]) -> list[TextLine]:
    """Top to bottom, and left to right where lines share half of their height."""
    left, ordered = sorted(lines, key=lambda line: line.box.centre[1]), []
    while left:
        first = left[0].box
        level = [line for line in left if abs(line.box.centre[1] - first.centre[1]) < 0.5 * max(line.box.h, first.h)]
        ordered += sorted(level, key=lambda line: line.box.x)
        left = [line for line in left if line not in level]
    return ordered


def _follows(page: Print, row: Sequence[Word], word: Word, between: Sequence[Box]) -> bool:
    last = row[-1]
    a, b = last.box, word.box
    apart = AFTER_TITLE_MM if len(row) == 1 and opens_a_name(last.text) else max(WORD_SPACE * max(a.h, b.h), 2.5)
    low = min(a.h, b.h)
    shared = min(a.bottom, b.bottom) - max(a.y, b.y)
    gap = b.x - a.right
    # a word's box reaches over a lone digit behind it, now and then
    over = max(2.0, a.h, b.h) if len(word.text) == 1 and b.x > a.x + 0.4 * a.w else 2.0
    if shared < SAME_LINE * low or gap > apart or gap < -over:
        return False
    if max(a.h, b.h) > 2.6 * low and max(len(last.text), len(word.text)) > 1 and low > 1.2:
        return False
    if max(a.h, b.h) > OTHER_SIZE * low and abs(a.bottom - b.bottom) > OTHER_FOOT * low:
        return False
    y = (max(a.y, b.y) + min(a.bottom, b.bottom)) / 2
    corridor = Box(a.right - 0.3, y - 0.2, max(0.1, gap + 0.6), 0.4)
    return not any(_crosses(rule, corridor) for rule in page.rules) and not any(corridor.overlaps(t) for t in between)


def _crosses(rule: Rule, box: Box) -> bool:
    return not rule.across and box.x < rule.at < box.right and rule.start < box.y and rule.end > box.bottom


def rule_between(rules: Sequence[Rule], a: Box, b: Box) -> bool:
    """Whether a line across the page parts two boxes that stand above each other."""
    low, high = sorted((a.centre[1], b.centre[1]))
    x = (max(a.x, b.x) + min(a.right, b.right)) / 2
    return any(r.across and low < r.at < high and r.start - 1 < x < r.end + 1 for r in rules)


def _union(boxes: Sequence[Box]) -> Box:
    whole = boxes[0]
    for box in boxes[1:]:
        whole = whole.union(box)
    return whole


def _tight(page: Print, lines: Sequence[TextLine]) -> list[TextLine]:
    """Each line with the box of the ink that is nearest to it: letters with their accents and feet."""
    found = [replace(line, box=tight_box(page, line.box, [o.box for o in lines if o is not line])) for line in lines]
    return [line for line in found if line.box.w > 0.3 and line.box.h > 0.3]


def tight_box(page: Print, rough: Box, others: Sequence[Box]) -> Box:
    """The ink of a line whose box is known roughly; pieces nearer to one of ``others`` are theirs."""
    d = page.blank.density
    reach = REACH * rough.h
    seen = Box(rough.x - 0.6, rough.y - reach, rough.w + 1.2, rough.h + 2 * reach)
    y0, y1, x0, x1 = (max(0, round(v * d)) for v in (seen.y, seen.bottom, seen.x, seen.right))
    part = page.text_ink[y0:y1, x0:x1]
    if not part.size or not cv2.countNonZero(part):
        return rough
    _, _, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
    near = [o for o in others if o.grown(reach).overlaps(seen)]
    own: list[Box] = []
    for x, y, w, h, area in stats[1:]:
        piece = Box(float(x0 + x) / d, float(y0 + y) / d, float(w) / d, float(h) / d)
        middle = (piece.centre[0], piece.centre[1])
        if area < 0.02 * d * d or not rough.x - 0.5 <= middle[0] <= rough.right + 0.5:
            continue
        mine = _distance(rough, piece)
        if mine <= reach and all(mine <= _distance(o, piece) for o in near):
            own.append(piece)
    return _union(own) if own else rough


def _distance(line: Box, piece: Box) -> float:
    """Millimetres between a line and a piece of ink, down the page; far where the piece is beside the line."""
    if piece.right < line.x - 0.5 or piece.x > line.right + 0.5:
        return np.inf
    return max(0.0, line.y - piece.bottom, piece.y - line.bottom) + 0.01 * abs(line.centre[1] - piece.centre[1])
