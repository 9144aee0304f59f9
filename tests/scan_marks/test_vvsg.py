"""The marking requirements of VVSG 2.0 (2021) on drawn sheets with ovals and boxes, each with its count.

1.2-C, ten million positions without a wrong one, is a volume run and no test: see docs/benchmarks.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import cv2
import numpy as np
import paper
import pytest

from pipeline.geometry import Box
from pipeline.recognize.reading import FieldReading
from pipeline.recognize.targets import read_targets
from pipeline.review.decide import decide
from pipeline.review.profile import default_profile
from pipeline.scan.by_marks import register_by_marks
from pipeline.scan.page import PageSource, RawPage
from pipeline.scan.prepare import PreparedSide, prepared_side

KINDS = ("oval", "box")
PENCIL = (60, 95, 130, 160)
"""Grey of graphite from soft and pressed to hard and light, on paper of 235."""


def sheet(kind: str) -> tuple[PreparedSide, paper.Picture]:
    form = paper.form(paper.timing_marks(), "box" if kind == "box" else "oval")
    return prepared_side(form.id, form.sides[0], []), paper.printed(form)


def readings(picture: paper.Picture, side: PreparedSide) -> list[FieldReading]:
    raw = RawPage(PageSource("sheet.png", "", 1), picture, None)
    found = register_by_marks(raw, side)
    assert found is not None
    return read_targets(found.registered(raw), side, side.side.fields)


def answers(picture: paper.Picture, side: PreparedSide) -> list[str]:
    decided = (decide(reading, default_profile()) for reading in readings(picture, side))
    return [d.value if d.accepted else "asked" for d in decided]


def pencil_line(picture: paper.Picture, box: Box, degrees: float, grey: int, width_mm: float = 1.0) -> None:
    """A line right across the target and a little beyond."""
    x, y = box.centre
    across, down = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    reach = min(box.w / 2 / max(abs(across), 1e-6), box.h / 2 / max(abs(down), 1e-6)) + 0.3
    a, b = (x - reach * across, y - reach * down), (x + reach * across, y + reach * down)
    paper.line(picture, a, b, width_mm, grey)


@pytest.mark.parametrize("kind", KINDS)
def test_1_1_6_h_a_pencil_line_of_1_mm_across_a_target_is_detected(kind: str) -> None:
    """27 targets, four leads, a different angle at each: 108 lines for each kind of target, none overlooked."""
    seen: Counter[str] = Counter()
    for grey in PENCIL:
        side, picture = sheet(kind)
        for i, field in enumerate(side.side.fields):
            pencil_line(picture, field.box, 180 * i / len(side.side.fields), grey)
        seen.update(answers(picture, side))
    assert seen.total() == 108
    assert seen["unmarked"] == 0
    assert seen["marked"] >= 0.9 * 108, seen


def folds(picture: paper.Picture) -> Iterator[paper.Picture]:
    """A fold across the sheet every 7 mm, level and askew, soft and sharp: shade on both sides of a dark crease."""
    height, width = picture.shape
    x, y = np.meshgrid(np.arange(width) / paper.PPM, np.arange(height) / paper.PPM)
    for i, place in enumerate(range(35, 160, 7)):
        slope = (-0.03, 0.0, 0.02)[i % 3]
        off = y - place - slope * (x - paper.SIZE.w / 2) if i % 4 else x - place - slope * y
        shade = (8, 16)[i % 2] * np.exp(-((off / 2.0) ** 2)) + (15, 30, 45)[i % 3] * np.exp(-((off / 0.15) ** 2))
        yield np.clip(picture - shade, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_1_1_6_i_folds_and_creases_are_no_marks_and_hide_none(kind: str) -> None:
    """18 folds across 27 targets, of which every third is marked: 486 positions for each kind of target."""
    side, picture = sheet(kind)
    marked = set(range(0, 27, 3))
    for i in marked:
        paper.crossed(picture, side.side.fields[i].box)
    seen: Counter[tuple[bool, str]] = Counter()
    for folded in folds(picture):
        seen.update((i in marked, answer) for i, answer in enumerate(answers(folded, side)))
    assert seen.total() == 486
    assert seen[False, "marked"] == seen[True, "unmarked"] == 0
    assert seen[False, "asked"] + seen[True, "asked"] <= 0.05 * 486, seen


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("damage", ["nothing", "skewed by 3 degrees", "upside down", "scanned at 300 dpi", "blurred"])
def test_1_1_6_j_the_same_mark_reads_alike_wherever_it_stands(kind: str, damage: str) -> None:
    """Marks from a dot to a filled target, each at all 27 positions: 135 for each kind of target and each scan."""
    side, clean = sheet(kind)
    for draw in (paper.dotted, paper.slashed, paper.ticked, paper.crossed, paper.filled):
        picture = clean.copy()
        for field in side.side.fields:
            draw(picture, field.box)
        scan, _ = paper.DAMAGES[damage](picture)
        inks = [reading.measures["ink"] for reading in readings(scan, side)]
        assert len(inks) == 27
        assert max(inks) - min(inks) < 0.08, draw.__name__  # of the target's inside
        assert len(set(answers(scan, side))) == 1 or draw is paper.dotted, draw.__name__


def scans(picture: paper.Picture, count: int) -> Iterator[paper.Picture]:
    """The same sheet fed again: turned, moved, lighter or darker, softer, with other noise, by other JPEG quality."""
    for seed in range(count):
        rng = np.random.default_rng(seed)
        turned, _ = paper.turned(rng.uniform(-2, 2), margin=int(rng.integers(5, 60)))(picture)
        soft = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.3, 1.2)).astype(np.float32)
        level = 255 * (soft / 255) ** rng.uniform(0.8, 1.25) + rng.uniform(-12, 12) + rng.normal(0, 4, soft.shape)
        done, jpeg = cv2.imencode(
            ".jpg", np.clip(level, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))]
        )
        assert done
        again = cv2.imdecode(jpeg, cv2.IMREAD_GRAYSCALE)
        assert again is not None
        yield np.asarray(again, np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_1_1_6_k_a_rescan_never_turns_a_vote_into_a_non_vote(kind: str) -> None:
    """27 lines from a hair to 1.2 mm and from pale to black, scanned 12 times: none of 324 is ever read as empty.

    All targets are marked, so that nothing on the sheet shows how an empty one looks.
    """
    side, picture = sheet(kind)
    for i, field in enumerate(side.side.fields):
        pencil_line(picture, field.box, 20 + 5 * i, 40 + 20 * (i % 9), 0.15 + 0.13 * (i // 3))
    found = [answers(scan, side) for scan in scans(picture, 12)]
    assert sum(len(one) for one in found) == 324
    for i, each in enumerate(zip(*found, strict=True)):
        assert "unmarked" not in each, (i, Counter(each))
    assert sum(one.count("marked") for one in found) > 100  # the test can fail: votes there are


@pytest.mark.parametrize("beside", [False, True])
def test_a_short_stroke_in_a_box_is_a_mark_but_for_an_arm_of_one_beside_it(beside: bool) -> None:
    """A cross that stands above its box has an arm in it; people disagree about such marks on real paper."""
    side, picture = sheet("box")
    for field in side.side.fields:
        (x, y), across, down = field.box.centre, 0.182 * field.box.w, 0.228 * field.box.h
        paper.line(picture, (x - across, y + down), (x + across, y - down), 0.45, 70)
        if beside:
            top = field.box.y - 0.7
            paper.line(picture, (field.box.x - 1.5, top), (field.box.right + 1.5, top), 0.6, 70)
    assert set(answers(picture, side)) == {"asked" if beside else "marked"}
