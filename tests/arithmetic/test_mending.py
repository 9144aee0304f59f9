"""Which figure is told as the slip, from the rules alone."""

from __future__ import annotations

from pipeline.arithmetic.decide import decide_form
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.mending import mending
from pipeline.arithmetic.rules import AtMostRule, PercentRule, Rule, SumRule, total

COLLECTED, BY_SEATS = total("R6", ("valid", "invalid"), "collected"), total("R8", ("one", "two"), "valid")
TURNOUT = PercentRule("R22", "voted", "voters", "turnout")
RULES: list[Rule] = [COLLECTED, BY_SEATS, AtMostRule("R1", "voted", "voters"), TURNOUT]
RIGHT: dict[str, int | None] = {
    "valid": 2047, "invalid": 1, "collected": 2048, "one": 1000, "two": 1047, "voted": 2050, "voters": 2111,
    "turnout": 9711,
}  # fmt: skip


def test_nothing_is_told_where_all_holds() -> None:
    assert mending(RIGHT, RULES) == {}


def test_the_one_figure_in_all_broken_sums_is_the_slip() -> None:
    assert mending(RIGHT | {"valid": 2057}, RULES) == dict.fromkeys((COLLECTED, BY_SEATS), ("valid", 2047))


def test_slips_far_from_each_other_are_told_apart() -> None:
    found = mending(RIGHT | {"valid": 2057, "turnout": 9771}, RULES)
    assert (found[COLLECTED], found[TURNOUT]) == (("valid", 2047), ("turnout", 9711))


def test_of_several_that_would_mend_it_none_is_named_unless_one_is_doubtful() -> None:
    plain: list[Rule] = [total("S", ("a", "b"), "c")]
    values = {"a": 1, "b": 2, "c": 4}
    assert mending(values, plain) == {}
    assert mending(values, plain, {"b"}) == {plain[0]: ("b", 3)}
    assert mending(values, plain, {"a", "b"}) == {}


def test_what_would_break_another_rule_or_be_no_count_mends_nothing() -> None:
    assert mending(RIGHT | {"collected": 2040}, RULES) == {COLLECTED: ("collected", 2048)}  # valid stands in R8
    twice = SumRule("R9", (("ones", 1), ("twos", 2), ("votes", -1)))
    assert mending({"ones": 1, "twos": 2, "votes": 6}, [twice], {"twos"}) == {}  # half a ballot
    assert mending({"ones": 9, "twos": 0, "votes": 6}, [total("x", ("ones", "twos"), "votes")], {"twos"}) == {}


def test_an_empty_figure_is_filled_by_its_sums() -> None:
    assert mending(RIGHT | {"collected": None}, RULES) == {COLLECTED: ("collected", 2048)}


def test_a_clearly_written_slip_is_told_with_the_value_that_its_ink_does_not_hold() -> None:
    sure = [Field(name, ((value, 0.999),), 0.001) for name, value in (RIGHT | {"valid": 2057}).items()]
    broken = {b.code: b for b in decide_form(sure, RULES).broken}
    assert set(broken) == {"R6", "R8"}
    for one in broken.values():
        assert one.off == ("valid",)
        assert dict(one.written)["valid"] == 2057
        assert one.consistent is not None
        assert dict(one.consistent)["valid"] == 2047
