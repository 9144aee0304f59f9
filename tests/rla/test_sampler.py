"""The sampler gives the published numbers, the same in any order, each id alike often."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from pipeline.rla.sampler import by_shares, draws, first, following, weighted

# The examples that R. L. Rivest's program consistent_sampler 1.0.10 documents.
FIRST = "0.26299714122838008416507544297546663599715395525154425586041245287750224561854"
SECOND = "0.8232357229934205790595761924514048157652891124687533667363938813600770093316"


def test_tickets_are_those_of_the_published_program() -> None:
    assert first("AB-130", "01382438112797316654") == FIRST
    assert following(FIRST) == SECOND
    assert following("0.25471") == "0.642853261655004694691182528114375607701032283189922170593838029306715548381901"
    assert following("0.234") == "0.547830802749402616364646686795722512609112766306951592422621788875312684400211"


def test_draws_are_those_of_the_published_program() -> None:
    found = islice(draws(["A#2", "B#7", "C#1", "D#4"], "314159"), 8)
    assert [d.id for d in found] == ["D#4", "C#1", "C#1", "B#7", "A#2", "C#1", "D#4", "B#7"]
    tickets = [d.ticket[:11] for d in islice(draws(["ab-1", "ab-2", "cd-1", "ef-3"], "314159"), 1)]
    assert tickets == ["0.317685817"]


def test_the_smallest_ticket_comes_first_and_each_counts_its_times() -> None:
    found = list(islice(draws(["a", "b", "c"], "20 digits"), 30))
    assert [d.ticket for d in found] == sorted(d.ticket for d in found)
    assert [d.number for d in found] == list(range(1, 31))
    seen: Counter[str] = Counter()
    for draw in found:
        seen[draw.id] += 1
        assert draw.times == seen[draw.id]


@given(st.lists(st.text(min_size=1), min_size=1, max_size=12, unique=True), st.randoms(), st.text())
def test_the_order_of_the_ids_does_not_matter(ids: list[str], random: object, seed: str) -> None:
    shuffled = sorted(ids, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert list(islice(draws(ids, seed), 10)) == list(islice(draws(shuffled, seed), 10))


@given(st.integers(2, 9), st.text())
def test_a_part_of_the_ids_is_drawn_as_it_is_among_all(number: int, seed: str) -> None:
    ids = [str(n) for n in range(number)]
    part = set(ids[::2])
    among_all = [d.id for d in islice(draws(ids, seed), 60) if d.id in part]
    assert among_all == [d.id for d in islice(draws(part, seed), len(among_all))]


def test_ids_are_drawn_alike_often_over_many_seeds() -> None:
    """Chi-square over 6 ids, 4,000 seeds, third draw: 99.9 % of fair samplers stay below 20.5."""
    ids = [f"box-{n}" for n in range(6)]
    found = Counter(next(islice(draws(ids, f"seed {n}"), 2, None)).id for n in range(4000))
    expected = 4000 / 6
    assert sum((found[i] - expected) ** 2 / expected for i in ids) < 20.5


def test_draws_do_not_depend_on_one_another() -> None:
    """Ten draws from twelve: the same id twice in a row one time in twelve, 6.97 different ids on average."""
    ids = [f"box/{n}" for n in range(12)]
    runs = [[d.id for d in islice(draws(ids, f"{n:020d}"), 10)] for n in range(2000)]
    repeated = sum(run[0] == run[1] for run in runs) / len(runs)
    different = sum(len(set(run)) for run in runs) / len(runs)
    assert abs(repeated - 1 / 12) < 0.02
    assert abs(different - 12 * (1 - (11 / 12) ** 10)) < 0.1


def test_nothing_to_draw_from_gives_no_draw() -> None:
    assert list(draws([], "seed")) == []


def test_weighted_draws_follow_their_weights() -> None:
    weights = [("a", Fraction(1, 2)), ("b", Fraction(0)), ("c", Fraction(3, 2))]
    found = Counter(weighted("seed", n, weights) for n in range(1, 4001))
    assert found["b"] == 0
    assert 0.72 < found["c"] / 4000 < 0.78


@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from([1, 10, 1000])), min_size=1, max_size=4),
    st.integers(1, 50),
    st.text("0123456789", min_size=20, max_size=20),
)
def test_drawing_shares_is_drawing_sheets_by_their_shares(piles: list[tuple[int, int]], number: int, seed: str) -> None:
    named = [(f"pile-{n}", sheets, shares) for n, (sheets, shares) in enumerate(piles)]
    each = [(f"{p}/{i}", Fraction(shares)) for p, sheets, shares in named for i in range(1, sheets + 1)]
    assert by_shares(seed, number, named) == weighted(seed, number, each)
