"""Whether a definition holds together: every id that is named exists, trees are trees, R15 holds.

Nothing is said of what :class:`Faults` calls unsure: it would only follow from a fault that is told already.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.election.definition import Election
from pipeline.election.faults import Faults
from pipeline.election.valid_ballots import file_names, prescribed_forms, printed_places, table_on_a_list
from pipeline.election.valid_references import references_of
from pipeline.election.valid_shares import shares_of
from pipeline.election.valid_units import people_of, units_of
from pipeline.errors import Problem


def problems_of(election: Election, faults: Faults, excused: Sequence[tuple[str, str]] = ()) -> list[Problem]:
    """Every fault of a definition; ``excused`` are units whose missing surplus the Council has excused, with
    the place where they are named."""
    return [
        *prescribed_forms(election, faults),
        *table_on_a_list(election, faults),
        *printed_places(election, faults),
        *references_of(election, faults),
        *units_of(election, faults, excused),
        *file_names(election, faults),
        *people_of(election, faults),
        *shares_of(election, faults),
    ]
