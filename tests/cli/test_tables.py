"""Tables on a terminal: whole words, on a narrow screen row by row."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from kiemphieu import screen
from pipeline.messages import message

COLUMNS = ("version", "state", "collected", "valid", "invalid", "voters")
ROWS = ((1, "complete", 1114, 1105, 9, 1240), (2, "corrected", 1115, 1106, 9, 1240))


def printed(monkeypatch: pytest.MonkeyPatch, width: int) -> str:
    stream = io.StringIO()
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    monkeypatch.setattr(screen, "console", Console(file=stream, width=width))
    screen.table("kv1", COLUMNS, ROWS)
    return stream.getvalue()


def test_a_table_that_fits_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    said = printed(monkeypatch, 80)
    assert "│       1 │ complete  │     1,114 │" in said


@pytest.mark.parametrize("width", [20, 40])
def test_no_word_is_cut_on_a_narrow_screen(monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    said = printed(monkeypatch, width)
    assert all(word in said for word in (*COLUMNS, "complete", "corrected", "1,114", "1,106"))
    assert "version: 2\n  state: corrected\n  collected: 1,115\n" in said


@pytest.mark.parametrize("told", ["FA:6A:CD:FB", "[red]lá phiếu[/red].jpg", "[/].png", ":ballot_box:"])
def test_what_is_told_is_printed_letter_by_letter(capsys: pytest.CaptureFixture[str], told: str) -> None:
    """A fingerprint is compared letter by letter, and a file may be called anything."""
    screen.say(message("{name}", name=told))
    screen.table(told, ("name",), [(told,)])
    assert capsys.readouterr().out.count(told) == 3


def test_shares_have_the_comma_of_the_language_in_which_thousands_have_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIEMPHIEU_LANG", "vi")
    assert (screen.share(0.0298), screen.share(1, 3), screen.share(0, 0)) == ("2,98 %", "33,33 %", "0,00 %")
    monkeypatch.setenv("KIEMPHIEU_LANG", "en")
    assert (screen.share(0.0298), screen.decimal(0.0062, ".2g")) == ("2.98 %", "0.0062")
