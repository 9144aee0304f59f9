"""The team's decision: a doubtful ballot on the large screen, every vote recorded, the law's majority checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, cast, get_args

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import FormData

from pipeline.election.rules import rules_of
from pipeline.errors import Refusal, refuse
from pipeline.messages import Message, message
from pipeline.tally.agree import AGREE, DISAGREE, against, box
from pipeline.tally.ballots import AGAINST, FieldAnswer
from pipeline.usecases.correcting import Approval
from pipeline.usecases.minutes import printed_names
from pipeline.usecases.team import Case, Hand, agenda, case, decide, members, name_members, pile_of
from pipeline.usecases.whole_ballot import Mark, WholeBallot, whole_ballot
from review_ui import wording, wording_count
from review_ui.guard import Needs
from review_ui.routes.ballots import drawn
from review_ui.screens import Link, Screen
from review_ui.visit import Visit

Leader = Annotated[Visit, Depends(Needs("put_to_team"))]
router = APIRouter(prefix="/team")
HANDS = get_args(Hand)


@router.get("")
def listed(visit: Leader, decided: int = 0) -> Response:
    """What lies before the team, piles first."""
    names = {c.id: c.full_name for c in visit.state.workspace.election.candidates}
    values = {
        "agenda": agenda(visit.state.workspace, visit.actor),
        "names": names,
        "doubt": wording_count.doubt,
        "verdict": wording_count.verdict,
        "article": wording_count.article,
        "decided": decided,
    }
    return visit.page("team.html", values)


@router.get("/pile/{item}")
def pile(item: str, visit: Leader) -> Response:
    """Ballots that are plainly invalid on one ground: looked at together, decided by one vote."""
    return _pile(visit, pile_of(visit.state.workspace, visit.actor, item))


@router.get("/{item}")
def one(item: str, visit: Leader) -> Response:
    """One ballot or place before the team."""
    return _one(visit, case(visit.state.workspace, visit.actor, item))


@router.post("/{item}/members")
def write_members(item: str, visit: Leader, names: Annotated[str, Form(max_length=5000)] = "") -> Response:
    """The whole team of the area, one name a line; then the vote."""
    found = case(visit.state.workspace, visit.actor, item)
    try:
        name_members(visit.state.workspace, visit.actor, found.area, names.splitlines())
    except Refusal as refusal:
        return _one(visit, found, problem=refusal.problems[0].text, written=names, status=409)
    return visit.go(f"/team/{item}#vote")


async def sent(request: Request) -> FormData:
    """The whole form: it has a field for each member."""
    return await request.form()


@router.post("/decide")
def vote(visit: Leader, form: Annotated[FormData, Depends(sent)]) -> Response:
    """Record the vote on what the form shows."""
    keys = [str(k) for k in form.getlist("item")]
    if not keys:
        raise refuse("team-item", "-", "the form names nothing to decide on; go back to the list")
    cases = [case(visit.state.workspace, visit.actor, key) for key in keys]
    given = {str(k): str(v) for k, v in form.items()}
    try:
        _decide(visit, cases, form, given)
    except Refusal as refusal:
        text = refusal.problems[0].text
        if given.get("shown_as") == "pile":
            return _pile(visit, tuple(cases), problem=text, given=given, status=409)
        return _one(visit, cases[0], problem=text, given=given, form=form, status=409)
    return visit.go(f"/team?decided={len(cases)}")


def _decide(visit: Visit, cases: list[Case], form: FormData, given: dict[str, str]) -> None:
    proposal = given.get("proposal", "")
    if proposal == "valid":
        _number_of_names(visit, cases[0], len(set(form.getlist("name"))))
        proposal = "valid:" + ",".join(sorted(str(n) for n in form.getlist("name")))
        if rules_of(visit.state.workspace.election).ballot == "agree_table":
            proposal += AGAINST + ",".join(sorted(str(n) for n in form.getlist("disagree")))
    if not proposal:
        raise refuse("team-proposal", cases[0].item, "choose first what the team votes on")
    standing = members(visit.state.workspace, visit.actor, cases[0].area)
    hands = {m: given.get(f"hand-{n}") for n, m in enumerate(standing.names)}
    known = {m: cast(Hand, hand) for m, hand in hands.items() if hand in HANDS}
    version = int(given["version"]) if given.get("version", "").isdecimal() else -1
    anew = None
    if cases[0].decided is not None:
        anew = (Approval(given.get("approver", ""), given.get("password", "")), given.get("reason", ""))
    decide(visit.state.workspace, visit.actor, cases, proposal, known, version, anew)


def _number_of_names(visit: Visit, found: Case, chosen: int) -> None:
    """Told in numbers before ids of people are looked at."""
    election = visit.state.workspace.election
    seats, least = (
        election.unit(election.area(found.area).units[found.contest]).seats,
        visit.state.workspace.count.least,
    )
    if rules_of(election).ballot != "agree_table" and not least <= chosen <= seats:
        raise refuse(
            "team-names",
            found.item,
            "{chosen} names are chosen, but a valid ballot has {least} to {seats}; choose anew, or vote on invalid",
            chosen=chosen,
            least=least,
            seats=seats,
        )


def _one(
    visit: Visit,
    found: Case,
    *,
    problem: Message | None = None,
    given: dict[str, str] | None = None,
    form: FormData | None = None,
    written: str | None = None,
    status: int = 200,
) -> Response:
    workspace = visit.state.workspace
    marks: Sequence[Mark] = ()
    whole: WholeBallot | None = None
    shown: dict[str, object] = {"ballot": None, "names": {}, "article": wording_count.article}
    if found.ballot is not None:
        whole = whole_ballot(workspace, visit.state.decoded, visit.actor, found.ballot)
        marks, shown = whole.marks, drawn(visit, whole)
    values = {
        **shown,
        "case": found,
        "cases": (found,),
        "candidates": printed_names(workspace.election, whole.unit) if marks and whole is not None else (),
        "least": workspace.count.least,
        "chosen": [str(n) for n in form.getlist("name")] if form is not None else _left(marks),
        "table": rules_of(workspace.election).ballot == "agree_table",
        "against": [str(n) for n in form.getlist("disagree")] if form is not None else sorted(_against(marks)),
        "answer_of": wording.answer_of,
        "field_kind": next((m.kind for m in marks if m.field == found.field), None),
        **_vote(visit, found, given),
        "problem": problem,
        "written": written,
    }
    return visit.page("team_one.html", values, status)


def _left(marks: Sequence[Mark]) -> list[str]:
    """Whom the ballot is plainly for, for the leader to start from; on a table who is agreed with and nothing else."""
    values = {m.field: m.value for m in marks}
    plain = [m.field for m in marks if m.value in ("clear", "marked")]
    agreed = [f.removesuffix(f":{AGREE}") for f in plain if f.endswith(f":{AGREE}")]
    one_box = [n for n in agreed if values.get(box(n, DISAGREE)) == "unmarked"]
    return [*(f for f in plain if not f.endswith((f":{AGREE}", f":{DISAGREE}"))), *one_box]


def _against(marks: Sequence[Mark]) -> frozenset[str]:
    """With whom a ballot of a table plainly disagrees."""
    return against([FieldAnswer(m.field, m.kind, m.value) for m in marks if m.value is not None])


def _pile(
    visit: Visit,
    cases: tuple[Case, ...],
    *,
    problem: Message | None = None,
    given: dict[str, str] | None = None,
    status: int = 200,
) -> Response:
    workspace = visit.state.workspace
    values = {
        "cases": cases,
        "case": cases[0],
        "article": wording_count.article,
        **_vote(visit, cases[0], given),
        "problem": problem,
        "written": None,
        "names": {c.id: c.full_name for c in workspace.election.candidates},
    }
    return visit.page("team_pile.html", values, status)


def _vote(visit: Visit, found: Case, given: dict[str, str] | None) -> dict[str, object]:
    team = members(visit.state.workspace, visit.actor, found.area)
    size = len(team.names)
    return {
        "team": team,
        "given": given or {},
        "present_needed": -(-2 * size // 3),
        "majority": size // 2 + 1,
        "grounds": wording_count.GROUNDS,
        "doubt": wording_count.doubt,
        "verdict": wording_count.verdict,
    }


SCREEN = Screen(router, Link(message("Team decision"), "/team", "D", "put_to_team", "review"))
