"""Rule sets: what the law of an election makes of marks, ballots and figures, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pipeline.errors import refuse

Meaning = Literal["for", "against", "ask"]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules; every number in it is the law's or the election's, none the program's."""

    name: str
    source: str
    partial_means: Meaning
    """A name of which only part is crossed."""
    unclear_means: Meaning
    """A circle, underline, or a two-line name with one line crossed."""
    grounds: Mapping[str, str]
    """Grounds of invalidity and their text."""
    surplus: Mapping[str, tuple[tuple[int, int], ...]]
    """Level -> (from that many seats, candidates above seats), the last row that fits counts."""
    issued_includes_spoiled: bool
    """Convention of R3; the form does not say."""
    figures_keyed_by: int = 2
    """So many people type the figures of the paper, each without seeing the numbers of the others, until two agree."""
    winner_needs_turnout: bool = True
    """Over half of the unit's listed voters must have voted (Art. 78, 80)."""
    winner_needs_half_of_valid: bool = True
    candidate_age: int = 0
    """Full years on the election day that the law demands of who stands; 0 where it demands none."""
    ballot_forms: Mapping[str, str] = field(default_factory=dict)
    """Level -> the only ballot prescribed for it; a level that is absent may use any."""

    def surplus_needed(self, level: str, seats: int) -> int:
        """How many candidates above ``seats`` the law demands at a level; 0 where it demands none."""
        needed = 0
        for from_seats, more in self.surplus.get(level, ()):
            if seats >= from_seats:
                needed = more
        return needed


STATE_2026 = RuleSet(
    name="state-2026",
    source="Law 85/2015/QH13 as amended by 83/2025/QH15, Art. 2, 57, 58, 74, 78; Nghị quyết 40/NQ-HĐBCQG",
    partial_means="ask",
    unclear_means="ask",
    grounds={
        "a": "Phiếu không theo mẫu quy định do Tổ bầu cử phát ra",
        "b": "Phiếu không có dấu của Tổ bầu cử",
        "c": "Phiếu để số người được bầu nhiều hơn số lượng đại biểu được bầu",
        "d": "Phiếu gạch xóa hết tên những người ứng cử",
        "đ": "Phiếu ghi thêm tên người ngoài danh sách hoặc có ghi thêm nội dung khác",
    },
    surplus={
        "assembly": ((1, 2),),
        "province": ((1, 1), (3, 2), (4, 3)),
        "commune": ((1, 1), (3, 2), (4, 3)),
    },
    issued_includes_spoiled=False,
    candidate_age=21,
    ballot_forms={"assembly": "mau-13", "province": "mau-14", "commune": "mau-15"},
)

N_OF_M = RuleSet(
    name="n-of-m",
    source="Any election by marking at most N of M names; no surplus or turnout rule",
    partial_means="ask",
    unclear_means="ask",
    grounds=STATE_2026.grounds,
    surplus={},
    issued_includes_spoiled=False,
    figures_keyed_by=1,
    winner_needs_turnout=False,
    winner_needs_half_of_valid=False,
)

RULE_SETS: Mapping[str, RuleSet] = {r.name: r for r in (STATE_2026, N_OF_M)}


def rule_set(name: str) -> RuleSet:
    """The rule set of that name; refused (``rule-set-unknown``) otherwise."""
    if name not in RULE_SETS:
        raise refuse(
            "rule-set-unknown",
            "rule_set",
            "there is no rule set '{name}'; choose one of: {known}",
            name=name,
            known=", ".join(RULE_SETS),
        )
    return RULE_SETS[name]
