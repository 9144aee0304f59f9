"""The count forms of a place, its minutes among them: what a scan handed in there is read as, and whose another form of
the election is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache

from pipeline.election.definition import Election
from pipeline.errors import Refusal, refuse
from pipeline.forms.ballot import REFERENCE_DPI, BallotLayout
from pipeline.forms.count_form_ids import figures_id, minutes_id, tally_id
from pipeline.forms.count_paper import count_paper
from pipeline.forms.inventory_form import InventoryForm
from pipeline.forms.printing import render_blank
from pipeline.forms.template import Form
from pipeline.geometry import pixels_per_mm
from pipeline.messages import Message, message
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, grey_of, prepared_side
from pipeline.usecases.blank_minutes import blank_minutes_of
from pipeline.usecases.workspace import Workspace


def check_place(workspace: Workspace, contest: str, area: str) -> None:
    """Refused (``area-unknown``) where the election has no such area, or the area does not vote in the contest."""
    if not any(a.id == area and contest in a.units for a in workspace.election.areas):
        raise refuse("area-unknown", area, "the area '{value}' is not in the election; correct it", value=area)


def forms_of(workspace: Workspace, contest: str, area: str) -> tuple[Form, ...]:
    """The count forms of a place without their pictures; in state elections the minutes and the area's inventory among
    them. Refused: ``area-unknown``."""
    sheets = tuple(layout.form for layout in _layouts(workspace, contest, area))
    return (*sheets, _minutes(_of(workspace, contest, area))[1]) if _has_minutes(workspace, contest) else sheets


def form_of(workspace: Workspace, contest: str, area: str, form: str) -> Form:
    """One of them by its id."""
    if form == minutes_id(contest, area):
        return _minutes(_of(workspace, contest, area))[1]
    return next(layout.form for layout in _layouts(workspace, contest, area) if layout.form.id == form)


def prepared_forms(workspace: Workspace, contest: str, area: str) -> tuple[PreparedForm, ...]:
    """The same with their blanks drawn as they were printed. Refused: ``area-unknown``."""
    made = []
    for layout in _layouts(workspace, contest, area):
        blank = render_blank(layout, REFERENCE_DPI)
        side = prepared_side(layout.form.id, layout.form.sides[0], [(blank, pixels_per_mm(REFERENCE_DPI))])
        made.append(PreparedForm(layout.form, (side,), hashlib.sha256(blank.tobytes()).hexdigest()))
    if _has_minutes(workspace, contest):
        made.append(_prepared_minutes(_of(workspace, contest, area)))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class NamedSide:
    """A page of a count form, as a person names it: ``title`` of the form, ``page`` of several, else 0."""

    form: str
    side: str
    title: str
    page: int

    @property
    def id(self) -> str:
        """``bien-ban-xa-kv1/2``, the form alone where it has one page."""
        return f"{self.form}/{self.page}" if self.page else self.form


def named_sides(workspace: Workspace, contest: str, area: str) -> tuple[NamedSide, ...]:
    """Every page of the count forms of a place that has anything to read. Refused: ``area-unknown``."""
    return tuple(
        NamedSide(form.id, side.name, form.title, page if len(form.sides) > 1 else 0)
        for form in forms_of(workspace, contest, area)
        for page, side in enumerate(form.sides, start=1)
        if side.fields
    )


def named_side(workspace: Workspace, contest: str, area: str, name: str) -> NamedSide:
    """The page of that id. Refused (``sheet-name``) where the place has none such."""
    every = {side.id: side for side in named_sides(workspace, contest, area)}
    if name not in every:
        raise refuse("sheet-name", name, "this place has no sheet '{value}'; it has {sheets}", value=name,
                     sheets=", ".join(every))  # fmt: skip
    return every[name]


def only(forms: Sequence[PreparedForm], named: NamedSide) -> PreparedForm:
    """The named page alone, its code not asked for: a page that does not lie as it does is still rejected."""
    form = next(f for f in forms if f.form.id == named.form)
    side = form.side(named.side)
    return replace(form, sides=(replace(side, side=replace(side.side, code=None)),))


def _layouts(workspace: Workspace, contest: str, area: str) -> list[BallotLayout]:
    check_place(workspace, contest, area)
    election = workspace.election
    made: list[BallotLayout] = []
    for _, laid_out in count_paper(election, election.area(area), [election.contest(contest)], trial=workspace.trial):
        with suppress(Refusal):  # a list that does not fit its sheet was not printed either
            made.append(laid_out())
    return made


@dataclass(frozen=True, slots=True)
class _Of:
    """The minutes that were printed for a place, as a key: setting them takes a fifth of a second."""

    form_set: str
    contest: str
    area: str
    trial: bool
    election: Election = field(compare=False)


def _of(workspace: Workspace, contest: str, area: str) -> _Of:
    return _Of(workspace.form_set, contest, area, workspace.trial, workspace.election)


def _has_minutes(workspace: Workspace, contest: str) -> bool:
    return workspace.election.contest(contest).ballot_form != "dai-hoi"


@lru_cache(maxsize=256)
def _minutes(of: _Of) -> tuple[bytes, Form]:
    return blank_minutes_of(of.election, of.contest, of.area, trial=of.trial)


@lru_cache(maxsize=4)
def _prepared_minutes(of: _Of) -> PreparedForm:
    content, form = _minutes(of)
    sides = []
    for side, page in zip(form.sides, decode_pages(content, form.id, ""), strict=True):
        assert isinstance(page, RawPage) and page.dpi, form.id
        sides.append(prepared_side(form.id, side, [(grey_of(page), pixels_per_mm(page.dpi))]))
    return PreparedForm(form, tuple(sides), hashlib.sha256(content).hexdigest())


def tells_figures(form: str, contest: str, area: str) -> bool:
    """Whether a form is one that tells the figures of a place: its sheet of figures or its minutes."""
    return form in (figures_id(contest, area), minutes_id(contest, area))


def inventory_id(workspace: Workspace, area: str) -> str:
    """The id of the form of an area's inventory."""
    return InventoryForm(workspace.election, workspace.election.area(area)).id


def other_form(election: Election, outcome: Rejection) -> Message | None:
    """Of a page whose code names another form of this election: which one, in words; the code itself says ids."""
    if outcome.reason != "other_form":
        return None
    form = str(outcome.text.params.get("code", "")).partition("|")[0]
    for area in election.areas:
        if form == InventoryForm(election, area).id:
            return replace(_OTHER_INVENTORY, params={"area": area.name})
        for contest in area.units:
            for id_of, text in _OTHER_FORMS:
                if form == id_of(contest, area.id):
                    return replace(text, params={"body": election.contest(contest).body, "area": area.name})
    return None


_OTHER_FORMS: tuple[tuple[Callable[[str, str], str], Message], ...] = (
    (figures_id, message("This is the sheet of figures of another place: {body}, {area}; hand it in there.")),
    (tally_id, message("This is the tally sheet of another place: {body}, {area}; hand it in there.")),
    (minutes_id, message("These are the minutes of another place: {body}, {area}; hand them in there.")),
)
_OTHER_INVENTORY: Message = message("This is the inventory of another area: {area}; hand it in there.")
