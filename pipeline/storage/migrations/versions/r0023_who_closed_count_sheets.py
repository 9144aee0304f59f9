"""The file a scanned count form came from, who confirmed it or took it out and why, and what was typed before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    with op.batch_alter_table("count_sheet") as table:
        table.add_column(sa.Column("name", sa.Text(), nullable=True))
        table.add_column(sa.Column("named_by_person", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("confirmed", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("taken_out", sa.JSON(none_as_null=True), nullable=True))
    with op.batch_alter_table("count_entry") as table:
        table.add_column(sa.Column("before", sa.JSON(none_as_null=True), nullable=True))
