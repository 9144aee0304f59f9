"""Runs revisions on the connection that :func:`pipeline.storage.migrations.upgrade` hands in."""

from __future__ import annotations

from alembic import context

from pipeline.storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,  # the transaction belongs to the caller
)
context.run_migrations()
