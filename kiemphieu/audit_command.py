"""``kiemphieu audit``: an audit of a result by a random sample of the paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from kiemphieu.language import language
from kiemphieu.parameters import FILE, FOLDER, SHARE, refuse_existing
from kiemphieu.screen import say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message, message
from pipeline.storage.result_audits import Kind
from pipeline.usecases import audit_fixed, audits_together, result_audit, result_audit_report, result_audit_sheets
from pipeline.usecases.exports import whole_file
from pipeline.usecases.result_audit import Evaluation, State
from pipeline.usecases.workspace import Workspace, open_workspace

STATES: Mapping[State, Message] = {
    "no_seed": message("fixed, without seed"),
    "looking": message("sheets are being looked at"),
    "confirmed": message("confirmed"),
    "draw_more": message("draw more"),
    "count_all": message("count all by hand"),
}


@click.group()
def audit() -> None:
    """Audit a result: fix it, throw dice in public, look at the sheets that are drawn, see the risk that is left."""


@contextmanager
def _opened(folder: Path) -> Iterator[Workspace]:
    opened = open_workspace(folder)
    try:
        yield opened
    finally:
        opened.close()


@audit.command("open")
@click.argument("workspace", type=FOLDER)
@click.option("--contest", help="The contest; that of the unit where it is left out.")
@click.option("--unit", "units", multiple=True, required=True, help="A unit whose result is official; several times.")
@click.option("--risk", type=SHARE, default=0.05, show_default=True, help="At most this share of wrong results passes.")
@click.option("--piles", is_flag=True, help="Count whole piles by hand, where single sheets cannot be found.")
def open_(workspace: Path, contest: str | None, units: tuple[str, ...], risk: float, piles: bool) -> None:
    """Fix the result of a unit of WORKSPACE, before anybody knows the seed.

    Several units, of one contest or of many, are drawn by one seed; each keeps its manifest, its risk and its answer.
    """
    with _opened(workspace) as opened:
        kind: Kind = "piles" if piles else "ballots"
        held = {u.id: u.contest for u in opened.election.units}
        wanted = [(contest or held.get(unit, ""), unit) for unit in units]
        for of, unit in wanted:
            if not of:
                raise refuse("unit-unknown", unit, "the unit '{value}' is not in this contest; correct it", value=unit)
        if len(wanted) > 1:
            every = audits_together.open_together(opened, SYSTEM, wanted, kind, risk)
        else:
            every = (result_audit.open_audit(opened, SYSTEM, *wanted[0], kind, risk),)
        for new in every:
            say(message("audit {number} is fixed; read out its digest: {digest}", number=new.id, digest=new.digest))
        say(message("now throw ten-sided dice in public, 20 or more, and give 'kiemphieu audit draw' the digits"))


@audit.command("draw")
@click.argument("workspace", type=FOLDER)
@click.argument("number", type=int)
@click.option("--seed", default="", help="The digits of the dice, the first time.")
@click.option("--more", type=click.IntRange(1), help="So many draws more; as many as are needed otherwise.")
def draw(workspace: Path, number: int, seed: str, more: int | None) -> None:
    """Draw the sheets of audit NUMBER in WORKSPACE, or more of them; with --seed for all that are drawn by one seed."""
    with _opened(workspace) as opened:
        audit_ = result_audit_sheets.places_drawn(opened, SYSTEM, number)[0]
        if audit_.together is not None and audit_.seed is None and more is None:
            for one in audits_together.draw_together(opened, SYSTEM, number, seed):
                places = result_audit_sheets.places_drawn(opened, SYSTEM, one.id)[1]
                say(
                    message(
                        "audit {number}: {draws} draws, {places} different places",
                        number=one.id, draws=one.draws, places=len(places),
                    )
                )  # fmt: skip
            return
        found = result_audit.draw(opened, SYSTEM, number, seed, more)
        drawn = result_audit_sheets.places_drawn(opened, SYSTEM, number)[1]
        say(message("{draws} draws, {places} different places", draws=found.draws, places=len(drawn)))


@audit.command("sheets")
@click.argument("workspace", type=FOLDER)
@click.argument("number", type=int)
@click.option("--out", type=FOLDER, required=True, help="Folder for the forms (PDF), the list and the manifest (CSV).")
def sheets(workspace: Path, number: int, out: Path) -> None:
    """Write the forms of audit NUMBER for those who look, the list to fill in, and the manifest."""
    with _opened(workspace) as opened:
        found, drawn = result_audit_sheets.places_drawn(opened, SYSTEM, number)
        files = [out / f"audit-{number}{end}" for end in (".pdf", "-seen.csv", "-manifest.csv")]
        refuse_existing(*files)
        out.mkdir(parents=True, exist_ok=True)
        with whole_file(files[0]) as stream:
            stream.write(result_audit_report.forms(opened, SYSTEM, number, language()))
        with whole_file(files[1]) as stream:
            lines = io.StringIO()
            csv.writer(lines).writerows([("place", "seen"), *((p.place, "") for p in drawn)])
            stream.write(lines.getvalue().encode("utf-8-sig"))
        with whole_file(files[2]) as stream:
            stream.write(result_audit_report.manifest_file(opened, SYSTEM, found))
        if found.together is not None:
            files.append(out / f"audit-{found.together}-fetch.csv")
            with whole_file(files[-1]) as stream:
                stream.write(audits_together.fetch_list(opened, SYSTEM, number))
        for file in files:
            say(message("written: {file}", file=str(file)))


@audit.command("enter")
@click.argument("workspace", type=FOLDER)
@click.argument("number", type=int)
@click.argument("place", required=False)
@click.argument("seen", required=False)
@click.option("--file", "file", type=FILE, help="The list of 'audit sheets', filled in.")
@click.option("--by", required=True, help="Names of the people who looked.")
@click.option("--reason", default="", help="Why something is written anew.")
def enter(
    workspace: Path, number: int, place: str | None, seen: str | None, file: Path | None, by: str, reason: str
) -> None:
    """Write down what was SEEN at PLACE (batch/17) in audit NUMBER: numbers of the names left, a ground, or missing.

    "1 3": the first and the third name are left; "0": none; "b": invalid for want of a stamp; "missing": no such sheet.
    """
    if (file is None) == (place is None or seen is None):
        raise click.UsageError("give PLACE and SEEN, or --file")
    given = [(place or "", seen or "")] if file is None else _filled(file)
    faults: list[Problem] = []
    with _opened(workspace) as opened:
        for where, what in given:
            try:
                result_audit_sheets.write_down(opened, SYSTEM, number, where, what, by, reason)
            except Refusal as refusal:  # the others are kept
                faults.extend(refusal.problems)
        say(message("{number} places written down", number=len(given) - len(faults)))
    if faults:
        raise Refusal(faults)


def _filled(file: Path) -> list[tuple[str, str]]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error) as error:
        raise refuse(
            "audit-list", str(file), "this is no CSV in UTF-8 ({why}); save it as CSV UTF-8", why=str(error)
        ) from error
    missing = [c for c in ("place", "seen") if rows and c not in rows[0]]
    if missing or not rows:
        text_ = message("the list needs the columns 'place' and 'seen' and a row below; take that of 'audit sheets'")
        raise Refusal([Problem("audit-list", str(file), text_)])
    return [(r["place"] or "", r["seen"] or "") for r in rows if (r["seen"] or "").strip()]


@audit.command("count")
@click.argument("workspace", type=FOLDER)
@click.argument("number", type=int)
@click.argument("pile")
@click.option("--ballots", type=click.IntRange(0), help="Sheets in the pile.")
@click.option("--valid", type=click.IntRange(0), help="Valid ballots among them.")
@click.option("--votes", multiple=True, help="Votes of one candidate, as c1=57; once for each.")
@click.option("--missing", is_flag=True, help="The pile is not there.")
@click.option("--by", required=True, help="Names of the people who counted.")
@click.option("--reason", default="", help="Why something is written anew.")
def count(
    workspace: Path,
    number: int,
    pile: str,
    ballots: int | None,
    valid: int | None,
    votes: Sequence[str],
    missing: bool,
    by: str,
    reason: str,
) -> None:
    """Write down what people counted by hand in a PILE (batch) of audit NUMBER."""
    figures = None
    if not missing:
        if ballots is None or valid is None:
            raise click.UsageError("give --ballots, --valid and --votes, or --missing")
        figures = (ballots, valid, dict(_vote(v) for v in votes))
    with _opened(workspace) as opened:
        result_audit_sheets.write_down_pile(opened, SYSTEM, number, pile, figures, by, reason)
        say(message("{number} places written down", number=1))


def _vote(given: str) -> tuple[str, int]:
    name, _, number = given.partition("=")
    if not number.isascii() or not number.isdecimal():
        raise refuse(
            "audit-votes", "--votes", "'{value}' tells no votes; write candidate=number, as c1=57", value=given
        )
    return name, int(number)


@audit.command("result")
@click.argument("workspace", type=FOLDER)
@click.argument("number", type=int)
def result(workspace: Path, number: int) -> None:
    """Tell in plain words what audit NUMBER of WORKSPACE says, and what differs."""
    with _opened(workspace) as opened:
        found = result_audit.evaluate(opened, SYSTEM, number)
        if found.audit.together is not None:
            every = audits_together.evaluate_together(opened, SYSTEM, number)
            shares = result_audit_report.percent
            rows = [
                [e.audit.id, e.audit.contest, e.audit.unit, text(STATES[e.state].msgid), e.drawn, shares(e.risk),
                 shares(e.audit.risk)]
                for e in every
            ]  # fmt: skip
            columns = [text(c) for c in ("number", "contest", "unit", "state", "draws", "risk now", "risk limit")]
            table(text("Drawn by one seed"), columns, rows)
        for sentence in result_audit_report.words(found):
            say(sentence)
        _differing(found)
        if not audit_fixed.still_as_fixed(opened, SYSTEM, number):
            say(message("WARNING: a ballot counts otherwise than when the audit was fixed; open a new audit"))


def _differing(found: Evaluation) -> None:
    if found.differing:
        rows = [[d.place, d.counted or "-", d.seen, f"{d.over:g}"] for d in found.differing]
        columns = [text(c) for c in ("place", "counted as", "seen", "too good by")]
        table(text("What differs"), columns, rows)


@audit.command("list")
@click.argument("workspace", type=FOLDER)
def list_(workspace: Path) -> None:
    """List the audits of WORKSPACE."""
    with _opened(workspace) as opened:
        found = result_audit_sheets.every_audit(opened, SYSTEM)
        rows = [[a.id, a.contest, a.unit, a.kind, f"{a.risk:g}", a.draws] for a in found]
        columns = [text(c) for c in ("number", "contest", "unit", "kind", "risk limit", "draws")]
        table(text("Audits"), columns, rows)
        for one in found:  # whole, on lines of their own: people compare them with what was read out
            say(
                message(
                    "{number}: seed {seed}, digest {digest}", number=one.id, seed=one.seed or "-", digest=one.digest
                )
            )


@audit.command("find")
@click.argument("workspace", type=FOLDER)
@click.argument("what")
def find(workspace: Path, what: str) -> None:
    """Find a sheet of WORKSPACE: WHAT is a batch and a number in it (batch/17), or the id of a ballot."""
    with _opened(workspace) as opened:
        batch, area, sheet = result_audit_sheets.find(opened, SYSTEM, what)
        tied, inside = result_audit_report.bundle(sheet.position)
        say(
            message(
                "{area}, pile {batch}: sheet {position} (bundle {bundle}, sheet {inside}), scan {file} page {page}",
                area=area,
                batch=batch,
                position=sheet.position,
                bundle=tied,
                inside=inside,
                file=sheet.file or "-",
                page=sheet.page,
            )
        )
        say(message("ballot {ballot}", ballot=sheet.ballot))
