"""The count minutes of a polling team, Mẫu 18/HĐBC-QH and Mẫu 23/HĐBC-HĐND, described and set as PDF and DOCX.

What identifies the print (page of pages, area, digest, log, trial or draft) stands in the margin or, for a draft, in
a box above the prescribed text.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import Problem, Refusal
from pipeline.messages import Message
from pipeline.reports import wording
from pipeline.reports.blocks import answered, lines, listed, national_head, notes, sign
from pipeline.reports.fields import MinutesData, faults
from pipeline.reports.paper import DRAFT, TRIAL, Block, Columns, Imprint, Paper, Space, Text, Together
from pipeline.reports.paper_docx import paper_docx
from pipeline.reports.paper_pdf import paper_pdf

__all__ = ["DRAFT", "TRIAL", "Imprint", "minutes_docx", "minutes_paper", "minutes_pdf"]

LONGEST = 38
"""Letters of a name in the footer: more would leave the page at 9 points beside the numbers."""


def minutes_pdf(given: MinutesData, imprint: Imprint, *, draft: bool = False) -> bytes:
    """The minutes as PDF, always the same bytes for the same figures.

    Refused (``minutes-incomplete``) with everything that keeps them from being signed, unless a ``draft`` is asked
    for: it prints dots for what is not known, and says on every page that it is none to sign, and why.
    """
    return paper_pdf(minutes_paper(given), imprint, _why(given, draft))


def minutes_docx(given: MinutesData, imprint: Imprint, *, draft: bool = False) -> bytes:
    """The same as DOCX, under the same conditions."""
    return paper_docx(minutes_paper(given), imprint, _why(given, draft))


def _why(given: MinutesData, draft: bool) -> tuple[Message, ...]:
    why = faults(given)
    if why and not draft:
        place = ", ".join((given.number, _body(given), given.commune, f"{given.area}/{given.unit}"))
        raise Refusal([Problem("minutes-incomplete", place, text) for text in why])
    return why


def _body(given: MinutesData) -> str:
    """Which body, so that the pages of two councils are not mixed up: both are Mẫu 23 of the same area."""
    return "Quốc hội" if given.assembly else _short(f"HĐND {given.body}")


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip()}…"


def minutes_paper(given: MinutesData, member_lines: int = wording.FORM_LINES) -> Paper:
    """The whole form, with dots for what is not known; ``member_lines``: see :func:`wording.opening`."""
    left = (*(Text(line, "head") for line in wording.head(given)), Text("-------", "rule"))
    return Paper(
        number=given.number,
        title="Biên bản kết quả kiểm phiếu",
        blocks=(
            Text(given.number, "number"),
            national_head(left),
            Space(3),
            *(Text(line, "title") for line in wording.title(given)),
            Space(2),
            *lines(wording.opening(given, member_lines)),
            *lines(wording.course(given)),
            *_result(given),
            *(answered(*asked) for asked in wording.incidents(given)),
            Together((Text(wording.ending(given)), Space(4), *_signatures(given))),
            Space(4),
            *notes(wording.notes(given)),
        ),
        feet=(
            f"{given.number} · {_body(given)} · Đơn vị bầu cử số {given.unit}",
            f"{_short(given.commune)} · Khu vực bỏ phiếu số {given.area}",
        ),
    )


def _result(given: MinutesData) -> Iterator[Block]:
    """The list of candidates begins and ends with at least two of them on a page."""
    *before, opens = wording.figures(given)
    yield from lines(before)
    yield from listed(Text(opens, "entry"), wording.votes(given))


def _signatures(given: MinutesData) -> tuple[Block, ...]:
    thirds = (1 / 3, 1 / 3, 1 / 3)
    top = (sign(wording.first_signs(given)), sign(wording.LEADER_SIGNS), sign(wording.SECRETARY_SIGNS))
    return (
        Columns(top, thirds),
        Space(20),
        Columns((sign(wording.SECOND_SIGNS), (), ()), thirds),
        Space(16),
    )
