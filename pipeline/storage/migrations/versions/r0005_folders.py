"""A batch may take the files of a folder as they come; rejected pages are found at once among a million."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("batch", sa.Column("folder", sa.Text()))
    rejected = sa.text("status = 'rejected'")
    op.create_index("ix_page_rejected", "page", ["batch"], sqlite_where=rejected, postgresql_where=rejected)
