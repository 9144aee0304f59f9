"""The numbers of the count minutes (Mẫu 18, 23) and what must hold between them."""

from __future__ import annotations

from pipeline.arithmetic.rules import AtMostRule, PercentRule, Rule, SumRule, total

FIGURES = (
    "voters", "voted", "turnout", "received", "issued", "left_over", "collected",
    "valid", "valid_percent", "invalid", "invalid_percent",
)  # fmt: skip
"""Field ids of the figures that stand once; percentages in hundredths of a percent."""


def left(names: int) -> str:
    """Field of the ballots that leave so many names."""
    return f"left_{names}"


def votes(candidate: int) -> str:
    """Field of a candidate's votes; candidates are counted from 1 as on the ballot."""
    return f"votes_{candidate}"


def of_valid(candidate: int) -> str:
    """Field of the valid ballots as written once more behind a candidate's votes ("… phiếu / … phiếu hợp lệ")."""
    return f"of_valid_{candidate}"


def minutes_fields(candidates: int, seats: int, *, prescribed: bool = False) -> tuple[str, ...]:
    """All field ids of a minutes form.

    ``prescribed``: the text of Mẫu 18 and 23 and nothing else: no received and left-over ballots, no table of ballots
    by names left, no sum of votes.
    """
    people = range(1, candidates + 1)
    figures = tuple(f for f in FIGURES if not (prescribed and f in ("received", "left_over")))
    table = () if prescribed else (*(left(k) for k in range(1, seats + 1)), "votes_sum")
    return (*figures, *table, *(votes(c) for c in people), *(of_valid(c) for c in people))


def minutes_rules(candidates: int, seats: int, *, prescribed: bool = False) -> tuple[Rule, ...]:
    """R1 to R11 and R22 as far as the form's fields go, in elections with surplus.

    On the prescribed text alone nothing adds up to a candidate's votes: they have only upper bounds there (R7), so the
    joint decision asks for each. The longer form prints the table that R8 and R9 need.
    """
    people = range(1, candidates + 1)
    rules: list[Rule] = [
        AtMostRule("R1", "voted", "voters"),
        AtMostRule("R4", "collected", "issued"),
        AtMostRule("R5", "collected", "voted"),
        total("R6", ("valid", "invalid"), "collected"),
        PercentRule("R22", "voted", "voters", "turnout"),
        PercentRule("R11", "valid", "collected", "valid_percent"),
        PercentRule("R11", "invalid", "collected", "invalid_percent"),
    ]
    rules += [AtMostRule("R7", votes(c), "valid") for c in people]
    rules += [total("R7", ("valid",), of_valid(c)) for c in people]
    if not prescribed:
        counts = range(1, seats + 1)
        rules += [
            total("R3", ("issued", "left_over"), "received"),
            total("R8", tuple(left(k) for k in counts), "valid"),
            SumRule("R9", (*((left(k), k) for k in counts), ("votes_sum", -1))),
            total("R9", tuple(votes(c) for c in people), "votes_sum"),
        ]
    return tuple(rules)
