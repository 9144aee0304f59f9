"""The history of the tables: how a database of an older program is brought up to this one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection

from pipeline.errors import refuse
from pipeline.storage.database import Database


def head() -> str:
    """The newest revision this program knows."""
    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def revision(database: Database) -> str | None:
    """The revision of a database; ``None`` for an empty one."""
    with database.read() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> str | None:
    """Bring the tables up to ``to`` in one transaction and give the revision they had before.

    Other writers wait meanwhile; after a failure or ``kill -9`` the tables are as they were. Raises
    :class:`Refusal` ``schema-newer`` where a newer program has been at work.
    """
    with database.write() as connection:
        before = MigrationContext.configure(connection).get_current_revision()
        config = _config(connection)
        _refuse_newer(config, before, database.url)
        command.upgrade(config, to)
    return before


def refuse_newer(revision: str, place: str) -> None:
    """Raises :class:`Refusal` ``schema-newer`` where this program does not know ``revision`` of ``place``."""
    _refuse_newer(_config(), revision, place)


def _refuse_newer(config: Config, current: str | None, place: str) -> None:
    if current is None:
        return
    try:
        ScriptDirectory.from_config(config).get_revision(current)
    except CommandError as error:
        raise refuse(
            "schema-newer",
            place,
            "a newer kiemphieu made these tables (revision {revision}); open them with that version or a later one",
            revision=current,
        ) from error


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
