"""Every sentence for people has its Vietnamese, in NFC, with the same named places."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from pathlib import Path

import pytest

from pipeline.messages import Message, catalogue, message, render, standing_alone

TOOL = Path(__file__).parents[2] / "tools" / "update_catalogue.py"


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    spec = importlib.util.spec_from_file_location("update_catalogue", TOOL)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {msgid for _, msgid in module.sentences()}


def test_every_sentence_is_translated(sentences: set[str]) -> None:
    assert len(sentences) > 100
    assert sorted(sentences - set(catalogue("vi"))) == []


def test_translations_are_nfc_and_keep_the_named_places() -> None:
    places = re.compile(r"\{(\w+)[^}]*\}")
    for english, vietnamese in catalogue("vi").items():
        assert unicodedata.is_normalized("NFC", vietnamese), vietnamese
        assert set(places.findall(english)) == set(places.findall(vietnamese)), english


def test_a_message_is_rendered_in_the_language_asked_for() -> None:
    text = message("there is no such file; check the path")
    assert render(text, "en") == "there is no such file; check the path"
    assert render(text, "vi") != render(text, "en")


@pytest.mark.parametrize(
    ("text", "alone"),
    [
        (message("there is no such file; check the path"), "There is no such file; check the path"),
        (
            message("'{value}' is no name; give the person's name", value="an"),
            "'an' is no name; give the person's name",
        ),
        (message("{file}, page {page}", file="loạt a.pdf", page=3), "loạt a.pdf, page 3"),
        (message("{what}: nothing", what=message("not there")), "Not there: nothing"),
    ],
)
def test_a_sentence_that_stands_alone_begins_with_a_capital_unless_with_a_value(text: Message, alone: str) -> None:
    assert standing_alone(text, render(text, "en"), "en") == alone
