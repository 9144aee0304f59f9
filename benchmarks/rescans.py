"""The real ballots of ../shared scanned anew under bad conditions: what is read, asked, refused, and wrong.

    python -m benchmarks.rescans [--ballots ../shared/data/real_ballots] [--only NAME …] [--list]

Every page is damaged in each of the ways below, by an amount drawn from its name, and read without a reference picture.
``contested`` positions are those on which people disagree on the undamaged paper. The damage is plain arithmetic on the
pictures, written apart from the simulator. Numbers of pages and positions follow from the paper; nothing is timed.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ[_name] = "1"

import argparse
import hashlib
import json
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "real_paper")]

from real_ballots import SETS, positions_of, prepared_ballot

from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage
from pipeline.scan.prepare import PreparedForm

Grey = NDArray[np.uint8]
Damage = Callable[[Grey, np.random.Generator], Grey]


def _byte(values: NDArray[Any]) -> Grey:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


# --- how it lies and what the feeder does ---


def turned(page: Grey, rng: np.random.Generator) -> Grey:
    h, w = page.shape
    matrix = cv2.getRotationMatrix2D((w / 2, h / 2), rng.uniform(-3, 3), 1.0)
    room = int(0.03 * h)
    matrix[:, 2] += room
    size, lid = (w + 2 * room, h + 2 * room), int(rng.choice([0, 255]))
    return _byte(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_LINEAR, borderValue=lid))


def quarter_turned(page: Grey, rng: np.random.Generator) -> Grey:
    return np.ascontiguousarray(np.rot90(page, int(rng.choice([1, 3]))))


def stretched(page: Grey, rng: np.random.Generator) -> Grey:
    h, w = page.shape
    share = np.arange(h) / h
    wave = h * rng.uniform(0.0005, 0.002) * np.sin(2 * np.pi * share * rng.uniform(1, 3) + rng.uniform(0, 6))
    rows = np.arange(h) * (1 + rng.uniform(-0.006, 0.006)) + wave
    columns = np.arange(w) * (1 + rng.uniform(-0.006, 0.006))
    x, y = np.meshgrid(columns.astype(np.float32), rows.astype(np.float32))
    return _byte(cv2.remap(page, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def printed_smaller(page: Grey, rng: np.random.Generator) -> Grey:
    scale, (h, w), room = float(rng.choice([0.95, 0.97, 1.02])), page.shape, 40
    matrix = np.array([[scale, 0, room + (1 - scale) * w / 2], [0, scale, room + (1 - scale) * h / 2]])
    return _byte(cv2.warpAffine(page, matrix, (w + 2 * room, h + 2 * room), borderValue=255))


def cut_off(page: Grey, rng: np.random.Generator) -> Grey:
    k = int(rng.uniform(0.02, 0.05) * page.shape[1])
    return [page[k:], page[:-k], page[:, k:], page[:, :-k]][int(rng.integers(4))].copy()


def photographed(page: Grey, rng: np.random.Generator) -> Grey:
    h, w = page.shape
    room = int(0.12 * w)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    askew = corners + room + rng.uniform(-0.06, 0.06, (4, 2)).astype(np.float32) * w
    seen = cv2.warpPerspective(
        page, cv2.getPerspectiveTransform(corners, askew), (w + 2 * room, h + 2 * room),
        borderValue=int(rng.uniform(40, 110)),
    )  # fmt: skip
    y, x = np.mgrid[0 : seen.shape[0], 0 : seen.shape[1]]
    way = rng.uniform(0, 6.28)
    light = np.cos(way) * (x / seen.shape[1] * 2 - 1) + np.sin(way) * (y / seen.shape[0] * 2 - 1)
    return _byte(seen * (0.78 + 0.22 * light))


def _resampled(scale: float) -> Damage:
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return lambda page, _: _byte(cv2.resize(page, None, fx=scale, fy=scale, interpolation=how))


# --- what the scanner makes of it ---


def _threshold(level: int) -> Damage:
    return lambda page, _: _byte(cv2.threshold(page, level, 255, cv2.THRESH_BINARY)[1])


def black_and_white(page: Grey, _: np.random.Generator) -> Grey:
    return _byte(cv2.threshold(page, 0, 255, cv2.THRESH_OTSU)[1])


def adaptive(page: Grey, _: np.random.Generator) -> Grey:
    return _byte(cv2.adaptiveThreshold(page, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 41, 12))


def halftone(page: Grey, _: np.random.Generator) -> Grey:
    order = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) * 16 + 8
    pattern = np.tile(order, (page.shape[0] // 4 + 1, page.shape[1] // 4 + 1))
    return _byte((page > pattern[: page.shape[0], : page.shape[1]]) * 255)


def _tones(low: float, high: float) -> Damage:
    return lambda page, rng: _byte(255 * (page / 255) ** rng.uniform(low, high))


def pale(page: Grey, rng: np.random.Generator) -> Grey:
    return _byte(255 - (255.0 - page) * rng.uniform(0.35, 0.6))


def grey_paper(page: Grey, rng: np.random.Generator) -> Grey:
    return _byte(page * rng.uniform(0.55, 0.8))


def lit_from_one_side(page: Grey, rng: np.random.Generator) -> Grey:
    light = np.linspace(rng.uniform(0.5, 0.75), 1, page.shape[1])
    return _byte(page * (light if rng.random() < 0.5 else light[::-1]))


def jpeg(page: Grey, rng: np.random.Generator) -> Grey:
    return _byte(cv2.imdecode(cv2.imencode(".jpg", page, [1, int(rng.integers(12, 35))])[1], 0))


def grainy(page: Grey, rng: np.random.Generator) -> Grey:
    return _byte(page + rng.normal(0, rng.uniform(8, 20), page.shape))


def blurred(page: Grey, rng: np.random.Generator) -> Grey:
    return _byte(cv2.GaussianBlur(page, (0, 0), rng.uniform(1, 1.8)))


def streaked(page: Grey, rng: np.random.Generator) -> Grey:
    page = page.copy()
    for _ in range(int(rng.integers(1, 4))):
        x, wide = int(rng.integers(0, page.shape[1] - 4)), int(rng.integers(1, 4))
        page[:, x : x + wide] = 255 if rng.random() < 0.5 else page[:, x : x + wide] * rng.uniform(0, 0.7)
    return page


# --- what happened to the paper ---


def folded(page: Grey, rng: np.random.Generator) -> Grey:
    h, w = page.shape
    off = np.arange(h)[:, None] - rng.uniform(0.1, 0.9) * h - rng.uniform(-0.02, 0.02) * np.arange(w)
    return _byte(page * (1 - 0.35 * np.exp(-((off / 1.5) ** 2)) - 0.12 * np.exp(-((off / 12) ** 2)) * (off > 0)))


def stained(page: Grey, rng: np.random.Generator) -> Grey:
    h, w = page.shape
    stain = np.zeros((h, w), np.float32)
    for _ in range(3):
        at, radius = (int(rng.uniform(0, w)), int(rng.uniform(0, h))), int(rng.uniform(0.05, 0.12) * h)
        cv2.circle(stain, at, radius, 1.0, -1)
        cv2.circle(stain, at, radius, 1.6, 6)
    return _byte(page * (1 - 0.18 * cv2.GaussianBlur(stain, (0, 0), 3)))


def bled_through(page: Grey, _: np.random.Generator) -> Grey:
    behind = cv2.GaussianBlur(np.ascontiguousarray(page[:, ::-1]), (0, 0), 2).astype(np.float64)
    return _byte(page - 0.14 * (255 - behind))


def corner_torn(page: Grey, rng: np.random.Generator) -> Grey:
    page, (h, w) = page.copy(), page.shape
    a, b = rng.uniform(0.08, 0.16) * w, rng.uniform(0.08, 0.16) * h
    piece = np.array([[0, 0], [a, 0], [a * 0.5, b * 0.45], [0, b]])
    if rng.random() < 0.5:
        piece[:, 0] = w - 1 - piece[:, 0]
    if rng.random() < 0.5:
        piece[:, 1] = h - 1 - piece[:, 1]
    cv2.fillPoly(page, [piece.astype(np.int32)], int(rng.choice([0, 255])))
    return page


def punched(page: Grey, rng: np.random.Generator) -> Grey:
    page, (h, w) = page.copy(), page.shape
    for y in (0.2, 0.5, 0.8):
        x = 0.045 if rng.random() < 0.5 else 0.955
        cv2.circle(page, (int(x * w), int(y * h)), int(0.013 * w), int(rng.choice([0, 255])), -1)
    return page


DAMAGES: dict[str, Damage] = {
    "none": lambda page, _: page,
    "turned by up to 3 degrees": turned, "upside down": lambda page, _: np.ascontiguousarray(page[::-1, ::-1]),
    "quarter turned": quarter_turned, "stretched": stretched, "printed smaller or larger": printed_smaller,
    "cut off by up to 5 %": cut_off, "photographed": photographed,
    "half the resolution": _resampled(0.5), "three quarters of it": _resampled(0.75),
    "half as much more": _resampled(1.5),
    "black and white": black_and_white, "black and white, light": _threshold(110),
    "black and white, dark": _threshold(200), "black and white, adaptive": adaptive, "halftone": halftone,
    "darker tones": _tones(1.4, 2.2), "lighter tones": _tones(0.4, 0.7), "pale": pale, "grey paper": grey_paper,
    "lit from one side": lit_from_one_side, "JPEG of quality 12 to 35": jpeg, "grainy": grainy, "blurred": blurred,
    "streaks": streaked, "folded": folded, "stained": stained, "bled through": bled_through,
    "a corner torn off": corner_torn, "punched holes": punched,
    "mirrored": lambda page, _: np.ascontiguousarray(page[:, ::-1]),
}  # fmt: skip


def read_anew(real: Path, form: PreparedForm, truth: dict[str, Any], name: str, listed: bool) -> Counter[str]:
    """What became of one page damaged in one way."""
    page = np.asarray(cv2.imread(str(real / truth["file"]), cv2.IMREAD_GRAYSCALE), np.uint8)
    rng = np.random.default_rng(zlib.crc32((truth["file"] + name).encode()))
    content = cv2.imencode(".png", DAMAGES[name](page, rng))[1].tobytes()
    raw = next(decode_pages(content, truth["file"], hashlib.sha256(content).hexdigest()))
    outcome = read_raw(raw, [form]) if isinstance(raw, RawPage) else raw
    found = Counter(pages=1)
    if not isinstance(outcome, PageReading):
        return found + Counter({f"rejected: {outcome.reason}": 1})
    if outcome.side != truth["side"]:
        return found + Counter({"as the wrong side": 1})
    without_places = {**truth, "marks": [{k: v for k, v in mark.items() if k != "px"} for mark in truth["marks"]]}
    for position in positions_of(without_places, outcome):
        if position.open_question:
            found["contested accepted"] += position.accepted
            continue
        found.update({"plain": 1, "asked": int(not position.accepted), "wrong": int(position.wrong)})
        if listed and (position.wrong or not position.accepted):
            measures = {k: round(v, 2) for k, v in position.reading.measures.items()}
            print(name, truth["file"], position.place, position.expected, position.value, measures, file=sys.stderr)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ballots", type=Path, default=ROOT / ".." / "shared" / "data" / "real_ballots")
    parser.add_argument("--only", choices=list(DAMAGES), nargs="+", metavar="NAME")
    parser.add_argument("--list", action="store_true", help="every position that is asked or wrong, on standard error")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    real = options.ballots.resolve()
    truths = json.loads((real / "truth.json").read_text(encoding="utf-8"))
    print("| damage | pages read | wrong accepted | contested accepted | asked of uncontested | not read |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        forms = {name: prepared_ballot(real / name, name, Path(scratch)) for name in SETS}
        for name in options.only or DAMAGES:
            found: Counter[str] = Counter()
            for truth in truths:
                found.update(read_anew(real, forms[truth["set"]], truth, name, options.list))
            not_read = {k: v for k, v in found.items() if k.startswith(("rejected", "as the wrong"))}
            print(
                f"| {name} | {found['pages'] - sum(not_read.values())} of {found['pages']} | {found['wrong']} "
                f"| {found['contested accepted']} | {100 * found['asked'] / max(1, found['plain']):.2f} % "
                f"| {', '.join(f'{k} {v}' for k, v in not_read.items())} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
