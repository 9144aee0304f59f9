"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_digest")),
    )
    op.create_index(op.f("ix_audit_act"), "audit", ["act"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)
    op.create_table(
        "figures",
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("contest", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("area", "contest", "version", name=op.f("pk_figures")),
    )
    op.create_table(
        "profile",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_profile")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("contest", sa.Text(), nullable=False),
        sa.Column("declared", sa.Integer(), nullable=True),
        sa.Column("sides", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("form_set", sa.Text(), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("sides IN ('simplex', 'duplex')", name=op.f("ck_batch_sides")),
        sa.CheckConstraint("state IN ('open', 'closed', 'void')", name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(["profile"], ["profile.digest"], name=op.f("fk_batch_profile")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("seq", name=op.f("uq_batch_seq")),
    )
    op.create_index(op.f("ix_batch_area_contest"), "batch", ["area", "contest"], unique=False)
    op.create_table(
        "workspace",
        sa.Column("only", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("election", sa.JSON(), nullable=False),
        sa.Column("election_digest", sa.Text(), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("form_set", sa.Text(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("mode IN ('trial', 'real')", name=op.f("ck_workspace_mode")),
        sa.CheckConstraint('"only" = 1', name=op.f("ck_workspace_only")),
        sa.ForeignKeyConstraint(["profile"], ["profile.digest"], name=op.f("fk_workspace_profile")),
        sa.PrimaryKeyConstraint("only", name=op.f("pk_workspace")),
    )
    op.create_table(
        "image",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_image_batch")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_image")),
    )
    op.create_table(
        "file",
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_file_batch")),
        sa.ForeignKeyConstraint(["sha256"], ["image.sha256"], name=op.f("fk_file_sha256")),
        sa.PrimaryKeyConstraint("batch", "sha256", name=op.f("pk_file")),
    )
    op.create_table(
        "page",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("text", sa.JSON(), nullable=True),
        sa.Column("form", sa.Text(), nullable=True),
        sa.Column("side", sa.Text(), nullable=True),
        sa.Column("rotation_deg", sa.Float(), nullable=True),
        sa.Column("residual_mm", sa.Float(), nullable=True),
        sa.Column("seems", sa.Text(), nullable=True),
        sa.Column("engine", sa.Text(), nullable=True),
        sa.Column("fate", sa.Text(), nullable=True),
        sa.Column("moved_from", sa.Text(), nullable=True),
        sa.CheckConstraint("status IN ('read', 'rejected', 'void')", name=op.f("ck_page_status")),
        sa.ForeignKeyConstraint(["batch", "sha256"], ["file.batch", "file.sha256"], name=op.f("fk_page_batch_sha256")),
        sa.ForeignKeyConstraint(["moved_from"], ["page.id"], name=op.f("fk_page_moved_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page")),
        sa.UniqueConstraint("batch", "sha256", "number", name=op.f("uq_page_batch_sha256_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("source IN ('scanned', 'hand', 'moved')", name=op.f("ck_ballot_source")),
        sa.CheckConstraint("state IN ('counted', 'void')", name=op.f("ck_ballot_state")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_ballot_batch")),
        sa.ForeignKeyConstraint(["page"], ["page.id"], name=op.f("fk_ballot_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("page", name=op.f("uq_ballot_page")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_ballot_batch"), "ballot", ["batch"], unique=False)
    op.create_table(
        "field_reading",
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("p_wrong", sa.Float(), nullable=False),
        sa.Column("quad", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("measures", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["page"], ["page.id"], name=op.f("fk_field_reading_page")),
        sa.PrimaryKeyConstraint("page", "field", name=op.f("pk_field_reading")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("ballot", sa.Text(), nullable=True),
        sa.Column("page", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("field_kind", sa.Text(), nullable=True),
        sa.Column("doubts", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ballot"], ["ballot.id"], name=op.f("fk_item_ballot")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_item_batch")),
        sa.ForeignKeyConstraint(["page"], ["page.id"], name=op.f("fk_item_page")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_item_ballot"), "item", ["ballot"], unique=False)
    op.create_index(op.f("ix_item_batch"), "item", ["batch"], unique=False)
    op.create_index(op.f("ix_item_page"), "item", ["page"], unique=False)
    op.create_index(op.f("ix_item_state"), "item", ["state"], unique=False)
    op.create_table(
        "entry",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_entry_account")),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_entry_item")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entry")),
        sa.UniqueConstraint("item", "account", name=op.f("uq_entry_item_account")),
    )
    op.create_table(
        "settlement",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_settlement_item")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_settlement")),
    )
    op.create_table(
        "team_decision",
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("pile", sa.Text(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("votes", sa.JSON(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item"], ["item.id"], name=op.f("fk_team_decision_item")),
        sa.PrimaryKeyConstraint("item", "version", name=op.f("pk_team_decision")),
    )
