"""``kiemphieu rules``: the rules of a count and where they stand, what is broken, and what the leader confirms."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.parameters import FOLDER, own_name
from kiemphieu.review_command import account
from kiemphieu.screen import console, say, table, text
from pipeline.access.roles import SYSTEM
from pipeline.election.rules import rules_of
from pipeline.messages import message
from pipeline.usecases.confirming import confirm_rule, flags
from pipeline.usecases.workspace import open_workspace


@click.group()
def rules() -> None:
    """The rules of a count; broken rules that are true, confirmed by the team leader."""


@rules.command()
@click.argument("workspace", type=FOLDER)
def show(workspace: Path) -> None:
    """The rule set of WORKSPACE, with what the election has set otherwise and where each rule stands."""
    opened = open_workspace(workspace)
    found = rules_of(opened.election)
    rows: list[tuple[object, ...]] = [
        (text("rule set"), found.name, found.source),
        (text("ballot"), found.ballot, ""),
        *((sign, found.meaning(sign), found.articles.get("meanings", "")) for sign in found.meanings),
        (text("more than half of"), found.majority_of, found.articles.get("majority_of", "")),
        (
            text("turnout"),
            text("yes") if found.winner_needs_turnout else text("no"),
            found.articles.get("winner_needs_turnout", ""),
        ),
        (text("tie"), found.tie, found.articles.get("tie", "")),
        (text("empty seats"), found.shortage, found.articles.get("shortage", "")),
        (text("figures typed by"), str(found.figures_keyed_by), ""),
        (text("counts that must agree"), str(found.counts), ""),
        *((f"{change.name} *", change.value, change.by) for change in opened.election.rules),
    ]
    table(text("Rules"), [text(c) for c in ("rule", "value", "basis")], rows)
    opened.close()


@rules.command()
@click.argument("workspace", type=FOLDER)
def broken(workspace: Path) -> None:
    """Broken rules of the world in WORKSPACE: those that nobody has confirmed first."""
    opened = open_workspace(workspace)
    found = flags(opened, SYSTEM)
    for flag in found:
        told = flag.confirmed.text if flag.confirmed is not None else text("not confirmed yet")
        finding = text(flag.finding.text.msgid, **flag.finding.text.params)
        console.print(f"{flag.area}/{flag.contest} {flag.finding.code}: {finding}", highlight=False)
        console.print(f"  → {told}", highlight=False)
    say(
        message(
            "{count} broken rules, {open} not confirmed", count=len(found), open=sum(f.confirmed is None for f in found)
        )
    )
    opened.close()


@rules.command()
@click.argument("workspace", type=FOLDER)
@click.option("--area", required=True, help="Id of the area.")
@click.option("--contest", required=True, help="Id of the contest.")
@click.option("--rule", required=True, help="Its number, as R4.")
@click.option("--leader", required=True, callback=own_name, help="Name of the team leader who confirms it.")
@click.option("--text", "told", required=True, help="What happened and what was done; printed under incidents.")
def confirm(workspace: Path, area: str, contest: str, rule: str, leader: str, told: str) -> None:
    """Confirm that a broken rule is true; it holds for the numbers as they stand now."""
    opened = open_workspace(workspace)
    digits = rule.strip().lstrip("Rr")
    confirm_rule(
        opened, account(opened, leader, "team_leader"), contest, area, int(digits) if digits.isdigit() else 0, told
    )
    say(message("confirmed; it is printed in the minutes and shown to every level above"))
    opened.close()
