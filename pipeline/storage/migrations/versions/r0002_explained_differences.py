"""A batch whose count differs from the hand count keeps the explanation and who gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("batch", sa.Column("explanation", sa.Text()))
    op.add_column("batch", sa.Column("explained_by", sa.Text()))
