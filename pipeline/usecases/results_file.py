"""Files of area results, CSV, XLSX or JSON: what another installation or a spreadsheet says of areas, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from pipeline.election.definition import Election, Round
from pipeline.errors import Problem, Refusal, refuse
from pipeline.messages import message
from pipeline.spreadsheets import Row, check_sheet, parse_date, parse_whole
from pipeline.storage.levels import Entry
from pipeline.tally.levels import COUNTED, PAPER, VOTES, Levels, votes_in
from pipeline.tally.rounds import Decision, Ruling
from pipeline.usecases.area_rules import PAPERS

FORMAT = "kiemphieu-results/1"
NAMED = ("election", "rule_set", "contest", "area", "votes")
NEEDED = ("voters", "voted", "issued", "collected", "valid", "invalid")
"""What the minutes Mẫu 18 and 23 give of every area."""
_NEEDED = frozenset(NEEDED)
OTHERS = tuple(n for n in (*PAPER, *COUNTED) if n not in NEEDED)
TEXTS = ("number", "day", "signers", "incidents", "note", *PAPERS)
_TEXTS = frozenset(TEXTS)
MOST_BYTES = 256 * 1024 * 1024
MOST = 1_000_000_000
"""No number of people or ballots of an area is as large; a serial number in the wrong column is."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What a file says of one area: ``place`` is where, for whoever has to mend it."""

    place: str
    election: str
    rule_set: str
    contest: str
    area: str
    figures: Mapping[str, int]
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultsFile:
    """A whole file and its digest."""

    name: str
    sha256: str
    rows: tuple[Reported, ...]
    round: Round | None = None
    """Of which later round it tells."""
    day: date | None = None
    """On which that round was held; told by files of later rounds."""
    seats: Mapping[str, int] = field(default_factory=dict)
    """unit -> the seats that it filled in that round."""
    ties: Mapping[str, tuple[tuple[str, ...], Decision]] = field(default_factory=dict)
    """unit -> who of those tied in that round is elected, and by whose decision."""
    trial: bool = False
    """The installation that made it was in the trial mode."""


def read_results(path: Path) -> ResultsFile:
    """The areas of a file; refused with every fault of it, each with its place, where it is not whole."""
    if path.suffix.lower() == ".json":
        content = _content(path)
        rows, problems, trial, told = _from_json(path.name, content)
    elif path.suffix.lower() not in (".xlsx", ".csv"):
        raise refuse(
            "results-kind",
            path.name,
            "is no file of results; give the .json of 'kiemphieu levels export', or a spreadsheet (.xlsx, .csv)",
        )
    else:
        rows, problems = _from_sheet(path)
        trial, told = False, None
        content = _content(path) if not problems else b""
    if not rows and not problems:
        raise refuse("results-empty", path.name, "the file holds no area; choose another one")
    if problems:
        raise Refusal(problems)
    later = _round(path.name, told)
    found = ResultsFile(path.name, sha256(content).hexdigest(), tuple(rows), later, trial=trial)
    return found if later is None else _with_seats(found, told)


def _content(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refuse(
                "file-large", path.name, "the file has more than {most} MB; hand it in by province",
                most=MOST_BYTES // 1024 // 1024,
            )  # fmt: skip
        return path.read_bytes()
    except OSError as error:
        raise refuse(
            "file-unreadable", path.name, "the file cannot be read ({why}); check the name", why=error.strerror or "-"
        ) from error


def _from_sheet(path: Path) -> tuple[list[Reported], list[Problem]]:
    """One row an area; ``votes`` is written ``candidate=number; candidate=number``."""
    required = (*NAMED, *NEEDED)
    sheet, faults = check_sheet(
        path, required, (*OTHERS, *TEXTS), several_lines=("incidents", "note", "votes", "elected")
    )
    problems = list(faults)
    rows = []
    for row in sheet.rows:
        figures = {name: _whole(row, name, problems) for name in (*NEEDED, *OTHERS) if row.text(name) or name in NEEDED}
        figures |= dict(_votes(row, problems))
        texts = {name: row.text(name) for name in TEXTS if row.text(name)}
        if "day" in texts and parse_date(texts["day"]) is None:
            text = message("'{value}' is no day; write it as 16/03/2026", value=texts["day"])
            problems.append(Problem("results", row.place("day"), text))
        elif "day" in texts:
            texts["day"] = str(parse_date(texts["day"]))
        named = {name: row.text(name) for name in NAMED[:-1]}
        rows.append(Reported(row.place(), figures=figures, texts=texts, **named))
    return rows, problems


def _whole(row: Row, name: str, problems: list[Problem]) -> int:
    found = _number(row.text(name))
    if found is None and name not in row.doubted:
        text = message("'{value}' is no number of people or ballots; write digits", value=row.text(name))
        problems.append(Problem("results", row.place(name), text))
    return found or 0


def _number(text: str) -> int | None:
    found = parse_whole(text)
    return found if found is not None and found <= MOST else None


def _votes(row: Row, problems: list[Problem]) -> Iterator[tuple[str, int]]:
    for part in filter(None, (p.strip() for p in row.text("votes").replace("\n", ";").split(";"))):
        candidate, _, number = part.partition("=")
        found = _number(number.strip())
        if found is None or not candidate.strip():
            text = message("'{value}' tells no votes; write 'candidate=number; candidate=number'", value=part)
            problems.append(Problem("results", row.place("votes"), text))
            continue
        yield VOTES + candidate.strip(), found


def _round(name: str, told: object) -> Round | None:
    """The later round that a file names."""
    if told is None:
        return None
    try:
        if not isinstance(told, dict) or told["kind"] not in ("extra", "re_vote", "re_vote_area"):
            raise ValueError(told)
        days = (date.fromisoformat(told[key]) for key in ("first_day", "decided"))
        first, decided = days
        return Round(told["kind"], str(told["of"]), first, str(told["decision"]), decided, str(told["authority"]))
    except (KeyError, ValueError, TypeError) as error:
        raise refuse(
            "results-round", name, "the file does not tell of which round it is ({why}); export it anew", why=str(error)
        ) from error


def _with_seats(found: ResultsFile, told: Any) -> ResultsFile:
    """The day and the seats of a later round; files from before these were told have neither."""
    seats = told.get("seats", {})
    day = parse_date(told["day"]) if isinstance(told.get("day"), str) else None
    if not isinstance(seats, dict) or any(type(n) is not int or not 0 < n < MOST for n in seats.values()):
        raise refuse(
            "results-round", found.name, "the file does not tell of which round it is ({why}); export it anew",
            why="seats",
        )  # fmt: skip
    return replace(found, day=day, seats=seats, ties=_ties(found.name, told.get("ties", {})))


def _ties(name: str, told: Any) -> dict[str, tuple[tuple[str, ...], Decision]]:
    try:
        return {
            str(unit): (
                tuple(str(c) for c in one["chosen"]),
                Decision(str(one["number"]), date.fromisoformat(one["day"]), str(one["authority"])),
            )
            for unit, one in told.items()
        }
    except (AttributeError, KeyError, ValueError, TypeError) as error:
        raise refuse(
            "results-round", name, "the file does not tell of which round it is ({why}); export it anew", why="ties"
        ) from error


def _from_json(name: str, content: bytes) -> tuple[list[Reported], list[Problem], bool, Any]:
    try:
        document = orjson.loads(content)
    except ValueError as error:
        raise refuse("results-json", name, "the file is no JSON ({why}); export it anew", why=str(error)) from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        found = document.get("format") if isinstance(document, dict) else None
        raise refuse(
            "results-format", name, "the file is no '{format}' but '{found}'; export it with 'kiemphieu levels export'",
            format=FORMAT, found=found,
        )  # fmt: skip
    rows: list[Reported] = []
    problems: list[Problem] = []
    head = str(document.get("election", "")), str(document.get("rule_set", ""))
    areas = document.get("areas")
    for number, one in enumerate(areas if isinstance(areas, list) else (), start=1):
        place = f"{name}, area {number}"
        fault = _shape(one)
        if fault is not None:
            text = message("'{value}' is missing or not of the right kind; export the file anew", value=fault)
            problems.append(Problem("results", place, text))
            continue
        figures = one["figures"] | {VOTES + c: n for c, n in one["votes"].items()}
        texts = {n: one[n] for n in one.keys() & _TEXTS if one[n]}
        rows.append(Reported(f"{place} ({one['area']})", *head, one["contest"], one["area"], figures, texts))
    return rows, problems, document.get("mode") != "real", document.get("round")


def _shape(one: Any) -> str | None:
    """What is wrong with one area of a JSON file, by its name."""
    if not isinstance(one, dict):
        return "area"
    kinds: tuple[tuple[str, type], ...] = (("contest", str), ("area", str), ("figures", dict), ("votes", dict))
    wrong = [name for name, kind in kinds if not isinstance(one.get(name), kind)]
    wrong += [name for name in one.keys() & _TEXTS if not isinstance(one[name], str)]
    if wrong:
        return wrong[0]
    for part in ("figures", "votes"):
        numbers = one[part].values()
        if numbers and (set(map(type, numbers)) != {int} or min(numbers) < 0 or max(numbers) > MOST):
            return next(f"{part}.{n}" for n, v in one[part].items() if type(v) is not int or not 0 <= v <= MOST)
    if not one["figures"].keys() >= _NEEDED:
        return next(n for n in NEEDED if n not in one["figures"])
    return "day" if one.get("day") and _day(one["day"]) is None else None


_day = lru_cache(maxsize=1_000)(parse_date)
"""All areas of a province sign on a few days."""


def results_json(
    election: Election, levels: Levels, entries: Iterable[Entry], decided: Iterable[Ruling] = (), *, trial: bool
) -> bytes:
    """The file that :func:`read_results` reads back: areas with their figures, votes and what is noted of them.

    Of a later round also its day, its seats and how ties were ``decided`` in it.
    """
    areas = [_area(e, levels.candidates(e.contest, e.area)) for e in entries]
    head: dict[str, Any] = {"format": FORMAT, "election": election.id, "title": election.title}
    head |= {"rule_set": election.rule_set, "mode": "trial" if trial else "real"}
    if election.round is not None:
        seats = {u.id: u.seats for u in election.units if u.seats}
        ties = {r.unit: {"chosen": r.chosen, **asdict(r.decision)} for r in decided if r.kind == "tie"}
        head["round"] = {**asdict(election.round), "day": election.day, "seats": seats, "ties": ties}
    return orjson.dumps({**head, "areas": areas}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _area(entry: Entry, candidates: Iterable[str]) -> dict[str, Any]:
    plain = {n: v for n, v in entry.figures.items() if not n.startswith(VOTES)}
    needed = {name: plain.get(name, 0) for name in NEEDED}
    texts = {name: str(entry.detail[name]) for name in sorted(entry.detail.keys() & _TEXTS) if entry.detail[name]}
    figures = {**needed, **plain}
    votes = {**dict.fromkeys(candidates, 0), **votes_in(entry.figures)}
    return {"contest": entry.contest, "area": entry.area, "figures": figures, "votes": votes, **texts}
