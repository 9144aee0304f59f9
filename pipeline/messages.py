"""Text for people: an English sentence with named places, put into the reader's language at the edge.

Pure code builds a :class:`Message`; only entry points and reports call :func:`render`. The English sentence
is the key of the catalogue ``locale/<language>/LC_MESSAGES/kiemphieu.po`` (Babel).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["vi", "en"]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence of the catalogue with its values; ``str()`` gives it in English."""

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.msgid.format(**{k: _joined(v, str) for k, v in self.params.items()})


def _joined(value: object, spoken: Callable[[Message], str]) -> object:
    """A tuple of messages is a list in a sentence."""
    if isinstance(value, tuple) and value and all(isinstance(v, Message) for v in value):
        return ", ".join(spoken(v) for v in value)
    return value


def message(msgid: str, **params: object) -> Message:
    """Mark ``msgid`` (English, ``{named}`` places) for translation and bind its values."""
    return Message(msgid, params)


def number(value: float, form: str, language: Language) -> str:
    """A number in a format such as ``,d`` or ``.2f`` as the language writes it: 1,019 and 2.98 in English are 1.019 and
    2,98 in Vietnamese, where 2.98 beside 1.019 would be read as some three hundred."""
    told = format(value, form)
    return told.translate(str.maketrans(".,", ",.")) if language == "vi" else told


SYSTEM_REASONS = (
    "No such file or directory",
    "Permission denied",
    "Is a directory",
    "Not a directory",
    "File exists",
    "File name too long",
    "No space left on device",
    "Read-only file system",
    "Input/output error",
    "Disk quota exceeded",
)
"""What the operating system says of files: English wherever it runs. Given as ``why``, it is said in the reader's
language, too."""


@lru_cache(maxsize=4)
def catalogue(language: Language) -> Mapping[str, str]:
    """English sentence -> sentence in ``language``; untranslated ones are absent."""
    if language == "en":
        return {}
    from babel.messages.pofile import read_po  # noqa: PLC0415  (only where a translation is wanted)

    path = files("pipeline") / "locale" / language / "LC_MESSAGES" / "kiemphieu.po"
    with path.open("rb") as stream:
        return {str(m.id): str(m.string) for m in read_po(stream) if m.id and m.string}


def render(text: Message, language: Language) -> str:
    """The sentence in ``language``, or in English where the catalogue lacks it; nested messages too, lists of them."""

    def spoken(name: str, value: object) -> object:
        if isinstance(value, Message):
            return render(value, language)
        if name == "why" and isinstance(value, str) and value in SYSTEM_REASONS:
            return catalogue(language).get(value, value)
        return _joined(value, lambda v: render(v, language))

    params = {k: spoken(k, v) for k, v in text.params.items()}
    return catalogue(language).get(text.msgid, text.msgid).format(**params)


def standing_alone(text: Message, said: str, language: Language) -> str:
    """``said``, what :func:`render` made of ``text``, with a capital where the sentence's own word begins it.

    Errors are written to follow a place and a colon; a value at their head (a file, an id) is somebody's and stays.
    """
    own = catalogue(language).get(text.msgid, text.msgid)
    if own.startswith("{"):
        first = text.params.get(own[1 : own.index("}")])
        return standing_alone(first, said, language) if isinstance(first, Message) else said
    return said[:1].upper() + said[1:]
