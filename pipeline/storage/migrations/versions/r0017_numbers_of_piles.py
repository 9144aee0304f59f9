"""Numbers of batches counted from indices alone: how far a million ballots are is told in a second."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_index("ix_file_numbers", "file", ["batch", "pages"])
    op.create_index("ix_page_numbers", "page", ["batch", "status", "reason", "fate", "moved_from"])
    op.create_index("ix_ballot_numbers", "ballot", ["batch", "state", "source"])
    op.drop_index(op.f("ix_ballot_batch"), "ballot")
