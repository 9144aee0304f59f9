"""Which count forms an area has: figures and tally of every contest, and in state elections its inventory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Literal

from pipeline.election.definition import Area, Contest, Election
from pipeline.election.rules import rules_of
from pipeline.forms.ballot import BallotLayout
from pipeline.forms.count_forms import CountForm, figures_form, tally_form
from pipeline.forms.inventory_form import InventoryForm, inventory_form

CountPaper = tuple[Literal["figures", "tally", "inventory"], Callable[[], BallotLayout]]
"""A form by its kind, and how it is laid out: refused (``Refusal``) where it does not fit its sheet."""


def count_paper(election: Election, area: Area, contests: Iterable[Contest], *, trial: bool) -> Iterator[CountPaper]:
    """The forms of these contests in an area, none laid out yet: one that does not fit must not keep back the rest."""
    rules = rules_of(election)
    spoiled = rules.issued_includes_spoiled
    for contest in contests:
        of = CountForm(election, area, contest, trial)
        yield "figures", partial(figures_form, of, issued_includes_spoiled=spoiled)
        yield "tally", partial(tally_form, of)
    if rules.state:
        stock = InventoryForm(election, area, trial)
        yield "inventory", partial(inventory_form, stock, issued_includes_spoiled=spoiled)
