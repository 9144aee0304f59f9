"""The tables of who may come in: passwords, sessions, tokens of programs; of secrets only digests are kept."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, Table, Text

from pipeline.storage.schema import Moment, json_column, metadata

credential = Table(
    "credential",
    metadata,
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("password", Text, nullable=False),  # argon2id, salted
    Column("must_change", Boolean, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Moment),
)

session = Table(
    "session",
    metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 of the cookie: who reads this table cannot sign in
    Column("account", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("seen", Moment, nullable=False),
)

token = Table(
    "token",  # revision 0008: what a program calls with; only its digest is kept
    metadata,
    Column("id", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    json_column("scopes", nullable=False),
    Column("author", Text, nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("revoked", Moment),
    Column("used", Moment),  # to ten minutes
)
