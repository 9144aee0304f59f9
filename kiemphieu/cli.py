"""Which commands there are; each is imported only when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

import click

from kiemphieu.language import language, teach_click, translated
from pipeline.messages import Message, message, render

COMMANDS: Mapping[str, tuple[str, Message]] = {
    "new": ("workspace_commands", message("Make a workspace from an election definition.")),
    "forms": ("forms_command", message("Print ballots and count sheets as PDF, with the forms that read them.")),
    "figures": ("workspace_commands", message("Load the figures that no ballot tells.")),
    "shares": ("shares_command", message("Make the definition of a meeting that votes by shares.")),
    "inventory": ("inventory_command", message("Load the inventories of ballots (Mẫu 32) and check them.")),
    "profile": ("profile_command", message("Show or replace the thresholds that a workspace reads under.")),
    "simulate": ("simulate_command", message("Simulate voters, pens and a scanner for a trial.")),
    "ingest": ("ingest_command", message("Read scanned batches into the workspace.")),
    "sheets": ("sheets_command", message("Read scanned sheets of figures and tally sheets; add up the bundles.")),
    "review": ("review_command", message("Settle what the machine asks.")),
    "serve": ("serve_command", message("Serve the web application in which people work.")),
    "real": ("real_command", message("Show the mode, or open the real one with the opinion that allows it.")),
    "password": ("password_command", message("Give an account a new one-time password.")),
    "batches": ("ingest_command", message("List batches, close or void one.")),
    "totals": ("totals_commands", message("Print the totals and check them.")),
    "type": ("type_command", message("Count a box by typing; compare counts ballot by ballot.")),
    "rules": ("rules_command", message("The rules of a count; broken rules that are true.")),
    "rounds": ("rounds_command", message("Ties, annulments, extra elections and re-votes of units.")),
    "levels": ("levels_command", message("Sums of every level; lock, open, correct, import, export.")),
    "progress": ("progress_command", message("How far the count has come at a level, and what is due.")),
    "deadlines": ("progress_command", message("Show or set the deadlines and the window for results.")),
    "minutes": ("totals_commands", message("Write the count minutes (Mẫu 18, 23) as PDF.")),
    "particulars": ("official_command", message("Load what official forms need beside the count.")),
    "official": ("official_command", message("Write the official forms of all levels as PDF and DOCX.")),
    "export": (
        "export_command",
        message("Write totals at every level, NIST results and cast vote records, readings."),
    ),
    "anomalies": ("anomalies_command", message("List what looks strange in a count, to be looked at.")),
    "audit": ("audit_command", message("Audit a result by a random sample of the paper.")),
    "backup": ("backup_commands", message("Write the whole workspace into one file.")),
    "restore": ("backup_commands", message("Make a workspace from a backup.")),
    "read": ("read_command", message("Read paper with a form document, without a workspace.")),
    "learn": ("learn_command", message("Make a form document from blank paper that somebody else printed.")),
    "calibrate": (
        "calibrate_command",
        message("Learn thresholds for a chosen risk from readings with known truth."),
    ),
    "trial": ("trial_command", message("Official trial run: a test deck with known answers, and its report.")),
    "sheet": ("sheet_command", message("Print a sheet of questions of your own, and the form that reads it.")),
    "demo": ("demo_command", message("Run a whole trial election from printing to minutes.")),
}

teach_click()


class LazyGroup(click.Group):
    """A command group that imports the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kiemphieu.{COMMANDS[cmd_name][0]}")
        return translated(cast(click.Command, getattr(module, cmd_name)))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section(render(message("Commands"), language())):
            formatter.write_dl([(name, render(text, language())) for name, (_, text) in COMMANDS.items()])


def _told_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from kiemphieu.build import build, program  # noqa: PLC0415  (reads every file of the program)

        click.echo(f"kiemphieu {program()}\nSHA-256 {build()}")
        ctx.exit()


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=_told_version,
    help="Show the version and the digest of the program's files, and exit.",
)  # fmt: skip
def cli() -> None:
    """kiemphieu: count paper ballots. KIEMPHIEU_LANG=vi|en sets the language of messages."""
