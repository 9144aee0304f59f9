"""Whether a ballot that differs from the expected form by one name is told, and what becomes of that name if not.

    python benchmarks/other_names.py PAPER [--every 3]

PAPER is a folder made by ``kiemphieu simulate`` from the example election. Each ballot is read with a form that differs
from it by one candidate's name: another name, another given or middle name, one other letter, one other accent.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import collections
import random
import tempfile
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2

from calibration.simulate.truth import read_truth
from kiemphieu.demo_command import EXAMPLE
from pipeline.election.definition import Candidate
from pipeline.election.load import load_election
from pipeline.forms.ballot import ballot_layout
from pipeline.forms.document import load_form
from pipeline.forms.printing import write_form
from pipeline.recognize.read import read_raw
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection
from pipeline.scan.prepare import PreparedForm, prepare_form

ELECTION = load_election(EXAMPLE)
GIVEN = ("Hạnh", "Bình", "Tuấn", "Sơn", "Lan", "Mỹ", "Phúc", "Ngọc")
MIDDLE = ("Văn", "Đức", "Thị", "Ngọc", "Hữu")
VOWELS = "aeiouy"
LETTERS = dict(zip("nmhctgaouieypl", "mnnolceaooovbt", strict=True))


def _another(person: Candidate, chance: random.Random) -> Candidate:
    other = chance.choice([c for c in ELECTION.candidates if c.unit != person.unit and c.full_name != person.full_name])
    return replace(person, family=other.family, middle=other.middle, given=other.given, gender=other.gender)


def _accent(person: Candidate, _: random.Random) -> Candidate:
    """The first vowel of the given name without its accents, or with one."""
    for i, letter in enumerate(person.given):
        bare = unicodedata.normalize("NFD", letter)[0]
        if bare.lower() in VOWELS:
            changed = bare if bare != letter else unicodedata.normalize("NFC", f"{letter}\u0301")
            return replace(person, given=person.given[:i] + changed + person.given[i + 1 :])
    return person


KINDS: dict[str, Callable[[Candidate, random.Random], Candidate]] = {
    "another name": _another,
    "given name": lambda c, chance: replace(c, given=chance.choice([g for g in GIVEN if g != c.given])),
    "middle name": lambda c, chance: replace(c, middle=chance.choice([m for m in MIDDLE if m != c.middle])),
    "last letter": lambda c, _: replace(c, given=c.given[:-1] + LETTERS.get(c.given[-1].lower(), "n")),
    "accent": _accent,
}


@lru_cache(maxsize=256)
def form_with(candidate: str, kind: str) -> PreparedForm | None:
    """The ballot with that candidate's name changed; None where nothing changes."""
    person = next(c for c in ELECTION.candidates if c.id == candidate)
    changed = KINDS[kind](person, random.Random(f"{candidate} {kind}"))
    if changed == person:
        return None
    people = tuple(changed if c.id == candidate else c for c in ELECTION.candidates)
    folder = Path(tempfile.mkdtemp())
    return prepare_form(
        load_form(write_form(ballot_layout(replace(ELECTION, candidates=people), person.unit), folder)), folder
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paper", type=Path)
    parser.add_argument("--every", type=int, default=3)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    truth = read_truth(arguments.paper / "truth")
    folders = {b.batch: arguments.paper / b.folder for b in truth.batches}
    chance, profile = random.Random(3), default_profile()
    fates: dict[str, collections.Counter[str]] = {kind: collections.Counter() for kind in KINDS}
    for page in [p for p in truth.pages if p.kind == "ballot" and p.ballot][:: arguments.every]:
        path = folders[page.batch] / page.file
        raw = next(iter(decode_pages(path.read_bytes(), str(path), "", only=page.page)))
        assert page.ballot
        if not isinstance(raw, RawPage):
            continue
        for kind, fate in fates.items():
            candidate = chance.choice([c.id for c in ELECTION.candidates_of(page.ballot.form)])
            form = form_with(candidate, kind)
            if form is None:
                continue
            outcome = read_raw(raw, [form])
            if isinstance(outcome, Rejection):
                fate["rejected"] += 1
                continue
            decisions = (decide(r, profile, outcome.engine) for r in outcome.fields if r.field == candidate)
            fate.update(f"accepted as {d.value}" if d.accepted else "asked" for d in decisions)
    for kind, fate in fates.items():
        print(f"{kind:14} {sum(fate.values()):5}", dict(fate))


if __name__ == "__main__":
    main()
