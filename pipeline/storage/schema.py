"""The tables: what is kept of a count, and by which keys.

Secrecy (domain rule, law 85/2015/QH13 Art. 63: secret ballot): no table knows a voter, and no key or row
order joins a ballot to the order of casting. Ids of pages and ballots are digests, tables of ballots have no
hidden row number on SQLite, no row of theirs has a time. ``file.position`` (the place in the scanned pile) is
for finding the sheet again, is read by nothing but that, and is never exported.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC to the microsecond; comes back with its zone from every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = (value.replace(tzinfo=UTC) if value.tzinfo is None else value).astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def json_column(name: str, **options: Any) -> Column[Any]:
    return Column(name, JSON(none_as_null=True), **options)


def one_of(column: str, *values: str) -> CheckConstraint:
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


workspace = Table(
    "workspace",
    metadata,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    json_column("election", nullable=False),
    Column("election_digest", Text, nullable=False),
    Column("profile", Text, ForeignKey("profile.digest"), nullable=False),
    Column("form_set", Text, nullable=False),
    Column("created", Moment, nullable=False),
    CheckConstraint('"only" = 1', name="only"),
    one_of("mode", "trial", "real"),
)

profile = Table(
    "profile",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("document", Text, nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    json_column("roles", nullable=False),
    Column("simulated", Boolean, nullable=False),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Text, primary_key=True),
    Column("seq", Integer, nullable=False, unique=True),
    Column("area", Text, nullable=False),
    Column("contest", Text, nullable=False),
    Column("declared", Integer),
    Column("sides", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("profile", Text, ForeignKey("profile.digest"), nullable=False),
    Column("form_set", Text, nullable=False),
    Column("opened", Moment, nullable=False),
    Column("void_reason", Text),
    Column("explanation", Text),  # revision 0002
    Column("explained_by", Text),  # revision 0002
    Column("folder", Text),  # revision 0005: whose new files are read into it, below the folder of scans
    one_of("sides", "simplex", "duplex"),
    one_of("state", "open", "closed", "void"),
    Index(None, "area", "contest"),
)

image = Table(
    "image",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    # The one live batch that counts this file; freed when the batch is voided.
    Column("batch", Text, ForeignKey("batch.id")),
)

file = Table(
    "file",
    metadata,
    Column("batch", Text, ForeignKey("batch.id"), primary_key=True),
    Column("sha256", Text, ForeignKey("image.sha256"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("pages", Integer),  # unknown until a worker has counted them
    Index("ix_file_numbers", "batch", "pages"),
)

_REJECTED = text("status = 'rejected'")

page = Table(
    "page",
    metadata,
    Column("id", Text, primary_key=True),
    Column("batch", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    json_column("text"),
    Column("form", Text),
    Column("side", Text),
    Column("rotation_deg", Float),
    Column("residual_mm", Float),
    Column("seems", Text),
    Column("engine", Text),
    Column("fate", Text),  # what people said of a rejected page
    Column("moved_from", Text, ForeignKey("page.id")),
    UniqueConstraint("batch", "sha256", "number"),
    ForeignKeyConstraint(["batch", "sha256"], ["file.batch", "file.sha256"]),
    one_of("status", "read", "rejected", "void"),
    # revision 0005: the few rejected among a million
    Index("ix_page_rejected", "batch", sqlite_where=_REJECTED, postgresql_where=_REJECTED),
    # revision 0017, as those of files and ballots: numbers of batches are counted from the index alone
    Index("ix_page_numbers", "batch", "status", "reason", "fate", "moved_from"),
    sqlite_with_rowid=False,
)

field_reading = Table(
    "field_reading",
    metadata,
    Column("page", Text, ForeignKey("page.id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("score", Float, nullable=False),
    Column("p_wrong", Float, nullable=False),
    json_column("quad", nullable=False),
    json_column("scores", nullable=False),
    json_column("measures", nullable=False),
    sqlite_with_rowid=False,
)

ballot = Table(
    "ballot",
    metadata,
    Column("id", Text, primary_key=True),
    Column("batch", Text, ForeignKey("batch.id"), nullable=False),
    Column("source", Text, nullable=False),
    Column("page", Text, ForeignKey("page.id"), unique=True),
    Column("form", Text, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_ballot_numbers", "batch", "state", "source"),
    one_of("source", "scanned", "hand", "moved"),
    one_of("state", "counted", "void"),
    sqlite_with_rowid=False,
)

slip = Table(
    "slip",  # revision 0006: the number on the slip that is clipped to a ballot typed from the paper
    metadata,
    Column("ballot", Text, ForeignKey("ballot.id"), primary_key=True),
    Column("batch", Text, ForeignKey("batch.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("page", Text, ForeignKey("page.id")),  # the rejected page that it stands for
    UniqueConstraint("batch", "number"),
)

item = Table(
    "item",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("batch", Text, ForeignKey("batch.id"), nullable=False),
    Column("ballot", Text, ForeignKey("ballot.id"), index=True),
    Column("page", Text, ForeignKey("page.id"), index=True),
    Column("field", Text, nullable=False),
    Column("field_kind", Text),
    json_column("doubts", nullable=False),
    Column("state", Text, nullable=False),
    Column("value", Text),
    json_column("body", nullable=False),
    Column("version", Integer, nullable=False),
    # Revision 0012: the next item for somebody, of all, of a kind, of a batch; each holds all that is asked of it, so
    # that a hundred thousand items are neither sorted nor fetched (SQLite takes no other than such a one).
    Index("ix_item_next", "state", "id", "kind", "batch", "page", "field"),
    Index("ix_item_next_of_kind", "state", "kind", "id", "batch", "page", "field"),
    Index("ix_item_next_of_batch", "batch", "state", "id", "kind", "page", "field"),
    sqlite_with_rowid=False,
)

lease = Table(
    "lease",
    metadata,
    Column("item", Text, ForeignKey("item.id"), primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False, index=True),
    Column("until", Moment, nullable=False),
)

grid_check = Table(
    "grid_check",
    metadata,
    Column("page", Text, nullable=False, primary_key=True),
    Column("field", Text, nullable=False, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), primary_key=True),
    Column("value", Text, nullable=False),  # the machine's reading, as it was shown
    Column("verdict", Text, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["page", "field"], ["field_reading.page", "field_reading.field"]),
    one_of("verdict", "shown", "same", "odd"),
)

# Readings of open batches that a grid may still show, in the order in which it shows them: a million ballots are not
# sorted for every sheet. Derived from the other tables, and never too short (pipeline/storage/grid_queue.py).
grid_queue = Table(
    "grid_queue",  # revision 0012
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("accepted", Boolean, primary_key=True),
    Column("score", Float, primary_key=True),
    Column("page", Text, ForeignKey("page.id"), primary_key=True),
    Column("field", Text, primary_key=True),
    Column("batch", Text, ForeignKey("batch.id"), nullable=False),
    Column("contest", Text, nullable=False),
    Column("pen", Text, nullable=False),
    Index("ix_grid_queue_batch", "batch", "kind", "value", "accepted", "score", "page", "field", "pen"),
    sqlite_with_rowid=False,
)

entry = Table(
    "entry",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("item", Text, ForeignKey("item.id"), nullable=False),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("value", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("simulated", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("item", "account"),
)

settlement = Table(
    "settlement",
    metadata,
    Column("item", Text, ForeignKey("item.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("value", Text),
    json_column("body", nullable=False),
    Column("reason", Text, nullable=False),
    Column("approver", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

team_decision = Table(
    "team_decision",
    metadata,
    Column("item", Text, ForeignKey("item.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("pile", Text, nullable=False),
    Column("members", Integer, nullable=False),
    json_column("votes", nullable=False),
    Column("value", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

# What a closed batch adds to the totals, so that a committee's page need not count a million ballots again.
# Derived from the other tables: whatever changes a batch deletes its row (pipeline/storage/results.py).
batch_result = Table(
    "batch_result",
    metadata,
    Column("batch", Text, ForeignKey("batch.id"), primary_key=True),
    json_column("body", nullable=False),
)

signed = Table(
    "signed",  # revision 0010: signed minutes that have come in; the last version of an area counts
    metadata,
    Column("area", Text, primary_key=True),
    Column("contest", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    Column("day", Text, nullable=False),
    Column("signers", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the figures that were signed
    Column("taken_back", Text),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

particulars = Table(
    "particulars",  # revision 0016: what official forms ask for and no count tells; the last version counts
    metadata,
    Column("sheet", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    json_column("document", nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

team = Table(
    "team",
    metadata,
    Column("area", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    json_column("members", nullable=False),
    Column("author", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False, index=True),
    Column("subject", Text, nullable=False, index=True),
    json_column("detail", nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
)
