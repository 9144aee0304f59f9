"""Which commands there are; each is imported only when it is called."""

from __future__ import annotations

import importlib
import os
from collections.abc import Mapping
from typing import Literal, cast

import click

from pipeline.messages import Language

COMMANDS: Mapping[str, tuple[str, str]] = {
    "new": ("workspace_commands", "Make a workspace from an election definition."),
    "forms": ("workspace_commands", "Write the ballot forms and print ballots as PDF."),
    "figures": ("workspace_commands", "Load the figures that no ballot tells."),
    "simulate": ("simulate_command", "Simulate voters, pens and a scanner for a trial."),
    "ingest": ("ingest_command", "Read scanned batches into the workspace."),
    "review": ("review_command", "Settle what the machine asks."),
    "batches": ("ingest_command", "List batches, close or void one."),
    "totals": ("totals_commands", "Print the totals and check them."),
    "minutes": ("totals_commands", "Write the count minutes (Mẫu 18, 23) as PDF."),
    "export": ("totals_commands", "Write totals and readings as CSV and JSON."),
    "backup": ("backup_commands", "Write the whole workspace into one file."),
    "restore": ("backup_commands", "Make a workspace from a backup."),
    "read": ("read_command", "Read paper with a form document, without a workspace."),
    "demo": ("demo_command", "Run a whole trial election from printing to minutes."),
}


def language() -> Language:
    """The language of messages: ``KIEMPHIEU_LANG`` (``vi`` or ``en``), Vietnamese otherwise."""
    asked = os.environ.get("KIEMPHIEU_LANG", "vi")
    return cast(Literal["vi", "en"], asked) if asked in ("vi", "en") else "vi"


class LazyGroup(click.Group):
    """A command group that imports the module of a command when the command is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"kiemphieu.{COMMANDS[cmd_name][0]}")
        return cast(click.Command, getattr(module, cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kiemphieu")
def cli() -> None:
    """kiemphieu: count paper ballots. KIEMPHIEU_LANG=vi|en sets the language of messages."""
