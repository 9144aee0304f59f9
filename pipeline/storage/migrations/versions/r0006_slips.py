"""Every ballot that is typed from the paper has a number, on a slip clipped to the sheet, to find it by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "slip",
        sa.Column("ballot", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("page", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ballot"], ["ballot.id"], name=op.f("fk_slip_ballot")),
        sa.ForeignKeyConstraint(["batch"], ["batch.id"], name=op.f("fk_slip_batch")),
        sa.ForeignKeyConstraint(["page"], ["page.id"], name=op.f("fk_slip_page")),
        sa.PrimaryKeyConstraint("ballot", name=op.f("pk_slip")),
        sa.UniqueConstraint("batch", "number", name=op.f("uq_slip_batch_number")),
    )
    # Ballots typed with an older program get their numbers now, in the order of their ids.
    op.execute(
        "INSERT INTO slip (ballot, batch, number, page) "
        "SELECT id, batch, ROW_NUMBER() OVER (PARTITION BY batch ORDER BY id), NULL FROM ballot WHERE source = 'hand'"
    )
