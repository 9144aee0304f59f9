"""Rule sets: what the law of an election makes of marks, ballots and figures, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import time
from typing import Any, cast, get_args

from pipeline.election.definition import Election, RuleChange
from pipeline.election.rule_type import SIGNS, Majority, Meaning, RuleSet, Sign
from pipeline.errors import refuse

ASK: Mapping[Sign, Meaning] = dict.fromkeys(SIGNS, "ask")

STATE_2026 = RuleSet(
    name="state-2026",
    source="Law 85/2015/QH13 as amended by 83/2025/QH15, Art. 2, 57, 58, 71, 74, 78-81; Nghị quyết 40/NQ-HĐBCQG",
    articles={
        "meanings": "the law says nothing of partial strikes, circles and two-line names; guidance differs, so ask",
        "grounds": "Art. 74.1",
        "team": "Art. 74.2",
        "majority_of": "Art. 78.2",
        "winner_needs_turnout": "Art. 78.1, 80.4",
        "tie": "Art. 78.4",
        "shortage": "Art. 79.1, 79.2",
        "surplus": "Art. 57.6, 58.3",
        "polling": "Art. 71.1",
        "candidate_age": "Art. 2",
        "ballot_forms": "Nghị quyết 40/NQ-HĐBCQG, Mẫu 13, 14, 15",
    },
    ballot="strike_out",
    meanings=ASK,
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
    majority_of="valid",
    tie="older",
    shortage="art-79",
    winner_needs_turnout=True,
    candidate_age=21,
    ballot_forms={"assembly": "mau-13", "province": "mau-14", "commune": "mau-15"},
    polling=(time(5), time(21)),
)

_CONGRESS_GROUNDS = {
    "a": "Phiếu không do ban kiểm phiếu phát ra",
    "b": "Phiếu không có dấu theo quy định",
    "c": "Phiếu bầu nhiều hơn số lượng quy định",
    "d": "Phiếu không bầu ai trong danh sách bầu cử",
    "đ": "Phiếu bầu người ngoài danh sách, phiếu có ký tên hoặc viết thêm",
}
PARTY_SURPLUS = replace(
    STATE_2026,
    name="party-surplus",
    source="Quy chế bầu cử trong Đảng, 190-QĐ/TW (2024), earlier 244-QĐ/TW (2014) Art. 17",
    articles={
        "meanings": "the regulation says nothing of partial strikes and circles; the counting board decides",
        "grounds": "244-QĐ/TW Art. 17.2, taken over in 190-QĐ/TW (its own number not seen)",
        "majority_of": "190-QĐ/TW (number of the article not seen): those summoned, less the absences that it lists",
        "tie": "guidance, unverified: the congress decides whether to vote again",
        "shortage": "244-QĐ/TW Art. 20.2: the congress decides whether to vote on",
    },
    grounds=_CONGRESS_GROUNDS,
    surplus={"other": ((1, 1),)},
    majority_of="summoned",
    tie="person",
    shortage="meeting",
    winner_needs_turnout=False,
    candidate_age=0,
    ballot_forms={},
    polling=None,
    counts=2,
)
PARTY_NO_SURPLUS = replace(
    PARTY_SURPLUS,
    name="party-no-surplus",
    articles={
        **PARTY_SURPLUS.articles,
        "none_left_valid": "244-QĐ/TW Art. 17.2: both boxes or neither leaves a ballot of several names valid",
        "single_name": "guidance: with a single name both boxes or neither make the ballot invalid",
    },
    ballot="agree_table",
    grounds={**_CONGRESS_GROUNDS, "d": "Phiếu một người đánh dấu cả hai ô hoặc không đánh dấu ô nào"},
    surplus={},
    surplus_forbidden=True,
    none_left_valid=True,
)

_MEETING = replace(
    PARTY_SURPLUS,
    surplus={},
    figures_keyed_by=1,
    counts=1,
)
UNION = replace(
    _MEETING,
    name="union",
    source="Congresses of trade unions: Điều lệ Công đoàn Việt Nam and its guidance; the congress adopts its own rules",
    articles={
        "grounds": "custom; the congress adopts its rules of voting (thể lệ bầu cử)",
        "majority_of": "guidance, unverified: more than half of the ballots collected",
        "tie": "the congress decides",
        "shortage": "the congress decides",
    },
    majority_of="collected",
)
YOUTH = replace(
    UNION,
    name="youth",
    source="Congresses of the Youth Union: Điều lệ Đoàn TNCS Hồ Chí Minh; the congress adopts its own rules",
    articles={
        "grounds": "custom: rules of voting (thể lệ bầu cử) that the congress adopts",
        "majority_of": "guidance: more than half of the ballots collected, valid or not",
        "tie": "the congress decides",
        "shortage": "guidance: the congress decides once whether to vote again",
    },
)
SHAREHOLDERS = replace(
    _MEETING,
    name="shareholders",
    source="Law on Enterprises 59/2020/QH14 Art. 148.3, where the charter sets voting by head instead of by shares",
    articles={
        "majority_of": "Art. 148.3: from the most votes down, until the seats are filled",
        "tie": "Art. 148.3: a new vote among the equal, or the criterion of the charter",
        "shortage": "the charter",
    },
    majority_of="none",
)
BY_SHARES = replace(
    SHAREHOLDERS,
    name="shareholders-by-shares",
    source="Law on Enterprises 59/2020/QH14 Art. 115.1, 148: a vote for each share; ballots in classes (decision 15)",
)
N_OF_M = replace(
    _MEETING,
    name="n-of-m",
    source="Any election by marking at most N of M names; no surplus or turnout rule",
    articles={"majority_of": "none: the most votes", "tie": "none: a person decides", "shortage": "none"},
    ballot="marks",
    grounds=STATE_2026.grounds,
    majority_of="none",
    tie="older",
    shortage="none",
)

RULE_SETS: Mapping[str, RuleSet] = {
    r.name: r for r in (STATE_2026, PARTY_SURPLUS, PARTY_NO_SURPLUS, UNION, YOUTH, SHAREHOLDERS, BY_SHARES, N_OF_M)
}


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


def rules_of(election: Election) -> RuleSet:
    """The rules of an election: its rule set with what the election has set otherwise, each by a named decision.

    A re-vote is recognised whatever the turnout (Art. 80.4).
    """
    rules = rule_set(election.rule_set)
    for change in election.rules:
        rules = changed(rules, change)
    if election.round is not None and election.round.kind != "extra":
        rules = replace(rules, winner_needs_turnout=False)
    return rules


def changed(rules: RuleSet, change: RuleChange) -> RuleSet:
    """``rules`` with one change. Refused: a name that no election may set, or a value that it cannot take."""
    if change.name not in CHANGES:
        raise refuse(
            "rule-unknown",
            change.name,
            "'{name}' is no rule that an election may set; those are: {known}",
            name=change.name,
            known=", ".join(CHANGES),
        )
    values, make = CHANGES[change.name]
    if change.value not in values:
        raise refuse(
            "rule-value",
            change.name,
            "'{value}' is no value of the rule '{name}'; choose one of: {known}",
            value=change.value,
            name=change.name,
            known=", ".join(values),
        )
    return make(rules, change.value)


def _sign(sign: Sign) -> Callable[[RuleSet, str], RuleSet]:
    return lambda rules, value: replace(rules, meanings={**rules.meanings, sign: cast(Meaning, value)})


def _set(name: str, convert: Callable[[str], Any]) -> Callable[[RuleSet, str], RuleSet]:
    def make(rules: RuleSet, value: str) -> RuleSet:
        changes: Any = {name: convert(value)}
        return replace(rules, **changes)

    return make


_NUMBERS = ("1", "2", "3")
CHANGES: Mapping[str, tuple[tuple[str, ...], Callable[[RuleSet, str], RuleSet]]] = {
    **{sign: (get_args(Meaning), _sign(sign)) for sign in SIGNS},
    "issued_includes_spoiled": (("yes", "no"), _set("issued_includes_spoiled", lambda v: v == "yes")),
    "figures_keyed_by": (_NUMBERS, _set("figures_keyed_by", int)),
    "machine_keys": (("yes", "no"), _set("machine_keys", lambda v: v == "yes")),
    "marks_settled_by": (("1", "2", "team"), _set("marks_settled_by", str)),
    "sheets_settled_by": (("1", "2"), _set("sheets_settled_by", int)),
    "counts": (_NUMBERS, _set("counts", int)),
    "majority_of": (get_args(Majority), _set("majority_of", str)),
}
"""What an election may set otherwise: name -> its values and what they make of the rules."""
