"""The next item and the next sheet of a grid without sorting what a whole election has read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

NONE, HALF = 0.5, 0.5
"""As pipeline/review/reasons.py tells pens when this was written; only for finding things."""


def upgrade() -> None:
    op.create_index("ix_item_next", "item", ["state", "id", "kind", "batch", "page", "field"])
    op.create_index("ix_item_next_of_kind", "item", ["state", "kind", "id", "batch", "page", "field"])
    op.create_index("ix_item_next_of_batch", "item", ["batch", "state", "id", "kind", "page", "field"])
    op.drop_index(op.f("ix_item_state_id"), "item")
    op.drop_index(op.f("ix_item_batch"), "item")
    op.create_table(
        "grid_queue",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("contest", sa.Text(), nullable=False),
        sa.Column("pen", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["page"], ["page.id"], name=op.f("fk_grid_queue_page")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_grid_queue_batch")),
        sa.PrimaryKeyConstraint("kind", "value", "accepted", "score", "page", "field", name=op.f("pk_grid_queue")),
        sqlite_with_rowid=False,
    )
    _fill()
    order = ["batch", "kind", "value", "accepted", "score", "page", "field", "pen"]
    op.create_index("ix_grid_queue_batch", "grid_queue", order)


def _fill() -> None:
    """Every reading of an open batch; what is shown to nobody any more is left out when a grid is made."""
    r = sa.table("field_reading", *(sa.column(n) for n in ("page", "field", "kind", "value", "accepted", "score")))
    r.append_column(sa.column("measures", sa.JSON()))
    page = sa.table("page", sa.column("id"), sa.column("batch"))
    batch = sa.table("batch", sa.column("id"), sa.column("contest"), sa.column("state"))
    new = sa.table("grid_queue")
    ink = sa.func.coalesce(r.c.measures["ink_mm2"].as_float(), 0.0)
    faint = sa.func.coalesce(r.c.measures["faint_mm2"].as_float(), 0.0)
    pen = sa.case((ink + faint < NONE, "none"), (faint > HALF * ink, "faint"), else_="dark")
    rows = (
        sa.select(r.c.kind, r.c.value, r.c.accepted, r.c.score, r.c.page, r.c.field, page.c.batch, batch.c.contest, pen)
        .select_from(r.join(page, page.c.id == r.c.page).join(batch, batch.c.id == page.c.batch))
        .where(batch.c.state == "open")
        .order_by(r.c.kind, r.c.value, r.c.accepted, r.c.score)
    )
    names = ["kind", "value", "accepted", "score", "page", "field", "batch", "contest", "pen"]
    for name in names:
        new.append_column(sa.column(name))
    op.execute(sa.insert(new).from_select(names, rows))
