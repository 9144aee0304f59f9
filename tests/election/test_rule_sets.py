"""Rule sets: each tells where every rule of it stands, and an election sets some otherwise by a named decision."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipeline.election.definition import Round, RuleChange
from pipeline.election.rule_type import SIGNS
from pipeline.election.rules import CHANGES, RULE_SETS, changed, rule_set, rules_of
from pipeline.errors import Refusal
from tests.election.conftest import Files


@pytest.mark.parametrize("name", RULE_SETS)
def test_every_rule_set_names_where_its_rules_stand(name: str) -> None:
    rules = RULE_SETS[name]
    assert rules.name == name
    assert rules.source
    assert {"majority_of", "tie", "shortage"} <= set(rules.articles)
    assert all(rules.articles.values())


@pytest.mark.parametrize("name", RULE_SETS)
def test_a_person_decides_about_every_sign_unless_the_election_says_otherwise(name: str) -> None:
    assert {RULE_SETS[name].meaning(sign) for sign in SIGNS} == {"ask"}


def test_article_57_and_58_surplus_of_a_state_election() -> None:
    state = rule_set("state-2026")
    assert [state.surplus_needed("assembly", n) for n in (1, 2, 3)] == [2, 2, 2]
    assert [state.surplus_needed("commune", n) for n in (1, 2, 3, 4, 5)] == [1, 1, 2, 3, 3]


@pytest.mark.parametrize(
    ("name", "majority", "tie", "shortage"),
    [
        ("state-2026", "valid", "older", "art-79"),
        ("party-surplus", "summoned", "person", "meeting"),
        ("party-no-surplus", "summoned", "person", "meeting"),
        ("union", "collected", "person", "meeting"),
        ("youth", "collected", "person", "meeting"),
        ("shareholders", "none", "person", "meeting"),
        ("shareholders-by-shares", "none", "person", "meeting"),
        ("n-of-m", "none", "older", "none"),
    ],
)
def test_who_wins_by_what(name: str, majority: str, tie: str, shortage: str) -> None:
    rules = rule_set(name)
    assert (rules.majority_of, rules.tie, rules.shortage) == (majority, tie, shortage)


def test_only_state_elections_ask_for_turnout_and_only_their_re_vote_does_not(files: Files) -> None:
    assert [n for n, r in RULE_SETS.items() if r.winner_needs_turnout] == ["state-2026"]
    first = files.load()
    day = date(2026, 3, 17)
    again = replace(first, round=Round("re_vote", "0" * 64, first.day, "5/NQ", day, "HĐBCQG"))
    more = replace(first, round=Round("extra", "0" * 64, first.day, "5/NQ", day, "HĐBCQG"))
    assert [rules_of(e).winner_needs_turnout for e in (first, again, more)] == [True, False, True]


def test_an_election_sets_what_signs_mean(files: Files) -> None:
    files.head["rules"] = [
        {"name": "circle", "value": "for", "by": "Văn bản 12/HĐBCQG"},
        {"name": "counts", "value": "3", "by": "Ban kiểm phiếu, 14/03/2026"},
    ]
    election = files.load()
    assert election.rules[0] == RuleChange("circle", "for", "Văn bản 12/HĐBCQG")
    rules = rules_of(election)
    assert (rules.meaning("circle"), rules.meaning("partial"), rules.counts) == ("for", "ask", 3)
    assert rule_set("state-2026").meaning("circle") == "ask"


def test_every_rule_that_may_be_set_takes_each_of_its_values() -> None:
    for name, (values, _) in CHANGES.items():
        found = {repr(changed(rule_set("state-2026"), RuleChange(name, value, "x"))) for value in values}
        assert len(found) == len(values), name


def test_r15_no_surplus_where_the_rules_forbid_it(files: Files) -> None:
    files.head["rule_set"] = "party-no-surplus"
    for contest in files.head["contests"]:  # type: ignore[attr-defined]
        contest["level"] = "other"
    told = files.problems()
    assert {p.code for p in told} == {"R15", "ballot-form"}
    assert "'mau-13' has names to cross out, but the rules 'party-no-surplus' count marks in boxes" in str(told[0])
    for contest in files.head["contests"]:  # type: ignore[attr-defined]
        contest["ballot_form"] = "dai-hoi"
    told = files.problems()
    assert {p.code for p in told} == {"R15"}
    assert "4 candidates for 2 seats" in str(told[0])
    assert len(told) == 3
    for row, seats in ((4, 4), (5, 2), (6, 2)):
        files.put("units", row, "seats", seats)
    assert len(files.load().candidates) == 8


@pytest.mark.parametrize("name", ["shareholders-cumulative", "cumulative"])
def test_cumulative_voting_is_refused_with_the_remedy(files: Files, name: str) -> None:
    files.head["rule_set"] = name
    (problem,) = files.problems()
    assert "cumulative voting (bầu dồn phiếu, law 59/2020/QH14 Art. 148.3) is not counted" in str(problem)
    assert "write 'shareholders' (one vote a head) or 'shareholders-by-shares'" in str(problem)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([{"name": "circles", "value": "for", "by": "x"}], "'circles' is no rule that an election may set"),
        ([{"name": "circle", "value": "maybe", "by": "x"}], "'maybe' is no value of the rule 'circle'"),
        ([{"name": "circle", "value": "for"}], "'by' is missing"),
        ([{"name": "circle", "value": v, "by": "x"} for v in ("for", "ask")], "is set twice"),
    ],
)
def test_a_rule_set_wrongly_is_refused_with_its_line(files: Files, rules: list[object], told: str) -> None:
    files.head["rules"] = rules
    with pytest.raises(Refusal) as refusal:
        files.load()
    (problem,) = refusal.value.problems
    assert told in str(problem)
    assert "election.yaml, line" in problem.place
    assert "rules[" in problem.place
