"""Foreign papers, marked and scanned, read through the forms learned of them; every reading compared with the ink.

    python -m benchmarks.foreign_papers.make OUT
    python -m benchmarks.foreign_papers.score OUT --pages 12 --seed 11
    python -m benchmarks.foreign_papers.score OUT --seed 11 --aimed streaks --papers de,uk --keep FOLDER

``--aimed`` puts dirt and folds onto the targets, or has thin pens mark them. Of a target that is ``ambiguous`` nothing
accepted is wrong, and nothing asked is counted. ``ca`` and ``jp`` are read only when they are named: their forms are
learned only since the figures of the others were taken. Needs what ``make`` wrote, and no browser.
"""

from __future__ import annotations

import os

for _pool in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_pool, "1")

import argparse
import hashlib
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from benchmarks.foreign_papers.blank import FORM, chosen, fields_of, load_targets
from benchmarks.foreign_papers.pages import MarkedPage, TrueTarget, marked_page
from benchmarks.foreign_papers.papers import ALL_PAPERS, PAPERS
from benchmarks.foreign_papers.typesetting import Paper
from benchmarks.foreign_papers.voters import Aimed, aimed_choices
from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile, default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form

NOT_LEARNED = ("ca", "jp")
READ_AS = {"struck": "marked", "clear": "unmarked"}
HEAD = (
    "| paper | pages | rejected | accepted | wrong | ambiguous accepted | unambiguous asked | of marked | of unmarked "
    "| targets without a field |\n|---|---|---|---|---|---|---|---|---|---|"
)


def field_at(target: TrueTarget, readings: list[FieldReading]) -> FieldReading | None:
    """The first reading whose middle lies within the target."""
    outline = target.corners.astype(np.float32)
    for reading in readings:
        x, y = np.mean(np.array(reading.quad), axis=0)
        if cv2.pointPolygonTest(outline, (float(x), float(y)), False) >= 0:
            return reading
    return None


def read_page(page: MarkedPage, form: PreparedForm, ids: frozenset[str], profile: Profile) -> Counter[str]:
    """What became of one page; what is wrong is also said under the key ``said:…``."""
    raw = next(iter(decode_pages(page.content, page.file, hashlib.sha256(page.content).hexdigest())))
    found = read_raw(raw, [form]) if isinstance(raw, RawPage) else raw
    if not isinstance(found, PageReading):
        return Counter({"pages": 1, f"rejected: {found.reason}": 1})
    count, readings = Counter(pages=1), [r for r in found.fields if r.field in ids]
    for target in page.targets:
        reading = field_at(target, readings)
        if reading is None:
            count["no field"] += 1
            continue
        decision = decide(reading, profile, found.engine)
        value = READ_AS.get(decision.value, decision.value)
        count[target.truth] += 1
        count["accepted"] += decision.accepted
        count[f"{target.truth} accepted"] += decision.accepted
        if decision.accepted and target.truth not in ("ambiguous", value):
            count["wrong"] += 1
            count[_told(page, target, value, reading.field)] += 1
    return count


def _told(page: MarkedPage, target: TrueTarget, value: str, field: str) -> str:
    ink = f"{target.kind or 'no mark'}, covers {target.ink.cover:.2f}, {target.ink.distance:.2f} mm away"
    how = f"{page.pen.kind} pen, {page.damage.mode}, {page.damage.dpi} dpi"
    return f"said: {page.file} {target.id} ({field}) is {target.truth}, read {value}; {ink}; {how}"


def read_paper(
    paper: Paper, folder: Path, pages: int, seed: int, aimed: Aimed, profile: Profile, keep: Path | None
) -> Counter[str]:
    """Sums over the pages of one paper whose form is learned."""
    form, targets = load_form(folder / FORM), load_targets(folder)
    ids = frozenset(field.id for field in fields_of(form, paper.kind))
    prepared = prepare_form(form, folder)
    sums: Counter[str] = Counter()
    for number in range(pages):
        page = marked_page(paper, folder, targets, seed, number, aimed)
        if keep is not None:
            page.keep(keep)
        sums.update(read_page(page, prepared, ids, profile))
    return sums


def row(name: str, sums: Counter[str]) -> str:
    """A row of the table."""
    rejected = [f"{key.removeprefix('rejected: ')} {n}" for key, n in sums.items() if key.startswith("rejected")]
    asked = [_share(sums, ("marked", "unmarked")), _share(sums, ("marked",)), _share(sums, ("unmarked",))]
    return (
        f"| {name} | {sums['pages']} | {', '.join(rejected) or '0'} | {sums['accepted']} | {sums['wrong']} "
        f"| {sums['ambiguous accepted']} of {sums['ambiguous']} | {' | '.join(asked)} | {sums['no field']} |"
    )


def _share(sums: Counter[str], truths: tuple[str, ...]) -> str:
    of = sum(sums[truth] for truth in truths)
    asked = of - sum(sums[f"{truth} accepted"] for truth in truths)
    return f"{100 * asked / max(1, of):.1f} % ({asked} of {of})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pages", type=int, default=12, help="of each paper")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--aimed", choices=aimed_choices(), default="nothing")
    parser.add_argument("--papers", type=chosen, help="names, joined by commas")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the pages go with their truth")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    profile = default_profile()
    whole: Counter[str] = Counter()
    print(HEAD)
    for name in options.papers or [name for name in PAPERS if name not in NOT_LEARNED]:
        folder = options.out / name
        if not (folder / FORM).is_file():
            print(f"| {name} | 0 | its form was not learned | | | | | | | |", flush=True)
            continue
        own = read_paper(ALL_PAPERS[name], folder, options.pages, options.seed, options.aimed, profile, options.keep)
        print(row(name, own), flush=True)
        whole.update(own)
    print(row("all", whole))
    wrong = [key.removeprefix("said: ") for key in whole if key.startswith("said: ")]
    print("", *(f"- wrong: {line}" for line in wrong), sep="\n")


if __name__ == "__main__":
    main()
