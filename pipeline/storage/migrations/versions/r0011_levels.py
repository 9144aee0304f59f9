"""Levels: entries of areas, sums above them, locks; deadlines; what opened the real mode."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "level_entry",
        *_area(),
        _version(),
        *_texts("state", "source", "figures", "detail"),
        *_decided(),
        _key("level_entry", "contest", "round", "area", "version"),
    )
    op.create_table(
        "level_sum",
        *_node(),
        *_texts("figures"),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.CheckConstraint("tree IN ('unit', 'place')", name=op.f("ck_level_sum_tree")),
        _key("level_sum", "contest", "round", "tree", "node"),
    )
    op.create_table(
        "level_change",
        *_node(),
        *_texts("area"),
        _version(),
        _at(),
        _key("level_change", "contest", "round", "tree", "node", "area", "version"),
    )
    op.create_index("ix_level_change_at", "level_change", ["contest", "round", "tree", "node", "at"])
    op.create_table(
        "level_lock",
        *_node(),
        _version(),
        *_texts("act", "figures", "number", "day", "signers"),
        *_decided(),
        sa.CheckConstraint("act IN ('locked', 'signed', 'opened')", name=op.f("ck_level_lock_act")),
        _key("level_lock", "contest", "round", "tree", "node", "version"),
    )
    op.create_table("level_stale", *_texts("contest", "area"), _key("level_stale", "contest", "area"))
    op.create_table(
        "deadlines", _version(), *_texts("document", "reason", "author"), _at(), _key("deadlines", "version")
    )
    op.create_table(
        "opinion",
        _version(),
        *_texts("issuer", "number", "day", "author"),
        _at(),
        sa.ForeignKeyConstraint(["author"], ["account.id"], name=op.f("fk_opinion_author")),
        _key("opinion", "version"),
    )
    # What was counted before levels were kept is handed up when they are first looked at.
    for source in ("batch", "figures"):
        op.execute(
            f"INSERT INTO level_stale (contest, area) SELECT DISTINCT contest, area FROM {source} s WHERE NOT EXISTS "
            "(SELECT 1 FROM level_stale l WHERE l.contest = s.contest AND l.area = s.area)"
        )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _area() -> list[sa.Column[Any]]:
    return [*_texts("contest"), sa.Column("round", sa.Integer(), autoincrement=False, nullable=False), *_texts("area")]


def _node() -> list[sa.Column[Any]]:
    return [*_area()[:2], *_texts("tree", "node")]


def _version() -> sa.Column[Any]:
    return sa.Column("version", sa.Integer(), autoincrement=False, nullable=False)


def _at() -> sa.Column[Any]:
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _decided() -> list[sa.Column[Any]]:
    return [*_texts("reason", "author"), sa.Column("approver", sa.Text(), nullable=True), _at()]


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))
