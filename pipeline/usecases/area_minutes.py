"""The count minutes of one area and contest: Mẫu 18 or 23, or those of a congress; final or a draft."""

from __future__ import annotations

import hashlib
import json

from pipeline.election.definition import Election
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import Message
from pipeline.reports.congress import congress_paper
from pipeline.reports.congress_fields import congress_faults
from pipeline.reports.fields import faults
from pipeline.reports.minutes import minutes_pdf
from pipeline.reports.paper import Imprint
from pipeline.reports.paper_pdf import paper_pdf
from pipeline.usecases.congress_minutes import congress_of
from pipeline.usecases.minutes import area_json, minutes_of
from pipeline.usecases.totals import AreaTotals


def minutes_name(election: Election, contest: str, area: str, *, final: bool) -> str:
    """The file name without its ending; a draft never takes the place of minutes that may have been signed."""
    head = {"mau-13": "mau-18", "dai-hoi": "bien-ban-kiem-phieu"}.get(election.contest(contest).ballot_form, "mau-23")
    return f"{head}-{area}-{contest}{'' if final else '-ban-nhap'}"


def why_not_final(election: Election, area: AreaTotals) -> tuple[Message, ...]:
    """Everything that keeps the minutes of an area from being signed; empty where they can be."""
    if election.contest(area.contest).ballot_form == "dai-hoi":
        return congress_faults(congress_of(election, area))
    return faults(minutes_of(election, area))


def is_final(election: Election, area: AreaTotals) -> bool:
    """Whether these minutes can be signed; :func:`print_minutes` prints any others only as a draft."""
    return not why_not_final(election, area)


def print_minutes(election: Election, area: AreaTotals, log_head: str, *, trial: bool, draft: bool) -> bytes:
    """The PDF of one area and contest; its footer carries the digest of its figures and the head of the log.

    Refused (``minutes-incomplete``) where it is not final, unless a ``draft`` is asked for; (``minutes-class``) of a
    class of ballots by shares.
    """
    if election.unit(area.unit).shares:
        raise refuse(
            "minutes-class",
            area.area,
            "a class of ballots by shares has no minutes of its own, as they would tell how its holders voted; take "
            "those of the meeting",
        )
    digest = hashlib.sha256(json.dumps(area_json(election, area), sort_keys=True).encode()).hexdigest()
    imprint = Imprint(digest, log_head, trial)
    if election.contest(area.contest).ballot_form != "dai-hoi":
        return minutes_pdf(minutes_of(election, area), imprint, draft=draft)
    given = congress_of(election, area)
    why = congress_faults(given)
    if why and not draft:
        place = minutes_name(election, area.contest, area.area, final=True)
        raise Refusal([Problem("minutes-incomplete", place, text) for text in why])
    return paper_pdf(congress_paper(given), imprint, why)
