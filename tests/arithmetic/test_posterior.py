"""The joint posterior against the enumeration of everything, on small forms."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.posterior import components, posterior
from pipeline.arithmetic.rules import PercentRule, Rule, SumRule, total
from pipeline.arithmetic.slips import OFTEN, SLIP_SPREAD, TWICE

SLIP = 0.08


@st.composite
def fields(draw: st.DrawFn, ids: tuple[str, ...]) -> list[Field]:
    made = []
    for name in ids:
        values = draw(st.lists(st.integers(0, 12), min_size=1, max_size=4, unique=True))
        raw = [draw(st.floats(0.01, 1.0)) for _ in values]
        dropped = draw(st.sampled_from([0.0, 0.001, 0.05]))
        shares = sorted((w / sum(raw) * (1 - dropped) for w in raw), reverse=True)
        made.append(Field(name, tuple(zip(values, shares, strict=True)), dropped))
    return made


def everything(form: list[Field], rules: list[Rule]) -> dict[tuple[int | None, ...], float]:
    """Weight of every combination of listed values, as the model says, relative to the values read first."""
    weights = {}
    first = 1.0
    for f in form:
        first *= f.values[0][1]
    for chosen in itertools.product(*(f.values for f in form)):
        values = tuple(v for v, _ in chosen)
        weight = 1.0
        for _, p in chosen:
            weight *= p
        broken = [set(r.fields) for r in rules if not r.holds(dict(zip((f.id for f in form), values, strict=True)))]
        once = SLIP * min(1.0, OFTEN / len(form)) * SLIP_SPREAD
        slipped = once if broken and set.intersection(*broken) else once * TWICE * SLIP_SPREAD
        weights[values] = weight / first * (slipped if broken else 1 - SLIP)
    return weights


RULE_SETS: list[list[Rule]] = [
    [total("R6", ("a", "b"), "c")],
    [total("R6", ("a", "b"), "c"), total("R8", ("c", "d"), "e")],
    [total("R8", ("a", "b"), "c"), SumRule("R9", (("a", 1), ("b", 2), ("d", -1), ("e", -1)))],
    [total("R6", ("a", "b"), "c"), PercentRule("R22", "a", "c", "d"), total("X", ("d", "b"), "e")],
    [total("R6", ("a", "b"), "c"), PercentRule("R11", "a", "c", "d"), PercentRule("R11", "b", "c", "e")],
    [PercentRule("R22", "a", "b", "c"), PercentRule("R22", "b", "d", "e")],
    [PercentRule("R22", "a", "b", "c")],
    [total("R7", ("a",), "b"), PercentRule("R11", "a", "b", "c"), PercentRule("R11", "b", "a", "d")],
    [total("R7", ("a",), "b"), total("R6", ("b", "c"), "d"), total("R7", ("d",), "e")],
]


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(RULE_SETS))
def test_everything_that_is_not_looked_at_lies_within_the_stated_bound(data: st.DataObject, rules: list[Rule]) -> None:
    form = data.draw(fields(("a", "b", "c", "d", "e")[: 3 if len(rules) == 1 else 5]))
    found = posterior(form, rules, SLIP)
    truth = everything(form, rules)
    seen = {tuple(found.values(h).values()): h.weight for h in found.hypotheses}
    assert len(seen) == len(found.hypotheses)
    for values, weight in seen.items():
        assert abs(weight - truth[values]) < 1e-9
    left = sum(truth.values()) - sum(seen.values())
    assert left <= found.unseen + 1e-9


@settings(max_examples=100, deadline=None)
@given(st.data(), st.sampled_from(RULE_SETS))
def test_the_stated_risk_is_never_below_the_true_one(data: st.DataObject, rules: list[Rule]) -> None:
    form = data.draw(fields(("a", "b", "c", "d", "e")[: 3 if len(rules) == 1 else 5]))
    found = posterior(form, rules, SLIP)
    truth = everything(form, rules)
    whole = sum(truth.values())
    for place, field in enumerate(form):
        right = sum(w for values, w in truth.items() if values[place] == field.read) / whole
        assert found.risks[place] >= 1 - right - 1e-9


@settings(max_examples=200, deadline=None)
@given(st.data(), st.sampled_from(RULE_SETS))
def test_values_that_are_not_listed_stay_within_the_bounds_too(data: st.DataObject, rules: list[Rule]) -> None:
    """The whole truth is enumerated; the fields list one or two of up to four values."""
    whole = data.draw(fields(("a", "b", "c", "d", "e")[: 3 if len(rules) == 1 else 5]))
    whole = [Field(f.id, tuple((v, p / (1 - f.dropped)) for v, p in f.values), 0.0) for f in whole]
    kept = data.draw(st.integers(1, 2))
    short = [Field(f.id, f.values[:kept], sum(p for _, p in f.values[kept:])) for f in whole]
    found = posterior(short, rules, SLIP)
    truth = everything(whole, rules)
    mass = sum(truth.values())
    assert mass <= sum(h.weight for h in found.hypotheses) + found.unseen + 1e-9
    for place, field in enumerate(whole):
        right = sum(w for values, w in truth.items() if values[place] == field.read) / mass
        assert found.risks[place] >= 1 - right - 1e-9


def test_the_shares_of_a_fields_values_add_up_to_one() -> None:
    form = [Field(i, ((5, 0.9), (6, 0.05)), 0.05) for i in "ab"] + [Field("c", ((10, 0.8), (11, 0.2)), 0.0)]
    found = posterior(form, [total("R6", ("a", "b"), "c")])
    for share in found.shares:
        assert abs(sum(share.values()) - 1) < 1e-12


def test_the_values_that_a_field_does_not_list_count_as_risk() -> None:
    """The same form with every value listed, and with the last two of each left out: the risk does not sink."""
    full = [Field(n, ((5, 0.7), (6, 0.2), (7, 0.06), (8, 0.04)), 0.0) for n in "ab"] + [Field("c", ((10, 1.0),), 0.0)]
    short = [Field(f.id, f.values[:2], sum(p for _, p in f.values[2:])) for f in full]
    rules = [total("R6", ("a", "b"), "c")]
    for listed, cut in zip(posterior(full, rules).risks, posterior(short, rules).risks, strict=True):
        assert cut >= listed - 1e-12


def test_three_changes_that_together_keep_the_sums_are_found() -> None:
    form = [
        Field("a", ((10, 0.6), (11, 0.4)), 0.0),
        Field("b", ((20, 0.6), (22, 0.4)), 0.0),
        Field("c", ((30, 0.6), (33, 0.4)), 0.0),
    ]
    found = posterior(form, [total("R6", ("a", "b"), "c")])
    assert (11, 22, 33) in {tuple(found.values(h).values()) for h in found.hypotheses if not h.broken}


def test_fields_that_no_sum_ties_together_are_decided_apart() -> None:
    form = [Field(i, ((1, 1.0),), 0.0) for i in "abcd"]
    parts = components(form, [total("R6", ("a", "b"), "c")])
    assert sorted(sorted(f.id for f in members) for members, _ in parts) == [["a", "b", "c"], ["d"]]
