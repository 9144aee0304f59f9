"""``kiemphieu learn``: a form document from blank paper that somebody else printed, and its correction by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from kiemphieu.language import language
from kiemphieu.parameters import FILE, refuse_existing
from kiemphieu.screen import say
from pipeline.errors import refuse
from pipeline.forms.document import load_form
from pipeline.forms.template import FieldKind
from pipeline.messages import Message, message, render
from pipeline.review.profile import default_profile

if TYPE_CHECKING:
    from calibration.learn.fields import Wanted
    from calibration.learn.learn import LearnedSide

KINDS = ("oval", "box", "strike", "stamp", "stray", "number", "signature")
FEW = 3
"""Of so many finds that are doubted for one reason it is told where they are; of more their numbers."""


@click.command()
@click.argument("blanks", nargs=-1, type=FILE)
@click.option("--out", type=FILE, required=True, help="The form document to write (FORM.json).")
@click.option("--back", type=FILE, multiple=True, help="A scan of the blank's back; may be given several times.")
@click.option(
    "--election", type=click.Path(path_type=Path), help="Election definition whose candidates are looked for."
)
@click.option("--unit", help="The electoral unit of the ballot; the one that fits best otherwise.")
@click.option("--names", type=FILE, help="Names to look for, one a line (UTF-8 text).")
@click.option(
    "--kind",
    "kinds",
    type=click.Choice(KINDS),
    multiple=True,
    help="Only fields of this kind; repeatable. Numbers in digit boxes and places to sign are looked for only so.",
)
@click.option("--dpi", type=float, help="Resolution of the scans, where their files do not tell it.")
@click.option("--lang", "languages", default="vie+eng", show_default=True, help="Tesseract's languages of the print.")
@click.option("--title", default="", help="What people call the form.")
@click.option("--apply", "sheet", type=FILE, help="FORM.csv as corrected by hand: puts it into the form of --out.")
def learn(
    blanks: Sequence[Path], out: Path, back: Sequence[Path], election: Path | None, unit: str | None,
    names: Path | None, kinds: Sequence[str], dpi: float | None, languages: str, title: str, sheet: Path | None,
) -> None:  # fmt: skip
    """Make a form document from scans, or the print file, of unmarked paper (BLANKS: several scans of one form).

    Writes FORM.json, its reference picture, FORM-preview.png and FORM.csv. Correct FORM.csv, then: learn --apply.
    """
    if out.suffix.lower() != ".json":
        raise refuse("learn-ending", str(out), "a form document is a JSON file; write a name that ends in .json")
    if sheet is not None:
        if blanks or back:
            raise refuse(
                "learn-apply", str(sheet), "corrections are put into a form that is there; give no blanks with them"
            )
        _apply(out, sheet)
        return
    if not blanks:
        raise refuse("learn-no-blank", "BLANKS", "no blank is given; name one scan of the unmarked paper or more")
    if election is not None and names is not None:
        raise refuse("learn-two-lists", str(names), "give an election or a list of names, not both")
    from calibration.learn.fields import Wanted  # noqa: PLC0415  (slow to import, this command alone needs it)
    from calibration.learn.matching import candidates_of  # noqa: PLC0415

    wanted = Wanted(
        frozenset(cast(FieldKind, k) for k in kinds), languages, tuple(candidates_of(election, names, unit))
    )
    _learn(out, blanks, back, wanted, dpi, title)


def _learn(
    out: Path, blanks: Sequence[Path], back: Sequence[Path], wanted: Wanted, dpi: float | None, title: str
) -> None:
    from calibration.learn.average import averaged, same_print  # noqa: PLC0415
    from calibration.learn.blank import load_blanks  # noqa: PLC0415
    from calibration.learn.files import files_of, write_learned  # noqa: PLC0415
    from calibration.learn.learn import faces_of, learn  # noqa: PLC0415

    refuse_existing(*files_of(out, ["front"]))
    fronts = [load_blanks(path, dpi, wanted.language) for path in blanks]
    backs = [load_blanks(path, dpi, wanted.language) for path in back]
    by_face = faces_of(fronts, backs)
    refuse_existing(*files_of(out, [name for name, _ in by_face]))
    if len(by_face) == 2:
        (_, front), (_, behind) = by_face
        if same_print(front[0], behind[0]):
            raise refuse(
                "learn-same-faces",
                behind[0].place,
                "shows the same print as {front}; give scans of one face as files of one page each, or one of them "
                "alone",
                front=front[0].place,
            )
    faces = [averaged(name, scans) for name, scans in by_face]
    learned = learn(out.stem, title or out.stem, faces, wanted, default_profile())
    write_learned(out, learned, _spoken)
    first = 1
    for side in learned.sides:
        _tell_scans(side)
        _tell_registration(side)
        _tell_finds(side, first)
        first += len(side.finds)
    for candidate in learned.missing:
        say(message("NOT FOUND on the paper: {name}", name=candidate.name))
    say(
        message(
            "{out} is written. Look at {preview}, correct {sheet}, then: kiemphieu learn --apply {sheet} --out {out}",
            out=str(out),
            preview=f"{out.stem}*-preview.png",
            sheet=str(out.with_suffix(".csv")),
        )
    )


def _apply(out: Path, sheet: Path) -> None:
    from calibration.learn.corrections import corrected  # noqa: PLC0415
    from calibration.learn.files import write_applied  # noqa: PLC0415

    form = corrected(load_form(out), sheet, str(out))
    kept = write_applied(out, form)
    count = sum(len(side.fields) for side in form.sides)
    say(message("{out}: {count} fields; the form before is kept as {kept}", out=str(out), count=count, kept=str(kept)))


def _spoken(text: Message) -> str:
    return render(text, language())


def _tell_scans(side: LearnedSide) -> None:
    for one in side.face.differences:
        say(
            message(
                "{place}: laid onto the first within {misfit} mm, {extra} mm² of ink that the others lack",
                place=one.place,
                misfit=f"{one.misfit_mm:.2f}",
                extra=f"{one.extra_mm2:.1f}",
            )
        )


def _tell_registration(side: LearnedSide) -> None:
    size = side.side.size
    say(
        message(
            "{side}: {w} x {h} mm, found by {kind}: {why} (the blank fits itself within {residual} mm)",
            side=side.side.name,
            w=f"{size.w:.1f}",
            h=f"{size.h:.1f}",
            kind=side.side.registration.kind,
            why=side.why,
            residual=f"{side.residual_mm:.2f}",
        )
    )
    for kind, why in side.passed_over:
        say(message("{side}: {kind} was passed over: {why}", side=side.side.name, kind=kind, why=why))


def _tell_finds(side: LearnedSide, first: int) -> None:
    """What was found by kind, what was not found, then doubtful finds and what was left out: a line for every reason.

    ``first`` is the number of the side's first find in the preview picture.
    """
    name = side.side.name
    for kind in KINDS:
        own = [f for f in side.finds if f.taken and f.kind == kind]
        if own:
            doubted = sum(bool(f.doubts) for f in own)
            say(
                message(
                    "{side}: {count} of kind {kind}, {doubted} doubtful",
                    side=name, count=len(own), kind=kind, doubted=doubted,
                )
            )  # fmt: skip
    tell_doubts(side, first)
    for contest, limit in side.limits.items():
        say(message("  the paper allows {limit} of '{contest}'; the form document does not hold that", limit=limit,
                    contest=contest))  # fmt: skip


def tell_doubts(side: LearnedSide, first: int) -> None:
    """For every reason the finds that it holds for: where they are, if they are few, else their numbers."""
    from calibration.learn.finds import DOUBTS, NOT_FOUND, NOT_SHOWN  # noqa: PLC0415

    taken: dict[str, list[int]] = defaultdict(list)
    left: dict[str, list[int]] = defaultdict(list)
    for place, find in enumerate(side.finds):
        for doubt in find.doubts:
            (taken if find.taken else left)[doubt].append(place)
    name = side.side.name
    for doubt in [d for d in left if d in NOT_FOUND]:
        places = "; ".join(_place(side, place, first) for place in left[doubt])
        say(message("{side}: NOT FOUND, {count}: {why}: {places}", side=name, count=len(left[doubt]),
                    why=_spoken(DOUBTS[doubt]), places=places))  # fmt: skip
    for doubt, numbers in taken.items():
        say(message("{side}: {count} to look at: {why}: {places}", side=name, count=len(numbers),
                    why=_spoken(DOUBTS[doubt]), places=_places(side, numbers, first)))  # fmt: skip
    for doubt in [d for d in left if d not in NOT_FOUND]:
        numbers = left[doubt]
        if doubt in NOT_SHOWN:
            say(message("{side}: {count} left out: {why}", side=name, count=len(numbers), why=_spoken(DOUBTS[doubt])))
        else:
            say(message("{side}: {count} left out: {why}: {places}", side=name, count=len(numbers),
                        why=_spoken(DOUBTS[doubt]), places=_places(side, numbers, first)))  # fmt: skip


def _places(side: LearnedSide, places: Sequence[int], first: int) -> str:
    if len(places) <= FEW:
        return "; ".join(_place(side, place, first) for place in places)
    return _spoken(message("numbers {numbers}", numbers=_runs([first + place for place in places])))


def _place(side: LearnedSide, place: int, first: int) -> str:
    find = side.finds[place]
    named = find.id or (f"'{find.label}'" if find.label else find.kind)
    return _spoken(
        message("{number} {id} at {x}, {y} mm", number=first + place, id=named, x=f"{find.box.x:.1f}",
                y=f"{find.box.y:.1f}")
    )  # fmt: skip


def _runs(numbers: Sequence[int]) -> str:
    """``3-7, 9`` of 3 4 5 6 7 9."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
