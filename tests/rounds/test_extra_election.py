"""An extra election comes into the first workspace: sums of its own, own minutes, the elected and the forms of both."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import docx
import pytest
from starlette.testclient import TestClient

from kiemphieu.__main__ import main
from kiemphieu.demo_extra import hold_extra_elections
from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.errors import Refusal
from pipeline.reports.paper import Imprint
from pipeline.reports.paper_docx import paper_docx
from pipeline.storage import accounts, levels, log, rulings
from pipeline.tally.levels import Node
from pipeline.tally.rounds import Decision
from pipeline.usecases import passwords
from pipeline.usecases.extra_rounds import extra_rounds, joined, settle_extra_tie
from pipeline.usecases.handing_up import EXTRA_ROUND, FIRST_ROUND
from pipeline.usecases.level_acts import correct_area
from pipeline.usecases.level_view import area_history, check_everything, level_view
from pipeline.usecases.official_data import Result, Source, summary
from pipeline.usecases.official_forms import later_results, official_forms
from pipeline.usecases.official_people import elected_list, elected_of
from pipeline.usecases.particulars import particulars_of
from pipeline.usecases.rulings import no_extra_election, order_round, rounds, settle_tie
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.totals import totals
from pipeline.usecases.workspace import Workspace
from review_ui.app import create_app
from tests.election.conftest import Files
from tests.review_ui.visitors import PASSWORD, person
from tests.rounds.conftest import put_figures, scan

DECISION = Decision("12/NQ-HĐBCQG", date(2026, 3, 17), "Hội đồng bầu cử quốc gia")
LAN, HUNG = (Actor(n, n.title(), frozenset({"committee"})) for n in ("lan", "hung"))
DAY, UNIT = date(2026, 3, 22), Node("unit", "qh-1")
Make = Callable[..., Workspace]


@pytest.fixture
def first(first: Workspace) -> Workspace:
    """The first round, where two people approve each other's acts."""
    with first.database.write() as db:
        for actor in (LAN, HUNG):
            accounts.put(db, actor)
    return first


def order(first: Workspace) -> Election:
    return order_round(first, SYSTEM, "extra", ["qh-1"], DAY, DECISION)


def counted(
    make: Make,
    later: Election,
    name: str = "extra",
    areas: tuple[str, ...] = ("kv1", "kv2"),
    left: Sequence[str] = ("q3", "q3", "q4"),
) -> Workspace:
    second = make(later, name)
    for area in areas:
        scan(second, area, "qh", left)
        put_figures(second, area, "qh", len(left))
    return second


def handed(second: Workspace, folder: Path) -> Path:
    path = folder / f"{second.folder.name}.json"
    path.write_bytes(hand_over(second, LAN))
    return path


@pytest.fixture
def both(first: Workspace, make: Make, tmp_path: Path) -> Workspace:
    assert take_in(first, LAN, handed(counted(make, order(first)), tmp_path)).new == 2
    return first


def refused(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refusal) as found:
        act()
    return {p.code for p in found.value.problems}


def source(workspace: Workspace) -> Source:
    with workspace.database.read() as db:
        of = totals(db, workspace.count, SYSTEM)
        given = particulars_of(db, SYSTEM)
        return Source(Result(workspace.election, of), given, later_results(db, workspace.election))


def test_its_figures_stand_beside_those_of_the_first_round(both: Workspace) -> None:
    here = level_view(both, LAN, "qh", UNIT).here
    assert (here.figures["valid"], here.figures["votes:q1"], here.areas) == (12, 10, 2)
    extra = level_view(both, LAN, "qh", UNIT, EXTRA_ROUND).here
    assert (extra.figures["valid"], extra.figures["votes:q3"], extra.done, extra.areas) == (6, 4, 2, 2)
    assert extra.state == "complete"
    top = level_view(both, LAN, "qh", None, EXTRA_ROUND)
    assert top.here.figures["valid"] == 6  # the administrative tree sums it, too
    assert check_everything(both, LAN) > 0
    assert [e.detail["held"] for e in area_history(both, LAN, "qh", "kv1", EXTRA_ROUND)] == ["2026-03-22"]
    with both.database.read() as db:
        assert levels.rounds(db, "qh") == (FIRST_ROUND, EXTRA_ROUND)
        (line,) = [e for e in log.lines(db) if e.event.act == "results_imported"]
    assert line.event.detail["round"] == "extra"


def test_both_rounds_elect_together(both: Workspace) -> None:
    (extra,) = extra_rounds(both, SYSTEM)
    assert extra.held is not None
    assert (extra.held.kind, extra.held.seats, extra.held.outcome.elected) == ("extra", 1, ("q3",))
    ((unit, whole),) = joined(SYSTEM, both, [])
    assert (unit.id, whole.elected, whole.missing, whole.follows) == ("qh-1", ("q1", "q3"), 0, "nothing")
    assert [kind for kind, _ in whole.by_round] == ["first", "extra"]


def test_the_summary_and_the_lists_of_the_elected_hold_both_rounds(both: Workspace) -> None:
    found = source(both)
    form = summary(found, both.election.contest("qh"))
    assert form.extras is not None
    (one,) = form.extras
    assert (one.count.valid, one.count.voted, one.missing, one.note) == (6, 10, 0, "22/03/2026")
    assert [e.votes for e in one.elected] == [4]
    assert [v.votes for v in one.candidates] == [0, 4, 2]  # those of its own list: q2, q3, q4
    assert form.units[0].count.valid == 12
    assert not any("--round" in str(text) for text in form.objections)
    assert {c.id for c in elected_of(found, [both.election.unit("qh-1")])} == {"q1", "q3"}
    papers = {f.key for f in official_forms(both, SYSTEM, number="20")}
    assert len(papers) == 1


def test_invalid_ballots_of_which_no_ground_is_told_are_counted(first: Workspace, make: Make, tmp_path: Path) -> None:
    """Minutes of teams tell how many ballots were invalid and not on which ground."""
    document = json.loads(hand_over(counted(make, order(first)), LAN))
    for area in document["areas"]:
        assert not any(name.startswith("ground:") for name in area["figures"])
        area["figures"] |= {"invalid": 1, "collected": 4, "scanned": 4}
    path = tmp_path / "extra.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    take_in(first, LAN, path)
    form = summary(source(first), first.election.contest("qh"))
    assert form.extras is not None
    assert (form.extras[0].count.collected, form.extras[0].count.valid, form.extras[0].count.invalid) == (8, 6, 2)
    correct_area(first, LAN, HUNG, "qh", "kv1", {"invalid": 1, "collected": 7, "scanned": 7, "issued": 9}, "đếm lại")
    with first.database.read() as db:
        (unit,) = [u for u in totals(db, first.count, SYSTEM).units if u.unit == "qh-1"]
    assert (unit.result.valid, unit.result.invalid_total) == (12, 1)


def test_without_its_results_the_summary_says_what_it_waits_for(first: Workspace, make: Make, tmp_path: Path) -> None:
    later = order(first)
    assert any("--round" in str(text) for text in summary(source(first), first.election.contest("qh")).objections)
    half = counted(make, later, areas=("kv1",))
    take_in(first, LAN, handed(half, tmp_path))
    form = summary(source(first), first.election.contest("qh"))
    assert any("missing for 1 areas (kv2)" in str(text) for text in form.objections)
    (extra,) = extra_rounds(first, SYSTEM)
    assert extra.held is None  # nobody is elected while an area is missing


def test_final_papers_wait_for_it_and_preliminary_ones_do_not(first: Workspace, make: Make, tmp_path: Path) -> None:
    def waits(number: str) -> bool:
        return any("elects more" in str(m) for f in official_forms(first, SYSTEM, number=number) for m in f.why)

    def elected() -> list[str]:
        return [str(m) for m in elected_list(source(first), first.election.contest("qh"), None).objections]

    later = order(first)
    assert [number for number in ("27", "28", "29", "30") if waits(number)] == ["29", "30"]
    assert any("elects more" in text for text in elected())
    (form,) = official_forms(first, SYSTEM, number="20")
    table = paper_docx(form.paper, Imprint("a" * 64, "b" * 64, trial=True), form.why)
    rows = [[c.text for c in row.cells] for t in docx.Document(io.BytesIO(table)).tables for row in t.rows]
    pending = [row for row in rows if len(row) == 6 and "số\u00a01" in row[1] and row[2] == "......"]
    assert len(pending) == 2  # candidates and elected of the extra election: not known, and not "Không có"
    take_in(first, LAN, handed(counted(make, later), tmp_path))
    assert not any(waits(number) for number in ("29", "30"))
    assert not any("elects more" in text for text in elected())


def test_a_council_that_holds_none_is_not_waited_for(first: Workspace) -> None:
    no_extra_election(first, LAN, "qh-1", DECISION, "Hội đồng quyết định không bầu thêm")
    form = summary(source(first), first.election.contest("qh"))
    assert form.extras == ()
    assert not any("--round" in str(text) for text in form.objections)


def test_a_correction_of_the_first_round_that_changes_the_empty_seats_is_left_to_people(both: Workspace) -> None:
    level_view(both, LAN, "qh")
    change = {"votes:q2": 5, "leaving:1": 0, "leaving:2": 6}
    correct_area(both, LAN, HUNG, "qh", "kv1", change, "đếm lại")
    correct_area(both, LAN, HUNG, "qh", "kv2", change, "đếm lại")
    form = summary(source(both), both.election.contest("qh"))
    assert form.units[0].missing == 0
    assert any("was held for 1 seats, but by the first round 0 are" in str(text) for text in form.objections)
    held = [u for u in rounds(both, SYSTEM) if u.unit.id == "qh-1"]
    assert held[0].follows == "nothing"


def test_it_is_held_once(both: Workspace) -> None:
    assert refused(lambda: order(both)) == {"round-not-due"}


def test_results_that_nobody_ordered_are_refused(first: Workspace, make: Make, tmp_path: Path) -> None:
    path = handed(counted(make, order(first)), tmp_path)
    document = json.loads(path.read_text(encoding="utf-8"))

    def other(**told: object) -> Path:
        changed = {**document, "round": {**document["round"], **told}}
        file = tmp_path / "other.json"
        file.write_text(json.dumps(changed), encoding="utf-8")
        return file

    assert refused(lambda: take_in(first, LAN, other(decision="99/NQ"))) == {"round-not-ordered"}
    assert refused(lambda: take_in(first, LAN, other(seats={"qh-2": 1}))) == {"round-not-ordered"}
    assert refused(lambda: take_in(first, LAN, other(seats={}))) == {"results-round"}
    assert refused(lambda: take_in(first, LAN, other(seats={"qh-1": "1"}))) == {"results-round"}
    assert refused(lambda: take_in(first, LAN, other(day=None))) == {"results-round"}
    assert refused(lambda: take_in(first, LAN, other(of="0" * 64))) == {"other-election"}
    for area in document["areas"]:
        area["votes"]["q1"] = 0
    assert refused(lambda: take_in(first, LAN, other())) == {"candidate-unknown"}  # q1 is elected and stands no more
    for area in document["areas"]:
        del area["votes"]["q1"]
        area["votes"]["q3"] = 3  # 4 votes of 3 ballots for one seat
    assert "R10" in refused(lambda: take_in(first, LAN, other()))
    with first.database.read() as db:
        assert levels.rounds(db, "qh") == ()


def test_other_figures_need_a_reason_and_are_a_late_change(both: Workspace, make: Make, tmp_path: Path) -> None:
    path = tmp_path / "extra.json"
    assert take_in(both, LAN, path).new == 0  # the same again
    document = json.loads(path.read_text(encoding="utf-8"))
    document["areas"][0]["figures"]["voters"] += 5
    path.write_text(json.dumps(document), encoding="utf-8")
    assert refused(lambda: take_in(both, LAN, path)) == {"reason-missing"}
    assert take_in(both, LAN, path, "danh sách bổ sung").new == 2  # the file is another one
    view = level_view(both, LAN, "qh", UNIT, EXTRA_ROUND)
    assert view.number_of_changes == 2
    assert level_view(both, LAN, "qh", UNIT).number_of_changes == 0


def test_a_workspace_without_one_has_no_such_level(first: Workspace) -> None:
    assert refused(lambda: level_view(first, LAN, "qh", UNIT, EXTRA_ROUND)) == {"round-unknown"}
    assert extra_rounds(first, SYSTEM) == ()


def test_the_screen_shows_both_rounds(both: Workspace) -> None:
    person(both, passwords.hashed(PASSWORD), "quan", "committee", name="Quân")
    screen = TestClient(create_app(both), follow_redirects=False)
    assert screen.post("/sign-in", data={"name": "quan", "password": PASSWORD}).status_code == 303
    page = screen.get("/levels?contest=qh&level=unit:qh-1").text
    assert "extra=1" in page
    assert "/levels/lock" in page
    extra = screen.get("/levels?contest=qh&level=unit:qh-1&extra=1")
    assert (extra.status_code, "/levels/area/qh/kv1?extra=1" in extra.text) == (200, True)
    assert "/levels/lock" not in extra.text  # what stands is that round's own workspace's to change
    area = screen.get("/levels/area/qh/kv1?extra=1")
    assert (area.status_code, "/correct" in area.text) == (200, False)
    assert screen.get("/levels?contest=tinh&extra=1").status_code == 404


def test_the_commands_tell_of_both_rounds(both: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(both.folder)
    both.close()
    for arguments in (["rounds", "list", folder], ["rounds", "final", folder]):
        with pytest.raises(SystemExit):
            main(arguments)
    with pytest.raises(SystemExit):
        main(["levels", "show", folder, "--contest", "qh", "--level", "unit:qh-1", "--extra"])
    said = capsys.readouterr().out
    assert "2 / 2" in said
    assert said.count("Bầu cử thêm") + said.count("bầu cử thêm") >= 1


def test_a_trial_holds_the_extra_elections_that_its_result_calls_for(first: Workspace, tmp_path: Path) -> None:
    hold_extra_elections(first, tmp_path / "extra", 1)
    ((_, whole),) = joined(SYSTEM, first, [])
    assert [kind for kind, _ in whole.by_round] == ["first", "extra"]
    assert len(whole.elected) == 2
    (form,) = official_forms(first, SYSTEM, number="20")
    assert not any("elects more" in str(m) or "R6" in str(m) for m in form.why)


# Ties ----------------------------------------------------------------------------------------------------

BOARD = Decision("05/QĐ-UBBC", date(2026, 3, 23), "Ủy ban bầu cử tỉnh")
ROUND = ("q2+q3", "q2+q4", "q3+q4")
"""Everybody has two thirds: q2 is the older, q3 and q4 were born on one day and have the same votes."""


@pytest.fixture
def twins(files: Files, make: Make) -> Workspace:
    """Nobody has more than half in the first round, so both seats are empty; q3 and q4 were born on one day."""
    files.areas = files.areas[:3]
    born = files.candidates[0].index("birth_date")
    files.candidates[4][born] = files.candidates[3][born]
    workspace = make(files.load())
    for area in ("kv1", "kv2"):
        scan(workspace, area, "qh", ["q1", "q2", "q3", "q4"])
        put_figures(workspace, area, "qh", 4)
    return workspace


def elected_by_both(first: Workspace) -> tuple[tuple[str, ...], str]:
    ((_, whole),) = joined(SYSTEM, first, [])
    return whole.elected, whole.follows


def test_a_tie_that_is_decided_in_the_round_travels_with_its_figures(
    twins: Workspace, make: Make, tmp_path: Path
) -> None:
    extra = counted(make, order(twins), left=ROUND)
    assert take_in(twins, LAN, handed(extra, tmp_path)).new == 2
    assert elected_by_both(twins) == (("q2",), "person_decides_tie")
    settle_tie(extra, SYSTEM, "qh-1", ["q4"], BOARD)
    path = handed(extra, tmp_path)
    take_in(twins, LAN, path)
    assert elected_by_both(twins) == (("q2", "q4"), "nothing")
    assert {c.id for c in elected_of(source(twins), [twins.election.unit("qh-1")])} == {"q2", "q4"}
    with twins.database.read() as db:
        (ruling,) = [r for r in rulings.every(db) if r.kind == "tie_extra"]
    assert (ruling.chosen, ruling.decision) == (("q4",), BOARD)
    take_in(twins, LAN, path)
    with twins.database.read() as db:
        assert len([r for r in rulings.every(db) if r.kind == "tie_extra"]) == 1  # the same again is nothing new


def test_a_tie_in_a_file_must_be_borne_out_by_the_figures(twins: Workspace, make: Make, tmp_path: Path) -> None:
    extra = counted(make, order(twins), left=ROUND)
    settle_tie(extra, SYSTEM, "qh-1", ["q4"], BOARD)
    document = json.loads(hand_over(extra, LAN))
    assert document["round"]["ties"]["qh-1"]["chosen"] == ["q4"]

    def of(**told: object) -> Path:
        tie = {**document["round"]["ties"]["qh-1"], **told}
        file = tmp_path / "tie.json"
        file.write_text(json.dumps({**document, "round": {**document["round"], "ties": {"qh-1": tie}}}))
        return file

    assert refused(lambda: take_in(twins, LAN, of(chosen=["q2"]))) == {"tie-choice"}  # elected by age, not tied
    assert refused(lambda: take_in(twins, LAN, of(chosen=["q3", "q4"]))) == {"tie-choice"}
    assert refused(lambda: take_in(twins, LAN, of(number=" "))) == {"decision-missing"}
    assert refused(lambda: take_in(twins, LAN, of(day="soon"))) == {"results-round"}
    with twins.database.read() as db:
        assert levels.rounds(db, "qh") == ()  # refused whole
    assert take_in(twins, LAN, of()).new == 2
    assert refused(lambda: take_in(twins, LAN, of(chosen=["q3"]))) == {"reason-missing"}
    take_in(twins, LAN, of(chosen=["q3"]), "Quyết định mới")
    assert elected_by_both(twins)[0] == ("q2", "q3")


def test_a_tie_between_files_is_decided_beside_the_first_round(
    twins: Workspace, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = order(twins)
    assert refused(lambda: settle_extra_tie(twins, SYSTEM, "qh-1", ["q4"], BOARD)) == {"round-unknown"}
    for name, area in (("one", "kv1"), ("two", "kv2")):  # no workspace of the round has the whole unit
        take_in(twins, LAN, handed(counted(make, later, name, (area,), ROUND), tmp_path))
    assert elected_by_both(twins) == (("q2",), "person_decides_tie")
    assert refused(lambda: settle_extra_tie(twins, SYSTEM, "qh-1", ["q2"], BOARD)) == {"tie-choice"}
    told = ["--decision", BOARD.number, "--decided", "2026-03-23", "--authority", BOARD.authority]
    folder = str(twins.folder)
    with pytest.raises(SystemExit) as ended:
        main(["rounds", "tie", folder, "--unit", "qh-1", "--elect", "q3", "--extra", *told])
    assert ended.value.code == 0, capsys.readouterr().err
    assert elected_by_both(twins) == (("q2", "q3"), "nothing")
