"""All official forms that a count fills, each with what keeps it from being final, printed as PDF or DOCX."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.election.definition import Election
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message
from pipeline.reports.congress import congress_paper
from pipeline.reports.congress_fields import congress_faults
from pipeline.reports.fields import faults
from pipeline.reports.minutes import minutes_paper
from pipeline.reports.official.elected import elected_faults, elected_paper
from pipeline.reports.official.inventory import inventory_faults, inventory_paper
from pipeline.reports.official.report import report_paper
from pipeline.reports.official.report_fields import report_faults
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
from pipeline.usecases.congress_minutes import congress_of
from pipeline.usecases.extra_rounds import kept_extras
from pipeline.usecases.official_data import Result, Source, assembly, inventory, summary, unit_minutes
from pipeline.usecases.official_people import elected_list, statistics
from pipeline.usecases.official_reports import report
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.shares import share_minutes, share_totals
from pipeline.usecases.totals import Totals, totals
from pipeline.usecases.workspace import Workspace

Kind = Literal["pdf", "docx"]
NUMBERS = ("18", "19", "20", "21", "23", "24", "25", "26", "27", "28", "29", "30", "32", "dai-hoi")
CONGRESS = "dai-hoi"
"""In the place of a number: the minutes of a congress, which no text prescribes."""
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
    def place(self) -> str:
        """What people call it, where a problem is told."""
        return f"{'Biên bản kiểm phiếu' if self.number == CONGRESS else f'Mẫu {self.number}'}, {self.key}"

    @property
    def final(self) -> bool:
        return not self.why

    def file(self, kind: Kind) -> str:
        head = "bien-ban-kiem-phieu" if self.number == CONGRESS else f"mau-{self.number}"
        return f"{head}-{self.key}{'' if self.final else DRAFT}.{kind}"


def print_form(form: OfficialForm, log_head: str, kind: Kind, *, trial: bool, draft: bool) -> bytes:
    """The file. Refused (``form-incomplete``) with everything that lacks, unless a ``draft`` is asked for."""
    if form.why and not draft:
        raise Refusal([Problem("form-incomplete", form.place, text) for text in form.why])
    imprint = Imprint(form.digest, log_head, trial)
    return (paper_pdf if kind == "pdf" else paper_docx)(form.paper, imprint, form.why)


def official_forms(
    workspace: Workspace, actor: Actor, later: Sequence[Workspace] = (), number: str | None = None
) -> tuple[OfficialForm, ...]:
    """Every form of the count, or those of one number; ``later``: counts of its later rounds."""
    require(actor, "see_totals")
    with workspace.database.read() as db:
        first = totals(db, workspace.count, actor)
        given = particulars_of(db, actor)
        kept = later_results(db, workspace.election)
    more = (*(Result(w.election, _totals(w, actor)) for w in later), *kept)
    return forms_of(Source(Result(workspace.election, first), given, _once(more)), number)


def later_results(db: Connection, election: Election) -> tuple[Result, ...]:
    """Extra elections whose results have come in here."""
    return tuple(Result(k.election, k.totals, kept=True) for k in kept_extras(db, election))


def _once(more: Sequence[Result]) -> tuple[Result, ...]:
    """A round that is given as a workspace and has come in as a file is one round: the workspace tells more."""
    given = {u.unit for r in more if not r.kept and _extra(r) for u in r.totals.units}
    return tuple(r for r in more if not (r.kept and r.totals.units[0].unit in given))


def _extra(result: Result) -> bool:
    return result.election.round is not None and result.election.round.kind == "extra"


def _totals(workspace: Workspace, actor: Actor) -> Totals:
    with workspace.database.read() as db:
        return totals(db, workspace.count, actor)


def log_head(workspace: Workspace) -> str:
    """The digest of the last line of the log, which stands in the foot of a print."""
    with workspace.database.read() as db:
        head = log.head(db)
    return head.digest if head else ""


def forms_of(source: Source, number: str | None = None) -> tuple[OfficialForm, ...]:
    """Every form that these totals fill, in the order of their numbers, or those of one ``number`` alone.

    Refused (``form-unknown``) where they fill no form of that number.
    """
    wanted = frozenset(NUMBERS if number is None else (number,))
    found = [*_of_congress(source)] if CONGRESS in wanted else []
    if any(c.ballot_form != "dai-hoi" for c in source.election.contests):
        found += [*_of_areas(source, wanted), *_of_units(source, wanted), *_of_committees(source, wanted)]
    if number is not None and not found:
        raise refuse(
            "form-unknown",
            number,
            "this count fills no form '{value}'; leave --form out to see which it fills",
            value=number,
        )
    return tuple(sorted(found, key=lambda f: NUMBERS.index(f.number)))


def digest_of(given: Any) -> str:
    """SHA-256 of the values of a record, its objections left out."""
    document = asdict(replace(given, objections=()))
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


Wanted = frozenset[str]
"""Numbers of the forms that are asked for: a country has 216,000 count minutes beside one Mẫu 30."""


def _of_congress(source: Source) -> Iterator[OfficialForm]:
    yield from share_forms(source.election, source.first.totals)
    for area in source.first.totals.areas:
        if source.election.unit(area.unit).shares:
            continue  # a class has no minutes of its own: they would tell how its holders voted
        if source.election.contest(area.contest).ballot_form == "dai-hoi":
            given = congress_of(source.election, area, source.first.unit(area.unit))
            key = f"{area.area}-{area.contest}"
            yield OfficialForm(CONGRESS, key, congress_paper(given), congress_faults(given), digest_of(given))


def share_forms(election: Election, found: Totals) -> Iterator[OfficialForm]:
    """The minutes of a meeting that votes by shares: one for each unit, all classes of ballots together."""
    for shares in share_totals(election, found):
        told = share_minutes(election, shares)
        yield OfficialForm(CONGRESS, shares.unit.id, congress_paper(told), congress_faults(told), digest_of(told))


def _of_areas(source: Source, wanted: Wanted) -> Iterator[OfficialForm]:
    for area in source.first.totals.areas:
        number = "18" if assembly(source.election.contest(area.contest)) else "23"
        if number in wanted:
            given = source.of_area(source.first, area)
            key = f"{area.area}-{area.contest}"
            yield OfficialForm(number, key, minutes_paper(given), faults(given), digest_of(given))
    if "32" in wanted:
        for place in source.election.areas:
            stock = inventory(source, place.id)
            yield OfficialForm("32", place.id, inventory_paper(stock), inventory_faults(stock), digest_of(stock))


def _of_units(source: Source, wanted: Wanted) -> Iterator[OfficialForm]:
    for unit in (u for u in source.election.units if u.seats):
        contest = source.election.contest(unit.contest)
        number = "19" if assembly(contest) else "24"
        if number in wanted:
            given = unit_minutes(source, unit)
            yield OfficialForm(number, unit.id, unit_paper(given), unit_faults(given), digest_of(given))
        if assembly(contest) and "21" in wanted:
            people = elected_list(source, contest, unit)
            yield OfficialForm("21", unit.id, elected_paper(people), elected_faults(people), digest_of(people))


def _of_committees(source: Source, wanted: Wanted) -> Iterator[OfficialForm]:
    for contest in source.election.contests:
        number = "20" if assembly(contest) else "25"
        if number in wanted:
            given = summary(source, contest)
            yield OfficialForm(number, contest.id, summary_paper(given), summary_faults(given), digest_of(given))
        if not assembly(contest) and "26" in wanted:
            people = elected_list(source, contest, None)
            yield OfficialForm("26", contest.id, elected_paper(people), elected_faults(people), digest_of(people))
    for official, number in ((False, "28"), (True, "30")):
        if number in wanted:
            table = statistics(source, official=official)
            why = statistics_faults(table)
            yield OfficialForm(number, source.election.id, statistics_paper(table), why, digest_of(table))
    for final, number in ((False, "27"), (True, "29")):
        if number in wanted:
            said = report(source, final=final)
            yield OfficialForm(number, source.election.id, report_paper(said), report_faults(said), digest_of(said))
