"""A scanned test deck against its answers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from calibration.simulate.election import SIDEWAYS, UPSIDE_DOWN
from calibration.simulate.files import encode
from calibration.simulate.scanner import draw_geometry, draw_scanner, scan
from calibration.simulate.seeds import rng_for
from calibration.trial.deck import AMBIGUOUS, MarkedSheet, Sheet
from pipeline.errors import refuse
from pipeline.geometry import Size
from pipeline.messages import Message
from pipeline.recognize.pages import prepared_forms
from pipeline.recognize.read import read_raw
from pipeline.recognize.reading import PageReading
from pipeline.review.bounds import upper_bound
from pipeline.review.decide import decide
from pipeline.review.profile import Profile
from pipeline.scan.decode import decode_pages
from pipeline.scan.page import RawPage, Rejection

SIMULATED_DPI = 200
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wrong:
    """A reading that was accepted and is wrong."""

    sheet: int
    form: str
    field: str
    read: str
    truth: str


@dataclass(slots=True)
class Outcome:
    """What came of a deck. Positions: fields of sheets that were read."""

    sheets: int = 0
    read: int = 0
    rejected: dict[int, Message] = field(default_factory=dict)
    """Number of the sheet -> why."""
    positions: Counter[str] = field(default_factory=Counter)
    """By kind of field."""
    accepted: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    """Of the positions whose answer is plain."""
    plain: Counter[str] = field(default_factory=Counter)
    wrong: list[Wrong] = field(default_factory=list)
    wrong_by_kind: Counter[str] = field(default_factory=Counter)
    engine: str = ""

    def bound(self, confidence: float, kind: str | None = None) -> float:
        """Upper bound on the error among accepted positions, all kinds together where none is named."""
        accepted = self.accepted.total() if kind is None else self.accepted[kind]
        wrong = len(self.wrong) if kind is None else self.wrong_by_kind[kind]
        return upper_bound(wrong, accepted, confidence)

    def asked_share(self, kind: str | None = None) -> float:
        """Share of the plain positions that people are asked about."""
        asked, plain = (
            (self.asked.total(), self.plain.total()) if kind is None else (self.asked[kind], self.plain[kind])
        )
        return asked / max(1, plain)


def scan_simulated(sheets: Sequence[MarkedSheet], sizes: Mapping[str, Size], folder: Path, seed: int) -> list[Path]:
    """Pictures of the deck as a simulated scanner with its faults makes them, one JPEG a sheet, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    scanner = draw_scanner(rng_for(seed, "trial scanner"), SIMULATED_DPI)
    paths = []
    for one in sheets:
        rng = rng_for(seed, "trial scan", one.sheet.number)
        page = one.page if scanner.colour else np.ascontiguousarray(one.page[..., 1])
        geometry = draw_geometry(rng, scanner, sizes[one.sheet.form], UPSIDE_DOWN, SIDEWAYS)
        picture = scan(rng, page, scanner, geometry)
        path = folder / f"{one.sheet.number:04d}.jpg"
        path.write_bytes(encode("jpg", [picture], [scanner.quality], SIMULATED_DPI)[0])
        paths.append(path)
    return paths


@dataclass(frozen=True, slots=True)
class _Task:
    """One file of scans."""

    path: str
    forms: str
    form_set: str


def read_deck(
    sheets: Sequence[Sheet],
    paths: Sequence[Path],
    forms: tuple[Path, str],
    profile: Profile,
    executor: Executor,
    progress: Progress | None = None,
) -> Outcome:
    """Read the scans (in the deck's order) and compare; ``forms``: folder and digest of the set.

    Refused where the number of scanned pages is not that of the sheets, or a page is of another form than the deck
    has at its place: then sheets are missing, doubled or out of order, and every comparison would be false.
    """
    tasks = [_Task(str(path), str(forms[0]), forms[1]) for path in paths]
    read = [one for some in _progressing(executor, tasks, progress) for one in some if not _is_back(one)]
    if len(read) != len(sheets):
        raise refuse(
            "deck-pages",
            str(paths[0].parent if paths else "scans"),
            "{pages} pages were scanned, the deck has {sheets} sheets; scan the whole deck once, in its order",
            pages=len(read),
            sheets=len(sheets),
        )
    outcome = Outcome(sheets=len(sheets))
    _refuse_disorder(sheets, read)
    for sheet, one in zip(sheets, read, strict=True):
        _compare(outcome, sheet, one, profile)
    return outcome


def _progressing(
    executor: Executor, tasks: Sequence[_Task], progress: Progress | None
) -> Iterator[list[PageReading | Rejection]]:
    for done, one in enumerate(executor.map(_read, tasks), start=1):
        if progress:
            progress(done, len(tasks))
        yield one


def _read(task: _Task) -> list[PageReading | Rejection]:
    import cv2  # noqa: PLC0415  (workers only)

    cv2.setNumThreads(1)
    content = Path(task.path).read_bytes()
    folder, sha256 = Path(task.forms), hashlib.sha256(content).hexdigest()
    forms = list(prepared_forms(folder, task.form_set).values())
    pages = decode_pages(content, Path(task.path).name, sha256)
    return [read_raw(page, forms) if isinstance(page, RawPage) else page for page in pages]


def _is_back(one: PageReading | Rejection) -> bool:
    """The deck may be scanned on both sides; it has no blank sheet."""
    return isinstance(one, Rejection) and one.reason == "blank"


def _refuse_disorder(sheets: Sequence[Sheet], read: Sequence[PageReading | Rejection]) -> None:
    for sheet, one in zip(sheets, read, strict=True):
        if isinstance(one, PageReading) and one.form != sheet.form:
            raise refuse(
                "deck-order",
                f"{one.source.file}, page {one.source.page}",
                "sheet {number} of the deck is a ballot {form}, scanned was {found}; put the deck in order, scan again",
                number=sheet.number,
                form=sheet.form,
                found=one.form,
            )


def _compare(outcome: Outcome, sheet: Sheet, one: PageReading | Rejection, profile: Profile) -> None:
    if isinstance(one, Rejection):
        outcome.rejected[sheet.number] = one.text
        return
    outcome.read += 1
    outcome.engine = one.engine
    for reading in one.fields:
        truth, decision = sheet.answers[reading.field], decide(reading, profile, one.engine, one.form)
        outcome.positions[reading.kind] += 1
        outcome.accepted[reading.kind] += decision.accepted
        outcome.plain[reading.kind] += truth != AMBIGUOUS
        outcome.asked[reading.kind] += truth != AMBIGUOUS and not decision.accepted
        if decision.accepted and decision.value != truth:
            outcome.wrong.append(Wrong(sheet.number, sheet.form, reading.field, decision.value, truth))
            outcome.wrong_by_kind[reading.kind] += 1


def runs_of(sheets: Sequence[Sheet]) -> list[tuple[str, int, int]]:
    """(form, first, last) number of each run of sheets of one form, as they lie in the deck."""
    starts = [i for i, s in enumerate(sheets) if not i or s.form != sheets[i - 1].form]
    return [(sheets[a].form, sheets[a].number, sheets[b - 1].number) for a, b in pairwise([*starts, len(sheets)])]
