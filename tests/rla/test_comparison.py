"""The ballot-level audit: published numbers, laws of the risk, and wrong results that it must not let pass."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Refusal
from pipeline.rla.assertions import Assertion, assertions, value
from pipeline.rla.comparison import (
    Discrepancies,
    diluted_margin,
    discrepancies,
    draws_expected,
    draws_needed,
    overstatement,
    p_value,
)
from pipeline.rla.sampler import by_shares
from pipeline.tally.ballots import InvalidVote, ValidVote, Vote
from pipeline.tally.totals import count

# (draws, diluted margin) -> risk without discrepancy, with one one-vote, with one two-vote overstatement. From the
# tests of Arlo, the audit program of VotingWorks, which names P. B. Stark's audit tools as their source.
PUBLISHED = {
    (27, 0.2): (0.06507, 0.12534, 1.0),
    (54, 0.1): (0.06973, 0.13441, 1.0),
    (36, 0.15): (0.06740, 0.12992, 1.0),
    (40, 2 / 15): (0.07048, 0.13585, 1.0),
    (6, 1.0): (0.01950, 0.03758, 0.51877),
}


@pytest.mark.parametrize(("case", "risks"), PUBLISHED.items())
def test_the_risk_is_that_of_the_published_tables(case: tuple[int, float], risks: tuple[float, float, float]) -> None:
    found = (Discrepancies(), Discrepancies(over_one=1), Discrepancies(over_two=1))
    assert [p_value(case[0], d, case[1]) for d in found] == pytest.approx(risks, abs=2e-4)  # rounded there


def test_planned_draws_are_those_of_the_super_simple_paper() -> None:
    """Stark 2010: risk limit 10 %, g = 1.1, one-vote overstatements at half the rate of the margin: rho = 15.2."""
    assert draws_expected(0.1, 0.02, 0.01, gamma=1.1) == pytest.approx(15.2 / 0.02, rel=1e-3)
    assert draws_expected(0.1, 0.02, 0.02, gamma=1.1) == inf


def test_the_rule_of_thumb_of_the_gentle_introduction() -> None:
    """Lindeman and Stark 2012, at 10 % risk: [4.8 + 1.4 (o1 + 5 o2)] / m draws at least."""
    margin = 0.001
    for one, two in ((0, 0), (1, 0), (0, 1), (2, 1)):
        thumb = (4.8 + 1.4 * (one + 5 * two)) / margin
        assert draws_needed(0.1, Discrepancies(one, two), margin) == pytest.approx(thumb, rel=0.02)


@given(st.floats(0.001, 0.2), st.floats(0.005, 1), st.integers(0, 3), st.integers(0, 3))
def test_the_draws_needed_are_the_fewest_that_reach_the_limit(risk: float, margin: float, one: int, under: int) -> None:
    found = Discrepancies(over_one=one, under_one=under)
    needed = draws_needed(risk, found, margin)
    assert p_value(needed, found, margin) <= risk * (1 + 1e-9)
    assert needed == 1 or p_value(needed - 1, found, margin) > risk * (1 - 1e-9)


@given(st.integers(0, 500), st.floats(0.005, 1))
def test_more_draws_lower_the_risk_and_each_overstatement_raises_it(draws: int, margin: float) -> None:
    plain = p_value(draws, Discrepancies(), margin)
    assert p_value(draws + 1, Discrepancies(), margin) < plain
    assert p_value(draws, Discrepancies(over_one=1), margin) >= plain
    assert p_value(draws, Discrepancies(over_two=1), margin) >= p_value(draws, Discrepancies(over_one=1), margin)
    assert p_value(draws, Discrepancies(under_one=1), margin) <= plain


# What must be true of a result --------------------------------------------------------------------------


def ballots_of(plain: Mapping[str, int], invalid: int = 0) -> list[Vote]:
    """``{"ab": 3}``: three valid ballots for a and b."""
    valid: list[Vote] = [ValidVote(frozenset(names)) for names, n in plain.items() for _ in range(n)]
    return [*valid, *[InvalidVote("c") for _ in range(invalid)]]


def test_with_every_seat_filled_the_elected_are_ahead_of_all_others_and_above_half() -> None:
    votes = ballots_of({"ab": 60, "a": 10, "c": 20}, invalid=10)
    found = assertions(count(votes), "abc", ("a", "b"), 2, "valid")
    assert {(a.kind, a.winner, a.loser): a.margin for a in found} == {
        ("ahead", "a", "c"): 50,
        ("ahead", "b", "c"): 40,
        ("above_half", "a", ""): 50,
        ("above_half", "b", ""): 30,
    }
    assert diluted_margin(found, 100) == 0.3


def test_with_seats_left_nobody_else_has_more_than_half() -> None:
    votes = ballots_of({"a": 60, "b": 30})
    found = assertions(count(votes), "ab", ("a",), 2, "valid")
    assert {(a.kind, a.winner or a.loser): a.margin for a in found} == {
        ("above_half", "a"): 30,
        ("not_above_half", "b"): 30,
    }


@given(st.lists(st.sets(st.sampled_from("abc"), max_size=3), min_size=1, max_size=30), st.integers(0, 5))
def test_a_margin_is_the_sum_over_all_ballots(chosen: list[set[str]], invalid: int) -> None:
    votes: list[Vote] = [ValidVote(frozenset(c)) for c in chosen] + [InvalidVote("b")] * invalid
    result = count(votes)
    elected = [c for c in "abc" if 2 * result.votes_for(c) > result.valid][:2]
    try:
        found = assertions(result, "abc", elected, 2, "valid")
    except Refusal as refusal:
        assert refusal.problems[0].code in ("audit-nobody", "audit-tie")
        return
    assert all(sum(value(a, v) for v in votes) == a.margin for a in found)


def test_a_tie_and_nobody_elected_are_no_results_for_a_sample() -> None:
    tied = count(ballots_of({"a": 30, "b": 30, "ab": 10}))
    with pytest.raises(Refusal, match="count all ballots by hand") as refused:
        assertions(tied, "ab", ("a",), 1, "valid")
    assert refused.value.problems[0].code == "audit-tie"
    with pytest.raises(Refusal, match="nobody is elected"):
        assertions(tied, "ab", (), 1, "valid")


def test_against_those_summoned_only_votes_are_summed() -> None:
    """Congress: 70 summoned, 60 ballots; more than half is 36."""
    votes = ballots_of({"a": 40, "ab": 10, "b": 5}, 5)
    found = assertions(count(votes), "ab", ("a",), 2, "summoned", summoned=70)
    assert {a.kind: a.margin for a in found} == {"above_half": 30, "not_above_half": 40}
    sums = {a.kind: sum(value(a, v) for v in votes) for a in found}
    assert sums == {"above_half": 30 + 70, "not_above_half": 40 - 70}
    assert overstatement(found, FOR_A, FOR_B) == 2


# What a discrepancy weighs ------------------------------------------------------------------------------

AHEAD = Assertion("ahead", "a", "b", 10)
HALF = Assertion("above_half", "a", "", 10)
FOR_A, FOR_B, FOR_BOTH = (ValidVote(frozenset(n)) for n in ("a", "b", "ab"))


@pytest.mark.parametrize(
    ("counted", "seen", "expected"),
    [
        (FOR_A, FOR_A, 0),
        (FOR_A, FOR_BOTH, 1),
        (FOR_A, FOR_B, 2),
        (FOR_B, FOR_A, -2),
        (FOR_A, InvalidVote("b"), 1),
        (InvalidVote("b"), FOR_B, 1),
        (FOR_A, None, 2),
        (FOR_B, None, 2),
    ],
)
def test_a_sheet_overstates_the_margin_by_so_many_votes(counted: Vote, seen: Vote | None, expected: int) -> None:
    assert overstatement([AHEAD], counted, seen) == expected


def test_the_worst_assertion_counts() -> None:
    assert overstatement([AHEAD, HALF], FOR_BOTH, FOR_B) == 2  # half: from +1 to -1
    assert overstatement([AHEAD], FOR_BOTH, FOR_B) == 1
    assert discrepancies([0, 1, 2, -1, -2, 1, 0]) == Discrepancies(2, 1, 1, 1)


# Wrong results ------------------------------------------------------------------------------------------


def audit(counted: list[Vote], paper: list[Vote], risk: float, random: Random, most: int) -> bool:
    """Draw until the risk is below the limit (confirmed) or ``most`` draws are done (all are counted by hand)."""
    result = count(counted)
    of = assertions(result, "abc", ("a",), 1, "valid")
    margin = diluted_margin(of, len(counted))
    found: list[int] = []
    while len(found) < most:
        n = random.randrange(len(counted))
        found.append(overstatement(of, counted[n], paper[n]))
        if p_value(len(found), discrepancies(found), margin) <= risk:
            return True
    return False


@pytest.mark.parametrize("kind", ["swapped", "blank", "half"])
def test_wrong_results_pass_no_more_often_than_the_risk_limit(kind: str) -> None:
    """300 audits each of results that the paper just does not bear out; at a limit of 10 %, 99.9 % of honest audits
    let at most 46 pass."""
    if kind == "swapped":  # counted 52 : 48, on paper 50 : 50
        counted, paper = ballots_of({"a": 520, "b": 480}), ballots_of({"a": 500, "b": 500})
    elif kind == "blank":  # counted valid ballots of a that are none
        counted, paper = ballots_of({"a": 550, "b": 450}), [*ballots_of({"a": 450}, 100), *ballots_of({"b": 450})]
    else:  # ahead of everybody, and not above half
        counted, paper = ballots_of({"a": 530, "b": 250, "c": 220}), ballots_of({"a": 500, "b": 280, "c": 220})
    random = Random(2026)
    passed = sum(audit(counted, paper, 0.1, random, 400) for _ in range(300))
    assert passed <= 46


def test_right_results_are_confirmed_by_the_draws_that_were_planned() -> None:
    counted = ballots_of({"a": 560, "b": 400}, 40)
    margin = diluted_margin(assertions(count(counted), "abc", ("a",), 1, "valid"), len(counted))
    assert audit(counted, counted, 0.05, Random(1), draws_needed(0.05, Discrepancies(), margin))


def test_wrong_results_by_shares_pass_no_more_often_than_the_risk_limit() -> None:
    """Ten ballots of 100 shares and 200 of one: counted 620 to 580, and two large ballots are the other way round.

    Sheets are drawn by their shares, so that a large ballot is drawn a hundred times as often as a small one.
    """
    large, small = ballots_of({"a": 5, "b": 5}), ballots_of({"a": 120, "b": 80})
    true = [*ballots_of({"b": 1}), *large[1:]]
    of = (Assertion("ahead", "a", "b", 40),)
    margin = 40 / 1200
    passed = 0
    for audit_ in range(300):
        found: list[int] = []
        for n in range(1, 300):
            pile, _, number = by_shares(f"{audit_:020d}", n, [("large", 10, 100), ("small", 200, 1)]).partition("/")
            counted, paper = (large, true) if pile == "large" else (small, small)
            found.append(overstatement(of, counted[int(number) - 1], paper[int(number) - 1]))
            if p_value(n, discrepancies(found), margin) <= 0.1:
                passed += 1
                break
    assert passed <= 46  # as above
