"""Collects every ``message(...)`` and ``refuse(...)`` sentence of the code into the Vietnamese catalogue.

Translations that stand are kept; sentences that are gone are dropped; new ones come in empty.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "pipeline" / "locale" / "vi" / "LC_MESSAGES" / "kiemphieu.po"
ROOMS = ("pipeline", "calibration", "review_ui", "kiemphieu")
KEYWORDS = {"message": None, "refuse": (3,), "problem": (3,), "reject": (3,)}


def sentences() -> Iterator[tuple[str, str]]:
    """(file, sentence) for every translatable sentence of the code."""
    for room in ROOMS:
        methods = [("**.py", "python"), ("**.html", "jinja2")]
        options = {"**.html": {"silent": "false"}}
        for found in extract_from_dir(
            ROOT / room, method_map=methods, options_map=options, keywords=KEYWORDS | {"_": None}
        ):
            file, _, msgid = found[0], found[1], found[2]
            if isinstance(msgid, str):
                yield f"{room}/{file}", msgid


def updated() -> Catalog:
    """The catalogue as it should stand."""
    old = read_po(CATALOGUE.open("rb")) if CATALOGUE.exists() else Catalog()
    new = Catalog(locale="vi", project="kiemphieu", charset="utf-8", fuzzy=False)
    for file, msgid in sentences():
        known = old.get(msgid)
        new.add(msgid, known.string if known else "", locations=[(file, 1)])
    return new


def main() -> int:
    catalogue = updated()
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as stream:
        write_po(stream, catalogue, sort_output=True, width=110, include_lineno=False)
    empty = [m.id for m in catalogue if m.id and not m.string]
    print(f"{len(catalogue)} sentences, {len(empty)} without Vietnamese")
    for msgid in empty:
        print(f"  {msgid}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
