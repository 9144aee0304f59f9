"""What a rule set says: marks on names, invalid ballots, majority, ties, shortage, and who must count how often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Literal

Meaning = Literal["for", "against", "ask"]
Sign = Literal["partial", "circle", "one_line", "unclear"]
"""What people may find on a name that is neither crossed out whole nor left clear. ``partial``: only the family,
middle or given name is crossed; ``circle``: a circle, underline or overline; ``one_line``: of a name on two lines
only one is crossed; ``unclear``: anything else."""
SIGNS: tuple[Sign, ...] = ("partial", "circle", "one_line", "unclear")
Ballot = Literal["strike_out", "agree_table", "marks"]
"""``strike_out``: names not chosen are crossed out; ``agree_table``: an X under "agree" or "disagree" beside each
name (congress without surplus); ``marks``: an oval or box is filled beside each name chosen."""
Majority = Literal["valid", "collected", "summoned", "none"]
"""More than half of what a winner needs: valid ballots, ballots collected, or those summoned less the absences that
the rules list; ``none``: at least one vote."""
Tie = Literal["older", "person"]
"""Who wins among equals for the last seat: the older, and a person decides between equal birth dates; or a person
(a congress, a meeting) decides at once."""
Shortage = Literal["art-79", "meeting", "none"]
"""Missing seats: an extra election under Art. 79; the meeting decides whether to vote again; they stay empty."""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules; every number in it is the law's or the election's, none the program's.

    ``articles`` tells for each rule where it stands; what is only guidance or a custom says so.
    """

    name: str
    source: str
    articles: Mapping[str, str]
    ballot: Ballot
    meanings: Mapping[Sign, Meaning]
    """What a sign on a name means; a sign that is absent is asked of people."""
    grounds: Mapping[str, str]
    """Grounds of invalidity and their text."""
    surplus: Mapping[str, tuple[tuple[int, int], ...]]
    """Level -> (from that many seats, candidates above seats), the last row that fits counts."""
    issued_includes_spoiled: bool
    """Convention of R3; the form does not say."""
    majority_of: Majority
    tie: Tie
    shortage: Shortage
    winner_needs_turnout: bool
    """Over half of the unit's listed voters must have voted (Art. 78, 80)."""
    surplus_forbidden: bool = False
    """R15: exactly as many names as seats (congress without surplus)."""
    none_left_valid: bool = False
    """A ballot that is for nobody can be valid (table without surplus, several names)."""
    figures_keyed_by: int = 2
    """So many people type the figures of the paper, each without seeing the numbers of the others, until two agree."""
    machine_keys: bool = False
    """Whether the machine's reading of a scanned count form may stand for one of those people, figure by figure."""
    marks_settled_by: Literal["1", "2", "team"] = "2"
    """Who settles a doubtful mark on a scanned ballot: one person, two who agree blind, or the whole team."""
    sheets_settled_by: int = 2
    """So many people say what a sheet is that fits no form."""
    counts: int = 1
    """So many independent counts of the same box must agree, ballot by ballot or, for a tally sheet, in every total."""
    candidate_age: int = 0
    """Full years on the election day that the law demands of who stands; 0 where it demands none."""
    ballot_forms: Mapping[str, str] = field(default_factory=dict)
    """Level -> the only ballot prescribed for it; a level that is absent may use any."""
    polling: tuple[time, time] | None = None
    """Voting begins not before and ends not after; ``None`` where nothing is said."""

    @property
    def state(self) -> bool:
        """Whether the law on elections holds, with its polling teams, witnesses and prescribed forms."""
        return self.shortage == "art-79"

    @property
    def winner_needs_half_of_valid(self) -> bool:
        return self.majority_of == "valid"

    def meaning(self, sign: Sign) -> Meaning:
        """What a sign on a name means; a person decides where the table does not say."""
        return self.meanings.get(sign, "ask")

    def surplus_needed(self, level: str, seats: int) -> int:
        """How many candidates above ``seats`` the law demands at a level; 0 where it demands none."""
        needed = 0
        for from_seats, more in self.surplus.get(level, ()):
            if seats >= from_seats:
                needed = more
        return needed
