"""The scanner's geometry is known exactly: drawn marks lie where the truth says."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from calibration.simulate.ballot import Blank
from calibration.simulate.ink import PAPER_PPMM
from calibration.simulate.scanner import Scanner, draw_geometry, draw_scanner, jpeg, scan
from calibration.simulate.seeds import rng_for
from pipeline.geometry import Size

CLEAN = Scanner(200, False, 95, 0.3, 1.0, 0, 255, 0.0, "cropped", (), 0.0, 0.0, 0.0)
SPOTS = np.array([[30.0, 30.0], [118.0, 40.0], [74.0, 105.0], [25.0, 180.0], [120.0, 175.0]])


@pytest.mark.parametrize("seed", range(8))
def test_a_drawn_dot_lies_at_its_true_pixels(seed: int) -> None:
    page = np.full((2480, 1748), 255, np.uint8)
    for x, y in SPOTS:
        at = np.rint(np.array([x, y]) * PAPER_PPMM * 16 - 8).astype(int)
        cv2.circle(page, at.tolist(), int(1.5 * PAPER_PPMM * 16), 0, -1, cv2.LINE_AA, 4)
    rng = rng_for(seed, "geometry")
    geometry = draw_geometry(rng, CLEAN, Size(148, 210), upside_down=0.4, sideways=0.3)
    picture = scan(rng, page, CLEAN, geometry)
    for x, y in geometry.true_pixels(SPOTS):
        window = 255.0 - picture[round(y) - 16 : round(y) + 16, round(x) - 16 : round(x) + 16]
        window[window < 60] = 0  # the grey of dust and glass
        rows, columns = np.mgrid[round(y) - 16 : round(y) + 16, round(x) - 16 : round(x) + 16] + 0.5
        found = ((window * columns).sum() / window.sum(), (window * rows).sum() / window.sum())
        assert found == pytest.approx((x, y), abs=0.35)


def test_the_feed_wobble_stays_within_half_a_millimetre() -> None:
    for seed in range(200):
        geometry = draw_geometry(rng_for(seed), CLEAN, Size(148, 210), 0, 0)
        assert sum(a for a, _, _ in geometry.feed_waves) <= 0.5
        assert abs(geometry.rotation_deg) <= 3 and abs(geometry.feed_stretch - 1) <= 0.0101


def test_scans_are_repeated_by_their_seed(blank: Blank) -> None:
    machine = draw_scanner(rng_for(4, "machine"))
    machine = Scanner(**{**{f: getattr(machine, f) for f in machine.__slots__}, "colour": False})
    coded = []
    for _ in range(2):
        rng = rng_for(4, "page")
        geometry = draw_geometry(rng, machine, blank.side.size, 0.1, 0.1)
        coded.append(jpeg(scan(rng, blank.pixels, machine, geometry), machine.quality))
    assert coded[0] == coded[1]


def test_a_cut_picture_still_holds_the_printed_frame(blank: Blank) -> None:
    for seed in range(20):
        geometry = draw_geometry(rng_for(seed, "c"), CLEAN, blank.side.size, 0.2, 0.1)
        corners = geometry.true_pixels(np.array([[9.0, 9.0], [139.0, 9.0], [139.0, 201.0], [9.0, 201.0]]))
        assert (corners > 0).all()
        assert (corners < [geometry.width, geometry.height]).all()
