"""Ties of an extra election, decided in its own workspace or beside the first round."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"

KINDS = ("tie", "tie_extra", "annul_area", "annul_unit", "extra", "re_vote", "re_voted", "no_extra")


def upgrade() -> None:
    with op.batch_alter_table("ruling") as table:
        table.drop_constraint(op.f("ck_ruling_kind"), type_="check")
        table.create_check_constraint(op.f("ck_ruling_kind"), f"kind IN ({', '.join(map(repr, KINDS))})")
