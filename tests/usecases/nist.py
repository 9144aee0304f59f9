"""The official schemas, where they are at hand, and what must hold of a document that they do not say."""

from __future__ import annotations

import io
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator
from lxml import etree

SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas"
FILES = {"cvr": "NIST_V0_cast_vote_records", "results": "NIST_V2_election_results_reporting"}


def needs_schemas() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip("the official NIST schemas lie beside the project, not in it")


@lru_cache(maxsize=4)
def _json_schema(kind: str) -> Draft4Validator:
    return Draft4Validator(json.loads((SCHEMAS / f"{FILES[kind]}.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=4)
def _xml_schema(kind: str) -> Any:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"{FILES[kind]}.xsd")))


def valid_json(kind: str, content: bytes) -> Any:
    """The document, which the official JSON schema accepts."""
    needs_schemas()
    document = json.loads(content)
    faults = [(list(e.absolute_path), e.message[:200]) for e in _json_schema(kind).iter_errors(document)]
    assert faults == []
    return document


def valid_xml(kind: str, content: bytes) -> Any:
    """The root, which the official XSD accepts; it also checks that every reference resolves."""
    needs_schemas()
    tree = etree.parse(io.BytesIO(content))
    schema = _xml_schema(kind)
    assert schema.validate(tree), str(schema.error_log)[:2000]
    return tree.getroot()
