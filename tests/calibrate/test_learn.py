"""What calibration claims: the chosen risk is kept as often as stated, and never laxer than the hand-set bounds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import gates, reading, readings

from calibration.risk.document import profile_text
from calibration.risk.labelled import Tally, load_labelled, save_labelled
from calibration.risk.learn import Step, Target, laxest_shown, learn, learn_by_form, risk_by_margin
from calibration.risk.report import verdict
from pipeline.errors import Refusal
from pipeline.messages import render
from pipeline.review.bounds import readings_needed, shown, upper_bound
from pipeline.review.decide import decide
from pipeline.review.profile import parse_profile


def a_step(margin: float, read: int, wrong: int) -> Step:
    return Step(margin, read, wrong, read, wrong, upper_bound(wrong, read, 0.95), 1.0, 0.0)


@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 6)), min_size=1, max_size=8))
def test_whatever_is_chosen_passed_and_so_did_all_that_are_stricter(more: list[tuple[int, int]]) -> None:
    counts, read, wrong = [], 0, 0
    for readings_more, wrong_more in more:
        read, wrong = read + readings_more + wrong_more, wrong + wrong_more
        counts.append((read, wrong))
    chosen = laxest_shown(counts, 0.005, 0.95)
    enough = [i for i, (n, _) in enumerate(counts) if n >= readings_needed(0.005, 0.95)]
    if chosen is None:
        assert not enough or not shown(counts[enough[0]][1], counts[enough[0]][0], 0.005, 0.95)
        return
    assert all(shown(k, n, 0.005, 0.95) for n, k in counts[enough[0] : chosen + 1])
    assert chosen == len(counts) - 1 or not shown(counts[chosen + 1][1], counts[chosen + 1][0], 0.005, 0.95)


@pytest.mark.parametrize(("risk", "steepness"), [(0.0058, 40.0), (0.0092, 25.0)])
def test_the_true_risk_passes_the_target_in_no_more_runs_than_confidence_leaves(risk: float, steepness: float) -> None:
    """On thresholds fixed beforehand; margins uniform, wrong with probability exp(-steepness * margin) / 4."""
    thresholds = np.array([0.6, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.1, 0.05, 0.0])
    rng, runs, passed, chosen_any, by_share = np.random.default_rng(11), 1500, 0, 0, 0
    true = (np.exp(-steepness * thresholds) - np.exp(-steepness)) / (4 * steepness * (1 - thresholds))
    assert true[-2] < risk < true[-1]  # the laxest threshold is a little too lax
    for _ in range(runs):
        margins = rng.random(1200)
        wrong = rng.random(1200) < np.exp(-steepness * margins) / 4
        counts = [(int((margins >= t).sum()), int((wrong & (margins >= t)).sum())) for t in thresholds]
        by_share += counts[-1][1] <= risk * counts[-1][0]
        chosen = laxest_shown(counts, risk, 0.9)
        if chosen is not None:
            chosen_any += 1
            passed += true[chosen] > risk
    assert chosen_any > 0.5 * runs  # the rule is worth something, too
    # 10 % may pass; five standard deviations of chance above that would be a broken rule
    assert passed <= 0.1 * runs + 5 * np.sqrt(0.09 * runs)
    assert passed > 0
    assert by_share > 0.3 * runs  # comparing the share that was seen with the target would be such a rule


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6))
def test_a_learned_profile_accepts_nothing_that_the_hand_set_bounds_ask(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = readings(rng, 300, lambda span: 0.3 if span < 0.93 else 0.0)
    learned = learn(made, gates(), Target(0.02, 0.9))
    new = parse_profile(profile_text(learned, gates(), made[0].engine, Target(0.02, 0.9), []).encode(), "new")
    for one in [*made, reading("outside", 0.899, True), reading("flagged", 1.0, True, flag=1.0)]:
        decision = decide(one.reading, new, one.engine)
        assert not decision.accepted or decide(one.reading, gates()).accepted
        assert 0 <= decision.p_wrong <= 1


def test_a_threshold_is_found_above_the_readings_that_go_wrong() -> None:
    made = readings(np.random.default_rng(4), 2000, lambda span: 0.2 if span < 0.92 else 0.0)
    (found,) = learn(made, gates(), Target(0.002, 0.95))
    span = 0.9 + found.limits.scales["span"] * found.chosen.margin
    assert found.met
    assert found.chosen.bound <= 0.002
    assert 0.91 < span < 0.935
    assert found.asked_interval[0] <= found.chosen.asked <= found.asked_interval[1]
    assert "flag" not in found.limits.scales  # every right reading lies on its bound: a bound and no more


def test_too_few_readings_keep_the_bounds_and_say_what_is_shown() -> None:
    made = readings(np.random.default_rng(4), 300, lambda _span: 0.0)
    (found,) = learn(made, gates(), Target(0.0001, 0.95))
    assert not found.met
    assert found.needed == 29_956
    assert found.limits.min_margin == 0
    assert found.chosen.bound == upper_bound(0, found.chosen.readings, 0.95)
    assert found.chosen.bound > 0.0001


def test_a_value_that_was_never_read_is_told_and_keeps_the_risk_stated_by_hand() -> None:
    made = readings(np.random.default_rng(4), 1500, lambda _span: 0.0)
    document = json.loads(gates().document)
    document["limits"]["strike"]["clear"] = {"min_score": 0.2, "risk": [[0.2, 0.001]]}
    document["limits"]["stamp"] = {"present": {"min_score": 0.9, "risk": [[0.9, 0.001]]}}
    both = parse_profile(json.dumps(document).encode(), "both")
    target = Target(0.0005, 0.95)
    learned = learn(made, both, target)
    said = {one.value: render(verdict(one, target, "vi"), "vi") for one in learned}
    assert set(said) == {"struck", "clear"}  # nothing is said of a kind that was not on the paper
    assert said["struck"] == "đã chứng minh"
    assert said["clear"].startswith("chưa chứng minh được: cần 5.990 ")
    limits = json.loads(profile_text(learned, both, made[0].engine, target, []))["limits"]["strike"]
    assert limits["clear"]["risk"] == [[0.0, 0.001]]
    assert limits["clear"]["evidence"] is None
    assert limits["struck"]["evidence"]["shown"]


def test_errors_on_one_sheet_count_once_by_sheet() -> None:
    made = readings(np.random.default_rng(4), 400, lambda _span: 0.0)
    made += [reading("bad sheet", 0.999, False, f"name {k}") for k in range(5)]
    (by_reading,) = learn(made, gates(), Target(0.05, 0.95))
    assert (by_reading.chosen.errors, by_reading.chosen.sheets_wrong) == (5, 1)
    (by_sheet,) = learn(made, gates(), Target(0.05, 0.95, "sheet"))
    assert by_sheet.met
    assert by_sheet.chosen.bound_sheets == upper_bound(1, by_sheet.chosen.sheets, 0.95)


def test_the_risk_falls_with_the_margin_and_is_no_less_than_any_band_shows() -> None:
    steps = (a_step(0.8, 3000, 1), a_step(0.4, 4000, 1), a_step(0.0, 4100, 6))
    rows = risk_by_margin(steps, 0.95)
    margins, risks = zip(*rows, strict=True)
    assert margins == (0.0, 0.4, 0.8)
    assert list(risks) == sorted(risks, reverse=True)
    assert risks[0] == pytest.approx(upper_bound(5, 100, 0.95), rel=1e-2)
    assert risks[2] == pytest.approx(upper_bound(6, 4100, 0.95), rel=1e-2)


def test_where_risk_rises_with_the_margin_the_larger_bound_holds_below() -> None:
    rows = risk_by_margin((a_step(0.5, 1000, 50), a_step(0.0, 2000, 50)), 0.95)
    assert rows == ((0.0, float(f"{upper_bound(50, 2000, 0.95):.3g}")),)


def test_the_same_readings_give_the_same_profile_and_survive_their_file(tmp_path: Path) -> None:
    made = readings(np.random.default_rng(9), 200, lambda _span: 0.0)
    save_labelled(tmp_path / "a.gz", made)
    again = load_labelled(tmp_path / "a.gz")
    assert [o.sheet for o in again] == [o.sheet for o in made]
    target, tally = Target(0.01, 0.95), [Tally("made up", 200, 0, 1000)]
    texts = [profile_text(learn(again, gates(), target), gates(), made[0].engine, target, tally) for _ in range(2)]
    assert texts[0] == texts[1]
    document = json.loads(texts[0])
    assert document["calibration"]["bounds_of"] == gates().digest
    assert document["limits"]["strike"]["struck"]["evidence"]["accepted"]["errors"] == 0


def test_readings_of_another_engine_or_of_two_are_refused() -> None:
    one = reading("a", 1.0, True)
    with pytest.raises(Refusal, match="profile-engine"):
        learn([replace(one, engine="other-1")], gates(), Target(0.01, 0.95))
    with pytest.raises(Refusal, match="engines-mixed"):
        learn([one, replace(one, engine="other-1")], gates(), Target(0.01, 0.95))


def test_a_file_that_holds_no_readings_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.gz").write_bytes(b"nothing")
    with pytest.raises(Refusal, match=r"x\.gz.*labelled readings"):
        load_labelled(tmp_path / "x.gz")


def test_a_form_that_shows_the_risk_by_itself_gets_limits_of_its_own_and_the_others_fall_back() -> None:
    rng, target = np.random.default_rng(9), Target(0.01, 0.95)
    clean = [replace(one, form="clean") for one in readings(rng, 400, lambda _: 0.0)]
    few = [replace(one, form="few") for one in readings(rng, 20, lambda _: 0.0, start=1000)]
    poor = [
        replace(one, form="poor") for one in readings(rng, 400, lambda span: 0.3 if span < 0.93 else 0.0, start=2000)
    ]
    hopeless = [replace(one, form="hopeless") for one in readings(rng, 200, lambda _: 0.2, start=3000)]
    made = [*clean, *few, *poor, *hopeless]
    own = learn_by_form(made, gates(), target)
    assert set(own) == {"clean", "poor"}
    learned = learn(made, gates(), target)
    new = parse_profile(profile_text(learned, gates(), made[0].engine, target, [], own).encode(), "new")
    assert json.loads(new.document)["version"] == 3
    near = reading("new", 0.905, True).reading
    assert decide(near, new, form="clean").accepted  # its own readings show that nothing goes wrong there
    assert not decide(near, new, form="poor").accepted
    general = parse_profile(profile_text(learned, gates(), made[0].engine, target, []).encode(), "general")
    assert json.loads(general.document)["version"] == 2
    for form in ("few", "hopeless", "never seen"):
        assert decide(near, new, form=form) == decide(near, general)
