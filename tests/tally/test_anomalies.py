"""Strange piles are listed, honest ones are not: each signal made on purpose, and thousands of honest piles."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.tally.anomalies import (
    Anomaly,
    PileCounts,
    PileSeen,
    Traced,
    anomalies,
    bursts,
    collected_above_issued,
    far_from_neighbours,
    one_name,
    same_sheets,
)

NAMES = ("a", "b", "c", "d", "e")


def honest(random: Random, number: int, batch: str = "kv1", leans: float = 0.0) -> list[Traced]:
    """Ballots of voters who leave one to three of five names, each with a pen of their own; ``a`` liked more."""
    found = []
    for n in range(number):
        wanted = [c for c in NAMES if random.random() < (0.55 + leans if c == "a" else 0.45)][:3] or [
            random.choice(NAMES)
        ]
        found.append(ballot(random, f"{batch}-{n:05d}", n + 1, frozenset(wanted)))
    return found


def ballot(random: Random, key: str, position: int, names: frozenset[str] | None, hand: float | None = None) -> Traced:
    """``hand``: the ink of somebody who fills in many; otherwise every voter has another."""
    pen = random.lognormvariate(3.5, 0.4)
    strokes = {
        c: (hand or pen * random.lognormvariate(0, 0.25)) * random.uniform(0.98, 1.02)
        for c in NAMES
        if c not in (names or ())
    }
    return Traced(
        key, position, names, strokes, (random.uniform(200, 400), random.uniform(30, 38), random.uniform(30, 38))
    )


def pile(ballots: Sequence[Traced], batch: str = "kv1", unit: str = "u") -> PileSeen:
    return PileSeen(batch, batch, unit, tuple(ballots))


def signals(found: Sequence[Anomaly]) -> list[str]:
    return [a.signal for a in found]


def test_a_block_of_ballots_filled_in_beforehand_is_a_burst_drawn_alike() -> None:
    random = Random(1)
    ballots = honest(random, 600)
    block = [ballot(random, f"f{n}", 300.5, frozenset({"a"}), hand=40.0) for n in range(40)]
    ballots = [*ballots[:300], *block, *ballots[300:]]
    ordered = [Traced(b.ballot, n, b.names, b.strokes, b.marks) for n, b in enumerate(ballots, start=1)]
    found = bursts(pile(ordered))
    assert {b.ballot for b in block} <= set(found[0].ballots)
    assert found[0].numbers["sheets"] >= 40
    assert found[0].numbers["alike"] >= 39
    assert found[0].chance is not None
    assert found[0].chance < 1e-20
    assert len(found) == 2  # as a run, and as strokes alike wherever they lie
    assert {b.ballot for b in block} <= set(found[1].ballots)


def test_the_same_block_spread_over_the_pile_is_still_drawn_alike() -> None:
    random = Random(2)
    ballots = [*honest(random, 400), *(ballot(random, f"f{n}", 0, frozenset({"a"}), hand=40.0) for n in range(40))]
    random.shuffle(ballots)
    found = bursts(pile([Traced(b.ballot, n, b.names, b.strokes, b.marks) for n, b in enumerate(ballots, start=1)]))
    assert signals(found) == ["burst"]
    assert found[0].chance is None
    assert sum(key.startswith("f") for key in found[0].ballots) >= 38


def test_one_name_left_alone_on_many_ballots_is_listed() -> None:
    random = Random(3)
    ballots = [*honest(random, 300), *(ballot(random, f"f{n}", 301 + n, frozenset({"b"})) for n in range(75))]
    (found,) = one_name(pile(ballots))
    assert found.numbers["name"] == "b"
    assert {f"f{n}" for n in range(75)} <= set(found.ballots)


def test_a_sheet_scanned_twice_is_listed_with_both_pictures() -> None:
    random = Random(4)
    ballots = honest(random, 300)
    one = next(b for b in ballots if len(b.strokes) >= 3)
    again = {c: ink * random.uniform(0.975, 1.025) for c, ink in one.strokes.items()}
    twice = Traced("zz", 301, one.names, again, tuple(x * 1.02 for x in one.marks))
    found = same_sheets(pile([*ballots, twice]))
    assert (one.ballot, "zz") in {a.ballots for a in found}
    assert len(found) <= 2


def test_a_pile_far_from_its_neighbours_is_listed_with_the_figure() -> None:
    random = Random(5)
    piles = [pile(honest(random, 300, f"kv{n}"), f"kv{n}") for n in range(12)]
    strange = pile(honest(random, 300, "kv99", leans=0.4), "kv99")
    found = [a for a in anomalies([*piles, strange]) if a.signal == "far_from_neighbours"]
    assert {(a.batch, a.numbers["name"]) for a in found} == {("kv99", "a")}


def test_many_invalid_ballots_in_one_pile_are_far_from_the_neighbours() -> None:
    counts = [PileCounts(f"kv{n}", f"kv{n}", "u", 500, 490 - n, {"a": 200}) for n in range(8)]
    odd = PileCounts("kv9", "kv9", "u", 500, 300, {"a": 120})
    found = far_from_neighbours([*counts, odd])
    assert [(a.batch, a.numbers["name"]) for a in found] == [("kv9", "")]


def test_neighbours_that_differ_much_among_themselves_make_none_of_them_strange() -> None:
    shares = [30, 45, 60, 70, 35, 52, 66, 41]
    counts = [PileCounts(f"kv{n}", f"kv{n}", "u", 1000, 1000, {"a": 10 * s}) for n, s in enumerate(shares)]
    assert far_from_neighbours(counts) == []


def test_with_few_neighbours_nothing_is_said_of_them() -> None:
    counts = [PileCounts(f"kv{n}", f"kv{n}", "u", 500, 500, {"a": 100 + 90 * n}) for n in range(4)]
    assert far_from_neighbours(counts) == []


@pytest.mark.parametrize(("collected", "issued", "more"), [(1303, 1228, 75), (1229, 1228, 1)])
def test_more_collected_than_issued_is_listed(collected: int, issued: int, more: int) -> None:
    found = collected_above_issued("kv1", "u", collected, issued)
    assert found is not None
    assert found.numbers["more"] == more
    assert collected_above_issued("kv1", "u", issued, issued) is None


def test_honest_piles_are_hardly_ever_listed() -> None:
    """400 piles of 150 ballots: bursts and favourites at a chance of 1 in 10,000 each; sheets alike once in a while."""
    random = Random(6)
    found: list[Anomaly] = []
    for n in range(20):
        found += anomalies(pile(honest(random, 150, f"{n}-{m}"), f"{n}-{m}") for m in range(20))
    assert [a for a in found if a.signal not in ("same_sheet",)] == []
    assert len(found) <= 40  # one pile in ten, two pictures each to look at


@given(st.integers(0, 2**32), st.randoms())
def test_the_order_of_ballots_and_piles_as_they_are_given_does_not_matter(seed: int, shuffle: Random) -> None:
    random = Random(seed)
    piles = [pile(honest(random, 12, f"kv{n}"), f"kv{n}") for n in range(6)]
    other = [pile(sorted(p.ballots, key=lambda _: shuffle.random()), p.batch) for p in piles]
    shuffle.shuffle(other)
    assert anomalies(piles) == anomalies(other)


def test_no_finding_tells_a_place_in_the_pile() -> None:
    random = Random(7)
    block = [ballot(random, f"{n * 7919 % 1000:04d}", n, frozenset({"a"}), hand=40.0) for n in range(1, 60)]
    ordered = [*block, *(Traced(b.ballot, b.position + 60, b.names, b.strokes, b.marks) for b in honest(random, 300))]
    for found in bursts(pile(ordered)):
        assert list(found.ballots) == sorted(found.ballots)
        assert not {"position", "first", "last"} & set(found.numbers)
