"""The acts of people on a count: blind entries, the third, the team, corrections, ballots typed from paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from pipeline.access.roles import Actor
from pipeline.audit.chain import verify
from pipeline.election.definition import RuleChange
from pipeline.errors import Refusal
from pipeline.review.items import BY_HAND, NOT_PRESCRIBED, Subject, move_to, set_aside
from pipeline.review.states import Disputed, EnteredOnce, Settled, TeamVote, WithTeam, value_of
from pipeline.storage import ballots, batches, items, log, pages
from pipeline.storage.items import StoredItem
from pipeline.usecases.complete_ballots import Count, raise_ballot_items
from pipeline.usecases.review import before_team, correct, enter, queue, team_corrects, team_decides, withdraw
from pipeline.usecases.totals import batch_result

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
TEAM = tuple(f"Tổ viên {n}" for n in range(1, 6))
AN = Actor("an", "Nguyễn Văn An", frozenset({"reviewer"}))
BA = Actor("ba", "Trần Thị Ba", frozenset({"reviewer"}))
CHI = Actor("chi", "Lê Thị Chi", frozenset({"reviewer"}))
LEADER = Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"}))
SECOND = Actor("second", "Hoàng Thị Em", frozenset({"team_leader"}))
OPERATOR = Actor("operator", "Vũ Văn Giang", frozenset({"operator"}))


def field_item(db: Connection, ballot: str, field: str) -> StoredItem:
    for kind in ("field", "hand_field"):
        found = items.find(db, Subject(kind, ballot, field))  # type: ignore[arg-type]
        if found:
            return found
    raise AssertionError(field)


def ballot_item(db: Connection, ballot: str) -> StoredItem | None:
    return items.find(db, Subject("ballot", ballot))


def answer(db: Connection, count: Count, item: str, *answers: tuple[Actor, str]) -> StoredItem:
    for actor, value in answers:
        after = enter(db, count, actor, item, value, AT)
    return after


def both(db: Connection, count: Count, item: str, value: str) -> StoredItem:
    return answer(db, count, item, (AN, value), (BA, value))


def decide(db: Connection, count: Count, found: Sequence[str], verdict: str) -> None:
    team_decides(db, count, LEADER, found, TEAM, [TeamVote(m, verdict) for m in TEAM], AT)


def acts(db: Connection) -> list[str]:
    return [line.event.act for line in log.lines(db)]


def test_two_people_who_agree_settle_a_field_and_the_ballot_counts(pile: Any, db: Connection, count: Count) -> None:
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    assert batch_result(db, count, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]
    item = field_item(db, ballot, first)
    assert isinstance(answer(db, count, item.id, (AN, "clear")).state, EnteredOnce)
    assert isinstance(answer(db, count, item.id, (BA, "clear")).state, Settled)
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.valid, result.undecided, result.votes) == (1, 0, {first: 1})
    assert ballot_item(db, ballot) is None


def by_rule(count: Count, *rules: tuple[str, str]) -> Count:
    """The count of an election that has set these rules for itself."""
    changes = tuple(RuleChange(name, value, "NQ 12, 01/03/2026") for name, value in rules)
    return replace(count, election=replace(count.election, rules=changes))


def test_where_the_election_says_so_one_person_settles_a_mark_and_a_sheet(
    pile: Any, db: Connection, count: Count
) -> None:
    alone = by_rule(count, ("marks_settled_by", "1"), ("sheets_settled_by", "1"))
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    settled = answer(db, alone, field_item(db, ballot, first).id, (AN, "clear"))
    assert isinstance(settled.state, Settled)
    result = batch_result(db, alone, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.valid, result.undecided, result.votes) == (1, 0, {first: 1})
    withdraw(db, alone, AN, settled.id, AT)
    assert batch_result(db, alone, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]
    assert value_of(enter(db, alone, AN, pile.reject("no_form_fits"), set_aside("foreign"), AT).state) is not None
    # what is typed from paper has no picture to look at again: always two
    typed = enter(db, alone, AN, pile.reject("undecodable"), BY_HAND, AT)
    by_hand = next(i for i in queue(db, BA) if i.subject.kind == "hand_field")
    assert typed.page is not None
    assert isinstance(answer(db, alone, by_hand.id, (BA, "clear")).state, EnteredOnce)


def test_where_the_election_says_so_the_team_settles_every_doubtful_mark(
    pile: Any, db: Connection, count: Count
) -> None:
    pile.count = by_rule(count, ("marks_settled_by", "team"))
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    item = field_item(db, ballot, first)
    assert queue(db, AN) == ()
    assert [i.id for i in before_team(db, LEADER)] == [item.id]
    decide(db, pile.count, [item.id], "clear")
    result = batch_result(db, pile.count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.valid, result.undecided, result.votes) == (1, 0, {first: 1})


def test_what_people_settle_stands_above_the_reading(pile: Any, db: Connection, count: Count) -> None:
    first, second = pile.names[:2]
    ballot = pile.read(pile.vote(first, second), asked=(first,))
    both(db, count, field_item(db, ballot, first).id, "struck")
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert result.votes == {second: 1}


def test_nobody_is_offered_an_item_that_they_have_answered(pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    item = field_item(db, ballot, pile.names[0])
    assert [i.id for i in queue(db, AN)] == [item.id]
    answer(db, count, item.id, (AN, "clear"))
    assert queue(db, AN) == ()
    assert [i.id for i in queue(db, BA)] == [item.id]
    with pytest.raises(Refusal, match="entered-already"):
        answer(db, count, item.id, (AN, "clear"))


def test_a_conflict_goes_to_a_third_and_three_answers_to_the_team(pile: Any, db: Connection, count: Count) -> None:
    first, second = pile.names[:2]
    ballot = pile.read(pile.vote(first), asked=(first, second))
    one, other = field_item(db, ballot, first).id, field_item(db, ballot, second).id
    assert isinstance(answer(db, count, one, (AN, "clear"), (BA, "struck")).state, Disputed)
    assert value_of(answer(db, count, one, (CHI, "clear")).state) == "clear"
    after = answer(db, count, other, (AN, "clear"), (BA, "struck"), (CHI, "partial"))
    assert isinstance(after.state, WithTeam)
    assert [i.id for i in before_team(db, LEADER)] == [other]
    decide(db, count, [other], "struck")
    assert batch_result(db, count, batches.get(db, pile.id)).votes == {first: 1}  # type: ignore[arg-type]


def test_begun_items_come_first(pile: Any, db: Connection, count: Count) -> None:
    for _ in range(6):
        pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    begun = queue(db, AN)[3].id
    answer(db, count, begun, (AN, "clear"))
    assert queue(db, BA, limit=1)[0].id == begun


@pytest.mark.parametrize("refused", ["operator", "leader"])
def test_only_reviewers_enter(refused: str, pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    actor = {"operator": OPERATOR, "leader": LEADER}[refused]
    with pytest.raises(Refusal, match="not-permitted"):
        enter(db, count, actor, field_item(db, ballot, pile.names[0]).id, "clear", AT)


def test_a_simulated_account_enters_in_trials_only(pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    robot = Actor("s1", "Người soát mô phỏng 1", frozenset({"reviewer"}), simulated=True)
    real = Count(count.election, count.forms, trial=False)
    with pytest.raises(Refusal, match="simulated-account"):
        enter(db, real, robot, field_item(db, ballot, pile.names[0]).id, "clear", AT)


# The ballot before the team --------------------------------------------------------------------------


def test_a_doubtful_ballot_counts_only_after_the_team(pile: Any, db: Connection, count: Count) -> None:
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    both(db, count, field_item(db, ballot, first).id, "partial")
    item = ballot_item(db, ballot)
    assert item is not None
    assert item.subject.doubts == (f"name_partial:{first}",)
    assert batch_result(db, count, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]
    decide(db, count, [item.id], f"valid:{first}")
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.valid, result.undecided, result.votes) == (1, 0, {first: 1})


def test_a_plainly_invalid_ballot_is_proposed_and_never_counted_by_the_machine_alone(
    pile: Any, db: Connection, count: Count
) -> None:
    ballot = pile.read(pile.vote(*pile.names))
    assert raise_ballot_items(db, count, pile.id, AT) == 1
    assert raise_ballot_items(db, count, pile.id, AT) == 0
    item = ballot_item(db, ballot)
    assert item is not None
    assert item.subject.doubts == ("c",)
    assert batch_result(db, count, batches.get(db, pile.id)).invalid_total == 0  # type: ignore[arg-type]
    decide(db, count, [item.id], "invalid:c")
    assert batch_result(db, count, batches.get(db, pile.id)).invalid == {"c": 1}  # type: ignore[arg-type]


def test_one_decision_covers_a_pile_of_ballots_alike(pile: Any, db: Connection, count: Count) -> None:
    for _ in range(3):
        pile.read(pile.vote(*pile.names))
    raise_ballot_items(db, count, pile.id, AT)
    decide(db, count, [i.id for i in before_team(db, LEADER)], "invalid:c")
    assert batch_result(db, count, batches.get(db, pile.id)).invalid == {"c": 3}  # type: ignore[arg-type]
    assert acts(db).count("team_decision") == 3


def test_a_pile_with_another_ground_or_verdict_is_refused(pile: Any, db: Connection, count: Count) -> None:
    one = pile.read(pile.vote(*pile.names))
    two = pile.read(pile.vote(*pile.names))
    odd = pile.read(pile.vote())
    raise_ballot_items(db, count, pile.id, AT)
    ids = {b: item.id for b in (one, two, odd) if (item := ballot_item(db, b))}
    for found, verdict in (
        ([ids[one], ids[odd]], "invalid:c"),
        ([ids[one], ids[two]], f"valid:{pile.names[0]}"),
    ):
        with pytest.raises(Refusal, match="pile-mixed"):
            decide(db, count, found, verdict)


def test_a_verdict_that_the_ballot_cannot_have_is_refused(pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(*pile.names))
    raise_ballot_items(db, count, pile.id, AT)
    item = ballot_item(db, ballot)
    assert item is not None
    with pytest.raises(Refusal, match="verdict-impossible"):
        decide(db, count, [item.id], "valid:" + ",".join(pile.names))


def test_the_team_needs_its_majority_of_all_members(pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(*pile.names))
    raise_ballot_items(db, count, pile.id, AT)
    item = ballot_item(db, ballot)
    assert item is not None
    votes = [TeamVote(m, "invalid:c") for m in TEAM[:2]] + [TeamVote(TEAM[2], f"valid:{pile.names[0]}")]
    with pytest.raises(Refusal, match="team-quorum"):
        team_decides(db, count, LEADER, [item.id], TEAM, votes, AT)
    with pytest.raises(Refusal, match="team-majority"):
        team_decides(db, count, LEADER, [item.id], TEAM, [*votes, TeamVote(TEAM[3], "invalid:d")], AT)
    with pytest.raises(Refusal, match="not-permitted"):
        team_decides(db, count, AN, [item.id], TEAM, votes, AT)


# Pages that no form fits -----------------------------------------------------------------------------


def test_a_page_is_set_aside_by_two_people(pile: Any, db: Connection, count: Count) -> None:
    item = pile.reject("blank")
    assert batch_result(db, count, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]
    answer(db, count, item, (AN, set_aside("blank")))
    assert batch_result(db, count, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]
    answer(db, count, item, (BA, set_aside("blank")))
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.undecided, result.scanned + result.by_hand + result.set_aside) == (0, 0)


def test_a_ballot_that_could_not_be_read_is_typed_by_two_people_and_counts(
    pile: Any, db: Connection, count: Count
) -> None:
    first = pile.names[0]
    both(db, count, pile.reject("undecodable"), BY_HAND)
    waiting = queue(db, AN)
    assert {i.subject.kind for i in waiting} == {"hand_field"}
    values = pile.vote(first)
    for item in waiting:
        both(db, count, item.id, values[item.subject.field])
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.by_hand, result.scanned, result.valid, result.undecided) == (1, 0, 1, 0)
    assert result.votes == {first: 1}


def test_a_sheet_that_is_not_the_prescribed_form_goes_to_the_team_as_ground_a(
    pile: Any, db: Connection, count: Count
) -> None:
    both(db, count, pile.reject("no_form_fits"), NOT_PRESCRIBED)
    (item,) = before_team(db, LEADER)
    assert item.subject.doubts == ("a",)
    decide(db, count, [item.id], "invalid:a")
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.set_aside, result.by_hand, dict(result.invalid)) == (1, 0, {"a": 1})


def test_a_page_that_still_has_to_be_read_elsewhere_leaves_the_result_incomplete(
    pile: Any, other_pile: Any, db: Connection, count: Count
) -> None:
    both(db, count, pile.reject("other_form"), move_to("pile-2"))
    assert not batch_result(db, count, batches.get(db, pile.id)).complete  # type: ignore[arg-type]


# Corrections -----------------------------------------------------------------------------------------


def test_a_correction_changes_the_totals_and_keeps_every_version(pile: Any, db: Connection, count: Count) -> None:
    first, second = pile.names[:2]
    ballot = pile.read(pile.vote(first, second), asked=(first,))
    item = field_item(db, ballot, first).id
    both(db, count, item, "clear")
    correct(db, count, LEADER, SECOND, item, "struck", "seen again on the paper", AT)
    assert batch_result(db, count, batches.get(db, pile.id)).votes == {second: 1}  # type: ignore[arg-type]
    assert [value_of(v) for v in items.versions(db, item)] == ["clear", "struck"]
    assert "correction" in acts(db)


def test_a_correction_needs_a_reason_and_somebody_else(pile: Any, db: Connection, count: Count) -> None:
    ballot = pile.read(pile.vote(pile.names[0]), asked=(pile.names[0],))
    item = field_item(db, ballot, pile.names[0]).id
    both(db, count, item, "clear")
    with pytest.raises(Refusal, match="own-approval"):
        correct(db, count, LEADER, LEADER, item, "struck", "seen", AT)
    with pytest.raises(Refusal, match="reason-missing"):
        correct(db, count, LEADER, SECOND, item, "struck", "", AT)
    with pytest.raises(Refusal, match="not-permitted"):
        correct(db, count, LEADER, AN, item, "struck", "seen", AT)


def test_a_correction_that_makes_a_ballot_doubtful_lays_it_before_the_team(
    pile: Any, db: Connection, count: Count
) -> None:
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    item = field_item(db, ballot, first).id
    both(db, count, item, "clear")
    correct(db, count, LEADER, SECOND, item, "partial", "seen again on the paper", AT)
    assert ballot_item(db, ballot) is not None
    assert batch_result(db, count, batches.get(db, pile.id)).undecided == 1  # type: ignore[arg-type]


def test_only_the_team_changes_what_the_team_decided(pile: Any, db: Connection, count: Count) -> None:
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    field = field_item(db, ballot, first).id
    both(db, count, field, "partial")
    verdict = ballot_item(db, ballot)
    assert verdict is not None
    decide(db, count, [verdict.id], f"valid:{first}")
    with pytest.raises(Refusal, match="team-decided"):
        correct(db, count, LEADER, SECOND, verdict.id, "invalid:d", "wrong", AT)
    with pytest.raises(Refusal, match="verdict-stands"):
        correct(db, count, LEADER, SECOND, field, "struck", "wrong", AT)
    votes = [TeamVote(m, "invalid:d") for m in TEAM]
    team_corrects(db, count, LEADER, SECOND, verdict.id, TEAM, votes, "looked again", AT)
    assert batch_result(db, count, batches.get(db, pile.id)).invalid == {"d": 1}  # type: ignore[arg-type]
    assert [value_of(v) for v in items.versions(db, verdict.id)] == [f"valid:{first}", "invalid:d"]


def test_a_page_set_aside_by_mistake_is_typed_after_all(pile: Any, db: Connection, count: Count) -> None:
    item = pile.reject("undecodable")
    both(db, count, item, set_aside("foreign"))
    correct(db, count, LEADER, SECOND, item, BY_HAND, "it is a ballot", AT)
    assert batch_result(db, count, batches.get(db, pile.id)).by_hand == 1  # type: ignore[arg-type]


def test_a_ballot_typed_by_mistake_counts_no_more_and_can_be_typed_again(
    pile: Any, db: Connection, count: Count
) -> None:
    item = pile.reject("undecodable")
    both(db, count, item, BY_HAND)
    answer(db, count, queue(db, AN)[0].id, (AN, "unclear"))
    correct(db, count, LEADER, SECOND, item, set_aside("duplicate"), "the sheet lies in the pile twice", AT)
    result = batch_result(db, count, batches.get(db, pile.id))  # type: ignore[arg-type]
    assert (result.by_hand, result.undecided) == (0, 0)
    assert queue(db, AN) == queue(db, BA) == ()
    correct(db, count, LEADER, SECOND, item, BY_HAND, "it does not", AT)
    assert batch_result(db, count, batches.get(db, pile.id)).by_hand == 1  # type: ignore[arg-type]
    assert len(ballots.of_batch(db, pile.id, void=True)) == 2
    assert len(queue(db, AN)) == len(pile.vote())


def test_nobody_is_asked_about_a_voided_batch(pile: Any, db: Connection, count: Count) -> None:
    pile.read(pile.vote(*pile.names))
    pile.read(pile.vote(), asked=(pile.names[0],))
    raise_ballot_items(db, count, pile.id, AT)
    batches.set_state(db, pile.id, "void", "scanned anew")
    assert queue(db, AN) == ()
    assert before_team(db, LEADER) == ()


def test_every_act_leaves_its_line_and_the_log_holds(pile: Any, db: Connection, count: Count) -> None:
    first = pile.names[0]
    ballot = pile.read(pile.vote(first), asked=(first,))
    both(db, count, field_item(db, ballot, first).id, "partial")
    item = ballot_item(db, ballot)
    assert item is not None
    decide(db, count, [item.id], "invalid:d")
    assert acts(db) == ["entry", "entry", "to_team", "team_decision"]
    assert verify(log.lines(db)) is None


def test_the_pages_fate_is_kept_with_the_page(pile: Any, db: Connection, count: Count) -> None:
    item = pile.reject("blank")
    both(db, count, item, set_aside("blank"))
    (page,) = pages.of_batch(db, pile.id)
    assert page.fate == "set_aside:blank"
