"""How many people must agree on which kind of item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, assert_never

BLIND_SAMPLE = 0.005
"""Of the readings that the machine may accept, the share that people answer blind all the same, so that its error is
measured (:mod:`pipeline.review.sample`): some 40 of a commune's 8,000, of which 75 without an error show 4 %."""

ItemKind = Literal["field", "hand_field", "page", "ballot"]
"""``field``: a place on a scanned page; ``hand_field``: the same, typed from paper without a picture;
``page``: a sheet that no form fits; ``ballot``: whether a ballot counts."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an item needs: so many agreeing blind entries, or the whole team.

    ``grid``: a check in a grid by another person may stand in for the second blind entry (docs/adr/0004).
    """

    entries: int
    team: bool = False
    grid: bool = False


MarksBy = Literal["1", "2", "team"]


@dataclass(frozen=True, slots=True)
class Policies:
    """What the election's rules leave open: by whom doubtful marks are settled, by how many what a sheet is.

    With one, the first answer counts; only what that person defers goes on to others.
    """

    marks: MarksBy = "2"
    sheets: int = 2


TWO = Policies()


def policy_of(kind: ItemKind, chosen: Policies = TWO) -> Policy:
    """Two for everything that one person could mistype, unless the election has ``chosen`` otherwise.

    Always two for what is typed from paper, of which there is no picture; always the team for every ballot in doubt
    (Art. 74.2).
    """
    match kind:
        case "field" if chosen.marks == "team":
            return Policy(entries=0, team=True)
        case "field":
            return Policy(entries=int(chosen.marks), grid=True)
        case "page":
            return Policy(entries=chosen.sheets)
        case "hand_field":
            return Policy(entries=2)
        case "ballot":
            return Policy(entries=0, team=True)
        case _:
            assert_never(kind)
