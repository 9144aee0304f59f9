"""The tables of decisions about rounds, of confirmed rules, and of counts that are typed instead of scanned.

A typed ballot has a bundle and a place in it, which find the paper again; no row of one has a time, and nothing of the
place is exported with one.
"""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Integer, Table, Text

from pipeline.storage.schema import Moment, metadata

ruling = Table(
    "ruling",  # revision 0014: a tie decided by people, what is annulled, a later round ordered, counted or not held
    metadata,
    Column("contest", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("area", Text, nullable=False),  # empty: the whole unit
    Column("chosen", JSON(none_as_null=True), nullable=False),  # candidates: of a tie the elected, of a round its list
    Column("number", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("authority", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint(
        "kind IN ('tie', 'tie_extra', 'annul_area', 'annul_unit', 'extra', 're_vote', 're_voted', 'no_extra')",
        name="kind",
    ),
)

confirmed_rule = Table(
    "confirmed_rule",  # a broken rule that the team leader has confirmed as true; the last version counts
    metadata,
    Column("area", Text, primary_key=True),
    Column("contest", Text, primary_key=True),
    Column("rule", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the numbers in which it is broken: others are not confirmed
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    CheckConstraint("kind IN ('world', 'warning')", name="kind"),
)

way = Table(
    "way",  # one independent count of the ballots of an area, typed by one person, or a hand tally sheet
    metadata,
    Column("id", Text, primary_key=True),
    Column("area", Text, nullable=False),
    Column("contest", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("totals", JSON(none_as_null=True)),  # of a tally sheet
    Column("opened", Moment, nullable=False),
    CheckConstraint("kind IN ('typed', 'tally')", name="kind"),
    CheckConstraint("state IN ('open', 'done', 'void')", name="state"),
)

typed_bundle = Table(
    "typed_bundle",
    metadata,
    Column("way", Text, ForeignKey("way.id"), primary_key=True),
    Column("bundle", Integer, primary_key=True, autoincrement=False),
    Column("state", Text, nullable=False),
    CheckConstraint("state IN ('open', 'done')", name="state"),
    sqlite_with_rowid=False,
)

typed_ballot = Table(
    "typed_ballot",  # every version of what was typed; the last one counts
    metadata,
    Column("way", Text, primary_key=True),
    Column("bundle", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    ForeignKeyConstraint(["way", "bundle"], ["typed_bundle.way", "typed_bundle.bundle"]),
    sqlite_with_rowid=False,
)

looked_up = Table(
    "looked_up",  # a difference between counts that people settled by looking at the paper
    metadata,
    Column("area", Text, primary_key=True),
    Column("contest", Text, primary_key=True),
    Column("bundle", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("account", Text, nullable=False),
    sqlite_with_rowid=False,
)
