"""What official forms ask for and no count tells: typed record by record or handed in as spreadsheets."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from starlette.datastructures import FormData, UploadFile

from pipeline.access.roles import Permission
from pipeline.election.particulars import HEADERS, SEVERAL_LINES, SheetName, columns
from pipeline.election.particulars_sheet import WORDS
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.usecases.official_forms import official_forms
from pipeline.usecases.particulars import Record, change_record, sheet_file, sheet_records, take_sheet
from review_ui import wording_particulars
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.screens import Link, Screen
from review_ui.visit import Visit
from review_ui.wording_particulars import label_of

PERMISSION: Permission = "rule"
Committee = Annotated[Visit, Depends(Needs(PERMISSION))]
Key = Annotated[str, Path(max_length=200)]
router = APIRouter(prefix="/particulars")


async def _fields(request: Request) -> FormData:
    """Sheets have columns of their own, so the fields are read as they come."""
    return await request.form()


Form = Annotated[FormData, Depends(_fields)]
SHEETS: dict[SheetName, Message] = {
    "boards": message("Boards of the units (Mẫu 19, 21, 24)"),
    "committees": message("Election committees (Mẫu 20, 25, 26, 28, 30)"),
    "dossiers": message("Candidates (Mẫu 21, 26, 28, 30)"),
    "reports": message("Reports of the province (Mẫu 27, 29)"),
}
FILES: dict[SheetName, str] = {
    "boards": "ban-bau-cu",
    "committees": "uy-ban-bau-cu",
    "dossiers": "nguoi-ung-cu",
    "reports": "bao-cao",
}
OF_THE_WHOLE: dict[str, Message] = {
    "19": message("result of a unit, National Assembly"),
    "20": message("result in the province, National Assembly"),
    "21": message("who is elected in a unit, National Assembly"),
    "24": message("result of a unit, People's Council"),
    "25": message("result of a People's Council"),
    "26": message("who is elected to a People's Council"),
    "27": message("report of the province, preliminary"),
    "28": message("statistics, preliminary"),
    "29": message("report of the province, final"),
    "30": message("statistics, final"),
}
"""Forms whose gaps are listed here; those of the areas (18, 23, 32) tell theirs where the area's totals stand."""
HINTS: dict[str, str] = {
    "met_at": "15/03/2026 07:00",
    "members": "Nguyễn Văn Hòa (Trưởng ban); Trần Thị Lan (Ủy viên)",
    "seats_resolution": "81",
    "candidates_resolution": "81",
    "seats_resolution_day": "20/11/2025",
    "candidates_resolution_day": "20/11/2025",
    "signed_day": "20/11/2025",
    "party_since": "20/11/2025",
}


@router.get("")
def screen(visit: Committee) -> Response:
    """Every sheet with its records, how much of each is filled in."""
    return _page(visit)


@router.get("/missing/{form}")
def missing(form: str, visit: Committee) -> Response:
    """What keeps the official forms of one number from being final."""
    if form not in OF_THE_WHOLE:
        raise refuse("form-unknown", form, "this count fills no such form; go back to the list")
    try:
        found = official_forms(visit.state.workspace, visit.actor, number=form)
    except Refusal as refusal:
        if refusal.problems[0].code != "form-unknown":
            raise
        found = ()
    values = {"form": form, "of_forms": OF_THE_WHOLE, "forms": found}
    return visit.page("particulars_missing.html", values)


@router.get("/{sheet}.xlsx")
def download(sheet: SheetName, visit: Committee) -> Response:
    """The sheet to fill in, with what stands of it."""
    content = sheet_file(visit.state.workspace, visit.actor, sheet)
    headers = {"Content-Disposition": f'attachment; filename="{FILES[sheet]}.xlsx"'}
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return Response(content, media_type=kind, headers=headers)


@router.post("/{sheet}")
def hand_in(sheet: SheetName, visit: Committee, form: Form) -> Response:
    """Take a filled sheet over, whole or not at all."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        text = message("no file was chosen; choose the filled spreadsheet first")
        return _page(visit, (Problem("files-missing", "", text),))
    try:
        records, new = take_sheet(visit.state.workspace, visit.actor, sheet, file.filename, file.file.read())
    except Refusal as refusal:
        return _page(visit, _told(refusal), status_of(refusal.problems[0]))
    told = message(
        "{file}: {count} records, {new} of them new or changed", file=file.filename[:80], count=records, new=new
    )
    return _page(visit, told=told)


@router.get("/{sheet}/{key}")
def record(sheet: SheetName, key: Key, visit: Committee) -> Response:
    """One record as fields."""
    return _record(visit, sheet, _found(visit, sheet, key))


@router.post("/{sheet}/{key}")
def change(sheet: SheetName, key: Key, visit: Committee, form: Form) -> Response:
    """Keep the record; what was typed comes back where something of it is wrong."""
    texts = {name: str(form.get(name) or "") for name in columns(sheet)[1:]}
    seen = str(form.get("seen") or "")
    try:
        change_record(visit.state.workspace, visit.actor, sheet, key, texts, seen)
    except Refusal as refusal:
        problems, standing = _told(refusal), _found(visit, sheet, key)
        typed = Record(key, standing.called, texts, seen)
        return _record(visit, sheet, typed, problems, status_of(problems[0]))
    return visit.go(f"/particulars#{sheet}")


def _found(visit: Visit, sheet: SheetName, key: str) -> Record:
    for one in sheet_records(visit.state.workspace, visit.actor, sheet):
        if one.key == key:
            return one
    raise refuse("particulars-unknown", key, "there is no such record; go back to the list")


def _told(refusal: Refusal) -> tuple[Problem, ...]:
    if status_of(refusal.problems[0]) in (403, 404):
        raise refusal
    return refusal.problems


def _page(visit: Visit, problems: tuple[Problem, ...] = (), status: int = 200, told: Message | None = None) -> Response:
    workspace = visit.state.workspace
    values = {
        "sheets": [(s, title, sheet_records(workspace, visit.actor, s)) for s, title in SHEETS.items()],
        "columns": {s: len(columns(s)) - 1 for s in SHEETS},
        "of_forms": OF_THE_WHOLE,
        "reports": wording_particulars.REPORTS,
        "problems": problems,
        "told": told,
    }
    return visit.page("particulars.html", values, status)


def _record(
    visit: Visit, sheet: SheetName, found: Record, problems: tuple[Problem, ...] = (), status: int = 200
) -> Response:
    fields = [
        (
            name,
            label_of(name),
            HEADERS[name],
            found.texts[name],
            WORDS.get(name, ()),
            name in SEVERAL_LINES or name == "members",
        )
        for name in columns(sheet)[1:]
    ]
    values = {
        "sheet": sheet,
        "title": SHEETS[sheet],
        "record": found,
        "fields": fields,
        "hints": HINTS,
        "problems": problems,
        "wrong": {p.place for p in problems},
        "label_of_header": {HEADERS[name]: label_of(name) for name in columns(sheet)[1:]},
        "words": wording_particulars.WORDS,
        "reports": wording_particulars.REPORTS if sheet == "reports" else {},
    }
    return visit.page("particulars_record.html", values, status)


SCREEN = Screen(router, Link(message("Data of the forms"), "/particulars", "F", PERMISSION, "result"))
