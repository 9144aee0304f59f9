"""Our own sheet of the inventory of ballots (Mẫu 32), made to be read back: its four rows, a box for every digit.

One A4 side of one voting area, all of its contests. It replaces no prescribed form: Mẫu 32 stays the legal act.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.election.definition import Area, Contest, Election
from pipeline.errors import refuse
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.count_forms import (
    COLUMN_GAP,
    HINT,
    LEFT,
    MIDDLE,
    RIGHT,
    ROWS,
    SIGN,
    SIGN_HEIGHT,
    SIGN_TOP,
    column_of_figures,
    head_of,
    laid,
)
from pipeline.forms.number_rows import FIRM, signature_places
from pipeline.forms.template import FormRule

INVENTORY = "BẢNG KIỂM KÊ PHIẾU BẦU CỬ"
_ROWS = (
    ("received", "1. Số phiếu Tổ bầu cử đã nhận về", "nhận về"),
    ("issued", "2. Số phiếu phát ra", "phát ra"),
    ("spoiled", "3. Số phiếu cử tri đổi do gạch hỏng", "gạch hỏng"),
    ("left_over", "4. Số phiếu còn lại không sử dụng đến", "còn lại"),
)


@dataclass(frozen=True, slots=True)
class InventoryForm:
    """For whom the sheet is printed; ``trial``: it says that it is of no real election."""

    election: Election
    area: Area
    trial: bool = False

    @property
    def contests(self) -> tuple[Contest, ...]:
        return tuple(c for c in self.election.contests if c.id in self.area.units)

    @property
    def id(self) -> str:
        return f"kiem-ke-{self.area.id}"


def field_of(row: str, contest: str = "") -> str:
    """The name of a field: ``issued`` is the total of the row, ``issued:qh`` the ballots of a contest."""
    return f"{row}:{contest}" if contest else row


def fields_of(contests: Iterable[str]) -> tuple[str, ...]:
    """All fields in the order of the form."""
    held = tuple(contests)
    return tuple(field_of(row, one) for row, *_ in _ROWS for one in ("", *held))


def inventory_form(of: InventoryForm, *, issued_includes_spoiled: bool) -> BallotLayout:
    """The sheet of one area; its fields are those of :func:`fields_of`.

    Refused (``count-form-full``) where the contests of the area do not fit.
    """
    if 2 * (1 + len(of.contests)) > ROWS:
        raise refuse(
            "count-form-full",
            of.id,
            "{rows} figures do not fit one column of the sheet, which holds {most}; type the inventory",
            rows=2 * (1 + len(of.contests)),
            most=ROWS,
        )
    column = MIDDLE - COLUMN_GAP / 2
    # a body's name stays on one line, where that fits
    printed = {
        field_of(name, c.id): (_of_contest(what, _body(c).replace(" ", FIRM)), _of_contest(what, _body(c)))
        for name, _, what in _ROWS
        for c in of.contests
    }
    marks, fields = column_of_figures(_labelled(_ROWS[:2], of.contests), LEFT, column, of.id, printed)
    more, others = column_of_figures(_labelled(_ROWS[2:], of.contests), column + COLUMN_GAP, RIGHT, of.id, printed)
    signed, places = signature_places(SIGN, SIGN_TOP, SIGN_HEIGHT, LEFT, RIGHT)
    where = f"{of.area.name} (khu vực bỏ phiếu số {of.area.number})"
    head = head_of(INVENTORY, "theo Biên bản Mẫu số 32/HĐBC", (where, HINT))
    rules = _rules(of.contests, issued_includes_spoiled)
    return laid(of.id, INVENTORY, [*head, *marks, *more, *signed], [*fields, *others, *places], rules, of.trial)


def _labelled(rows: Sequence[tuple[str, str, str]], contests: Sequence[Contest]) -> list[tuple[str, str, int]]:
    """Each row's total, then its ballots, named so that a label alone tells the figure."""
    labelled = []
    for name, label, what in rows:
        labelled.append((name, label, 0))
        labelled += [(field_of(name, c.id), _of_contest(what, _body(c)), 0) for c in contests]
    return labelled


def _of_contest(what: str, body: str) -> str:
    return f"– {what}, đại biểu {body}"


def _body(contest: Contest) -> str:
    return contest.body if contest.level == "assembly" else f"HĐND {contest.body}"


def _rules(contests: Sequence[Contest], issued_includes_spoiled: bool) -> list[FormRule]:
    """R21: each row is the sum of its ballots. R3: what was received was given out or is left, of each ballot."""
    out = ("issued", "left_over") if issued_includes_spoiled else ("issued", "spoiled", "left_over")
    rules = [FormRule("R21", "sum", (*(field_of(row, c.id) for c in contests), row)) for row, *_ in _ROWS]
    for contest in contests:
        rules.append(FormRule("R3", "sum", tuple(field_of(row, contest.id) for row in (*out, "received"))))
    return rules
