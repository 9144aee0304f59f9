"""What is written beside a learned form: reference pictures, previews and the spreadsheet for corrections."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from calibration.learn.corrections import write_corrections
from calibration.learn.finds import DOUBTS, NOT_SHOWN, Find
from calibration.learn.learn import Learned
from calibration.learn.preview import Drawn, draw_preview, write_preview
from pipeline.errors import refuse
from pipeline.forms.document import dump_form, parse_form
from pipeline.forms.template import Form, FormField
from pipeline.geometry import MM_PER_INCH
from pipeline.messages import Message

Spoken = Callable[[Message], str]


def files_of(out: Path, sides: Sequence[str]) -> list[Path]:
    """Every file that a form ``out`` comes with."""
    names = [""] if len(sides) == 1 else [f"-{side}" for side in sides]
    pictures = [out.with_name(f"{out.stem}{name}{end}.png") for name in names for end in ("", "-preview")]
    return [out, out.with_suffix(".csv"), *pictures]


def write_learned(out: Path, learned: Learned, spoken: Spoken) -> None:
    """The form document last: where it stands, all it needs stands beside it."""
    document = dump_form(learned.form)
    parse_form(document, str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[str, Find, str]] = []
    for side in learned.sides:
        blank = side.face.blank
        if side.side.reference is not None:
            dpi = blank.density * MM_PER_INCH
            path = out.parent / side.side.reference.files[0]
            Image.fromarray(blank.picture).save(path, "PNG", dpi=(dpi, dpi))
        first = len(rows) + 1
        rows += [(side.side.name, find, note(find, spoken)) for find in side.finds]
        drawn = [
            Drawn(first + i, _shown(find), bool(find.doubts) and find.taken, find.taken)
            for i, find in enumerate(side.finds)
            if not set(find.doubts) & set(NOT_SHOWN)
        ]
        if not side.side.blank:
            image = draw_preview(blank.picture, blank.density, side.side, drawn)
            write_preview(image, _preview(out, learned.form, side.side.name))
    write_corrections(out.with_suffix(".csv"), rows)
    write_document(out, learned.form)


def note(find: Find, spoken: Spoken) -> str:
    """Why a person should look at it, in the user's language."""
    return "; ".join(spoken(DOUBTS[doubt]) for doubt in find.doubts)


def _shown(find: Find) -> FormField:
    return FormField(find.id, find.kind, find.box, find.label, find.group, find.lines)


def write_document(path: Path, form: Form) -> None:
    """Whole or not at all."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(json.dumps(dump_form(form), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(path)


def write_applied(out: Path, form: Form) -> Path:
    """A corrected form with new previews; the form before is kept, its path is returned."""
    for side in form.sides:
        if side.reference is None or side.blank:
            continue
        path = out.parent / side.reference.files[0]
        picture = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if picture is None:
            raise refuse(
                "reference-unreadable", str(path), "the reference picture cannot be drawn on; learn the form anew"
            )
        drawn = [Drawn(i, field) for i, field in enumerate(side.fields, start=1)]
        image = draw_preview(np.asarray(picture, np.uint8), side.reference.dpi / MM_PER_INCH, side, drawn)
        write_preview(image, _preview(out, form, side.name))
    kept = out.with_name(f"{out.name}.before")
    kept.write_bytes(out.read_bytes())
    write_document(out, form)
    return kept


def _preview(out: Path, form: Form, side: str) -> Path:
    return out.with_name(f"{out.stem}-preview.png" if len(form.sides) == 1 else f"{out.stem}-{side}-preview.png")
