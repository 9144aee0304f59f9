"""The scanned and photographed tally pages of the shared folder, row by row: strokes, written figure, what is told.

    python benchmarks/tally_pages.py

Where the grids of strokes lie was measured by eye on the pictures (corners in pixels of a view of the given width). The
written figure is taken from the labels, as if it were read for sure: what is looked at are the strokes. Nothing is
trained or tuned on these pages; the way lines are taken out was tried on one of them (DPR-PKB).
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.arithmetic.decide import decide_form
from pipeline.arithmetic.fields import Field
from pipeline.arithmetic.rules import SumRule
from pipeline.recognize.number_values import values_of_tally
from pipeline.recognize.tally_grid import read_tally_grid

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "forms" / "tally"
CELL = (56, 44)
"""Pixels of a cell that the grids are drawn to."""
WRITTEN = 0.99

Corners = tuple[tuple[int, int], ...]


def _upright(left: int, right: int, tops: list[tuple[int, int]]) -> list[Corners]:
    return [((left, a), (right, a), (right, b), (left, b)) for a, b in tops]


@dataclass(frozen=True)
class Page:
    """``width``: of the view that ``grids`` were measured in; each its corners clockwise from top left."""

    file: str
    width: int
    columns: int
    rows: int
    grids: list[Corners]


PAGES = (
    Page("DPR-PKB.jpg", 980, 12, 5, [((301, 193), (729, 193), (729, 273), (301, 273)), *_upright(300, 730, [
        (290, 369), (372, 451), (453, 532), (533, 613), (615, 695), (698, 777), (780, 861), (864, 945), (948, 1031),
        (1035, 1118)])]),
    Page("dpr10_sample_01.jpg", 909, 12, 5, _upright(257, 653, [
        (218, 302), (318, 401), (404, 488), (492, 576), (579, 663), (666, 750), (754, 837), (841, 925), (928, 1012),
        (1016, 1099), (1103, 1186)])),
    Page("pwp_sample_01.jpg", 896, 12, 5, [
        ((264, 303), (623, 303), (622, 404), (265, 404)), ((264, 462), (623, 461), (622, 560), (265, 561)),
        ((265, 616), (622, 615), (621, 711), (266, 712))]),
    Page("2_contoh-pilgub.jpg", 1148, 15, 11, [
        ((209, 248), (863, 262), (863, 438), (206, 425)), ((206, 428), (863, 442), (862, 612), (205, 604)),
        ((205, 606), (862, 618), (861, 792), (203, 780))]),
)  # fmt: skip


def main() -> None:
    cv2.setNumThreads(1)
    labels = {one["file"]: one for one in json.loads((FOLDER / "labels.json").read_text("utf-8"))}
    exact = sure = accepted = wrong = rows = 0
    for page in PAGES:
        picture = cv2.imread(str(FOLDER / page.file), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        width, height = page.columns * CELL[0], page.rows * CELL[1]
        target = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
        print(page.file, labels[page.file].get("note", ""))
        for number, (corners, written) in enumerate(zip(page.grids, labels[page.file]["rows"], strict=True), start=1):
            places = np.array(corners, np.float32) * picture.shape[1] / page.width
            crop = cv2.warpPerspective(picture, cv2.getPerspectiveTransform(places, target), (width, height))
            found = read_tally_grid(np.asarray(crop, np.uint8), page.columns, page.rows, "gate")
            values, dropped = values_of_tally(found)
            fields = [
                Field("strokes", values, dropped, altered=not found.sure),
                Field("written", ((written, WRITTEN),), 1 - WRITTEN),
            ]
            decided = decide_form(fields, [SumRule("T1", (("strokes", 1), ("written", -1)))])
            stands = {a.field: a.value for a in decided.accepted}
            told = "T1 fails" if decided.broken else "asked" if "written" not in stands else "figure accepted"
            how = "sure" if found.sure else "unsure"
            print(f"  row {number}: strokes {found.count} ({how}), written {written}: {told}")
            rows, exact, sure = rows + 1, exact + (found.count == written), sure + found.sure
            accepted += "strokes" in stands
            wrong += "strokes" in stands and stands["strokes"] != written
    print(f"{rows} rows: strokes equal the written figure {exact}, sure {sure}, accepted {accepted}, wrong {wrong}")


if __name__ == "__main__":
    main()
