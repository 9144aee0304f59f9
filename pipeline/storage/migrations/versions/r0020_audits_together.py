"""Audits of several results that are opened together and drawn by one seed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("result_audit", sa.Column("together", sa.Integer(), nullable=True))
