"""Which form a page is and where that form lies on it, or why no reader may read it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from pipeline.forms.template import ByPrintedBox
from pipeline.geometry import Box
from pipeline.messages import Message, message
from pipeline.scan.beside import beyond_picture, ink_beside, print_like, without_the_edge
from pipeline.scan.by_box import box_poses
from pipeline.scan.by_content import MIN_FOUND, WELL_FOUND, candidate, confirmed
from pipeline.scan.by_marks import MAX_RESIDUAL_MM, could_pass, register_by_marks
from pipeline.scan.candidate import Candidate
from pipeline.scan.features import Matrix
from pipeline.scan.form_code import code_text, read_code
from pipeline.scan.names import names_printed
from pipeline.scan.page import RawPage, RegisteredPage, Rejection, RejectionReason
from pipeline.scan.photo import PhotoMap, flat_pages
from pipeline.scan.poses import Rough, rough, rungs
from pipeline.scan.prepare import PreparedForm, PreparedSide
from pipeline.scan.rivals import MARGIN, preference, rivalry
from pipeline.scan.view import PageView

RESIDUAL_LIMIT_MM = 0.3
"""90th percentile of the anchors' misfit above which nothing is read: names stand 4 mm apart and more, but a
quarter of a letter's height already moves ink from one side of a stroke to the other."""
UNSEEN_MM = 12.0
"""No field may lie so much farther from every anchor that was found than from its nearest, half as much where fewer
than WELL_FOUND were found: there the map is a guess. On 206 simulated scans each field has one within; on photographs
of bent sheets names 10 mm off were placed 4 mm wrong. A crossed box may hide the only anchor beside it."""
SMALLEST_SIDE = 32
"""Pixels of the shorter side below which a picture shows nothing: 8 mm at 100 dpi."""
LONGEST = 20
"""How many times longer than wide a picture may be: no sheet of a form is, and reduced copies need a width."""
EMPTY_INK = 0.0003
"""Share of inked pixels below which there is nothing to look at; the sparsest ballot has 0.01."""
BLANK_INK = 0.0012
"""The same without dust, streaks and borders, for a page that fits no form; one signature has 0.002."""
ASTRAY = 0.5
"""Share of the outlines found in a part of a page below which its marks were lost there: a photograph taken askew may
fit as a scan but for one corner, in which every target would then be looked for some millimetres off."""
SWITCHES = 4
MENDED_FLAT: frozenset[RejectionReason] = frozenset({"two_sheets", "no_form_fits", "poor_registration"})
"""What a photograph taken slightly askew may be refused for that its flat page is not: the table beside the sheet
looks like print, perspective bends the names. Two sheets only where one is seen to lie alone on a darker table."""
PLAIN = 0.9
"""Score above which marks and targets leave no room for a form with targets elsewhere."""
MARKS_MARGIN = 0.03
"""How much better than the next the marks and targets of a form must fit; other faces are 0.15 behind."""
NAMES_PRINTED = 0.65
"""Share of its print that every stretch of every name must show: 465 simulated ballots have 0.70 and more; of ballots
with one other name 98 % have less (the rest is scribbled over), with one other syllable 93 %, with one accent none."""

ROOM_BESIDE = 1.08
"""Area of the picture against the sheet's from which another sheet may show: 17 mm of an A5's length."""
INK_BESIDE_MM2 = 50.0
"""Ink beside the sheet that is another sheet's: dust and streaks on a flat-bed glass give 14 mm², the head of a second
ballot, 20 mm of which look out, gives 107, a whole one 1200."""


@dataclass(frozen=True, slots=True, eq=False)
class _Placed:
    side: PreparedSide
    candidate: Candidate


def register(
    raw: RawPage, expected: Sequence[PreparedForm], others: Sequence[PreparedForm] = ()
) -> RegisteredPage | Rejection:
    """The page as one of the ``expected`` forms, or a rejection; ``others`` are told apart but not accepted.

    Any rotation and either side; nothing is accepted that its print does not confirm, and where two forms
    look alike the places where they differ decide.
    """
    if min(raw.pixels.shape[:2]) < SMALLEST_SIDE:
        return _rejected(raw, "blank", _BLANK)
    if max(raw.pixels.shape[:2]) > LONGEST * min(raw.pixels.shape[:2]):
        return _rejected(raw, "no_form_fits", _NO_FORM)
    page = _Page(raw)
    own = [side for form in expected for side in form.sides]
    foreign = [side for form in others for side in form.sides]
    near: list[_Placed] = []
    # marks are looked for without the rough picture of the page, which tells an empty one
    by_marks = all(_has_marks(side) for side in (*own, *foreign) if not side.side.blank)
    if not by_marks and page.rough.inked < EMPTY_INK:
        return _rejected(raw, "blank", _BLANK)
    placed = page.place(own, near) or page.place(foreign, near)
    if placed is None:
        empty = page.rough.inked < EMPTY_INK
        return (None if empty else _of_photo(raw, own, foreign)) or _unplaced(raw, page, near)
    found = _settled(raw, page, placed, own, foreign)
    if isinstance(found, Rejection) and found.reason in MENDED_FLAT:
        flat = _of_photo(raw, own, foreign, outlined=found.reason == "two_sheets")
    elif placed.candidate.worst_part < ASTRAY:
        flat = _of_photo(raw, own, foreign, above=placed.candidate.worst_part)
    else:
        flat = None
    return flat if isinstance(flat, RegisteredPage) else found


def _of_photo(
    raw: RawPage,
    own: Sequence[PreparedSide],
    foreign: Sequence[PreparedSide],
    outlined: bool = False,
    above: float = -1.0,
) -> RegisteredPage | Rejection | None:
    """The page where it is a photograph of a sheet; None where nothing of it fits a form.

    ``above``: what the part of the page that fits worst must show more of than it did as a scan.
    """
    refused: Rejection | None = None
    for flat in flat_pages(raw, [side for side in (*own, *foreign) if not side.side.blank], outlined):
        page = _Page(flat.raw)
        placed = page.place(own, []) or page.place(foreign, [])
        if placed is None or placed.candidate.worst_part <= above:
            continue
        found = _settled(flat.raw, page, placed, own, foreign)
        if isinstance(found, RegisteredPage):
            side = next(s.side for s in own if (s.form, s.side.name) == (found.form, found.side))
            height, width = raw.pixels.shape[:2]
            # the flat page goes on where the photograph ends
            if not beyond_picture(side, PhotoMap(found.map, flat.projection), width, height, found.pixels_per_mm):
                return replace(found, photo=flat.projection)
            found = _rejected(raw, "cut_off", _CUT_OFF, placed)
        if found.reason == "other_form":
            return found
        refused = refused or found
    return refused


class _Page:
    """One page while it is being placed."""

    def __init__(self, raw: RawPage) -> None:
        self.raw = raw
        self.view = PageView(raw)
        self.tied = False

    @cached_property
    def rough(self) -> Rough:
        return rough(self.view)

    def place(self, sides: Sequence[PreparedSide], near: list[_Placed]) -> _Placed | None:
        """The first of the guesses that its print confirms; those that only come near are noted."""
        for side, found in self._candidates([side for side in sides if not side.side.blank]):
            if found.found < MIN_FOUND:
                continue
            if found.residual_mm <= _residual_limit(side):
                return _Placed(side, found)
            near.append(_Placed(side, found))
        return None

    def _candidates(self, sides: Sequence[PreparedSide]) -> Iterator[tuple[PreparedSide, Candidate]]:
        by_print: list[PreparedSide] = []
        by_marks: list[tuple[PreparedSide, Candidate]] = []
        for side in sides:
            match side.side.registration.kind:
                case "timing_marks" | "corner_marks":
                    if any(_same_code_place(s, side) for s, _ in by_marks):
                        continue  # the code will tell which of them it is
                    if any(c.score > PLAIN and not could_pass(s.side, side.side) for s, c in by_marks):
                        continue
                    found = register_by_marks(self.raw, side, self.view)
                    if found is not None:
                        by_marks.append((side, found))
                case "box" | "content":
                    by_print.append(side)
        yield from self._told_by_targets(by_marks)
        yield from self._by_box(by_print)
        yield from self._by_content(by_print)

    def _told_by_targets(self, found: list[tuple[PreparedSide, Candidate]]) -> Iterator[tuple[PreparedSide, Candidate]]:
        """Best first: faces and forms often share their marks, and then the places of the targets tell."""
        found.sort(key=lambda one: -one[1].score)
        if len(found) > 1 and found[0][1].score - found[1][1].score < MARKS_MARGIN:
            # print can still tell two apart, but only where both have a reference
            self.tied = found[0][0].reference is None or found[1][0].reference is None
        yield from [] if self.tied else found

    def _by_box(self, sides: Sequence[PreparedSide]) -> Iterator[tuple[PreparedSide, Candidate]]:
        for side in sides:
            if isinstance(side.side.registration, ByPrintedBox):
                for pose in box_poses(self.rough, side.side.registration.outline):
                    yield from self._confirmed(side, pose)

    def _by_content(self, sides: Sequence[PreparedSide]) -> Iterator[tuple[PreparedSide, Candidate]]:
        by_features = {side.features: side for side in sides if side.features is not None}
        for size in {features.size for features in by_features}:
            alike = [features for features in by_features if features.size == size]
            for batch in rungs(self.view, self.rough, alike):
                for pose in batch:
                    yield from self._confirmed(by_features[pose.features], pose.matrix)

    def _confirmed(self, side: PreparedSide, pose: Matrix) -> Iterator[tuple[PreparedSide, Candidate]]:
        if side.features is not None:
            seen = confirmed(self.view, side.features, pose)
            if seen is not None:
                yield side, candidate(side.form, side.side, side.features, seen)


def _same_code_place(one: PreparedSide, other: PreparedSide) -> bool:
    """Whether two sides lie alike on their paper and carry their codes in the same place."""
    a, b = one.side, other.side
    return a.code is not None and (a.code, a.registration, a.size) == (b.code, b.registration, b.size)


def _residual_limit(side: PreparedSide) -> float:
    """Targets are found again by their own outlines, so marks may lie less smoothly than names."""
    return MAX_RESIDUAL_MM if _has_marks(side) else RESIDUAL_LIMIT_MM


def _has_marks(side: PreparedSide) -> bool:
    return side.side.registration.kind in ("timing_marks", "corner_marks")


def _settled(
    raw: RawPage, page: _Page, placed: _Placed, own: Sequence[PreparedSide], foreign: Sequence[PreparedSide]
) -> RegisteredPage | Rejection:
    """The page as the form that its code names, or that wins against all that look like it."""
    if placed.side.side.code is not None:
        return _named_by_code(raw, page, placed, own, foreign)
    beaten: set[PreparedSide] = set()
    for _ in range(SWITCHES):
        better = _better(page, placed, [s for s in (*own, *foreign) if s is not placed.side])
        if better is None:
            return _flawed(raw, page, placed) or _accepted(raw, placed, own)
        if better is placed.side or better in beaten:
            break
        beaten.add(placed.side)
        again = page.place([better], [])
        if again is None:
            break
        placed = again
    return _rejected(raw, "forms_too_close", _TOO_CLOSE, placed)


def _named_by_code(
    raw: RawPage, page: _Page, placed: _Placed, own: Sequence[PreparedSide], foreign: Sequence[PreparedSide]
) -> RegisteredPage | Rejection:
    """The page as the form that its code names; forms of one layout differ in nothing else that matters."""
    said = read_code(raw, placed.candidate.map, placed.side)
    if said is None:
        return _rejected(raw, "code_unreadable", _NO_CODE, placed)
    if said != code_text(placed.side.form, placed.side.side.name):
        named = [s for s in (*own, *foreign) if said == code_text(s.form, s.side.name)]
        if not named:
            return _rejected(raw, "other_form", message("The code on the page says that it is {code}, which is not "
                             "known here.", code=said[:80]))  # fmt: skip
        again = page.place(named, [])
        if again is None:
            return _rejected(raw, "no_form_fits", _CODE_DIFFERS, placed)
        placed = again
    return _flawed(raw, page, placed) or _accepted(raw, placed, own)


def _better(page: _Page, placed: _Placed, rivals: Sequence[PreparedSide]) -> PreparedSide | None:
    """The side that fits better than the placed one, which itself is the answer if nothing tells."""
    unclear = False
    for rival in rivals:
        between = rivalry(placed.side, rival)
        if between is None:
            continue
        liking = preference(page.view, placed.candidate.map, between)
        if liking < -MARGIN:
            return rival
        unclear = unclear or liking < MARGIN
    return placed.side if unclear else None


def _flawed(raw: RawPage, page: _Page, placed: _Placed) -> Rejection | None:
    """Why a page that fits may not be read all the same: fields beyond the picture, other names, more than a sheet."""
    found, side = placed.candidate, placed.side.side
    if beyond_picture(side, found.map, page.view.width, page.view.height, found.pixels_per_mm):
        return _rejected(raw, "cut_off", _CUT_OFF, placed)
    if names_printed(page.view, found.map, placed.side) < NAMES_PRINTED:
        return _rejected(raw, "no_form_fits", _other_names(placed), placed)
    if found.unseen_mm > (UNSEEN_MM if found.found > WELL_FOUND else UNSEEN_MM / 2):
        return _rejected(raw, "poor_registration", _POOR, placed)
    sheet = side.size.w * side.size.h * found.pixels_per_mm**2
    if page.view.width * page.view.height > ROOM_BESIDE * sheet:
        corners = np.array(Box(0, 0, side.size.w, side.size.h).corners)
        if ink_beside(page.rough, found.map.to_pixels(corners), found.pixels_per_mm) > INK_BESIDE_MM2:
            return _rejected(raw, "two_sheets", _TWO_SHEETS, placed)
    return None


def _accepted(raw: RawPage, placed: _Placed, own: Sequence[PreparedSide]) -> RegisteredPage | Rejection:
    if any(side is placed.side for side in own):
        return placed.candidate.registered(raw)
    text = message("This is a page of form {form}, which is not expected here.", form=placed.side.form)
    return _rejected(raw, "other_form", text, placed)


def _unplaced(raw: RawPage, page: _Page, near: Sequence[_Placed]) -> Rejection:
    if page.tied:
        return _rejected(raw, "forms_too_close", _TOO_CLOSE)
    if near:
        best = min(near, key=lambda one: one.candidate.residual_mm)
        return _rejected(raw, "poor_registration", _POOR, best)
    if printed_share(page.rough) < BLANK_INK:
        return _rejected(raw, "blank", _BLANK)
    return _rejected(raw, "no_form_fits", _NO_FORM)


def printed_share(page: Rough) -> float:
    """Share of pixels with ink, without what touches the border, long thin lines, specks and the sheet's own edge."""
    return float(without_the_edge(print_like(page)).mean())


_BLANK = message("The page is blank.")
_NO_FORM = message("The page fits no form; a person must look at the sheet.")
_TOO_CLOSE = message("The page fits two forms and nothing on it tells which; a person must look at the sheet.")
_CUT_OFF = message("Part of the form lies outside the picture; scan the whole sheet again.")
_TWO_SHEETS = message(
    "Print or writing lies beside the sheet: two sheets were scanned together, or the paper is larger than the form; "
    "scan each sheet by itself."
)
_NO_CODE = message("The form is found, but its printed code cannot be read; a person must say which form it is.")
_CODE_DIFFERS = message("The page does not look like the form that its code names; a person must look at the sheet.")
_POOR = message("The print is found, but bent or blurred too much to be read safely; scan the sheet again.")


def _rejected(raw: RawPage, reason: RejectionReason, text: Message, placed: _Placed | None = None) -> Rejection:
    if placed is None:
        return Rejection(raw.source, reason, text)
    found = placed.candidate
    return Rejection(raw.source, reason, text, found.form, found.side, found.residual_mm)


def _other_names(placed: _Placed) -> Message:
    return message(
        "The page looks like form {form}, but other names are printed on it; a person must look at the sheet.",
        form=placed.side.form,
    )
