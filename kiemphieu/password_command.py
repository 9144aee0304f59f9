"""``kiemphieu password``: a new one-time password for who has lost the own one, the administrator too."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.parameters import FOLDER
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.messages import message
from pipeline.usecases.people import reset_password
from pipeline.usecases.sign_in import FIRST, account_id
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("name", default=FIRST)
def password(workspace: Path, name: str) -> None:
    """Give the account NAME (the administrator, if none is named) of WORKSPACE a new one-time password.

    The old password and all open sessions of the account are worth nothing any more; it stands in the log.
    """
    opened = open_workspace(workspace)
    try:
        given = reset_password(opened, SYSTEM, account_id(name))
    finally:
        opened.close()
    say(
        message(
            "{name}: one-time password {password} (to be changed at the first sign-in; shown only now)",
            name=account_id(name),
            password=given,
        )
    )
