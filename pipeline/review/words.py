"""What kinds of places and what can be read there are called, in the words of screens, reports and commands."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.forms.template import FieldKind
from pipeline.messages import Message, message

KINDS: Mapping[str, Message] = {
    "strike": message("names"),
    "stamp": message("stamp of the team"),
    "stray": message("added content"),
    "oval": message("ovals"),
    "box": message("boxes"),
    "signature": message("places to sign"),
}
_STRIKES: Mapping[str, Message] = {
    "struck": message("crossed out"),
    "partial": message("partly crossed out"),
    "clear": message("not crossed out"),
    "unclear": message("cannot be told"),
    "circle": message("circled or underlined"),
    "one_line": message("one of two lines crossed out"),
}
_STAMPS: Mapping[str, Message] = {
    "present": message("stamp there"),
    "absent": message("no stamp"),
    "unclear": message("cannot be told"),
}
_ADDITIONS: Mapping[str, Message] = {
    "present": message("something was added"),
    "absent": message("nothing was added"),
    "unclear": message("cannot be told"),
}
_MARKS: Mapping[str, Message] = {
    "marked": message("marked"),
    "unmarked": message("not marked"),
    "unclear": message("cannot be told"),
}
_SIGNED: Mapping[str, Message] = {
    "present": message("signed"),
    "absent": message("not signed"),
    "unclear": message("cannot be told"),
}
ANSWERS: Mapping[FieldKind, Mapping[str, Message]] = {
    "strike": _STRIKES,
    "oval": _MARKS,
    "box": _MARKS,
    "stamp": _STAMPS,
    "stray": _ADDITIONS,
}
"""What a person can be asked for at a place of a ballot."""


def value_at(kind: FieldKind, value: str) -> Message:
    """A value of a kind in words, as in *names, crossed out*; as it is written in files where there are none."""
    said = (_SIGNED if kind == "signature" else ANSWERS.get(kind, {})).get(value, value)
    return message("{kind}, {value}", kind=KINDS.get(kind, kind), value=said)
