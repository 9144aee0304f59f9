"""Audits of results."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table(
        "result_audit",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("contest", "unit", "kind")),
        sa.Column("risk", sa.Float(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "figures")),
        *(sa.Column(name, sa.JSON(none_as_null=True), nullable=False) for name in ("assertions", "manifest")),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('ballots', 'piles')", name=op.f("ck_result_audit_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_audit")),
    )
    op.create_table(
        "result_audit_seen",
        sa.Column("audit", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "author")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["audit"], ["result_audit.id"], name=op.f("fk_result_audit_seen_audit")),
        sa.PrimaryKeyConstraint("audit", "place", "version", name=op.f("pk_result_audit_seen")),
    )
