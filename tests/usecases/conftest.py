"""A count without paper: the example election, a real SQLite file, and ballots as the reader would leave them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import Connection

from pipeline.access.roles import SYSTEM, Actor
from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures, Member, Witness
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.template import Form, values_of
from pipeline.messages import message
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.review.decide import Decision
from pipeline.review.items import item_of_rejection, items_of_page
from pipeline.scan.page import PageSource, Rejection, RejectionReason
from pipeline.storage import accounts, ballots, batches, items, pages, readings, settings
from pipeline.storage.ballots import Ballot
from pipeline.storage.database import open_database
from pipeline.storage.migrations import upgrade
from pipeline.usecases.complete_ballots import Count
from pipeline.usecases.figures import keep_figures

sys.path.insert(0, str(Path(__file__).parent))

AT = datetime(2026, 3, 15, 20, 0, tzinfo=UTC)
QUAD = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@pytest.fixture(scope="session")
def election() -> Election:
    return load_election(Path(str(files("kiemphieu.example"))))


@pytest.fixture(scope="session")
def forms(election: Election) -> dict[str, Form]:
    return {u.id: ballot_layout(election, u.id).form for u in election.units if u.seats}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    database = open_database(tmp_path / "count.sqlite")
    upgrade(database)
    with database.write() as connection:
        settings.keep_profile(connection, "profile", "{}")
        for actor in (SYSTEM, *PEOPLE.values()):
            accounts.put(connection, actor)
        yield connection
    database.close()


PEOPLE = {
    "an": Actor("an", "Nguyễn Văn An", frozenset({"reviewer"})),
    "ba": Actor("ba", "Trần Thị Ba", frozenset({"reviewer"})),
    "chi": Actor("chi", "Lê Thị Chi", frozenset({"reviewer"})),
    "leader": Actor("leader", "Phạm Văn Dũng", frozenset({"team_leader"})),
    "second": Actor("second", "Hoàng Thị Em", frozenset({"team_leader"})),
    "operator": Actor("operator", "Vũ Văn Giang", frozenset({"operator"})),
}
TEAM = tuple(f"Tổ viên {n}" for n in range(1, 6))


@dataclass
class Pile:
    """One batch of one area and contest, filled by hand."""

    db: Connection
    count: Count
    area: str
    contest: str
    id: str
    made: int = field(default=0)

    @property
    def unit(self) -> str:
        return self.count.election.ballot_form_id(self.area, self.contest)

    @property
    def names(self) -> list[str]:
        return [c.id for c in self.count.election.candidates_of(self.unit)]

    @property
    def seats(self) -> int:
        return self.count.election.unit(self.unit).seats

    def vote(self, *chosen: str, **other: str) -> dict[str, str]:
        """Values of a ballot that leaves ``chosen`` and strikes the others; ``other`` overrides fields."""
        values = {c: "clear" if c in chosen else "struck" for c in self.names}
        return {**values, "stamp": "present", "stray": "absent", **other}

    def read(self, values: dict[str, str], asked: tuple[str, ...] = ()) -> str:
        """A page that was read with these values, ``asked`` ones not accepted; gives the ballot's id."""
        form = self.count.forms[self.unit]
        found = [
            FieldReading(f.id, f.kind, {v: float(v == values[f.id]) for v in values_of(f.kind)}, {}, QUAD)
            for f in form.sides[0].fields
        ]
        source = self._source()
        pages.add(self.db, self.id, [PageReading(source, form.id, form.sides[0].name, 0, 0.1, "test 1", tuple(found))])
        key = pages.page_id(self.id, source.sha256, source.page)
        decided = [(r, Decision(r.value, r.field not in asked, 1.0, 1e-6)) for r in found]
        readings.add(self.db, key, [(r, d, 1.0) for r, d in decided])
        ballot = ballots.ballot_id(key)
        ballots.add(self.db, Ballot(ballot, self.id, "scanned", key, form.id))
        asked_of = [(r.field, r.kind, d) for r, d in decided]
        items.add(self.db, self.id, items_of_page(ballot, asked_of, chosen=self.count.policies), key)
        return ballot

    def reject(self, reason: RejectionReason) -> str:
        """A page that was rejected; gives the id of its item."""
        source = self._source()
        pages.add(self.db, self.id, [Rejection(source, reason, message("no"))])
        key = pages.page_id(self.id, source.sha256, source.page)
        return items.add(self.db, self.id, [item_of_rejection(key, reason)], key)[0]

    def declare(self, sheets: int) -> None:
        batches.declare(self.db, self.id, sheets)

    def _source(self) -> PageSource:
        self.made += 1
        sha = f"{self.id}-{self.made:060d}"
        pages.claim(self.db, sha, 1, self.id)
        pages.add_file(self.db, self.id, sha, f"{self.made}.jpg", 1)
        return PageSource(f"{self.made}.jpg", sha, 1)


@pytest.fixture
def count(election: Election, forms: dict[str, Form]) -> Count:
    return Count(election, forms, trial=True)


def open_pile(db: Connection, count: Count, area: str, contest: str, key: str) -> Pile:
    batches.add(
        db, key=key, area=area, contest=contest, declared=0, sides="simplex", profile="profile", form_set="x", at=AT
    )
    return Pile(db, count, area, contest, key)


@pytest.fixture
def pile(db: Connection, count: Count) -> Pile:
    area = count.election.areas[0]
    return open_pile(db, count, area.id, next(iter(area.units)), "pile-1")


@pytest.fixture
def other_pile(db: Connection, count: Count, pile: Pile) -> Pile:
    """Another open pile of the same box."""
    return open_pile(db, count, pile.area, pile.contest, "pile-2")


def figures_for(area: str, contest: str, collected: int, **changes: object) -> AreaFigures:
    """Figures of the paper that agree with ``collected`` ballots."""
    numbers: dict[str, object] = {
        "voters": collected + 4,
        "voted": collected + 2,
        "received": collected + 50,
        "issued": collected + 3,
        "left_over": 47,
        "spoiled": 0,
    }
    witnesses = (Witness("A", "B"), Witness("C", "D"))
    return AreaFigures(
        area,
        contest,
        **{**numbers, **changes},  # type: ignore[arg-type]
        opened=AT - timedelta(hours=13),
        closed=AT - timedelta(hours=1),
        finished=AT,
        members=tuple(Member(name, "Tổ trưởng" if i == 0 else "Ủy viên") for i, name in enumerate(TEAM)),
        opening_witnesses=witnesses,
        closing_witnesses=witnesses,
    )


@pytest.fixture
def put_figures(db: Connection):  # type: ignore[no-untyped-def]
    def put(pile: Pile, collected: int, incidents: str = "", **changes: object) -> None:
        given = figures_for(pile.area, pile.contest, collected, **changes)
        if incidents:
            given = AreaFigures(**{**{n: getattr(given, n) for n in given.__slots__}, "incidents": incidents})
        keep_figures(db, SYSTEM, [given], "test", AT)

    return put
