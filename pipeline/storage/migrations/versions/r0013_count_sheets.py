"""Scanned count forms, and what people typed for their figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "count_sheet",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("contest", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("rotation_deg", sa.Float(), nullable=False),
        sa.Column("engine", sa.Text(), nullable=False),
        sa.Column("reading", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'void')", name=op.f("ck_count_sheet_state")),
        sa.ForeignKeyConstraint(["author"], ["account.id"], name=op.f("fk_count_sheet_author")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_count_sheet")),
    )
    op.create_index(op.f("ix_count_sheet_contest_area"), "count_sheet", ["contest", "area"])
    op.create_table(
        "count_entry",
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["sheet"], ["count_sheet.id"], name=op.f("fk_count_entry_sheet")),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_count_entry_account")),
        sa.PrimaryKeyConstraint("sheet", "field", "account", name=op.f("pk_count_entry")),
    )
