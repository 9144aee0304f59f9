"""``kiemphieu profile``: which thresholds a workspace accepts readings under, and how they are replaced."""

from __future__ import annotations

from pathlib import Path

import click

from kiemphieu.language import words
from kiemphieu.parameters import FILE, FOLDER, profile_of
from kiemphieu.screen import say
from pipeline.access.roles import SYSTEM
from pipeline.messages import message
from pipeline.usecases.thresholds import set_profile
from pipeline.usecases.workspace import open_workspace


@click.command()
@click.argument("workspace", type=FOLDER)
@click.argument("profile", type=FILE, required=False)
def profile(workspace: Path, profile: Path | None) -> None:
    """Show the profile of WORKSPACE, or let batches opened from now on be read under PROFILE."""
    opened = open_workspace(workspace)
    try:
        if profile is None:
            say(message("Profile {digest}: {made}", digest=opened.profile.digest[:12], made=words(opened.profile.made)))
            return
        new = profile_of(profile)
        older = set_profile(opened, SYSTEM, new)
        say(message("New batches are read under profile {digest}.", digest=new.digest[:12]))
        if older:
            say(message("{number} open batches keep the profile they began with.", number=older))
    finally:
        opened.close()
