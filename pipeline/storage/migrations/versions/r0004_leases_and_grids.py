"""Items are lent to one reviewer at a time; readings are checked in grids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index(op.f("ix_item_state"), table_name="item")
    op.create_index(op.f("ix_item_state_id"), "item", ["state", "id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_lease_account")),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_lease_item")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_lease")),
    )
    op.create_index(op.f("ix_lease_account"), "lease", ["account"], unique=False)
    op.create_table(
        "grid_check",
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('shown', 'same', 'odd')", name=op.f("ck_grid_check_verdict")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_grid_check_account")),
        sa.ForeignKeyConstraint(
            ["page", "field"], ["field_reading.page", "field_reading.field"], name=op.f("fk_grid_check_page_field")
        ),
        sa.PrimaryKeyConstraint("page", "field", "account", name=op.f("pk_grid_check")),
    )
