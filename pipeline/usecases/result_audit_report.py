"""The result of an audit in plain words, its forms, its manifest: what goes out to people."""

from __future__ import annotations

from pipeline.access.roles import Actor, require
from pipeline.messages import Language, Message, message
from pipeline.reports.audit_sheets import DrawnSheet, Heading, sheets_pdf
from pipeline.rla.manifest import bundle, manifest_csv
from pipeline.storage import batches
from pipeline.storage.result_audits import StoredAudit
from pipeline.usecases.audit_fixed import ballots_of, shares_of
from pipeline.usecases.result_audit import Evaluation
from pipeline.usecases.result_audit_sheets import places_drawn
from pipeline.usecases.workspace import Workspace


def words(found: Evaluation) -> tuple[Message, ...]:
    """What the audit says, for people without statistics; the first sentence is the answer."""
    audit = found.audit
    limit, risk = percent(audit.risk), percent(found.risk)
    looked = message(
        "{looked} of {drawn} draws from {sheets} sheets were looked at; {differing} differ from the count.",
        looked=found.looked,
        drawn=found.drawn,
        sheets=found.sheets,
        differing=len(found.differing),
    )
    if audit.kind == "piles":
        looked = message(
            "{looked} of {drawn} draws from {sheets} piles were counted by hand; {differing} differ from the count.",
            looked=found.looked,
            drawn=found.drawn,
            sheets=found.sheets,
            differing=len(found.differing),
        )
    match found.state:
        case "no_seed":
            return (message("The result is fixed. Now throw the dice in public and enter the seed."),)
        case "looking":
            return (message("Not all that was drawn has been looked at yet: go on."), looked)
        case "confirmed" if found.risk == 0:
            return (message("Every sheet was looked at by people, and they elect the same people."), looked)
        case "confirmed":
            return (
                message("The paper confirms who is elected."),
                looked,
                message(
                    "If the result were wrong, a sample that looks this good would come up at most {risk} of the time; "
                    "the limit set before was {limit}.",
                    risk=risk,
                    limit=limit,
                ),
            )
        case "draw_more":
            return (
                message("The sample does not confirm the result yet. That does not mean that it is wrong: draw more."),
                looked,
                message(
                    "The risk stands at {risk}, the limit is {limit}; {needed} draws in all would do if nothing more "
                    "differs.",
                    risk=risk,
                    limit=limit,
                    needed=found.needed if found.needed is not None else "-",
                ),
            )
        case "count_all":
            return (
                message("A sample cannot confirm this result: count all ballots of the unit by hand."),
                looked,
            )


def percent(share: float) -> str:
    """A small share with two digits that say something: ``4.8 %``."""
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:.0f} %"


def forms(workspace: Workspace, actor: Actor, key: int, language: Language) -> bytes:
    """The PDF for those who look at the drawn sheets. Refused: ``audit-unknown``."""
    audit, drawn = places_drawn(workspace, actor, key)
    unit = ballots_of(workspace.election, audit.unit)[0]  # the same people in the same order on every ballot
    lines = [DrawnSheet(p.number, p.place, p.area_name, p.bundle, p.in_bundle, p.slip, p.file) for p in drawn]
    names = [c.full_name for c in workspace.election.candidates_of(unit.id)]
    return sheets_pdf(heading(workspace, audit), names, lines, language)


__all__ = ["bundle", "forms", "heading", "manifest_file", "percent", "words"]


def heading(workspace: Workspace, audit: StoredAudit) -> Heading:
    return Heading(
        audit=audit.id,
        election=workspace.election.title,
        body=workspace.election.contest(audit.contest).body,
        unit=workspace.election.unit(audit.unit).name,
        seed=audit.seed or "",
        digest=audit.digest,
        trial=workspace.trial,
    )


def manifest_file(workspace: Workspace, actor: Actor, audit: StoredAudit) -> bytes:
    """The manifest of an audit as CSV: piles and how many sheets lie in each; from it and the seed everybody can
    repeat the draw. It tells nothing of any ballot.
    """
    require(actor, "check_result")
    with workspace.database.read() as db:
        areas = {b.id: b.area for b in batches.every(db, void=True)}
        shares = shares_of(db, workspace, audit)
    piles = [batch for batch, _ in audit.manifest]
    return manifest_csv(audit.manifest, [areas[b] for b in piles], [shares[b] for b in piles] if shares else ())
