"""How a document in a NIST common data format is spelled, as JSON and as XML, piece by piece.

A document is dictionaries with ``@type`` and ``@id``, as the JSON form has them, their keys in the order of the XML
schema. The XML form is the same: ``@id`` becomes the attribute ``ObjectId``, lists of ids become one element.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO, Literal
from xml.sax.saxutils import escape, quoteattr

Thing = dict[str, Any]
Spelling = Literal["json", "xml"]

_SUBTYPES = ("CandidateContest", "CandidateSelection", "ReportingUnit")
"""Types that XML must name, since the element is declared with a more general one."""
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def write(
    stream: BinaryIO, spelling: Spelling, namespace: str, head: Thing, many: str = "", things: Iterable[Thing] = ()
) -> int:
    """Write the document ``head`` with ``things`` as its list ``many``, one at a time; gives how many there were.

    ``many`` comes first in the document, as the XML schema of the cast vote records demands.
    """
    if spelling == "json":
        return _write_json(stream, head, many, things)
    return _write_xml(stream, namespace, head, many, things)


def _write_json(stream: BinaryIO, head: Thing, many: str, things: Iterable[Thing]) -> int:
    rest = dict(head)
    stream.write(b'{"@type": ' + _json(rest.pop("@type")))
    number = 0
    if many:
        stream.write(b',\n"' + many.encode() + b'": [')
        for number, thing in enumerate(things, start=1):
            stream.write((b",\n" if number > 1 else b"\n") + _json(thing))
        stream.write(b"]")
    for key, value in rest.items():
        stream.write(b",\n" + _json(key) + b": " + _json(value))
    stream.write(b"}\n")
    return number


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def _write_xml(stream: BinaryIO, namespace: str, head: Thing, many: str, things: Iterable[Thing]) -> int:
    root = _name(head["@type"])
    opening = f'<{root} xmlns="{namespace}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
    stream.write(b'<?xml version="1.0" encoding="UTF-8"?>\n' + opening.encode())
    number = 0
    for number, thing in enumerate(things, start=1):  # noqa: B007  (the count is given back)
        stream.write("".join(_element(many, thing)).encode())
    for key, value in head.items():
        if not key.startswith("@"):
            stream.write("".join(_child(key, value)).encode())
    stream.write(f"</{root}>\n".encode())
    return number


def _name(full: str) -> str:
    """``CVR.CandidateContest`` -> ``CandidateContest``."""
    return full.rpartition(".")[2]


def _element(tag: str, thing: Mapping[str, Any]) -> Iterable[str]:
    kind = _name(thing["@type"])
    attributes = f" ObjectId={quoteattr(thing['@id'])}" if "@id" in thing else ""
    if kind in _SUBTYPES:
        attributes += f' xsi:type="{kind}"'
    if kind == "LanguageString":
        yield f"<{tag} Language={quoteattr(thing['Language'])}>{_text(thing['Content'])}</{tag}>"
        return
    yield f"<{tag}{attributes}>"
    for key, value in thing.items():
        if not key.startswith("@"):
            yield from _child(key, value)
    yield f"</{tag}>\n"


def _child(tag: str, value: Any) -> Iterable[str]:
    if isinstance(value, list) and tag.endswith("Ids"):
        yield f"<{tag}>{' '.join(value)}</{tag}>"
    elif isinstance(value, list):
        for one in value:
            yield from _child(tag, one)
    elif isinstance(value, Mapping):
        yield from _element(tag, value)
    else:
        yield f"<{tag}>{_text(value)}</{tag}>"


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(_NOT_XML.sub("\ufffd", str(value)))
