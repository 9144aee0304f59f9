"""Levels: the sums of the areas on the way up both trees, locked, signed, opened, corrected; files of results."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path, PurePath
from typing import Annotated, cast
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Form, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile

from pipeline.election.deadlines import STEP_NAMES
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.spreadsheets import parse_date, parse_whole
from pipeline.tally.levels import AGAINST, COUNTED, GROUND, LEAVING, PAPER, VOTES, Node, Tree
from pipeline.usecases.correcting import Approval, approved_by
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND, levels_of
from pipeline.usecases.level_acts import Minutes, correct_area, lock_level, open_level
from pipeline.usecases.level_view import area_history, has_extra, level_view, levels_of_round
from pipeline.usecases.progress import progress
from pipeline.usecases.progress_report import STATES, WINDOWS, ReportKind, clock_state, progress_file
from pipeline.usecases.take_in import hand_over, take_in
from review_ui import wording_levels
from review_ui.faults import status_of
from review_ui.guard import Needs
from review_ui.moments import shown
from review_ui.routes.totals import spaced, visit_percent
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

Reader = Annotated[Visit, Depends(Needs("see_totals"))]
Committee = Annotated[Visit, Depends(Needs("receive"))]
Exporter = Annotated[Visit, Depends(Needs("export"))]
Text = Annotated[str, Query(max_length=200)]
Field = Annotated[str, Form(max_length=500)]
router = APIRouter(prefix="/levels")
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
}
MOST_TOLD = 30
"""Faults of a file that are shown; the file is mended and sent again anyway."""


def node_of(level: str) -> Node | None:
    """``unit:ID`` or ``place:ID``; empty: the highest place."""
    tree, _, name = level.partition(":")
    if not level:
        return None
    if tree not in ("unit", "place") or not name:
        raise refuse("level-unknown", level, "there is no such level; go back to the levels")
    return Node(cast(Tree, tree), name)


def _path(contest: str, node: Node, extra: bool = False) -> str:
    told = {"contest": contest, "level": f"{node.tree}:{node.id}", **({"extra": "1"} if extra else {})}
    return "/levels?" + urlencode(told)


@router.get("")
def overview(visit: Reader, contest: Text = "", level: Text = "", extra: bool = False) -> Response:
    """One level of one contest: its sum, what lies below it, its locks, the late changes, the clocks.

    ``extra``: of the extra elections whose results have come in.
    """
    return _page(visit, contest, level, extra=extra)


def _page(
    visit: Visit,
    contest: str,
    level: str,
    problems: tuple[Problem, ...] = (),
    told: Message | None = None,
    status: int = 200,
    extra: bool = False,
) -> Response:
    workspace = visit.state.workspace
    chosen = contest or workspace.election.contests[0].id
    round_ = EXTRA_ROUND if extra else FIRST_ROUND
    view = level_view(workspace, visit.actor, chosen, node_of(level), round_)
    levels = levels_of_round(workspace, round_)
    here = view.here.node
    place = here.id if here.tree == "place" else ""
    found = progress(workspace, visit.actor, place, chosen) if here.tree == "place" and not extra else None
    names = {c.id: c.full_name for c in workspace.election.candidates_of(here.id)} if here.tree == "unit" else {}
    votes = [(names[n], v) for n, v in _votes(view.here.figures).items() if n in names]
    values = {
        **_common(visit, chosen),
        "view": view,
        "level": f"{here.tree}:{here.id}",
        "path": lambda node: _path(chosen, node, extra),
        "extra": extra,
        "has_extra": extra or has_extra(workspace, chosen),
        "may_receive": visit.actor.may("receive") and not extra,
        "tops": [(n, _name(visit, n)) for n in levels.tops(chosen, "unit" if here.tree == "place" else "place")][:40],
        "tree": here.tree,
        "votes": sorted(votes, key=lambda v: (-v[1], v[0])),
        "areas": {a: levels.areas[a] for a, _ in view.areas} | {e.area: levels.areas[e.area] for e in view.changes},
        "clocks": [c for one in (found.contests if found else ()) if one.contest == chosen for c in one.clocks],
        "window": WINDOWS[found.window] if found else None,
        "place": place,
        "step_names": STEP_NAMES,
        "clock_state": clock_state,
        "problems": problems[:MOST_TOLD],
        "more": max(0, len(problems) - MOST_TOLD),
        "told": told,
    }
    return visit.page("levels.html", values, status)


def _votes(figures: object) -> dict[str, int]:
    assert isinstance(figures, dict)
    return {n.removeprefix(VOTES): v for n, v in figures.items() if n.startswith(VOTES)}


def _name(visit: Visit, node: Node) -> str:
    levels = levels_of(visit.state.workspace.election)
    return levels.units[node.id].name if node.tree == "unit" else levels.places[node.id].name


def _common(visit: Visit, contest: str) -> dict[str, object]:
    return {
        "contest": contest,
        "contests": visit.state.workspace.election.contests,
        "states": STATES,
        "area_states": wording_levels.AREA_STATES,
        "sources": wording_levels.SOURCES,
        "acts": wording_levels.ACTS,
        "shown": shown,
        "percent": lambda part, whole: visit_percent(visit, part, whole),
        "whole": lambda number: spaced(visit, number),
        "may_receive": visit.actor.may("receive"),
        "may_export": visit.actor.may("export"),
    }


def _tried(visit: Visit, contest: str, level: str, refusal: Refusal) -> Response:
    """The level again with what was wrong; what is not there or not allowed has a page of its own."""
    status = status_of(refusal.problems[0])
    if status in (403, 404):
        raise refusal
    return _page(visit, contest, level, refusal.problems, status=status)


@router.post("/lock")
def lock(
    visit: Committee,
    contest: Field = "",
    level: Field = "",
    reason: Field = "",
    number: Field = "",
    day: Field = "",
    signers: Field = "",
) -> Response:
    """Lock a level, or note its signed minutes."""
    node = _must(level)
    try:
        minutes = Minutes(number, _day(day), signers) if number or day or signers else None
        lock_level(visit.state.workspace, visit.actor, contest, node, reason, minutes)
    except Refusal as refusal:
        return _tried(visit, contest, level, refusal)
    return visit.go(_path(contest, node))


@router.post("/open")
def open_again(
    visit: Committee,
    contest: Field = "",
    level: Field = "",
    reason: Field = "",
    approver: Field = "",
    password: Field = "",
) -> Response:
    """Open a locked level, with a reason and somebody else's approval."""
    node = _must(level)
    workspace = visit.state.workspace
    try:
        who = approved_by(workspace, visit.actor, Approval(approver, password), reason, level)
        open_level(workspace, visit.actor, who, contest, node, reason)
    except Refusal as refusal:
        return _tried(visit, contest, level, refusal)
    return visit.go(_path(contest, node))


def _must(level: str) -> Node:
    node = node_of(level)
    if node is None:
        raise refuse("level-unknown", level, "there is no such level; go back to the levels")
    return node


def _day(text: str) -> date:
    found = parse_date(text.strip())
    if found is None:
        raise refuse("signed-day", "day", "'{value}' is no day; write it as 16/03/2026", value=text.strip()[:40])
    return found


@router.get("/area/{contest}/{area}")
def of_area(contest: str, area: str, visit: Reader, extra: bool = False) -> Response:
    """Every version of an area's figures, and the form that corrects them by a decision."""
    return _area(visit, contest, area, extra=extra)


def _area(
    visit: Visit, contest: str, area: str, problems: tuple[Problem, ...] = (), typed: dict[str, str] | None = None,
    status: int = 200, extra: bool = False,
) -> Response:  # fmt: skip
    workspace = visit.state.workspace
    round_ = EXTRA_ROUND if extra else FIRST_ROUND
    versions = area_history(workspace, visit.actor, contest, area, round_)
    levels = levels_of_round(workspace, round_)
    names = {VOTES + c.id: c.full_name for c in workspace.election.candidates_of(levels.areas[area].units[contest])}
    if workspace.count.rules.ballot == "agree_table":
        names |= {
            AGAINST + c.id: visit.say(message("against {name}", name=c.full_name))
            for c in workspace.election.candidates_of(levels.areas[area].units[contest])
        }
    last = versions[-1].figures if versions else {}
    shown_figures = _figures(last, names)
    values = {
        **_common(visit, contest),
        "area": levels.areas[area],
        "unit": levels.bottoms(contest, area)[0],
        "unit_name": levels.units[levels.areas[area].units[contest]].name,
        "path": lambda node: _path(contest, node, extra),
        "extra": extra,
        "may_receive": visit.actor.may("receive") and not extra,
        "levels": [(n, _name(visit, n)) for n in levels.path(contest, area)],
        "versions": versions,
        "figures": shown_figures,
        "label": lambda name: names.get(name) or visit.say(wording_levels.figure(name)),
        "typed": typed or {},
        "problems": problems,
    }
    return visit.page("levels_area.html", values, status)


def _figures(last: object, names: dict[str, str]) -> list[str]:
    """The figures of an area in the order of the minutes; those of its paper, then the count, then the candidates."""
    assert isinstance(last, dict)
    told = [n for n in last if n.startswith((GROUND, LEAVING))]
    usual = [n for n in (*PAPER, *COUNTED) if n in last or n in ("voters", "voted", "issued", "valid", "invalid")]
    return [*usual, *sorted(told), *names]


@router.post("/area/{contest}/{area}/correct")
async def correct(contest: str, area: str, visit: Committee) -> Response:
    """Correct figures of an area by a decision, with a reason and somebody else's approval."""
    form = await visit.request.form()
    typed = {k: v for k, v in form.items() if isinstance(v, str)}
    return await run_in_threadpool(_corrected, visit, contest, area, typed)


def _corrected(visit: Visit, contest: str, area: str, typed: dict[str, str]) -> Response:
    workspace = visit.state.workspace
    try:
        versions = area_history(workspace, visit.actor, contest, area)
        last = versions[-1].figures if versions else {}
        changed = _changed(typed, last, area)
        reason = typed.get("reason", "")[:500]
        approval = Approval(typed.get("approver", ""), typed.get("password", ""))
        who = approved_by(workspace, visit.actor, approval, reason, area)
        correct_area(workspace, visit.actor, who, contest, area, changed, reason, typed.get("incidents", "")[:500])
    except Refusal as refusal:
        status = status_of(refusal.problems[0])
        if status in (403, 404) and refusal.problems[0].code != "figure-unknown":
            raise
        return _area(visit, contest, area, refusal.problems, typed, status)
    return visit.go(f"/levels/area/{quote(contest)}/{quote(area)}")


def _changed(typed: dict[str, str], last: object, area: str) -> dict[str, int]:
    assert isinstance(last, dict)
    changed: dict[str, int] = {}
    problems = []
    for field, text in typed.items():
        if not field.startswith("f."):
            continue
        name, value = field.removeprefix("f."), parse_whole(text.strip())
        if value is None:
            words = message("'{value}' is no number of people or ballots; write digits", value=text.strip()[:40])
            problems.append(Problem("figure", f"{area}, {name}", words))
        elif value != last.get(name, 0):
            changed[name] = value
    if problems:
        raise Refusal(problems)
    return changed


@router.post("/import/files")
async def hand_in(visit: Committee) -> Response:
    """Take in a file of results; the whole file or nothing.

    Asynchronous, since the body is taken only after it is known who sends it.
    """
    form = await visit.request.form()
    try:
        return await run_in_threadpool(_taken, visit, form)
    finally:
        await form.close()


def _taken(visit: Visit, form: FormData) -> Response:
    contest, level = (str(form.get(n) or "")[:200] for n in ("contest", "level"))
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return _page(visit, contest, level, told=message("no file was chosen; choose the file of results first"))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (PurePath(file.filename.replace("\\", "/")).name or "results")
        path.write_bytes(file.file.read())
        try:
            found = take_in(visit.state.workspace, visit.actor, path, str(form.get("reason") or "")[:500])
        except Refusal as refusal:
            return _tried(visit, contest, level, refusal)
    told = message(
        "{areas} areas in the file, {new} new or changed, {signed} of them signed",
        areas=found.areas, new=found.new, signed=found.signed,
    )  # fmt: skip
    return _page(visit, contest, level, told=told)


@router.get("/results.json")
def results(visit: Exporter, contest: Text = "") -> Response:
    """The file of results that another installation takes in."""
    return _file("ket-qua.json", hand_over(visit.state.workspace, visit.actor, contest or None), "application/json")


@router.get("/progress.{kind}")
def report(kind: ReportKind, visit: Exporter, place: Text = "") -> Response:
    """The count-progress report of a place."""
    name, content = progress_file(visit.state.workspace, visit.actor, kind, place)
    return _file(name, content, TYPES[kind])


def _file(name: str, content: bytes, kind: str) -> Response:
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


SCREEN = Screen(router, Link(message("Levels"), "/levels", "N", "see_totals", "result"))
