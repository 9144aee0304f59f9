"""Jinja templates of this folder, with every value escaped."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"


@lru_cache(maxsize=1)
def environment() -> Environment:
    """A name that a template does not know is a mistake of ours and fails; nothing is shown unescaped."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals["static"] = static_path
    made.globals["first_upper"] = first_upper
    return made


def first_upper(text: str) -> str:
    """A name of a thing as the title of a field; the other letters stay (Mẫu, QH)."""
    return text[:1].upper() + text[1:]


def template(name: str) -> Template:
    return environment().get_template(name)


@lru_cache(maxsize=256)
def static_path(name: str) -> str:
    """The address of a static file; another content gets another one, so browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"
