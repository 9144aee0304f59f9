"""The fields of a face: targets with labels, table cells, names, a stamp's place, and where nothing may be added."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from calibration.learn.finds import Find
from calibration.learn.gaps import Gap
from calibration.learn.grid import bare_rows
from calibration.learn.inside import letters_in
from calibration.learn.labels import SURE, Labelled, labelled
from calibration.learn.lines import TextLine, in_reading_order, lines_of
from calibration.learn.matching import Candidate, matched
from calibration.learn.names import Name, names_of
from calibration.learn.spelling import folded, slug
from calibration.learn.stamp import stamp_place
from calibration.learn.strokes import Print
from calibration.learn.tables import Column, Row, cells_of, columns_of, rows_of
from calibration.learn.targets import Target, targets_of
from calibration.learn.words import Word, words_in, words_of
from calibration.learn.written import digit_boxes, numbers, places_to_sign
from pipeline.forms.template import FieldKind
from pipeline.geometry import Box
from pipeline.scan.features import Grey

ANSWERS = re.compile(
    r"\b(dong y|khong dong y|tan thanh|khong tan thanh|tin nhiem|y kien khac|agree|disagree|yes|no|for|against|"
    r"co|khong|abstain|vote|mark|cross|thumb|tick|field for|danh dau|bau|chon)\b"
)
"""Heads of columns that are there to be marked, folded."""
EDGE_MM = 3.0
"""Left out of the region of added writing: paper's edges shade, and scans are cut."""
ALIKE_READINGS = 0.85
FEW = 3
UPRIGHT = 1.6
"""A cell so much higher than wide may be printed upright."""
MOST_NUMBERS = 200
"""Numbers of questions that are read one by one: each takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for: kinds to look for (all where empty), languages, and the names to be found."""

    kinds: frozenset[FieldKind] = frozenset()
    language: str = "vie+eng"
    candidates: tuple[Candidate, ...] = ()

    def wants(self, kind: FieldKind) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, slots=True)
class FaceFinds:
    """Everything found on a face; ``limits``: votes that the paper allows, by contest; ``matched``: candidates."""

    finds: tuple[Find, ...]
    limits: dict[str, int]
    matched: frozenset[Candidate]


def fields_of(page: Print, marks: Sequence[Box], wanted: Wanted) -> FaceFinds:
    """Finds in reading order, without ids; ``marks`` are left out of the text."""
    digits = digit_boxes(page) if "number" in wanted.kinds else []
    of_digits = [box for row in digits for box in row.boxes]
    targets, left = targets_of(page)
    targets = [t for t in targets if not any(t.box.grown(-0.5).overlaps(box) for box in of_digits)]
    # what is doubted stays in the picture: if it is read as a letter, it is none
    clean, density = page.without([*marks, *(t.box for t in targets if _sure(t)), *of_digits], 0.35)
    words = words_of(clean, density, wanted.language)
    targets, letters = _without_letters(targets, words)
    first, *more = wanted.language.split("+")
    signs = letters_in(page, targets)
    words = [w for w in words if not _on_pictures(w.box, page.pictures)]
    lines = lines_of(page, words, [*(t.box for t in targets), *of_digits])
    lines += _numbers_of_rows(clean, density, bare_rows(targets, lines, signs))
    reader = _Reader(words_of(clean, density, first) if more else [])
    beside, gaps = labelled(page, targets, lines, signs)
    found = [reader.target(one) for one in beside]
    found = _told_contests(found)
    limits = {one.group: one.limit for one in beside if one.group and one.limit}
    cells = _of_tables(page, lines, _Upright(clean, density, wanted.language), of_digits)
    names = [reader.name(one) for one in names_of(page, lines, [c.name for c in wanted.candidates])]
    sure_targets = [t for t in targets if _sure(t)]
    if sure_targets:
        cells = [replace(c, doubts=("cells_beside_targets",)) for c in cells]
    found += cells
    marked = bool(sure_targets) or any("empty_cells" not in c.doubts for c in cells)
    told = [n for n in names if "only_an_even_list" not in n.doubts]
    if cells and not told and "strike" not in wanted.kinds:
        marked = True
    found += _names_or_not(names, marked and "strike" not in wanted.kinds)
    found, hits = _with_candidates(found, wanted.candidates)
    taken = [f.box for f in found if not _left_out(f)]
    stamp = stamp_place(page, lines, taken)
    if stamp is not None:
        found.append(stamp)
    if any(f.kind in ("strike", "stamp") and not _left_out(f) for f in found) or "stray" in wanted.kinds:
        found.append(_stray(page))
    found += [*numbers(digits, lines), *(places_to_sign(page, lines) if "signature" in wanted.kinds else ())]
    found += [Find(g.kind, g.box, g.label, doubts=(_gap_doubt(g),)) for g in gaps]
    found += [Find(t.kind, t.box, doubts=(t.doubt,)) for t in (*left, *letters)]
    found = [f if wanted.wants(f.kind) else replace(f, doubts=("kind_not_wanted",)) for f in found]
    return FaceFinds(tuple(found), {g: n for g, n in limits.items() if n is not None}, frozenset(hits))


def _of_tables(page: Print, lines: Sequence[TextLine], upright: _Upright, of_digits: Sequence[Box]) -> list[Find]:
    """Empty cells of tables as boxes, by columns and by rows; not those that are digit boxes."""
    ruled = [c for c in cells_of(page) if not any(c.box.grown(-1).overlaps(box) for box in of_digits)]
    columns = columns_of(ruled)
    cells = [find for column in columns for find in _cell_finds(column, lines, _alone(column, columns))]
    return cells + [find for row in rows_of(ruled, columns) for find in _row_finds(row, lines, upright)]


def _numbers_of_rows(clean: Grey, density: float, boxes: Sequence[Box]) -> list[TextLine]:
    """Lone numbers, which OCR of a whole page passes over, read one by one."""
    lines = []
    for box in boxes[:MOST_NUMBERS]:
        words = [w for w in words_in(clean, density, "eng", box) if w.text.strip(".)").isdigit()]
        if words:
            lines.append(TextLine((words[-1],), words[-1].box))
    return lines


def _sure(target: Target) -> bool:
    """Whether a target is one without doubt; white ones are, though they are hard to read."""
    return target.doubt in ("", "white_on_black")


def _gap_doubt(gap: Gap) -> str:
    return "marked_on_blank" if gap.marked else "label_without_target"


def _told_contests(found: Sequence[Find]) -> list[Find]:
    """Targets without a contest are doubted where others have one."""
    if not any(f.group for f in found):
        return list(found)
    return [f if f.group else replace(f, doubts=(*f.doubts, "no_contest")) for f in found]


LEFT_OUT = frozenset(
    {
        "names_beside_targets", "cells_beside_targets", "part_of_a_word", "kind_not_wanted", "marked_on_blank",
        "label_without_target",
    }
)  # fmt: skip


def _left_out(find: Find) -> bool:
    return bool(LEFT_OUT & set(find.doubts))


def with_ids(finds: Sequence[Find], used: Collection[str]) -> list[Find]:
    """Ids of what goes into the form: the contest where there are several, then the label, each once."""
    groups = {f.group for f in finds if f.group and not _left_out(f)}
    taken = set(used)
    named = []
    for number, find in enumerate(finds, start=1):
        if _left_out(find):
            named.append(replace(find, id=""))
            continue
        own = find.id or slug(find.label) or f"{find.kind}-{number}"
        if find.kind in ("stamp", "stray"):
            own = find.kind
        elif len(groups) > 1 and find.group and not find.id:
            own = f"{slug(find.group, 30)}.{own}"
        unique, again = own, 2
        while unique in taken:
            unique, again = f"{own}-{again}", again + 1
        taken.add(unique)
        named.append(replace(find, id=unique))
    return named


def _without_letters(targets: Sequence[Target], words: Sequence[Word]) -> tuple[list[Target], list[Target]]:
    """Targets, and those doubted ones that OCR reads as a part of a word of two letters or more."""
    kept, letters = [], []
    for target in targets:
        inside = any(len(w.text) > 1 and w.sure > 40 and _covers(w.box, target.box) for w in words)
        # with ink in it, one that is as large as many others is a marked target, and OCR reads the mark
        marked = target.doubt == "ink_inside" and sum(_as_large(target, other) for other in targets) > 2 * FEW
        if inside and target.doubt and not marked:
            letters.append(replace(target, doubt="part_of_a_word"))
        else:
            kept.append(target)
    return kept, letters


def _as_large(a: Target, b: Target) -> bool:
    return abs(a.box.w - b.box.w) < 0.1 and abs(a.box.h - b.box.h) < 0.1 and a.kind == b.kind


def _covers(word: Box, target: Box) -> bool:
    """Whether a word's box holds the target's, and is longer than it."""
    inner = target.grown(-0.6)
    across = word.x <= inner.x and inner.right <= word.right
    return across and word.y <= inner.y and inner.bottom <= word.bottom and word.w > 1.4 * target.w


class _Reader:
    """Labels and names with what the first language alone reads in their place: it keeps the accents."""

    def __init__(self, again: Sequence[Word]) -> None:
        self._words = again

    def target(self, one: Labelled) -> Find:
        doubts = [one.target.doubt] if one.target.doubt else []
        if one.of_row:
            label, sure = one.label, one.sure
            group = self._accented([line.box for line in one.row], one.group, one.sure)[0]
        else:
            label, sure = self._accented([line.box for line in one.lines], one.label, one.sure)
            group = one.group
        if not label:
            doubts.append("no_label")
        elif sure < SURE:
            doubts.append("label_unsure")
        if one.group_unsure:
            doubts.append("contest_guessed")
        return Find(one.target.kind, one.target.box, label, group, doubts=tuple(doubts), of_row=one.of_row)

    def name(self, one: Name) -> Find:
        doubts = [one.doubt] if one.doubt else []
        label, sure = self._accented(one.lines, one.text, one.sure)
        if sure < SURE:
            doubts.append("label_unsure")
        lines = one.lines if len(one.lines) > 1 else ()
        return Find("strike", one.box, label, "", lines, tuple(doubts))

    def _accented(self, boxes: Sequence[Box], text: str, sure: float) -> tuple[str, float]:
        """The other reading where it says the same with more accents, and how sure the text is."""
        if not self._words:
            return text, sure
        inside = [w for box in boxes for w in sorted(self._words, key=lambda w: w.box.x) if _stands_in(w.box, box)]
        again = " ".join(w.text for w in inside).strip(" .:;-—_|…")
        alike = _alike(folded(again), folded(text))
        surely = min((w.sure for w in inside), default=0.0)
        if alike >= ALIKE_READINGS and surely >= SURE and _accents(again) > _accents(text):
            return again, max(sure, surely)
        return text, sure if alike > 0.6 else min(sure, 50.0)


def _stands_in(word: Box, line: Box) -> bool:
    x, y = word.centre
    return line.x - 0.5 <= x <= line.right + 0.5 and line.y - 0.8 <= y <= line.bottom + 0.8


def _accents(text: str) -> int:
    """Letters that English has not; two models together lose them on sharp print."""
    return sum(sign.isalpha() and not sign.isascii() for sign in text)


def _alike(a: str, b: str) -> float:
    return float(fuzz.ratio(a, b)) / 100


def _on_pictures(word: Box, pictures: Sequence[Box]) -> bool:
    """Whether the larger part of a word lies on pictures: it is no word."""
    covered = 0.0
    for picture in pictures:
        w = min(word.right, picture.right) - max(word.x, picture.x)
        h = min(word.bottom, picture.bottom) - max(word.y, picture.y)
        covered += max(0.0, w) * max(0.0, h)
    return covered > 0.6 * word.w * word.h


def _alone(column: Column, columns: Sequence[Column]) -> bool:
    """Whether no other column of empty cells stands in its rows: who is marked is then the row, not the answer."""
    y = column.cells[0].centre[1]
    return not any(c is not column and any(b.y < y < b.bottom for b in c.cells) for c in columns)


class _Upright:
    """Reads what is printed upright in a cell, from whichever side it is read better."""

    def __init__(self, clean: Grey, density: float, language: str) -> None:
        self._clean, self._density, self._language = clean, density, language

    def read(self, cell: Box) -> tuple[str, float]:
        readings = []
        for turn in (1, 3):
            words = words_in(self._clean, self._density, self._language, cell.grown(-0.8), turn)
            text = " ".join(w.text for w in words).strip(" .:;-—_|…")
            sure = min((w.sure for w in words), default=0.0)
            readings.append((sum(w.sure * len(w.text) for w in words), text, sure))
        _, text, sure = max(readings)
        return text, sure


def _row_finds(row: Row, lines: Sequence[TextLine], upright: _Upright) -> list[Find]:
    """A row of a table as boxes, each labelled by the cell below or above it."""
    head = _text_in(row.head, lines) if row.head is not None else ""
    found = []
    for cell, name in zip(row.cells, row.names, strict=True):
        inside = [line for line in lines if name.x <= line.box.centre[0] <= name.right and _holds_middle(name, line)]
        level = _text_in(name, lines)
        sure = min((line.sure for line in inside), default=0.0)
        label = level
        if name.h > UPRIGHT * name.w and (sure < SURE or len(re.sub(r"\W", "", level)) < 3):
            label, sure = upright.read(name)
        doubts = () if ANSWERS.search(folded(head)) or "×" in head else ("empty_cells",)
        unsure = ("no_label",) if not label else ("label_unsure",) if sure < SURE else ()
        found.append(Find("box", cell, label, "", doubts=(*doubts, *unsure)))
    return found


def _holds_middle(cell: Box, line: TextLine) -> bool:
    return cell.y <= line.box.centre[1] <= cell.bottom


def _cell_finds(column: Column, lines: Sequence[TextLine], alone: bool) -> list[Find]:
    """A column of a table as boxes: labelled by its head, grouped by its rows; if ``alone``, labelled by its rows."""
    head = _text_in(column.head, lines) if column.head is not None else ""
    doubts = () if ANSWERS.search(folded(head)) else ("empty_cells",)
    found = []
    for cell, row in zip(column.cells, column.rows, strict=True):
        texts = [_text_in(b, lines) for b in row]
        named = [t for t in texts if len(re.sub(r"[^\w]", "", t)) > 2]
        group = max(named, key=len) if named else " ".join(texts)
        if alone:
            unsure = () if group else ("no_label",)
            found.append(Find("box", cell, group, "", doubts=(*doubts, *unsure)))
            continue
        more = () if head else ("no_label",)
        found.append(Find("box", cell, head, group, doubts=(*doubts, *more), of_row=True))
    return found


def _text_in(cell: Box, lines: Sequence[TextLine]) -> str:
    inside = [
        line
        for line in lines
        if cell.y <= line.box.centre[1] <= cell.bottom and cell.x <= line.box.centre[0] <= cell.right
    ]
    return " ".join(line.text for line in in_reading_order(inside))


def _names_or_not(names: Sequence[Find], left_out: bool) -> list[Find]:
    return [replace(n, doubts=("names_beside_targets",)) for n in names] if left_out else list(names)


def _with_candidates(found: Sequence[Find], candidates: Sequence[Candidate]) -> tuple[list[Find], set[Candidate]]:
    """Labels put right by the candidates' names; a cell's candidate is its row."""
    if not candidates:
        return list(found), set()
    cell_rows = sorted({f.group for f in found if f.of_row})
    texts = [*cell_rows, *(f.label for f in found if not f.of_row and not _left_out(f))]
    places = [i for i, f in enumerate(found) if not f.of_row and not _left_out(f)]
    hits = matched(texts, candidates)
    changed = list(found)
    for i, hit in hits.items():
        doubts = () if hit.sure else ("match_unsure",)
        if i < len(cell_rows):
            for j, f in enumerate(found):
                if f.of_row and f.group == cell_rows[i]:
                    own = f"{hit.candidate.id or slug(hit.candidate.name)}.{slug(f.label) or 'cell'}"
                    changed[j] = replace(f, group=hit.candidate.name, id=own, doubts=(*f.doubts, *doubts))
            continue
        j = places[i - len(cell_rows)]
        kept = tuple(d for d in changed[j].doubts if d not in ("label_unsure", "unlike_its_neighbours") or not hit.sure)
        name = hit.candidate.name + (f" ({hit.candidate.other})" if hit.candidate.other else "")
        changed[j] = replace(changed[j], label=name, id=hit.candidate.id or slug(name), doubts=(*kept, *doubts))
    for j in places:
        if changed[j].kind == "strike" and not changed[j].id:
            changed[j] = replace(changed[j], doubts=(*changed[j].doubts, "not_a_candidate"))
    return changed, {hit.candidate for hit in hits.values()}


def _stray(page: Print) -> Find:
    size = page.blank.size
    box = Box(EDGE_MM, EDGE_MM, round(size.w - 2 * EDGE_MM, 2), round(size.h - 2 * EDGE_MM, 2))
    return Find("stray", box)
