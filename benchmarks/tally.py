"""Tally cells on simulated paper: how many are counted right, and how many sure counts are wrong.

python benchmarks/tally.py [--cells 5000] [--seed 1]
"""

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import time

import cv2
import numpy as np

from calibration.digits.tally_paper import PITCH, tally_cell
from pipeline.recognize.tally_groups import Style
from pipeline.recognize.tally_strokes import read_tally

STYLES: tuple[Style, ...] = ("square", "gate")


def main() -> None:
    cv2.setNumThreads(1)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    for style in STYLES:
        exact = sure = sure_wrong = 0
        spent = 0.0
        for _ in range(given.cells):
            count = int(rng.integers(0, 61))
            cell = tally_cell(rng, count, style)
            began = time.process_time()
            reading = read_tally(cell, style, PITCH)
            spent += time.process_time() - began
            exact += reading.count == count
            sure += reading.sure
            sure_wrong += reading.sure and reading.count != count
        print(
            f"{style}: {given.cells} cells, exact {exact / given.cells:.2%}, sure {sure / given.cells:.2%}, "
            f"sure and wrong {sure_wrong}, {1000 * spent / given.cells:.2f} ms a cell"
        )


if __name__ == "__main__":
    main()
