"""Scanned count forms as a source of an area's figures: asked figure by figure, confirmed by their rules.

A figure stands where the machine's reading was accepted by the form's rules, or where enough people typed the same,
each without seeing the machine's reading or each other's (docs/adr/0008). After every answer the rest is decided anew.
The pages of one form (the minutes have several) are decided together, and confirmed one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require, require_person
from pipeline.audit.chain import AuditEvent
from pipeline.election.rule_type import RuleSet
from pipeline.errors import Problem, Refusal, refuse
from pipeline.forms.count_form_ids import is_tally
from pipeline.forms.template import Form
from pipeline.messages import Message, message
from pipeline.recognize.reading import WrittenReading
from pipeline.review.number_words import Question, name_of, questions_of
from pipeline.review.numbers import NumberDecision, NumbersDecided, Why, decide_numbers
from pipeline.review.signatures import PaperSigned, SignaturePlace, signature_places, signature_questions
from pipeline.storage import accounts, count_sheets, log
from pipeline.storage.count_sheets import CountEntry, CountSheet, SheetAct
from pipeline.usecases.count_sheet_forms import (
    check_place,
    form_of,
    inventory_id,
    tells_figures,
)
from pipeline.usecases.inventory import (
    OTHER_ISSUED,
    differs_from_read,
    keep_read,
    other_issued,
    rows_of,
    take_back_read,
)
from pipeline.usecases.typed_figure import typed_figure
from pipeline.usecases.workspace import Workspace

WORLD = frozenset({"R3", "R4", "R5", "R20", "R22"})
"""Rules between figures that can be broken and yet true on the paper; a leader confirms them, and R17, with a reason.
All others block."""
MACHINE_KEYS_FROM = 0.9
"""Least chance by its ink from which a reading may be one of the two keyers; set by hand. Below it the machine guesses,
and a person's slip that meets the guess would stand with nobody having read the figure; far above it the machine keys
nothing that its sums have not settled already."""


# What stands ---------------------------------------------------------------------------------------------

FigureState = Literal["machine", "people", "open", "once", "disputed"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a sheet. ``value``: only where it stands, since who types must see nothing. ``mine``: the actor
    has typed it; ``again``: and may still type it otherwise, as nobody else has. ``why``: why the machine's reading
    does not stand; none where the figure does."""

    field: str
    label: str
    decimals: int
    kind: str
    state: FigureState
    value: int | None
    mine: bool
    by: tuple[str, ...]
    why: tuple[Why, ...] = ()
    again: bool = False

    @property
    def stands(self) -> bool:
        return self.state in ("machine", "people")


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet as it stands: figures in the form's order, ``asked``: fields still to be typed by the actor, the most
    informative first; ``broken``: rules that the figures break, told once every figure of theirs stands; ``empty``:
    nothing is written on the sheet, and nobody has typed anything yet. ``signatures``: its places to sign, none (not
    an empty row) of a sheet that was read before they were kept; ``unsigned``: what R17 asks until it is confirmed."""

    sheet: CountSheet
    title: str
    figures: tuple[Figure, ...]
    asked: tuple[str, ...]
    waiting: int
    broken: tuple[Question, ...]
    empty: bool = False
    signatures: tuple[SignaturePlace, ...] | None = None
    unsigned: tuple[Question, ...] = ()
    inventory: bool = False
    """Whether it is the inventory of its area (Mẫu 32), which stands as that once it is confirmed."""
    replaces: bool = False
    """Whether another inventory stands, which this one would change: that takes a reason."""
    page: int = 0
    """Which page of a form of several it is, 0 of others."""
    pages: tuple[int, ...] = ()
    """The pages of its form that a scan has of several, 0 of others left out."""
    twice: Mapping[str, str] = field(default_factory=dict)
    """Other sheets of the place that are the same page of the same form, with their files' names; only one of them can
    be the paper."""
    people: Mapping[str, str] = field(default_factory=dict)
    """Names of who handed it in, confirmed it and took it out, by account."""

    @property
    def ready(self) -> bool:
        """Every figure stands."""
        return self.waiting == 0


def sheets_of(workspace: Workspace, actor: Actor, contest: str, area: str) -> tuple[SheetView, ...]:
    """The sheets of a place that are not void, the first handed in first, the pages of one form in their order."""
    require(actor, "ingest")
    check_place(workspace, contest, area)
    with workspace.database.read() as db:
        found = [s for s in _at(db, workspace, contest, area) if s.state != "void"]
        views = [_view(db, workspace, actor, s, count_sheets.entries(db, s.id)) for s in found]
    first: dict[str, int] = {}
    places = [first.setdefault(view.sheet.form, n) if view.page else n for n, view in enumerate(views)]
    ordered = sorted(zip(places, views, strict=True), key=lambda one: (one[0], one[1].page))
    return tuple(view for _, view in ordered)


def _at(db: Connection, workspace: Workspace, contest: str, area: str) -> list[CountSheet]:
    """The sheets of a contest, and the inventories of the area wherever they were handed in: they are of every one."""
    others = [c for c in workspace.election.area(area).units if c != contest]
    stock = inventory_id(workspace, area)
    elsewhere = [s for c in others for s in count_sheets.of_place(db, c, area) if s.form == stock]
    return [*count_sheets.of_place(db, contest, area), *elsewhere]


def sheet_view(workspace: Workspace, actor: Actor, sheet: str) -> SheetView:
    """One sheet. Refused: ``sheet-unknown``."""
    require(actor, "ingest")
    with workspace.database.read() as db:
        found = _open_or_not(db, sheet)
        return _view(db, workspace, actor, found, count_sheets.entries(db, sheet))


def _open_or_not(db: Connection, sheet: str) -> CountSheet:
    found = count_sheets.get(db, sheet)
    if found is None:
        raise refuse("sheet-unknown", sheet, "there is no such sheet; go back to the figures of the team")
    return found


def _view(
    db: Connection, workspace: Workspace, actor: Actor, sheet: CountSheet, given: tuple[CountEntry, ...]
) -> SheetView:
    form = form_of(workspace, sheet.contest, sheet.area, sheet.form)
    others = _other_pages(db, sheet) if len(form.sides) > 1 else ()
    decided, settled = _decided(workspace, form, sheet, given, others)
    own = {reading.field for reading in sheet.reading}
    numbers = [n for n in decided.numbers if n.field in own]
    by_field: dict[str, list[CountEntry]] = {}
    for entry in given:
        by_field.setdefault(entry.field, []).append(entry)
    figures = tuple(
        _figure(form, number, by_field.get(number.field, []), number.field in settled, actor, reading.kind)
        for number, reading in zip(numbers, sheet.reading, strict=True)
    )
    open_fields = {f.field for f in figures if f.state not in ("machine", "people")}
    mine = {f.field for f in figures if f.mine}
    # what somebody typed otherwise than the machine reads it is asked, whatever the sums say
    against = (f.field for f in figures if f.field not in decided.asked)
    asked = tuple(f for f in (*decided.asked, *against) if f in open_fields and f not in mine)
    standing = {n.field for n in decided.numbers if n.accepted or n.field in settled} - open_fields
    broken = tuple(
        question
        for sum_, question in zip(decided.broken, questions_of(decided, form), strict=False)
        if question.code != "form_empty"
        and _fields_of(question.code, decided) <= standing
        and not own.isdisjoint(name for name, _ in sum_.written)
    )
    signatures = _signatures(workspace, sheet, form)
    unsigned = signature_questions(signatures or ()) if sheet.state == "open" else ()
    empty = decided.empty and not given
    inventory = sheet.form == inventory_id(workspace, sheet.area)
    values = {f.field: f.value for f in figures}
    settled_inventory = inventory and not open_fields and sheet.state == "open"
    replaces = settled_inventory and differs_from_read(db, workspace, sheet.area, values)
    return SheetView(
        sheet, form.title, figures, asked, len(open_fields), broken, empty, signatures, unsigned, inventory, replaces,
        _page(form, sheet), _read_pages(form), _twice(db, workspace, sheet), _people(db, sheet),
    )  # fmt: skip


def _signatures(workspace: Workspace, sheet: CountSheet, form: Form) -> tuple[SignaturePlace, ...] | None:
    if sheet.signatures is None:
        return None
    return signature_places(sheet.signatures, form, workspace.profile)


def _fields_of(code: str, decided: NumbersDecided) -> set[str]:
    """The fields of the broken rules of a code: what they say must not be told while one of them is to be typed."""
    return {name for b in decided.broken if b.code == code for name, _ in b.written}


def _figure(
    form: Form, number: NumberDecision, given: list[CountEntry], settled: bool, actor: Actor, kind: str
) -> Figure:
    field = form.field(number.field)
    # also what was taken back: two people type such a figure, or somebody could try until it stands
    said = (value for entry in given for value in (entry.value, *entry.before))
    doubted = any((value or 0) != (number.value or 0) for value in said)
    state: FigureState = "people" if settled else "machine" if number.accepted and not doubted else "open"
    if state == "open" and given:
        state = "once" if len(given) == 1 else "disputed"
    stands = state in ("people", "machine")
    mine = any(e.account == actor.id for e in given)
    value = number.value if stands else None
    why = () if stands else number.why
    again = mine and state == "once"
    label = field.label or field.id
    return Figure(number.field, label, field.decimals, kind, state, value, mine, number.by, why, again)


Pages = Sequence[tuple[CountSheet, tuple[CountEntry, ...]]]
"""Pages of one form with what was typed for them."""


def _other_pages(db: Connection, sheet: CountSheet) -> Pages:
    """The other pages of a sheet's form: of each the one confirmed last, else the only one that is open. Of two open
    scans of one page nobody has said yet which is the paper."""
    own = _fields(sheet)
    found: dict[frozenset[str], list[CountSheet]] = {}
    for other in count_sheets.of_place(db, sheet.contest, sheet.area):
        if other.form == sheet.form and other.state != "void" and own.isdisjoint(_fields(other)):
            found.setdefault(_fields(other), []).append(other)
    chosen = []
    for same in found.values():
        confirmed = [page for page in same if page.state == "confirmed"]
        chosen += confirmed[-1:] or (same if len(same) == 1 else [])
    return [(page, count_sheets.entries(db, page.id)) for page in chosen]


def _fields(sheet: CountSheet) -> frozenset[str]:
    """The places of a page: which page of its form it is."""
    return frozenset(r.field for r in sheet.reading) | frozenset(s.field for s in sheet.signatures or ())


def _page(form: Form, sheet: CountSheet) -> int:
    own = _fields(sheet)
    pages = (n for n, side in enumerate(form.sides, start=1) if any(f.id in own for f in side.fields))
    return next(pages, 0) if len(form.sides) > 1 else 0


def _read_pages(form: Form) -> tuple[int, ...]:
    """The pages of a form of several that have anything to read."""
    pages = tuple(n for n, side in enumerate(form.sides, start=1) if side.fields)
    return pages if len(form.sides) > 1 else ()


def _twice(db: Connection, workspace: Workspace, sheet: CountSheet) -> Mapping[str, str]:
    """The other scans of the same page that are not void; of tally sheets there is one a bundle."""
    if sheet.state == "void" or is_tally(sheet.form):
        return {}
    same = _at(db, workspace, sheet.contest, sheet.area)
    return {
        s.id: s.name or s.id
        for s in same
        if s.id != sheet.id and s.form == sheet.form and s.state != "void" and _fields(s) == _fields(sheet)
    }


def _people(db: Connection, sheet: CountSheet) -> Mapping[str, str]:
    acts = (sheet.confirmed, sheet.taken_out)
    ids = dict.fromkeys((sheet.author, *(act.by for act in acts if act is not None)))
    found = {one: accounts.get(db, one) for one in ids}
    return {one: account.name if account else one for one, account in found.items()}


def missing_pages(views: Sequence[SheetView]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Of forms of several pages of which some are there: the title, and the pages that are not."""
    found: dict[str, SheetView] = {}
    there: dict[str, set[int]] = {}
    for view in views:
        if view.pages:
            found[view.sheet.form] = view
            there.setdefault(view.sheet.form, set()).add(view.page)
    lacking = ((v.title, tuple(n for n in v.pages if n not in there[form])) for form, v in found.items())
    return tuple((title, pages) for title, pages in lacking if pages)


def _decided(
    workspace: Workspace, form: Form, sheet: CountSheet, given: tuple[CountEntry, ...], others: Pages
) -> tuple[NumbersDecided, Mapping[str, int | None]]:
    settled: dict[str, int | None] = {}
    for page, entries in ((sheet, given), *others):
        confirmed = page.figures if page.state == "confirmed" and page is not sheet else None
        settled |= _settled(page.reading, entries, workspace.count.rules) if confirmed is None else confirmed
    written = (*sheet.reading, *(reading for page, _ in others for reading in page.reading))
    return decide_numbers(written, form, workspace.profile.numbers, settled), settled


def _settled(
    written: tuple[WrittenReading, ...], given: tuple[CountEntry, ...], rules: RuleSet
) -> dict[str, int | None]:
    """Figures on which enough people agree, the first agreement of each; the machine is one of them where the
    election's rules say so, nothing about its reading is in doubt and its chance is at least ``MACHINE_KEYS_FROM``, and
    nobody has typed the figure otherwise first: who may type until it stands would find out what the machine reads."""
    found: dict[str, int | None] = {}
    machine = {w.field: w.values[0][0] for w in written if rules.machine_keys and _keys(w)}
    said: dict[str, list[int | None]] = {}
    for name in {entry.field for entry in given if entry.before}:
        machine.pop(name, None)
    for entry in given:
        values = said.setdefault(entry.field, [])
        values.append(entry.value)
        agree = values.count(entry.value) + (entry.field in machine and machine[entry.field] == entry.value)
        # answers that were kept after the figure stood must not turn it round
        if entry.field not in found and agree >= max(2, rules.figures_keyed_by):
            found[entry.field] = entry.value
    return found


def _keys(reading: WrittenReading) -> bool:
    """Whether a reading is good enough to be one of the two who key a figure."""
    return not reading.doubts and reading.values[0][1] >= MACHINE_KEYS_FROM


# Answering -----------------------------------------------------------------------------------------------

Became = Literal["stands", "waits", "differs"]


def answer_figure(
    workspace: Workspace, actor: Actor, sheet: str, field: str, text: str, *, again: bool = False
) -> Became:
    """Keep what one person read on the paper; ``text`` is digits, or empty for nothing written.

    It stands, waits for another person, or differs from what another typed. ``again``: in place of what the same person
    typed before, while nobody else has; then the machine is none of the two. Refused: an unknown sheet or field, a
    confirmed sheet, text that is no number (``figure-number``), a second answer of the same person, and a figure that
    stands (``figure-stands``): nobody is asked for it, and what two agreed on must not depend on who posts next.
    """
    require_person(actor, "ingest", workspace.trial)
    at = workspace.clock()
    with workspace.database.write() as db:
        found = _open_or_not(db, sheet)
        if found.state != "open":
            raise refuse("sheet-confirmed", sheet, "this sheet is {state} already; nothing was changed",
                         state=found.state)  # fmt: skip
        form = form_of(workspace, found.contest, found.area, found.form)
        if field not in {one.field for one in found.reading}:
            raise refuse("field-unknown", field, "the page has no such place; reload the page")
        value = typed_figure(text, form.field(field).decimals)
        given = count_sheets.entries(db, sheet)
        figure = next(f for f in _view(db, workspace, actor, found, given).figures if f.field == field)
        if figure.stands:
            raise refuse("figure-stands", field, "{figure} stands already, nothing was changed; if the paper says "
                         "otherwise, take the sheet out with a reason and hand it in again",
                         figure=name_of(form.field(field)))  # fmt: skip
        mine = next((e for e in given if e.field == field and e.account == actor.id), None)
        if mine is not None and not (again and figure.again):
            raise refuse("already-typed", field, "you have typed this figure already; somebody else must type it now")
        before = () if mine is None else (*mine.before, mine.value)
        count_sheets.put_entry(db, CountEntry(sheet, field, actor.id, value, at, before))
        given = count_sheets.entries(db, sheet)
        stands = field in _settled(found.reading, given, workspace.count.rules)
        others = [e.value for e in given if e.field == field and e.account != actor.id]
        became: Became = "stands" if stands else "differs" if any(v != value for v in others) else "waits"
        # without the figure: a second person must not find it in the log
        detail = {"became": became} | ({"again": True} if before else {})
        event = AuditEvent(actor.id, "count_figure_typed", f"{sheet}/{field}", detail)
        log.append(db, event, at)
    return became


def confirm_sheet(
    workspace: Workspace, actor: Actor, sheet: str, reason: str = "", paper: PaperSigned | None = None
) -> None:
    """The figures of a sheet stand as what its paper says. Refused while a figure is open, and while a rule is broken:
    each with its number and the figures that are off; rules of the world (R4, R5 …) need a team leader and a reason.

    ``paper``: what the actor saw on the paper; needed (``R17``) where a signature was not seen for sure, and kept then.
    An unsigned paper breaks R17, a rule of the world.
    """
    require_person(actor, "ingest", workspace.trial)
    at = workspace.clock()
    with workspace.database.write() as db:
        found = _open_or_not(db, sheet)
        if found.state != "open":
            raise refuse("sheet-confirmed", sheet, "this sheet is {state} already; nothing was changed",
                         state=found.state)  # fmt: skip
        view = _view(db, workspace, actor, found, count_sheets.entries(db, sheet))
        if not view.ready:
            raise refuse("sheet-open", sheet, "figures still to be typed: {count}; type them first",
                         count=view.waiting)  # fmt: skip
        _check(view, actor, reason.strip(), paper)
        said = paper if view.unsigned else None
        figures = {f.field: f.value for f in view.figures}
        if (
            not view.inventory
            and "issued" in figures
            and other_issued(rows_of(db, found.area), found.contest, figures["issued"] or 0)
        ):
            raise Refusal([Problem("R19", "issued", OTHER_ISSUED)])
        _check_alike(db, found, view)
        if view.inventory:
            keep_read(db, workspace, actor, found.area, figures, reason)
        broken = [q.code for q in (*view.broken, *(view.unsigned if said == "unsigned" else ()))]
        act = SheetAct(actor.id, at, reason.strip(), tuple(dict.fromkeys(broken)))
        count_sheets.confirm(db, sheet, figures, said, act)
        detail = {"form": found.form, "figures": figures, "reason": act.reason, "broken": broken,
                  "not_seen_signed": [name for q in view.unsigned for name in q.fields], "paper": said}  # fmt: skip
        log.append(db, AuditEvent(actor.id, "count_sheet_confirmed", f"{found.area}/{found.contest}", detail), at)


def _check(view: SheetView, actor: Actor, reason: str, paper: PaperSigned | None) -> None:
    leader = actor.may("put_to_team")
    allowed = leader and bool(reason)
    against = [q for q in view.broken if not (allowed and q.code in WORLD)]
    problems = [Problem(q.code, ", ".join(q.fields), q.text) for q in against]
    if against:
        world = all(q.code in WORLD for q in against)
        problems.append(Problem("rules-broken", "reason", _ON_PAPER if not world else _REASON if leader else _LEADER))
    if view.unsigned and paper is None:
        problems += [Problem(q.code, ", ".join(q.fields), q.text) for q in view.unsigned]
        problems.append(Problem("R17", "paper", _SAY_SIGNED))
    elif view.unsigned and paper == "unsigned" and not allowed:
        problems.append(Problem("R17", "paper", _UNSIGNED))
    if problems:
        raise Refusal(problems)


def _check_alike(db: Connection, sheet: CountSheet, view: SheetView) -> None:
    """Sheet of figures and minutes of a place must say the same; refused with the figures that they say otherwise."""
    if not tells_figures(sheet.form, sheet.contest, sheet.area):
        return
    known = confirmed_figures(db, sheet.contest, sheet.area)
    differing = [f for f in view.figures if f.field in known and (known[f.field] or 0) != (f.value or 0)]
    if differing:
        raise refuse("sheet-differs", ", ".join(f.field for f in differing), "another confirmed sheet of this place "
                     "does not say the same: {figures}; look at both papers and take out the one that is wrong, with "
                     "a reason", figures=tuple(Message("{name}", {"name": f.label}) for f in differing))  # fmt: skip


_ON_PAPER = message("nothing was confirmed: what breaks a sum cannot be confirmed by anybody; look at the paper")
_REASON = message("nothing was confirmed: write the reason why it is so on the paper and yet right")
_LEADER = message("nothing was confirmed: this can be true on the paper, and only the team leader confirms it")
_SAY_SIGNED = message("R17: say whether the paper is signed before you confirm the sheet")
_UNSIGNED = message(
    "R17: the paper is not signed; have it signed and scan it again, or the team leader confirms it with a reason"
)


def void_sheet(workspace: Workspace, actor: Actor, sheet: str, reason: str) -> None:
    """The sheet is taken out (scanned badly, written anew); its answers stay in the record. Needs a reason; a confirmed
    one is taken out by the team leader alone (``sheet-leader``), who may have confirmed it against a rule."""
    require_person(actor, "ingest", workspace.trial)
    if not reason.strip():
        raise refuse("reason-missing", "reason", "a change needs a reason; write why")
    with workspace.database.write() as db:
        found = _open_or_not(db, sheet)
        if found.state == "void":
            raise refuse("sheet-void", sheet, "this sheet was taken out already; nothing was changed")
        if found.state == "confirmed" and not actor.may("put_to_team"):
            raise refuse("sheet-leader", sheet, "this sheet is confirmed; only the team leader can take it out")
        if found.state == "confirmed" and found.form == inventory_id(workspace, found.area):
            take_back_read(db, workspace, actor, found.area, found.figures or {}, reason)
        count_sheets.take_out(db, sheet, SheetAct(actor.id, workspace.clock(), reason.strip()))
        detail = {"form": found.form, "was": found.state, "reason": reason.strip()}
        event = AuditEvent(actor.id, "count_sheet_void", f"{found.area}/{found.contest}", detail)
        log.append(db, event, workspace.clock())


def confirmed_figures(db: Connection, contest: str, area: str) -> Mapping[str, int | None]:
    """What the confirmed sheets of figures and minutes of a place say, by field; empty without any; the last counts."""
    found: dict[str, int | None] = {}
    for sheet in count_sheets.of_place(db, contest, area):
        if sheet.state == "confirmed" and tells_figures(sheet.form, contest, area):
            found.update(sheet.figures or {})
    return found
