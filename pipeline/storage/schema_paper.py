"""The tables of the figures of the paper: as they stand, as people type them, as scanned sheets have them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, Integer, Table, Text

from pipeline.storage.schema import Moment, json_column, metadata, one_of

figures = Table(
    "figures",
    metadata,
    Column("area", Text, primary_key=True),
    Column("contest", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    json_column("document", nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

figures_entry = Table(
    "figures_entry",  # revision 0009: what one person typed, until two agree
    metadata,
    Column("area", Text, primary_key=True),
    Column("contest", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    json_column("document", nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

count_sheet = Table(
    "count_sheet",  # revision 0013: a scanned count form of an area
    metadata,
    Column("id", Text, primary_key=True),
    Column("contest", Text, nullable=False),
    Column("area", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("page", Integer, nullable=False),
    Column("rotation_deg", Float, nullable=False),
    Column("engine", Text, nullable=False),
    json_column("reading", nullable=False),
    Column("state", Text, nullable=False),
    json_column("figures", nullable=True),
    Column("author", Text, ForeignKey("account.id"), nullable=False),
    Column("at", Moment, nullable=False),
    json_column("signatures", nullable=True),  # revision 0022; none of sheets that were read before
    Column("paper", Text),  # revision 0022: what who confirmed it saw on the paper, where that was asked
    Column("name", Text),  # revision 0023: the file that it came in; none of sheets that were read before
    Column("named_by_person", Boolean),  # revision 0023: its code could not be read
    json_column("confirmed", nullable=True),  # revision 0023: by whom, when, why, against which rules
    json_column("taken_out", nullable=True),  # revision 0023: by whom, when, why
    one_of("state", "open", "confirmed", "void"),
    one_of("paper", "signed", "unsigned"),
    Index(None, "contest", "area"),
)

count_entry = Table(
    "count_entry",  # revision 0013: what one person typed for one figure of it
    metadata,
    Column("sheet", Text, ForeignKey("count_sheet.id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("value", BigInteger),
    Column("at", Moment, nullable=False),
    json_column("before", nullable=True),  # revision 0023: what the same person typed before, the oldest first
)
