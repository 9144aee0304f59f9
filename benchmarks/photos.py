"""Photographs of ballots and forms through the whole reading; resumable, one JSON line a photograph.

    python -m benchmarks.photos RESULTS.jsonl --sheets 200 --seed 1             # ballots and forms with marks
    python -m benchmarks.photos RESULTS.jsonl --kind ballot --sheets 50 --keep FOLDER   # what was not read, as JPEG
    python -m benchmarks.photos RESULTS.jsonl --sheets 20 --seed 1 --draw FOLDER        # photographs alone, unread

Simulated voters mark ballots of the example election (and forms with ovals, boxes, timing or corner marks); a
simulated telephone photographs them on a table; every reading is compared with the voter's ink, and the place of
every field with the camera's geometry. A photograph that stands in RESULTS.jsonl, read by the same reader on the same
paper, is not read again. Prints the sums of those lines by class. A photograph follows from seed, kind and number.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from benchmarks.photo_sheets import KINDS, Case, Kind, case, corner_errors, judged
from benchmarks.positions.counts import NOT_MARKED, READER, digest_of
from calibration.simulate.camera import Photo
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.decide import decide
from pipeline.review.profile import Profile, default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection

PAPER = ("calibration/simulate", "benchmarks/photo_sheets.py", "benchmarks/positions/targets.py")
Line = dict[str, Any]
FAR_MM = 1.0
"""A field placed farther off than this is counted: its reading is of some other place."""


# --- one photograph ---


def photo_line(case_: Case, content: bytes, profile: Profile) -> Line:
    """Read the file of a photograph and compare."""
    start = time.process_time()
    raw = next(iter(decode_pages(content, "photo.jpg", hashlib.sha256(content).hexdigest())))
    reading = read_raw(raw, [case_.form], case_.others) if isinstance(raw, RawPage) else raw
    decisions = [decide(f, profile, reading.engine) for f in reading.fields] if isinstance(reading, PageReading) else []
    seconds = round(time.process_time() - start, 3)
    line: Line = {"form": case_.form.form.id, "seconds": seconds, **conditions_of(case_.photo)}
    if isinstance(reading, Rejection):
        return line | {"fate": reading.reason}
    counts: Counter[str] = Counter()
    wrong = []
    for field, found, decision in zip(case_.fields, reading.fields, decisions, strict=True):
        right, plain = judged(case_, field)
        told = right == decision.value or (right == NOT_MARKED and decision.value == "unmarked")
        counts["readings"] += 1
        counts["accepted"] += decision.accepted
        counts["unambiguous"] += plain
        counts["asked_unambiguous"] += plain and not decision.accepted
        if decision.accepted and not told:
            measures = {name: round(value, 4) for name, value in found.measures.items()}
            wrong.append({"field": field.id, "read": decision.value, "truth": right, "measures": measures})
    off = corner_errors(case_, {f.field: f.quad for f in reading.fields})
    return line | {"fate": "read", **counts, "wrong": wrong, "off_mm": [round(v, 3) for v in off]}


def conditions_of(photo: Photo) -> Line:
    """How a photograph was taken, as classes and numbers."""
    taken, made, geometry = photo.conditions, photo.development, photo.geometry
    per_mm = geometry.pixels_per_mm()
    scale = max(taken.sensor) / 4000
    return {
        "megapixels": round(taken.sensor[0] * taken.sensor[1] / 1e6, 1), "pixels_per_mm": round(per_mm, 2),
        "tilt": round(taken.tilt, 1), "roll": round(taken.roll_deg, 1), "light": taken.light,
        "light_ratio": round(taken.light_ratio, 2), "bend": taken.bend, "bend_mm": round(taken.bend_mm, 1),
        "crop": taken.crop, "cover": taken.cover, "background": taken.background, "k1": round(taken.k1, 3),
        "blur_mm": round((made.focus + made.slant / 2) * scale / per_mm, 3),
        "shake_mm": round(made.motion * scale / per_mm, 3), "noise": round(made.noise, 1), "quality": made.quality,
    }  # fmt: skip


# --- the table ---


def _steps(name: str, edges: Sequence[float], unit: str) -> Callable[[Line], str]:
    def of(line: Line) -> str:
        above = [e for e in edges if line[name] >= e]
        return f"{name} from {above[-1]:g} {unit}" if above else f"{name} below {edges[0]:g} {unit}"

    return of


def _named(name: str) -> Callable[[Line], str]:
    return lambda line: f"{name}: {line[name]}"


CLASSES: tuple[Callable[[Line], str], ...] = (
    _named("form"), _steps("tilt", (4, 8, 12, 16), "degrees"), _named("light"), _named("bend"), _named("crop"),
    _named("cover"), _named("background"), _steps("pixels_per_mm", (7, 9, 12, 15), ""),
    _steps("blur_mm", (0.1, 0.15, 0.2), "mm"), _steps("shake_mm", (0.2, 0.5), "mm"), _steps("noise", (3, 6), "levels"),
)  # fmt: skip
HEAD = ("photos", "read", "wrong", "asked %", "off p50", "off p99", "far", "cpu s", "rejected")


def _row(lines: Sequence[Line]) -> tuple[str, ...]:
    read = [line for line in lines if line["fate"] == "read"]
    off = np.concatenate([line["off_mm"] for line in read]) if read else np.zeros(0)
    plain, asked = (sum(line.get(n, 0) for line in read) for n in ("unambiguous", "asked_unambiguous"))
    fates = Counter(line["fate"] for line in lines if line["fate"] != "read")
    p50, p99 = (f"{np.percentile(off, q):.3f}" if len(off) else "-" for q in (50, 99))
    return (
        str(len(lines)), str(len(read)), str(sum(len(line["wrong"]) for line in read)),
        f"{100 * asked / plain:.2f}" if plain else "-", p50, p99, str(int((off > FAR_MM).sum())),
        f"{np.median([line['seconds'] for line in lines]):.2f}",
        ", ".join(f"{reason} {n}" for reason, n in sorted(fates.items())),
    )  # fmt: skip


def table(lines: Sequence[Line]) -> str:
    """All lines of one kind by class; ``wrong`` and ``asked`` count readings, the others photographs."""
    rows = [("all", *_row(lines))]
    for of in CLASSES:
        names = sorted({of(line) for line in lines})
        rows += [(name, *_row([line for line in lines if of(line) == name])) for name in names]
    text = [("", *HEAD), *rows]
    widths = [max(len(row[i]) for row in text) for i in range(len(text[0]) - 1)]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *(v.rjust(w) for v, w in zip(row[1:], widths[1:], strict=False)), row[-1]])
        for row in text
    )


# --- the run ---


def drawn(folder: Path, case_: Case, name: str, *, outlined: bool = False) -> None:
    """The photograph as JPEG, and with the true places of its fields drawn into it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.jpg").write_bytes(case_.photo.jpeg())
    if not outlined:
        return
    picture = case_.photo.pixels.copy()
    boxes = [np.array(f.box.corners) for f in case_.fields if f.kind != "stray"]
    places = [case_.photo.geometry.outline(), *(case_.photo.geometry.true_pixels(b) for b in boxes)]
    rings = [np.rint((place - 0.5) * 16).astype(np.int32) for place in places]
    cv2.polylines(picture, rings, True, (0, 0, 255), 2, cv2.LINE_AA, 4)
    cv2.imwrite(str(folder / f"{name}-truth.jpg"), picture)


def lines_of(path: Path, head: Line) -> list[Line]:
    """Lines of an earlier run by the same reader on the same paper."""
    every = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    return [line for line in every if all(line[name] == value for name, value in head.items())]


def missing(lines: Iterable[Line], kinds: Sequence[Kind], seed: int, sheets: int) -> list[tuple[Kind, int]]:
    """What a run has yet to read, in its order."""
    done = {(line["kind"], line["sheet"]) for line in lines if line["seed"] == seed}
    return [(kind, n) for n in range(sheets) for kind in kinds if (kind, n) not in done]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--sheets", type=int, default=100, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kind", choices=KINDS, action="append")
    parser.add_argument("--keep", type=Path, help="a folder for photographs that were rejected or read wrong")
    parser.add_argument("--draw", type=Path, help="write photographs and their true places here, and read nothing")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    kinds: tuple[Kind, ...] = tuple(arguments.kind or KINDS)
    profile = default_profile()
    head = {"reader": digest_of(READER), "paper": digest_of(PAPER), "profile": profile.digest[:16]}
    lines = lines_of(arguments.results, head)
    for kind, number in missing(lines, kinds, arguments.seed, arguments.sheets):
        one, name = case(kind, arguments.seed, number), f"{kind}-{arguments.seed}-{number:04d}"
        if arguments.draw:
            drawn(arguments.draw, one, name, outlined=True)
            continue
        line = {"kind": kind, "seed": arguments.seed, "sheet": number, **head}
        line |= photo_line(one, one.photo.jpeg(), profile)
        lines.append(line)
        with arguments.results.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        print(name, line["fate"], f"{len(line.get('wrong', ()))} wrong", file=sys.stderr, flush=True)
        if arguments.keep and (line["fate"] != "read" or line["wrong"]):
            drawn(arguments.keep, one, name)
    for kind in kinds:
        mine = [line for line in lines if line["kind"] == kind]
        if mine:
            print(f"\n{kind}\n{table(mine)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
