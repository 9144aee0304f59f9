"""How the count forms of a contest in an area are called: in their form documents, their codes and their file names."""

from __future__ import annotations

_TALLY = "kiem-phieu-"


def figures_id(contest: str, area: str) -> str:
    """Of the sheet of figures."""
    return f"so-lieu-{contest}-{area}"


def tally_id(contest: str, area: str) -> str:
    """Of the tally sheet of a bundle."""
    return f"{_TALLY}{contest}-{area}"


def minutes_id(contest: str, area: str) -> str:
    """Of the prescribed minutes filled in by hand."""
    return f"bien-ban-{contest}-{area}"


def is_tally(form: str) -> bool:
    """Whether the id of a count form is that of a tally sheet: there is one a bundle, of all others one a place."""
    return form.startswith(_TALLY)
