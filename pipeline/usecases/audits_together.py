"""Audits of several results at once, across contests: one public seed, a manifest and a risk for each.

Every sheet belongs to one contest (a voter has as many ballots as there are contests), so one sample over all of them
is one list of sheets to fetch; each contest is judged by the sheets of its own manifest alone. That the chance is at
most the limit holds for each contest by itself: that one of several wrong results passes has at most the sum.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from sqlalchemy import Connection

from pipeline.access.roles import Actor, require
from pipeline.errors import Problem, Refusal, refuse
from pipeline.storage import result_audits
from pipeline.storage.result_audits import Kind, StoredAudit
from pipeline.usecases.audit_fixed import check_figures, check_risk, check_seed, known, official, open_fixed
from pipeline.usecases.result_audit import Evaluation, draw, evaluate
from pipeline.usecases.result_audit_sheets import Place, places_drawn
from pipeline.usecases.workspace import Workspace


def open_together(
    workspace: Workspace, actor: Actor, units: Sequence[tuple[str, str]], kind: Kind, risk: float
) -> tuple[StoredAudit, ...]:
    """Fix the results of several units (contest, unit), of one contest or of many, to be drawn by one public seed.

    Every one keeps its manifest, its risk and its answer. All are opened, or none. Refused as :func:`open_audit`, and
    fewer than two different units (``audit-together``).
    """
    require(actor, "check_result")
    check_risk(risk)
    wanted = list(dict.fromkeys(units))
    if len(wanted) < 2:
        raise refuse("audit-together", "units", "one seed for several results needs two units or more; name them")
    problems: list[Problem] = []
    fixed = []
    for contest, unit in wanted:
        try:
            fixed.append(official(workspace, actor, contest, unit))
        except Refusal as refusal:
            problems += [Problem(p.code, p.place or unit, p.text) for p in refusal.problems]
    if problems:
        raise Refusal(problems)
    with workspace.database.write() as db:
        first = result_audits.following(db)
        return tuple(
            open_fixed(db, workspace, actor, of, what, (kind, risk), first)
            for of, what in zip(wanted, fixed, strict=True)
        )


def draw_together(workspace: Workspace, actor: Actor, key: int, seed: str) -> tuple[StoredAudit, ...]:
    """Draw for every audit that is opened together with ``key``, by one seed: as many sheets as each needs.

    The sampler gives every sheet its tickets by itself (pile and number), so what is drawn from one contest is what
    would be drawn from all of them together, the others left out. Those that are confirmed draw no more. Refused as
    :func:`draw`, for all of them before anything is drawn; ``audit-alone`` where it is drawn by itself.
    """
    require(actor, "check_result")
    with workspace.database.read() as db:
        every = _together(db, key)
    for one in every:
        check_seed(one, "".join(seed.split()))
        check_figures(workspace, actor, one)
    return tuple(draw(workspace, actor, one.id, seed) for one in every)


def evaluate_together(workspace: Workspace, actor: Actor, key: int) -> tuple[Evaluation, ...]:
    """Where each of the audits that are opened together stands, every one with its own risk."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        every = _together(db, key)
    return tuple(evaluate(workspace, actor, one.id) for one in every)


def _together(db: Connection, key: int) -> tuple[StoredAudit, ...]:
    audit = known(db, key)
    if audit.together is None:
        raise refuse(
            "audit-alone",
            str(key),
            "this audit is drawn by itself; open several results together to draw them by one seed",
        )
    return result_audits.together(db, audit.together)


def fetched_together(workspace: Workspace, actor: Actor, key: int) -> tuple[tuple[StoredAudit, Place], ...]:
    """The drawn places of all the audits in the order of areas, then contests: people go to every area once."""
    require(actor, "check_result")
    with workspace.database.read() as db:
        every = _together(db, key)
    order = {a.id: n for n, a in enumerate(workspace.election.areas)}
    found = [(one, place) for one in every for place in places_drawn(workspace, actor, one.id)[1]]
    return tuple(sorted(found, key=lambda f: (order.get(f[1].area, len(order)), f[0].id, f[1].batch, f[1].position)))


def fetch_list(workspace: Workspace, actor: Actor, key: int) -> bytes:
    """:func:`fetched_together` as CSV, UTF-8 with a mark, for Excel; nothing of it tells how a sheet was counted."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(["area", "audit", "contest", "batch", "sheet", "bundle", "sheet_in_bundle", "place"])
    for audit, one in fetched_together(workspace, actor, key):
        head = [one.area_name, audit.id, audit.contest, one.batch]
        where = [one.position, one.bundle, one.in_bundle] if audit.kind == "ballots" else ["", "", ""]
        writer.writerow([*head, *where, one.place])
    return stream.getvalue().encode("utf-8-sig")
