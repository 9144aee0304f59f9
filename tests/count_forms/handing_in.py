"""People who hand scans of count forms in and type their figures."""

from __future__ import annotations

from collections.abc import Mapping

import cv2

from pipeline.access.roles import Actor
from pipeline.forms.template import FormSide
from pipeline.usecases.count_sheet_forms import NamedSide
from pipeline.usecases.count_sheet_scans import Taken, take_sheets
from pipeline.usecases.count_sheets import SheetView, answer_figure, sheet_view
from pipeline.usecases.workspace import Workspace
from tests.count_forms.conftest import FIGURES, Picture

ONE, TWO, THREE = (Actor(k, k.title(), frozenset({"operator"})) for k in ("mot", "hai", "ba"))
LEADER = Actor("truong", "Truong", frozenset({"team_leader"}))
PLACE = ("xa", "kv1")


def png(page: Picture) -> bytes:
    return cv2.imencode(".png", page)[1].tobytes()


def without_code(page: Picture, side: FormSide) -> Picture:
    """The page with its printed code smeared, as a worn roller or a photograph leaves it."""
    assert side.code is not None
    smeared, density = page.copy(), page.shape[1] / side.size.w
    top, left, wide, high = (round(n * density) for n in (side.code.y, side.code.x, side.code.w, side.code.h))
    smeared[top : top + high, left : left + wide] = 128
    return smeared


def handed_in(
    workspace: Workspace, content: bytes, named: NamedSide | None = None, place: tuple[str, str] = PLACE
) -> Taken:
    """What became of the only page of a scan."""
    (told,) = take_sheets(workspace, ONE, *place, "scan.png", content, named)
    return told


def taken(workspace: Workspace, content: bytes, place: tuple[str, str] = PLACE) -> str:
    """The sheet that a scan of one page became."""
    told = handed_in(workspace, content, place=place)
    assert told.became == "read", told
    assert told.sheet is not None
    return told.sheet


def truth(field: str, figures: Mapping[str, int] = FIGURES) -> str:
    """What the paper says, as people type it."""
    value = figures[field]
    percent = field in ("turnout", "valid_percent", "invalid_percent")
    return f"{value // 100},{value % 100:02d}" if percent else str(value)


def typed_by_two(workspace: Workspace, sheet: str, figures: Mapping[str, int] = FIGURES) -> SheetView:
    """Two people type what the paper says wherever they are asked, one after the other; the view afterwards."""
    for _ in range(80):
        for actor in (ONE, TWO):
            asked = sheet_view(workspace, actor, sheet).asked
            if asked:
                answer_figure(workspace, actor, sheet, asked[0], truth(asked[0], figures))
        if sheet_view(workspace, ONE, sheet).ready:
            break
    return sheet_view(workspace, ONE, sheet)
