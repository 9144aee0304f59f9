"""The faults of a definition, collected over all its files, and what they leave unsure."""

from __future__ import annotations

from typing import Literal, Protocol

from pipeline.errors import Problem
from pipeline.messages import message

Kind = Literal["place", "contest", "unit", "area", "candidate"]


class Record(Protocol):
    """A row of a spreadsheet or an entry of the YAML file: named texts, each with its place."""

    @property
    def doubted(self) -> frozenset[str]: ...

    def place(self, column: str = "", /) -> str: ...

    def text(self, column: str, /) -> str: ...


class Faults:
    """All faults so far; what is unsure because of them is not held against anything else."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.records: dict[tuple[Kind, str], Record] = {}
        self._partial: set[Kind] = set()
        self._unsure: set[tuple[Kind, str, str]] = set()
        self._as_on_disk: dict[tuple[Kind, str], str] = {}

    def at(self, place: str, msgid: str, **params: object) -> None:
        self.found.append(Problem("definition", place, message(msgid, **params)))

    def know(self, kind: Kind, identity: str, record: Record) -> None:
        """Remember a record; a second of the same id, or of one that a file name cannot tell from it, is a fault."""
        other = self._as_on_disk.setdefault((kind, identity.casefold()), identity)
        if (kind, identity) in self.records:
            self.at(
                record.place("id"),
                "the id '{id}' already stands in {other}; give each its own",
                id=identity,
                other=self.records[kind, identity].place("id"),
            )
        elif other != identity:
            self.at(
                record.place("id"),
                "'{id}' differs from '{other}' by capital letters only, and so would their files; give it another id",
                id=identity,
                other=other,
            )
        self.records.setdefault((kind, identity), record)

    def doubt(self, kind: Kind, identity: str, column: str) -> None:
        """That value cannot be relied on; without an id, who is named by others cannot be told either."""
        self._unsure.add((kind, identity, column))
        if column == "id":
            self.miss(kind)

    def miss(self, kind: Kind) -> None:
        """Some records of that kind could not be read."""
        self._partial.add(kind)

    def whole(self, kind: Kind) -> bool:
        """Whether every record of that kind is known by its id."""
        return kind not in self._partial

    def sure(self, kind: Kind, identity: str, *columns: str) -> bool:
        """Whether those values of a record were read without fault."""
        return not any((kind, identity, column) in self._unsure for column in columns)

    def all_sure(self, kind: Kind, column: str) -> bool:
        """Whether every record of that kind is known, each with that value."""
        return self.whole(kind) and not any(k == kind and c == column for k, _, c in self._unsure)
