"""Ballots of a congress on simulated paper: names crossed out or boxes marked, stamped, scanned sheet after sheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np

from calibration.simulate import paths
from calibration.simulate.ballot import Team, draw_team
from calibration.simulate.ink import PAPER_DPI, Pen, Pixels, apply, draw_pen, trace
from calibration.simulate.paths import Curve, Hand, draw_hand, resampled
from calibration.simulate.scanner import Scanner, draw_geometry, draw_scanner, jpeg, scan, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.stamps import press
from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures, Member, write_figures
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.printing import render_blank
from pipeline.forms.template import FormSide
from pipeline.geometry import Box

STRIKES = (paths.horizontal, paths.double, paths.oblique, paths.wavy, paths.cross, paths.zigzag)
WHITE = (246, 249, 249)
UPSIDE_DOWN, SIDEWAYS = 0.03, 0.0


@dataclass(frozen=True, slots=True)
class Marked:
    """One ballot as its delegate left it: ``values`` of every field but stray (field id -> what is there)."""

    number: int
    values: Mapping[str, str]
    files: tuple[str, ...]

    @property
    def stamped(self) -> bool:
        return all(value == "present" for field, value in self.values.items() if field.startswith("stamp"))


class Delegates:
    """The delegates of one congress with their pens, and the scanner on the table of the counting board."""

    def __init__(self, layout: BallotLayout, seats: int, seed: int) -> None:
        self.layout, self.seats, self.seed = layout, seats, seed
        rng = rng_for(seed, "congress", layout.form.id)
        self.scanner: Scanner = draw_scanner(rng)
        self.team: Team = draw_team(rng, "1")
        toner = float(rng.uniform(0.86, 1.0))
        self.blanks: list[Pixels] = [
            tinted(render_blank(layout, PAPER_DPI, n), WHITE, toner, self.scanner.colour)
            for n in range(len(layout.sheets))
        ]
        fields = [f for side in layout.form.sides for f in side.fields]
        self.names = [f.id for f in fields if f.kind == "strike"]
        self.rows = list(dict.fromkeys(f.id.split(":")[0] for f in fields if f.kind == "box"))

    def vote(self, number: int) -> dict[str, str]:
        """What one delegate wants: mostly a plain vote, now and then one that the counting board must look at."""
        rng = rng_for(self.seed, "vote", self.layout.form.id, number)
        values = self._table(rng) if self.rows else self._list(rng)
        stamped = "absent" if rng.random() < 0.01 else "present"
        return values | {f.id: stamped for side in self.layout.form.sides for f in side.fields if f.kind == "stamp"}

    def _list(self, rng: np.random.Generator) -> dict[str, str]:
        kept = self.seats
        chance = rng.random()
        if chance < 0.03:
            kept = min(len(self.names), self.seats + int(rng.integers(1, 4)))  # too many, or nothing crossed out
        elif chance < 0.05:
            kept = 0
        elif chance < 0.2:
            kept = int(rng.integers(1, self.seats))
        # The first of the list are liked more, so that there is a winner.
        weights = np.linspace(2.4, 0.6, len(self.names))
        left = set(rng.choice(len(self.names), kept, replace=False, p=weights / weights.sum()).tolist())
        return {name: "clear" if i in left else "struck" for i, name in enumerate(self.names)}

    def _table(self, rng: np.random.Generator) -> dict[str, str]:
        values: dict[str, str] = {}
        for i, row in enumerate(self.rows):
            liked = 0.93 - 0.5 * (i == len(self.rows) - 1)  # the last of the list does not reach half
            chance = rng.random()
            agree, disagree = chance < liked, chance >= liked
            if rng.random() < 0.02:
                agree = disagree = bool(rng.random() < 0.5)
            values[f"{row}:agree"] = "marked" if agree else "unmarked"
            values[f"{row}:disagree"] = "marked" if disagree else "unmarked"
        return values

    def scanned(self, number: int, folder: Path) -> Marked:
        """The sheets of one ballot, marked and scanned into ``folder`` in the order of the pile."""
        values = self.vote(number)
        rng = rng_for(self.seed, "paper", self.layout.form.id, number)
        pen, hand = draw_pen(rng), draw_hand(rng)
        files = []
        for sheet, side in enumerate(self.layout.form.sides):
            page = self._marked(rng, sheet, side, values, pen, hand)
            geometry = draw_geometry(rng, self.scanner, side.size, UPSIDE_DOWN, SIDEWAYS)
            name = f"phieu-{number:04d}-{sheet + 1}.jpg"
            (folder / name).write_bytes(jpeg(scan(rng, page, self.scanner, geometry), self.scanner.quality))
            files.append(name)
        return Marked(number, values, tuple(files))

    def _marked(
        self, rng: np.random.Generator, sheet: int, side: FormSide, values: Mapping[str, str], pen: Pen, hand: Hand
    ) -> Pixels:
        page = self.blanks[sheet].copy()
        for field in side.fields:
            match values.get(field.id):
                case "struck":
                    draw = STRIKES[int(rng.integers(len(STRIKES)))]
                    apply(rng, page, trace(rng, draw(rng, field.box, hand), pen), pen)
                case "marked":
                    apply(rng, page, trace(rng, crossed(rng, field.box), pen), pen)
                case "present" if field.kind == "stamp":
                    lowest = field.box.bottom + 4.0
                    for spot, ink in press(rng, field.box, lowest, self.team.stamp, self.team.stamp_ink, "1"):
                        apply(rng, page, spot, ink)
                case _:
                    pass
        return page


def crossed(rng: np.random.Generator, box: Box) -> Sequence[Curve]:
    """An X in a box, somewhat larger or smaller than it."""
    over = float(rng.uniform(-0.4, 0.9))
    jitter = rng.normal(0, 0.25, 8)
    down = [
        (box.x - over + jitter[0], box.y - over + jitter[1]),
        (box.right + over + jitter[2], box.bottom + over + jitter[3]),
    ]
    up = [
        (box.x - over + jitter[4], box.bottom + over + jitter[5]),
        (box.right + over + jitter[6], box.y - over + jitter[7]),
    ]
    return [resampled(down), resampled(up)]


def scan_congress(layout: BallotLayout, seats: int, ballots: int, seed: int, folder: Path) -> tuple[Marked, ...]:
    """``ballots`` marked ballots as JPEG scans in ``folder``, and what is true of each."""
    folder.mkdir(parents=True, exist_ok=True)
    delegates = Delegates(layout, seats, seed)
    return tuple(delegates.scanned(number, folder) for number in range(1, ballots + 1))


@dataclass(frozen=True, slots=True)
class SimulatedCongress:
    """A simulated congress on disk: scans, the list of batches, the figures, and what is true of every ballot."""

    batches: Path
    figures: Path
    marked: Mapping[str, tuple[Marked, ...]]
    """Batch -> its ballots."""


def simulate_congress(
    election: Election, layouts: Mapping[str, BallotLayout], out: Path, seed: int, ballots: int
) -> SimulatedCongress:
    """Write ``scans/<batch>/``, ``batches.csv``, ``figures.xlsx`` and ``truth/congress.json`` below ``out``."""
    marked: dict[str, tuple[Marked, ...]] = {}
    rows, given = [], []
    for area in election.areas:
        for contest, unit in area.units.items():
            batch = f"{area.id}-{contest}"
            seats = election.unit(unit).seats
            marked[batch] = scan_congress(layouts[unit], seats, ballots, seed, out / "scans" / batch)
            rows.append([batch, area.id, contest, ballots, 1, f"scans/{batch}"])
            given.append(_figures(election, area.id, contest, ballots))
    path = out / "batches.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["batch", "area", "contest", "declared", "sides", "folder"], *rows])
    write_figures(out / "figures.xlsx", given)
    (out / "truth").mkdir()
    told = {batch: [asdict(m) for m in of] for batch, of in marked.items()}
    (out / "truth" / "congress.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return SimulatedCongress(path, out / "figures.xlsx", marked)


def _figures(election: Election, area: str, contest: str, ballots: int) -> AreaFigures:
    """Everybody summoned voted but four, of whom the rules take off two."""
    opened = datetime.combine(election.day, time(9))
    members = ("Trưởng ban", "Thư ký", "Ủy viên", "Ủy viên", "Ủy viên")
    return AreaFigures(
        area, contest, voters=ballots + 4, voted=ballots, received=ballots + 4, issued=ballots, left_over=4, spoiled=0,
        opened=opened, closed=opened + timedelta(minutes=30), finished=opened + timedelta(minutes=120),
        members=tuple(Member(f"Thành viên {n}", role) for n, role in enumerate(members, start=1)),
        opening_witnesses=(), closing_witnesses=(), incidents="Không có", complaints="Không có", excused=2,
    )  # fmt: skip
