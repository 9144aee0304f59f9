"""What one ballot says: from the settled values of its fields to a vote, or to a proposal for the team."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, assert_never

from pipeline.election.rule_type import Meaning, RuleSet
from pipeline.errors import refuse
from pipeline.forms.template import FieldKind

Ground = Literal["a", "b", "c", "d", "đ"]
"""Art. 74.1: (a) not the prescribed form, (b) no stamp, (c) too many names, (d) all crossed, (đ) added."""
GROUNDS: tuple[Ground, ...] = ("a", "b", "c", "d", "đ")

STAMP_UNCLEAR = "stamp_unclear"
ADDED_UNCLEAR = "added_unclear"
NAME_PARTIAL = "name_partial"
NAME_UNCLEAR = "name_unclear"
BOXES_UNCLEAR = "boxes_unclear"


@dataclass(frozen=True, slots=True)
class ValidVote:
    """A ballot that counts, with the candidates whose names are left (fewer than seats is valid)."""

    names: frozenset[str]
    against: frozenset[str] = field(default=frozenset(), compare=False)
    """On a table with both columns: who has an X under "disagree" alone. It elects nobody, so two ballots that are for
    the same people are one vote."""


@dataclass(frozen=True, slots=True)
class InvalidVote:
    """A ballot that the team has held to be invalid, on one ground of Art. 74.1."""

    ground: Ground


Vote = ValidVote | InvalidVote


@dataclass(frozen=True, slots=True)
class ProposedInvalid:
    """Plainly invalid as far as the program can see; only the team may say so (Art. 74.2)."""

    grounds: tuple[Ground, ...]


@dataclass(frozen=True, slots=True)
class InDoubt:
    """What is on the paper has no one meaning; the team decides. ``doubts`` name why."""

    doubts: tuple[str, ...]


Proposal = ValidVote | ProposedInvalid | InDoubt


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """The settled value of one field of a ballot."""

    field: str
    kind: FieldKind
    value: str


@dataclass(frozen=True, slots=True)
class Meanings:
    """The election's table (its rule set): what a name means that is neither clear nor struck out whole."""

    partial: Meaning = "ask"
    unclear: Meaning = "ask"
    circle: Meaning = "ask"
    one_line: Meaning = "ask"

    @classmethod
    def of(cls, rules: RuleSet) -> Meanings:
        return cls(*(rules.meaning(sign) for sign in ("partial", "unclear", "circle", "one_line")))


def propose(answers: Sequence[FieldAnswer], seats: int, meanings: Meanings) -> Proposal:
    """What the program proposes for a ballot all of whose fields are settled.

    Law 85/2015/QH13 Art. 74.1: no stamp (b), more names left than ``seats`` (c), all names crossed (d),
    something added (đ). Ground (a) is a sheet that fits no form and never comes here.
    """
    names = [name_meaning(a, meanings) for a in answers if a.kind in ("strike", "oval", "box")]
    chosen = frozenset(a.field for a, m in _named(answers, meanings) if m == "for")
    asked = names.count("ask")
    grounds = _grounds(answers, len(chosen), asked, seats)
    if grounds:
        return ProposedInvalid(grounds)
    doubts = _doubts(answers, meanings)
    return InDoubt(doubts) if doubts else ValidVote(chosen)


def name_meaning(answer: FieldAnswer, meanings: Meanings) -> Meaning:
    """For, against, or ask, for one name: clear is for, struck against (Art. 74; a mark in a box is for)."""
    match answer.value:
        case "clear" | "marked":
            return "for"
        case "struck" | "unmarked":
            return "against"
        case "partial":
            return meanings.partial
        case "circle":
            return meanings.circle
        case "one_line":
            return meanings.one_line
        case _:
            return meanings.unclear


def _named(answers: Sequence[FieldAnswer], meanings: Meanings) -> list[tuple[FieldAnswer, Meaning]]:
    return [(a, name_meaning(a, meanings)) for a in answers if a.kind in ("strike", "oval", "box")]


def _grounds(answers: Sequence[FieldAnswer], chosen: int, asked: int, seats: int) -> tuple[Ground, ...]:
    found: list[Ground] = [*about_the_sheet(answers)]
    if chosen > seats:
        found.append("c")
    if chosen == 0 and asked == 0:
        found.append("d")
    return tuple(sorted(found, key=GROUNDS.index))


def about_the_sheet(answers: Sequence[FieldAnswer]) -> Iterator[Ground]:
    """Grounds that the sheet itself gives, whatever is marked on it: no stamp (b), something added (đ)."""
    if any(a.kind == "stamp" and a.value == "absent" for a in answers):
        yield "b"
    if any(a.kind == "stray" and a.value == "present" for a in answers):
        yield "đ"


def doubts_about_the_sheet(answers: Sequence[FieldAnswer]) -> Iterator[str]:
    """Whether stamp and additions can be told."""
    if any(a.kind == "stamp" and a.value == "unclear" for a in answers):
        yield STAMP_UNCLEAR
    if any(a.kind == "stray" and a.value == "unclear" for a in answers):
        yield ADDED_UNCLEAR


def _doubts(answers: Sequence[FieldAnswer], meanings: Meanings) -> tuple[str, ...]:
    found = [*doubts_about_the_sheet(answers)]
    for answer, meaning in _named(answers, meanings):
        if meaning == "ask":
            found.append(f"{NAME_PARTIAL if answer.value == 'partial' else NAME_UNCLEAR}:{answer.field}")
    return tuple(found)


# The verdict as a settled value ----------------------------------------------------------------------


AGAINST = "|"
"""In a verdict on a ballot of a table: behind it stand those with whom the ballot disagrees."""


def spell(vote: Vote) -> str:
    """The settled value of a ballot item: ``valid:id,id`` (sorted) or ``invalid:ground``."""
    match vote:
        case ValidVote(names=names):
            return "valid:" + ",".join(sorted(names))
        case InvalidVote(ground=ground):
            return f"invalid:{ground}"
        case _:
            assert_never(vote)


def tells_against(value: str) -> bool:
    """Whether a verdict says with whom the ballot disagrees, be it with nobody."""
    return value.startswith("valid:") and AGAINST in value


def vote_from(value: str, candidates: Collection[str], seats: int, place: str, least: int = 1) -> Vote:
    """The vote that :func:`spell` wrote; refused (``verdict-impossible``) where no team may decide so.

    A team can hold a ballot valid only with at least ``least`` and at most ``seats`` of the unit's candidates. On a
    table it can also say with whom the ballot disagrees, nobody of those it agrees with: ``valid:c1,c2|c3``.
    """
    kind, _, rest = value.partition(":")
    told, _, other = rest.partition(AGAINST)
    names, against = (frozenset(part.split(",")) if part else frozenset[str]() for part in (told, other))
    if kind == "invalid" and rest in GROUNDS:
        return InvalidVote(next(g for g in GROUNDS if g == rest))
    known = (names | against) <= frozenset(candidates) and not names & against
    if kind == "valid" and least <= len(names) <= seats and known:
        return ValidVote(names, against)
    raise refuse(
        "verdict-impossible",
        place,
        "'{value}' is no verdict for this ballot: either invalid with a ground (a, b, c, d, đ), "
        "or valid with {least} to {seats} names of this ballot, none of them agreed with and disagreed with at once",
        value=value,
        least=least,
        seats=seats,
    )


def plainly_alike(proposals: Mapping[str, Proposal]) -> Mapping[Ground, tuple[str, ...]]:
    """The piles that one team decision may cover: ballots held invalid on one and the same ground.

    Ballots with several grounds or in doubt lie in no pile and are decided one by one. Keys of
    ``proposals`` are ballot ids; the ids of a pile come sorted.
    """
    piles: dict[Ground, list[str]] = {}
    for ballot, proposal in proposals.items():
        if isinstance(proposal, ProposedInvalid) and len(proposal.grounds) == 1:
            piles.setdefault(proposal.grounds[0], []).append(ballot)
    return {ground: tuple(sorted(piles[ground])) for ground in GROUNDS if ground in piles}
