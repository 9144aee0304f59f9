"""What was read of the places to sign of a scanned count form, and what a person said of its paper."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    with op.batch_alter_table("count_sheet") as table:
        table.add_column(sa.Column("signatures", sa.JSON(none_as_null=True), nullable=True))
        table.add_column(sa.Column("paper", sa.Text(), nullable=True))
        table.create_check_constraint(op.f("ck_count_sheet_paper"), "paper IN ('signed', 'unsigned')")
