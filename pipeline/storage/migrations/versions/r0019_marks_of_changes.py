"""How often an area was marked as changed: what changes while it is handed up stays marked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.add_column("level_stale", sa.Column("marks", sa.Integer(), nullable=False, server_default="1"))
