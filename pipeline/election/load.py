"""An election's files to its definition: one YAML file, and spreadsheets for units, areas and candidates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pipeline.election.definition import Contest, Election, Round, RuleChange
from pipeline.election.document import Entry, entries, read_document, read_entry, words
from pipeline.election.faults import Faults, Kind
from pipeline.election.parse import AREA_COLUMNS, areas, candidates, check_id, contests, places, units
from pipeline.election.rules import N_OF_M, RULE_SETS, changed
from pipeline.election.validate import problems_of
from pipeline.errors import Problem, Refusal
from pipeline.spreadsheets import Sheet, check_sheet, parse_date

FILE = "election.yaml"
TEXTS = ("id", "title", "day", "rule_set", "units", "areas", "candidates")
LISTS = ("places", "contests", "surplus_excused", "rules", "round")
WEIGHTED = ("shareholders-cumulative", "cumulative")
"""What a company would write for cumulative voting: refused in words, not as a slip of the pen."""
RULE_KEYS = ("name", "value", "by")
ROUND_KINDS: Mapping[str, Literal["extra", "re_vote", "re_vote_area"]] = {
    "extra": "extra",
    "re_vote": "re_vote",
    "re_vote_area": "re_vote_area",
}
ROUND_KEYS = ("kind", "of", "first_day", "decision", "decided", "authority")
UNIT_COLUMNS = ("id", "contest", "number")
UNIT_MORE = ("name", "parent", "seats", "scope", "shares")
CANDIDATE_COLUMNS = ("id", "unit", "order", "gender", "family", "middle", "given", "birth_date")
CANDIDATE_MORE = ("other_name", "two_lines")
ALIASES = {
    "mã": "id",
    "cuộc bầu": "contest",
    "số": "number",
    "tên": "name",
    "cấp trên": "parent",
    "số đại biểu": "seats",
    "phạm vi": "scope",
    "cổ phần": "shares",
    "xã": "place",
    "đơn vị": "unit",
    "thứ tự": "order",
    "giới tính": "gender",
    "họ": "family",
    "tên đệm": "middle",
    "tên gọi": "given",
    "ngày sinh": "birth_date",
    "tên khác": "other_name",
    "hai dòng": "two_lines",
}


def load_election(path: Path) -> Election:
    """The election defined by ``path`` (a YAML file or the folder that holds ``election.yaml``).

    Validated as a whole: a :class:`Refusal` carries every fault of every file with row, column, value and
    remedy, and none that only follows from another.
    """
    path = path / FILE if path.is_dir() else path
    faults = Faults()
    root = read_entry(path.name, "", read_document(path), TEXTS, LISTS, faults)
    folder = path.parent
    contest_list = contests(root, faults)
    if not contest_list:
        faults.miss("contest")
    place_list = places(root, faults)
    if not place_list:
        faults.miss("place")
    election = Election(
        id=_id(root, faults),
        title=_needed(root, "title", faults),
        day=_day(root, faults),
        rule_set=_rule_set(root, faults),
        places=place_list,
        contests=contest_list,
        units=units(_sheet(folder, root, "unit", UNIT_COLUMNS, UNIT_MORE, faults), faults),
        areas=areas(_areas(folder, root, contest_list, faults), [c.id for c in contest_list], faults),
        candidates=candidates(_sheet(folder, root, "candidate", CANDIDATE_COLUMNS, CANDIDATE_MORE, faults), faults),
        rules=_rules(root, faults),
        round=_round(root, faults),
    )
    faults.found += problems_of(election, faults, words(root, "surplus_excused", faults))
    if faults.found:
        raise Refusal(faults.found)
    return election


def _needed(root: Entry, name: str, faults: Faults) -> str:
    if not root.text(name) and name not in root.doubted:
        faults.at(root.place(name), "'{name}' is missing; write it", name=name)
    return root.text(name)


def _id(root: Entry, faults: Faults) -> str:
    if _needed(root, "id", faults) and "id" not in root.doubted:
        check_id(root, faults)
    return root.text("id")


def _rule_set(root: Entry, faults: Faults) -> str:
    name = _needed(root, "rule_set", faults)
    if name in WEIGHTED:
        faults.at(
            root.place("rule_set"),
            "'{name}': cumulative voting (bầu dồn phiếu, law 59/2020/QH14 Art. 148.3) is not counted by this program; "
            "count it on paper, or write 'shareholders' (one vote a head) or 'shareholders-by-shares' where the "
            "charter sets that",
            name=name,
        )
    elif name and name not in RULE_SETS:
        faults.at(
            root.place("rule_set"),
            "there is no rule set '{name}'; choose one of: {known}",
            name=name,
            known=", ".join(RULE_SETS),
        )
    return name


def _rules(root: Entry, faults: Faults) -> tuple[RuleChange, ...]:
    """Rules that the election sets otherwise, each once and by a named decision."""
    found: dict[str, RuleChange] = {}
    for entry in entries(root, "rules", RULE_KEYS, faults) if "rules" in root.lists else ():
        change = RuleChange(*(entry.text(key) for key in RULE_KEYS))
        for key in RULE_KEYS:
            if not entry.text(key) and key not in entry.doubted:
                faults.at(entry.place(key), "'{name}' is missing; write it", name=key)
        if change.name in found:
            faults.at(entry.place("name"), "the rule '{name}' is set twice; remove one", name=change.name)
        try:
            changed(N_OF_M, change)
        except Refusal as refusal:
            if change.name and change.value:
                faults.found += [Problem(p.code, entry.place(), p.text) for p in refusal.problems]
        found.setdefault(change.name, change)
    return tuple(found.values())


def _round(root: Entry, faults: Faults) -> Round | None:
    """That this is a later round; a list of one entry."""
    if "round" not in root.lists:
        return None
    told = list(entries(root, "round", ROUND_KEYS, faults))
    if len(told) > 1:
        faults.at(told[1].place(), "an election is one round; remove this entry")
    if not told:
        return None
    entry = told[0]
    for key in ROUND_KEYS:
        if not entry.text(key) and key not in entry.doubted:
            faults.at(entry.place(key), "'{name}' is missing; write it", name=key)
    days = {key: parse_date(entry.text(key)) for key in ("first_day", "decided")}
    for key, day in days.items():
        if day is None and entry.text(key):
            faults.at(entry.place(key), "'{value}' is no day; write it as 2026-03-15", value=entry.text(key))
    kind = entry.text("kind")
    if kind and kind not in ROUND_KINDS:
        faults.at(
            entry.place("kind"), "'{value}' is no kind of round; write extra, re_vote or re_vote_area", value=kind
        )
    return Round(
        ROUND_KINDS.get(kind, "extra"),
        entry.text("of"),
        days["first_day"] or date.min,
        entry.text("decision"),
        days["decided"] or date.min,
        entry.text("authority"),
    )


def _day(root: Entry, faults: Faults) -> date:
    """``date.min`` where it cannot be told."""
    day = parse_date(root.text("day"))
    if day is None and "day" not in root.doubted:
        faults.at(root.place("day"), "'{value}' is no election day; write it as 2026-03-15", value=root.text("day"))
    return day or date.min


def _areas(folder: Path, root: Entry, contest_list: tuple[Contest, ...], faults: Faults) -> Sheet:
    """Every contest has a column; where not every contest is known, any column may be one."""
    columns = tuple(c.id for c in contest_list if c.id and c.id not in AREA_COLUMNS)
    if faults.whole("contest"):
        return _sheet(folder, root, "area", (*AREA_COLUMNS, *dict.fromkeys(columns)), (), faults)
    return _sheet(folder, root, "area", AREA_COLUMNS, columns, faults, open_columns=True)


def _sheet(
    folder: Path,
    root: Entry,
    kind: Kind,
    required: tuple[str, ...],
    optional: tuple[str, ...],
    faults: Faults,
    open_columns: bool = False,
) -> Sheet:
    """The spreadsheet that ``root`` names, as far as it can be read."""
    name = f"{kind}s"
    file = root.text(name)
    if not file:
        if name not in root.doubted:
            faults.at(root.place(name), "'{name}' must name a spreadsheet, as in '{name}: {name}.csv'", name=name)
        sheet = Sheet(name, whole=False)
    else:
        sheet, problems = check_sheet(folder / file, required, optional, ALIASES, open_columns=open_columns)
        faults.found += problems
        if sheet.whole and not sheet.rows:
            faults.at(sheet.file, "the sheet has no rows below its first; fill in one per record")
    if not sheet.rows:
        faults.miss(kind)
    return sheet
