"""A test deck: ballots of an election with known answers, marked by the program or to be marked by hand.

Every candidate is struck and left on each form, in every way in which people cross out; then come the sheets that
decide validity: untouched, all crossed, too many left, without stamp, with something added.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from calibration.simulate.ballot import Blank, Team, mark_ballot
from calibration.simulate.ink import PAPER_PPMM
from calibration.simulate.seeds import rng_for
from calibration.simulate.voters import WAYS, Intent, NameAct, Population, Way
from pipeline.errors import refuse
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.fonts import MM_PER_POINT
from pipeline.forms.printing import print_ballots, render_blank
from pipeline.geometry import MM_PER_INCH

DECK = "kiemphieu-deck-1"
AMBIGUOUS = "ambiguous"
_DPI = PAPER_PPMM * MM_PER_INCH
_INKED = 6
"""Levels by which a pixel of the marked sheet must differ from the blank to be printed over it."""
_HAND_WAYS: tuple[Way, ...] = ("horizontal", "oblique", "wavy", "x", "verticals", "zigzag", "scribble", "double")
Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the deck: its number in the deck from 1, its form, and field id -> the only right value.

    ``ambiguous`` stands where no value may be accepted. ``told`` says how it is to be marked by hand.
    """

    number: int
    form: str
    answers: Mapping[str, str]
    told: str


@dataclass(frozen=True, slots=True, eq=False)
class MarkedSheet:
    """A sheet with its ink: the whole page as pixels, BGR, at 300 dpi."""

    sheet: Sheet
    page: Pixels
    blank: Pixels


def intents(names: int, seats: int, by_hand: bool) -> list[tuple[str, Intent]]:
    """What is done to the sheets of one form: (what it shows, what to do)."""
    ways = _HAND_WAYS if by_hand else tuple(way for way in WAYS if way != "snake")
    left = min(seats, names - 1)
    found: list[tuple[str, Intent]] = []
    # as many sheets as make every way meet every name, the names that are left moving on from sheet to sheet
    for i in range(max(names, len(ways))):
        struck = [(i + k) % names for k in range(names - left)]
        acts = tuple(NameAct("strike", (n,), ways[(i + k) % len(ways)]) for k, n in enumerate(struck))
        found.append(("valid", Intent(acts, False, True)))
    every = tuple(NameAct("strike", (n,), "horizontal") for n in range(names))
    found.append(("fewer", Intent(every[1:], False, True)))
    found.append(("untouched", Intent((), False, True)))
    found.append(("all_crossed", Intent(every, False, True)))
    if seats + 1 < names:
        found.append(("too_many", Intent(every[: names - seats - 1], False, True)))
    found.append(("no_stamp", Intent(every[left:], False, False)))
    found.append(("added", Intent(every[left:], True, True)))
    return found


def marked_deck(layouts: Sequence[BallotLayout], seats: Mapping[str, int], copies: int, seed: int) -> list[MarkedSheet]:
    """Sheets marked by the program, always the same for the same ``seed``; ``copies`` of each intent, other pens."""
    found: list[MarkedSheet] = []
    for layout in layouts:
        blank = _blank(layout, seats[layout.form.id])
        paper = np.repeat(blank.pixels[..., None], 3, axis=2)
        team = Team("trial", (50, 40, 205), "")
        for copy in range(copies):
            for place, (shown, intent) in enumerate(intents(len(blank.names), blank.seats, by_hand=False)):
                rng = rng_for(seed, "trial", layout.form.id, copy, place)
                marked = mark_ballot(rng, blank, paper, Population(), team, intent)
                present = {True: "present", False: "absent"}
                answers = {n.field: str(n.mark) for n in marked.names}
                answers |= {"stamp": present[marked.stamp], "stray": present[marked.stray]}
                sheet = Sheet(len(found) + 1, layout.form.id, answers, shown)
                found.append(MarkedSheet(sheet, np.asarray(marked.pixels, np.uint8), np.asarray(paper, np.uint8)))
    return found


def hand_deck(layouts: Sequence[BallotLayout], seats: Mapping[str, int], copies: int) -> list[tuple[Sheet, Intent]]:
    """Sheets to be marked by hand as ``Intent`` says: plain strikes, no doubtful marks."""
    found: list[tuple[Sheet, Intent]] = []
    for layout in layouts:
        blank = _blank(layout, seats[layout.form.id])
        for _ in range(copies):
            for shown, intent in intents(len(blank.names), blank.seats, by_hand=True):
                struck = {n for act in intent.acts for n in act.names}
                answers = {f.id: "struck" if i in struck else "clear" for i, f in enumerate(blank.names)}
                answers["stamp"] = "present" if intent.stamped else "absent"
                answers["stray"] = "present" if intent.added else "absent"
                found.append((Sheet(len(found) + 1, layout.form.id, answers, shown), intent))
    return found


def _blank(layout: BallotLayout, seats: int) -> Blank:
    side = next(s for s in layout.form.sides if not s.blank)
    return Blank(layout.form.id, side, np.asarray(render_blank(layout, _DPI), np.uint8), seats)


def deck_pdf(layouts: Sequence[BallotLayout], sheets: Sequence[MarkedSheet | Sheet]) -> bytes:
    """One page a sheet: the ballot as it is printed for the election, and over it the ink that the program drew."""
    by_form = {layout.form.id: layout for layout in layouts}
    import pikepdf  # noqa: PLC0415  (printing only)

    # a page of its own for every sheet: what is laid over one would lie over all that share it
    numbers = Counter(_sheet(one).form for one in sheets)
    blanks = {key: pikepdf.open(io.BytesIO(print_ballots(by_form[key], n))) for key, n in numbers.items()}
    next_page = {key: iter(blank.pages) for key, blank in blanks.items()}
    inks = _ink_pages(by_form, [s for s in sheets if isinstance(s, MarkedSheet)])
    overlays = pikepdf.open(io.BytesIO(inks)) if inks else None
    deck = pikepdf.new()
    inked = 0
    for one in sheets:
        deck.pages.append(next(next_page[_sheet(one).form]))
        if overlays is not None:
            deck.pages[-1].add_overlay(overlays.pages[inked], None)
            inked += 1
    out = io.BytesIO()
    deck.save(out, deterministic_id=True)
    return out.getvalue()


def _sheet(one: MarkedSheet | Sheet) -> Sheet:
    return one.sheet if isinstance(one, MarkedSheet) else one


def _ink_pages(by_form: Mapping[str, BallotLayout], sheets: Sequence[MarkedSheet]) -> bytes:
    if not sheets:
        return b""
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=1, pageCompression=1)
    for one in sheets:
        size = by_form[one.sheet.form].size
        width, height = size.w / MM_PER_POINT, size.h / MM_PER_POINT
        canvas.setPageSize((width, height))
        canvas.drawImage(ImageReader(_ink(one)), 0, 0, width, height, mask="auto")
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _ink(one: MarkedSheet) -> Image.Image:
    """What the marked page has more than the blank, as a picture that is clear everywhere else."""
    differs = np.abs(one.page.astype(np.int16) - one.blank).max(axis=2) > _INKED
    covers = np.where(differs, 255, 0).astype(np.uint8)
    rgba = np.dstack([one.page[..., ::-1] & covers[..., None], covers])
    return Image.fromarray(np.ascontiguousarray(rgba), "RGBA")


def dump_deck(sheets: Sequence[Sheet], about: Mapping[str, Any]) -> dict[str, Any]:
    """The answers file."""
    listed = [{"number": s.number, "form": s.form, "shows": s.told, "answers": dict(s.answers)} for s in sheets]
    return {"version": DECK, **about, "sheets": listed}


def load_deck(document: Any, place: str) -> tuple[Sheet, ...]:
    """The sheets of an answers file; refused where it is none."""
    try:
        if document["version"] != DECK:
            raise ValueError(f"version {document['version']}")
        sheets = tuple(
            Sheet(int(s["number"]), str(s["form"]), {str(k): str(v) for k, v in s["answers"].items()}, str(s["shows"]))
            for s in document["sheets"]
        )
        if [s.number for s in sheets] != list(range(1, len(sheets) + 1)):
            raise ValueError("numbers")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refuse(
            "deck-answers",
            place,
            "These are no answers of a test deck ({why}); give the answers.json that 'kiemphieu trial deck' wrote.",
            why=str(error),
        ) from error
    return sheets
