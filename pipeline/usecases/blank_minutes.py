"""The prescribed minutes of an area before anything is counted: names and places printed, figures to be written."""

from __future__ import annotations

from pipeline.election.codec import digest
from pipeline.election.definition import Election
from pipeline.forms.count_form_ids import minutes_id
from pipeline.forms.template import Form
from pipeline.reports.fields import CandidateVotes, MinutesData
from pipeline.reports.minutes_form import blank_minutes
from pipeline.reports.paper import Imprint
from pipeline.usecases.minutes import printed_name, province_of


def blank_minutes_of(election: Election, contest: str, area: str, *, trial: bool) -> tuple[bytes, Form]:
    """PDF and form document (``bien-ban-CONTEST-AREA``) of one contest in one area."""
    form = minutes_id(contest, area)
    imprint = Imprint(digest(election), "", trial)
    return blank_minutes(_data(election, contest, area), form, imprint)


def _data(election: Election, contest_id: str, area_id: str) -> MinutesData:
    contest, place = election.contest(contest_id), election.area(area_id)
    unit = election.unit(place.units[contest_id])
    commune = election.place(place.place)
    province = province_of(election, commune)
    people = election.candidates_of(unit.id)
    titles = {"male": "Ông", "female": "Bà"}
    return MinutesData(
        assembly=contest.ballot_form == "mau-13", province=province.name if province else "", commune=commune.name,
        body=contest.body, body_term=contest.body_term, years=contest.years, area=place.number, unit=unit.number,
        scope=unit.scope, day=election.day, members=(), opened=None, opening_witnesses=(), closed=None,
        closing_witnesses=(), seats=unit.seats, voters=None, voted=None, issued=None, collected=None, valid=None,
        invalid=None, candidates=tuple(CandidateVotes(titles[c.gender], printed_name(c, people), None) for c in people),
        incidents="", complaints="", finished=None,
    )  # fmt: skip
