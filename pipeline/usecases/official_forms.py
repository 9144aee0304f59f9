"""All official forms that a count fills, each with what keeps it from being final, printed as PDF or DOCX."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from pipeline.access.roles import Actor, require
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message
from pipeline.reports.fields import faults
from pipeline.reports.minutes import minutes_paper
from pipeline.reports.official.elected import elected_faults, elected_paper
from pipeline.reports.official.inventory import inventory_faults, inventory_paper
from pipeline.reports.official.statistics import statistics_paper
from pipeline.reports.official.statistics_fields import statistics_faults
from pipeline.reports.official.summary import summary_paper
from pipeline.reports.official.summary_fields import summary_faults
from pipeline.reports.official.unit import unit_paper
from pipeline.reports.official.unit_fields import unit_faults
from pipeline.reports.paper import Imprint, Paper
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.storage import log
from pipeline.usecases.official_data import Result, Source, assembly, inventory, summary, unit_minutes
from pipeline.usecases.official_people import elected_list, statistics
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.totals import Totals, totals
from pipeline.usecases.workspace import Workspace

Kind = Literal["pdf", "docx"]
NUMBERS = ("18", "19", "20", "21", "23", "24", "25", "26", "28", "30", "32")
DRAFT = "-ban-nhap"
"""In the name of a file that is none to sign, so that it never takes the place of a form that may have been."""


@dataclass(frozen=True, slots=True)
class OfficialForm:
    """One form of one area, unit or committee. ``why``: what keeps it from being final, empty where it is."""

    number: str
    key: str
    """Of what: "kv1-qh", "qh-1", "tinh"; with the number it names the file."""
    paper: Paper
    why: tuple[Message, ...]
    digest: str
    """SHA-256 of everything filled in."""

    @property
    def final(self) -> bool:
        return not self.why

    def file(self, kind: Kind) -> str:
        return f"mau-{self.number}-{self.key}{'' if self.final else DRAFT}.{kind}"


def print_form(form: OfficialForm, log_head: str, kind: Kind, *, trial: bool, draft: bool) -> bytes:
    """The file. Refused (``form-incomplete``) with everything that lacks, unless a ``draft`` is asked for."""
    if form.why and not draft:
        place = f"Mẫu {form.number}, {form.key}"
        raise Refusal([Problem("form-incomplete", place, text) for text in form.why])
    imprint = Imprint(form.digest, log_head, trial)
    return (paper_pdf if kind == "pdf" else paper_docx)(form.paper, imprint, form.why)


def official_forms(workspace: Workspace, actor: Actor, later: Sequence[Workspace] = ()) -> tuple[OfficialForm, ...]:
    """Every form of the count, in the order of their numbers; ``later``: counts of its later rounds."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        first = totals(db, workspace.count, actor)
        given = particulars_of(db, actor)
    more = tuple(Result(w.election, _totals(w, actor)) for w in later)
    return forms_of(Source(Result(workspace.election, first), given, more))


def _totals(workspace: Workspace, actor: Actor) -> Totals:
    with workspace.database.read() as db:
        return totals(db, workspace.count, actor)


def log_head(workspace: Workspace) -> str:
    """The digest of the last line of the log, which stands in the foot of a print."""
    with workspace.database.read() as db:
        head = log.head(db)
    return head.digest if head else ""


def forms_of(source: Source) -> tuple[OfficialForm, ...]:
    """Every form that these totals fill, in the order of their numbers."""
    found = [*_of_areas(source), *_of_units(source), *_of_committees(source)]
    return tuple(sorted(found, key=lambda f: NUMBERS.index(f.number)))


def only(forms: Sequence[OfficialForm], number: str | None) -> tuple[OfficialForm, ...]:
    """Those of one number. Refused (``form-unknown``) where the count fills no such form."""
    if number is None:
        return tuple(forms)
    chosen = tuple(f for f in forms if f.number == number)
    if not chosen:
        known = ", ".join(dict.fromkeys(f.number for f in forms))
        raise refuse(
            "form-unknown", number, "this count fills no form '{value}'; choose one of: {known}", value=number,
            known=known,
        )  # fmt: skip
    return chosen


def digest_of(given: Any) -> str:
    """SHA-256 of the values of a record, its objections left out."""
    document = asdict(replace(given, objections=()))
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def _of_areas(source: Source) -> Iterator[OfficialForm]:
    for area in source.first.totals.areas:
        given = source.of_area(source.first, area)
        number = "18" if given.assembly else "23"
        yield OfficialForm(
            number, f"{area.area}-{area.contest}", minutes_paper(given), faults(given), digest_of(given)
        )  # fmt: skip
    for place in source.election.areas:
        stock = inventory(source, place.id)
        yield OfficialForm("32", place.id, inventory_paper(stock), inventory_faults(stock), digest_of(stock))


def _of_units(source: Source) -> Iterator[OfficialForm]:
    for unit in (u for u in source.election.units if u.seats):
        contest = source.election.contest(unit.contest)
        of_assembly = assembly(contest)
        given = unit_minutes(source, unit)
        number = "19" if of_assembly else "24"
        yield OfficialForm(number, unit.id, unit_paper(given), unit_faults(given), digest_of(given))
        if of_assembly:
            people = elected_list(source, contest, unit)
            yield OfficialForm("21", unit.id, elected_paper(people), elected_faults(people), digest_of(people))


def _of_committees(source: Source) -> Iterator[OfficialForm]:
    for contest in source.election.contests:
        given = summary(source, contest)
        number = "20" if given.assembly else "25"
        yield OfficialForm(number, contest.id, summary_paper(given), summary_faults(given), digest_of(given))
        if not given.assembly:
            people = elected_list(source, contest, None)
            yield OfficialForm("26", contest.id, elected_paper(people), elected_faults(people), digest_of(people))
    for official, number in ((False, "28"), (True, "30")):
        table = statistics(source, official=official)
        yield OfficialForm(
            number, source.election.id, statistics_paper(table), statistics_faults(table), digest_of(table)
        )  # fmt: skip
