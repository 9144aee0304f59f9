"""What ``kiemphieu learn`` makes of the foreign papers' blanks, compared with what is printed on them.

    python -m benchmarks.foreign_papers.make OUT
    python -m benchmarks.foreign_papers.learned OUT [--papers de,uk] [--tell]

learns the forms anew from ``OUT/<paper>/blank.pdf`` (no browser) and prints a row a paper. A target is *found* where a
field of its kind has its middle in it. Its *label* is right where it has the words that a person would call it by, and
else nothing but words printed with them; its *contest* likewise, and where nothing but the page's title stands over it,
no contest or words of that title. Letters count, accents on Vietnamese papers alone (the models are Vietnamese and
English). *Not said*: found targets whose label or contest is wrong without a doubt. ``--tell`` prints what is wrong.
"""

from __future__ import annotations

import os

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_pool, "1")

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
from rapidfuzz import fuzz

from benchmarks.foreign_papers.blank import FORM, PDF, TARGETS, Place, Target, chosen, fields_of, load_targets
from benchmarks.foreign_papers.papers import ALL_PAPERS, PAPERS
from benchmarks.foreign_papers.typesetting import Paper, Says
from calibration.learn.average import averaged
from calibration.learn.blank import load_blanks
from calibration.learn.fields import Wanted
from calibration.learn.files import write_learned
from calibration.learn.learn import Learned, faces_of, learn
from calibration.learn.spelling import folded
from pipeline.errors import Refusal
from pipeline.forms.template import FormField
from pipeline.review.profile import default_profile

HEAD = (
    "| paper | found by | targets found | other fields | placed off by, mm, at most | labels right | contests right "
    "| wrong, not said | doubted |\n|---|---|---|---|---|---|---|---|---|"
)
VIETNAMESE = ("sh", "vn2")
ALIKE, TITLE_ALIKE = 75.0, 60.0
"""Of 100: a word printed with the label, as OCR reads small print, and one of the title, which is no contest's name."""


@dataclass(frozen=True, slots=True)
class Result:
    """Counts of one paper, and a line for everything that is wrong."""

    counts: Counter[str]
    off_mm: float
    by: str
    wrong: tuple[str, ...]


def load_says(folder: Path) -> list[Says]:
    """What is printed about each target, in the order of :func:`load_targets`."""
    return [Says(**each["says"]) for each in json.loads((folder / TARGETS).read_text(encoding="utf-8"))]


def learned_of(name: str, folder: Path) -> Learned | str:
    """The form of the blank in ``folder``, written there; or the codes of the reasons why there is none."""
    wanted = Wanted()
    try:
        faces = faces_of([load_blanks(folder / PDF, None, wanted.language)], [])
        found = learn(name, name, [averaged(side, scans) for side, scans in faces], wanted, default_profile())
    except Refusal as refusal:
        return ", ".join(problem.code for problem in refusal.problems)
    write_learned(folder / FORM, found, str)
    return found


def says_it(text: str, wanted: str, more: str, accents: bool) -> bool:
    """Whether ``text`` has the words of ``wanted`` in order and together, and else only such as ``more`` has."""
    got, want, with_it = (_words(t, accents) for t in (text, wanted, more))
    for at in range(len(got) - len(want) + 1):
        if got[at : at + len(want)] == want:
            rest = got[:at] + got[at + len(want) :]
            return all(any(fuzz.ratio(word, printed) >= ALIKE for printed in with_it) for word in rest)
    return False


def _words(text: str, accents: bool) -> list[str]:
    plain = " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
    return plain.split() if accents else folded(plain.replace("ß", "ss")).split()


def compared(paper: Paper, targets: Sequence[Target], says: Sequence[Says], found: Learned) -> Result:
    """The learned fields of ``paper`` against its targets."""
    left = fields_of(found.form, paper.kind)
    doubts = {find.id: find.doubts for side in found.sides for find in side.finds if find.taken}
    counts, off, wrong = Counter(targets=len(targets)), [0.0], []
    for target, about in zip(targets, says, strict=True):
        own = next((field for field in left if target.place.holds(*_middle(field))), None)
        if own is None:
            wrong.append(f"{target.id}: not found: {about.label} | {about.group}")
            continue
        left.remove(own)
        off.append(max(abs(a - b) for a, b in zip(_middle(own), target.place.middle, strict=True)))
        accents = paper.name in VIETNAMESE
        label = says_it(own.label, about.label, about.more, accents)
        contest = _contest_right(own.group, about, paper.title, accents)
        counts.update(found=1, labels=label, contests=contest, doubted=bool(doubts[own.id]))
        if not (label and contest):
            counts["not said"] += not doubts[own.id]
            wrong.append(
                f"{target.id}: {own.label} | {own.group}; printed {about.label} | {about.group}; "
                f"{', '.join(doubts[own.id])}"
            )
    wrong += [f"no target: {field.kind} {field.label} at {field.box.x:.0f}, {field.box.y:.0f} mm" for field in left]
    counts["other"] = len(left)
    by = ", ".join(side.side.registration.kind for side in found.sides)
    return Result(counts, max(off), by, tuple(wrong))


def _contest_right(group: str, about: Says, title: str, accents: bool) -> bool:
    if about.group:
        return says_it(group, about.group, about.group_more, accents)
    return all(any(fuzz.ratio(w, t) >= TITLE_ALIKE for t in _words(title, accents)) for w in _words(group, accents))


def _middle(field: FormField) -> tuple[float, float]:
    return Place(field.box.x, field.box.y, field.box.w, field.box.h).middle


def row(name: str, counts: Counter[str], off_mm: float, by: str) -> str:
    """A row of the table."""
    found = counts["found"]
    return (
        f"| {name} | {by} | {found} of {counts['targets']} | {counts['other']} | {off_mm:.2f} "
        f"| {counts['labels']} of {found} | {counts['contests']} of {found} | {counts['not said']} "
        f"| {counts['doubted']} |"
    )


def table(out: Path, papers: Sequence[Paper], told: bool) -> None:
    """Learn every paper's blank and print its row; ``told``: what is wrong below it."""
    sums, furthest = Counter[str](), 0.0
    print(HEAD)
    for paper in papers:
        folder = out / paper.name
        found = learned_of(paper.name, folder)
        if isinstance(found, str):
            sums["targets"] += len(load_targets(folder))
            print(f"| {paper.name} | none: {found} | 0 of {len(load_targets(folder))} | | | | | | |", flush=True)
            continue
        result = compared(paper, load_targets(folder), load_says(folder), found)
        print(row(paper.name, result.counts, result.off_mm, result.by), flush=True)
        for line in result.wrong if told else ():
            print(f"    {line}")
        sums.update(result.counts)
        furthest = max(furthest, result.off_mm)
    print(row("all", sums, furthest, ""))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--papers", type=chosen, default=tuple(PAPERS), help="names, joined by commas")
    parser.add_argument("--tell", action="store_true", help="what is wrong, line by line")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    table(options.out, [ALL_PAPERS[name] for name in options.papers], options.tell)


if __name__ == "__main__":
    main()
