"""``kiemphieu backup`` and ``restore``: a workspace in one file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.parameters import FILE, FOLDER, postgresql_url
from kiemphieu.screen import say
from pipeline.errors import refuse
from pipeline.messages import message
from pipeline.usecases.backup import back_up
from pipeline.usecases.backup import restore as restored
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("file", type=FILE)
def backup(workspace: Path, file: Path) -> None:
    """Write the whole WORKSPACE (tables, scans, forms) into FILE; others may go on counting meanwhile."""
    opened = open_workspace(workspace)
    made = back_up(opened, file)
    opened.close()
    say(message("{file}: {files} parts, {rows} rows, {size} bytes", file=str(file), files=made.files,
                rows=made.rows, size=made.size))  # fmt: skip


@click.command()
@click.argument("file", type=FILE)
@click.argument("workspace", type=FOLDER)
@click.option(
    "--database",
    callback=postgresql_url,
    help="PostgreSQL URL of an empty database; SQLite in the workspace otherwise.",
)
def restore(file: Path, workspace: Path, database: str | None) -> None:
    """Make WORKSPACE from the backup FILE, which is checked as a whole first."""
    if not file.exists():
        raise refuse("file-missing", str(file), "there is no such file; check the path")
    restored(file, workspace, database)
    open_workspace(workspace).close()
    say(message("{folder} is restored and ready", folder=str(workspace)))
