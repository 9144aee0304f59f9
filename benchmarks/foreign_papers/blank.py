"""A printed foreign paper on disk: the picture of its blank, the true places of its targets, the form learned of it."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pdf2image import convert_from_path

from benchmarks.foreign_papers.papers import ALL_PAPERS
from benchmarks.foreign_papers.typesetting import Kind
from pipeline.forms.template import Form, FormField

PDF, TARGETS, FORM = "blank.pdf", "targets.json", "FORM.json"


@dataclass(frozen=True, slots=True)
class Place:
    """Of a target, in mm of the sheet; ``round`` where it is an ellipse."""

    x: float
    y: float
    w: float
    h: float
    round: bool = False

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    @property
    def corners(self) -> list[tuple[float, float]]:
        right, bottom = self.x + self.w, self.y + self.h
        return [(self.x, self.y), (right, self.y), (right, bottom), (self.x, bottom)]

    def holds(self, x: float, y: float) -> bool:
        """Within the upright box."""
        return self.x <= x <= self.x + self.w and self.y <= y <= self.y + self.h

    def inside(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of ``points``, (..., 2) in mm, lie within the shape."""
        u = (points - self.middle) / (self.w / 2, self.h / 2)
        within = (u**2).sum(-1) <= 1 if self.round else np.abs(u).max(-1) <= 1
        return np.asarray(within, np.bool_)

    def resized(self, scale: float, about: tuple[float, float]) -> Place:
        """As on a print that is ``scale`` times as large about a point."""
        x, y = (about[i] + ((self.x, self.y)[i] - about[i]) * scale for i in range(2))
        return Place(x, y, self.w * scale, self.h * scale, self.round)


@dataclass(frozen=True, slots=True)
class Target:
    id: str
    place: Place


def load_targets(folder: Path) -> list[Target]:
    """The true places beside a printed blank."""
    content = json.loads((folder / TARGETS).read_text(encoding="utf-8"))
    targets = []
    for each in content:
        x, y, w, h = each["mm"]
        targets.append(Target(each["id"], Place(x, y, w, h, each["round"])))
    return targets


@lru_cache(maxsize=2)
def picture(folder: Path, dpi: int) -> NDArray[np.uint8]:
    """The printed blank as it is, BGR; not to be written to."""
    page = convert_from_path(folder / PDF, dpi=dpi, single_file=True)[0].convert("RGB")
    return np.asarray(page, np.uint8)[..., ::-1]


def fields_of(form: Form, kind: Kind) -> list[FormField]:
    """The fields of ``form`` that can stand for a target of a paper of ``kind``."""
    return [field for field in form.fields if (field.kind == "strike") == (kind == "strike") and field.kind in MARKED]


MARKED = ("oval", "box", "strike")


def chosen(text: str) -> tuple[str, ...]:
    """Names of papers joined by commas, of the command line."""
    names = tuple(text.split(","))
    if unknown := [name for name in names if name not in ALL_PAPERS]:
        raise argparse.ArgumentTypeError(f"no paper is called {', '.join(unknown)}; there are {', '.join(ALL_PAPERS)}")
    return names
