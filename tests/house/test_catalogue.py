"""Every sentence for people has its Vietnamese, in NFC, with the same named places."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
from pathlib import Path

import pytest

from pipeline.messages import catalogue, message, render

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
