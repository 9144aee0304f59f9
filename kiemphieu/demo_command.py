"""``kiemphieu demo``: a whole trial election, from printing the ballots to minutes, compared with the truth."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import numpy as np

from calibration.simulate.election import simulate_election
from calibration.simulate.truth import ElectionTruth
from kiemphieu import parameters
from kiemphieu.demo_extra import hold_extra_elections
from kiemphieu.demo_score import ReadingScore, compare, score_readings
from kiemphieu.language import language
from kiemphieu.official_command import load_all, write_forms
from kiemphieu.piles import piles_of
from kiemphieu.screen import console, decimal, progress_bar, say, share, table, text, why_rejected
from kiemphieu.simulated_review import (
    ReviewReport,
    Truth,
    prepare,
    raise_all,
    settle_fields_and_pages,
    settle_team_items,
)
from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.election.figures import load_figures
from pipeline.election.load import load_election
from pipeline.election.particulars import KINDS
from pipeline.forms.ballots import ballot_of
from pipeline.forms.printing import print_ballots
from pipeline.messages import message, render
from pipeline.storage import batches as stored_batches
from pipeline.usecases.batches import batch_count, close_batch, move_page, moves_waiting
from pipeline.usecases.figures import keep_figures
from pipeline.usecases.ingest import IngestResult, ingest_batch, open_batch
from pipeline.usecases.official_data import Result, Source
from pipeline.usecases.official_forms import forms_of, later_results
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.shares import names_of, share_totals
from pipeline.usecases.totals import Totals, totals
from pipeline.usecases.totals_files import totals_csv, totals_json
from pipeline.usecases.workspace import Workspace, create_workspace

EXAMPLE = Path(str(files("kiemphieu.example")))


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("out/demo"),
    show_default=True,
    help="Folder for everything that the trial makes; an earlier trial in it is replaced.",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of voters, pens and scanner.")
@click.option(
    "--ballots",
    type=click.IntRange(5, 100_000),
    default=112,
    show_default=True,
    help="Voters a batch; there are nine batches.",
)
@click.option("--workers", type=click.IntRange(1, 256), default=None, help="Processes; one a core otherwise.")
def demo(out: Path, seed: int, ballots: int, workers: int | None) -> None:
    """Run a whole trial election: print, simulate, scan, review, total, minutes; compare with the truth."""
    started = time.monotonic()
    _clear(out)
    election = load_election(EXAMPLE)
    layouts = {u.id: ballot_of(election, u.id) for u in election.units if u.seats}
    workspace = create_workspace(out / "workspace", election)
    for unit, layout in layouts.items():
        path = out / "print" / f"{unit}.pdf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(print_ballots(layout, ballots))
    say(
        message(
            "Election {title}: {units} ballots designed and printed as PDF",
            title=election.title,
            units=len(layouts),
        )
    )
    with parameters.workers(workers) as pool:
        with progress_bar(text("Simulating voters, pens and a scanner")) as step:
            paper = simulate_election(election, layouts, out / "paper", seed, ballots, pool, step)
        say(message("{pages} pages simulated (SIMULATED paper, not a real election)", pages=len(paper.truth.pages)))
        reading_started = time.monotonic()
        ingested = ingest_paper(workspace, paper.folder, pool)
        seconds = time.monotonic() - reading_started
    score = score_readings(workspace, paper.truth)
    review = _review(workspace, paper.truth, election, paper.figures, seed)
    found = _close_and_total(workspace)
    hold_extra_elections(workspace, out / "extra", seed)
    written = _write(workspace, found, out)
    differences = compare(election, paper.truth, found, review)
    report = _report(workspace, paper.truth, ingested, score, review, differences, found)
    report |= {
        "seconds": {"reading": round(seconds, 1), "all": round(time.monotonic() - started, 1)},
        "pages_per_second": round(ingested.pages / seconds, 1),
        "seed": seed,
        "files": written,
    }
    (out / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print_totals(election, found)
    _print_summary(report, out)
    workspace.close()
    if not report["passed"]:
        raise SystemExit(1)


def _clear(out: Path) -> None:
    """Remove an earlier trial, and nothing else: only folders that a trial makes are touched."""
    for name in ("workspace", "extra", "print", "paper", "results"):
        shutil.rmtree(out / name, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)


def ingest_paper(workspace: Workspace, folder: Path, pool: Any) -> IngestResult:
    """Figures and batches as the counting team delivers them."""
    with workspace.database.write() as db:
        given = load_figures(folder / "figures.xlsx", workspace.election)
        keep_figures(db, SYSTEM, given, "simulated", workspace.clock())
    whole = IngestResult()
    with progress_bar(text("Reading ballots")) as step:
        for pile in piles_of(folder / "batches.csv"):
            batch = open_batch(workspace, SYSTEM, pile.batch, pile.area, pile.contest, pile.declared, pile.sides)
            _add(
                whole,
                ingest_batch(
                    workspace,
                    SYSTEM,
                    batch.id,
                    list(pile.files),
                    pool,
                    progress=lambda done, _: step(whole.pages + done, 0),
                ),
            )
    return whole


def _add(whole: IngestResult, one: IngestResult) -> None:
    for name in ("pages", "read", "blank_backs", "accepted", "asked"):
        setattr(whole, name, getattr(whole, name) + getattr(one, name))
    whole.rejected += one.rejected
    whole.already += one.already
    whole.elsewhere |= one.elsewhere


def _review(workspace: Workspace, truth: ElectionTruth, election: Election, figures: Path, seed: int) -> ReviewReport:
    """Simulated people settle everything, through the same use cases as real ones."""
    report, rng, count = ReviewReport(), np.random.default_rng(seed), workspace.count
    looked_up = Truth(truth)
    given = {(f.area, f.contest): f for f in load_figures(figures, election)}
    with workspace.database.write() as db:
        prepare(db)
        ids = [b.id for b in stored_batches.every(db)]
        batch_of = {b.id: (b.area, b.contest) for b in stored_batches.every(db)}
    for _ in range(4):  # moved and typed ballots bring new items; nothing is left after the third round
        with workspace.database.write() as db:
            settle_fields_and_pages(db, count, looked_up, rng, report, workspace.clock)
        with workspace.database.read() as db:
            moves = moves_waiting(db)
        for page, to in moves:
            move_page(workspace, SYSTEM, page, to)
        with workspace.database.write() as db:
            raise_all(db, count, ids, workspace.clock)
            settle_team_items(db, count, looked_up, given, batch_of, report, workspace.clock)
    return report


def _close_and_total(workspace: Workspace) -> Totals:
    with workspace.database.read() as db:
        counts = [batch_count(db, b) for b in stored_batches.every(db)]
    table(
        text("Batches"),
        [text(c) for c in ("batch", "declared", "scanned", "by hand", "open")],
        [(c.batch.id, c.batch.declared or 0, c.scanned, c.by_hand, c.open_items) for c in counts],
    )
    for one in counts:
        why = "" if one.matches else "simulated reviewers set a sheet aside by mistake (see agreed slips)"
        close_batch(workspace, SYSTEM, one.batch.id, why)
    with workspace.database.read() as db:
        return totals(db, workspace.count, SYSTEM)


def _write(workspace: Workspace, found: Totals, out: Path) -> dict[str, str]:
    folder = out / "results"
    folder.mkdir(parents=True, exist_ok=True)
    document = totals_json(workspace.election, found)
    (folder / "totals.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (folder / "totals.csv").write_bytes(totals_csv(workspace.election, found))
    _write_official(workspace, found, folder)
    return {
        "totals": str(folder / "totals.json"),
        "official forms": str(folder / "mau-*"),
        "print": str(out / "print"),
        "scans": str(out / "paper" / "scans"),
        "truth": str(out / "paper" / "truth"),
        "workspace": str(out / "workspace"),
    }


def _write_official(workspace: Workspace, found: Totals, folder: Path) -> None:
    """The forms of all levels, filled from the totals and the example's invented boards, committees and dossiers."""
    load_all(workspace, {name: EXAMPLE / f"{name}.csv" for name in KINDS})
    with workspace.database.read() as db:
        given = particulars_of(db, SYSTEM)
        later = later_results(db, workspace.election)
    forms = forms_of(Source(Result(workspace.election, found), given, later))
    write_forms(workspace, forms, folder, ("pdf", "docx"), draft=True)


def _report(
    workspace: Workspace,
    truth: ElectionTruth,
    ingested: IngestResult,
    score: ReadingScore,
    review: ReviewReport,
    differences: list[dict[str, Any]],
    found: Totals,
) -> dict[str, Any]:
    asked_share = score.asked_unambiguous / max(1, score.unambiguous)
    return {
        "passed": not score.wrong and not differences and found.complete,
        "simulator": truth.simulator,
        "profile": workspace.profile.digest,
        "form_set": workspace.form_set,
        "ballots": len(truth.ballots()),
        "pages": ingested.pages,
        "pages_read": ingested.read,
        "blank_backs": ingested.blank_backs,
        "pages_rejected": dict(sorted(ingested.rejected.items())),
        "files_seen_before": ingested.already,
        "good_pages": score.good_pages,
        "good_pages_rejected": score.good_pages_rejected,
        "readings": score.readings,
        "readings_accepted": score.accepted,
        "readings_asked": score.asked,
        "unambiguous_readings": score.unambiguous,
        "unambiguous_asked": score.asked_unambiguous,
        "unambiguous_asked_share": round(asked_share, 5),
        "asked_share": round(score.asked / max(1, score.readings), 5),
        "wrong_accepted": len(score.wrong),
        "wrong_accepted_readings": score.wrong,
        "simulated_review": {
            "items": review.items,
            "entries": review.entries,
            "slips": review.slips,
            "third_entries": review.third_entries,
            "team_decisions": review.to_team,
            "agreed_slips": [asdict(s) for s in review.agreed_slips],
        },
        "totals_complete": found.complete,
        "totals_that_differ_from_the_truth": differences,
    }


def _print_shares(election: Election, found: Totals) -> None:
    """Votes by shares: all classes of a unit together; how a class voted is told nowhere."""
    for one in share_totals(election, found):
        names, elected = names_of(election, one), set(one.outcome.elected) if one.outcome else set()
        ranked = sorted(names, key=lambda p: (-one.result.votes.get(p, 0), list(names).index(p)))
        rows = [(names[p], one.result.votes.get(p, 0), text("elected") if p in elected else "") for p in ranked]
        title = text(
            "{body}: {valid} shares on valid ballots, {collected} shares collected",
            body=election.contest(one.unit.contest).body,
            valid=one.result.valid,
            collected=one.result.collected,
        )
        table(title, [text("candidate"), text("shares"), ""], rows)


def print_totals(election: Election, found: Totals) -> None:
    _print_shares(election, found)
    for unit in (u for u in found.units if not election.unit(u.unit).shares):
        contest = election.contest(unit.contest)
        elected = set(unit.outcome.elected) if unit.outcome else set()
        names = {c.id: c.full_name for c in election.candidates_of(unit.unit)}
        rows = [(names[r.id], r.votes, text("elected") if r.id in elected else "") for r in unit.standings]
        title = text(
            "{body}, unit {unit}: {valid} valid, {invalid} invalid, {voted} of {voters} voted",
            body=contest.body,
            unit=election.unit(unit.unit).number,
            valid=unit.result.valid,
            invalid=unit.result.invalid_total,
            voted=unit.voted,
            voters=unit.voters,
        )
        table(title, [text("candidate"), text("votes"), ""], rows)
    failing = [(a.area, a.contest, f"{f.code}: {render(f.text, language())}") for a in found.areas for f in a.findings]
    if failing:
        table(text("Rules that do not hold"), [text(c) for c in ("area", "contest", "rule")], failing)


def _print_summary(report: dict[str, Any], out: Path) -> None:
    review = report["simulated_review"]
    rows = [
        (text("ballots on paper"), report["ballots"]),
        (text("pages read, pages a second"), f"{report['pages_read']}; {decimal(report['pages_per_second'], '.1f')}"),
        (text("pages rejected, by reason"), why_rejected(report["pages_rejected"])),
        (text("readings accepted by the machine"), report["readings_accepted"]),
        (text("readings asked of people"), f"{report['readings_asked']} ({share(report['asked_share'])})"),
        (
            text("unambiguous readings asked"),
            f"{report['unambiguous_asked']} ({share(report['unambiguous_asked_share'])})",
        ),
        (text("wrong readings accepted (must be 0)"), report["wrong_accepted"]),
        (text("answers by SIMULATED reviewers, slips among them"), f"{review['entries']}, {review['slips']}"),
        (text("decisions by the SIMULATED team"), review["team_decisions"]),
        (text("slips of two people that agreed"), len(review["agreed_slips"])),
        (text("figures that differ from the truth (must be 0)"), len(report["totals_that_differ_from_the_truth"])),
        (text("everything lies in"), str(out)),
    ]
    table(text("Summary"), ["", ""], rows)
    if report["passed"]:
        console.print(text("PASSED"), style="bold green")
    else:
        console.print(text("FAILED: see report.json"), style="bold red")
