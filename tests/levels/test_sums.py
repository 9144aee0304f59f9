"""Sums of levels: kept by difference, equal to counting everything anew, whatever the order; R14 at every level."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from country import AREAS, AT, as_correction, of_area, small
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, update

from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.storage import levels as stored
from pipeline.storage.database import Database
from pipeline.storage.schema_levels import level_sum
from pipeline.tally.levels import Levels, Node, add_into, contribution, difference, figures_of, paper_in, r14, result_in
from pipeline.usecases.handing_up import check, hand_up, levels_of

COUNTRY, PROVINCE = Node("place", "vn"), Node("place", "t")
UNIT_1, COMMITTEE, TOP = Node("unit", "qh-1"), Node("unit", "qh-t"), Node("unit", "qh")
LEVELS = Levels(small())


def by_hand(areas: dict[str, tuple[str, dict[str, int]]], node: Node) -> dict[str, int]:
    """A level counted from its areas alone, votes as it keeps them."""
    found: dict[str, int] = {}
    for area, (state, figures) in areas.items():
        if node in LEVELS.path("qh", area):
            add_into(found, contribution(state, figures))  # type: ignore[arg-type]
    return dict(LEVELS.kept_at(node, found))


def test_an_area_lies_in_a_tree_for_each_contest_and_in_the_administrative_one() -> None:
    assert LEVELS.path("qh", "a1") == (
        UNIT_1, COMMITTEE, TOP, Node("place", "x1"), PROVINCE, COUNTRY
    )  # fmt: skip
    assert LEVELS.path("xa", "a1") == (
        Node("unit", "xa-1-1"), Node("unit", "xa-1"), Node("place", "x1"), PROVINCE, COUNTRY
    )  # fmt: skip
    assert LEVELS.expected("qh", COUNTRY) == 5
    assert LEVELS.expected("xa", COUNTRY) == 2
    assert LEVELS.expected("xa", Node("place", "x2")) == 0
    assert set(LEVELS.areas_under("qh", COMMITTEE)) == set(AREAS)


def test_votes_are_kept_up_to_the_lowest_place_that_holds_the_whole_unit() -> None:
    one = {"votes:qh-1/1": 5, "votes:qh-2/1": 7, "votes:xa-1-1/1": 3, "valid": 9}
    assert LEVELS.kept_at(PROVINCE, one) == {"votes:qh-1/1": 5, "valid": 9}
    assert LEVELS.kept_at(COUNTRY, one) == {"valid": 9}
    assert LEVELS.kept_at(Node("place", "x1"), one)["votes:xa-1-1/1"] == 3


numbers = st.dictionaries(
    st.sampled_from(["voters", "voted", "valid", "votes:qh-1/1", "votes:qh-2/1"]), st.integers(1, 9)
)
states = st.sampled_from(["voters", "provisional", "complete", "signed", "corrected", "annulled"])
steps = st.lists(st.tuples(st.sampled_from(sorted(AREAS)), states, numbers), max_size=12)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_moving_by_differences_is_counting_anew(history: list[tuple[str, str, dict[str, int]]]) -> None:
    areas: dict[str, tuple[str, dict[str, int]]] = {}
    sums: dict[Node, dict[str, int]] = {}
    for area, state, figures in history:
        old = contribution(*areas[area]) if area in areas else {}  # type: ignore[arg-type]
        areas[area] = (state, figures)
        change = difference(contribution(state, figures), old)  # type: ignore[arg-type]
        for node, by in LEVELS.moved("qh", [(area, change)]).items():
            add_into(sums.setdefault(node, {}), by)
    for node in LEVELS.nodes("qh"):
        assert sums.get(node, {}) == by_hand(areas, node)
        parts = [LEVELS.kept_at(node, sums.get(c, {})) for c in LEVELS.below("qh", node)]
        parts += [contribution(*areas[a]) for a in LEVELS.own_areas("qh", node) if a in areas]  # type: ignore[arg-type]
        assert r14(node, sums.get(node, {}), parts) == ()


@settings(max_examples=30, deadline=None)
@given(st.permutations(sorted(AREAS)), numbers)
def test_the_order_in_which_areas_come_never_matters(order: list[str], figures: dict[str, int]) -> None:
    def summed(areas: Iterable[str]) -> dict[Node, dict[str, int]]:
        found: dict[Node, dict[str, int]] = {}
        for area in areas:
            for node, by in LEVELS.moved("qh", [(area, figures)]).items():
                add_into(found.setdefault(node, {}), by)
        return found

    assert summed(order) == summed(sorted(AREAS)) == LEVELS.moved("qh", [(a, figures) for a in order])


def test_r14_names_the_figure_that_is_off() -> None:
    (off,) = r14(PROVINCE, {"valid": 10, "invalid": 1}, [{"valid": 4}, {"valid": 5, "invalid": 1}])
    assert (off.figure, off.parts, off.level) == ("valid", 9, 10)


def test_figures_are_the_count_and_the_paper_and_come_back() -> None:
    figures = dict(of_area("a1", 90, 3).figures)
    assert figures_of(result_in(figures), paper_in(figures)) == figures


def sums_in(database: Database, *nodes: Node) -> dict[Node, stored.Sum]:
    with database.read() as db:
        return stored.sums(db, "qh", 1, nodes)


def every_area(database: Database, country: Election) -> None:
    with database.write() as db:
        hand_up(db, levels_of(country), [of_area(a, 100 + i, i) for i, a in enumerate(AREAS)], AT)


def test_an_area_reaches_unit_committee_commune_province_and_country(database: Database, country: Election) -> None:
    every_area(database, country)
    found = sums_in(database, COUNTRY, TOP, UNIT_1, Node("place", "x3"))
    assert found[COUNTRY].figures["valid"] == found[TOP].figures["valid"] == 510
    assert found[COUNTRY].figures["invalid"] == 10
    assert found[COUNTRY].figures["state:complete"] == 5
    assert found[UNIT_1].figures["votes:qh-1/1"] == 303
    assert "votes:qh-1/1" not in found[TOP].figures
    assert found[Node("place", "x3")].figures["votes:qh-2/1"] == 207


def test_a_correction_moves_every_level_by_the_difference_and_stays_readable(
    database: Database, country: Election
) -> None:
    every_area(database, country)
    levels = levels_of(country)
    with database.write() as db:
        entry = stored.latest(db, "qh", 1, ["b1"])["b1"]
        hand_up(db, levels, [as_correction(entry, voted=106, collected=106, by_hand=106)], AT)
    found = sums_in(database, COUNTRY, COMMITTEE)
    assert found[COUNTRY].figures["collected"] == 522
    assert found[COUNTRY].figures["state:corrected"] == 1
    assert found[COUNTRY].figures["state:complete"] == 4
    assert found[COMMITTEE].changes == 2
    with database.read() as db:
        assert [e.version for e in stored.versions(db, "qh", 1, "b1")] == [1, 2]
        for node in levels.path("qh", "b1"):
            assert [(e.area, e.reason, e.approver) for e in stored.changes(db, "qh", 1, node)] == [
                ("b1", "đếm lại", "hai")
            ]
        assert stored.number_of_changes(db, "qh", 1, Node("place", "x1")) == 0


def test_what_stands_already_is_no_new_version(database: Database, country: Election) -> None:
    every_area(database, country)
    with database.write() as db:
        assert hand_up(db, levels_of(country), [of_area("a1", 100)], AT) == ()
        assert len(stored.versions(db, "qh", 1, "a1")) == 1


def test_an_annulled_area_is_left_out_of_every_sum_and_keeps_its_figures(database: Database, country: Election) -> None:
    every_area(database, country)
    with database.write() as db:
        entry = stored.latest(db, "qh", 1, ["c1"])["c1"]
        annulled = as_correction(entry)
        annulled = type(annulled)("qh", "c1", "annulled", "annulment", entry.figures, "uyban", reason="NQ 12")
        hand_up(db, levels_of(country), [annulled], AT)
        assert stored.latest(db, "qh", 1, ["c1"])["c1"].figures == entry.figures
    top = sums_in(database, TOP)[TOP].figures
    assert top["valid"] == 510 - 103
    assert top["state:annulled"] == 1


def test_a_sum_that_is_not_that_of_its_parts_stops_the_step(database: Database, country: Election) -> None:
    every_area(database, country)
    with database.write() as db:
        db.execute(update(level_sum).where(level_sum.c.node == "x3").values(figures='{"valid":1}'))
    with pytest.raises(Refusal) as refused, database.write() as db:
        hand_up(db, levels_of(country), [of_area("c1", 50)], AT)
    assert {p.code for p in refused.value.problems} == {"r14"}
    assert "Xã 3" in str(refused.value)
    with database.read() as db:
        assert len(stored.versions(db, "qh", 1, "c1")) == 1


def test_every_level_is_checked_from_what_is_stored(database: Database, country: Election) -> None:
    every_area(database, country)
    levels = levels_of(country)
    with database.read() as db:
        assert check(db, levels, "qh", 1, levels.nodes("qh")) == 9


def statements_of_one_update(database: Database, levels: Levels, area: str) -> tuple[int, int]:
    """(statements, sums written) of one area's update."""
    seen: list[str] = []
    written: list[int] = []

    def note(conn: object, cursor: object, statement: str, parameters: object, context: object, many: bool) -> None:
        seen.append(statement)
        if statement.startswith("UPDATE level_sum"):
            written.append(len(parameters) if many else 1)  # type: ignore[arg-type]

    with database.write() as db:
        entry = stored.latest(db, "qh", 1, [area])[area]
        event.listen(db, "before_cursor_execute", note)
        hand_up(db, levels, [as_correction(entry, voters=entry.figures["voters"] + 1)], AT)
        event.remove(db, "before_cursor_execute", note)
    return len(seen), sum(written)


def test_an_update_costs_the_same_in_a_country_ten_times_as_large(database: Database) -> None:
    """Counted, not timed: statements and sums written for one area, beside 1 province and beside 10."""
    import sys  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
    from simulated_country import Size, area_figures, country  # noqa: PLC0415

    from pipeline.usecases.handing_up import NewFigures  # noqa: PLC0415

    costs = []
    for provinces in (1, 10):
        election = country(Size(provinces, 4 * provinces, 24 * provinces, provinces))
        levels = Levels(election)
        with database.write() as db:
            for table in reversed(level_sum.metadata.sorted_tables):
                if table.name.startswith("level_"):
                    db.execute(table.delete())
            given = [NewFigures("qh", a, "complete", "import", f, "x") for a, f in area_figures(election, "qh")]
            hand_up(db, levels, given, AT)
        costs.append(statements_of_one_update(database, levels, election.areas[0].id))
    assert costs[0] == costs[1]
    assert costs[0][1] == 6
