"""Decisions about rounds, confirmed rules, counts that are typed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "ruling",
        *_texts("contest", "unit"),
        _number("version"),
        *_texts("kind", "area"),
        sa.Column("chosen", sa.JSON(none_as_null=True), nullable=False),
        *_texts("number", "day", "authority", "reason", "author"),
        _moment("at"),
        _key("ruling", "contest", "unit", "version"),
        _one_of("ruling", "kind", "tie", "annul_area", "annul_unit", "extra", "re_vote"),
    )
    op.create_table(
        "confirmed_rule",
        *_texts("area", "contest"),
        _number("rule"),
        _number("version"),
        *_texts("kind", "digest", "text", "author"),
        _moment("at"),
        _key("confirmed_rule", "area", "contest", "rule", "version"),
        _one_of("confirmed_rule", "kind", "world", "warning"),
    )
    op.create_table(
        "way",
        *_texts("id", "area", "contest", "kind", "account", "state"),
        sa.Column("totals", sa.JSON(none_as_null=True), nullable=True),
        _moment("opened"),
        _key("way", "id"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name=op.f("fk_way_account")),
        _one_of("way", "kind", "typed", "tally"),
        _one_of("way", "state", "open", "done", "void"),
    )
    op.create_table(
        "typed_bundle",
        *_texts("way"),
        _number("bundle"),
        *_texts("state"),
        _key("typed_bundle", "way", "bundle"),
        sa.ForeignKeyConstraint(["way"], ["way.id"], name=op.f("fk_typed_bundle_way")),
        _one_of("typed_bundle", "state", "open", "done"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "typed_ballot",
        *_texts("way"),
        *(_number(name) for name in ("bundle", "place", "version")),
        *_texts("value"),
        _key("typed_ballot", "way", "bundle", "place", "version"),
        sa.ForeignKeyConstraint(
            ["way", "bundle"], ["typed_bundle.way", "typed_bundle.bundle"], name=op.f("fk_typed_ballot_way")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "looked_up",
        *_texts("area", "contest"),
        *(_number(name) for name in ("bundle", "place", "version")),
        *_texts("value", "reason", "account"),
        _key("looked_up", "area", "contest", "bundle", "place", "version"),
        sqlite_with_rowid=False,
    )


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), autoincrement=False, nullable=False)


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _one_of(table: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{v}'" for v in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}"))
