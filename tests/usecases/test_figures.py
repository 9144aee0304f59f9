"""Figures of the paper that come in again: the same change nothing, others need a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from pipeline.access.roles import SYSTEM
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import figures
from pipeline.usecases.figures import keep_figures
from tests.usecases.conftest import AT, figures_for


def test_other_figures_than_stand_need_a_reason_and_none_of_the_sheet_is_kept_without(
    db: Connection, election: Election
) -> None:
    area, other = (a.id for a in election.areas[:2])
    first = figures_for(area, "qh", 10)
    assert keep_figures(db, SYSTEM, [first], "", AT) == 1
    assert keep_figures(db, SYSTEM, [first], "", AT) == 0
    changed = [figures_for(other, "qh", 12), replace(first, voted=11)]
    for reason in ("", "  "):
        with pytest.raises(Refusal) as refused:
            keep_figures(db, SYSTEM, changed, reason, AT)
        (problem,) = refused.value.problems
        assert (problem.code, problem.place) == ("reason-missing", f"{area}/qh")
    assert figures.latest(db, other, "qh") is None
    assert keep_figures(db, SYSTEM, changed, "read again from the minutes", AT) == 2
    standing = figures.latest(db, area, "qh")
    assert standing is not None
    assert (standing.document["voted"], standing.reason) == (11, "read again from the minutes")
