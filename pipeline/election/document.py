"""A YAML file as lines of text: every value as it is written, with its line, and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from pipeline.election.faults import Faults
from pipeline.errors import refuse
from pipeline.spreadsheets import tidy

_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class Entry:
    """``name: value`` lines; ``title`` is empty for the file itself, else as in ``contests[2]``."""

    file: str
    line: int
    title: str
    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, yaml.SequenceNode] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    doubted: frozenset[str] = frozenset()

    def place(self, name: str = "", /) -> str:
        """``election.yaml, line 12, contests[2].level``"""
        what = ".".join(filter(None, (self.title, name)))
        return f"{self.file}, line {self.lines.get(name, self.line)}" + (f", {what}" if what else "")

    def text(self, name: str, /) -> str:
        """The value as it is written, NFC; empty where it is absent or null."""
        return self.texts.get(name, "")


def read_document(path: Path) -> yaml.MappingNode:
    """The file's outermost lines; refused where it is no YAML, since then nothing is known of the rest.

    The tree is used as it stands: the values that YAML would make of ``010``, ``no`` or ``2026-03-15`` are
    not what people wrote.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8-sig"), Loader=yaml.SafeLoader)
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
    if not isinstance(node, yaml.MappingNode):
        raise refuse("definition-yaml", str(path), "must hold 'name: value' lines; see docs/election-files.md")
    return node


def read_entry(
    file: str, title: str, node: yaml.Node, texts: Sequence[str], lists: Sequence[str], faults: Faults
) -> Entry:
    """The lines of a mapping; unknown and repeated names and values of another kind are faults."""
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.MappingNode):
        bare = Entry(file, line, title, doubted=frozenset((*texts, *lists)))
        faults.at(bare.place(), "must hold 'name: value' lines")
        return bare
    found: dict[str, yaml.Node] = {}
    doubted: set[str] = set()
    for key, value in node.value:
        name = tidy(key.value) if isinstance(key, yaml.ScalarNode) else ""
        at = Entry(file, key.start_mark.line + 1, title)
        if name in found:
            first = found[name].start_mark.line + 1
            faults.at(at.place(name), "'{name}' stands already in line {first}; remove one", name=name, first=first)
            doubted.add(name)
        elif name not in (*texts, *lists):
            known = ", ".join((*texts, *lists))
            faults.at(at.place(), "the name '{name}' is unknown; known names are: {known}", name=name, known=known)
        found.setdefault(name, value)
    lines = {name: value.start_mark.line + 1 for name, value in found.items()}
    entry = Entry(file, line, title, lines=lines)
    for name, value in found.items():
        if name in texts and not isinstance(value, yaml.ScalarNode):
            faults.at(entry.place(name), "'{name}' must be one value, not a list", name=name)
            doubted.add(name)
        elif name in lists and not isinstance(value, yaml.SequenceNode) and not _is_null(value):
            faults.at(entry.place(name), "'{name}' must be a list: one entry a line, each after a hyphen", name=name)
            doubted.add(name)
    return Entry(
        file,
        line,
        title,
        {n: "" if _is_null(v) else tidy(v.value) for n, v in found.items() if isinstance(v, yaml.ScalarNode)},
        {n: v for n, v in found.items() if isinstance(v, yaml.SequenceNode)},
        lines,
        frozenset(doubted),
    )


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == _NULL


def entries(root: Entry, name: str, keys: Sequence[str], faults: Faults) -> Iterator[Entry]:
    """The mappings of a list in the file's outermost lines."""
    node = root.lists.get(name)
    if node is not None and node.value:
        for number, child in enumerate(node.value, start=1):
            yield read_entry(root.file, f"{name}[{number}]", child, keys, (), faults)
    elif name not in root.doubted:
        faults.at(root.place(name), "'{name}' must be a list with at least one entry", name=name)


def words(root: Entry, name: str, faults: Faults) -> tuple[tuple[str, str], ...]:
    """(text, place) of every entry of a list of plain values, which may be absent."""
    node = root.lists.get(name)
    found = []
    for number, child in enumerate(node.value if node else (), start=1):
        at = Entry(root.file, child.start_mark.line + 1, f"{name}[{number}]")
        if isinstance(child, yaml.ScalarNode) and tidy(child.value):
            found.append((tidy(child.value), at.place()))
        else:
            faults.at(at.place(), "'{name}' must be one value, not a list", name=name)
    return tuple(found)
