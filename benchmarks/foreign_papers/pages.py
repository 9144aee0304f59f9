"""Marked and scanned pages of a foreign paper, each of which follows from its paper, seed and number alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.foreign_papers.blank import Target, picture
from benchmarks.foreign_papers.damage import Damage, draw_damage, encoded, printed, scanned
from benchmarks.foreign_papers.draw import Draw, Points
from benchmarks.foreign_papers.ink import InkedPage, Pen
from benchmarks.foreign_papers.marks import Hand, Measured, Truth, measured, truths
from benchmarks.foreign_papers.typesetting import Paper
from benchmarks.foreign_papers.voters import Aimed, Sheet, pen_of, vote


@dataclass(frozen=True, slots=True)
class TrueTarget:
    """What was done to a target, what is true of it, and its corners in pixels of the picture."""

    id: str
    truth: Truth
    kind: str
    ink: Measured
    corners: Points


@dataclass(frozen=True, slots=True)
class MarkedPage:
    file: str
    content: bytes
    pen: Pen
    damage: Damage
    targets: tuple[TrueTarget, ...]

    def keep(self, folder: Path) -> None:
        """Write the picture and, beside it, the truth."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / self.file).write_bytes(self.content)
        targets = [asdict(target) | {"corners": target.corners.round(1).tolist()} for target in self.targets]
        truth = {"file": self.file, "pen": asdict(self.pen), "damage": asdict(self.damage), "targets": targets}
        (folder / f"{self.file}.json").write_text(json.dumps(truth, indent=1), "utf-8")


def marked_page(
    paper: Paper, folder: Path, targets: Sequence[Target], seed: int, number: int, aimed: Aimed = "nothing"
) -> MarkedPage:
    """Print the blank in ``folder``, have a voter mark it, and scan it."""
    draw = Draw(paper.name, seed, number)
    damage = draw_damage(draw, aimed)
    blank, places = printed(draw, picture(folder, damage.dpi), [target.place for target in targets], damage)
    hand = Hand(InkedPage(blank, damage.dpi), pen_of(draw, aimed), draw)
    sheet = Sheet(paper, places, hand)
    vote(sheet, aimed)
    bitonal, names = damage.mode == "bitonal", paper.kind == "strike"
    true = truths(hand.page, places, sheet.done, hand.pen, bitonal, names)
    scan = scanned(draw, hand.page.pixels, places, damage, aimed)
    ending, content = encoded(scan.pixels, damage)
    found = tuple(
        TrueTarget(target.id, truth, sheet.done.kinds.get(n, ""), ink, scan.at(np.array(place.corners)))
        for n, (target, place, truth, ink) in enumerate(
            zip(targets, places, true, measured(hand.page, places), strict=True)
        )
    )
    return MarkedPage(f"{paper.name}-{seed}-{number:02d}.{ending}", content, hand.pen, damage, found)
