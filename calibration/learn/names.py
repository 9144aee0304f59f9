"""Lists of printed names that voters cross out, told by titles, numbers, known names or an even list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from rapidfuzz import fuzz, process

from calibration.learn.lines import TextLine, tight_box
from calibration.learn.spelling import NUMBER, TITLES, folded
from calibration.learn.strokes import Print
from pipeline.geometry import Box

LIKE_A_KNOWN_NAME = 78.0
"""Of 100: OCR that loses accents and a letter gives 85 on the folded text; two persons of one family name 70."""
SAME_EDGE_MM, SAME_HEIGHT = 2.2, 0.35
SECOND_LINE = 0.8
"""Of the usual distance from name to name, within which a second line belongs to the name above."""
SMALLEST_LIST = 2
OTHER_TEXT = re.compile(
    r"\b(cong hoa|doc lap|phieu|dai bieu|don vi|nhiem ky|khoa|hoi dong|uy ban|dong dau|so luong|bau|ho va ten|"
    r"ballot|official|election|instruction|vote|page|candidate|republic|council|date|ngay|thang|nam 20)\b"
)
YEARS = re.compile(r"\b(19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Name:
    """A printed name: ``lines`` tight boxes without title and number; ``doubt`` as for targets."""

    text: str
    lines: tuple[Box, ...]
    sure: float
    doubt: str = ""

    @property
    def box(self) -> Box:
        whole = self.lines[0]
        for line in self.lines[1:]:
            whole = whole.union(line)
        return whole


@dataclass(slots=True)
class _Line:
    """A line that may be a name, with its evidence."""

    line: TextLine
    body: TextLine
    """Without title and number."""
    strength: int
    """3 a title or a known name stands there, 2 a number and capitals, 1 capitals alone."""
    more: list[TextLine] = field(default_factory=list)


def names_of(page: Print, lines: Sequence[TextLine], known: Sequence[str]) -> list[Name]:
    """Names top to bottom. A list that nothing but its evenness tells is doubted as a whole."""
    known_folded = [folded(name) for name in known]
    possible = [found for line in lines if (found := _possible(line, known_folded))]
    listed = _lists(possible)
    names = []
    for group in listed:
        doubt = "" if _told(group) else "only_an_even_list"
        for one in _with_second_lines(group, lines):
            body = [one.body, *one.more]
            boxes = tuple(_box_of(page, part, lines) for part in body)
            own = doubt or ("unlike_its_neighbours" if one.strength == 1 and _told(group) else "")
            text = " ".join(part.text for part in body)
            names.append(Name(text, boxes, min(part.sure for part in body), own))
    return sorted(names, key=lambda n: (n.box.x // 40, n.box.y) if _columns_apart(names) else (0, n.box.y))


def _columns_apart(names: Sequence[Name]) -> bool:
    return any(abs(a.box.y - b.box.y) < 2 for i, a in enumerate(names) for b in names[i + 1 :])


def _possible(line: TextLine, known: Sequence[str]) -> _Line | None:
    words = [w.text for w in line.words]
    start = 0
    numbered = bool(words) and bool(NUMBER.match(words[0]))
    if numbered:
        start = 1
    titled = len(words) > start + 1 and folded(words[start]) in TITLES
    if titled:
        start += 1
    rest = words[start:]
    if not rest:
        return None
    body = line.from_word(start)
    plain = folded(" ".join(rest))
    if known and process.extractOne(plain, known, scorer=fuzz.ratio, score_cutoff=LIKE_A_KNOWN_NAME):
        return _Line(line, body, 3)
    if OTHER_TEXT.search(plain) or (YEARS.search(plain) and "(" not in line.text):
        return None
    outside = re.sub(r"\(.*", "", " ".join(rest))
    letters = [w for w in outside.split() if any(c.isalpha() for c in w)]
    capital = [w for w in letters if w[0].isupper()]
    named = 2 <= len(letters) <= 7 and len(capital) >= 0.8 * len(letters) and len(letters) == len(outside.split())
    if titled and letters:
        return _Line(line, body, 3)
    if named and numbered:
        return _Line(line, body, 2)
    return _Line(line, body, 1) if named and line.box.h > 1.8 else None


def _lists(possible: Sequence[_Line]) -> list[list[_Line]]:
    """Lines of one height under each other, even in distance, each in one list, the strongest lists first."""
    left = list(possible)
    lists = []
    while left:
        first = max(left, key=lambda one: (one.strength, -one.line.box.y))
        aligned = [one for one in left if _aligned(first.line.box, one.line.box)]
        run = _even_run(first, sorted(aligned, key=lambda one: one.line.box.y))
        if _enough(run):
            lists.append(run)
        left = [one for one in left if one not in run and one is not first]
    return lists


def _enough(run: Sequence[_Line]) -> bool:
    return len(run) >= (SMALLEST_LIST if _told(run) else SMALLEST_LIST + 1)


def _told(run: Sequence[_Line]) -> bool:
    return sum(one.strength >= 2 for one in run) >= 0.5 * len(run)


def _aligned(a: Box, b: Box) -> bool:
    same_edge = abs(a.x - b.x) < SAME_EDGE_MM or abs(a.centre[0] - b.centre[0]) < SAME_EDGE_MM
    return same_edge and abs(a.h - b.h) < SAME_HEIGHT * max(a.h, b.h) + 0.8


def _even_run(first: _Line, aligned: Sequence[_Line]) -> list[_Line]:
    """The lines around ``first`` up to gaps that are more than twice the usual, weak ones only where even."""
    strong = [one for one in aligned if one.strength >= 2] if first.strength >= 2 else list(aligned)
    if len(strong) < 2:
        return [first]
    steps = np.diff([one.line.box.centre[1] for one in strong])
    usual = float(np.median(steps))
    run = [first]
    for direction in (1, -1):
        last = first
        for one in sorted(aligned, key=lambda one: direction * one.line.box.centre[1]):
            step = direction * (one.line.box.centre[1] - last.line.box.centre[1])
            if step <= 0.1:
                continue
            if step > 2.2 * usual:
                break
            if one.strength >= min(2, first.strength) or abs(step - usual) < 0.15 * usual:
                run.append(one)
                last = one
    return sorted(run, key=lambda one: one.line.box.y)


def _with_second_lines(group: Sequence[_Line], lines: Sequence[TextLine]) -> list[_Line]:
    own = {id(one.line) for one in group}
    steps = np.diff([one.line.box.centre[1] for one in group])
    usual = float(np.median(steps)) if len(steps) else 12.0
    for i, one in enumerate(group):
        end = group[i + 1].line.box.y if i + 1 < len(group) else one.line.box.y + 1.6 * usual
        for line in lines:
            step = line.box.centre[1] - one.line.box.centre[1]
            over = min(line.box.right, one.line.box.right) - max(line.box.x, one.line.box.x)
            if id(line) in own or not 1.0 < step <= SECOND_LINE * usual or over <= 0 or line.box.bottom > end + 0.5:
                continue
            if line.text.startswith("(") or one.line.text.count("(") > one.line.text.count(")"):
                one.more.append(line)
    return list(group)


def _box_of(page: Print, part: TextLine, lines: Sequence[TextLine]) -> Box:
    """The tight box of a line's remaining words."""
    whole = part.words[0].box
    for word in part.words[1:]:
        whole = whole.union(word.box)
    rough = Box(whole.x, whole.y, whole.w, whole.h)
    others = [o.box for o in lines if not set(part.words) & set(o.words)]
    return tight_box(page, rough, others)
