"""Reads the ballots typeset elsewhere through their form document and compares every reading with the ink.

python -m benchmarks.typeset_elsewhere.make OUT --ballots 200 --seed 1
python -m benchmarks.typeset_elsewhere.score OUT
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter
from pathlib import Path

import cv2

from calibration.simulate.truth import page_from_json
from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import prepare_form


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paper", type=Path)
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    profile = default_profile()
    for folder in sorted(p.parent for p in arguments.paper.glob("*/FORM.json")):
        form = prepare_form(load_form(folder / "FORM.json"), folder)
        count: Counter[str] = Counter()
        lines = (arguments.paper / "truth" / f"{folder.name}.jsonl").read_text(encoding="utf-8").splitlines()
        for page in (page_from_json(json.loads(line)) for line in lines):
            if page.ballot is None:
                continue
            path = next(p for p in (folder / "scans" / page.file, folder / page.file) if p.is_file())
            content = path.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            raw = next(iter(decode_pages(content, page.file, digest, only=page.page)))
            found = read_raw(raw, [form]) if isinstance(raw, RawPage) else raw
            count["pages"] += 1
            if not isinstance(found, PageReading):
                count[f"rejected: {found.reason}"] += 1
                continue
            marks = page.ballot.marks()
            for reading in found.fields:
                decision, right = decide(reading, profile, found.engine), marks[reading.field]
                count["readings"] += 1
                count["unambiguous"] += right != "ambiguous"
                count["accepted"] += decision.accepted
                count["asked unambiguous"] += right != "ambiguous" and not decision.accepted
                if decision.accepted and decision.value != right:
                    count["wrong accepted"] += 1
                    print("wrong", folder.name, page.file, reading.field, decision.value, right)
        share = 100 * count["asked unambiguous"] / max(1, count["unambiguous"])
        print(f"{folder.name}: {dict(count)}, unambiguous asked {share:.2f} %")


if __name__ == "__main__":
    main()
