"""What was found on a face: fields, each with what a person should look at, and things left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.forms.template import FieldKind
from pipeline.geometry import Box
from pipeline.messages import Message, message

DOUBTS: Mapping[str, Message] = {
    "few_of_this_size": message("few have this size; it may be no target"),
    "broken_outline": message("the outline is uneven; measure it"),
    "ink_inside": message("ink stands in it that the others have not; give a cleaner blank or several"),
    "white_on_black": message("white on black, without a printed outline; the reader asks a person about every one"),
    "part_of_a_word": message("looks like a letter of a word"),
    "only_an_even_list": message("nothing but an even list tells that these are names"),
    "unlike_its_neighbours": message("has no title or number as its neighbours have"),
    "stamp_guessed": message("the place is guessed from the printed words; correct its size"),
    "label_unsure": message("the label was not read surely"),
    "no_label": message("no label was found beside it"),
    "marked_on_blank": message(
        "beside the label ink stands where a target is expected, as if it was marked; give unmarked scans, or measure "
        "it on another sheet"
    ),
    "label_without_target": message("a text like the labels, with no target beside it"),
    "no_contest": message("no contest was found for it, though others have one"),
    "contest_guessed": message("stands apart from those above, whose contest it was given; no heading was read"),
    "match_unsure": message("the name fits a candidate only roughly"),
    "not_a_candidate": message("the name is none of the given candidates"),
    "empty_cells": message("an empty cell of a table; it may be meant for figures or signatures"),
    "not_read_as_empty": message("is not read as empty on the blank itself"),
    "outline_not_found": message("the reader does not find its outline on the blank"),
    "names_beside_targets": message("a name, left out because ovals or boxes were found; --kind strike takes it"),
    "cells_beside_targets": message("an empty cell, left out because ovals or boxes were found"),
    "kind_not_wanted": message("left out because of --kind"),
}
"""Why a person should look at a find, by code."""
NOT_FOUND = ("marked_on_blank", "label_without_target")
"""Codes of what should be in the form and is not: it was not found."""
NOT_SHOWN = ("names_beside_targets",)
"""Codes of finds that are left out and not drawn on the preview, for they would hide it."""


@dataclass(frozen=True, slots=True)
class Find:
    """One find: with an ``id`` it is a field of the form, without it was left out. ``doubts`` are keys of DOUBTS."""

    kind: FieldKind
    box: Box
    label: str = ""
    group: str = ""
    lines: tuple[Box, ...] = ()
    """Printed lines of a name; of a number its digit boxes."""
    doubts: tuple[str, ...] = ()
    id: str = ""
    of_row: bool = False
    """Whether ``group`` is the row of a table and ``label`` the head of its column."""
    decimals: int = 0
    """Of a number: how many of its digits stand behind a printed comma."""

    @property
    def taken(self) -> bool:
        return bool(self.id)
