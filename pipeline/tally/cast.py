"""One ballot with how it came to count: what the machine read, what the rules made of it, what people settled."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.tally.ballots import FieldAnswer, Proposal, Vote
from pipeline.tally.shares import person_of


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a ballot.

    ``read``: the machine's value (``None`` without a picture), ``sure`` whether it was accepted under the profile, and
    its ``score``. ``settled``: the value that people gave it; ``None`` where nobody was asked or somebody still is.
    """

    field: str
    read: FieldAnswer | None
    sure: bool
    score: float
    settled: FieldAnswer | None
    asked: bool

    @property
    def candidate(self) -> str:
        """The candidate beside whom it is; a table with two boxes has places ``id:agree`` and ``id:disagree``."""
        return self.field.partition(":")[0]

    @property
    def answer(self) -> FieldAnswer | None:
        """What counts: people stand above the reading, and a reading that was not accepted is no answer."""
        if self.asked:
            return self.settled
        return self.read if self.sure else None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """That people settled something: ``by`` pseudonyms, ``field`` empty for the whole ballot, ``reason`` in English."""

    by: tuple[str, ...]
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class CastBallot:
    """A ballot that counts. Holds neither voter nor time nor place in the pile."""

    id: str
    batch: str
    area: str
    contest: str
    unit: str
    seats: int
    scanned: bool
    names: tuple[Place, ...]
    """The places of candidates, in the order of the ballot."""
    signs: tuple[Place, ...]
    """Stamp and added writing."""
    proposal: Proposal | None
    """What the rules make of the machine's readings alone; ``None`` where it was not sure of all of them."""
    vote: Vote | None
    """What counts; ``None`` while somebody still has to answer."""
    adjudications: tuple[Adjudication, ...]
    shares: int = 0
    """Of how many shares the ballot is, where a meeting votes by shares."""
    elects: str = ""
    """The unit that all its classes elect in together."""

    @property
    def weight(self) -> int:
        """How many votes it gives to everybody whom it is for."""
        return self.shares or 1

    @property
    def voted_in(self) -> str:
        return self.elects or self.unit

    def person(self, candidate: str) -> str:
        """The person behind a candidate, the same in all classes."""
        return person_of(candidate, self.shares) if self.shares else candidate
