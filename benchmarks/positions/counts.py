"""Counts of positions by class, and the files in which they are kept."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.review.profile import Profile

ROOT = Path(__file__).parents[2]
READER = (
    "pipeline/scan", "pipeline/recognize", "pipeline/review/decide.py", "pipeline/review/profile.py",
    "pipeline/forms/template.py", "pipeline/geometry.py",
)  # fmt: skip
"""What an oval, a box, a name, a stamp and added writing go through from file to decision."""
DECIDED = {"targets": ("oval", "box"), "names": ("strike",), "pages": ("strike", "stamp", "stray")}
"""The kinds of fields whose limits decide each kind of positions."""
OF_FIGURES = (
    "pipeline/recognize/digits", "pipeline/recognize/hand.py", "pipeline/recognize/number_values.py",
    "pipeline/recognize/numbers.py", "pipeline/recognize/signatures.py", "pipeline/recognize/tally_gates.py",
    "pipeline/recognize/tally_grid.py", "pipeline/recognize/tally_groups.py", "pipeline/recognize/tally_lines.py",
    "pipeline/recognize/tally_strokes.py", "pipeline/recognize/written.py", "pipeline/recognize/tesseract.py",
    "pipeline/recognize/draw.py",
)  # fmt: skip
"""Of these rooms, what reads figures, tallies, signatures and words alone or draws: no position goes through it."""
SIMULATED = (
    "ballot", "files", "geometry", "grain", "ink", "lettering", "measure", "paths", "scanner", "seeds", "stamps",
    "truth", "voters",
)  # fmt: skip
PAPER = (
    *(f"calibration/simulate/{room}.py" for room in SIMULATED),
    *(f"benchmarks/positions/{room}.py" for room in ("counts", "names", "pages", "papers", "targets")),
    "benchmarks/typeset_elsewhere/paper.py",
)
"""What draws the positions; elections, cameras and congresses are simulated beside it."""
FIGURES = ("positions", "accepted", "wrong", "unambiguous", "asked")
"""Of a class: positions read, accepted, of these wrong, positions that are unambiguous, of these asked."""


NOT_MARKED = "not marked"


@dataclass(frozen=True, slots=True)
class Class:
    """What a position is and what happened to its paper; ``pen`` and ``stroke`` are ``none`` where nobody drew."""

    kind: str
    paper: str
    pen: str
    stroke: str

    @property
    def key(self) -> str:
        return "|".join((self.kind, self.paper, self.pen, self.stroke))


@dataclass(slots=True)
class Counts:
    """Figures by class, sheets and rejected sheets, and every wrong accepted reading by its place."""

    figures: dict[str, list[int]] = field(default_factory=dict)
    sheets: int = 0
    rejected: int = 0
    wrong: list[dict[str, Any]] = field(default_factory=list)

    def add(self, of: Class, right: str, value: str, accepted: bool, place: Mapping[str, Any]) -> None:
        """One position; ``right``: the only value that may be accepted, ``ambiguous`` where none may, and
        ``not marked`` where *unmarked* may be accepted and asking is right as well."""
        row = self.figures.setdefault(of.key, [0] * len(FIGURES))
        wrong = accepted and value != right and not (right == NOT_MARKED and value == "unmarked")
        plain = right not in ("ambiguous", NOT_MARKED)
        for i, one in enumerate((True, accepted, wrong, plain, plain and not accepted)):
            row[i] += one
        if wrong:
            self.wrong.append({"class": of.key, "right": right, "accepted": value, **place})

    def merge(self, other: Counts) -> None:
        for key, row in other.figures.items():
            mine = self.figures.setdefault(key, [0] * len(FIGURES))
            for i, n in enumerate(row):
                mine[i] += n
        self.sheets += other.sheets
        self.rejected += other.rejected
        self.wrong += other.wrong

    def total(self) -> dict[str, int]:
        return {name: sum(row[i] for row in self.figures.values()) for i, name in enumerate(FIGURES)}

    def document(self) -> dict[str, Any]:
        figures = {key: self.figures[key] for key in sorted(self.figures)}
        return {"sheets": self.sheets, "rejected": self.rejected, "figures": figures, "wrong": self.wrong}


def counts_of(document: Mapping[str, Any]) -> Counts:
    figures = {key: list(row) for key, row in document["figures"].items()}
    return Counts(figures, document["sheets"], document["rejected"], list(document["wrong"]))


def digest_of(folders: Iterable[str]) -> str:
    """One digest of what the programs in ``folders`` do: counts of different readers are never added up.

    Comments, docstrings and layout are left out, so that a better sentence does not throw millions of positions away.
    """
    digest = hashlib.sha256()
    for folder in folders:
        place = ROOT / folder
        paths = sorted(place.rglob("*")) if place.is_dir() else [place]
        for path in paths:
            of_figures = any(path.is_relative_to(ROOT / other) for other in OF_FIGURES)
            if path.suffix in (".py", ".json") and "counts" not in path.parts and not of_figures:
                digest.update(f"{path.relative_to(ROOT)}\n".encode() + _done_by(path))
    return digest.hexdigest()[:16]


def _done_by(path: Path) -> bytes:
    """A program as its syntax tree without what only people read; any other file as it is."""
    if path.suffix != ".py":
        return path.read_bytes()
    tree = ast.parse(path.read_bytes())
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [n for n in body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
            node.body = kept  # type: ignore[attr-defined]  # every node with a list of statements
    return ast.dump(tree).encode()


def limits_of(profile: Profile, kind: str) -> str:
    """One digest of the limits by which positions of ``kind`` are accepted."""
    limits = {
        f"{of}.{value}": repr(profile.limits[of][value]) for of in DECIDED[kind] for value in sorted(profile.limits[of])
    }
    return hashlib.sha256(json.dumps(limits).encode()).hexdigest()[:16]


def written(path: Path, document: Mapping[str, Any]) -> None:
    """The whole file or the one that was there: a run may be stopped at any time."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(document, ensure_ascii=False, indent=0, sort_keys=True) + "\n", "utf-8")
    beside.replace(path)
