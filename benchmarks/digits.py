"""How well digits are read: held-out writers, single boxes of real forms, and how fast.

    python benchmarks/digits.py recipe WEIGHTS --without mnist-test|optdigits32|semeion
    python benchmarks/digits.py boxes [--pictures FOLDER]
    python benchmarks/digits.py strings [--lines 3000] [--seed 1]
    python benchmarks/digits.py hands [--forms 200] [--seed 1]
    python benchmarks/digits.py form
    python benchmarks/digits.py speed

``recipe`` scores weights that ``python -m calibration.digits.train`` made without one source, on that source.
``boxes`` scores the shipped weights on the single box crops of the shared folder of forms, which nothing is trained or
tuned on. ``strings`` reads numbers without boxes, of one to five digits of MNIST's test part. ``form`` times the
reading of 25 fields of five boxes that add up, from the crops to the joint decision.
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import sys
import time
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parents[1])]

from benchmarks.count_forms import invented as of_a_sheet
from benchmarks.minutes_by_hand import invented, unseen_digits
from calibration.digits.filled_form import Glyphs, filled
from calibration.digits.hands import barred, flagged
from calibration.digits.leftovers import print_under
from calibration.digits.line_paper import number_line
from calibration.digits.paper import OWN_BOX, own_box_crop
from calibration.digits.sources import CANVAS, canvases, load
from calibration.digits.strokes import EMPTY
from pipeline.arithmetic.decide import decide_form
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.minutes import minutes_fields, minutes_rules
from pipeline.election.load import load_election
from pipeline.forms.ballot import REFERENCE_DPI
from pipeline.forms.count_forms import CountForm, figures_form
from pipeline.forms.printing import render_blank
from pipeline.recognize.digits.box import box_ink, box_inks
from pipeline.recognize.digits.normal_form import normal_form
from pipeline.recognize.digits.reader import CLASSES, Reader, read_digits, read_inks, shipped
from pipeline.recognize.digits.strings import read_string
from pipeline.recognize.hand import with_the_hand
from pipeline.recognize.number_values import values_of_fields
from pipeline.recognize.numbers import read_numbers

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def refusals(logs: NDArray[np.float32], labels: NDArray[np.int64]) -> None:
    """Print the error left after refusing the least sure."""
    read, sure = logs.argmax(1), logs.max(1)
    order = np.argsort(sure, kind="stable")
    for share in (0.0, 0.01, 0.02, 0.05):
        kept = order[round(share * len(order)) :]
        wrong = int((read[kept] != labels[kept]).sum())
        print(f"refused {share:4.0%}: {wrong} of {len(kept)} wrong, {wrong / len(kept):.3%}")


def recipe(weights: Path, without: str) -> None:
    held = load(SHARED / "digits", without)
    forms = np.stack([normal_form(picture, picture.shape[0]) for picture in held.raw])
    second = weights.with_suffix(".second.onnx")
    logs = Reader(weights.read_bytes(), second.read_bytes() if second.is_file() else None).read(forms)
    refusals(logs, held.labels)
    likely = -logs[np.arange(len(logs)), held.labels].mean()
    print(f"mean negative log-probability of the right digit: {likely:.4f}")


def boxes(pictures: Path | None) -> None:
    folder = SHARED / "forms" / "c1_2019"
    cells = json.loads((folder / "cells.json").read_text("utf-8"))
    with np.load(folder / "cells.npz", allow_pickle=False) as kept:
        crops = [kept[name] for name in kept]
    labels = np.array([CLASSES.index(cell["label"]) for cell in cells])
    inks = box_inks(crops)
    logs = read_inks(inks)
    print("each box by itself")
    refusals(logs, labels)
    print("with what its form tells about pen and hand")
    form_of = np.array([cell["form"] for cell in cells])
    for form in np.unique(form_of):
        mine = np.flatnonzero(form_of == form)
        chances = with_the_hand([inks[k] for k in mine.tolist()], np.exp(logs[mine].astype(np.float64)))
        logs[mine] = np.log(np.maximum(chances, 1e-30))
    refusals(logs, labels)
    if pictures is not None:
        pictures.mkdir(parents=True, exist_ok=True)
        for k in np.flatnonzero(logs.argmax(1) != labels):
            seen = normal_form(box_ink(crops[k]), min(crops[k].shape))
            side = max(crops[k].shape[0], seen.shape[0])
            both = [np.pad(p, ((0, side - p.shape[0]), (0, 4))) for p in (crops[k], seen)]
            name = (
                f"{k:03d}-is-{cells[k]['label']}-read-{CLASSES[int(logs[k].argmax())]}-{np.exp(logs[k].max()):.3f}.png"
            )
            cv2.imwrite(str(pictures / name), np.hstack(both))


def speed() -> None:
    held = load(SHARED / "digits", "mnist-test")
    forms = np.stack([normal_form(picture, 28) for picture in held.raw])
    crops = [
        cv2.copyMakeBorder(255 - cv2.resize(p, (56, 56)), 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=90) for p in held.raw
    ]
    reader = shipped()
    rates: dict[str, list[float]] = {"network": [], "network and normal form": [], "whole, from grey box crops": []}
    for _ in range(5):
        began = time.process_time()
        reader.read(forms)
        rates["network"].append(len(forms) / (time.process_time() - began))
        began = time.process_time()
        reader.read(np.stack([normal_form(picture, 28) for picture in held.raw]))
        rates["network and normal form"].append(len(forms) / (time.process_time() - began))
        began = time.process_time()
        read_digits(crops[:2000])
        rates["whole, from grey box crops"].append(2000 / (time.process_time() - began))
    for name, measured in rates.items():
        print(f"{name}: {np.median(measured):.0f} digits a second of one core (best of 5: {max(measured):.0f})")


def strings(lines: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    held = load(SHARED / "digits", "mnist-test")
    drawn = canvases(held)
    exact, sure = np.zeros(lines, bool), np.zeros(lines)
    spent = 0.0
    for k in range(lines):
        text = str(rng.integers(1, 10 ** int(rng.integers(1, 6))))
        glyphs = [drawn[rng.choice(np.flatnonzero(held.labels == int(digit)))] for digit in text]
        crop = number_line(rng, glyphs)
        began = time.process_time()
        found = read_string(crop).readings
        spent += time.process_time() - began
        if found:
            exact[k], sure[k] = found[0][0] == text, found[0][1]
    order = np.argsort(sure, kind="stable")
    for share in (0.0, 0.05, 0.1, 0.2):
        kept = order[round(share * lines) :]
        print(f"refused {share:4.0%}: exact {exact[kept].mean():.2%} of {len(kept)}")
    print(f"{1000 * spent / lines:.2f} ms of processor a line")


def hands(forms: int, seed: int) -> None:
    """Forms of one hand and one pen, with and without what the form tells about them.

    On every second form all sevens have a bar and all ones a flag; on every second there is a pale print under all
    boxes. 40 digits of MNIST's test part, every second one a 1 or a 7, and 20 empty boxes a form.
    """
    rng = np.random.default_rng(seed)
    held = load(SHARED / "digits", "mnist-test")
    drawn = canvases(held)
    blank = np.zeros((CANVAS, CANVAS), np.uint8)
    counts = {name: np.zeros((2, 4), int) for name in ("1 and 7", "other digits", "empty")}
    for _ in range(forms):
        crosses, printed, pen = rng.random() < 0.5, rng.random() < 0.5, float(rng.uniform(20, 90))
        crops, truth = [], []
        for k in range(60):
            digit = int(rng.choice([1, 7])) if k < 20 else int(rng.integers(10)) if k < 40 else EMPTY
            canvas = drawn[int(rng.choice(np.flatnonzero(held.labels == digit)))] if digit != EMPTY else blank
            if crosses and digit in (1, 7):
                canvas = barred(rng, canvas) if digit == 7 else flagged(rng, canvas)
            under = print_under(rng, *OWN_BOX) if printed else None
            crops.append(own_box_crop(rng, canvas, digit == EMPTY, pen=pen + float(rng.normal(0, 5)), under=under))
            truth.append(digit)
        inks = box_inks(crops)
        alone = np.exp(read_inks(inks).astype(np.float64))
        for row, chances in enumerate((alone, with_the_hand(inks, alone / alone.sum(1, keepdims=True)))):
            for k, digit in enumerate(truth):
                kind = "empty" if digit == EMPTY else "1 and 7" if digit in (1, 7) else "other digits"
                wrong, sure = int(chances[k].argmax()) != digit, chances[k].max() > 0.9
                counts[kind][row] += (1, wrong, not sure, wrong and sure)
    for kind, rows in counts.items():
        for name, (all_of, wrong, unsure, sure_wrong) in zip(
            ("each box by itself", "with the hand"), rows, strict=True
        ):
            print(f"{kind}, {name}: {all_of} boxes, wrong {wrong}, below 0.9 {unsure}, wrong above 0.9 {sure_wrong}")


def _filled_sheet(rng: np.random.Generator, glyph: Glyphs) -> NDArray[np.uint8]:
    """A scan (A4, 200 dpi) of the example election's sheet of figures, 26 numbers filled in."""
    election = load_election(Path(str(files("kiemphieu") / "example")))
    of = CountForm(election, election.area("kv1"), election.contest("xa"))
    layout = figures_form(of, issued_includes_spoiled=False)
    values = of_a_sheet(rng, of.unit.seats, len(of.candidates))
    texts = {name: str(value) for name, value in values.items()}
    return filled(rng, render_blank(layout, REFERENCE_DPI), layout.form, texts, glyph)


def form() -> None:
    """Medians of 40 forms of 25 fields of five boxes whose figures add up, on one core.

    Decoded are, in turn, an empty page with rows of dots and the scan of a filled-in sheet; both A4, 200 dpi, JPEG of
    quality 80.
    """
    rng = np.random.default_rng(1)
    glyph = unseen_digits(rng)
    blank = np.zeros((CANVAS, CANVAS), np.uint8)
    ids, rules = minutes_fields(5, 3), minutes_rules(5, 3)

    def box(letter: str) -> NDArray[np.uint8]:
        return own_box_crop(rng, blank, sign=True) if letter == "_" else own_box_crop(rng, glyph(int(letter)))

    empty = np.full((2339, 1654), 245, np.uint8)
    empty[::40, ::3] = 60
    forms = [
        [[box(letter) for letter in str(values[name]).rjust(5, "_")] for name in ids]
        for values in (invented(rng) for _ in range(40))
    ]
    pages = [
        cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 80])[1].tobytes()
        for page in (empty, _filled_sheet(rng, glyph))
    ]
    spent: list[list[float]] = []
    for fields in forms:
        times = [time.process_time()]
        for packed in pages:
            simplejpeg.decode_jpeg(packed, "GRAY")
            times.append(time.process_time())
        readings = read_numbers(fields)
        times.append(time.process_time())
        chances = values_of_fields([r.boxes for r in readings])
        decide_form([Field(name, *each) for name, each in zip(ids, chances, strict=True)], rules)
        spent.append(np.diff([*times, time.process_time()]).tolist())
    bare, sheet, read, decide = (1000 * np.median(spent, axis=0)).tolist()
    print(f"decode an empty page {bare:.1f} ms, a filled-in sheet {sheet:.1f} ms")
    print(f"read {read:.1f} ms, decide {decide:.1f} ms")
    print(f"read and decide: {(read + decide) / bare:.2f} and {(read + decide) / sheet:.2f} times decoding")


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_subparsers(dest="what", required=True)
    of_recipe = what.add_parser("recipe")
    of_recipe.add_argument("weights", type=Path)
    of_recipe.add_argument("--without", required=True)
    of_boxes = what.add_parser("boxes")
    of_boxes.add_argument("--pictures", type=Path)
    of_strings = what.add_parser("strings")
    of_strings.add_argument("--lines", type=int, default=3000)
    of_strings.add_argument("--seed", type=int, default=1)
    of_hands = what.add_parser("hands")
    of_hands.add_argument("--forms", type=int, default=200)
    of_hands.add_argument("--seed", type=int, default=1)
    what.add_parser("form")
    what.add_parser("speed")
    given = parser.parse_args()
    match given.what:
        case "recipe":
            recipe(given.weights, given.without)
        case "boxes":
            boxes(given.pictures)
        case "strings":
            strings(given.lines, given.seed)
        case "hands":
            hands(given.forms, given.seed)
        case "form":
            form()
        case _:
            speed()


if __name__ == "__main__":
    main()
