"""Results of areas come in as files: whole or not at all, every fault with its number, place and remedy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from country import figures

from pipeline.access.roles import Actor
from pipeline.errors import Problem, Refusal
from pipeline.spreadsheets import write_sheet
from pipeline.storage import accounts, log
from pipeline.storage import levels as stored
from pipeline.tally.levels import Node, votes_in
from pipeline.usecases.level_view import level_view
from pipeline.usecases.results_file import NAMED, NEEDED, read_results
from pipeline.usecases.take_in import hand_over, take_in
from pipeline.usecases.workspace import Workspace

LAN = Actor("lan", "Lan", frozenset({"committee"}))
SIGNED = {"number": "1/BB", "day": "16/03/2026", "signers": "Tổ trưởng"}


def area(name: str, ballots: int = 100, **texts: str) -> dict[str, Any]:
    unit, seats = ("qh-2", 1) if name.startswith("c") else ("qh-1", 2)
    given = figures(unit, seats, ballots, 2)
    votes = {f"{unit}/{n}": 0 for n in range(1, 5 if unit == "qh-1" else 4)} | votes_in(given)
    plain = {n: v for n, v in given.items() if not n.startswith("votes:")}
    return {"contest": "qh", "area": name, "figures": plain, "votes": votes, **texts}


def document(*areas: dict[str, Any], **head: str) -> dict[str, Any]:
    named = {"format": "kiemphieu-results/1", "election": "small", "rule_set": "state-2026"}
    return {**named, **head, "areas": list(areas)}


@pytest.fixture
def send(summary: Workspace, tmp_path: Path) -> Callable[..., object]:
    with summary.database.write() as db:
        accounts.put(db, LAN)

    def sent(given: dict[str, Any], reason: str = "") -> object:
        path = tmp_path / "kq.json"
        path.write_text(json.dumps(given), encoding="utf-8")
        return take_in(summary, LAN, path, reason)

    return sent


def refused(send: Callable[..., object], *given: object) -> tuple[Problem, ...]:
    with pytest.raises(Refusal) as found:
        send(*given)
    return found.value.problems


def test_a_file_reaches_every_level_and_goes_out_again(
    summary: Workspace, send: Callable[..., object], tmp_path: Path
) -> None:
    found = send(document(area("a1", **SIGNED), area("b1"), area("c1")))
    assert (found.areas, found.new, found.signed) == (3, 3, 1)  # type: ignore[attr-defined]
    here = level_view(summary, LAN, "qh").here
    assert (here.figures["valid"], here.of_state("signed"), here.of_state("complete"), here.missing) == (300, 1, 2, 2)
    out = tmp_path / "out.json"
    out.write_bytes(hand_over(summary, LAN))
    again = take_in(summary, LAN, out)
    assert (again.areas, again.signed) == (3, 1)
    assert level_view(summary, LAN, "qh").here.figures == here.figures


def test_a_spreadsheet_is_read_alike(summary: Workspace, send: Callable[..., object], tmp_path: Path) -> None:
    path = tmp_path / "kq.csv"
    votes = "qh-1/1=98; qh-1/2=98; qh-1/3=0; qh-1/4=0"
    row = ["small", "state-2026", "qh", "a1", votes, 112, 100, 100, 100, 98, 2]
    write_sheet(path, (*NAMED, *NEEDED), [row])
    assert take_in(summary, LAN, path).new == 1
    assert level_view(summary, LAN, "qh", Node("unit", "qh-1")).here.figures["votes:qh-1/2"] == 98
    write_sheet(path, (*NAMED, *NEEDED), [["small", "state-2026", "qh", "a2", votes + "; x", 1, "ba", 0, 0, 0, 0]])
    with pytest.raises(Refusal) as found:
        take_in(summary, LAN, path)
    assert [p.place for p in found.value.problems] == ["kq.csv, row 2, column voted", "kq.csv, row 2, column votes"]


def broken(**change: Any) -> dict[str, Any]:
    one = area("b1")
    for key, value in change.items():
        part, _, name = key.partition("__")
        if name:
            one[part][name.replace("_AT_", "/").replace("_IN_", "-")] = value
        else:
            one[part] = value
    return one


@pytest.mark.parametrize(
    ("given", "code", "says"),
    [
        (document(area("b1"), election="khac"), "other-election", "khac"),
        (document(area("b1"), rule_set="state-2021"), "other-forms", "state-2021"),
        (document(broken(area="z9")), "area-unknown", "z9"),
        (document(broken(contest="xa")), "contest-unknown", "xa"),
        (document(area("b1"), area("b1")), "results-twice", "area 1"),
        (document(broken(votes={"qh-1/1": 100, "qh-1/2": 100, "qh-1/3": 0, "x": 0})), "candidate-unknown", "'x'"),
        (document(broken(votes={"qh-1/1": 100, "qh-1/2": 100, "qh-1/3": 0})), "candidate-missing", "qh-1/4"),
        (document(broken(figures__voted=300)), "R1", "300"),
        (document(broken(figures__collected=105)), "R4", "105"),
        (document(broken(figures__valid=99)), "R6", "99"),
        (document(broken(figures__odd=1)), "figure-unknown", "odd"),
        (document(broken(number="1/BB")), "signed-incomplete", "day"),
        (document(broken(figures__valid=-1)), "results", "figures.valid"),
        (document(broken(figures__valid="9")), "results", "figures.valid"),
        (document(broken(figures=[])), "results", "figures"),
        ({"format": "other/1"}, "results-format", "other/1"),
        (document(), "results-empty", ""),
    ],
)
def test_a_file_with_a_fault_is_refused_and_nothing_is_written(
    summary: Workspace, send: Callable[..., object], given: dict[str, Any], code: str, says: str
) -> None:
    if given.get("areas"):
        given["areas"].insert(0, area("a1")) if code != "results-twice" else None
    problems = refused(send, given)
    assert code in {p.code for p in problems}
    assert any(says in str(p) for p in problems if p.code == code)
    assert all("kq.json" in p.place for p in problems)
    with summary.database.read() as db:
        assert stored.latest(db, "qh", 1) == {}
        assert stored.sums(db, "qh", 1, [Node("place", "vn")]) == {}
        assert "results_imported" not in log.acts(db)


def test_figures_that_stand_are_replaced_only_with_a_reason_and_signed_ones_never(
    summary: Workspace, send: Callable[..., object]
) -> None:
    send(document(area("a1"), area("a2", **SIGNED)))
    assert {p.code for p in refused(send, document(area("a1", 90)))} == {"reason-missing"}
    send(document(area("a1", 90)), "gửi nhầm tệp")
    assert {p.code for p in refused(send, document(area("a2", 90)), "x")} == {"area-signed"}
    with summary.database.read() as db:
        assert [e.figures["valid"] for e in stored.versions(db, "qh", 1, "a1")] == [100, 90]


def test_an_area_under_a_locked_level_is_refused(summary: Workspace, send: Callable[..., object]) -> None:
    from pipeline.usecases.level_acts import lock_level  # noqa: PLC0415

    send(document(area("c1")))
    lock_level(summary, LAN, "qh", Node("place", "x3"), "chốt")
    assert {p.code for p in refused(send, document(area("a1"), area("c2")))} == {"level-locked"}
    with summary.database.read() as db:
        assert set(stored.latest(db, "qh", 1)) == {"c1"}


def test_a_hundred_thousand_faults_are_cut_short(summary: Workspace, send: Callable[..., object]) -> None:
    problems = refused(send, document(*(broken(area=f"z{i}") for i in range(300))))
    assert len(problems) == 201
    assert "100" in str(problems[-1])


def test_a_file_of_another_kind_is_told_all_kinds_that_are_read(tmp_path: Path) -> None:
    path = tmp_path / "minutes.pdf"
    path.write_bytes(b"%PDF-1.7")
    with pytest.raises(Refusal, match="results-kind") as found:
        read_results(path)
    assert all(kind in str(found.value.problems[0].text) for kind in (".json", ".xlsx", ".csv"))
