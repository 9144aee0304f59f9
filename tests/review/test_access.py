"""Who may do what."""

from __future__ import annotations

import pytest

from pipeline.access.roles import PERMISSIONS, SYSTEM, Actor, require, require_person
from pipeline.errors import Refusal


def actor(*roles: str, simulated: bool = False) -> Actor:
    return Actor("x", "Nguyễn Văn An", frozenset(roles), simulated)  # type: ignore[arg-type]


def test_a_reviewer_enters_and_an_operator_does_not() -> None:
    require(actor("reviewer"), "enter")
    with pytest.raises(Refusal, match="not-permitted") as refusal:
        require(actor("operator"), "enter")
    assert "Nguyễn Văn An" in str(refusal.value)


def test_several_roles_add_up() -> None:
    require(actor("operator", "reviewer"), "enter")


def test_an_account_without_roles_may_nothing() -> None:
    with pytest.raises(Refusal, match="not-permitted"):
        require(actor(), "see_totals")


def test_who_answers_items_never_sees_totals() -> None:
    assert not any({"enter", "see_totals"} <= granted for granted in PERMISSIONS.values())


def test_the_machine_itself_answers_nothing_and_decides_nothing() -> None:
    for permission in ("enter", "put_to_team", "correct", "approve"):
        assert not SYSTEM.may(permission)


def test_a_simulated_account_answers_in_trials_only() -> None:
    require_person(actor("reviewer", simulated=True), "enter", trial=True)
    with pytest.raises(Refusal, match="simulated-account"):
        require_person(actor("reviewer", simulated=True), "enter", trial=False)
