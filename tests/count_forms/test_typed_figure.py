"""A typed figure: digits, thousands parted, decimals where the figure has some; anything else is asked again."""

from __future__ import annotations

import pytest

from pipeline.errors import Refusal
from pipeline.usecases.typed_figure import typed_figure


@pytest.mark.parametrize(
    ("text", "decimals", "value"),
    [
        ("1021", 0, 1021), ("1.021", 0, 1021), ("1 021", 0, 1021), (" 7 ", 0, 7), ("", 0, None),
        ("1021 (một nghìn không trăm hai mươi mốt)", 0, 1021), ("96,34", 2, 9634), ("96.34", 2, 9634),
        ("96,3", 2, 9630), ("100", 2, 10000),
    ],
)  # fmt: skip
def test_figures_as_people_write_them(text: str, decimals: int, value: int | None) -> None:
    assert typed_figure(text, decimals) == value


@pytest.mark.parametrize(
    ("text", "decimals"),
    [
        ("84.60", 0), ("84,6", 0), ("12 3", 0), ("1.02", 0), ("-5", 0), ("1e3", 0), ("٣", 0), ("1.021", 2),
        ("96,345", 2), ("99999999999999", 0), ("1021 (một nghìn)", 0),
    ],
)  # fmt: skip
def test_what_may_be_a_slip_is_refused(text: str, decimals: int) -> None:
    with pytest.raises(Refusal, match="figure-"):
        typed_figure(text, decimals)
