"""A whole simulated election on disk: batches of scans, their declared counts, the figures and the truth."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from calibration.simulate import SIMULATOR
from calibration.simulate.ballot import Blank, Sheet, Team, draw_team, mark_ballot
from calibration.simulate.files import FileKind, encode
from calibration.simulate.geometry import ScanGeometry
from calibration.simulate.ink import PAPER_DPI, Pixels
from calibration.simulate.other_paper import blank_back, foreign_page
from calibration.simulate.plan import BatchPlan, Faults, Slot, chunks, plan_election
from calibration.simulate.scanner import Scanner, draw_geometry, draw_scanner, fold, scan, shown_through, tinted
from calibration.simulate.seeds import rng_for
from calibration.simulate.truth import (
    BallotTruth,
    BatchTruth,
    ElectionTruth,
    PageKind,
    PageTruth,
    write_truth,
)
from calibration.simulate.voters import Population
from pipeline.election.definition import Election
from pipeline.election.figures import AreaFigures, Member, Witness, write_figures
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.printing import render_blank
from pipeline.forms.template import FormSide
from pipeline.geometry import Size

Progress = Callable[[int, int], None]
"""Called with sheets done and sheets in all."""

UPSIDE_DOWN = 0.04
SIDEWAYS = 0.015
FACE_DOWN_DUPLEX = 0.1
"""Of the sheets in a duplex batch: the back is scanned first."""
FOLDED = 0.35


@dataclass(frozen=True, slots=True)
class SimulatedElection:
    """Where everything lies, and the truth. ``batches`` and ``figures`` are what the product may read."""

    folder: Path
    batches: Path
    figures: Path
    scans: Path
    truth_folder: Path
    truth: ElectionTruth


@dataclass(frozen=True, slots=True)
class BlankOnDisk:
    """The blank of one unit as workers load it."""

    unit: str
    contest: str
    side: FormSide
    seats: int
    paper: str
    picture: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Sheets that are scanned in one go; the task of a worker."""

    seed: int
    batch: BatchPlan
    number: int
    slots: tuple[Slot, ...]
    blanks: Mapping[str, BlankOnDisk]
    team_number: str
    folder: str
    population: Population


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    """One side as scanned, with what is true about it."""

    pixels: Pixels
    quality: int
    kind: PageKind
    ballot: BallotTruth | None
    geometry: ScanGeometry | None
    conditions: Mapping[str, object]


@lru_cache(maxsize=12)
def _blank(on_disk: str, unit: str, side: FormSide, seats: int) -> Blank:
    pixels = cv2.imread(on_disk, cv2.IMREAD_GRAYSCALE)
    assert pixels is not None, on_disk
    return Blank(unit, side, np.asarray(pixels, np.uint8), seats)


@lru_cache(maxsize=16)
def _neighbour(on_disk: str, unit: str, side: FormSide, seats: int, variant: int) -> Pixels:
    """A marked grey sheet to lie under another one."""
    blank = _blank(on_disk, unit, side, seats)
    rng = rng_for(0, "neighbour", unit, variant)
    return mark_ballot(rng, blank, blank.pixels, Population(), draw_team(rng, "1")).pixels


class _Machine:
    """One stack at one scanner: its settings, the paper's tint and the toner."""

    def __init__(self, stack: Stack) -> None:
        rng = rng_for(stack.seed, "stack", stack.batch.batch, stack.number)
        self.stack = stack
        self.scanner: Scanner = draw_scanner(rng, 300 if rng.random() < 0.05 else 200)
        self.tint_shift = rng.integers(-5, 3, 3)
        self.toner = float(rng.uniform(0.84, 1.0))
        team_rng = rng_for(stack.seed, "team", stack.batch.area)
        self.team: Team = draw_team(team_rng, stack.team_number)
        self._papers: dict[str, Pixels] = {}

    def blank(self, unit: str) -> Blank:
        on_disk = self.stack.blanks[unit]
        return _blank(on_disk.picture, unit, on_disk.side, on_disk.seats)

    def colour_of(self, unit: str) -> tuple[int, int, int]:
        code = self.stack.blanks[unit].paper.lstrip("#")
        red, green, blue = (int(code[i : i + 2], 16) for i in (0, 2, 4))
        b, g, r = (int(c) for c in np.clip(np.array([blue, green, red]) + self.tint_shift, 60, 255))
        return b, g, r

    def paper(self, unit: str) -> Pixels:
        if unit not in self._papers:
            blank = self.blank(unit)
            self._papers[unit] = tinted(blank.pixels, self.colour_of(unit), self.toner, self.scanner.colour)
        return self._papers[unit]

    def plain(self, grey: Pixels, unit: str | None) -> Pixels:
        colour = (245, 248, 248) if unit is None else self.colour_of(unit)
        return tinted(grey, colour, self.toner, self.scanner.colour)

    def scanned(self, rng: np.random.Generator, page: Pixels, size: Size) -> tuple[Pixels, ScanGeometry]:
        geometry = draw_geometry(rng, self.scanner, size, UPSIDE_DOWN, SIDEWAYS)
        return scan(rng, page, self.scanner, geometry), geometry

    def conditions(self, sheet: Sheet) -> dict[str, object]:
        s, pen = self.scanner, sheet.pen
        return {
            "pen": pen.kind, "ink": list(pen.colour), "width": round(pen.width, 2), "stamp": self.team.stamp,
            "dpi": s.dpi, "colour": s.colour, "quality": s.quality, "blur": round(s.blur, 2),
            "noise": round(s.noise, 2), "gamma": round(s.gamma, 2), "glass": s.glass, "streaks": len(s.streaks),
            "bleed": round(s.bleed, 3), "toner": round(self.toner, 2),
        }  # fmt: skip


def _ballot_picture(machine: _Machine, slot: Slot, kind: PageKind) -> _Picture:
    stack = machine.stack
    unit = stack.blanks[slot.unit]
    blank = machine.blank(slot.unit)
    sheet = mark_ballot(
        rng_for(stack.seed, "ballot", slot.ballot), blank, machine.paper(slot.unit), stack.population, machine.team
    )
    rng = rng_for(stack.seed, "scan", slot.ballot)
    page = sheet.pixels
    if rng.random() < FOLDED:
        fold(rng, page)
    if machine.scanner.bleed:
        below = _neighbour(unit.picture, slot.unit, unit.side, unit.seats, int(rng.integers(4)))
        shift = (int(rng.integers(-8, 9)), int(rng.integers(-8, 9)))
        page = shown_through(page, below, machine.scanner.bleed, shift)
    pixels, geometry = machine.scanned(rng, page, unit.side.size)
    truth = BallotTruth(
        ballot=slot.ballot,
        form=slot.unit,
        contest=unit.contest,
        area=stack.batch.area,
        batch=slot.home,
        names=sheet.names,
        stamp=sheet.stamp,
        stray=sheet.stray,
        verdict=sheet.verdict,
    )
    return _Picture(pixels, machine.scanner.quality, kind, truth, geometry, machine.conditions(sheet))


def _empty_picture(machine: _Machine, rng: np.random.Generator, unit: str) -> _Picture:
    size = machine.stack.blanks[unit].side.size
    page = machine.plain(blank_back(size), unit)
    if machine.scanner.bleed or rng.random() < 0.3:  # the front shows through, mirrored
        front = np.ascontiguousarray(machine.blank(unit).pixels[:, ::-1])
        page = shown_through(page, front, float(rng.uniform(0.01, 0.06)), (0, 0))
    pixels, geometry = machine.scanned(rng, page, size)
    return _Picture(pixels, machine.scanner.quality, "blank_back", None, geometry, {})


def _foreign_picture(machine: _Machine, rng: np.random.Generator) -> _Picture:
    grey, size = foreign_page(rng)
    pixels, geometry = machine.scanned(rng, machine.plain(grey, None), size)
    return _Picture(pixels, machine.scanner.quality, "foreign", None, geometry, {})


def _sides(machine: _Machine, slot: Slot, at: int) -> list[_Picture]:
    """The pictures of one sheet in the order of scanning."""
    stack = machine.stack
    rng = rng_for(stack.seed, "sheet", stack.batch.batch, stack.number, at)
    if slot.kind == "blank_back":
        return [_empty_picture(machine, rng, stack.batch.unit)]
    front = _foreign_picture(machine, rng) if slot.kind == "foreign" else _ballot_picture(machine, slot, slot.kind)
    if stack.batch.sides == 1:
        return [front]
    back = _empty_picture(machine, rng, slot.unit or stack.batch.unit)
    return [back, front] if rng.random() < FACE_DOWN_DUPLEX else [front, back]


def _truncated(rng: np.random.Generator, content: bytes) -> bytes:
    return content[: int(len(content) * rng.uniform(0.02, 0.35))]


def _write(stack: Stack, pictures: Sequence[_Picture], kind: FileKind, dpi: int) -> list[PageTruth]:
    """Encode the pictures of a stack, write the files, and say what is on each page."""
    folder = Path(stack.folder)
    files = encode(kind, [p.pixels for p in pictures], [p.quality for p in pictures], dpi)
    stem = f"scan{stack.number + 1:04d}"
    pages: list[PageTruth] = []
    for n, picture in enumerate(pictures):
        single = len(files) == len(pictures) and kind in ("jpg", "png")
        name = f"{stem}-{n + 1:03d}.{kind}" if single else f"{stem}.{kind}"
        content = files[n] if single else files[0]
        if picture.kind == "truncated":
            content = _truncated(rng_for(stack.seed, "cut", stack.batch.batch, name), content)
        of = pages[-1] if picture.kind == "duplicate" else None
        if of is not None:
            name, content = f"copy of {of.file}", (folder / of.file).read_bytes()
        (folder / name).write_bytes(content)
        pages.append(
            PageTruth(
                stack.batch.batch,
                name,
                1 if single else n + 1,
                picture.kind,
                hashlib.sha256(content).hexdigest(),
                picture.ballot,
                picture.geometry,
                None if of is None else of.file,
                picture.conditions,
            )
        )
    return pages


def scan_stack(stack: Stack) -> list[PageTruth]:
    """Draw, scan and write one stack; the same files and truth on whatever worker."""
    cv2.setNumThreads(1)
    machine = _Machine(stack)
    pictures: list[_Picture] = []
    for at, slot in enumerate(stack.slots):
        if slot.kind == "duplicate":
            shown = next(i for i in range(len(pictures) - 1, -1, -1) if pictures[i].ballot is not None)
            front = replace(pictures[shown], kind="duplicate")
            pictures.insert(shown + 1, front)
        else:
            pictures += _sides(machine, slot, at)
    # a broken or copied file is a file of its own
    alone = any(s.kind in ("truncated", "duplicate") for s in stack.slots)
    rng = rng_for(stack.seed, "kind", stack.batch.batch, stack.number)
    kind: FileKind = "jpg" if alone or rng.random() < 0.15 else stack.batch.kind
    return _write(stack, pictures, kind, machine.scanner.dpi)


def _blanks(election: Election, layouts: Mapping[str, BallotLayout], folder: Path) -> dict[str, BlankOnDisk]:
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    for unit_id, layout in layouts.items():
        unit = election.unit(unit_id)
        path = folder / f"{unit_id}.png"
        cv2.imwrite(str(path), render_blank(layout, PAPER_DPI))
        side = next(s for s in layout.form.sides if not s.blank)
        paper = election.contest(unit.contest).paper
        found[unit_id] = BlankOnDisk(unit_id, unit.contest, side, unit.seats, paper, str(path))
    return found


def _run(stacks: Sequence[Stack], executor: Executor | None, progress: Progress | None) -> list[list[PageTruth]]:
    total, done = sum(len(s.slots) for s in stacks), 0
    results: list[list[PageTruth]] = [[] for _ in stacks]
    if executor is None:
        for i, stack in enumerate(stacks):
            results[i] = scan_stack(stack)
            done += len(stack.slots)
            if progress:
                progress(done, total)
        return results
    waiting: dict[Future[list[PageTruth]], int] = {executor.submit(scan_stack, s): i for i, s in enumerate(stacks)}
    for future in as_completed(waiting):
        i = waiting[future]
        results[i] = future.result()
        done += len(stacks[i].slots)
        if progress:
            progress(done, total)
    return results


_FAMILIES = ("Nguyễn", "Trần", "Lê", "Phạm", "Bùi", "Đinh", "Hoàng", "Vũ")
_MIDDLES = ("Văn", "Thị", "Đức", "Quang", "Hồng", "Minh")
_GIVEN = ("An", "Bình", "Cường", "Dung", "Hà", "Hải", "Lan", "Mai", "Nam", "Phúc", "Sơn", "Tâm")
_ROLES = ("Tổ trưởng", "Thư ký", "Ủy viên", "Ủy viên", "Ủy viên")


def _person(rng: np.random.Generator) -> str:
    return " ".join(str(rng.choice(part)) for part in (_FAMILIES, _MIDDLES, _GIVEN))


def _figures(election: Election, truth: ElectionTruth, seed: int) -> list[AreaFigures]:
    """Figures of the team that fit the ballots: everyone who voted took and returned a ballot, or nearly."""
    collected: dict[tuple[str, str], int] = {}
    for batch in truth.batches:
        key = (batch.area, batch.contest)
        collected[key] = collected.get(key, 0) + batch.declared
    rows = []
    for area in election.areas:
        rng = rng_for(seed, "figures", area.id)
        most = max((n for (a, _), n in collected.items() if a == area.id), default=0)
        voted = most + int(rng.integers(0, 3))
        voters = voted + int(rng.integers(1, max(2, voted // 12) + 1))
        received = voters + int(rng.integers(5, 20))
        members = tuple(Member(_person(rng), role) for role in _ROLES)
        opening = tuple(Witness(_person(rng), area.name) for _ in range(2))
        closing = tuple(Witness(_person(rng), area.name) for _ in range(2))
        closed = datetime.combine(election.day, time(19, 0))
        finished = closed + timedelta(minutes=int(rng.integers(120, 280)))
        for contest in area.units:
            rows.append(
                AreaFigures(
                    area.id,
                    contest,
                    voters=voters,
                    voted=voted,
                    received=received,
                    issued=voted,
                    left_over=received - voted,
                    spoiled=0,
                    opened=datetime.combine(election.day, time(7, 0)),
                    closed=closed,
                    finished=finished,
                    members=members,
                    opening_witnesses=opening,
                    closing_witnesses=closing,
                    incidents="",
                    complaints="",
                )
            )
    return rows


def _write_batches(path: Path, batches: Sequence[BatchTruth]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.writer(stream)
        out.writerow(["batch", "area", "contest", "declared", "sides", "folder"])
        for b in batches:
            out.writerow([b.batch, b.area, b.contest, b.declared, b.sides, b.folder])


def simulate_election(
    election: Election,
    layouts: Mapping[str, BallotLayout],
    out: Path,
    seed: int,
    ballots_per_batch: int,
    executor: Executor | None = None,
    progress: Progress | None = None,
    *,
    batches_per_area: int = 1,
    population: Population | None = None,
    faults: Faults | None = None,
) -> SimulatedElection:
    """Write a simulated election below ``out``: ``scans/<batch>/``, ``batches.csv``, ``figures.xlsx``, ``truth/``.

    Per area and contest ``batches_per_area`` batches of ``ballots_per_batch`` (to 3 more) ballots. ``layouts``:
    unit id -> its ballot. The outcome depends on the other arguments, never on the executor.
    """
    plans = plan_election(election, seed, ballots_per_batch, batches_per_area, faults or Faults())
    scans, truth_folder = out / "scans", out / "truth"
    blanks = _blanks(election, layouts, truth_folder / "blanks")
    stacks = []
    for plan in plans:
        (scans / plan.batch).mkdir(parents=True, exist_ok=True)
        head = replace(plan, slots=())
        number = election.area(plan.area).number
        for n, slots in enumerate(chunks(plan)):
            needed = {u: blanks[u] for u in {plan.unit, *(s.unit for s in slots if s.unit)}}
            folder = str(scans / plan.batch)
            stacks.append(Stack(seed, head, n, slots, needed, number, folder, population or Population()))
    pages = [page for stack in _run(stacks, executor, progress) for page in stack]
    batches = tuple(BatchTruth(p.batch, p.area, p.contest, p.declared, p.sides, f"scans/{p.batch}") for p in plans)
    truth = ElectionTruth(SIMULATOR, seed, batches, tuple(pages))
    write_truth(truth_folder, truth)
    _write_batches(out / "batches.csv", batches)
    write_figures(out / "figures.xlsx", _figures(election, truth, seed))
    return SimulatedElection(out, out / "batches.csv", out / "figures.xlsx", scans, truth_folder, truth)
