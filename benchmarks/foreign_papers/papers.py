"""The seventeen foreign papers by name, and the four that came later."""

from __future__ import annotations

from benchmarks.foreign_papers import elections, other_sheets
from benchmarks.foreign_papers.typesetting import Paper
from benchmarks.foreign_papers.unseen import UNSEEN

PAPERS: dict[str, Paper] = {
    paper.name: paper
    for paper in (
        elections.germany(), elections.britain(), elections.america_with_timing_marks(),
        elections.america_without_marks(), elections.canada(), elections.australia(), elections.spain(),
        elections.philippines(), elections.indonesia(), elections.kenya(), elections.brazil(),
        elections.switzerland(), elections.japan(), other_sheets.shareholders(), other_sheets.examination(),
        other_sheets.survey(), other_sheets.association(),
    )
}  # fmt: skip
ALL_PAPERS: dict[str, Paper] = {**PAPERS, **UNSEEN}
