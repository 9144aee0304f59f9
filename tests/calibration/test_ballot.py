"""Voters' marks: the intended ones come out as the truth says, seeds repeat, and rates are as asked."""

from __future__ import annotations

import numpy as np
import pytest

from calibration.simulate.ballot import Blank, Team, mark_ballot
from calibration.simulate.paths import WHOLE_NAME
from calibration.simulate.seeds import rng_for
from calibration.simulate.truth import NameTruth, verdict
from calibration.simulate.voters import Intent, NameAct, Population, Way, intend


def marked(blank: Blank, team: Team, intent: Intent, seed: int = 1):
    return mark_ballot(rng_for(seed, "t"), blank, blank.pixels, Population(), team, intent)


@pytest.mark.parametrize("way", list(WHOLE_NAME))
def test_whole_strikes_span_their_name_and_leave_the_others_clear(blank: Blank, team: Team, way: Way) -> None:
    marks = []
    for seed in range(12):
        sheet = marked(blank, team, Intent((NameAct("strike", (1,), way),), False, True), seed)
        assert [n.mark for n in sheet.names if n.field in ("n3", "n4")] == ["clear", "clear"]
        marks.append(sheet.names[1].mark)
    assert marks.count("struck") >= 10


def test_a_strike_over_two_lines_and_a_snake_are_struck(blank: Blank, team: Team) -> None:
    acts = (NameAct("strike", (2,), "double"), NameAct("strike", (3, 4), "snake"))
    sheet = marked(blank, team, Intent(acts, False, True), 3)
    assert [n.mark for n in sheet.names] == ["clear", "clear", "struck", "struck", "struck"]
    assert sheet.verdict.voted_for == ("n0", "n1") and sheet.verdict.valid


@pytest.mark.parametrize(
    ("act", "seen"),
    [
        (NameAct("short", (1,), share=0.5), "partial"),
        (NameAct("part", (1,), part=2), "partial"),
        (NameAct("one_line", (2,), part=1), "unclear"),
        (NameAct("circle", (1,)), "unclear"),
        (NameAct("sign", (1,)), "unclear"),
        (NameAct("word", (1,)), "unclear"),
        (NameAct("sweep", (1, 2, 3)), "unclear"),
    ],
    ids=lambda v: v.act if isinstance(v, NameAct) else v,
)
def test_doubtful_marks_are_ambiguous_and_a_person_names_them(
    blank: Blank, team: Team, act: NameAct, seen: str
) -> None:
    for seed in range(5):
        sheet = marked(blank, team, Intent((act,), False, True), seed)
        name = sheet.names[act.names[0]]
        assert (name.mark, name.seen) == ("ambiguous", seen)
        assert name.voted_for == (act.act != "sweep")
        assert sheet.stray == (act.act in ("sign", "word"))


def test_the_span_of_a_short_line_is_what_was_asked(blank: Blank, team: Team) -> None:
    for share in (0.35, 0.6, 0.85):
        spans = [
            marked(blank, team, Intent((NameAct("short", (1,), share=share),), False, True), s).names[1].spans[0]
            for s in range(8)
        ]
        assert np.median(spans) == pytest.approx(share, abs=0.03)


def test_added_writing_and_a_missing_stamp_make_a_ballot_invalid(blank: Blank, team: Team) -> None:
    plain = (NameAct("strike", (0, 1), "snake"),)
    assert marked(blank, team, Intent(plain, False, True)).verdict.grounds == ()
    assert marked(blank, team, Intent(plain, True, True)).verdict.grounds == ("đ",)
    assert marked(blank, team, Intent(plain, False, False)).verdict.grounds == ("b",)


def test_an_untouched_ballot_is_over_voted_and_an_all_crossed_one_invalid(blank: Blank, team: Team) -> None:
    assert marked(blank, team, Intent((), False, True)).verdict.ground == "c"
    every = tuple(NameAct("strike", (i,), "horizontal") for i in range(5))
    assert marked(blank, team, Intent(every, False, True), 2).verdict.ground == "d"


def test_the_stamp_darkens_its_place_and_a_missing_one_leaves_it(blank: Blank, team: Team) -> None:
    with_it = marked(blank, team, Intent((), False, True))
    without = marked(blank, team, Intent((), False, False))
    assert (with_it.pixels < blank.pixels).sum() > 10_000
    assert np.array_equal(without.pixels, blank.pixels)
    assert not with_it.ink.inked.any()


def test_the_same_seed_makes_the_same_sheet(blank: Blank, team: Team) -> None:
    first, second, other = (
        mark_ballot(rng_for(seed, "b"), blank, blank.pixels, Population(), team) for seed in (5, 5, 6)
    )
    assert np.array_equal(first.pixels, second.pixels) and first.names == second.names
    assert not np.array_equal(first.pixels, other.pixels)


def test_rates_of_the_population_come_out_as_asked() -> None:
    population = Population()
    drawn = [intend(rng_for(2, i), 7, 4, (2,), population) for i in range(6000)]
    kinds = ("short", "part", "circle", "sign", "word", "one_line")
    for kind in kinds:
        rate = sum(any(a.act == kind for a in d.acts) for d in drawn) / len(drawn)
        asked = getattr(population, kind)
        # less where two odd marks met on one name; three standard deviations otherwise
        assert asked * 0.85 - 3 * (asked / 6000) ** 0.5 < rate < asked + 3 * (asked / 6000) ** 0.5
    assert sum(not d.stamped for d in drawn) / 6000 == pytest.approx(population.missing_stamp, abs=0.005)
    assert sum(d.added for d in drawn) / 6000 == pytest.approx(population.added, abs=0.005)


def test_a_population_without_oddities_votes_plainly() -> None:
    plain = Population(
        untouched=0, all_crossed=0, over_voted=0, short=0, part=0, one_line=0, circle=0, underline=0,
        overline=0, sign=0, word=0, sweep=0, added=0, missing_stamp=0, borderline=0,
    )  # fmt: skip
    for i in range(300):
        intent = intend(rng_for(3, i), 6, 3, (), plain)
        struck = {n for a in intent.acts for n in a.names}
        assert {a.act for a in intent.acts} == {"strike"} and 3 <= len(struck) <= 5
        assert intent.stamped and not intent.added


def test_the_verdict_names_every_ground_in_the_order_of_the_law() -> None:
    names = [NameTruth(f"n{i}", "clear", "clear", True, "", (0.0,)) for i in range(3)]
    ruling = verdict(names, 2, stamp=False, stray=True)
    assert ruling.grounds == ("b", "c", "đ") and ruling.ground == "b"
