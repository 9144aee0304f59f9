"""The tables of levels: what areas handed up, the sums above them, locks, deadlines, and what opened the real mode.

No table here knows a ballot or a voter. All but ``level_sum`` and ``level_stale`` are only ever added to.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from pipeline.storage.schema import Moment, metadata

level_entry = Table(
    "level_entry",  # revision 0011: the figures of an area; its last version counts
    metadata,
    Column("contest", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("area", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("figures", Text, nullable=False),  # JSON: name -> number, as pipeline/tally/levels.py names them
    Column("detail", Text, nullable=False),  # JSON: incidents, number and day of signed minutes, file it came from
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("approver", Text),
    Column("at", Moment, nullable=False),
)

level_sum = Table(
    "level_sum",  # the sum of a level, moved in the transaction of every entry below it
    metadata,
    Column("contest", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("tree", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("figures", Text, nullable=False),
    Column("changes", Integer, nullable=False),  # how many entries have moved it
    CheckConstraint("tree IN ('unit', 'place')", name="tree"),
)

level_change = Table(
    "level_change",  # which late changes flowed through a level; the first figures of an area are none
    metadata,
    Column("contest", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("tree", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Index("ix_level_change_at", "contest", "round", "tree", "node", "at"),
)

level_lock = Table(
    "level_lock",  # a level was locked, signed or opened again; the last version counts
    metadata,
    Column("contest", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("tree", Text, primary_key=True),
    Column("node", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("act", Text, nullable=False),
    Column("figures", Text, nullable=False),  # the sum at that moment
    Column("number", Text, nullable=False),  # of the minutes of the level, where it was signed
    Column("day", Text, nullable=False),
    Column("signers", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("approver", Text),
    Column("at", Moment, nullable=False),
    CheckConstraint("act IN ('locked', 'signed', 'opened')", name="act"),
)

level_stale = Table(
    "level_stale",  # what is counted here has changed since it was handed up
    metadata,
    Column("contest", Text, primary_key=True),
    Column("area", Text, primary_key=True),
    Column("marks", Integer, nullable=False, server_default="1"),  # revision 0019: how often it was marked
)

deadlines = Table(
    "deadlines",  # the deadlines and the reporting window; the last version counts
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

opinion = Table(
    "opinion",  # the decision that opened the real mode
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("issuer", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("author", Text, ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
)
