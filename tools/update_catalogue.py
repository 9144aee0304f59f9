"""Collects every ``message(...)`` and ``refuse(...)`` of the code, ``t(...)`` of pages, into the Vietnamese catalogue.

Translations that stand are kept; sentences that are gone are dropped; new ones come in empty.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[1]
CATALOGUE = ROOT / "pipeline" / "locale" / "vi" / "LC_MESSAGES" / "kiemphieu.po"
PROFILE = ROOT / "pipeline" / "review" / "default_profile.json"
ROOMS = ("pipeline", "calibration", "review_ui", "kiemphieu")
# Functions of the code that take a sentence; where it is not the first argument, it is the longest with a space.
FUNCTIONS = {"message", "text", "refuse", "add", "at", "_fault", "fault_at", "_problem", "_sentence", "_Unreadable"}
# Tuples of sentences that a library or the operating system says.
FOREIGN = {"CLICK_SENTENCES", "SYSTEM_REASONS"}


def sentences() -> Iterator[tuple[str, str]]:
    """(file, sentence) for every translatable sentence of the code, and how the profile that it ships was made."""
    yield str(PROFILE.relative_to(ROOT)), json.loads(PROFILE.read_text(encoding="utf-8"))["made"]
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found = [text for node in ast.walk(tree) for text in _in(node, room)]
            for text in (*found, *_of_commands(tree, room)):
                yield str(path.relative_to(ROOT)), text
        for path in sorted((ROOT / room).rglob("*.html")):
            for text in _of_template(path.read_text(encoding="utf-8")):
                yield str(path.relative_to(ROOT)), text


def _of_template(source: str) -> Iterator[str]:
    """The sentences of ``{{ t('...') }}``; anything but a plain string there would never be translated."""
    for call in Environment().parse(source).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "t":
            sentence = call.args[0]
            if not isinstance(sentence, nodes.Const):
                raise SystemExit(f"t() takes a plain string, not {sentence}")
            yield str(sentence.value)


def _in(node: ast.AST, room: str) -> Iterator[str]:
    if isinstance(node, ast.Call) and _name(node.func) in FUNCTIONS and not _other_text(node, room):
        found = _sentence_of(node)
        if found:
            yield found
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Tuple(elts=elements)) if name in FOREIGN:
            yield from (e.value for e in elements if isinstance(e, ast.Constant) and isinstance(e.value, str))
    # [text(c) for c in ("batch", "area")]: the headers of a table
    if isinstance(node, ast.ListComp) and isinstance(node.elt, ast.Call) and _name(node.elt.func) == "text":
        for value in ast.walk(node.generators[0].iter):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def _of_commands(tree: ast.AST, room: str) -> Iterator[str]:
    """What ``--help`` shows: the docstrings of commands and the help of their options."""
    if room != "kiemphieu":
        return
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() if {_decorator(d) for d in node.decorator_list} & {"command", "group"}:
                yield ast.get_docstring(node) or ""
            case ast.keyword(arg="help", value=ast.Constant(value=str(text))):
                yield text


def _decorator(node: ast.expr) -> str:
    return _name(node.func) if isinstance(node, ast.Call) else _name(node)


def _other_text(call: ast.Call, room: str) -> bool:
    """Cells of a row and SQL have functions of that name, too."""
    return _name(call.func) == "text" and (room != "kiemphieu" or not isinstance(call.func, ast.Name))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Name):
        return function.id
    return function.attr if isinstance(function, ast.Attribute) else ""


def _sentence_of(call: ast.Call) -> str:
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    if _name(call.func) in ("message", "text"):
        return texts[0] if texts else ""
    return max((t for t in texts if " " in t), key=len, default="")


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
