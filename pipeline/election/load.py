"""An election's files to its definition: one YAML file, and spreadsheets for units, areas and candidates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from pipeline.election.definition import Election
from pipeline.election.parse import Faults, areas, candidates, contests, places, units
from pipeline.election.rules import RULE_SETS
from pipeline.election.validate import problems_of
from pipeline.errors import Refusal, refuse
from pipeline.spreadsheets import Sheet, parse_date, read_sheet

FILE = "election.yaml"
UNIT_COLUMNS = ("id", "contest", "number", "name", "parent", "seats", "scope")
AREA_COLUMNS = ("id", "number", "place", "name")
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

    Validated as a whole: a :class:`Refusal` carries every fault with file, row, column, value and remedy.
    """
    path = path / FILE if path.is_dir() else path
    document = _yaml(path)
    faults = Faults(path.name)
    head = _head(document, faults)
    folder = path.parent
    contest_list = contests(document.get("contests"), faults)
    election = Election(
        id=head["id"],
        title=head["title"],
        day=head["day"],
        rule_set=head["rule_set"],
        places=places(document.get("places"), faults),
        contests=contest_list,
        units=units(_sheet(folder, document, "units", (*UNIT_COLUMNS[:2], "number"), UNIT_COLUMNS[3:]), faults),
        areas=areas(
            _sheet(folder, document, "areas", AREA_COLUMNS, tuple(c.id for c in contest_list)),
            [c.id for c in contest_list],
            faults,
        ),
        candidates=candidates(_sheet(folder, document, "candidates", CANDIDATE_COLUMNS, CANDIDATE_MORE), faults),
    )
    if not faults.found:
        faults.found += problems_of(election, faults.places, tuple(document.get("surplus_excused") or ()))
    if faults.found:
        raise Refusal(faults.found)
    return election


def _yaml(path: Path) -> Mapping[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise refuse(
            "definition-unreadable",
            str(path),
            "the definition cannot be read ({why}); check the path",
            why=error.strerror,
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise refuse("definition-yaml", str(path), "is no YAML ({why}); mend that line", why=why) from error
    if not isinstance(document, dict):
        raise refuse("definition-yaml", str(path), "must hold 'name: value' lines; see docs/election-files.md")
    return document


def _head(document: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    head: dict[str, Any] = {}
    for name in ("id", "title", "rule_set"):
        head[name] = str(document.get(name) or "")
        if not head[name]:
            faults.add(name, "'{name}' is missing; write it", name=name)
    if head["rule_set"] and head["rule_set"] not in RULE_SETS:
        faults.add(
            "rule_set",
            "there is no rule set '{name}'; choose one of: {known}",
            name=head["rule_set"],
            known=", ".join(RULE_SETS),
        )
    day = document.get("day")
    head["day"] = day if isinstance(day, date) else parse_date(str(day or "")) or date.min
    if head["day"] == date.min:
        faults.add("day", "'{value}' is no election day; write it as 2026-03-15", value=day or "")
    return head


def _sheet(
    folder: Path,
    document: Mapping[str, Any],
    name: str,
    required: tuple[str, ...],
    optional: tuple[str, ...],
) -> Sheet:
    file = document.get(name)
    if not isinstance(file, str):
        raise refuse("definition-file", FILE, "'{name}' must name a spreadsheet, as in '{name}: {name}.csv'", name=name)
    return read_sheet(folder / file, required, optional, ALIASES)
