"""A backup in the middle of a count, gone on from on another laptop and another database."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_ingest import counted, ingest, scans, workspace_of

from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.usecases.backup import back_up, restore
from pipeline.usecases.workspace import open_workspace


def test_a_second_laptop_goes_on_from_a_backup_made_in_the_middle(
    tmp_path: Path, election: Election, address: str | None
) -> None:
    files = scans(tmp_path / "s", 20)
    first = workspace_of(tmp_path / "first", election)
    ingest(first, files[:9])
    back_up(first, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "second", address)
    second = open_workspace(tmp_path / "second")
    assert counted(second) == counted(first)
    ingest(second, files)
    ingest(first, files)
    assert counted(second) == counted(first)
    assert counted(second)[0] == 20


def test_a_damaged_backup_is_refused_and_nothing_is_made(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    ingest(workspace, scans(tmp_path / "s", 3))
    back_up(workspace, tmp_path / "b.tar")
    content = bytearray((tmp_path / "b.tar").read_bytes())
    place = content.find(b"struck")
    content[place : place + 6] = b"xxxxxx"
    (tmp_path / "b.tar").write_bytes(content)
    with pytest.raises(Refusal, match="no whole backup"):
        restore(tmp_path / "b.tar", tmp_path / "second")
    assert not (tmp_path / "second").exists()


def test_a_backup_overwrites_nothing(tmp_path: Path, election: Election) -> None:
    workspace = workspace_of(tmp_path / "w", election)
    back_up(workspace, tmp_path / "b.tar")
    with pytest.raises(Refusal, match="the file exists"):
        back_up(workspace, tmp_path / "b.tar")
    with pytest.raises(Refusal, match="not empty"):
        restore(tmp_path / "b.tar", tmp_path / "w")
