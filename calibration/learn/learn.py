"""From blank paper that somebody else printed to a form document: the order of the steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from calibration.learn.average import Face
from calibration.learn.blank import Blank
from calibration.learn.cut_marks import completed
from calibration.learn.fields import FaceFinds, Wanted, fields_of, with_ids
from calibration.learn.finds import Find
from calibration.learn.matching import Candidate
from calibration.learn.registration import Offer, Tried, marks_of, offers_of, rounded, tried
from calibration.learn.strokes import Print
from pipeline.errors import Problem, Refusal
from pipeline.forms.template import Form, FormField, FormSide, Reference
from pipeline.geometry import MM_PER_INCH, Box, Size
from pipeline.messages import Message, message
from pipeline.review.profile import Profile


@dataclass(frozen=True, slots=True, eq=False)
class LearnedSide:
    """A side with all that was found on it, and why it is registered as it is."""

    face: Face
    side: FormSide
    finds: tuple[Find, ...]
    why: Message
    passed_over: tuple[tuple[str, Message], ...]
    """Ways to register that the print offers and that failed on the blank itself, with the reason."""
    residual_mm: float
    limits: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """The form, its sides with their evidence, and candidates that were asked for and not found."""

    form: Form
    sides: tuple[LearnedSide, ...]
    missing: tuple[Candidate, ...]


def learn(name: str, title: str, faces: Sequence[Face], wanted: Wanted, profile: Profile) -> Learned:
    """The form of a blank; refused where no field is found, or no way to register finds the blank itself."""
    faces = [replace(face, blank=completed(face.blank)) for face in faces]
    pages = [Print(face.blank) for face in faces]
    found = [fields_of(page, marks_of(page), wanted) for page in pages]
    used: set[str] = set()
    finds: list[list[Find]] = []
    for one in found:
        named = with_ids(one.finds, used)
        used |= {f.id for f in named if f.id}
        finds.append(named)
    if not any(f.taken for side in finds for f in side):
        raise _nothing_found(faces, found, wanted)
    faces = [
        replace(face, blank=replace(face.blank, picture=page.on_white()))
        for face, page in zip(faces, pages, strict=True)
    ]
    chosen = _registered(name, title, faces, pages, finds, profile)
    form = Form(name, title, tuple(side.side for side in chosen))
    limited = tuple(replace(s, limits=f.limits) for s, f in zip(chosen, found, strict=True))
    matched = frozenset[Candidate]().union(*(f.matched for f in found))
    units = {c.unit for c in matched}
    missing = tuple(c for c in wanted.candidates if c not in matched and (c.unit in units or not units))
    return Learned(form, limited, missing)


def reference_name(form: str, side: str, sides: int) -> str:
    """The file of a side's reference picture, beside the form document."""
    return f"{form}.png" if sides == 1 else f"{form}-{side}.png"


def _registered(
    name: str, title: str, faces: Sequence[Face], pages: Sequence[Print], finds: Sequence[list[Find]], profile: Profile
) -> list[LearnedSide]:
    """Per side the first way to register with which the blank itself is found."""
    offers = [list(offers_of(page)) for page in pages]
    at = [0] * len(faces)
    passed: list[list[tuple[str, Message]]] = [[] for _ in faces]
    while True:
        sides = [
            _side(face, finds[i], offers[i][at[i]], reference_name(name, face.name, len(faces)))
            for i, face in enumerate(faces)
        ]
        form = Form(name, title, tuple(sides))
        pictures = [(face.blank.picture, face.blank.density) for face in faces]
        results = [
            tried(form, pictures, side, face.raws, profile) if not side.blank else Tried(None, 0.0, {})
            for side, face in zip(sides, faces, strict=True)
        ]
        failed = [i for i, result in enumerate(results) if result.unfit is not None]
        if not failed:
            return [
                LearnedSide(
                    face, sides[i], tuple(_doubted(finds[i], results[i])), offers[i][at[i]].why, tuple(passed[i]),
                    results[i].residual_mm, {},
                )
                for i, face in enumerate(faces)
            ]  # fmt: skip
        for i in failed:
            unfit = results[i].unfit
            assert unfit is not None
            passed[i].append((offers[i][at[i]].registration.kind, unfit))
            at[i] += 1
        out = [i for i in failed if at[i] >= len(offers[i])]
        if out:
            raise Refusal([_unfit(faces[i], passed[i]) for i in out])


def _side(face: Face, finds: Sequence[Find], offer: Offer, picture: str) -> FormSide:
    size = Size(round(face.blank.size.w, 2), round(face.blank.size.h, 2))
    taken = tuple(_field(f, size) for f in finds if f.taken)
    if not taken and not _printed(face):
        return FormSide(face.name, size, offer.registration, (), None, blank=True)
    return FormSide(face.name, size, offer.registration, taken, Reference((picture,), _dpi(face)))


def _printed(face: Face) -> bool:
    return float((face.blank.picture < 0.6 * face.blank.picture.max()).mean()) > 0.001


def _dpi(face: Face) -> float:
    return round(face.blank.density * MM_PER_INCH, 3)


def _field(find: Find, page: Size) -> FormField:
    lines = tuple(_inside(rounded(line), page) for line in find.lines)
    box = _inside(rounded(find.box), page)
    for line in lines:
        box = box.union(line)
    if find.kind == "number":
        return FormField(find.id, find.kind, rounded(box), find.label, find.group, boxes=lines, decimals=find.decimals)
    return FormField(find.id, find.kind, rounded(box), find.label, find.group, lines)


def _inside(box: Box, page: Size) -> Box:
    x, y = max(0.0, box.x), max(0.0, box.y)
    return Box(x, y, min(box.right, page.w) - x, min(box.bottom, page.h) - y)


def _doubted(finds: Sequence[Find], result: Tried) -> list[Find]:
    return [
        replace(f, doubts=(*f.doubts, *(d for d in result.doubts.get(f.id, ()) if d not in f.doubts)))
        if f.taken and "white_on_black" not in f.doubts
        else f
        for f in finds
    ]


def _nothing_found(faces: Sequence[Face], found: Sequence[FaceFinds], wanted: Wanted) -> Refusal:
    kinds = ", ".join(sorted(wanted.kinds)) if wanted.kinds else "oval, box, strike, stamp"
    left = sum(len(f.finds) for f in found)
    text = message(
        "nothing was found that a voter marks; looked for: {kinds} (closed ovals and boxes of 2 to 14 mm, empty table "
        "cells beside text, lists of two or more names, words such as 'đóng dấu' or 'stamp'); {left} shapes were left "
        "out. A target needs a printed outline, darker than the paper, or must be white on black. Give a sharper "
        "scan, 200 dpi or more, or write the form by hand (docs/form-format.md)",
        kinds=kinds,
        left=left,
    )
    return Refusal([Problem("learn-nothing", faces[0].blank.place, text)])


def _unfit(face: Face, passed: Sequence[tuple[str, Message]]) -> Problem:
    text = message(
        "no way to register finds this blank again, the last one, {kind}: {why}. Give a sharper or straighter scan "
        "with more print on it",
        kind=passed[-1][0],
        why=passed[-1][1],
    )
    return Problem("learn-unfit", face.blank.place, text)


def faces_of(fronts: Sequence[Sequence[Blank]], backs: Sequence[Sequence[Blank]]) -> list[tuple[str, list[Blank]]]:
    """Scans by face: pages of one file are the faces of one sheet; refused where files have different faces."""
    counts = {len(pages) for pages in fronts} | ({1} if backs else set())
    several = [p for pages in backs if len(pages) != 1 for p in pages]
    if len(counts) > 1 or max(counts) > 2 or several:
        place = (several or list(fronts[-1]))[0].place
        text = message(
            "the files have different numbers of pages; each is a scan of one sheet with one page, or with front and "
            "back, or fronts alone with their backs under --back"
        )
        raise Refusal([Problem("learn-pages", place, text)])
    faces = [("front", [pages[0] for pages in fronts])]
    if max(counts) == 2:
        faces.append(("back", [pages[1] for pages in fronts]))
    if backs:
        faces.append(("back", [pages[0] for pages in backs]))
    return faces
