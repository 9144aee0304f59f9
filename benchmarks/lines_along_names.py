"""Simulated ballots with a line, shade or cover laid along one of their names: what is read, asked, refused, and wrong.

    kiemphieu new WORKSPACE --definition kiemphieu/example
    kiemphieu simulate WORKSPACE --out PAPER --seed 9401 --ballots 12
    python -m benchmarks.lines_along_names WORKSPACE PAPER [--first 0] [--pages 40] [--only NAME …] [--keep FOLDER]

Each page is read as it is; what is accepted of it is the truth (the simulator's own score stands elsewhere). Then one
name is drawn, and dirt, a fold, a shadow, a note or a correction tape is laid over or along it, by plain arithmetic
written apart from the simulator; the page is read again. A name may be read as before or be asked; one that was
highlighted, taped or covered may not be clear. Nothing is timed.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.forms.document import load_form
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import FieldReading, PageReading
from pipeline.review.decide import Decision, decide
from pipeline.review.profile import default_profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm, prepare_form

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]
Rng = np.random.Generator
Damage = Callable[[Picture, Floats, Rng], Picture]
"""A picture, the corners of a name in it (4, 2) clockwise from its own upper left, and chance."""


def _byte(values: NDArray[Any]) -> Picture:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _of(picture: Picture, zone: NDArray[Any]) -> NDArray[Any]:
    """``zone`` (h, w) or a part of it for every colour of the picture."""
    return zone if picture.ndim == 2 else zone[..., None]


def _zone(picture: Picture, name: Floats, x: tuple[float, float], y: tuple[float, float], soft: float) -> NDArray[Any]:
    """1 from ``x`` to ``x`` along the name and from ``y`` to ``y`` down it, in shares of the name; soft edges in px."""
    origin, right, down = name[0], name[1] - name[0], name[3] - name[0]
    corners = [origin + right * a + down * b for a, b in ((x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1]))]
    zone = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(zone, [np.rint(corners).astype(np.int32)], 1.0)
    return _of(picture, cv2.GaussianBlur(zone, (0, 0), soft))


def _level(picture: Picture, name: Floats, rng: Rng, wide_px: tuple[float, float], off: float) -> NDArray[Any]:
    """1 on whole rows (or columns, of a page on its side) of the picture through the name."""
    along = name[1] - name[0]
    rows = abs(along[0]) > abs(along[1])
    across = 1 if rows else 0
    middle = name[:, across].mean() + rng.uniform(-off, off) * np.ptp(name[:, across])
    places = np.arange(picture.shape[0 if rows else 1])
    line = np.clip(0.5 + rng.uniform(*wide_px) / 2 - np.abs(places - middle), 0, 1)
    return _of(picture, np.broadcast_to(line[:, None] if rows else line[None], picture.shape[:2]))


def _askew(picture: Picture, name: Floats, rng: Rng, most: float) -> Floats:
    """How far (px) every pixel lies below a line through the name that rises by up to ``most``."""
    rise = rng.uniform(-most, most)
    x, y = name.mean(axis=0)
    y += rng.uniform(-6, 6)
    rows, columns = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.asarray((rows - y) * np.cos(rise) - (columns - x) * np.sin(rise), np.float64)


def dark_streak(picture: Picture, name: Floats, rng: Rng) -> Picture:
    return _byte(picture * (1 - rng.uniform(0.1, 0.7) * _level(picture, name, rng, (2, 12), 0.3)))


def light_streak(picture: Picture, name: Floats, rng: Rng) -> Picture:
    line = rng.uniform(0.5, 1.0) * _level(picture, name, rng, (2, 9), 0.15)
    return _byte(picture * (1 - line) + 255 * line)


def folded_askew(picture: Picture, name: Floats, rng: Rng) -> Picture:
    below = _askew(picture, name, rng, 0.2)
    shadow = rng.uniform(0.1, 0.35) * np.exp(-np.abs(below) / rng.uniform(5, 40)) * (below > 0)
    return _byte(picture * (1 - _of(picture, shadow)))


def cracked(picture: Picture, name: Floats, rng: Rng) -> Picture:
    """A fold whose paper broke: a thin line, light or dark, whole or in grains."""
    line = rng.uniform(0.15, 0.6) * np.exp(-((_askew(picture, name, rng, 0.12) / rng.uniform(1, 4)) ** 2))
    if rng.random() < 0.5:
        line = line * (rng.random(line.shape) < 0.5)
    line = _of(picture, line)
    return _byte(picture * (1 - line) + (255 * line if rng.random() < 0.5 else 0))


def crumpled(picture: Picture, name: Floats, rng: Rng) -> Picture:
    for _ in range(6):
        picture = folded_askew(picture, name + rng.uniform(-250, 250, 2), rng)
    return picture


def shaded(picture: Picture, name: Floats, rng: Rng) -> Picture:
    below = _askew(picture, name, rng, 0.5)
    soft = np.clip(below / rng.uniform(1, 15), -50, 50)
    return _byte(picture * (1 - _of(picture, rng.uniform(0.1, 0.5) / (1 + np.exp(-soft)))))


def set_off(picture: Picture, _: Floats, rng: Rng) -> Picture:
    """Ink of another ballot that lay on this one, straight or mirrored."""
    other = np.roll(picture, (int(rng.integers(-60, 60)), int(rng.integers(-60, 60))), (0, 1)).astype(np.float64)
    other = other[:, ::-1] if rng.random() < 0.5 else other
    return _byte(picture - rng.uniform(0.05, 0.2) * (255 - other))


def threaded(picture: Picture, name: Floats, rng: Rng) -> Picture:
    """A hair on the glass, along the name and beyond it, as thin as a pixel."""
    along = np.linspace(-0.3, 1.3, 60)
    down = 0.5 + 0.25 * np.sin(along * rng.uniform(2, 5) + rng.uniform(0, 6)) + rng.uniform(-0.1, 0.1)
    places = name[0] + (name[1] - name[0]) * along[:, None] + (name[3] - name[0]) * down[:, None]
    ink, thread = (70,) * (1 if picture.ndim == 2 else 3), np.rint(places * 16).astype(np.int32)
    return _byte(cv2.polylines(picture.copy(), [thread], False, ink, 1, cv2.LINE_AA, 4))


def highlighted(picture: Picture, name: Floats, rng: Rng) -> Picture:
    x, y = (rng.uniform(-0.05, 0.3), rng.uniform(0.6, 1.05)), (rng.uniform(-0.2, 0.1), rng.uniform(0.8, 1.2))
    colour = np.array((0.25, 0.9, 0.95) if rng.random() < 0.6 else (0.9, 0.75, 0.6))
    left = colour if picture.ndim == 3 else colour @ (0.114, 0.587, 0.299)
    return _byte(picture * (1 - _zone(picture, name, x, y, 1.5) * (1 - left)))


def noted(picture: Picture, name: Floats, rng: Rng) -> Picture:
    """A piece of paper lies over a part of the name."""
    first = rng.uniform(0, 0.6)
    zone = _zone(picture, name, (first, first + rng.uniform(0.25, 0.6)), (-0.6, 1.6), 0.5)
    return _byte(picture * (1 - zone) + rng.choice([255, 235, 200]) * zone)


def taped(picture: Picture, name: Floats, rng: Rng) -> Picture:
    """Correction tape of nearly the paper's colour, over the whole name or a part of it."""
    first = 0.0 if rng.random() < 0.5 else rng.uniform(0, 0.5)
    last = 1.05 if first == 0.0 else first + rng.uniform(0.3, 0.5)
    zone = _zone(picture, name, (first - 0.05, last), (-0.1, 1.1), 0.8)
    return _byte(picture * (1 - zone) + (np.percentile(picture, 90) + rng.integers(-3, 6)) * zone)


DAMAGES: dict[str, Damage] = {
    "dark streak": dark_streak, "light streak": light_streak, "folded askew": folded_askew, "cracked fold": cracked,
    "crumpled": crumpled, "edge of a shadow": shaded, "ink set off": set_off, "a hair": threaded,
    "highlighted": highlighted, "covered by a note": noted, "correction tape": taped,
}  # fmt: skip
NEVER_CLEAR = frozenset({"highlighted", "covered by a note", "correction tape"})


def read(content: bytes, forms: list[PreparedForm]) -> dict[str, tuple[Decision, FieldReading]] | str:
    """Decisions on the names of a page, or why it was refused."""
    raw = next(decode_pages(content, "page", ""))
    reading = read_raw(raw, forms) if isinstance(raw, RawPage) else raw
    if not isinstance(reading, PageReading):
        return reading.reason
    names = (f for f in reading.fields if f.kind == "strike")
    return {f.field: (decide(f, default_profile(), reading.engine), f) for f in names}


def damaged(path: Path, forms: list[PreparedForm], name: str, keep: Path | None) -> Counter[str]:
    """What became of one page with one of its names damaged."""
    before = read(path.read_bytes(), forms)
    plain = {} if isinstance(before, str) else {k: d.value for k, (d, _) in before.items() if d.accepted}
    if isinstance(before, str) or not plain:
        return Counter()
    rng = np.random.default_rng(zlib.crc32(f"{path.parent.name}/{path.name}/{name}".encode()))
    aimed = sorted(plain)[rng.integers(len(plain))]
    picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.uint8)
    content = cv2.imencode(".png", DAMAGES[name](picture, np.array(before[aimed][1].quad), rng))[1].tobytes()
    after = read(content, forms)
    found = Counter(pages=1)
    if isinstance(after, str):
        return found + Counter({f"rejected: {after}": 1})
    for field, value in plain.items():
        decision, reading = after[field]
        wrong = decision.accepted and decision.value != value
        if field == aimed and name in NEVER_CLEAR:
            wrong = decision.accepted and decision.value == "clear"
        kind = "aimed" if field == aimed else "other"
        found.update({kind: 1, f"{kind} asked": int(not decision.accepted), "wrong": int(wrong)})
        if wrong:
            measures = {k: round(v, 2) for k, v in reading.measures.items() if v}
            print(name, path, field, value, "now", decision.value, measures, file=sys.stderr)
            if keep:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name} {path.parent.name} {path.stem} {field}.png").write_bytes(content)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("paper", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--pages", type=int, default=40)
    parser.add_argument("--only", choices=list(DAMAGES), nargs="+", metavar="NAME")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures that were read wrong")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    folder = options.workspace / "forms"
    forms = [prepare_form(load_form(path), folder) for path in sorted(folder.glob("*.json"))]
    files = sorted((options.paper / "scans").glob("*/*.jpg"))[options.first : options.first + options.pages]
    print("| damage | pages read | wrong accepted | of the names aimed at asked | of the others | not read |")
    print("|---|---|---|---|---|---|")
    for name in options.only or DAMAGES:
        found: Counter[str] = Counter()
        for path in files:
            found.update(damaged(path, forms, name, options.keep))
        refused = {k: v for k, v in found.items() if k.startswith("rejected")}
        asked = (100 * found[f"{kind} asked"] / max(1, found[kind]) for kind in ("aimed", "other"))
        print(
            f"| {name} | {found['pages'] - sum(refused.values())} of {found['pages']} | {found['wrong']} | "
            + " | ".join(f"{share:.1f} %" for share in asked)
            + f" | {', '.join(f'{k} {v}' for k, v in refused.items())} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
