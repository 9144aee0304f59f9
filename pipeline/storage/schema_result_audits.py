"""The tables of audits of a result: what was fixed before the seed was drawn, and what people saw on paper."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Float, ForeignKey, Integer, Table, Text

from pipeline.storage.schema import Moment, metadata

result_audit = Table(
    "result_audit",  # revision 0015
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("contest", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("risk", Float, nullable=False),
    Column("digest", Text, nullable=False),  # of the manifest and of what every ballot counts as
    Column("figures", Text, nullable=False),  # of the figures of all areas, to see whether they changed since
    Column("assertions", JSON(none_as_null=True), nullable=False),
    Column("manifest", JSON(none_as_null=True), nullable=False),  # batch, sheets
    Column("seed", Text),
    Column("draws", Integer, nullable=False),  # draws asked for until now
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("together", Integer),  # revision 0020: the first of the audits that one seed draws, this one among them
    CheckConstraint("kind IN ('ballots', 'piles')", name="kind"),
)

result_audit_seen = Table(
    "result_audit_seen",  # what people saw on one sheet, or counted in one pile; the last version counts
    metadata,
    Column("audit", Integer, ForeignKey("result_audit.id"), primary_key=True, autoincrement=False),
    Column("place", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("document", JSON(none_as_null=True), nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
