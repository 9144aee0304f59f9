"""Photographs of sheets: the geometry that is told is the one that made the picture, and what is drawn is in range."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from calibration.simulate.camera import SENSORS, Conditions, Photo, draw_conditions, photographed
from calibration.simulate.camera_geometry import BendKind, bent, edge
from calibration.simulate.ink import PAPER_PPMM, Pixels
from calibration.simulate.seeds import rng_for
from pipeline.geometry import Box, Size

A5 = Size(148.0, 210.0)
DOTS = np.array([(x, y) for y in np.arange(10.0, 205, 19) for x in np.arange(9.0, 145, 13)])
RADIUS = 1.5
SMALL = (1536, 2048)
"""Sensor of 3 megapixels: quick, and a pixel is the most that it can be in mm."""
BENDS: tuple[BendKind, ...] = ("flat", "curl", "wave", "fold", "corner")


def dotted_sheet() -> Pixels:
    """White paper with a black dot of 3 mm at every place of ``DOTS``, exact to a hundredth of its pixels."""
    page = np.full((round(A5.h * PAPER_PPMM), round(A5.w * PAPER_PPMM)), 240, np.uint8)
    for x, y in DOTS:
        centre = (round((x * PAPER_PPMM - 0.5) * 256), round((y * PAPER_PPMM - 0.5) * 256))
        cv2.circle(page, centre, round(RADIUS * PAPER_PPMM * 256), 20, -1, cv2.LINE_AA, 8)
    return page


def plain(seed: int) -> Conditions:
    """Conditions as drawn, but nothing hides a dot and all of the sheet is there."""
    drawn = draw_conditions(rng_for(seed, "conditions"))
    return replace(drawn, sensor=SMALL, crop="none", cover="none", background="wood")


def found_dot(picture: Pixels, at: np.ndarray, radius: float) -> np.ndarray:
    """Centre of the darkness around a place, in continuous pixels."""
    x0, y0 = np.floor(at - 1.6 * radius).astype(int)
    x1, y1 = np.ceil(at + 1.6 * radius).astype(int)
    window = cv2.cvtColor(picture[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY).astype(np.float64)
    dark = np.clip(np.percentile(window, 80) * 0.85 - window, 0, None)
    rows, columns = np.mgrid[y0:y1, x0:x1] + 0.5
    return np.asarray(np.array([(dark * columns).sum(), (dark * rows).sum()]) / dark.sum(), np.float64)


def errors(photo: Photo) -> np.ndarray:
    """Distances in pixels between where the dots are told to be and where they are seen.

    A dot is told by its outline: the middle of a round dot in space is not the middle of its picture.
    """
    turn = np.linspace(0, 2 * np.pi, 16, endpoint=False)
    ring = RADIUS * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    off = []
    for dot in DOTS:
        outline = photo.geometry.true_pixels(dot + ring)
        middle = outline.mean(axis=0)
        radius = np.hypot(*(outline - middle).T).mean()
        off.append(np.hypot(*(found_dot(photo.pixels, middle, radius) - middle)))
    return np.array(off)


@pytest.mark.parametrize("bend", BENDS)
def test_the_told_geometry_is_within_a_pixel_of_marks_on_the_sheet(bend: BendKind) -> None:
    for n in range(2):
        taken = replace(plain(n), bend=bend, bend_mm=0.0 if bend == "flat" else 6.0, light="even", light_ratio=1.05)
        off = errors(photographed(rng_for(n, bend), dotted_sheet(), PAPER_PPMM, conditions=taken))
        assert np.median(off) < 0.3
        assert off.max() < 1.0


def test_the_geometry_holds_after_a_scan_program_has_cut_the_picture() -> None:
    taken = replace(plain(5), crop="scan program", tilt_deg=(16.0, -12.0), light="even", light_ratio=1.05)
    photo = photographed(rng_for(5, "cut"), dotted_sheet(), PAPER_PPMM, conditions=taken)
    off = errors(photo)
    assert np.median(off) < 0.3
    assert off.max() < 1.0
    assert 0 < photo.hidden(Box(0.0, 0.0, 3.0, A5.h)) < 1
    assert photo.hidden(Box(20.0, 20.0, 100.0, 150.0)) == 0


def test_a_wrong_geometry_is_told_apart_by_the_marks() -> None:
    taken = replace(plain(1), bend="curl", bend_mm=6.0, tilt_deg=(15.0, 10.0), light="even", light_ratio=1.05)
    photo = photographed(rng_for(1, "flat?"), dotted_sheet(), PAPER_PPMM, conditions=taken)
    flat = replace(photo.geometry, surface=bent(A5, "flat", 0.0, 0.0))
    assert errors(replace(photo, geometry=flat)).max() > 5


def test_the_same_generator_gives_the_same_photograph_and_another_another() -> None:
    page = dotted_sheet()
    first, again, other = (photographed(rng_for(n, "same"), page, PAPER_PPMM) for n in (3, 3, 4))
    assert np.array_equal(first.pixels, again.pixels)
    assert first.conditions == again.conditions
    assert first.jpeg() == again.jpeg()
    assert first.conditions != other.conditions


def test_the_page_that_is_photographed_is_not_changed() -> None:
    page = dotted_sheet()
    before = page.copy()
    photographed(rng_for(8, "kept"), page, PAPER_PPMM)
    assert np.array_equal(page, before)


@pytest.mark.parametrize("kind", BENDS)
def test_bent_paper_is_not_stretched(kind: BendKind) -> None:
    surface = bent(A5, kind, 6.0 if kind != "flat" else 0.0, 30.0)
    path = edge(A5, 0.5)
    space = surface.in_space(path)
    on_paper, in_room = (np.hypot(*np.diff(path, axis=0).T).sum(), np.linalg.norm(np.diff(space, axis=0), axis=1).sum())
    assert in_room == pytest.approx(on_paper, rel=2e-4)
    assert -space[:, 2].min() <= 6.0 + 1e-3
    assert space[:, 2].max() <= 1e-3  # nothing lies below the table


@pytest.mark.parametrize("kind", BENDS)
def test_rays_through_told_pixels_meet_the_sheet_where_they_came_from(kind: BendKind) -> None:
    taken = replace(plain(2), bend=kind, bend_mm=0.0 if kind == "flat" else 6.0, tilt_deg=(20.0, -20.0))
    geometry = photographed(rng_for(2, kind), dotted_sheet(), PAPER_PPMM, conditions=taken).geometry
    rays = geometry.rays(geometry.true_pixels(DOTS))
    back = geometry.surface.on_sheet(geometry.under_sheet(rays))
    assert np.abs(back - DOTS).max() < 1e-3


def test_conditions_are_in_the_ranges_told() -> None:
    drawn = [draw_conditions(rng_for(n, "range")) for n in range(600)]
    assert all(tuple(sorted(c.sensor, reverse=True)) in SENSORS for c in drawn)
    assert all(max(map(abs, c.tilt_deg)) <= 20 for c in drawn)
    assert all(abs((c.roll_deg + 45) % 90 - 45) <= 10 for c in drawn)
    assert {round(c.roll_deg / 90) % 4 for c in drawn} == {0, 1, 2, 3}
    assert all(0.45 <= c.fill <= 0.95 and abs(c.k1) <= 0.05 for c in drawn)
    assert all(c.bend_mm == 0 or 2 <= c.bend_mm <= 6 for c in drawn)
    assert 0.06 < np.mean([c.crop == "scan program" for c in drawn]) < 0.14
    assert {c.background for c in drawn} == {"wood", "cloth", "dark desk", "white desk", "other sheets"}


def test_the_whole_sheet_is_in_the_frame_unless_it_is_cut() -> None:
    for n in range(12):
        photo = photographed(rng_for(n, "frame"), dotted_sheet(), PAPER_PPMM, conditions=plain(n))
        outline = photo.geometry.outline()
        assert outline.min() >= 0
        assert (outline <= (photo.geometry.width, photo.geometry.height)).all()
        assert photo.pixels.shape == (photo.geometry.height, photo.geometry.width, 3)
        covered = photo.geometry.pixels_per_mm() ** 2 * A5.w * A5.h / (photo.geometry.width * photo.geometry.height)
        assert 0.3 < covered <= photo.conditions.fill + 0.02


def test_a_finger_hides_what_it_lies_on() -> None:
    taken = replace(plain(6), cover="finger", crop="none")
    photo = photographed(rng_for(6, "finger"), dotted_sheet(), PAPER_PPMM, conditions=taken)
    assert photo.fingers
    tip = photo.fingers[0][3:-3].mean(axis=0)
    assert photo.hidden(Box(float(tip[0]) - 1, float(tip[1]) - 1, 2.0, 2.0)) == 1
    assert photo.hidden(Box(60.0, 90.0, 20.0, 20.0)) == 0
