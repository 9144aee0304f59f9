"""What really is on every simulated page, and what the totals must therefore be.

The truth lies in ``truth/<batch>.jsonl`` beside the scans, one line per page, and is never read by the pipeline.
Totals are added up here on their own, without :mod:`pipeline.tally`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from calibration.simulate.geometry import ScanGeometry
from calibration.simulate.measure import Mark

PageKind = Literal["ballot", "blank_back", "foreign", "truncated", "other_contest", "duplicate"]
"""``truncated``: the file is broken, the ballot exists on paper. ``other_contest``: a ballot of another contest
that lies in this batch. ``duplicate``: the bytes of another file of the batch under a second name."""

Seen = Literal["struck", "partial", "clear", "unclear"]
Ground = Literal["b", "c", "d", "đ"]
"""Art. 74: no stamp; more names than seats; every name crossed; a name or other content added."""


@dataclass(frozen=True, slots=True)
class NameTruth:
    """One name of one ballot.

    ``mark`` is measured on the voter's ink; ``seen`` is what a careful person answers; ``voted_for`` is what the
    name counts for once the team has settled what is unclear.
    """

    field: str
    mark: Mark
    seen: Seen
    voted_for: bool
    intent: str
    """What the voter did: an act of :mod:`calibration.simulate.voters`, the way after a colon, or empty."""
    spans: tuple[float, ...]
    """Per printed line the share of its width that the ink spans."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the whole team rules; ``grounds`` in the order of Art. 74, empty when valid."""

    valid: bool
    grounds: tuple[Ground, ...]
    voted_for: tuple[str, ...]
    """The field (candidate) ids of the names that are left, valid or not."""

    @property
    def ground(self) -> Ground | None:
        return self.grounds[0] if self.grounds else None


@dataclass(frozen=True, slots=True)
class BallotTruth:
    """A ballot as it lies on paper."""

    ballot: str
    """Unique in the run."""
    form: str
    contest: str
    area: str
    batch: str
    """The batch to which it belongs and whose declared count includes it, wherever its scan lies."""
    names: tuple[NameTruth, ...]
    stamp: bool
    stray: bool
    verdict: Verdict

    def answers(self) -> Mapping[str, str]:
        """Field id -> what a careful person answers, ``stamp`` and ``stray`` included."""
        return {**{n.field: n.seen for n in self.names}, **self._others()}

    def marks(self) -> Mapping[str, str]:
        """Field id -> the only value that may be accepted; ``ambiguous`` where none may."""
        return {**{n.field: n.mark for n in self.names}, **self._others()}

    def _others(self) -> dict[str, str]:
        present = {True: "present", False: "absent"}
        return {"stamp": present[self.stamp], "stray": present[self.stray]}


@dataclass(frozen=True, slots=True)
class PageTruth:
    """One picture of one file of a batch. ``page`` counts from 1 within the file."""

    batch: str
    file: str
    """Name within the batch's folder."""
    page: int
    kind: PageKind
    sha256: str
    """Of the whole file."""
    ballot: BallotTruth | None = None
    """Also on ``truncated`` and ``other_contest``; a ``duplicate`` repeats the ballot it shows."""
    geometry: ScanGeometry | None = None
    of: str | None = None
    """``duplicate``: the file whose bytes it repeats."""
    conditions: Mapping[str, object] = field(default_factory=dict)
    """Pen, paper and damage, to look for what goes wrong together."""


@dataclass(frozen=True, slots=True)
class BatchTruth:
    """A batch as ``batches.csv`` declares it."""

    batch: str
    area: str
    contest: str
    declared: int
    sides: int
    folder: str
    """Relative to the folder of ``batches.csv``."""


@dataclass(frozen=True, slots=True)
class ExpectedTotals:
    """One contest in one area."""

    area: str
    contest: str
    collected: int
    valid: int
    invalid: int
    votes: Mapping[str, int]
    """Candidate id -> votes on valid ballots."""
    left: Mapping[int, int]
    """k -> valid ballots that leave k names."""
    grounds: Mapping[str, int]
    """First ground -> invalid ballots."""


@dataclass(frozen=True, slots=True)
class ElectionTruth:
    """Everything that is known about a simulated election."""

    simulator: str
    seed: int
    batches: tuple[BatchTruth, ...]
    pages: tuple[PageTruth, ...]

    def ballots(self) -> tuple[BallotTruth, ...]:
        """Every ballot on paper once, whether its scan can be read or not."""
        seen: dict[str, BallotTruth] = {}
        for page in self.pages:
            if page.ballot is not None:
                seen.setdefault(page.ballot.ballot, page.ballot)
        return tuple(seen.values())

    def by_place(self) -> Mapping[tuple[str, str, int], PageTruth]:
        """(batch, file name, page) -> truth."""
        return {(p.batch, p.file, p.page): p for p in self.pages}

    def by_digest(self) -> Mapping[tuple[str, int], PageTruth]:
        """(SHA-256 of the file, page) -> truth; of a duplicate the page that it repeats."""
        found: dict[tuple[str, int], PageTruth] = {}
        for page in self.pages:
            if page.kind != "duplicate":
                found[(page.sha256, page.page)] = page
        return found

    def totals(self) -> tuple[ExpectedTotals, ...]:
        return expected_totals(self.ballots())


def verdict(names: Iterable[NameTruth], seats: int, stamp: bool, stray: bool) -> Verdict:
    """Art. 74 applied to what the team sees on one ballot."""
    listed = tuple(names)
    left = tuple(n.field for n in listed if n.voted_for)
    grounds: list[Ground] = []
    if not stamp:
        grounds.append("b")
    if len(left) > seats:
        grounds.append("c")
    if not left:
        grounds.append("d")
    if stray:
        grounds.append("đ")
    return Verdict(not grounds, tuple(grounds), left)


def expected_totals(ballots: Iterable[BallotTruth]) -> tuple[ExpectedTotals, ...]:
    """Totals per area and contest, sorted by both; candidates without votes stand with 0."""
    piles: dict[tuple[str, str], list[BallotTruth]] = {}
    for ballot in ballots:
        piles.setdefault((ballot.area, ballot.contest), []).append(ballot)
    totals = []
    for (area, contest), pile in sorted(piles.items()):
        votes = {n.field: 0 for b in pile for n in b.names}
        left: dict[int, int] = {}
        grounds: dict[str, int] = {}
        for ballot in pile:
            if ballot.verdict.ground is not None:
                grounds[ballot.verdict.ground] = grounds.get(ballot.verdict.ground, 0) + 1
                continue
            k = len(ballot.verdict.voted_for)
            left[k] = left.get(k, 0) + 1
            for name in ballot.verdict.voted_for:
                votes[name] += 1
        valid = sum(b.verdict.valid for b in pile)
        totals.append(ExpectedTotals(area, contest, len(pile), valid, len(pile) - valid, votes, left, grounds))
    return tuple(totals)


def page_to_json(page: PageTruth) -> dict[str, Any]:
    return asdict(page)


def _ballot(document: Mapping[str, Any]) -> BallotTruth:
    names = tuple(NameTruth(**{**n, "spans": tuple(n["spans"])}) for n in document["names"])
    ruled = document["verdict"]
    ruling = Verdict(ruled["valid"], tuple(ruled["grounds"]), tuple(ruled["voted_for"]))
    return BallotTruth(**{**document, "names": names, "verdict": ruling})


def _geometry(document: Mapping[str, Any]) -> ScanGeometry:
    pairs = {k: tuple(document[k]) for k in ("centre_mm", "centre_at")}
    waves = {k: tuple((w[0], w[1], w[2]) for w in document[k]) for k in ("feed_waves", "cross_waves")}
    return ScanGeometry(**{**document, **pairs, **waves})


def page_from_json(document: Mapping[str, Any]) -> PageTruth:
    ballot, geometry = document["ballot"], document["geometry"]
    return PageTruth(
        **{
            **document,
            "ballot": None if ballot is None else _ballot(ballot),
            "geometry": None if geometry is None else _geometry(geometry),
        }
    )


def write_truth(folder: Path, truth: ElectionTruth) -> None:
    """``election.json`` and one ``<batch>.jsonl`` per batch in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    head = {"simulator": truth.simulator, "seed": truth.seed, "batches": [asdict(b) for b in truth.batches]}
    (folder / "election.json").write_text(json.dumps(head, ensure_ascii=False, indent=1), "utf-8")
    for batch in truth.batches:
        lines = [json.dumps(page_to_json(p), ensure_ascii=False) for p in truth.pages if p.batch == batch.batch]
        (folder / f"{batch.batch}.jsonl").write_text("\n".join(lines) + "\n", "utf-8")


def read_truth(folder: Path) -> ElectionTruth:
    """What :func:`write_truth` wrote into ``folder``."""
    head = json.loads((folder / "election.json").read_text("utf-8"))
    batches = tuple(BatchTruth(**b) for b in head["batches"])
    pages = []
    for batch in batches:
        for line in (folder / f"{batch.batch}.jsonl").read_text("utf-8").splitlines():
            pages.append(page_from_json(json.loads(line)))
    return ElectionTruth(head["simulator"], head["seed"], batches, tuple(pages))
