"""A telephone photographs a sheet on a table: what becomes of the sheet, and exactly where its millimetres went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from calibration.simulate import lamplight, tabletop
from calibration.simulate.camera_geometry import BendKind, Matrix, PhotoGeometry, Points, Surface, bent, edge, turned
from calibration.simulate.development import Development, developed, draw_development, whitened
from calibration.simulate.ink import Pixels
from calibration.simulate.lamplight import LightKind
from calibration.simulate.scanner import jpeg
from calibration.simulate.tabletop import Background
from pipeline.geometry import Box, Size

Crop = Literal["none", "scan program", "out of frame"]
"""``scan program``: the corners were found, a little inside the true ones, and the picture was warped to a rectangle;
``out of frame``: a corner or an edge was not in the picture."""
Cover = Literal["none", "finger", "telephone"]
"""``telephone``: its shadow lies over an edge."""
CROPS: tuple[Crop, ...] = ("none", "scan program", "out of frame")
COVERS: tuple[Cover, ...] = ("none", "finger", "telephone")
CELL = 8
"""Pixels between the places whose rays are followed; between them the way is straight to 0.02 pixel."""
SENSORS = ((4000, 3000), (4000, 2250), (3264, 2448), (3840, 2160), (2048, 1536))
SENSOR_SHARES = (0.5, 0.08, 0.25, 0.05, 0.12)
TILT_DEG, ROLL_DEG = 20.0, 10.0
BENDS: tuple[BendKind, ...] = ("flat", "curl", "wave", "fold", "corner")
BEND_SHARES = (0.3, 0.25, 0.1, 0.25, 0.1)


@dataclass(frozen=True, slots=True)
class Conditions:
    """How one photograph is taken. Degrees, millimetres, pixels; ``tilt_deg`` about the sheet's x and y axes."""

    sensor: tuple[int, int]
    tilt_deg: tuple[float, float]
    roll_deg: float
    """Turn of the sheet in the picture: near 0, 90, 180 or 270."""
    fill: float
    """Share of the frame that the sheet is to cover; less where it would not fit."""
    focal: float
    """Of the frame's diagonal."""
    k1: float
    bend: BendKind
    bend_mm: float
    bend_deg: float
    light: LightKind
    light_ratio: float
    background: Background
    crop: Crop
    cover: Cover

    @property
    def tilt(self) -> float:
        """Degrees between the camera's axis and the sheet's normal."""
        a, b = np.deg2rad(self.tilt_deg)
        return float(np.rad2deg(np.arccos(np.cos(a) * np.cos(b))))


@dataclass(frozen=True, slots=True, eq=False)
class Photo:
    """A photograph (BGR), its geometry, and what hides the sheet."""

    pixels: Pixels
    geometry: PhotoGeometry
    conditions: Conditions
    development: Development
    fingers: tuple[Points, ...] = field(default=())
    """Outlines (n, 2) in mm of the sheet."""

    def jpeg(self) -> bytes:
        """The file that the telephone writes."""
        return jpeg(self.pixels, self.development.quality)

    def hidden(self, box: Box) -> float:
        """Share of a box on the sheet that a finger covers or that lies outside the picture."""
        xs, ys = (np.linspace(a, b, 40) for a, b in ((box.x, box.right), (box.y, box.bottom)))
        places = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
        at = self.geometry.true_pixels(places)
        gone = ((at < 0) | (at > (self.geometry.width, self.geometry.height))).any(axis=1)
        for outline in self.fingers:
            ring = outline.astype(np.float32)
            under = [cv2.pointPolygonTest(ring, (float(x), float(y)), False) >= 0 for x, y in places]
            gone = np.logical_or(gone, under)
        return float(np.mean(gone))


def draw_conditions(rng: np.random.Generator) -> Conditions:
    """As tired people take photographs: mostly nearly from above, sometimes aslant, in whatever light there is."""
    wide, high = SENSORS[int(rng.choice(len(SENSORS), p=SENSOR_SHARES))]
    quarter = int(rng.choice(4, p=[0.5, 0.2, 0.1, 0.2]))
    upright = (quarter % 2 == 0) != (rng.random() < 0.06)
    spread = 5.0 if rng.random() < 0.55 else 12.0
    tilt_x, tilt_y = (float(v) for v in np.clip(rng.normal(0, spread, 2), -TILT_DEG, TILT_DEG))
    light = lamplight.LIGHTS[int(rng.choice(4, p=lamplight.SHARES))]
    bend = BENDS[int(rng.choice(len(BENDS), p=BEND_SHARES))]
    return Conditions(
        sensor=(high, wide) if upright else (wide, high),
        tilt_deg=(tilt_x, tilt_y),
        roll_deg=90.0 * quarter + float(np.clip(rng.normal(0, 3.5), -ROLL_DEG, ROLL_DEG)),
        fill=float(rng.uniform(0.45, 0.95)),
        focal=float(rng.uniform(0.56, 0.7) * (1 if rng.random() < 0.85 else rng.uniform(1.5, 2.0))),
        k1=float(rng.uniform(-0.05, 0.05)),
        bend=bend,
        bend_mm=0.0 if bend == "flat" else float(rng.uniform(2, 6)),
        bend_deg=_bend_direction(rng, bend),
        light=light,
        light_ratio=float(rng.uniform(1.02, 1.15) if light == "even" else rng.uniform(1.25, 2.0)),
        background=tabletop.BACKGROUNDS[int(rng.choice(5, p=tabletop.SHARES))],
        crop=CROPS[int(rng.choice(3, p=[0.87, 0.1, 0.03]))],
        cover=COVERS[int(rng.choice(3, p=[0.87, 0.06, 0.07]))],
    )


def _bend_direction(rng: np.random.Generator, bend: BendKind) -> float:
    """Degrees across which a sheet is bent: creases lie straight across it, corners point anywhere."""
    if bend == "corner":
        return float(45 + 90 * rng.integers(4) + rng.normal(0, 10))
    return float((90 if rng.random() < 0.6 else 0) + rng.normal(0, 1 if bend == "fold" else 8))


def photographed(
    rng: np.random.Generator,
    page: Pixels,
    pixels_per_mm: float,
    beside: Pixels | None = None,
    conditions: Conditions | None = None,
) -> Photo:
    """A photograph of ``page`` (the whole sheet, BGR or grey, before any scanner), of 3 to 12 megapixels.

    ``beside``: the sheet (300 dpi) that lies under or beside it where the background is other sheets, else one with
    lines of print. ``conditions``: how it is taken, else drawn. The same generator gives the same photograph.
    """
    taken = draw_conditions(rng) if conditions is None else conditions
    size = Size(page.shape[1] / pixels_per_mm, page.shape[0] / pixels_per_mm)
    surface = bent(size, taken.bend, taken.bend_mm, taken.bend_deg)
    geometry = framed(rng, taken, surface)
    development = draw_development(rng, taken.background)
    colour = np.asarray(cv2.cvtColor(page, cv2.COLOR_GRAY2BGR), np.uint8) if page.ndim == 2 else page
    scene = _scene(rng, taken, geometry, colour, pixels_per_mm, beside)
    fingers: tuple[Points, ...] = ()
    if taken.cover == "finger":
        fingers, skin = lamplight.fingers(rng, size), lamplight.draw_skin(rng)
        for outline in fingers:
            lamplight.show_finger(rng, scene, _on_picture(geometry, outline), geometry.pixels_per_mm(), skin)
    picture = developed(rng, scene, development)
    if taken.crop == "scan program":
        geometry = _cut(rng, geometry)
        size_ = (geometry.width, geometry.height)
        shifted = _shift(-0.5) @ geometry.after @ _shift(0.5)
        picture = np.asarray(cv2.warpPerspective(picture, shifted, size_, flags=cv2.INTER_LINEAR), np.uint8)
        if rng.random() < 0.5:
            picture = whitened(picture)
    return Photo(picture, geometry, taken, development, fingers)


def _shift(pixels: float) -> Matrix:
    return np.array([[1.0, 0, pixels], [0, 1, pixels], [0, 0, 1]])


# --- where the camera stands ---


def framed(rng: np.random.Generator, taken: Conditions, surface: Surface) -> PhotoGeometry:
    """The camera so near that the sheet fills its share of the frame, and no nearer than it fits."""
    w, h = taken.sensor
    focal = taken.focal * float(np.hypot(w, h))
    rotation = turned(taken.roll_deg, taken.tilt_deg)
    margin = rng.uniform(-0.04, -0.005) if taken.crop == "out of frame" else rng.uniform(0.008, 0.05)
    room = np.array([w, h]) * (1 - 2 * margin)
    lie = rng.uniform(-0.45, 0.45, 2)  # where in the free room the sheet lies
    area = surface.size.w * surface.size.h
    far, aim = focal * float(np.sqrt(area / (taken.fill * w * h))), np.zeros(2)
    for _ in range(25):
        place = np.array([*aim, 0.0]) - far * rotation[2]
        geometry = PhotoGeometry(
            surface, (w, h), rotation, (place[0], place[1], place[2]), focal, taken.k1, np.eye(3), w, h
        )
        outline = geometry.outline(20.0)
        low, high = outline.min(axis=0), outline.max(axis=0)
        wanted = np.array([w, h]) / 2 + lie * np.maximum(0, room - (high - low))
        off = np.append((low + high) / 2 - wanted, 0.0) * far / focal
        covered = (geometry.pixels_per_mm() ** 2) * area / (w * h)
        far *= max(float(np.sqrt(covered / taken.fill)), float(((high - low) / room).max()))
        aim = aim + (off @ rotation)[:2]
    return geometry


def _cut(rng: np.random.Generator, geometry: PhotoGeometry) -> PhotoGeometry:
    """What a scan program makes of it: a rectangle whose corners lie up to some mm inside the sheet's."""
    size = geometry.surface.size
    corners = np.array([(0.0, 0.0), (size.w, 0.0), (size.w, size.h), (0.0, size.h)])
    inward = np.array([(1, 1), (-1, 1), (-1, -1), (1, -1)]) * rng.uniform(0.3, 2.5, (4, 2))
    seen = geometry.true_pixels(corners + inward)
    # programs keep the picture's own rotation
    start = round(_quarter(geometry) / 90) % 4
    order = np.roll(seen, start, axis=0)
    wide = round(float(np.hypot(*(order[1] - order[0])) + np.hypot(*(order[2] - order[3]))) / 2)
    high = round(float(np.hypot(*(order[3] - order[0])) + np.hypot(*(order[2] - order[1]))) / 2)
    goal = np.array([(0, 0), (wide, 0), (wide, high), (0, high)], np.float32)
    after = cv2.getPerspectiveTransform(order.astype(np.float32), goal)
    return PhotoGeometry(
        geometry.surface, geometry.sensor, geometry.rotation, geometry.place, geometry.focal, geometry.k1,
        np.asarray(after, np.float64), wide, high,
    )  # fmt: skip


def _quarter(geometry: PhotoGeometry) -> float:
    """Degrees by which the sheet is turned in the picture."""
    left, right = geometry.true_pixels(np.array([(0.0, 0.0), (geometry.surface.size.w, 0.0)]))
    return float(np.rad2deg(np.arctan2(right[1] - left[1], right[0] - left[0])))


# --- what it sees ---


def _scene(
    rng: np.random.Generator,
    taken: Conditions,
    geometry: PhotoGeometry,
    page: Pixels,
    per_mm: float,
    beside: Pixels | None,
) -> Pixels:
    """Sheet and table in their light, sharp."""
    w, h = geometry.sensor
    nodes = _nodes(w, h)
    grid = nodes.shape[:2]
    rays = geometry.rays(nodes.reshape(-1, 2))
    table, under = geometry.on_table(rays), geometry.under_sheet(rays)
    at = (geometry.surface.on_sheet(under) * per_mm - 0.5).astype(np.float32).reshape(*grid, 2)
    places = _between(at, (w, h), CELL)
    soft = _softened(page, per_mm / geometry.pixels_per_mm())
    sheet = cv2.remap(soft, places, np.empty(0), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if taken.bend != "flat":
        lamp = rng.uniform(0.3, 1.2) * np.array([np.cos(turn := rng.uniform(0, 2 * np.pi)), np.sin(turn)])
        shade = 1 + geometry.surface.slope(under) @ lamp
        sheet = _lit(np.asarray(sheet, np.uint8), shade.reshape(grid))
    reach = 0.62 * float(np.hypot(w, h)) * -geometry.place[2] / geometry.focal + 20
    board = tabletop.tabletop(rng, taken.background, reach, beside)
    half = (w // 2, h // 2)
    seen = _between(table.astype(np.float32).reshape(*grid, 2), half, CELL // 2)
    ground = board.seen(seen.reshape(-1, 2).astype(np.float64), (half[1], half[0]))
    picture = np.asarray(cv2.resize(ground, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)
    picture = _laid(rng, picture, np.asarray(sheet, np.uint8), geometry)
    level = lamplight.light(rng, taken.light, taken.light_ratio, geometry.surface.size, table)
    if taken.light != "even" and rng.random() < 0.3:
        level = level * lamplight.shadow(rng, geometry.surface.size, table, float(rng.uniform(0.08, 0.25)))
    if taken.cover == "telephone":
        level = level * lamplight.telephone_shadow(rng, geometry.surface.size, table)
    away = ((nodes.reshape(-1, 2) - (w / 2, h / 2)) ** 2).sum(axis=1) / (w * w + h * h) * 4
    return _lit(picture, (level * (1 - rng.uniform(0.03, 0.18) * away)).reshape(grid))


def _on_picture(geometry: PhotoGeometry, outline: Points) -> Points:
    """Pixels of the lens's picture, for a thing that lies on the sheet and beyond its edge."""
    return geometry.on_sensor(geometry.surface.in_space(outline))


def _nodes(w: int, h: int) -> Points:
    """(rows, columns, 2): pixels of the lens's picture every ``CELL``, from its outer edge on."""
    xs, ys = np.arange(-(-w // CELL) + 1) * CELL, np.arange(-(-h // CELL) + 1) * CELL
    return np.stack(np.meshgrid(xs, ys), axis=-1).astype(np.float64)


def _between(values: NDArray[np.float32], size: tuple[int, int], cell: int) -> NDArray[np.float32]:
    """Values at the centres of all pixels from those at the corners of cells."""
    step, first = 1 / cell, 0.5 / cell
    matrix = np.array([[step, 0, first], [0, step, first]])
    found = cv2.warpAffine(
        values, matrix, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32)


def _softened(page: Pixels, finer: float) -> Pixels:
    """The page without what is too fine for a picture ``finer`` times coarser than it."""
    if finer <= 1.1:
        return page
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 0.45 * float(np.sqrt(finer**2 - 1))), np.uint8)


def _lit(picture: Pixels, level: NDArray[np.float64]) -> Pixels:
    """The picture times the level (rows, columns of cells; up to 1.27)."""
    size = (picture.shape[1], picture.shape[0])
    fine = _between((200 * level).clip(0, 255).astype(np.float32), size, CELL)
    return np.asarray(cv2.multiply(picture, cv2.merge([np.rint(fine).astype(np.uint8)] * 3), scale=1 / 200), np.uint8)


def _laid(rng: np.random.Generator, ground: Pixels, sheet: Pixels, geometry: PhotoGeometry) -> Pixels:
    """The sheet on the table, with the dark line that its edge throws."""
    outline = geometry.on_sensor(geometry.surface.in_space(edge(geometry.surface.size, 2.0)))
    h, w = ground.shape[:2]
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.rint((outline - 0.5) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    per_mm = geometry.pixels_per_mm()
    small, quarter = cv2.resize(mask, (w // 4, h // 4), interpolation=cv2.INTER_AREA), (w // 4, h // 4)
    height = 0.4 + 0.4 * float(geometry.surface.height.max())
    shift = rng.uniform(0.2, 1.0) * height * per_mm / 4 * _direction(rng)
    moved = cv2.warpAffine(small, np.array([[1, 0, shift[0]], [0, 1, shift[1]]]), quarter)
    dark = cv2.GaussianBlur(moved, (0, 0), max(0.8, rng.uniform(0.25, 0.7) * height * per_mm / 4))
    level = cv2.resize(255 - (dark * rng.uniform(0.25, 0.6)).astype(np.uint8), (w, h))
    ground = np.asarray(cv2.multiply(ground, cv2.merge([level] * 3), scale=1 / 255), np.uint8)
    weight = mask.astype(np.float32) / 255
    return np.asarray(cv2.blendLinear(sheet, ground, weight, 1 - weight), np.uint8)


def _direction(rng: np.random.Generator) -> Points:
    turn = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(turn), np.sin(turn)])
