"""An audit of a result from beginning to end: fixed, seed, draw, look, risk; what cannot be is refused."""

from __future__ import annotations

import csv
import io
from itertools import islice

import counted
import pypdfium2
import pytest
from counted import BATCH, MIXED

from pipeline.access.roles import SYSTEM, Actor
from pipeline.errors import Refusal
from pipeline.messages import render
from pipeline.rla.manifest import places
from pipeline.rla.sampler import draws
from pipeline.storage import ballots, log, result_audits
from pipeline.tally.ballots import spell
from pipeline.usecases.audit_fixed import still_as_fixed
from pipeline.usecases.cast_records import some
from pipeline.usecases.exports import level_rows
from pipeline.usecases.result_audit import draw, evaluate, open_audit
from pipeline.usecases.result_audit_report import forms, manifest_file, words
from pipeline.usecases.result_audit_sheets import find, places_drawn, write_down, write_down_pile
from pipeline.usecases.standing import standing
from pipeline.usecases.workspace import Workspace

LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
AUDITOR = Actor("giam-sat", "Giám sát", frozenset({"auditor"}))
SEED = "31415926535897932384"


@pytest.fixture
def official(mixed_count: Workspace) -> Workspace:
    """Twelve ballots in one area, nobody in the two others; everything closed, settled and official."""
    with mixed_count.database.write() as db:
        counted.accounts.put(db, LEADER)
    counted.closed(mixed_count, LEADER, "invalid:c")
    counted.nobody_in_the_other_areas(mixed_count)
    return mixed_count


def opened(workspace: Workspace, risk: float = 0.3, kind: str = "ballots") -> int:
    unit = standing(workspace, AUDITOR, "qh").units[0].unit
    return open_audit(workspace, AUDITOR, "qh", unit, kind, risk).id  # type: ignore[arg-type]


def truth(workspace: Workspace, place: str) -> str:
    """What the program counts the sheet as, as people write it."""
    ballot = find(workspace, AUDITOR, place)[2].ballot
    with workspace.database.read() as db:
        vote = next(some(db, workspace.count, [ballot])).vote
    assert vote is not None
    kind, _, rest = spell(vote).partition(":")
    if kind == "invalid":
        return rest
    unit = standing(workspace, AUDITOR, "qh").units[0].unit
    order = [c.id for c in workspace.election.candidates_of(unit)]
    return " ".join(str(order.index(c) + 1) for c in rest.split(","))


def look_at_all(workspace: Workspace, key: int, **instead: str) -> None:
    """Write down the truth of every drawn sheet, ``instead`` of it something else at a place (``_`` for ``/``)."""
    changed = {place.replace("__", "-").replace("_", "/"): text for place, text in instead.items()}
    for one in places_drawn(workspace, AUDITOR, key)[1]:
        write_down(workspace, AUDITOR, key, one.place, changed.get(one.place) or truth(workspace, one.place), "A, B")


def test_a_result_that_is_not_official_cannot_be_audited(mixed_count: Workspace) -> None:
    with pytest.raises(Refusal, match="not official yet"):
        opened(mixed_count)


def test_the_draw_can_be_repeated_from_manifest_and_seed_alone(official: Workspace) -> None:
    key = opened(official)
    audit = draw(official, AUDITOR, key, SEED)
    manifest = list(csv.DictReader(io.StringIO(manifest_file(official, AUDITOR, audit).decode("utf-8-sig"))))
    ids = places((row["batch"], int(row["sheets"])) for row in manifest)
    again = {d.id for d in islice(draws(ids, SEED), audit.draws)}
    assert {p.place for p in places_drawn(official, AUDITOR, key)[1]} == again
    assert [row["sheets"] for row in manifest] == [str(len(MIXED)), "0", "0"]


def test_a_sheet_is_found_both_ways_in_the_order_of_scanning_and_the_log_tells_it(official: Workspace) -> None:
    files = []
    for position in range(1, len(MIXED) + 1):
        batch, _, sheet = find(official, AUDITOR, f"{BATCH}/{position}")
        assert find(official, AUDITOR, sheet.ballot)[2] == sheet
        files.append(sheet.file)
        assert batch == BATCH
    assert files == sorted(files)
    with official.database.read() as db:
        acts = [line.event.act for line in log.lines(db)]
        ids = [b.id for b in ballots.of_batch(db, BATCH)]
        lying = [s.ballot for s in result_audits.pile(db, BATCH)]
    assert acts.count("sheet_looked_up") == 2 * len(MIXED)
    assert sorted(lying) == ids != lying


@pytest.mark.parametrize("what", ["kv1-qh/13", "kv1-qh/0", "nowhere/1", "abcdef"])
def test_what_is_no_sheet_is_refused_by_name(official: Workspace, what: str) -> None:
    with pytest.raises(Refusal) as refused:
        find(official, AUDITOR, what)
    assert what in str(refused.value)


def test_looking_at_all_that_was_drawn_confirms_a_right_result(official: Workspace) -> None:
    key = opened(official)
    assert evaluate(official, AUDITOR, key).state == "no_seed"
    draw(official, AUDITOR, key, SEED)
    assert evaluate(official, AUDITOR, key).state == "looking"
    look_at_all(official, key)
    found = evaluate(official, AUDITOR, key)
    assert (found.state, found.differing) == ("confirmed", ())
    assert found.risk <= 0.3
    assert found.looked == found.drawn == found.needed
    assert render(words(found)[0], "en") == "The paper confirms who is elected."
    assert still_as_fixed(official, AUDITOR, key)


def test_a_sheet_that_is_not_there_counts_as_the_worst(official: Workspace) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    look_at_all(official, key)
    before = evaluate(official, AUDITOR, key)
    place = places_drawn(official, AUDITOR, key)[1][0].place
    write_down(official, AUDITOR, key, place, "missing", "A, B", "looked again, it is gone")
    after = evaluate(official, AUDITOR, key)
    assert after.risk > before.risk
    assert after.state in ("draw_more", "count_all")
    assert [(d.place, d.seen, d.over) for d in after.differing] == [(place, "missing", 2)]
    assert after.discrepancies.over_two >= 1


def test_more_draws_keep_those_that_were_drawn(official: Workspace) -> None:
    key = opened(official)
    first = draw(official, AUDITOR, key, SEED)
    before = {p.place for p in places_drawn(official, AUDITOR, key)[1]}
    second = draw(official, AUDITOR, key, "", more=30)
    assert second.draws == first.draws + 30
    assert before <= {p.place for p in places_drawn(official, AUDITOR, key)[1]}


def test_with_every_sheet_looked_at_the_paper_itself_decides(official: Workspace) -> None:
    key = opened(official, risk=0.0001)
    draw(official, AUDITOR, key, SEED, more=300)
    assert len(places_drawn(official, AUDITOR, key)[1]) == len(MIXED)
    look_at_all(official, key)
    found = evaluate(official, AUDITOR, key)
    assert found.state == "confirmed"
    for one in places_drawn(official, AUDITOR, key)[1]:
        if find(official, AUDITOR, one.place)[2].position <= 6:
            write_down(official, AUDITOR, key, one.place, "4 5", "A, B", "somebody else's paper")
    found = evaluate(official, AUDITOR, key)
    assert found.state == "count_all"
    assert "count all ballots" in render(words(found)[0], "en")


def test_a_result_that_changed_since_is_not_confirmed(official: Workspace) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    counted.figures(official, incidents="Mất điện 10 phút")
    with pytest.raises(Refusal, match="changed since this audit was opened"):
        evaluate(official, AUDITOR, key)


@pytest.mark.parametrize("seed", ["", "123", "abcdefghijklmnopqrstuv", "1234567890123456789"])
def test_a_seed_that_nobody_threw_is_refused(official: Workspace, seed: str) -> None:
    key = opened(official)
    with pytest.raises(Refusal, match="throw ten-sided dice"):
        draw(official, AUDITOR, key, seed)


def test_the_seed_stays(official: Workspace) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    with pytest.raises(Refusal, match="drawn already"):
        draw(official, AUDITOR, key, "9" * 20)


@pytest.mark.parametrize(
    ("text", "code"), [("", "seen-unclear"), ("7", "seen-unclear"), ("x", "seen-unclear"), ("0 1", "seen-unclear")]
)
def test_what_tells_nothing_of_a_sheet_is_refused_and_nothing_kept(official: Workspace, text: str, code: str) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    place = places_drawn(official, AUDITOR, key)[1][0].place
    with pytest.raises(Refusal) as refused:
        write_down(official, AUDITOR, key, place, text, "A, B")
    assert refused.value.problems[0].code == code
    assert evaluate(official, AUDITOR, key).looked == 0


def test_changes_need_a_reason_names_are_needed_and_only_what_was_drawn_is_taken(official: Workspace) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    drawn = {p.place for p in places_drawn(official, AUDITOR, key)[1]}
    place = sorted(drawn)[0]
    write_down(official, AUDITOR, key, place, "1", "A, B")
    other = next(p for p in places([(BATCH, len(MIXED))]) if p not in drawn)
    for args, code in (
        ((place, "2", "A, B"), "reason-missing"),
        ((place, "2", "  ", "why"), "name-empty"),
        ((other, "2", "A, B"), "place-not-drawn"),
    ):
        with pytest.raises(Refusal) as refused:
            write_down(official, AUDITOR, key, *args)
        assert refused.value.problems[0].code == code


def test_over_voted_and_empty_sheets_are_invalid_by_themselves(official: Workspace) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    one, two = [p.place for p in places_drawn(official, AUDITOR, key)[1]][:2]
    assert write_down(official, AUDITOR, key, one, "1 2 3 4", "A, B").document["value"] == "invalid:c"
    assert write_down(official, AUDITOR, key, two, "0", "A, B").document["value"] == "invalid:d"


def test_piles_are_counted_by_hand_and_compared(official: Workspace) -> None:
    key = opened(official, kind="piles")
    draw(official, AUDITOR, key, SEED, more=3)
    assert [p.place for p in places_drawn(official, AUDITOR, key)[1]] == [BATCH]
    row = next(
        r for r in level_rows(official, standing(official, AUDITOR, "qh")) if r.level == "area" and r.id == "kv1"
    )
    votes = dict(row.result.votes)
    with pytest.raises(Refusal, match="count again"):
        write_down_pile(official, AUDITOR, key, BATCH, (12, 13, votes), "A, B")
    write_down_pile(official, AUDITOR, key, BATCH, (12, row.result.valid, votes), "A, B")
    alike = evaluate(official, AUDITOR, key)
    assert alike.differing == ()
    winner = max(votes, key=lambda c: votes[c])
    figures = (12, row.result.valid, {**votes, winner: votes[winner] - 1})
    write_down_pile(official, AUDITOR, key, BATCH, figures, "A, B", "counted again")
    fewer = evaluate(official, AUDITOR, key)
    assert fewer.risk > alike.risk
    assert [d.place for d in fewer.differing] == [BATCH]
    write_down_pile(official, AUDITOR, key, BATCH, None, "A, B", "not there any more")
    assert evaluate(official, AUDITOR, key).state == "count_all"


@pytest.mark.parametrize(("language", "title"), [("vi", "Kiểm tra kết quả"), ("en", "Audit of the result")])
def test_the_form_tells_where_sheets_lie_and_never_what_they_were_counted_as(
    official: Workspace, language: str, title: str
) -> None:
    key = opened(official)
    draw(official, AUDITOR, key, SEED)
    pdf = forms(official, AUDITOR, key, language)  # type: ignore[arg-type]
    text = "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert title in text
    assert SEED in text
    for one in places_drawn(official, AUDITOR, key)[1]:
        assert one.place in text
        assert find(official, AUDITOR, one.place)[2].ballot not in text
    assert not any(f"{ground}\n" in text for ground in ("valid:", "invalid:c", "invalid:d"))
    assert pdf == forms(official, AUDITOR, key, language)  # type: ignore[arg-type]


def test_who_answers_blind_or_only_watches_cannot_find_a_sheet(official: Workspace) -> None:
    for role in ("reviewer", "witness", "operator", "administrator"):
        with pytest.raises(Refusal, match="may not do this"):
            find(official, Actor("x", "X", frozenset({role})), f"{BATCH}/1")  # type: ignore[arg-type]
    assert find(official, SYSTEM, f"{BATCH}/1")[0] == BATCH
