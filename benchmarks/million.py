"""A count of a million ballots as it stands in the middle of the night, poured into the tables of the storage schema.

Every second batch is closed, its doubts settled; the others are open, with places that wait, that one person has
answered, that two dispute. The scans are a few hundred true pictures which all batches share, so the disk holds 40 MB
of them. Rows come in the order of their keys, since digests that arrive at random would fill the trees page by page.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import typed_paper as paper
from sqlalchemy import Table, case, exists, insert, not_, select, text

from pipeline.audit.chain import AuditEvent, next_line
from pipeline.election.definition import Area, Election, Place
from pipeline.recognize.read import ENGINE
from pipeline.review.codec import to_json
from pipeline.review.items import Subject
from pipeline.review.states import (
    ByEntries,
    Disputed,
    EnteredOnce,
    Entry,
    ItemState,
    Settled,
    Waiting,
    name_of,
    value_of,
)
from pipeline.storage import log, schema
from pipeline.storage.ballots import ballot_id
from pipeline.storage.database import Database, numbers_go_on
from pipeline.storage.items import item_id
from pipeline.storage.pages import page_id
from pipeline.storage.readings import written_with
from pipeline.usecases.workspace import Workspace

CONTEST, COMMUNES, SHEETS = "qh", 120, 340
ASKED = 0.02  # of the names
STATES = (("waiting", 0.45), ("once", 0.20), ("disputed", 0.01), ("settled", 0.34))  # of what open batches ask
CHECKED = 200_000  # accepted readings that were looked over in grids
AT = "2026-03-15 20:00:00.000000"
MOMENT = datetime.fromisoformat(AT)
EARLIER = [f"p{n:02}" for n in range(10)]  # people who have gone home
VARIANTS, AT_ONCE = 1000, 100_000


def widened(election: Election, number: int) -> Election:
    """The example election with ``number`` areas of one contest in 120 communes of its province."""
    top = next(p.id for p in election.places if p.kind == "province")
    communes = tuple(Place(f"xa-{n}", "commune", f"Xã số {n}", top) for n in range(COMMUNES))
    unit = election.areas[0].units[CONTEST]
    areas = tuple(
        Area(f"a{n}", str(n // COMMUNES + 1), f"xa-{n % COMMUNES}", f"Nhà văn hóa {n}", {CONTEST: unit})
        for n in range(number)
    )
    return replace(
        election,
        places=(*[p for p in election.places if p.id == top], *communes),
        contests=tuple(c for c in election.contests if c.id == CONTEST),
        units=tuple(u for u in election.units if u.contest == CONTEST),
        candidates=tuple(c for c in election.candidates if c.unit == unit),
        areas=areas,
    )


def batches_for(ballots: int) -> int:
    return -(-ballots // SHEETS)


@dataclass(frozen=True, slots=True)
class Picture:
    """One of the shared scans and what stands on it."""

    sha256: str
    size: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page of the count; ``asked`` is the number of the name that people are asked about."""

    page: str
    batch: int
    picture: int
    asked: int | None


def fill(workspace: Workspace, ballots: int, reviewers: Sequence[str]) -> None:
    """Pour the count in. ``reviewers`` stand already; the first of them gave half of all lone first answers."""
    dice = random.Random(26)
    pictures = drawn(workspace, dice)
    sheets = [_sheet(n, pictures, dice) for n in range(ballots)]
    sheets.sort(key=lambda s: s.page)
    db = workspace.database
    with _indexes_later(db):
        _piles(db, workspace, pictures, ballots)
        pour(db, schema.page, _pages(workspace, pictures, sheets))
        pour(db, schema.field_reading, _readings(workspace, pictures, sheets, dice))
        form = _form(workspace)
        rows = sorted((ballot_id(s.page), f"b{s.batch}", "scanned", s.page, form, "counted") for s in sheets)
        pour(db, schema.ballot, rows)
        del rows
        _asked(db, workspace, pictures, sheets, reviewers, dice)
        _checks(db, workspace, pictures, sheets, dice)
        _analyzed(db)  # else the queue is planned as if the tables were empty
        _queue(db)
    _analyzed(db)


@contextmanager
def _indexes_later(database: Database) -> Iterator[None]:
    """Indexes beside the keys are built once, over full tables."""
    tables = (schema.file, schema.page, schema.ballot, schema.item, schema.lease, schema.audit, schema.grid_queue)
    beside = [index for table in tables for index in sorted(table.indexes, key=lambda i: str(i.name))]
    with database.write() as db:
        for index in beside:
            index.drop(db)
    yield
    for index in beside:
        with database.write() as db:
            index.create(db)
        print(f"  {index.name}", file=sys.stderr, flush=True)


def _analyzed(database: Database) -> None:
    with database.write() as db:
        if db.dialect.name == "postgresql":
            db.execute(text("ANALYZE"))  # its autovacuum has done so long before a million ballots are in


def drawn(workspace: Workspace, dice: random.Random) -> list[Picture]:
    """The shared scans, 200 dpi, in the image store."""
    paper.DPI = 200
    names = sum(1 for f in workspace.forms[_form(workspace)].sides[0].fields if f.kind == "strike")
    values = [tuple(dice.choice(("struck", "clear")) for _ in range(names)) for _ in range(SHEETS)]
    with tempfile.TemporaryDirectory() as folder:
        files = paper.scans_of(workspace, Path(folder), [paper.Sheet(v) for v in values])
        kept = [(workspace.images.keep(f.read_bytes()), f.stat().st_size) for f in files]
    return [Picture(sha, size, v) for (sha, size), v in zip(kept, values, strict=True)]


def pour(database: Database, table: Table, rows: Iterable[Sequence[Any]]) -> None:
    """Rows into a table, values in the order of its columns (those that are missing at the end are empty).

    Several transactions: the journal of one would take as much of the disk as the tables themselves.
    """
    rows = iter(rows)
    while part := list(islice(rows, AT_ONCE)):
        names = ", ".join(f'"{c.name}"' for c in list(table.columns)[: len(part[0])])
        with database.write() as db:
            raw: Any = db.connection.dbapi_connection
            if db.dialect.name == "postgresql":
                db.execute(text("SET LOCAL session_replication_role = replica"))  # keys are not looked up: they fit
                with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as stream:
                    for some in batched(part, 1000):
                        stream.write("".join(["\t".join(map(_spelled, row)) + "\n" for row in some]))
            else:
                marks = ", ".join("?" * len(part[0]))
                raw.cursor().executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', part)
    print(f"  {table.name}", file=sys.stderr, flush=True)


def batched(rows: Sequence[Sequence[Any]], number: int) -> Iterator[Sequence[Sequence[Any]]]:
    return (rows[start : start + number] for start in range(0, len(rows), number))


def _spelled(value: object) -> str:
    """As COPY has it in its text form; quicker here than a driver's adapter for each of seventy million values."""
    if isinstance(value, str):
        return value.replace("\\", "\\\\") if "\\" in value else value  # no row here holds a tab or a line's end
    if value is None:
        return "\\N"
    return ("t" if value else "f") if isinstance(value, bool) else repr(value)


def _queue(database: Database) -> None:
    """What grids may still show, as it stands where the readings of open batches were saved one by one."""
    r, pen = schema.field_reading, case((written_with("none"), "none"), (written_with("faint"), "faint"), else_="dark")
    order = (r.c.kind, r.c.value, r.c.accepted, r.c.score, r.c.page, r.c.field)
    g = schema.grid_check
    looked_over = exists().where(g.c.page == r.c.page, g.c.field == r.c.field)
    rows = (
        select(*order, schema.page.c.batch, schema.batch.c.contest, pen)
        .join(schema.page, schema.page.c.id == r.c.page)
        .join(schema.batch, schema.batch.c.id == schema.page.c.batch)
        .where(schema.batch.c.state == "open", not_(looked_over))
        .order_by(*order)
    )
    with database.write() as db:
        if db.dialect.name == "postgresql":
            db.execute(text("SET LOCAL session_replication_role = replica"))
            db.execute(text("SET LOCAL work_mem = '512MB'"))
        db.execute(insert(schema.grid_queue).from_select([c.name for c in schema.grid_queue.columns], rows))
    print("  grid_queue", file=sys.stderr, flush=True)


def _form(workspace: Workspace) -> str:
    return workspace.election.ballot_form_id("a0", CONTEST)


def _sheet(number: int, pictures: Sequence[Picture], dice: random.Random) -> Sheet:
    batch, place = divmod(number, SHEETS)
    names = len(pictures[0].values)
    asked = dice.randrange(names) if dice.random() < ASKED * names else None
    return Sheet(page_id(f"b{batch}", pictures[place].sha256, 1), batch, place, asked)


def _open(batch: int) -> bool:
    return batch % 2 == 0


def _piles(db: Database, workspace: Workspace, pictures: Sequence[Picture], ballots: int) -> None:
    number = batches_for(ballots)
    digest, form_set = workspace.profile.digest, workspace.form_set
    pour(
        db,
        schema.batch,
        (
            (
                f"b{n}",
                n + 1,
                f"a{n}",
                CONTEST,
                SHEETS,
                "simplex",
                "open" if _open(n) else "closed",
                digest,
                form_set,
                AT,
            )
            for n in range(number)
        ),
    )
    pour(db, schema.image, ((p.sha256, p.size, None) for p in pictures))
    files = ((f"b{n}", p.sha256, f"scan-{k:03}.jpg", k + 1, 1) for n in range(number) for k, p in enumerate(pictures))
    pour(db, schema.file, islice(files, ballots))


def _pages(workspace: Workspace, pictures: Sequence[Picture], sheets: Iterable[Sheet]) -> Iterator[tuple[Any, ...]]:
    form = _form(workspace)
    for s in sheets:
        sha = pictures[s.picture].sha256
        yield (s.page, f"b{s.batch}", sha, 1, "read", None, None, form, "front", 0.0, 0.05, None, ENGINE)


def _readings(
    workspace: Workspace, pictures: Sequence[Picture], sheets: Iterable[Sheet], dice: random.Random
) -> Iterator[tuple[Any, ...]]:
    """As the reader saves them, with a dozen measures each; by page, then field."""
    fields = list(workspace.forms[_form(workspace)].sides[0].fields)
    strikes = [f.id for f in fields if f.kind == "strike"]
    quads = {f.id: json.dumps([[round(x, 2), round(y, 2)] for x, y in paper._corners(f)]) for f in fields}
    known = {v: [_measures(v, dice) for _ in range(VARIANTS)] for v in ("struck", "clear")}
    plain = {"stamp": ("present", '{"area_mm2": 99.0}'), "stray": ("absent", "{}")}
    order = sorted(fields, key=lambda f: f.id)
    for s in sheets:
        for f in order:
            if f.kind == "strike":
                number = strikes.index(f.id)
                value = pictures[s.picture].values[number]
                accepted, measures = number != s.asked, known[value][dice.randrange(VARIANTS)]
            else:
                (value, measures), accepted = plain[f.kind], True
            score = round(0.9 + dice.random() / 10 if accepted else dice.random(), 6)
            scores = f'{{"{value}": {score}}}'
            yield (s.page, f.id, f.kind, value, accepted, score, 1e-6, quads[f.id], scores, measures)


def _measures(value: str, dice: random.Random) -> str:
    ink = 6.0 if value == "struck" else 0.2
    names = ("core", "heart", "middle", "ring", "hanging", "title_mm2", "signs_mm2", "taller_mm", "far_mm2", "crease")
    given = {"span": 1.0 if value == "struck" else 0.0, "ink_mm2": ink + dice.random(), "faint_mm2": 4 * dice.random()}
    return json.dumps({k: round(v, 4) for k, v in (given | {n: dice.random() / 9 for n in names}).items()})


def _asked(
    db: Database,
    workspace: Workspace,
    pictures: Sequence[Picture],
    sheets: Sequence[Sheet],
    reviewers: Sequence[str],
    dice: random.Random,
) -> None:
    """Items, entries, settled versions and the log of them."""
    strikes = [f.id for f in workspace.forms[_form(workspace)].sides[0].fields if f.kind == "strike"]
    found = []
    for s in sheets:
        if s.asked is None:
            continue
        subject = Subject("field", ballot_id(s.page), strikes[s.asked], "strike")
        found.append((item_id(subject), s, subject, _state(s, pictures[s.picture].values[s.asked], reviewers, dice)))
    found.sort(key=lambda one: one[0])
    pour(
        db,
        schema.item,
        (
            (key, "field", f"b{s.batch}", subject.of, s.page, subject.field, "strike", "[]", name_of(state),
             value_of(state), json.dumps(to_json(state)), 1 + len(_entries(state)))
            for key, s, subject, state in found
        ),
    )  # fmt: skip
    given = [(key, number, e) for key, _, _, state in found for number, e in enumerate(_entries(state), start=1)]
    dice.shuffle(given)
    rows = ((n, key, e.by, e.value, number, False, AT) for n, (key, number, e) in enumerate(given, start=1))
    pour(db, schema.entry, rows)
    with db.write() as connection:
        numbers_go_on(connection, schema.entry)
    settled = (
        (key, 3, "settled", value_of(st), json.dumps(to_json(st)), "", "", AT)
        for key, _, _, st in found
        if isinstance(st, Settled)
    )
    pour(db, schema.settlement, settled)
    pour(db, schema.audit, _lines(db, given))


def _state(s: Sheet, value: str, reviewers: Sequence[str], dice: random.Random) -> ItemState:
    kind = dice.choices(*zip(*STATES, strict=True))[0] if _open(s.batch) else "settled"
    one, two = dice.sample(EARLIER, 2)
    match kind:
        case "waiting":
            return Waiting()
        case "once":
            return EnteredOnce(Entry(reviewers[0] if dice.random() < 0.5 else one, value))
        case "disputed":
            return Disputed(Entry(one, "clear"), Entry(two, "struck"))
        case _:
            return Settled(value, ByEntries((Entry(one, value), Entry(two, value))))


def _entries(state: ItemState) -> tuple[Entry, ...]:
    match state:
        case EnteredOnce(first=first):
            return (first,)
        case Disputed(first=first, second=second):
            return (first, second)
        case Settled(evidence=ByEntries(entries=entries)):
            return entries
        case _:
            return ()


def _lines(db: Database, given: Iterable[tuple[str, int, Entry]]) -> Iterator[tuple[Any, ...]]:
    with db.read() as connection:
        last = log.head(connection)
    for key, _, e in given:
        event = AuditEvent(e.by, "entry", key, {"value": e.value, "simulated": False})
        last = next_line(last, event, MOMENT)
        yield (last.seq, AT, e.by, "entry", key, json.dumps(dict(event.detail)), last.previous, last.digest)


def _checks(
    db: Database, workspace: Workspace, pictures: Sequence[Picture], sheets: Sequence[Sheet], dice: random.Random
) -> None:
    strikes = [f.id for f in workspace.forms[_form(workspace)].sides[0].fields if f.kind == "strike"]
    some = sorted(dice.sample(range(len(sheets)), min(CHECKED // len(strikes), len(sheets) // 5)))
    rows = (
        (sheets[n].page, field, dice.choice(EARLIER), pictures[sheets[n].picture].values[k], "same", AT)
        for n in some
        for k, field in enumerate(strikes)
        if k != sheets[n].asked
    )
    pour(db, schema.grid_check, rows)
